/* cmd_check.c: `probe check`: measures what a person names, now, shows each step on standard output
 * and explains what they mean. It sends nothing and keeps nothing, unless a file is named with
 * --ooni, so it needs neither consent nor configuration.
 *
 * Targets are measured side by side, but shown one after the other: what finishes early waits its
 * turn. Steps are shown as they come; conclusions wait for the state of this device, without which
 * they could be wrong. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/batch.h"
#include "common/buf.h"
#include "common/jsonw.h"
#include "probe/commands.h"
#include "probe/ooni_file.h"
#include "probe/report.h"
#include "probe/row.h"
#include "probe/stepline.h"
#include "probe/term.h"
#include "probe/vantage.h"
#include "probe/wire_addr.h"
#include "probe/wording.h"

#define TEXT_MAX (256 * 1024) /* of one target: some 60 steps of a few lines, and its conclusion */

struct shown {
	struct trace trace;
	bool up;
	struct buf text; /* not printed yet */
};

struct check {
	bool json;
	enum wording wording;
	struct term term;
	int columns;
	struct event_base *base;
	struct targets targets;
	struct trace device;
	bool told;	      /* that others are answered for */
	struct shown *shown;  /* owned, one per target */
	size_t turn;	      /* the target that is being shown */
	const char *resolver; /* the first */
	struct ooni_file *ooni;
	bool private_too;
};

/* --- in words --- */

static void put_findings(struct buf *out, const struct check *c, const struct findings *f)
{
	static const enum term_color colors[] = {
		[TONE_GOOD] = TERM_GREEN, [TONE_BAD] = TERM_RED, [TONE_NOTE] = TERM_YELLOW};
	for (size_t i = 0; i < f->n; i++) {
		struct buf text;
		enum finding_tone tone = finding_tone(f->list[i].id);
		buf_init(&text, TEXT_MAX);
		wording_finding(&text, c->wording, f, &f->list[i]);
		buf_printf(out, "  %s%s%s ", term_color(&c->term, colors[tone]),
			   tone == TONE_NOTE ? "-" : term_mark(&c->term, tone == TONE_GOOD),
			   term_color(&c->term, TERM_RESET));
		wording_wrap(out, text.data, c->columns, 4, 4);
		buf_putc(out, '\n');
		buf_clear(&text);
	}
}

static void put_heading(struct buf *out, const struct check *c, enum term_color color,
			const char *text)
{
	buf_printf(out, "%s%s%s\n", term_color(&c->term, color), text,
		   term_color(&c->term, TERM_RESET));
}

static void put_conclusion(struct buf *out, const struct check *c, const struct findings *f)
{
	buf_puts(out, "  ");
	put_heading(out, c, f->up ? TERM_GREEN : TERM_RED,
		    wording_word(c->wording, f->up ? WORDING_REACHED : WORDING_NOT_REACHED));
	put_findings(out, c, f);
}

/* --- as JSON --- */

static void put_json_finding(struct jsonw *j, const struct findings *f, const struct finding *one)
{
	static const char *const tones[] = {"good", "bad", "note"};
	jsonw_object(j, NULL);
	jsonw_str(j, "id", finding_str(one->id));
	jsonw_str(j, "tone", tones[finding_tone(one->id)]);
	jsonw_array(j, "addrs");
	for (size_t i = 0; i < one->n_addrs; i++)
		jsonw_str(j, NULL, one->addrs[i]);
	jsonw_end(j);
	for (enum wording w = 0; w < WORDINGS; w++) {
		struct buf text;
		buf_init(&text, TEXT_MAX);
		wording_finding(&text, w, f, one);
		jsonw_str(j, w == WORDING_FA ? "fa" : "en", text.data);
		buf_clear(&text);
	}
	jsonw_end(j);
}

/* url: NULL for this device. */
static void put_json(struct buf *out, const struct target *t, const struct findings *f)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "target", t ? t->url : NULL);
	jsonw_str(&j, "class", class_str(t ? t->class : CLASS_LINK));
	jsonw_bool(&j, "reached", f->up);
	jsonw_array(&j, "findings");
	for (size_t i = 0; i < f->n; i++)
		put_json_finding(&j, f, &f->list[i]);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
}

/* --- in turn --- */

/* What the targets that were shown before say about the same host. */
static void look_beside(struct explain_beside *b, const struct check *c, size_t i)
{
	const struct target *t = &c->targets.list[i];
	*b = (struct explain_beside){.device = &c->device, .resolver = c->resolver};
	for (size_t k = 0; k < i; k++) {
		const struct target *o = &c->targets.list[k];
		if (o->scheme == TARGET_DNS || strcmp(o->host, t->host))
			continue;
		if (o->scheme == TARGET_QUIC)
			b->quic_silent |= !c->shown[k].up;
		else
			b->tcp_works |= c->shown[k].up;
	}
}

static void conclude(struct check *c, size_t i)
{
	struct explain_beside beside;
	struct findings f;
	struct shown *s = &c->shown[i];
	look_beside(&beside, c, i);
	explain_target(&f, &s->trace, &beside);
	s->up = f.up;
	if (c->json)
		put_json(&s->text, s->trace.target, &f);
	else
		put_conclusion(&s->text, c, &f);
}

