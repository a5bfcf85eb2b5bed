/* resolver.c: texts to addresses. resolv.conf is read here and not by a library, because libraries
 * ask 127.0.0.1 when there is none: a resolver that nobody configured. */
#include "probe/resolver.h"

#include <event2/event.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/limits.h"
#include "probe/loop_curl.h"

#define DNS_PORT 53

/* Repetitions come at 1/7 and 3/7 of the time there is, as with a wait that doubles. */
#define PARTS 7

/* A link-local server is written with its interface, fe80::1%wlan0: many home networks have no
 * other. */
static int parse_server(union wire_addr *a, const char *text)
{
	char addr[64];
	size_t len = strcspn(text, "%");
	snprintf(addr, sizeof(addr), "%.*s", (int)len, text);
	if (!wire_addr_make(a, addr, DNS_PORT))
		return -1;
	if (!text[len])
		return 0;
	if (a->any.sa_family != AF_INET6 ||
	    !(a->six.sin6_scope_id = if_nametoindex(text + len + 1)))
		return -1;
	return 0;
}

size_t resolver_nameservers(union wire_addr out[static RESOLVER_SERVERS_MAX],
			    const char *resolv_conf)
{
	char line[256], addr[64];
	size_t n = 0;
	FILE *f = fopen(resolv_conf, "re");
	while (f && n < RESOLVER_SERVERS_MAX && fgets(line, sizeof(line), f))
		if (sscanf(line, " nameserver %63s", addr) == 1 && parse_server(&out[n], addr) == 0)
			n++;
	if (f)
		fclose(f);
	return n;
}

static int make_server(union wire_addr *a, const char *addr, unsigned int port)
{
	return port && port <= 65535 && wire_addr_make(a, addr, (uint16_t)port) ? 0 : -1;
}

/* udp://9.9.9.9, udp://9.9.9.9:5353, udp://[2620:fe::fe], udp://[2620:fe::fe]:5353,
 * udp://2620:fe::fe */
static int parse_udp(union wire_addr *a, const char *text)
{
	char addr[INET6_ADDRSTRLEN], rest = '\0';
	unsigned int port;
	int n;
	if (sscanf(text, "udp://[%45[^]]]:%5u%c", addr, &port, &rest) == 2 ||
	    sscanf(text, "udp://%45[^]:[]:%5u%c", addr, &port, &rest) == 2)
		return make_server(a, addr, port);
	n = 0;
	if (sscanf(text, "udp://[%45[^]]]%n", addr, &n) == 1 && n && !text[n])
		return make_server(a, addr, DNS_PORT);
	n = 0;
	if (sscanf(text, "udp://%45[^][]%n", addr, &n) == 1 && n && !text[n])
		return make_server(a, addr, DNS_PORT);
	return -1;
}

/* No user, no query, no fragment: what stands here goes to the collector as the resolver's name. */
static bool is_https(const char *text)
{
	char host[254], port[6] = "443", rest = '\0';
	union wire_addr any;
	int n = 0;
	if (strlen(text) >= TARGET_URL_MAX)
		return false;
	if (sscanf(text, "https://[%253[0-9a-fA-F:.]]%n", host, &n) == 1 && n) {
		if (!wire_addr_make(&any, host, 443))
			return false;
	} else if (sscanf(text, "https://%253[-a-zA-Z0-9._]%n", host, &n) != 1) {
		return false;
	}
	const char *at = text + n;
	if (*at == ':') {
		if (sscanf(at, ":%5[0-9]%c", port, &rest) != 2 || rest != '/')
			return false;
		at += 1 + strlen(port);
	}
	for (const char *p = at; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("?#{}<>\\\"", *p))
			return false;
	return *at == '/' && atoi(port) > 0 && atoi(port) <= 65535;
}

bool resolver_knows(const char *text, char *err, size_t errlen)
{
	union wire_addr any;
	if (!strcmp(text, "system") || parse_udp(&any, text) == 0 || is_https(text))
		return true;
	snprintf(err, errlen,
		 "resolver '%.64s' is neither system, udp://ADDRESS[:PORT] nor "
		 "https://HOST[:PORT]/PATH",
		 text);
	return false;
}

/* Looks the text up. 0, or -1 when the device has no such resolver. */
static int find(struct resolver *r, const char *text, const char *resolv_conf)
{
	if (!strcmp(text, "system"))
		r->n_servers = resolver_nameservers(r->servers, resolv_conf);
	else if (parse_udp(&r->servers[0], text) == 0)
		r->n_servers = 1;
	else if (is_https(text))
		r->url = text;
	return r->n_servers || r->url ? 0 : -1;
}

struct resolver *resolver_new(struct event_base *base, const char *text, const char *resolv_conf,
			      int timeout_ms)
{
	struct resolver *r = xcalloc(1, sizeof(*r));
	if (find(r, text, resolv_conf) < 0) {
		free(r);
		return NULL;
	}
	for (int i = 0; i < WIRE_DNSUDP_REPEATS; i++) {
		int64_t us = timeout_ms * 1000LL / PARTS << i;
		struct timeval wait = {us / 1000000, us % 1000000};
		r->waits[i] = event_base_init_common_timeout(base, &wait);
	}
	if (r->url)
		r->loop = loop_curl_new(base);
	return r;
}

void resolver_free(struct resolver *r)
{
	if (!r)
		return;
	loop_curl_free(r->loop);
	free(r);
}
