/* check_dns.c: one question to one resolver, and a result for each different answer.
 *
 * Over UDP further answers are waited for (wire_dnsudp.h), because a forger can't stop the true one.
 * A truncated answer is kept, and the whole one fetched over TCP. By HTTPS there is one answer.
 *
 * An answer is a lie when it holds an address that a fingerprint names, or one that can't be true:
 * a name of the internet never is this very device, or a group of hosts, or nobody's address. 10.0.0.0/8 as such is no lie, domestic services
 * live there. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "common/clock.h"
#include "probe/check.h"
#include "probe/classify.h"
#include "probe/fingerprints.h"
#include "probe/loop_doh.h"
#include "probe/resolver.h"
#include "probe/wire_dns.h"
#include "probe/wire_dnstcp.h"
#include "probe/wire_dnsudp.h"
#include "probe/wire_udppool.h"

/* Answers of forgers and of resolvers lie at most this far apart (OONI and others wait as long). */
#define LINGER_MS 500

/* For the whole answer over TCP: three round trips of a bad mobile network. */
#define TCP_MS 3000

/* So that a cache on the way can hold the answer (RFC 8484, section 4.1). */
#define HTTPS_ID 0

#define COPIES_MAX  255 /* columns of kinds.def */
#define ALIASES_MAX 63
#define ANSWERS_MAX (1 + CHECK_MORE_MAX)

/* What all questions of a runner share. */
struct shared {
	struct wire_udppool *pool;
	const struct timeval *linger, *tcp;
};

struct ask {
	struct check *check;
	struct wire_dns_query query;
	struct wire_dnsudp *udp;
	struct wire_dnstcp *tcp; /* NULL while none is fetched */
	struct loop_doh *doh;
	struct event *tcp_timer;
	int64_t tcp_since_us;
	bool heard;				 /* UDP has come to its end */
	struct wire_dns_gist gists[ANSWERS_MAX]; /* of the first answer and those in check->more */
	size_t n_answers;
	enum failure failure; /* of the first */
};

/* --- judging one answer --- */

/* RFC 6761: names that do not belong to the internet and may well be this device. */
static bool is_special(const char *name)
{
	const char *last = strrchr(name, '.');
	last = last ? last + 1 : name;
	return !strcasecmp(last, "localhost") || !strcasecmp(last, "test");
}

/* This device itself, its own link, multicast, and what was never given to anybody (RFC 6890). */
static bool is_nobody(const char *addr)
{
	struct in_addr four;
	struct in6_addr six;
	if (inet_pton(AF_INET, addr, &four) == 1) {
		uint32_t a = ntohl(four.s_addr);
		return a >> 24 == 0 || a >> 24 == 127 || a >> 16 == 0xa9fe || a >> 29 == 7;
	}
	return inet_pton(AF_INET6, addr, &six) == 1 &&
	       (IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six) ||
		IN6_IS_ADDR_LINKLOCAL(&six) || IN6_IS_ADDR_MULTICAST(&six) ||
		IN6_IS_ADDR_V4MAPPED(&six));
}

static bool is_forged(const struct check *c, struct check_answer *to)
{
	bool forged = false;
	for (size_t i = 0; i < to->n_addrs && !to->fp; i++) {
		to->fp = fingerprints_dns(c->env->fingerprints, to->addrs[i]);
		to->fp_at = i;
		forged |= is_nobody(to->addrs[i]) && !is_special(c->host);
	}
	return forged || to->fp;
}

