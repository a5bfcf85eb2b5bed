/* result.c: one measurement as a line of text, both ways, and the small vocabularies around it.
 *
 *	[1,1234,0,8123,0,0,443]  tcp, 1.234 s after t0, target 0, 8.123 ms, success, addr 0, port 443
 *
 * The first number is the kind's row in kinds.def, then its columns in order; null stands for -1.
 */
#include "common/result.h"

#include <stdbool.h>
#include <string.h>

#include "common/buf.h"

static const struct {
	const char *name;
	int64_t min, max;
} fields[RESULT_FIELDS] = {
#define FIELD(sym, name, min, max, doc) [RESULT_##sym] = {name, min, max},
#include "common/kinds.def"
#undef FIELD
};

static const struct {
	const char *name;
	enum result_field columns[RESULT_FIELDS + 1];
} kinds[KINDS] = {
#define KIND(sym, name, cols, doc) [KIND_##sym] = {name, cols},
#include "common/kinds.def"
#undef KIND
};

static const char *const classes[CLASSES] = {
	[CLASS_DOMESTIC] = "domestic", [CLASS_OPEN] = "open",	      [CLASS_FILTERED] = "filtered",
	[CLASS_CANARY] = "canary",     [CLASS_RESOLVER] = "resolver", [CLASS_LINK] = "link",
	[CLASS_OTHER] = "other",
};

static const char *const accesses[ACCESSES] = {
	[ACCESS_UNKNOWN] = "unknown",
	[ACCESS_MOBILE] = "mobile",
	[ACCESS_FIXED] = "fixed",
	[ACCESS_DATACENTRE] = "datacentre",
};

void result_init(struct result *r, enum kind kind)
{
	*r = (struct result){.kind = kind};
	for (size_t f = 0; f < RESULT_FIELDS; f++)
		r->v[f] = fields[f].min < 0 ? -1 : 0;
}

const char *kind_str(enum kind k)
{
	return (unsigned int)k < KINDS ? kinds[k].name : "unknown";
}

enum kind kind_parse(const char *s)
{
	size_t k = 0;
	while (k < KINDS && strcmp(kinds[k].name, s))
		k++;
	return (enum kind)k;
}

const char *field_str(enum result_field f)
{
	return (unsigned int)f < RESULT_FIELDS ? fields[f].name : "unknown";
}

enum result_field field_parse(const char *s)
{
	size_t f = 0;
	while (f < RESULT_FIELDS && strcmp(fields[f].name, s))
		f++;
	return (enum result_field)f;
}

const enum result_field *kind_columns(enum kind k)
{
	return kinds[k].columns;
}

const char *class_str(enum target_class c)
{
	return (unsigned int)c < CLASSES ? classes[c] : "unknown";
}

enum target_class class_parse(const char *s)
{
	size_t c = 0;
	while (c < CLASSES && strcmp(classes[c], s))
		c++;
	return (enum target_class)c;
}

const char *access_str(enum access_type a)
{
	return (unsigned int)a < ACCESSES ? accesses[a] : "any";
}

enum access_type access_parse(const char *s)
{
	size_t a = 0;
	while (a < ACCESSES && strcmp(accesses[a], s))
		a++;
	return (enum access_type)a;
}

void result_columns_default(struct result_columns *c)
{
	for (size_t k = 0; k < KINDS; k++)
		memcpy(c->of[k], kinds[k].columns, sizeof(c->of[k]));
}

static bool is_list(enum result_field f)
{
	return f == RESULT_ANSWERS || f == RESULT_CHAIN;
}

enum result_field kind_list(enum kind k)
{
	const enum result_field *f = kinds[k].columns;
	while (*f != RESULT_FIELDS && !is_list(*f))
		f++;
	return *f;
}

static void encode_list(struct buf *out, const struct result *r)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < r->n_list; i++) {
		if (i)
			buf_putc(out, ',');
		buf_put_int(out, r->list[i]);
	}
	buf_putc(out, ']');
}

