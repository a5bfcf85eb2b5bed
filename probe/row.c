/* row.c: builds the line of a target. Widths are counted in columns; everything but the marks is
 * ASCII. */
#include "probe/row.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "probe/runner.h"
#include "probe/term.h"

#define CLASS_WIDTH 9
#define TIME_WIDTH  8

void row_begin(struct row *r, const struct target *target)
{
	*r = (struct row){.target = target};
}

void row_add(struct row *r, const struct runner_step *step)
{
	struct row_kind *k = &r->kind[step->result->kind];
	enum failure f = (enum failure)step->result->v[RESULT_FAILURE];
	bool good = f == FAIL_NONE;
	r->done |= step->last;
	/* Evidence beside the way that an ordinary program would have gone. */
	const int64_t *v = step->result->v;
	if (v[RESULT_SNI] > 0 || v[RESULT_NTH] > 0 || v[RESULT_NEXT] > 0)
		return;
	if (!k->tried || (good && !k->good)) {
		k->failure = f;
		k->us = step->result->v[RESULT_US];
	}
	k->tried = true;
	k->good |= good;
}

enum kind row_final_kind(const struct target *t)
{
	switch (t->scheme) {
	case TARGET_HTTPS:
	case TARGET_HTTP: return KIND_HTTP;
	case TARGET_TCP: return KIND_TCP;
	case TARGET_QUIC: return KIND_QUIC;
	case TARGET_SPEED: return KIND_SPEED;
	case TARGET_DNS: break;
	}
	return KIND_DNS;
}

bool row_is_up(const struct row *r)
{
	return r->kind[row_final_kind(r->target)].good;
}

static bool skip_prefix(const char **s, const char *prefix)
{
	size_t len = strlen(prefix);
	if (strncmp(*s, prefix, len))
		return false;
	*s += len;
	return true;
}

const char *row_reason(char out[static ROW_REASON], enum kind kind, enum failure failure)
{
	const char *s = failure_str(failure);
	char prefix[16];
	snprintf(prefix, sizeof(prefix), "%s_", kind_str(kind));
	skip_prefix(&s, "x_");
	if (!skip_prefix(&s, prefix))
		skip_prefix(&s, "ssl_");
	snprintf(out, ROW_REASON, "%s", s);
	size_t len = strlen(out);
	if (len > 6 && !strcmp(out + len - 6, "_error"))
		out[len - 6] = '\0';
	for (char *p = out; *p; p++)
		if (*p == '_')
			*p = ' ';
	return out;
}

const char *row_time(char out[static ROW_TIME], int64_t us)
{
	if (us < 0)
		snprintf(out, ROW_TIME, "-");
	else if (us < 10000)
		snprintf(out, ROW_TIME, "%.1f ms", (double)us / 1000);
	else if (us < 1000000)
		snprintf(out, ROW_TIME, "%" PRId64 " ms", us / 1000);
	else
		snprintf(out, ROW_TIME, "%.1f s", (double)us / 1e6);
	return out;
}

/* Exactly `width` columns of ASCII text, cut with a dot or padded. */
static void put_cell(struct buf *out, const char *text, int width)
{
	int len = (int)strlen(text);
	if (width <= 0)
		return;
	if (len <= width)
		buf_printf(out, "%-*s", width, text);
	else
		buf_printf(out, "%.*s.", width - 1, text);
}

static void put_mark(struct buf *out, const struct row *r, const struct term *t)
{
	bool up = row_is_up(r);
	if (!r->done)
		buf_puts(out, t->utf8 ? "·" : ".");
	else
		buf_printf(out, "%s%s%s", term_color(t, up ? TERM_GREEN : TERM_RED),
			   term_mark(t, up), term_color(t, TERM_RESET));
	buf_putc(out, ' ');
}

/* The kind at which the chain ended: the last that was tried. */
static enum kind last_kind(const struct row *r)
{
	enum kind last = KIND_DNS;
	for (enum kind k = 0; k < KINDS; k++)
		if (r->kind[k].tried)
			last = k;
	return last;
}

