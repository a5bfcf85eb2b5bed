/* cmd_run.c: `probe run`: measures, keeps, sends, again and again; or once.
 *
 *	round ---> seal into the spool ---> upload ---> wait ---> round
 *
 * What a round measures and when it begins is said by the agenda; the one alarm (wake.h) rings for
 * it. Everything upstream may be missing: the round still ends, the batch is still kept. An upload
 * that does not get through is tried again with back-off, which is cut short when a round reaches
 * more than the one before. A signal ends the round early, and what was measured is sealed before
 * the process goes. */
#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "probe/agenda.h"
#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/gather.h"
#include "probe/report.h"
#include "probe/round.h"
#include "probe/schedule.h"
#include "probe/spool.h"
#include "probe/state.h"
#include "probe/upload.h"
#include "probe/vantage.h"
#include "probe/wake.h"

#define TICK_MS	  200 /* of the live area */
#define N_SIGNALS 3
#define MORE	  0.25 /* of a round's targets: less is chance */

struct run {
	bool once, may_upload;
	char *state_dir; /* owned */
	int lock;
	struct vantage vantage;
	uint8_t box_pk[KEYS_BOX_PK];
	char title[VANTAGE_TEXT];
	struct targets targets;
	struct command_runner how;
	struct agenda *agenda;
	struct routes routes; /* until upload takes them */
	struct spool *spool;
	struct gather *gather;
	struct report *report;

	struct event_base *base;
	struct round *round;
	struct ooni_file *ooni; /* of --ooni; NULL without */
	struct upload *upload;	/* NULL when nothing may be sent */
	struct wake *next;
	struct event *retry, *tick, *signals[N_SIGNALS];

	double reached;	       /* by the last round, of its targets */
	unsigned int failures; /* sessions in a row that did not get through */
	bool stopping;
	bool link;
	int code;
};

/* --- getting ready --- */

static int check_consent(struct run *run)
{
	struct consent consent;
	consent_load(&consent, run->state_dir);
	if (consent.answer == CONSENT_MEASURE_ONLY)
		run->may_upload = false;
	if (consent_may_measure(consent.answer))
		return EXIT_DONE;
	return command_fail(EXIT_NO_CONSENT,
			    consent.answer == CONSENT_OUTDATED
				    ? "what you consented to has changed since %s: `probe init` "
				      "shows it again"
			    : consent.answer == CONSENT_NO
				    ? "you said no on %s; `probe init` asks again"
				    : "nobody has consented to measuring here%s: run `probe init`",
			    consent.date);
}

/* Everything that the settings say; an exit code. */
static int read_settings(struct run *run, const struct options *o)
{
	char err[512], *countries = options_countries_dir(o);
	const char *key = conf_str(o->conf, "collector", "key");
	int rc = vantage_read(&run->vantage, o->conf, countries, err, sizeof(err));
	free(countries);
	if (rc < 0)
		return command_fail(EXIT_CONFIG, "%s", err);
	vantage_text(run->title, &run->vantage);
	if (!key || keys_parse(run->box_pk, key) < 0)
		return command_fail(EXIT_CONFIG,
				    "[collector] key %s: results can't be sealed without it",
				    key ? "is not a collector's key" : "is missing");
	if (routes_init(&run->routes, o->conf, err, sizeof(err)) < 0 ||
	    command_runner(&run->how, o, err, sizeof(err)) < 0)
		return command_fail(EXIT_CONFIG, "%s", err);
	if (command_targets(&run->targets, o, err, sizeof(err)) < 0)
		return command_fail(EXIT_CONFIG, "%s", err);
	run->agenda = agenda_new(o->conf, &run->targets, err, sizeof(err));
	return run->agenda ? EXIT_DONE : command_fail(EXIT_CONFIG, "%s", err);
}

/* Lock, spool, keys; an exit code. */
static int take_state(struct run *run, const struct options *o)
{
	char err[512];
	run->lock = state_lock(run->state_dir);
	if (run->lock < 0 && errno == EAGAIN)
		return command_fail(EXIT_INTERNAL, "another probe (process %d) measures from %s",
				    (int)state_holder(run->state_dir), run->state_dir);
	if (run->lock < 0)
		return command_fail(EXIT_INTERNAL, "cannot lock %s: %s", run->state_dir,
				    strerror(errno));
	run->spool = command_spool(o, err, sizeof(err));
	if (!run->spool)
		return command_fail(EXIT_INTERNAL, "%s", err);
	spool_tidy(run->spool);

	struct gather_config config = {
		.vantage = run->vantage, .list_hash = run->targets.hash, .spool = run->spool};
	memcpy(config.box_pk, run->box_pk, sizeof(config.box_pk));
	int rc = state_seed(run->state_dir, config.seed);
	if (rc == 0)
		run->gather = gather_new(&config);
	keys_wipe(config.seed, sizeof(config.seed));
	return rc == 0 ? EXIT_DONE
		       : command_fail(EXIT_INTERNAL, "cannot read the seed in %s: %s",
				      run->state_dir, strerror(errno));
}

