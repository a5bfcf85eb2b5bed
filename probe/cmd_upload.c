/* cmd_upload.c: `probe upload`: sends what waits, now, whatever the data budget says. A running
 * probe may do the same at the same time: a batch that both send is one batch to the collector. */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/jsonw.h"
#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/report.h"
#include "probe/spool.h"
#include "probe/upload.h"

struct sending {
	struct event_base *base;
	struct report *report;
	struct upload_outcome outcome;
};

static void on_progress(void *arg, size_t sent, size_t waiting)
{
	struct sending *s = arg;
	report_upload(s->report, sent, sent + waiting);
}

static void on_done(void *arg, const struct upload_outcome *outcome)
{
	struct sending *s = arg;
	s->outcome = *outcome;
	event_base_loopbreak(s->base);
}

static void print_json(const struct upload_outcome *outcome, size_t waiting)
{
	struct buf line;
	struct jsonw j;
	buf_init(&line, 4096);
	jsonw_begin(&j, &line);
	jsonw_object(&j, NULL);
	jsonw_int(&j, "sent", (int64_t)outcome->sent);
	jsonw_int(&j, "refused", (int64_t)outcome->refused);
	jsonw_int(&j, "waiting", (int64_t)waiting);
	jsonw_str(&j, "end", upload_end_str(outcome->end));
	jsonw_str(&j, "reason", *outcome->reason ? outcome->reason : NULL);
	jsonw_end(&j);
	puts(line.data);
	buf_clear(&line);
}

static int tell(const struct upload_outcome *outcome, struct spool *spool, bool json)
{
	struct spool_info info;
	spool_info(spool, &info);
	if (json)
		print_json(outcome, info.batches);
	else
		fprintf(stderr, "sent %zu batch%s, %zu left\n", outcome->sent,
			outcome->sent == 1 ? "" : "es", info.batches);
	if (outcome->end == UPLOAD_UNREACHABLE)
		return command_fail(EXIT_UNREACHABLE, "nothing gets through to the collector: %s",
				    outcome->reason);
	if (info.batches)
		return command_fail(EXIT_QUEUED, "batches are left: %s", outcome->reason);
	return EXIT_DONE;
}

static int send_all(const struct options *o, struct spool *spool, struct routes routes)
{
	struct sending s = {.base = command_base()};
	struct upload_observer observer = {on_progress, on_done, &s};
	bool json = o->switches & SWITCH_JSON;
	struct upload *upload = upload_new(s.base, routes, spool, &observer);
	s.report = report_new(json, true);
	upload_start(upload, UINT64_MAX);
	event_base_dispatch(s.base);
	upload_free(upload);
	report_free(s.report);
	event_base_free(s.base);
	return tell(&s.outcome, spool, json);
}

int cmd_upload(const struct options *o)
{
	struct consent consent;
	struct routes routes = {0};
	char err[512], *state = options_state_dir(o);
	consent_load(&consent, state);
	free(state);
	if (consent.answer != CONSENT_YES)
		return command_fail(EXIT_NO_CONSENT,
				    "there is no consent to sending: `probe init` asks for it");
	if (routes_init(&routes, o->conf, err, sizeof(err)) < 0 || !routes.n) {
		routes_clear(&routes);
		return command_fail(EXIT_CONFIG, "%s",
				    conf_count(o->conf, "collector", "url")
					    ? err
					    : "no [collector] url is set");
	}
	struct spool *spool = command_spool(o, err, sizeof(err));
	if (!spool) {
		routes_clear(&routes);
		return command_fail(EXIT_INTERNAL, "%s", err);
	}
	int code = send_all(o, spool, routes);
	spool_close(spool);
	return code;
}
