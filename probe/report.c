/* report.c: the live area and the plain lines.
 *
 * After each drawing the cursor is parked at the first column of the area's first line, so that
 * whatever else writes to the terminal (a log line, the shell after a crash) overwrites the area
 * and nothing above it. */
#include "probe/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/jsonw.h"
#include "probe/row.h"
#include "probe/runner.h"
#include "probe/term.h"
#include "probe/wire_cert.h"

#define DRAW_EVERY_MS 50	 /* 20 a second look fluent and cost nothing */
#define ROWS_LIVE_MAX 6		 /* targets under way that are shown */
#define TEXT_MAX      8192	 /* of one drawing */
#define JSON_MAX      16384	 /* of one step as JSON: eight certificates, names escaped */
#define ERASE	      "\r\033[J" /* everything from this line on */

enum showing { SHOWING_NOTHING, SHOWING_CYCLE, SHOWING_UPLOAD, SHOWING_IDLE };

struct report {
	struct term term;
	bool json, quiet;
	enum showing showing;
	struct row *rows; /* targets under way, in the order in which they began */
	size_t n_rows, room;
	size_t total, up, down, steps;
	int64_t begun_ms, drawn_ms; /* monotonic */
	int64_t until_ms;	    /* of SHOWING_IDLE */
	const char *paused;	    /* likewise; NULL for a plain wait */
	size_t sent, waiting;	    /* batches */
	bool link_known;
	struct result link;
};

struct report *report_new(bool json, bool quiet)
{
	struct report *r = xcalloc(1, sizeof(*r));
	term_init(&r->term, stderr);
	if (json && isatty(STDOUT_FILENO)) /* both would write to the same terminal */
		r->term.live = r->term.color = false;
	r->json = json;
	r->quiet = quiet || json;
	return r;
}

bool report_is_live(const struct report *r)
{
	return r->term.live;
}

static const char *color(const struct report *r, enum term_color c)
{
	return term_color(&r->term, c);
}

