/* cmd_check.c: `probe check`: measures what a person names, now, and shows each step in plain words
 * on standard output. It sends nothing and keeps nothing, so it needs neither consent nor
 * configuration.
 *
 * Targets are measured side by side, but shown one after the other: what finishes early waits its
 * turn. */
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/batch.h"
#include "common/buf.h"
#include "probe/commands.h"
#include "probe/report.h"
#include "probe/row.h"
#include "probe/term.h"
#include "probe/vantage.h"
#include "probe/wire_addr.h"

#define TEXT_MAX (256 * 1024) /* of one target: some 40 steps of a few lines */

struct shown {
	struct row row;
	struct buf text; /* not printed yet */
};

struct check {
	bool json;
	struct term term;
	struct event_base *base;
	struct targets targets;
	struct shown *shown; /* owned, one per target */
	size_t turn;	     /* the target that is being shown */
	bool private_too;
};

static void put_addresses(struct buf *out, const struct runner_step *step)
{
	for (size_t i = 0; i < step->n_answers; i++)
		buf_printf(out, "%s%s", i ? ", " : " -> ", step->answers[i]);
	if (step->fp)
		buf_printf(out, " (%s)", step->fp);
}

/* What was tried, and what is known beyond success or failure. */
static void put_detail(struct buf *out, const struct runner_step *step)
{
	const struct result *r = step->result;
	if (step->addr)
		buf_puts(out, step->addr);
	switch (r->kind) {
	case KIND_DNS:
		buf_printf(out, "%s %s", step->resolver ? step->resolver : "",
			   r->v[RESULT_QTYPE] == 28 ? "AAAA" : "A");
		put_addresses(out, step);
		break;
	case KIND_TCP: buf_printf(out, " port %" PRId64, r->v[RESULT_PORT]); break;
	case KIND_TLS:
		if (r->v[RESULT_TLSVER] >= 0x301)
			buf_printf(out, " TLS 1.%" PRId64, r->v[RESULT_TLSVER] - 0x301);
		break;
	case KIND_HTTP:
		if (r->v[RESULT_STATUS] >= 0)
			buf_printf(out, " status %" PRId64 ", %" PRId64 " bytes",
				   r->v[RESULT_STATUS], r->v[RESULT_BYTES]);
		put_addresses(out, step);
		break;
	case KIND_QUIC:
	case KIND_SPEED:
	case KIND_GUARD:
	case KIND_LINK:
	case KINDS: break;
	}
}

static void put_step(struct buf *out, const struct term *t, const struct runner_step *step)
{
	enum failure failure = (enum failure)step->result->v[RESULT_FAILURE];
	bool good = failure == FAIL_NONE;
	char took[ROW_TIME];
	buf_printf(out, "  %s%s%s %-5s%8s  ", term_color(t, good ? TERM_GREEN : TERM_RED),
		   term_mark(t, good), term_color(t, TERM_RESET), kind_str(step->result->kind),
		   row_time(took, step->result->v[RESULT_US]));
	put_detail(out, step);
	buf_putc(out, '\n');
	if (!good)
		buf_printf(out, "    %s%s: %s%s\n", term_color(t, TERM_YELLOW),
			   failure_str(failure), failure_meaning(failure),
			   term_color(t, TERM_RESET));
}

static void put_conclusion(struct buf *out, const struct term *t, const struct row *row)
{
	bool up = row_is_up(row);
	buf_printf(out, "  %s%s%s\n", term_color(t, up ? TERM_GREEN : TERM_RED),
		   up ? "reached" : "not reached", term_color(t, TERM_RESET));
}

static void show_link(const struct term *t, const struct result *r)
{
	struct buf line;
	buf_init(&line, TEXT_MAX);
	row_link(&line, r, t, true);
	printf("%sthis device%s\n  %s\n", term_color(t, TERM_BOLD), term_color(t, TERM_RESET),
	       line.data);
	fflush(stdout);
	buf_clear(&line);
}