int result_encode(struct buf *out, const struct result *r, int64_t t0_ms)
{
	buf_putc(out, '[');
	buf_put_int(out, r->kind);
	for (const enum result_field *f = kinds[r->kind].columns; *f != RESULT_FIELDS; f++) {
		int64_t v = r->v[*f] - (*f == RESULT_T ? t0_ms : 0);
		buf_putc(out, ',');
		if (is_list(*f))
			encode_list(out, r);
		else if (v == -1)
			buf_puts(out, "null");
		else
			buf_put_int(out, v);
	}
	return buf_putc(out, ']');
}

/* --- back from text --- */

/* A line is JSON (RFC 8259), but of that only arrays of integers: read in place, since most of what opening a batch costs would
 * be to build a tree of each line. */
struct scan {
	const char *p, *end;
};

static void skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\r'))
		s->p++;
}

static bool take(struct scan *s, const char *token)
{
	size_t n = strlen(token);
	skip_space(s);
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, token, n))
		return false;
	s->p += n;
	return true;
}

static bool is_digit(const struct scan *s)
{
	return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool take_integer(struct scan *s, int64_t *out)
{
	bool minus = take(s, "-");
	const char *first = s->p;
	int64_t v = 0;
	for (; is_digit(s); s->p++) {
		if (v > (INT64_MAX - 9) / 10)
			return false;
		v = 10 * v + (*s->p - '0');
	}
	if (s->p == first || (*first == '0' && s->p > first + 1))
		return false;
	*out = minus ? -v : v;
	return s->p == s->end || !strchr(".eE", *s->p);
}

static const char *decode_item(struct result *r, enum result_field f, struct scan *s)
{
	int64_t v, end = f == RESULT_ANSWERS ? BATCH_ADDRS_MAX : BATCH_CERTS_MAX;
	size_t most = f == RESULT_ANSWERS ? RESULT_ANSWERS_MAX : RESULT_CHAIN_MAX;
	if (!take_integer(s, &v) || v < 0 || v >= end)
		return "an item of a list is not an index";
	if (r->n_list == most)
		return "too many answers or certificates";
	r->list[r->n_list++] = (uint16_t)v;
	return NULL;
}

/* A chain and a list of answers in one line would share the array: no kind has both, but a hostile
 * header may name both. */
static const char *decode_list(struct result *r, enum result_field f, struct scan *s)
{
	const char *why = NULL;
	if (!take(s, "["))
		return "a list is not a list";
	if (f != kind_list(r->kind))
		return "a list that this kind does not have";
	if (take(s, "]"))
		return NULL;
	do
		why = decode_item(r, f, s);
	while (!why && take(s, ","));
	return why || take(s, "]") ? why : "a list has no end";
}

static const char *decode_value(struct result *r, enum result_field f, struct scan *s)
{
	int64_t v;
	if (is_list(f))
		return decode_list(r, f, s);
	if (fields[f].min < 0 && take(s, "null"))
		return NULL;
	if (!take_integer(s, &v))
		return "a value is not an integer";
	if (v < fields[f].min || v > fields[f].max || v == -1)
		return "a value is out of its range";
	r->v[f] = v;
	return NULL;
}

const char *result_decode(struct result *r, const char *text, size_t len, int64_t t0_ms,
			  const struct result_columns *columns)
{
	struct scan s = {text, text + len};
	const char *why = NULL;
	int64_t kind;
	if (!take(&s, "["))
		return "not a JSON array";
	if (!take_integer(&s, &kind) || kind < 0 || kind >= KINDS)
		return "unknown kind";
	result_init(r, (enum kind)kind);
	for (const enum result_field *f = columns->of[kind]; !why && *f != RESULT_FIELDS; f++)
		why = take(&s, ",") ? decode_value(r, *f, &s) : "fewer values than columns";
	if (why)
		return why;
	if (!take(&s, "]"))
		return "more values than columns";
	skip_space(&s);
	if (s.p != s.end)
		return "something comes after its end";
	if (r->v[RESULT_FAILURE] >= FAILURES)
		return "an outcome that this version does not know";
	r->v[RESULT_T] += t0_ms;
	return NULL;
}
