/* fuzz_dns.c: any bytes as the answer to a question. First byte: which question; the rest: the
 * message, which gets the right header and question in one of two tries so that its records are
 * read too. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "probe/wire_dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_promises(const struct wire_dns *d, const struct wire_dns_query *q)
{
	assert(d->rcode >= 0 && d->rcode <= 15);
	assert(d->n_addrs <= RESULT_ANSWERS_MAX && d->n_addrs <= d->total);
	assert(d->ttl >= -1 && d->ttl <= INT32_MAX && (d->ttl >= 0) == (d->total > 0));
	assert(memchr(d->cname, '\0', sizeof(d->cname)));
	for (size_t i = 0; i < d->n_addrs; i++)
		assert(memchr(d->addrs[i], '\0', sizeof(d->addrs[i])) &&
		       strchr(d->addrs[i], q->qtype == WIRE_DNS_A ? '.' : ':'));
	for (const char *p = d->cname; *p; p++)
		assert(*p >= ' ' && *p < 127 && !(*p >= 'A' && *p <= 'Z'));
	assert(d->cnames || !*d->cname);
	struct wire_dns_gist g = wire_dns_gist(d);
	assert(wire_dns_same(&g, &g));
}

static void read_exactly(const uint8_t *data, size_t len, const struct wire_dns_query *q)
{
	/* Of its own size, so that nothing can be read behind its end unseen. */
	uint8_t *copy = xmalloc(len + !len);
	struct wire_dns d;
	if (len)
		memcpy(copy, data, len);
	if (wire_dns_read(&d, copy, len, q))
		check_promises(&d, q);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char *const names[] = {"www.example.com", ".", "a.b.c.d.e.f.example"};
	struct wire_dns_query q;
	if (!len || len > WIRE_DNS_MAX)
		return 0;
	int qtype = data[0] & 1 ? WIRE_DNS_A : data[0] & 2 ? WIRE_DNS_NS : WIRE_DNS_AAAA;
	if (wire_dns_ask(&q, names[data[0] / 4 % 3], qtype, 7) < 0)
		abort();
	read_exactly(data + 1, len - 1, &q);
	if (len - 1 < WIRE_DNS_HEADER)
		return 0;
	/* header of the input, the right question, records of the input */
	size_t rest = len - 1 - WIRE_DNS_HEADER;
	uint8_t *whole = xmalloc(q.len + rest);
	memcpy(whole, data + 1, WIRE_DNS_HEADER);
	whole[2] |= 0x80;
	whole[4] = 0;
	whole[5] = 1;
	memcpy(whole + WIRE_DNS_HEADER, q.bytes + WIRE_DNS_HEADER, q.len - WIRE_DNS_HEADER);
	memcpy(whole + q.len, data + 1 + WIRE_DNS_HEADER, rest);
	read_exactly(whole, q.len + rest, &q);
	free(whole);
	return 0;
}
