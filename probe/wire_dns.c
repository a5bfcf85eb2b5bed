/* wire_dns.c: the reader walks the answer section once and never leaves the message; every step is
 * forward, but for the one alias that c-ares expands, which counts its jumps. A message:
 *
 *	 0  id           2  flags (QR 0x80, TC 0x02)      3  flags, rcode in the low four bits
 *	 4  QDCOUNT      6  ANCOUNT    8  NSCOUNT    10  ARCOUNT
 *	12  question: name, type, class
 *	    records: name, type, class, TTL (4 bytes), length, data */
#include "probe/wire_dns.h"

#include <arpa/inet.h>
#include <ares.h>
#include <string.h>

#define CLASS_IN     1
#define RECORD_FIXED 10 /* type, class, TTL, length */
#define RCODE_NONE   0

int wire_dns_ask(struct wire_dns_query *q, const char *name, int qtype, uint16_t id)
{
	unsigned char *bytes = NULL;
	int len = 0;
	int status = ares_create_query(name, CLASS_IN, qtype, id, 1, &bytes, &len, 0);
	bool fits = status == ARES_SUCCESS && (size_t)len <= sizeof(q->bytes);
	if (fits) {
		memcpy(q->bytes, bytes, (size_t)len);
		q->len = (size_t)len;
		q->qtype = qtype;
		q->id = id;
	}
	if (bytes)
		ares_free_string(bytes);
	return fits ? 0 : -1;
}

void wire_dns_number(struct wire_dns_query *q, uint16_t id)
{
	q->bytes[0] = (uint8_t)(id >> 8);
	q->bytes[1] = (uint8_t)id;
	q->id = id;
}

static unsigned int get16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/* End of the name at `at`, or 0. Where a pointer leads to is of no interest. */
static size_t skip_name(const uint8_t *data, size_t len, size_t at)
{
	while (at < len) {
		size_t label = data[at];
		if (!label)
			return at + 1;
		if (label >= 0xc0)
			return at + 2 <= len ? at + 2 : 0;
		if (label > 63)
			return 0;
		at += 1 + label;
	}
	return 0;
}

/* Bytes of the question, 0 when there is another one, or none. Lengths and types are no letters, so
 * that the whole can be compared like a name. A server that could not even read the question may
 * leave it out. */
static size_t same_question(const uint8_t *data, size_t len, const struct wire_dns_query *q)
{
	if (len < q->len)
		return 0;
	for (size_t i = WIRE_DNS_HEADER; i < q->len; i++)
		if (lower(data[i]) != lower(q->bytes[i]))
			return 0;
	return q->len - WIRE_DNS_HEADER;
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo). */
static uint64_t hash(const uint8_t *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;
	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	return h;
}

static void add_address(struct wire_dns *d, int qtype, const uint8_t *data, size_t len,
			uint32_t ttl)
{
	int64_t seconds = ttl > INT32_MAX ? 0 : ttl; /* RFC 2181, section 8 */
	if (d->n_addrs < RESULT_ANSWERS_MAX) {
		char *text = d->addrs[d->n_addrs++];
		inet_ntop(qtype == WIRE_DNS_A ? AF_INET : AF_INET6, data, text, INET6_ADDRSTRLEN);
	}
	d->total++;
	d->set += hash(data, len);
	if (d->ttl < 0 || seconds < d->ttl)
		d->ttl = seconds;
}

/* Its text, as far as it goes. False when it is not a name, or is not what its record holds. */
static bool read_alias(struct wire_dns *d, const uint8_t *message, size_t len, const uint8_t *data,
		       size_t data_len)
{
	char *text = NULL;
	long used;
	size_t i;
	if (ares_expand_name(data, message, (int)len, &text, &used) != ARES_SUCCESS)
		return false;
	bool fits = used >= 0 && (size_t)used <= data_len;
	for (i = 0; fits && text[i] && i + 1 < sizeof(d->cname); i++)
		d->cname[i] = (char)lower((uint8_t)text[i]);
	if (fits)
		d->cname[i] = '\0';
	ares_free_string(text);
	return fits;
}

/* End of the record at `at`, or 0 when it can't be read. */
static size_t read_record(struct wire_dns *d, const uint8_t *message, size_t len, size_t at,
			  int qtype)
{
	size_t fixed = skip_name(message, len, at);
	if (!fixed || len - fixed < RECORD_FIXED)
		return 0;
	const uint8_t *p = message + fixed, *data = p + RECORD_FIXED;
	unsigned int type = get16(p), size = get16(p + 8);
	if (len - fixed - RECORD_FIXED < size)
		return 0;
	if (get16(p + 2) == CLASS_IN && type == WIRE_DNS_CNAME) {
		d->cnames++;
		if (!read_alias(d, message, len, data, size))
			return 0;
	} else if (get16(p + 2) == CLASS_IN && type == (unsigned int)qtype &&
		   (qtype == WIRE_DNS_A || qtype == WIRE_DNS_AAAA)) {
		if (size != (qtype == WIRE_DNS_A ? 4 : 16))
			return 0;
		add_address(d, qtype, data, size, (uint32_t)get16(p + 4) << 16 | get16(p + 6));
	}
	return fixed + RECORD_FIXED + size;
}

bool wire_dns_read(struct wire_dns *d, const uint8_t *data, size_t len,
		   const struct wire_dns_query *q)
{
	size_t at = WIRE_DNS_HEADER;
	/* The texts are left as they are: whoever reads them goes by the counts. */
	d->n_addrs = d->total = d->cnames = 0;
	d->set = 0;
	d->ttl = -1;
	*d->cname = '\0';
	if (len < WIRE_DNS_HEADER || !(data[2] & 0x80))
		return false;
	d->id = (uint16_t)get16(data);
	d->rcode = data[3] & 0x0f;
	d->tc = data[2] & 0x02;
	d->whole = true;
	if (get16(data + 4)) {
		size_t question = same_question(data, len, q);
		if (!question || get16(data + 4) != 1)
			return false;
		at += question;
	} else {
		d->whole = d->rcode != RCODE_NONE;
	}
	for (unsigned int left = get16(data + 6); left && d->whole; left--) {
		size_t end = read_record(d, data, len, at, q->qtype);
		/* A record may be cut anywhere in a message that says so. */
		d->whole = end || d->tc;
		if (!end)
			break;
		at = end;
	}
	return true;
}

struct wire_dns_gist wire_dns_gist(const struct wire_dns *d)
{
	return (struct wire_dns_gist){d->rcode, d->whole, d->total, d->set};
}

bool wire_dns_same(const struct wire_dns_gist *a, const struct wire_dns_gist *b)
{
	return a->rcode == b->rcode && a->whole == b->whole && a->total == b->total &&
	       a->set == b->set;
}