static void put_clock(struct buf *out, int64_t ms)
{
	int64_t s = ms > 0 ? ms / 1000 : 0;
	if (s >= 3600)
		buf_printf(out, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	else
		buf_printf(out, "%d:%02d", (int)(s / 60), (int)(s % 60));
}

static void put_bar(struct buf *out, const struct report *r, size_t done, size_t total, int width)
{
	int full = total ? (int)((size_t)width * done / total) : 0;
	buf_puts(out, color(r, TERM_GREEN));
	for (int i = 0; i < width; i++) {
		if (i == full)
			buf_puts(out, color(r, TERM_DIM));
		buf_puts(out, i < full ? (r->term.utf8 ? "█" : "#") : (r->term.utf8 ? "░" : "."));
	}
	buf_puts(out, color(r, TERM_RESET));
}

/* Link, counts and time, then the bar: two lines. */
static int put_progress(struct buf *out, const struct report *r, int columns)
{
	size_t done = r->up + r->down;
	char count[48];
	if (r->link_known) {
		row_link(out, &r->link, &r->term, columns >= ROW_WIDE);
		buf_puts(out, "  | ");
	}
	buf_printf(out, "%s%s %zu%s  %s%s %zu%s  ", color(r, TERM_GREEN), term_mark(&r->term, true),
		   r->up, color(r, TERM_RESET), color(r, TERM_RED), term_mark(&r->term, false),
		   r->down, color(r, TERM_RESET));
	put_clock(out, clock_mono_ms() - r->begun_ms);
	buf_putc(out, '\n');
	int width = snprintf(count, sizeof(count), " %zu/%zu", done, r->total);
	put_bar(out, r, done, r->total, columns - width);
	buf_puts(out, count);
	return 2;
}

static int put_area(struct buf *out, const struct report *r, int columns, int rows)
{
	int lines = 0, most = rows / 2 < ROWS_LIVE_MAX ? rows / 2 : ROWS_LIVE_MAX;
	switch (r->showing) {
	case SHOWING_NOTHING: break;
	case SHOWING_CYCLE:
		for (size_t i = 0; i < r->n_rows && lines < most; i++, lines++) {
			row_line(out, &r->rows[i], &r->term, columns);
			buf_putc(out, '\n');
		}
		return lines + put_progress(out, r, columns);
	case SHOWING_UPLOAD:
		buf_puts(out, "sending ");
		put_bar(out, r, r->sent, r->sent + r->waiting, columns / 2);
		buf_printf(out, " %zu/%zu", r->sent, r->sent + r->waiting);
		return 1;
	case SHOWING_IDLE:
		if (r->paused)
			buf_printf(out, "paused, %s; next look in ", r->paused);
		else
			buf_puts(out, "next cycle in ");
		put_clock(out, r->until_ms - clock_mono_ms());
		if (r->waiting)
			buf_printf(out, ", %zu batch%s waiting", r->waiting,
				   r->waiting == 1 ? "" : "es");
		return 1;
	}
	return 0;
}

static void erase(const struct report *r)
{
	if (r->term.live)
		fputs(ERASE, r->term.out);
}

static void draw(struct report *r)
{
	struct buf out;
	int columns, rows;
	if (!r->term.live)
		return;
	term_size(&r->term, &columns, &rows);
	buf_init(&out, TEXT_MAX);
	buf_puts(&out, ERASE);
	int lines = put_area(&out, r, columns - 1, rows);
	if (lines > 1)
		buf_printf(&out, "\033[%dA", lines - 1);
	buf_putc(&out, '\r');
	fwrite(out.data, 1, out.len, r->term.out); /* at once, so that nothing flickers */
	fflush(r->term.out);
	buf_clear(&out);
	r->drawn_ms = clock_mono_ms();
}

void report_tick(struct report *r)
{
	if (clock_mono_ms() - r->drawn_ms >= DRAW_EVERY_MS)
		draw(r);
}

void report_free(struct report *r)
{
	if (!r)
		return;
	erase(r);
	free(r->rows);
	free(r);
}

void report_note(struct report *r, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	erase(r);
	vfprintf(r->term.out, fmt, ap);
	fputc('\n', r->term.out);
	va_end(ap);
	draw(r);
}

void report_begin(struct report *r, const char *title, size_t n_targets)
{
	r->n_rows = r->up = r->down = r->steps = 0;
	r->total = n_targets;
	r->link_known = false;
	r->begun_ms = clock_mono_ms();
	r->showing = SHOWING_CYCLE;
	if (!r->quiet || r->term.live)
		report_note(r, "%s%s%s: %zu targets", color(r, TERM_BOLD), title,
			    color(r, TERM_RESET), n_targets);
}

static struct row *row_of(struct report *r, const struct target *target)
{
	for (size_t i = 0; i < r->n_rows; i++)
		if (r->rows[i].target == target)
			return &r->rows[i];
	if (r->n_rows == r->room) {
		r->room = r->room ? 2 * r->room : 16;
		r->rows = xrealloc(r->rows, r->room * sizeof(*r->rows));
	}
	row_begin(&r->rows[r->n_rows], target);
	return &r->rows[r->n_rows++];
}

/* A finished target leaves the live area and becomes a line above it. */
static void finish_row(struct report *r, struct row *row)
{
	struct buf line;
	int columns = 80, rows;
	if (row_is_up(row))
		r->up++;
	else
		r->down++;
	if (r->term.live)
		term_size(&r->term, &columns, &rows);
	buf_init(&line, TEXT_MAX);
	row_line(&line, row, &r->term, columns - 1);
	if (r->term.live || !r->quiet) {
		erase(r);
		fprintf(r->term.out, "%s\n", line.data);
	}
	buf_clear(&line);
	size_t at = (size_t)(row - r->rows);
	memmove(row, row + 1, (r->n_rows - at - 1) * sizeof(*row));
	r->n_rows--;
}

/* What the kinds have in common is written by name; the rest follows from kinds.def. */
static void put_columns(struct jsonw *j, const struct result *result)
{
	for (const enum result_field *f = kind_columns(result->kind); *f != RESULT_FIELDS; f++) {
		int64_t v = result->v[*f];
		switch (*f) {
		case RESULT_T:
		case RESULT_TARGET:
		case RESULT_FAILURE:
		case RESULT_ADDR:
		case RESULT_RESOLVER:
		case RESULT_FP:
		case RESULT_CHAIN:
		case RESULT_CNAME:
		case RESULT_SNI:
		case RESULT_ANSWERS: break; /* by name */
		default:
			if (v < 0)
				jsonw_null(j, field_str(*f));
			else
				jsonw_int(j, field_str(*f), v);
		}
	}
}

static void put_certs(struct jsonw *j, const struct runner_step *step)
{
	jsonw_array(j, "certs");
	for (size_t i = 0; i < step->n_certs; i++) {
		const struct wire_cert *c = &step->certs[i];
		jsonw_object(j, NULL);
		jsonw_str(j, "id", c->brief.id);
		jsonw_str(j, "issuer_id", c->brief.issuer);
		jsonw_str(j, "subject", c->subject);
		jsonw_str(j, "issuer", c->issuer);
		jsonw_time(j, "not_before", 1000 * c->brief.not_before);
		jsonw_time(j, "not_after", 1000 * c->brief.not_after);
		jsonw_end(j);
	}
	jsonw_end(j);
}

/* What a batch has as indexes or hashes, or not at all. */
static void put_texts(struct jsonw *j, const struct runner_step *step)
{
	switch (step->result->kind) {
	case KIND_DNS:
		jsonw_array(j, "answers");
		for (size_t i = 0; i < step->n_answers; i++)
			jsonw_str(j, NULL, step->answers[i]);
		jsonw_end(j);
		jsonw_str(j, "cname", step->cname);
		break;
	case KIND_TLS:
		jsonw_str(j, "sni", step->sni);
		put_certs(j, step);
		break;
	case KIND_HTTP:
		jsonw_str(j, "path", step->path);
		jsonw_str(j, "location", step->location);
		break;
	default: break;
	}
}

static void put_json(struct buf *out, const struct runner_step *step)
{
	const struct result *result = step->result;
	enum failure failure = (enum failure)result->v[RESULT_FAILURE];
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_int(&j, "t", result->v[RESULT_T]);
	jsonw_str(&j, "target", step->target ? step->target->url : NULL);
	jsonw_str(&j, "class", class_str(step->target ? step->target->class : CLASS_LINK));
	jsonw_str(&j, "check", kind_str(result->kind));
	jsonw_str(&j, "failure", failure == FAIL_NONE ? NULL : failure_str(failure));
	if (step->resolver)
		jsonw_str(&j, "resolver", step->resolver);
	if (step->addr)
		jsonw_str(&j, "addr", step->addr);
	if (step->fp)
		jsonw_str(&j, "fp", step->fp);
	put_columns(&j, result);
	put_texts(&j, step);
	jsonw_bool(&j, "last", step->last);
	jsonw_end(&j);
}

void report_json(const struct runner_step *step)
{
	struct buf line;
	buf_init(&line, JSON_MAX);
	put_json(&line, step);
	puts(line.data);
	fflush(stdout);
	buf_clear(&line);
}

void report_step(struct report *r, const struct runner_step *step)
{
	r->steps++;
	if (r->json)
		report_json(step);
	if (!step->target && step->result->kind == KIND_LINK) {
		r->link_known = true;
		r->link = *step->result;
	} else if (step->target) {
		struct row *row = row_of(r, step->target);
		row_add(row, step);
		if (row->done) {
			finish_row(r, row);
			draw(r); /* it has just been erased */
			return;
		}
	}
	report_tick(r);
}

void report_end(struct report *r)
{
	int64_t took = clock_mono_ms() - r->begun_ms;
	r->showing = SHOWING_NOTHING;
	if (r->quiet && !r->term.live)
		report_note(r, "measured %zu targets in %zu steps, %.1f s", r->up + r->down,
			    r->steps, (double)took / 1000);
	else
		report_note(r, "%zu up, %zu down, of %zu targets; %.1f s", r->up, r->down, r->total,
			    (double)took / 1000);
}

void report_upload(struct report *r, size_t sent, size_t total)
{
	r->showing = SHOWING_UPLOAD;
	r->sent = sent;
	r->waiting = total > sent ? total - sent : 0;
	report_tick(r);
}

void report_idle(struct report *r, int64_t until_mono_ms, size_t waiting, const char *paused)
{
	r->paused = paused;
	r->showing = SHOWING_IDLE;
	r->until_ms = until_mono_ms;
	r->waiting = waiting;
	draw(r);
}
