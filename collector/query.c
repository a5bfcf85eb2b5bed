/* query.c: application/x-www-form-urlencoded (WHATWG URL, section 5) for readers who may be
 * hostile.
 */
#include "collector/query.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes [from, from + len) to *out, which moves past the NUL. NULL, or what is wrong. */
static const char *decode(char **out, const char *from, size_t len)
{
	char *p = *out;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];
		if (c == '+') {
			c = ' ';
		} else if (c == '%') {
			int hi = len - i > 2 ? hex(from[i + 1]) : -1;
			int lo = hi >= 0 ? hex(from[i + 2]) : -1;
			if (lo < 0)
				return "a '%' in the query must be followed by two hexadecimal "
				       "digits";
			c = (unsigned char)(hi << 4 | lo);
			i += 2;
		}
		if (c < 0x20 || c == 0x7f)
			return "the query holds a control character";
		*p++ = (char)c;
	}
	*p++ = '\0';
	*out = p;
	return NULL;
}

/* Length of the well-formed UTF-8 sequence at p (Unicode 15, table 3-7), 0 when there is none. */
static size_t sequence(const unsigned char *p)
{
	static const struct {
		unsigned char lo, hi, lo2, hi2, len;
	} table[] = {
		{0x01, 0x7f, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};
	for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++) {
		if (p[0] < table[t].lo || p[0] > table[t].hi)
			continue;
		size_t len = table[t].len;
		if (len > 1 && (p[1] < table[t].lo2 || p[1] > table[t].hi2))
			return 0;
		for (size_t i = 2; i < len; i++)
			if ((p[i] & 0xc0) != 0x80)
				return 0;
		return len;
	}
	return 0;
}

static bool is_utf8(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p;) {
		size_t n = sequence(p);
		if (!n)
			return false;
		p += n;
	}
	return true;
}

static const char *parse_pair(struct query *q, char **out, const char *from, size_t len)
{
	const char *equals = memchr(from, '=', len);
	size_t name_len = equals ? (size_t)(equals - from) : len;
	struct query_pair *pair = &q->pairs[q->n];
	if (q->n == QUERY_PAIRS_MAX)
		return "the query has too many parameters";
	pair->name = *out;
	const char *why = decode(out, from, name_len);
	if (why)
		return why;
	pair->value = *out;
	why = decode(out, equals ? equals + 1 : "", equals ? len - name_len - 1 : 0);
	if (why)
		return why;
	if (!is_utf8(pair->name) || !is_utf8(pair->value))
		return "the query is not valid UTF-8";
	q->n++;
	return NULL;
}

const char *query_parse(struct query *q, const char *raw)
{
	char *out = q->text;
	q->n = 0;
	/* A pair of n bytes, '=' counted, decodes to at most n + 1 with two NULs, or n + 2 when it
	 * has no '='; the '&' between pairs makes up for one of them. */
	if (strlen(raw) + 2 + QUERY_PAIRS_MAX > sizeof(q->text))
		return "the query is too long";
	while (*raw) {
		size_t len = strcspn(raw, "&");
		const char *why = len ? parse_pair(q, &out, raw, len) : NULL;
		if (why)
			return why;
		raw += len + (raw[len] == '&');
	}
	return NULL;
}

const char *query_get(const struct query *q, const char *name)
{
	for (size_t i = 0; i < q->n; i++)
		if (!strcmp(q->pairs[i].name, name))
			return q->pairs[i].value;
	return NULL;
}