static void print(struct buf *text)
{
	if (text->data)
		fputs(text->data, stdout);
	fflush(stdout);
	buf_reset(text);
}

/* Prints what is ready, up to and including the first target that is still under way. The link comes
 * before them all: a gateway that is silent takes a while to be known as such. */
static void show_ready(struct check *c)
{
	while (c->turn < c->targets.n && trace_find(&c->device, KIND_LINK)) {
		struct shown *s = &c->shown[c->turn];
		bool ready = s->trace.done && c->device.done;
		if (ready)
			conclude(c, c->turn);
		print(&s->text);
		if (!ready)
			return;
		buf_clear(&s->text);
		c->turn++;
	}
}

static bool was_intercepted(const struct trace *device)
{
	for (size_t i = 0; i < device->n; i++)
		if (device->steps[i].result.v[RESULT_FAILURE] == FAIL_INTERCEPTED)
			return true;
	return false;
}

/* At the beginning what the link itself says, with what the guards have said by then. If they say
 * more while the targets are shown, that comes last. */
static void show_device(struct check *c, bool end)
{
	const struct trace_step *link = trace_find(&c->device, KIND_LINK);
	struct findings f;
	struct buf out;
	buf_init(&out, TEXT_MAX);
	explain_device(&f, &c->device);
	if (c->json && end) {
		put_json(&out, NULL, &f);
	} else if (!c->json && link) {
		put_heading(&out, c, TERM_BOLD, wording_word(c->wording, WORDING_THIS_DEVICE));
		buf_puts(&out, "  ");
		row_link(&out, &link->result, &c->term, c->columns >= ROW_WIDE);
		buf_putc(&out, '\n');
		put_findings(&out, c, &f);
		c->told = was_intercepted(&c->device);
	}
	print(&out);
	buf_clear(&out);
}

static void show_target_step(struct check *c, struct shown *s, const struct runner_step *step)
{
	if (c->json)
		return;
	if (s->trace.n == 1)
		put_heading(&s->text, c, TERM_BOLD, step->target->url);
	stepline_put(&s->text, step, &c->term, c->wording, c->columns);
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct check *c = arg;
	ooni_file_step(c->ooni, step);
	if (c->json)
		report_json(step);
	if (step->target) {
		struct shown *s = &c->shown[step->target - c->targets.list];
		trace_add(&s->trace, step);
		show_target_step(c, s, step);
	} else {
		trace_add(&c->device, step);
		if (step->result->kind == KIND_LINK)
			show_device(c, false);
	}
	show_ready(c);
}

static void on_done(void *arg)
{
	struct check *c = arg;
	event_base_loopbreak(c->base);
}

/* --- measuring --- */

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
	if (c->json || (was_intercepted(&c->device) && !c->told))
		show_device(c, true);
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

static void choose_looks(struct check *c, const struct options *o)
{
	int rows;
	term_init(&c->term, stdout);
	c->columns = 80;
	if (c->term.live)
		term_size(&c->term, &c->columns, &rows);
	c->wording = command_wording(o);
	c->term.utf8 |= c->wording == WORDING_FA; /* its words are, whatever the locale says */
}

static int measure_all(struct check *c, const struct options *o, struct command_runner *how,
		       const struct vantage *vantage)
{
	c->resolver = how->config.resolvers[0];
	how->config.private_too = c->private_too;
	int code = command_ooni_open(&c->ooni, o, vantage, c->resolver);
	if (code != EXIT_DONE)
		return code;
	measure(c, o, &how->config);
	if (c->ooni)
		return command_ooni_close(c->ooni, o);
	fprintf(stderr, "%s\n", wording_word(c->wording, WORDING_NOTHING_SENT));
	return EXIT_DONE;
}

static void clear(struct check *c)
{
	for (size_t i = 0; c->shown && i < c->targets.n; i++) {
		buf_clear(&c->shown[i].text);
		trace_clear(&c->shown[i].trace);
	}
	free(c->shown);
	trace_clear(&c->device);
	targets_clear(&c->targets);
}

int cmd_check(const struct options *o)
{
	struct check c = {.json = o->switches & SWITCH_JSON};
	struct command_runner how = {0};
	struct vantage vantage;
	char err[512], *countries = options_countries_dir(o);
	bool placed = conf_str(o->conf, "probe", "country");
	int code = EXIT_DONE;

	choose_looks(&c, o);
	/* The country only matters for its fingerprints; without one there are none. */
	if (placed && vantage_read(&vantage, o->conf, countries, err, sizeof(err)) < 0)
		code = command_fail(EXIT_CONFIG, "%s", err);
	else if (command_runner(&how, o, err, sizeof(err)) < 0)
		code = command_fail(EXIT_CONFIG, "%s", err);
	if (code == EXIT_DONE)
		code = read_targets(&c, o);
	if (code == EXIT_DONE)
		code = measure_all(&c, o, &how, placed ? &vantage : NULL);
	clear(&c);
	command_runner_clear(&how);
	free(countries);
	return code;
}