/* --- running --- */

static void add_timer(struct event *timer, int64_t ms)
{
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};
	evtimer_add(timer, &tv);
}

static size_t waiting(const struct run *run)
{
	struct spool_info info;
	spool_info(run->spool, &info);
	return info.batches;
}

/* Until the agenda says that there is something to do. */
static void wait_for_next(struct run *run)
{
	int64_t at = agenda_next_ms(run->agenda);
	wake_at(run->next, at);
	report_idle(run->report, clock_mono_ms() + at - clock_boot_ms(), waiting(run),
		    power_str(agenda_pause(run->agenda)));
}

static void stop(struct run *run)
{
	run->stopping = true;
	event_base_loopbreak(run->base);
}

/* The exit code of `run --once`, when all is done that will be done. */
static void end_once(struct run *run)
{
	if (run->code == EXIT_DONE && run->may_upload && waiting(run))
		run->code = run->link ? EXIT_QUEUED : EXIT_NO_NETWORK;
	stop(run);
}

static void start_upload(struct run *run)
{
	if (agenda_pause(run->agenda)) /* the first round after the pause sends */
		return;
	uint64_t allowance =
		run->once ? UINT64_MAX
			  : budget_upload_allowance(agenda_budget(run->agenda), clock_wall_ms());
	evtimer_del(run->retry);
	upload_start(run->upload, allowance);
}

/* A service tells when a pause begins and ends, not every time that it goes on. */
static void tell_pause(struct run *run, enum power_pause before)
{
	enum power_pause now = agenda_pause(run->agenda);
	if (now != before && now)
		report_note(run->report, "paused: %s", power_str(now));
	else if (now != before)
		report_note(run->report, "no longer paused");
}

static void on_next(void *arg)
{
	struct run *run = arg;
	if (state_is_wiped(run->lock)) {
		log_warnx("the state folder was wiped: this probe ends");
		stop(run);
		return;
	}
	enum power_pause before = agenda_pause(run->agenda);
	size_t n = agenda_start(run->agenda, round_order(run->round));
	tell_pause(run, before);
	bool record = !agenda_is_light(run->agenda);
	if (!n || round_start(run->round, n, record) < 0)
		wait_for_next(run);
}

/* All targets once, whatever the agenda says: somebody asked for it. */
static void start_once(struct run *run)
{
	agenda_all(run->agenda, round_order(run->round));
	round_start(run->round, run->targets.n, true);
}

/* Whether more of the network is there than in the round before, which may have been of other
 * targets and of another size. */
static bool is_more(struct run *run, const struct round_outcome *outcome)
{
	double before = run->reached;
	run->reached = outcome->n ? (double)outcome->reached / (double)outcome->n : 0;
	return before > 0 ? run->reached > before + MORE : run->reached > 0;
}

static void on_round(void *arg, const struct round_outcome *outcome)
{
	struct run *run = arg;
	bool more = is_more(run, outcome);
	run->link = outcome->link;
	if (run->once && outcome->spooled < 0)
		run->code = EXIT_INTERNAL;
	if (run->stopping) {
		event_base_loopbreak(run->base);
		return;
	}
	if (!run->once) {
		agenda_tell(run->agenda, outcome);
		wait_for_next(run);
	}
	if (!run->upload) {
		if (run->once)
			end_once(run);
		return;
	}
	if (more) /* the network is coming back: don't wait out a long back-off */
		run->failures = 0;
	/* A light round has left nothing to send. */
	bool later = evtimer_pending(run->retry, NULL) || agenda_is_light(run->agenda);
	if (!upload_is_active(run->upload) && (more || !later))
		start_upload(run);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start_upload(arg);
}

static void on_progress(void *arg, size_t sent, size_t left)
{
	struct run *run = arg;
	if (!round_is_active(run->round))
		report_upload(run->report, sent, sent + left);
}

/* On a terminal every session is told; a service only says when that changes. */
static void tell_upload(struct run *run, const struct upload_outcome *outcome, bool failed)
{
	size_t left = waiting(run);
	bool told = run->once || report_is_live(run->report);
	const char *what = outcome->end == UPLOAD_REFUSED ? "the collector takes no more"
							  : "nothing gets through to the collector";
	if (failed && (told || run->failures == 0))
		report_note(run->report, "%s (%s); %zu batch%s here", what, outcome->reason, left,
			    left == 1 ? " waits" : "es wait");
	else if (!failed && outcome->sent && (told || run->failures))
		report_note(run->report, "sent %zu batch%s, %zu left", outcome->sent,
			    outcome->sent == 1 ? "" : "es", left);
}

