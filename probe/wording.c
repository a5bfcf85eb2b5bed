/* wording.c: the texts of findings.def, filled in and wrapped. */
#include "probe/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "probe/wire_cert.h"

#define ISOLATE "\u2068"
#define POP	"\u2069"

static const char *const texts[FINDINGS][WORDINGS] = {
#define FINDING(sym, id, tone, en, fa) [FINDING_##sym] = {en, fa},
#include "probe/findings.def"
#undef FINDING
};

static const char *const words[WORDING_WORDS][WORDINGS] = {
#define WORD(sym, en, fa) [WORDING_##sym] = {en, fa},
#include "probe/findings.def"
#undef WORD
};

static const char *const meanings[FAILURES] = {
#define MEANING(sym, fa) [FAIL_##sym] = fa,
#include "probe/findings.def"
#undef MEANING
};

/* What the placeholders of one finding are filled from. */
struct filling {
	struct buf *out;
	enum wording w;
	const struct findings *all;
	const struct finding *one;
	const struct trace_step *step; /* of the finding, or an empty one */
	size_t begin;		       /* of the paragraph */
};

enum wording wording_parse(const char *text)
{
	if (!strcmp(text, "en"))
		return WORDING_EN;
	return !strcmp(text, "fa") ? WORDING_FA : WORDINGS;
}

const char *wording_word(enum wording w, enum wording_word word)
{
	return words[word][w];
}

const char *wording_failure(enum wording w, enum failure f)
{
	bool known = w == WORDING_FA && (unsigned int)f < FAILURES && meanings[f];
	return known ? meanings[f] : failure_meaning(f);
}

void wording_foreign(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_putc(out, *text >= ' ' && *text <= '~' ? *text : '?');
}

/* --- placeholders --- */

static void put_latin(struct buf *out, enum wording w, const char *text)
{
	buf_puts(out, w == WORDING_FA ? ISOLATE : "");
	wording_foreign(out, text);
	buf_puts(out, w == WORDING_FA ? POP : "");
}

static void put_number(const struct filling *f, int64_t n)
{
	char text[24];
	snprintf(text, sizeof(text), "%" PRId64, n);
	put_latin(f->out, f->w, text);
}

/* A quantity, which a Persian reader reads in Persian digits. */
static void put_quantity(const struct filling *f, double value)
{
	char text[32];
	snprintf(text, sizeof(text), value < 10 ? "%.1f" : "%.0f", value);
	for (const char *c = text; *c; c++) {
		if (f->w == WORDING_FA && *c >= '0' && *c <= '9')
			/* U+06F0 is DB B0 in UTF-8. */
			buf_printf(f->out, "\xdb%c", '\xb0' + (*c - '0'));
		else
			buf_puts(f->out,
				 f->w == WORDING_FA && *c == '.' ? "\u066b" : (char[]){*c, 0});
	}
}

static void put_resolver(const struct filling *f, const char *name)
{
	size_t at = f->out->len;
	if (!strcmp(name, "system")) {
		buf_puts(f->out, wording_word(f->w, WORDING_SYSTEM));
		if (f->w == WORDING_EN && at == f->begin && f->out->len > at)
			f->out->data[at] = 'T'; /* of "the": a sentence begins */
		return;
	}
	wording_fill(f->out, f->w, WORDING_RESOLVER, strncmp(name, "udp://", 6) ? name : name + 6,
		     NULL);
}

static void put_list(const struct filling *f, const char *const *list, size_t n, bool resolvers)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_puts(f->out, wording_word(f->w, WORDING_COMMA));
		if (resolvers)
			put_resolver(f, list[i]);
		else
			put_latin(f->out, f->w, list[i]);
	}
	if (!n)
		buf_puts(f->out, wording_word(f->w, WORDING_NOT_KNOWN));
}

static void put_name(const struct filling *f, const char *text)
{
	if (text && *text)
		put_latin(f->out, f->w, text);
	else
		buf_puts(f->out, wording_word(f->w, WORDING_NOT_KNOWN));
}

