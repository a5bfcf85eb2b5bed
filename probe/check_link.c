/* check_link.c: the state of this device's own link: is there anything to measure with? Only yes
 * and no leave this file, never an address, a name of an interface or a number of them. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <string.h>

#include "probe/check.h"
#include "probe/loop_ares.h"

struct link {
	bool carrier, ipv4, ipv6, gateway, ns;
};

static void look_at_address(struct link *l, const struct sockaddr *sa)
{
	const struct sockaddr_in *four = (const void *)sa;
	const struct sockaddr_in6 *six = (const void *)sa;
	/* 169.254.0.0/16 is what a host gives itself when nobody answers its DHCP (RFC 3927). */
	if (sa->sa_family == AF_INET)
		l->ipv4 |= ntohl(four->sin_addr.s_addr) >> 16 != 0xa9fe;
	else if (sa->sa_family == AF_INET6)
		l->ipv6 |= !IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr);
}

/* 0, or -1 when the system does not tell. */
static int look_at_interfaces(struct link *l)
{
	const unsigned int up = IFF_UP | IFF_RUNNING;
	struct ifaddrs *list;
	if (getifaddrs(&list) < 0)
		return -1;
	for (struct ifaddrs *i = list; i; i = i->ifa_next) {
		if (i->ifa_flags & IFF_LOOPBACK || (i->ifa_flags & up) != up)
			continue;
		l->carrier = true;
		if (i->ifa_addr)
			look_at_address(l, i->ifa_addr);
	}
	freeifaddrs(list);
	return 0;
}

/* A route counts when it is up, goes somewhere and covers all addresses. A point-to-point line
 * (ppp0, wwan0) has no gateway address in it and is one all the same. */
static bool is_way_out(unsigned int flags, const char *iface)
{
	return flags & RTF_UP && !(flags & RTF_REJECT) && strcmp(iface, "lo");
}

/* /proc/net/route: interface, destination, gateway, flags, refcount, use, metric, mask, ... in
 * hexadecimal. */
static bool has_default4(void)
{
	char line[256], iface[32];
	unsigned int dest, flags, mask;
	bool found = false;
	FILE *f = fopen("/proc/net/route", "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%31s %x %*x %x %*s %*s %*s %x", iface, &dest, &flags,
			       &mask) == 4 &&
			!dest && !mask && is_way_out(flags, iface);
	if (f)
		fclose(f);
	return found;
}

/* /proc/net/ipv6_route: destination, its length, source, its length, next hop, metric, refcount,
 * use, flags, interface. Every Linux has a rejecting default route on lo. */
static bool has_default6(void)
{
	char line[256], iface[32];
	unsigned int length, flags;
	bool found = false;
	FILE *f = fopen("/proc/net/ipv6_route", "re");
	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%*s %x %*s %*s %*s %*s %*s %*s %x %31s", &length, &flags,
			       iface) == 3 &&
			!length && is_way_out(flags, iface);
	if (f)
		fclose(f);
	return found;
}

static enum failure judge(const struct link *l)
{
	if (!l->carrier)
		return FAIL_NO_CARRIER;
	if (!l->ipv4 && !l->ipv6)
		return FAIL_NO_ADDRESS;
	return l->gateway ? FAIL_NONE : FAIL_NO_GATEWAY;
}

static void start(struct check *c)
{
	struct link l = {0};
	int r = look_at_interfaces(&l);
	l.gateway = has_default4() || has_default6();
	l.ns = loop_ares_nameservers(c->env->resolv_conf) > 0;
	c->answer.result.v[RESULT_IPV4] = l.ipv4;
	c->answer.result.v[RESULT_IPV6] = l.ipv6;
	c->answer.result.v[RESULT_GATEWAY] = l.gateway;
	c->answer.result.v[RESULT_NS] = l.ns;
	check_done(c, r < 0 ? FAIL_LOCAL_ERROR : judge(&l));
}

static enum failure expired(struct check *c)
{
	(void)c;
	return FAIL_LOCAL_ERROR;
}

static void stop(struct check *c)
{
	(void)c;
}

const struct check_ops check_link = {
	.kind = KIND_LINK,
	.start = start,
	.expired = expired,
	.stop = stop,
};