/* Prints what is ready, up to and including the first target that is still under way. */
static void show_ready(struct check *c)
{
	while (c->turn < c->targets.n) {
		struct shown *s = &c->shown[c->turn];
		if (s->text.data)
			fputs(s->text.data, stdout);
		buf_clear(&s->text);
		if (!s->row.done)
			break;
		c->turn++;
	}
	fflush(stdout);
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct check *c = arg;
	if (c->json) {
		report_json(step);
		return;
	}
	if (!step->target) {
		if (step->result->kind == KIND_LINK)
			show_link(&c->term, step->result);
		return;
	}
	struct shown *s = &c->shown[step->target - c->targets.list];
	if (!s->row.target) {
		row_begin(&s->row, step->target);
		buf_printf(&s->text, "%s%s%s\n", term_color(&c->term, TERM_BOLD), step->target->url,
			   term_color(&c->term, TERM_RESET));
	}
	row_add(&s->row, step);
	put_step(&s->text, &c->term, step);
	if (s->row.done)
		put_conclusion(&s->text, &c->term, &s->row);
	show_ready(c);
}

static void on_done(void *arg)
{
	struct check *c = arg;
	event_base_loopbreak(c->base);
}

static void measure(struct check *c, const struct options *o, const struct runner_config *config)
{
	c->base = command_base();
	struct runner *runner = runner_new(c->base, config);
	command_sandbox(o, NULL);
	struct runner_observer observer = {on_step, on_done, c};
	size_t *order = xcalloc(c->targets.n, sizeof(*order));
	for (size_t i = 0; i < c->targets.n; i++)
		order[i] = i;
	if (runner_start(runner, &c->targets, order, c->targets.n, true, &observer) == 0)
		event_base_dispatch(c->base);
	free(order);
	runner_free(runner);
	event_base_free(c->base);
}

static bool is_literal(const char *host)
{
	union wire_addr a;
	return wire_addr_make(&a, host, 0) > 0;
}

static int read_targets(struct check *c, const struct options *o)
{
	char err[512];
	c->targets.list = xcalloc(o->n_words, sizeof(*c->targets.list));
	c->targets.n = o->n_words;
	c->shown = xcalloc(o->n_words, sizeof(*c->shown));
	for (size_t i = 0; i < o->n_words; i++) {
		buf_init(&c->shown[i].text, TEXT_MAX);
		struct target *t = &c->targets.list[i];
		if (targets_parse_one(t, o->words[i], err, sizeof(err)) < 0)
			return command_fail(EXIT_USAGE_ERROR, "%s", err);
		/* Who types a private address means it: it is their own network. */
		c->private_too |= is_literal(t->host) && !batch_addr_is_public(t->host);
	}
	return EXIT_DONE;
}

int cmd_check(const struct options *o)
{
	struct check c = {.json = o->switches & SWITCH_JSON};
	struct command_runner how = {0};
	struct vantage vantage;
	char err[512], *countries = options_countries_dir(o);
	int code = EXIT_DONE;

	term_init(&c.term, stdout);
	/* The country only matters for its fingerprints; without one there are none. */
	if (conf_str(o->conf, "probe", "country") &&
	    vantage_read(&vantage, o->conf, countries, err, sizeof(err)) < 0)
		code = command_fail(EXIT_CONFIG, "%s", err);
	else if (command_runner(&how, o, err, sizeof(err)) < 0)
		code = command_fail(EXIT_CONFIG, "%s", err);
	if (code == EXIT_DONE)
		code = read_targets(&c, o);
	if (code == EXIT_DONE) {
		how.config.private_too = c.private_too;
		measure(&c, o, &how.config);
		fputs("Nothing was kept and nothing was sent.\n", stderr);
	}
	for (size_t i = 0; c.shown && i < c.targets.n; i++)
		buf_clear(&c.shown[i].text);
	free(c.shown);
	targets_clear(&c.targets);
	command_runner_clear(&how);
	free(countries);
	return code;
}
