/* check_dns.c: one question to one resolver.
 *
 * An answer is a lie when it holds an address that a fingerprint names, or one that can't be true:
 * a name of the internet never is this very device. 10.0.0.0/8 as such is no lie, domestic services
 * live there. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ares.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buf.h"
#include "probe/check.h"
#include "probe/classify.h"
#include "probe/fingerprints.h"
#include "probe/loop_ares.h"

/* c-ares can't take back a single query, so a query outlives a check that was stopped. */
struct query {
	struct check *check; /* NULL: nobody waits for the answer any more */
};

/* Both address types of c-ares begin with the address and go to text by family. */
static unsigned int parse_answers(struct check *c, const unsigned char *abuf, int alen)
{
	struct ares_addrttl four[RESULT_ANSWERS_MAX];
	struct ares_addr6ttl six[RESULT_ANSWERS_MAX];
	int n = RESULT_ANSWERS_MAX, status;
	bool is_a = c->qtype == ns_t_a;
	status = is_a ? ares_parse_a_reply(abuf, alen, NULL, four, &n)
		      : ares_parse_aaaa_reply(abuf, alen, NULL, six, &n);
	if (status != ARES_SUCCESS)
		return 0;
	for (int i = 0; i < n; i++)
		inet_ntop(is_a ? AF_INET : AF_INET6,
			  is_a ? (const void *)&four[i].ipaddr : (const void *)&six[i].ip6addr,
			  c->answer.addrs[i], sizeof(c->answer.addrs[i]));
	c->answer.n_addrs = (size_t)n;
	return (unsigned int)n;
}

/* RFC 6761: names that do not belong to the internet and may well be this device. */
static bool is_special(const char *name)
{
	const char *last = strrchr(name, '.');
	last = last ? last + 1 : name;
	return !strcasecmp(last, "localhost") || !strcasecmp(last, "test");
}

static bool is_this_device(const char *addr)
{
	struct in_addr four;
	struct in6_addr six;
	if (inet_pton(AF_INET, addr, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127 || four.s_addr == INADDR_ANY;
	return inet_pton(AF_INET6, addr, &six) == 1 &&
	       (IN6_IS_ADDR_LOOPBACK(&six) || IN6_IS_ADDR_UNSPECIFIED(&six));
}

static bool is_forged(struct check *c)
{
	bool forged = false;
	for (size_t i = 0; i < c->answer.n_addrs && !c->answer.fp; i++) {
		c->answer.fp = fingerprints_dns(c->env->fingerprints, c->answer.addrs[i]);
		forged |= is_this_device(c->answer.addrs[i]) && !is_special(c->host);
	}
	return forged || c->answer.fp;
}

static void on_answer(void *arg, int status, int timeouts, unsigned char *abuf, int alen)
{
	struct query *q = arg;
	struct check *c = q->check;
	unsigned int answers = 0;
	int rcode = -1;
	(void)timeouts;
	free(q);
	if (!c)
		return;
	c->state = NULL;
	if (abuf && alen >= NS_HFIXEDSZ) {
		rcode = abuf[3] & 0x0f;
		c->answer.result.v[RESULT_RCODE] = rcode;
	}
	if (status == ARES_SUCCESS)
		answers = parse_answers(c, abuf, alen);
	enum failure failure = classify_dns(status, rcode, answers);
	if (failure == FAIL_NONE && is_forged(c))
		failure = FAIL_DNS_BOGON;
	check_done(c, failure);
}

static void start(struct check *c)
{
	struct query *q;
	if (!c->resolver) {
		check_done(c, FAIL_DNS_NO_RESOLVER);
		return;
	}
	q = xcalloc(1, sizeof(*q));
	q->check = c;
	c->state = q;
	loop_ares_query(c->resolver, c->host, c->qtype, on_answer, q);
}

static enum failure expired(struct check *c)
{
	(void)c;
	return FAIL_DNS_TIMEOUT;
}

static void stop(struct check *c)
{
	struct query *q = c->state;
	if (q)
		q->check = NULL;
	c->state = NULL;
}

const struct check_ops check_dns = {
	.kind = KIND_DNS,
	.start = start,
	.expired = expired,
	.stop = stop,
};