/* Time of a whole successful chain; of the step that failed otherwise. */
static int64_t row_us(const struct row *r)
{
	int64_t sum = 0;
	if (!row_is_up(r))
		return r->kind[last_kind(r)].us;
	for (enum kind k = 0; k < KINDS; k++)
		if (r->kind[k].good)
			sum += r->kind[k].us;
	return sum;
}

/* "dns ✓ tcp ✓ tls ✗"; returns its width. */
static int put_steps(struct buf *out, const struct row *r, const struct term *t)
{
	int width = 0;
	for (enum kind k = 0; k < KINDS; k++) {
		const struct row_kind *one = &r->kind[k];
		if (!one->tried)
			continue;
		buf_printf(out, "%s%s %s%s%s", width ? " " : "", kind_str(k),
			   term_color(t, one->good ? TERM_GREEN : TERM_RED),
			   term_mark(t, one->good), term_color(t, TERM_RESET));
		width += (width > 0) + (int)strlen(kind_str(k)) + 2;
	}
	return width;
}

/* Steps, then the reason in what is left of `width`. */
static void put_chain(struct buf *out, const struct row *r, const struct term *t, int width)
{
	char reason[ROW_REASON] = "";
	enum kind last = last_kind(r);
	width -= put_steps(out, r, t);
	if (r->done && !row_is_up(r) && r->kind[last].tried && !r->kind[last].good)
		row_reason(reason, last, r->kind[last].failure);
	if (width > 0)
		buf_putc(out, ' ');
	put_cell(out, reason, width - 1);
}

static void put_outcome(struct buf *out, const struct row *r, int width)
{
	char text[ROW_REASON + 16] = "", reason[ROW_REASON];
	enum kind last = last_kind(r);
	if (!r->done && r->kind[last].tried)
		snprintf(text, sizeof(text), "%s", kind_str(last));
	else if (r->done && !row_is_up(r))
		snprintf(text, sizeof(text), "%s %s", kind_str(last),
			 row_reason(reason, last, r->kind[last].failure));
	put_cell(out, text, width);
}

void row_line(struct buf *out, const struct row *r, const struct term *t, int columns)
{
	char took[ROW_TIME] = "";
	bool wide = columns >= ROW_WIDE;
	if (r->done)
		row_time(took, row_us(r));
	put_mark(out, r, t);
	columns -= 2 + TIME_WIDTH;
	if (wide) {
		buf_puts(out, term_color(t, TERM_DIM));
		put_cell(out, class_str(r->target->class), CLASS_WIDTH);
		buf_printf(out, "%s ", term_color(t, TERM_RESET));
		columns -= CLASS_WIDTH + 1;
	}
	int host = wide ? columns * 2 / 5 : columns / 2;
	put_cell(out, r->target->host, host);
	buf_putc(out, ' ');
	columns -= host + 1;
	if (wide)
		put_chain(out, r, t, columns);
	else
		put_outcome(out, r, columns);
	buf_printf(out, "%*s", TIME_WIDTH, took);
}

void row_link(struct buf *out, const struct result *link, const struct term *t, bool wide)
{
	static const struct {
		enum result_field there,
			answers; /* it is not good when it is known not to answer */
		const char *name, *brief;
	} parts[] = {{RESULT_IPV4, RESULT_IPV4, "IPv4", "v4"},
		     {RESULT_IPV6, RESULT_IPV6, "IPv6", "v6"},
		     {RESULT_GATEWAY, RESULT_GWUP, "gateway", "gw"},
		     {RESULT_NS, RESULT_NSUP, "resolver", "ns"}};
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		bool good = link->v[parts[i].there] == 1 && link->v[parts[i].answers] != 0;
		buf_printf(out, "%s%s %s%s%s", i ? "  " : "", wide ? parts[i].name : parts[i].brief,
			   term_color(t, good ? TERM_GREEN : TERM_RED), term_mark(t, good),
			   term_color(t, TERM_RESET));
	}
}
