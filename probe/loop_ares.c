/* loop_ares.c: c-ares <-> libevent. c-ares says which sockets it wants watched
 * (ARES_OPT_SOCK_STATE_CB) and, when asked, when it next needs the time; so the timer is set again
 * after every entry into the library.
 *
 * resolv.conf is read here and not by c-ares, which asks 127.0.0.1 when there is none: a resolver
 * that nobody configured. */
#include "probe/loop_ares.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define SERVERS_MAX 3 /* MAXNS of resolv.conf(5) */
#define SERVER_LEN  (INET6_ADDRSTRLEN + 16)
#define CSV_LEN	    (SERVERS_MAX * SERVER_LEN)

/* c-ares doubles its timeout with each try: 1 + 2 + 4 parts make up the whole. */
#define TRIES	    3
#define TRIES_PARTS 7

struct watch {
	struct watch *next;
	struct event *event;
	ares_socket_t fd;
};

struct loop_ares {
	struct event_base *base;
	ares_channel channel;
	struct event *timer;
	struct watch *watches;
};

/* --- resolvers --- */

/* Appends ADDRESS:PORT as c-ares reads it. 0, or -1 when it is no address. */
static int add_server(char csv[static CSV_LEN], const char *addr, unsigned int port)
{
	struct in6_addr any;
	char server[SERVER_LEN];
	if (inet_pton(AF_INET, addr, &any) == 1)
		snprintf(server, sizeof(server), "%s:%u", addr, port);
	else if (inet_pton(AF_INET6, addr, &any) == 1)
		snprintf(server, sizeof(server), "[%s]:%u", addr, port);
	else
		return -1;
	size_t len = strlen(csv);
	snprintf(csv + len, CSV_LEN - len, "%s%s", len ? "," : "", server);
	return 0;
}

/* "nameserver ADDRESS" lines. A link-local address with its interface (fe80::1%eth0) can't be asked
 * by c-ares 1.18 and does not count. */
static size_t read_resolv_conf(char csv[static CSV_LEN], const char *path)
{
	char line[256], addr[64];
	size_t n = 0;
	FILE *f = fopen(path, "re");
	*csv = '\0';
	while (f && n < SERVERS_MAX && fgets(line, sizeof(line), f))
		if (sscanf(line, " nameserver %63s", addr) == 1 && add_server(csv, addr, 53) == 0)
			n++;
	if (f)
		fclose(f);
	return n;
}

size_t loop_ares_nameservers(const char *resolv_conf)
{
	char csv[CSV_LEN];
	return read_resolv_conf(csv, resolv_conf);
}

/* udp://9.9.9.9, udp://9.9.9.9:5353, udp://[2620:fe::fe], udp://[2620:fe::fe]:5353,
 * udp://2620:fe::fe */
static int parse_udp(char csv[static CSV_LEN], const char *resolver)
{
	char addr[INET6_ADDRSTRLEN], rest = '\0';
	unsigned int port = 53;
	int n;
	*csv = '\0';
	if (sscanf(resolver, "udp://[%45[^]]]:%5u%c", addr, &port, &rest) == 2 ||
	    sscanf(resolver, "udp://%45[^]:[]:%5u%c", addr, &port, &rest) == 2)
		return port && port <= 65535 ? add_server(csv, addr, port) : -1;
	n = 0;
	if (sscanf(resolver, "udp://[%45[^]]]%n", addr, &n) == 1 && n && !resolver[n])
		return add_server(csv, addr, 53);
	n = 0;
	if (sscanf(resolver, "udp://%45[^][]%n", addr, &n) == 1 && n && !resolver[n])
		return add_server(csv, addr, 53);
	return -1;
}

bool loop_ares_knows(const char *resolver)
{
	char csv[CSV_LEN];
	return !strcmp(resolver, "system") || parse_udp(csv, resolver) == 0;
}

/* --- sockets and time --- */

static void set_timer(struct loop_ares *a)
{
	struct timeval tv;
	if (ares_timeout(a->channel, NULL, &tv))
		evtimer_add(a->timer, &tv);
	else
		evtimer_del(a->timer);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_ares *a = arg;
	(void)fd;
	(void)what;
	ares_process_fd(a->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(a);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct loop_ares *a = arg;
	ares_process_fd(a->channel, what & EV_READ ? fd : ARES_SOCKET_BAD,
			what & EV_WRITE ? fd : ARES_SOCKET_BAD);
	set_timer(a);
}

/* c-ares calls this with neither reading nor writing before it closes a socket. */
static void on_state(void *arg, ares_socket_t fd, int readable, int writable)
{
	struct loop_ares *a = arg;
	struct watch **at = &a->watches, *w;
	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	w = *at;
	if (w) {
		*at = w->next;
		event_free(w->event);
		free(w);
	}
	if (!readable && !writable)
		return;
	w = xcalloc(1, sizeof(*w));
	w->fd = fd;
	w->event = event_new(
		a->base, fd,
		(short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0)),
		on_socket, a);
	event_add(w->event, NULL);
	w->next = a->watches;
	a->watches = w;
}

/* --- channel --- */

static int open_channel(struct loop_ares *a, const char *csv, int timeout_ms)
{
	char lookups[] = "b", nowhere[] = "/dev/null";
	struct ares_options options = {
		/* NOCHECKRESP: SERVFAIL and REFUSED are answers and not a reason to ask elsewhere.
		 * No EDNS: one FORMERR would turn it off for all later queries of the channel. */
		.flags = ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
		.timeout = timeout_ms / TRIES_PARTS > 0 ? timeout_ms / TRIES_PARTS : 1,
		.tries = TRIES,
		.lookups = lookups,
		.sock_state_cb = on_state,
		.sock_state_cb_data = a,
		.resolvconf_path = nowhere,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
		   ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB | ARES_OPT_RESOLVCONF |
		   ARES_OPT_NOROTATE;
	if (ares_init_options(&a->channel, &options, mask) != ARES_SUCCESS)
		return -1;
	if (ares_set_servers_ports_csv(a->channel, csv) == ARES_SUCCESS)
		return 0;
	ares_destroy(a->channel);
	return -1;
}

struct loop_ares *loop_ares_new(struct event_base *base, const char *resolver,
				const char *resolv_conf, int timeout_ms)
{
	char csv[CSV_LEN];
	if (!strcmp(resolver, "system")) {
		if (!read_resolv_conf(csv, resolv_conf))
			return NULL;
	} else if (parse_udp(csv, resolver) < 0) {
		return NULL;
	}
	ares_library_init(ARES_LIB_INIT_ALL);
	struct loop_ares *a = xcalloc(1, sizeof(*a));
	a->base = base;
	if (open_channel(a, csv, timeout_ms) < 0) {
		ares_library_cleanup();
		free(a);
		return NULL;
	}
	a->timer = evtimer_new(base, on_timer, a);
	return a;
}

void loop_ares_free(struct loop_ares *a)
{
	if (!a)
		return;
	ares_destroy(a->channel);
	event_free(a->timer);
	ares_library_cleanup();
	free(a);
}

void loop_ares_query(struct loop_ares *a, const char *name, int qtype, ares_callback cb, void *arg)
{
	ares_query(a->channel, name, ns_c_in, qtype, cb, arg);
	set_timer(a);
}