static void on_upload(void *arg, const struct upload_outcome *outcome)
{
	struct run *run = arg;
	bool failed = outcome->end == UPLOAD_UNREACHABLE || outcome->end == UPLOAD_REFUSED;
	budget_spend(agenda_budget(run->agenda), clock_wall_ms(), outcome->bytes);
	if (outcome->offset_known)
		gather_set_offset(run->gather, outcome->offset_ms);
	tell_upload(run, outcome, failed);
	if (run->once) {
		end_once(run);
		return;
	}
	if (failed)
		add_timer(run->retry, schedule_backoff_ms(run->failures++, agenda_chance(NULL)));
	else
		run->failures = 0;
	if (!round_is_active(run->round))
		wait_for_next(run);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;
	bool again = run->stopping;
	(void)fd;
	(void)what;
	run->stopping = true;
	if (run->once)
		run->code = EXIT_QUEUED;
	/* A wiped probe writes nothing any more; neither does one that is told twice. */
	if (again || state_is_wiped(run->lock) || !round_is_active(run->round))
		event_base_loopbreak(run->base);
	else
		round_cancel(run->round);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;
	(void)fd;
	(void)what;
	report_tick(run->report);
}

static void make_events(struct run *run)
{
	static const int numbers[N_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
	struct timeval tick = {0, TICK_MS * 1000};
	run->retry = evtimer_new(run->base, on_retry, run);
	run->tick = event_new(run->base, -1, EV_PERSIST, on_tick, run);
	if (report_is_live(run->report))
		event_add(run->tick, &tick);
	for (size_t i = 0; i < N_SIGNALS; i++) {
		run->signals[i] = evsignal_new(run->base, numbers[i], on_signal, run);
		event_add(run->signals[i], NULL);
	}
}

static void make_round(struct run *run)
{
	struct round_config config = {
		.base = run->base,
		.runner = &run->how.config,
		.targets = &run->targets,
		.gather = run->gather,
		.report = run->report,
		.ooni = run->ooni,
		.budget = agenda_budget(run->agenda),
		.title = run->title,
	};
	run->round = round_new(&config, on_round, run);
}

/* Everything that the loop needs; an exit code. */
static int get_ready(struct run *run, const struct options *o)
{
	struct upload_observer observer = {on_progress, on_upload, run};
	run->base = command_base();
	run->report = report_new(o->switches & SWITCH_JSON, !run->once);
	make_events(run);
	if (run->may_upload) {
		run->upload = upload_new(run->base, run->routes, run->spool, &observer);
		run->routes = (struct routes){0};
	}
	make_round(run);
	run->next = wake_new(run->base, on_next, run);
	if (!run->next)
		return command_fail(EXIT_INTERNAL, "cannot make a timer: %s", strerror(errno));
	command_sandbox(o, run->state_dir);
	return EXIT_DONE;
}

static void loop(struct run *run)
{
	if (run->once)
		start_once(run);
	else
		wait_for_next(run);
	event_base_dispatch(run->base);
}

static void free_event(struct event *e)
{
	if (e)
		event_free(e);
}

static void clear(struct run *run)
{
	round_free(run->round);
	upload_free(run->upload);
	wake_free(run->next);
	agenda_free(run->agenda);
	free_event(run->retry);
	free_event(run->tick);
	for (size_t i = 0; i < N_SIGNALS; i++)
		free_event(run->signals[i]);
	if (run->base)
		event_base_free(run->base);
	report_free(run->report);
	gather_free(run->gather);
	spool_close(run->spool);
	routes_clear(&run->routes);
	command_runner_clear(&run->how);
	targets_clear(&run->targets);
	if (run->lock >= 0)
		close(run->lock);
	free(run->state_dir);
}

int cmd_run(const struct options *o)
{
	struct run run = {
		.once = o->switches & SWITCH_ONCE,
		.may_upload = !(o->switches & SWITCH_NO_UPLOAD),
		.state_dir = options_state_dir(o),
		.lock = -1,
	};
	int code = EXIT_DONE;
	/* A service would fill a disk with what it was trusted not to keep in the clear. */
	if (o->ooni && !run.once)
		code = command_fail(EXIT_USAGE_ERROR, "--ooni needs --once");
	if (code == EXIT_DONE)
		code = check_consent(&run);
	if (code == EXIT_DONE)
		code = read_settings(&run, o);
	if (code == EXIT_DONE)
		code = take_state(&run, o);
	if (code == EXIT_DONE)
		code = command_ooni_open(&run.ooni, o, &run.vantage, run.how.config.resolvers[0]);
	if (code == EXIT_DONE)
		code = get_ready(&run, o);
	if (code == EXIT_DONE) {
		loop(&run);
		code = command_ooni_close(run.ooni, o);
		code = code == EXIT_DONE ? run.code : code;
	}
	clear(&run);
	return code;
}
