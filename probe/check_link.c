/* check_link.c: the state of this device's own link: is there anything to measure with? Only yes
 * and no leave this file, never an address, a name of an interface or a number of them.
 *
 * What the device knows by itself is there at once. Two questions are put to the link:
 *
 *	gwup  does the gateway answer ARP or neighbour discovery? The kernel may go by an answer of
 *	      the last minute, but our question makes it look again before the next cycle. A
 *	      gateway that is down does not make the link down: some answer nobody, and what gets
 *	      through is measured by the other checks.
 *	nsup  does the first nameserver say anything at all? It is asked for the root's own servers,
 *	      which any resolver knows, and REFUSED is an answer too. */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/check.h"
#include "probe/resolver.h"
#include "probe/wire_dns.h"
#include "probe/wire_gateway.h"
#include "probe/wire_udp.h"

#define TIMEOUT_MS 1500
#define LOOK_MS	   100 /* at the gateway, and at whether everything is known */
#define REPEAT	   5   /* looks before the nameserver is asked once more */

#define NO_SAY (-1)

struct link {
	bool carrier, ipv4, ipv6, gateway, failed;
};

struct look {
	struct check *check;
	struct link link;
	struct wire_gateway gateway;
	struct wire_dns_query query;
	struct event *timer, *event;
	int fd; /* to the nameserver */
	int looks;
	bool gateway_open, ns_open; /* not known yet */
};

/* --- what the device knows --- */

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

static enum failure judge(const struct link *l)
{
	if (l->failed)
		return FAIL_LOCAL_ERROR;
	if (!l->carrier)
		return FAIL_NO_CARRIER;
	if (!l->ipv4 && !l->ipv6)
		return FAIL_NO_ADDRESS;
	return l->gateway ? FAIL_NONE : FAIL_NO_GATEWAY;
}

/* --- what the link answers --- */

static void finish_if_known(struct look *k)
{
	if (!k->gateway_open && !k->ns_open) {
		evtimer_del(k->timer);
		check_done(k->check, judge(&k->link));
	}
}

static void look_at_gateway(struct look *k)
{
	int64_t *up = &k->check->answer.result.v[RESULT_GWUP];
	enum wire_neighbour n = wire_gateway_look(&k->gateway);
	k->gateway_open = n == NEIGHBOUR_UNKNOWN;
	*up = n == NEIGHBOUR_NONE ? NO_SAY : n == NEIGHBOUR_UP;
}

static void end_ns(struct look *k, bool up)
{
	k->check->answer.result.v[RESULT_NSUP] = up;
	k->ns_open = false;
	event_del(k->event);
}

static void on_datagram(evutil_socket_t fd, short what, void *arg)
{
	uint8_t data[512];
	struct wire_datagram d = {.data = data, .room = sizeof(data)};
	struct wire_dns answer;
	struct look *k = arg;
	int err = wire_udp_receive(fd, &d);
	(void)what;
	if (err == EAGAIN)
		return;
	if (err)
		end_ns(k, false);
	else if (wire_dns_read(&answer, data, d.len, &k->query) && answer.id == k->query.id)
		end_ns(k, true);
	finish_if_known(k);
}

static void ask_ns(struct look *k)
{
	struct wire_moment at;
	wire_udp_send(k->fd, k->query.bytes, k->query.len, &at);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct look *k = arg;
	(void)fd;
	(void)what;
	if (++k->looks == REPEAT && k->ns_open)
		ask_ns(k);
	if (k->gateway_open)
		look_at_gateway(k);
	finish_if_known(k);
}

static void begin_gateway(struct look *k)
{
	k->gateway = wire_gateway_find();
	k->link.gateway = k->gateway.found;
	if (!k->gateway.neighbour)
		return;
	/* Also when it is known: so that the kernel finds out in time when it goes away. */
	wire_gateway_poke(&k->gateway);
	look_at_gateway(k);
}

static void begin_ns(struct look *k)
{
	union wire_addr servers[RESOLVER_SERVERS_MAX];
	struct check *c = k->check;
	uint16_t id;
	bool any = resolver_nameservers(servers, c->env->resolv_conf) > 0;
	c->answer.result.v[RESULT_NS] = any;
	randombytes_buf(&id, sizeof(id));
	if (!any || wire_dns_ask(&k->query, ".", WIRE_DNS_NS, id) < 0)
		return;
	c->answer.result.v[RESULT_NSUP] = 0;
	k->fd = wire_udp_open(&servers[0]);
	if (k->fd < 0)
		return;
	k->ns_open = true;
	k->event = event_new(c->env->base, k->fd, EV_READ | EV_PERSIST, on_datagram, k);
	event_add(k->event, NULL);
	ask_ns(k);
}

/* --- the check --- */

static void start(struct check *c)
{
	static const struct timeval interval = {0, LOOK_MS * 1000};
	struct look *k = xcalloc(1, sizeof(*k));
	c->state = k;
	k->check = c;
	k->fd = -1;
	k->link.failed = look_at_interfaces(&k->link) < 0;
	k->timer = event_new(c->env->base, -1, EV_PERSIST, on_timer, k);
	evtimer_add(k->timer, &interval);
	begin_gateway(k);
	begin_ns(k);
	c->answer.result.v[RESULT_IPV4] = k->link.ipv4;
	c->answer.result.v[RESULT_IPV6] = k->link.ipv6;
	c->answer.result.v[RESULT_GATEWAY] = k->link.gateway;
	finish_if_known(k);
}

/* Whatever has not answered by now is down; the columns say so already. */
static enum failure expired(struct check *c)
{
	const struct look *k = c->state;
	return judge(&k->link);
}

static void stop(struct check *c)
{
	struct look *k = c->state;
	if (!k)
		return;
	if (k->event)
		event_free(k->event);
	event_free(k->timer);
	if (k->fd >= 0)
		close(k->fd);
	free(k);
	c->state = NULL;
}

const struct check_ops check_link = {
	.kind = KIND_LINK,
	.timeout_ms = TIMEOUT_MS,
	.start = start,
	.expired = expired,
	.stop = stop,
};