static void put_date(const struct filling *f, int64_t seconds)
{
	char text[24] = "";
	time_t when = (time_t)seconds;
	struct tm tm;
	if (gmtime_r(&when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	put_name(f, text);
}

static void put_certificate(const struct filling *f, const char *what)
{
	const struct wire_cert *cert = explain_cert(f->one);
	if (!cert)
		put_name(f, NULL);
	else if (!strcmp(what, "issuer"))
		put_name(f, cert->issuer);
	else if (!strcmp(what, "subject"))
		put_name(f, cert->subject);
	else
		put_date(f,
			 !strcmp(what, "since") ? cert->brief.not_before : cert->brief.not_after);
}

static void put_code(const struct filling *f)
{
	const int64_t *v = f->step->result.v;
	if (f->one->id == FINDING_TLS_ALERT)
		put_number(f, v[RESULT_ALERT]);
	else if (f->one->id == FINDING_CERT_INVALID)
		put_number(f, v[RESULT_VERIFY]);
	else
		put_latin(f->out, f->w, failure_str((enum failure)v[RESULT_FAILURE]));
}

static void put_rate(const struct filling *f)
{
	const int64_t *v = f->step->result.v;
	double seconds = v[RESULT_US] > 0 ? (double)v[RESULT_US] / 1e6 : 1e-6;
	put_quantity(f, (double)v[RESULT_BYTES] / 1000 / seconds);
}

static void put_placeholder(const struct filling *f, const char *name)
{
	const int64_t *v = f->step->result.v;
	if (!strcmp(name, "host"))
		put_name(f, f->all->host);
	else if (!strcmp(name, "addr"))
		put_list(f, f->one->addrs, f->one->n_addrs, false);
	else if (!strcmp(name, "resolver"))
		put_list(f, &f->one->resolver, f->one->resolver != NULL, true);
	else if (!strcmp(name, "others"))
		put_list(f, f->one->others, f->one->n_others, true);
	else if (!strcmp(name, "fp"))
		put_name(f, f->step->fp);
	else if (!strcmp(name, "sni"))
		put_name(f, f->step->sni);
	else if (!strcmp(name, "port"))
		put_number(f, v[RESULT_PORT]);
	else if (!strcmp(name, "status"))
		put_number(f, v[RESULT_STATUS]);
	else if (!strcmp(name, "size"))
		put_quantity(f, (double)v[RESULT_BYTES] / 1000);
	else if (!strcmp(name, "rate"))
		put_rate(f);
	else if (!strcmp(name, "code"))
		put_code(f);
	else if (!strcmp(name, "hello"))
		wording_fill(f->out, f->w, f->all->named ? WORDING_THE_NAME : WORDING_THE_HELLO,
			     f->all->host, NULL);
	else
		put_certificate(f, name);
}

/* --- whole texts --- */

/* Copies text up to its next placeholder, whose name goes to name. What follows it, NULL at the end.
 */
static const char *next_placeholder(struct buf *out, const char *text, char name[static 16])
{
	const char *open = strchr(text, '{'), *close = open ? strchr(open, '}') : NULL;
	if (!close) {
		buf_puts(out, text);
		return NULL;
	}
	buf_put(out, text, (size_t)(open - text));
	snprintf(name, 16, "%.*s", (int)(close - open - 1), open + 1);
	return close + 1;
}

void wording_finding(struct buf *out, enum wording w, const struct findings *all,
		     const struct finding *one)
{
	static const struct trace_step none;
	const struct filling f = {out, w, all, one, one->step ? one->step : &none, out->len};
	const char *text = texts[one->id][w];
	char name[16];
	while ((text = next_placeholder(out, text, name)))
		put_placeholder(&f, name);
}

void wording_fill(struct buf *out, enum wording w, enum wording_word word, const char *a,
		  const char *b)
{
	const char *text = words[word][w];
	char name[16];
	while ((text = next_placeholder(out, text, name)))
		put_latin(out, w, *name == '0' ? a : b);
}

/* --- columns --- */

/* Marks that stand on or between letters, and directions, have no width of their own. */
static bool is_wide(unsigned int c)
{
	return !((c >= 0x0300 && c <= 0x036f) || (c >= 0x064b && c <= 0x065f) || c == 0x0670 ||
		 (c >= 0x200b && c <= 0x200f) || (c >= 0x2066 && c <= 0x2069));
}

/* Columns of len bytes of UTF-8, which is ours and therefore valid. */
static int width(const char *text, size_t len)
{
	int n = 0;
	for (size_t i = 0; i < len;) {
		unsigned char c = (unsigned char)text[i++];
		unsigned int code = c < 0x80 ? c : c < 0xe0 ? c & 0x1f : c & 0x0f;
		for (; i < len && ((unsigned char)text[i] & 0xc0) == 0x80; i++)
			code = code << 6 | ((unsigned char)text[i] & 0x3f);
		n += is_wide(code);
	}
	return n;
}

/* Whether an isolate that this word opens, or was open before it, is still open behind it. */
static bool is_isolated(bool before, const char *word, size_t len)
{
	for (size_t i = 0; i + 3 <= len; i++)
		if (!memcmp(word + i, ISOLATE, 3))
			before = true;
		else if (!memcmp(word + i, POP, 3))
			before = false;
	return before;
}

/* An isolate ends with its line, for each line is a paragraph to a terminal. */
void wording_wrap(struct buf *out, const char *text, int columns, int at, int indent)
{
	bool begun = false, isolated = false;
	while (*text) {
		size_t len = strcspn(text, " ");
		int need = width(text, len);
		if (begun && at + 1 + need > columns) {
			buf_printf(out, "%s\n%*s%s", isolated ? POP : "", indent, "",
				   isolated ? ISOLATE : "");
			at = indent;
		} else if (begun) {
			buf_putc(out, ' ');
			at++;
		}
		buf_put(out, text, len);
		isolated = is_isolated(isolated, text, len);
		at += need;
		begun = true;
		text += len + (text[len] == ' ');
	}
}
