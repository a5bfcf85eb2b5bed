/* wire_gateway.c: routes from /proc/net (route, ipv6_route), neighbours from rtnetlink(7). Both are
 * there for everybody. */
#include "probe/wire_gateway.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/route.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define DISCARD_PORT 9

/* A route counts when it is up, goes somewhere and covers all addresses. */
static bool is_way_out(unsigned int flags, const char *iface)
{
	return flags & RTF_UP && !(flags & RTF_REJECT) && strcmp(iface, "lo");
}

/* A tunnel or a modem line knows nobody but the other end. */
static bool has_neighbours(const char *iface)
{
	struct ifreq r = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", iface);
	bool told = fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &r) == 0;
	if (fd >= 0)
		close(fd);
	return told && !(r.ifr_flags & (IFF_NOARP | IFF_POINTOPOINT));
}

/* /proc/net/route: interface, destination, gateway, flags, refcount, use, metric, mask, ... Addresses
 * are hexadecimal numbers of this machine's byte order, in network order in memory. */
static void find4(struct wire_gateway *g)
{
	char line[256], iface[IF_NAMESIZE];
	unsigned int dest, via, flags, metric, mask, best = 0;
	FILE *f = fopen("/proc/net/route", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%15s %x %x %x %*s %*s %u %x", iface, &dest, &via, &flags, &metric,
			   &mask) != 6 ||
		    dest || mask || !is_way_out(flags, iface) || (g->found && metric >= best))
			continue;
		best = metric;
		*g = (struct wire_gateway){.found = true,
					   .neighbour = via && has_neighbours(iface)};
		g->iface = if_nametoindex(iface);
		g->addr.four.sin_family = AF_INET;
		g->addr.four.sin_port = htons(DISCARD_PORT);
		g->addr.four.sin_addr.s_addr = via;
	}
	if (f)
		fclose(f);
}

static void take6(struct wire_gateway *g, const char *via, const char *iface)
{
	unsigned int byte, any = 0;
	*g = (struct wire_gateway){.found = true};
	g->iface = if_nametoindex(iface);
	g->addr.six.sin6_family = AF_INET6;
	g->addr.six.sin6_port = htons(DISCARD_PORT);
	g->addr.six.sin6_scope_id = g->iface;
	for (size_t i = 0; i < 16 && sscanf(via + 2 * i, "%2x", &byte) == 1; i++) {
		g->addr.six.sin6_addr.s6_addr[i] = (uint8_t)byte;
		any |= byte;
	}
	g->neighbour = any && has_neighbours(iface);
}

/* /proc/net/ipv6_route: destination, its length, source, its length, next hop, metric, refcount,
 * use, flags, interface. Every Linux has a rejecting default route on lo. */
static void find6(struct wire_gateway *g)
{
	char line[256], iface[IF_NAMESIZE], via[33];
	unsigned int length, flags, metric, best = 0;
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*s %x %*s %*s %32s %x %*s %*s %x %15s", &length, via, &metric,
			   &flags, iface) != 5 ||
		    length || !is_way_out(flags, iface) || (g->found && metric >= best))
			continue;
		best = metric;
		take6(g, via, iface);
	}
	if (f)
		fclose(f);
}

struct wire_gateway wire_gateway_find(void)
{
	struct wire_gateway g = {0};
	find4(&g);
	if (!g.found)
		find6(&g);
	return g;
}

/* One neighbour by its address: RTM_GETNEIGH with NDA_DST, Linux 5.0 and later. */
struct request {
	struct nlmsghdr head;
	struct ndmsg neighbour;
	struct rtattr attr;
	uint8_t addr[16];
};

static void make_request(struct request *r, const struct wire_gateway *g)
{
	bool six = g->addr.any.sa_family == AF_INET6;
	size_t len = six ? 16 : 4;
	*r = (struct request){
		.head = {.nlmsg_type = RTM_GETNEIGH, .nlmsg_flags = NLM_F_REQUEST},
		.neighbour = {.ndm_family = six ? AF_INET6 : AF_INET, .ndm_ifindex = (int)g->iface},
		.attr = {.rta_type = NDA_DST, .rta_len = (unsigned short)RTA_LENGTH(len)},
	};
	r->head.nlmsg_len = (uint32_t)(offsetof(struct request, addr) + len);
	memcpy(r->addr, six ? (const void *)&g->addr.six.sin6_addr : &g->addr.four.sin_addr, len);
}

static enum wire_neighbour judge(unsigned int state)
{
	if (state & NUD_NOARP)
		return NEIGHBOUR_NONE;
	/* An old answer stands until it was checked in vain. */
	if (state & (NUD_REACHABLE | NUD_PERMANENT | NUD_STALE | NUD_DELAY | NUD_PROBE))
		return NEIGHBOUR_UP;
	return state & NUD_FAILED ? NEIGHBOUR_DOWN : NEIGHBOUR_UNKNOWN;
}

static enum wire_neighbour read_reply(const struct nlmsghdr *head, size_t len)
{
	struct nlmsgerr failed;
	struct ndmsg neighbour;
	if (!NLMSG_OK(head, len))
		return NEIGHBOUR_NONE;
	if (head->nlmsg_type == NLMSG_ERROR && head->nlmsg_len >= NLMSG_LENGTH(sizeof(failed))) {
		memcpy(&failed, NLMSG_DATA(head), sizeof(failed));
		return failed.error == -ENOENT ? NEIGHBOUR_UNKNOWN : NEIGHBOUR_NONE;
	}
	if (head->nlmsg_type != RTM_NEWNEIGH || head->nlmsg_len < NLMSG_LENGTH(sizeof(neighbour)))
		return NEIGHBOUR_NONE;
	memcpy(&neighbour, NLMSG_DATA(head), sizeof(neighbour));
	return judge(neighbour.ndm_state);
}

enum wire_neighbour wire_gateway_look(const struct wire_gateway *g)
{
	union {
		struct nlmsghdr head;
		char room[4096];
	} reply;
	struct request request;
	enum wire_neighbour neighbour = NEIGHBOUR_NONE;
	int fd = g->neighbour ? socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE) : -1;
	if (fd < 0)
		return NEIGHBOUR_NONE;
	make_request(&request, g);
	/* The kernel answers within send(2). */
	if (send(fd, &request, request.head.nlmsg_len, 0) > 0) {
		ssize_t len = recv(fd, &reply, sizeof(reply), MSG_DONTWAIT);
		if (len > 0)
			neighbour = read_reply(&reply.head, (size_t)len);
	}
	close(fd);
	return neighbour;
}

void wire_gateway_poke(const struct wire_gateway *g)
{
	int family = g->addr.any.sa_family;
	socklen_t len = family == AF_INET6 ? sizeof(g->addr.six) : sizeof(g->addr.four);
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, "", 0, MSG_NOSIGNAL, &g->addr.any, len);
	close(fd);
}