/* 24 bits tell two aliases apart, but are no name that could be read. */
static int64_t hash_alias(const char *name)
{
	uint8_t h[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(h, (const uint8_t *)name, strlen(name));
	return (int64_t)h[0] << 16 | h[1] << 8 | h[2];
}

static enum failure fill(const struct check *c, struct check_answer *to, const struct wire_dns *d)
{
	int64_t *v = to->result.v;
	v[RESULT_RCODE] = d->rcode;
	v[RESULT_TC] = d->tc;
	v[RESULT_TTL] = d->ttl;
	v[RESULT_CNAMES] = d->cnames < ALIASES_MAX ? (int64_t)d->cnames : ALIASES_MAX;
	if (*d->cname) {
		v[RESULT_CNAME] = hash_alias(d->cname);
		memcpy(to->cname, d->cname, sizeof(d->cname));
	}
	to->n_addrs = d->n_addrs;
	memcpy(to->addrs, d->addrs, d->n_addrs * sizeof(*d->addrs));
	enum failure failure = classify_dns(d->rcode, d->whole, d->total);
	return failure == FAIL_NONE && is_forged(c, to) ? FAIL_DNS_BOGON : failure;
}

static struct check_answer *answer_at(struct check *c, size_t i)
{
	return i ? &c->more[i - 1] : &c->answer;
}

/* Enters an answer as a further copy of one that was there, or as a new one. */
static void take_answer(struct ask *a, const struct wire_dns *d, int64_t us, int ip_ttl)
{
	struct check *c = a->check;
	struct wire_dns_gist gist = wire_dns_gist(d);
	for (size_t i = 0; i < a->n_answers; i++) {
		int64_t *copies = &answer_at(c, i)->result.v[RESULT_COPIES];
		if (!wire_dns_same(&a->gists[i], &gist))
			continue;
		*copies += *copies < COPIES_MAX;
		return;
	}
	struct check_answer *to = a->n_answers ? check_more(c) : &c->answer;
	if (!to)
		return;
	enum failure failure = fill(c, to, d);
	to->result.v[RESULT_NTH] = (int64_t)a->n_answers;
	to->result.v[RESULT_IPTTL] = ip_ttl;
	if (a->n_answers) {
		to->result.v[RESULT_US] = us;
		to->result.v[RESULT_FAILURE] = failure;
	} else {
		c->us = us;
		a->failure = failure;
	}
	a->gists[a->n_answers++] = gist;
}

/* --- UDP, and TCP after a truncated answer --- */

static void end_tcp(struct ask *a)
{
	wire_dnstcp_free(a->tcp);
	a->tcp = NULL;
	if (a->heard)
		check_done(a->check, a->failure);
}

static void on_tcp_timeout(evutil_socket_t fd, short what, void *arg)
{
	struct ask *a = arg;
	(void)fd;
	(void)what;
	if (a->tcp)
		end_tcp(a);
}

static void on_whole_answer(void *arg, const uint8_t *message, size_t len)
{
	struct ask *a = arg;
	struct wire_dns d;
	if (message && wire_dns_read(&d, message, len, &a->query) && d.id == a->query.id)
		take_answer(a, &d, clock_mono_us() - a->tcp_since_us, -1);
	end_tcp(a);
}

static void fetch_whole_answer(struct ask *a, const union wire_addr *server)
{
	struct event_base *base = a->check->env->base;
	const struct shared *shared = a->check->shared;
	a->tcp_since_us = clock_mono_us();
	a->tcp = wire_dnstcp_new(base, server, &a->query, on_whole_answer, a);
	a->tcp_timer = evtimer_new(base, on_tcp_timeout, a);
	event_add(a->tcp_timer, shared->tcp);
}

static void on_answer(void *arg, const struct wire_dnsudp_answer *answer)
{
	struct ask *a = arg;
	take_answer(a, &answer->message, answer->us, answer->ip_ttl);
	if (answer->message.tc && !a->tcp_timer)
		fetch_whole_answer(a, answer->server);
}

static void on_heard(void *arg, enum failure failure)
{
	struct ask *a = arg;
	a->heard = true;
	if (!a->tcp)
		check_done(a->check, failure == FAIL_NONE ? a->failure : failure);
}

static void ask_by_datagram(struct ask *a)
{
	struct check *c = a->check;
	const struct shared *shared = c->shared;
	const struct wire_dnsudp_ask ask = {
		.base = c->env->base,
		.pool = shared->pool,
		.servers = c->resolver->servers,
		.n_servers = c->resolver->n_servers,
		.waits = c->resolver->waits,
		.linger = shared->linger,
		.query = &a->query,
		.answer = on_answer,
		.end = on_heard,
		.arg = a,
	};
	enum failure why;
	a->udp = wire_dnsudp_new(&ask, &why);
	if (!a->udp)
		check_done(c, why);
}

/* --- HTTPS --- */

static void on_doh(void *arg, enum failure failure, const uint8_t *message, size_t len)
{
	struct ask *a = arg;
	struct wire_dns d;
	if (failure == FAIL_NONE && wire_dns_read(&d, message, len, &a->query) &&
	    d.id == a->query.id) {
		take_answer(a, &d, -1, -1);
		failure = a->failure;
	} else if (failure == FAIL_NONE) {
		failure = FAIL_DNS_MISBEHAVING;
	}
	check_done(a->check, failure);
}

static void ask_by_https(struct ask *a)
{
	struct check *c = a->check;
	a->doh = loop_doh_new(c->resolver->loop, c->resolver->url, c->env->ca_file, a->query.bytes,
			      a->query.len, on_doh, a);
	if (!a->doh)
		check_done(c, FAIL_LOCAL_ERROR);
}

/* --- the check --- */

static void *open_shared(const struct check_env *env)
{
	static const struct timeval linger = {LINGER_MS / 1000, LINGER_MS % 1000 * 1000};
	static const struct timeval tcp = {TCP_MS / 1000, TCP_MS % 1000 * 1000};
	struct shared *shared = xcalloc(1, sizeof(*shared));
	shared->pool = wire_udppool_new(env->base);
	shared->linger = event_base_init_common_timeout(env->base, &linger);
	shared->tcp = event_base_init_common_timeout(env->base, &tcp);
	return shared;
}

static void close_shared(void *arg)
{
	struct shared *shared = arg;
	wire_udppool_free(shared->pool);
	free(shared);
}

static void start(struct check *c)
{
	if (!c->resolver) {
		check_done(c, FAIL_DNS_NO_RESOLVER);
		return;
	}
	struct ask *a = xcalloc(1, sizeof(*a));
	c->state = a;
	a->check = c;
	if (wire_dns_ask(&a->query, c->host, c->qtype, HTTPS_ID) < 0)
		check_done(c, FAIL_LOCAL_ERROR);
	else if (c->resolver->url)
		ask_by_https(a);
	else
		ask_by_datagram(a);
}

static enum failure expired(struct check *c)
{
	struct ask *a = c->state;
	if (a->n_answers)
		return a->failure;
	if (a->doh)
		return loop_doh_expired(a->doh);
	return wire_dnsudp_silence(a->udp);
}

static void stop(struct check *c)
{
	struct ask *a = c->state;
	if (!a)
		return;
	if (a->tcp_timer)
		event_free(a->tcp_timer);
	wire_dnsudp_free(a->udp);
	wire_dnstcp_free(a->tcp);
	loop_doh_free(a->doh);
	free(a);
	c->state = NULL;
}

const struct check_ops check_dns = {
	.kind = KIND_DNS,
	.open = open_shared,
	.close = close_shared,
	.start = start,
	.expired = expired,
	.stop = stop,
};
