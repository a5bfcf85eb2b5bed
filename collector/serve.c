/* serve.c: `collector serve`: one event loop for submissions, figures and pages.
 *
 * What the archive has and the views have not yet seen is folded before the first connection is
 * taken, so nobody ever sees a view that is behind its archive. */
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "collector/answers.h"
#include "collector/api.h"
#include "collector/live.h"
#include "collector/options.h"
#include "collector/press.h"
#include "collector/rig.h"
#include "collector/raster.h"
#include "collector/server.h"
#include "collector/verbs.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"

/* evhttp refuses what is larger with a bare 413; up to here the refusal explains itself. */
#define BODY_MAX (2 * BATCH_SEALED_MAX)

/* After the signal to end: time for receipts of batches that are on disk already. */
#define LINGER_MS 100

/* Files and sockets beside the connections. */
#define OTHER_FILES 64

struct serving {
	struct event_base *base;
	struct rig rig;
	struct api api;
	struct press *press;
	char *packages; /* owned */
	struct event *tick, *on_term, *on_int;
	int rc;
};

static void on_signal(evutil_socket_t sig, short what, void *arg)
{
	const struct timeval linger = {0, LINGER_MS * 1000};
	struct serving *s = arg;
	(void)what;
	log_info("ending on signal %d", (int)sig);
	server_stop(s->api.server);
	event_base_loopexit(s->base, &linger);
}

/* Simulated data stands still: neither alive marks nor new rows are made of the present. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct serving *s = arg;
	(void)fd;
	(void)what;
	if (s->rig.synthetic || ingest_tick(s->rig.ingest, clock_wall_ms()) == 0)
		return;
	log_warnx("the views cannot be kept up; ending, a restart makes them whole again from the "
		  "archive");
	s->rc = 1;
	event_base_loopbreak(s->base);
}

static void libevent_says(int severity, const char *msg)
{
	if (severity >= EVENT_LOG_WARN)
		log_warnx("libevent: %s", msg);
}

static struct event *watch(struct serving *s, int sig)
{
	struct event *e = evsignal_new(s->base, sig, on_signal, s);
	if (!e || event_add(e, NULL) < 0)
		abort(); /* out of memory */
	return e;
}

static void start_tick(struct serving *s)
{
	const struct timeval second = {1, 0};
	s->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
	if (!s->tick || event_add(s->tick, &second) < 0)
		abort(); /* out of memory */
}

/* One descriptor per connection: asks for as many as are configured, and says when it gets fewer. */
static size_t allow_connections(const struct conf *c)
{
	size_t wanted = (size_t)conf_int(c, "limits", "max_connections");
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l) < 0)
		return wanted;
	if (l.rlim_cur < wanted + OTHER_FILES) {
		l.rlim_cur = l.rlim_max < wanted + OTHER_FILES ? l.rlim_max : wanted + OTHER_FILES;
		setrlimit(RLIMIT_NOFILE, &l);
	}
	if (l.rlim_cur >= wanted + OTHER_FILES)
		return wanted;
	wanted = l.rlim_cur > 2 * OTHER_FILES ? l.rlim_cur - OTHER_FILES : l.rlim_cur / 2;
	log_info("max_connections is %zu, since only %" PRIu64 " files may be open", wanted,
		 (uint64_t)l.rlim_cur);
	return wanted;
}

static int start_server(struct serving *s, const struct conf *c, char *err, size_t errlen)
{
	const struct server_config config = {
		.base = s->base,
		.listen = conf_str(c, "collector", "listen"),
		.max_connections = allow_connections(c),
		.max_body = BODY_MAX,
		.request_timeout_s = HTTP_REQUEST_TIMEOUT_S,
		.handle = api_handle,
		.arg = &s->api,
	};
	struct views_listener listener;
	s->api = (struct api){
		.country = s->rig.country,
		.map = s->rig.map,
		.publish = &s->rig.publish,
		.place = s->rig.place,
		.ingest = s->rig.ingest,
		.archive = s->rig.archive,
		.live = live_new(s->base, &s->rig.publish),
		.raster = raster_new(s->base),
		.answers = answers_new(),
		.packages = s->packages,
		.synthetic = s->rig.synthetic,
		.synthetic_now_ms = s->rig.synthetic_now_ms,
		.started_ms = clock_wall_ms(),
	};
	keys_text(s->api.key, s->rig.box.pk);
	listener = live_listener(s->api.live);
	views_listen(s->rig.views, &listener);
	s->api.server = server_new(&config, err, errlen);
	return s->api.server ? 0 : -1;
}

static void start_press(struct serving *s, const struct options *o)
{
	const struct press_config config = {
		.base = s->base,
		.store = s->rig.store,
		.dir = s->packages,
		.now_ms = s->rig.synthetic ? s->rig.synthetic_now_ms : 0,
		.args = o->rest,
		.n_args = o->n_rest,
	};
	s->press = press_new(&config);
}

static void serve(struct serving *s, const struct options *o)
{
	s->on_term = watch(s, SIGTERM);
	s->on_int = watch(s, SIGINT);
	if (!s->rig.synthetic)
		ingest_start(s->rig.ingest, clock_wall_ms());
	start_tick(s);
	start_press(s, o);
	log_info("serving on http://%s/%s", server_address(s->api.server),
		 s->rig.synthetic ? " (synthetic data)" : "");
	event_base_dispatch(s->base);
}

/* The last tick writes out and commits what the loop has taken. */
static void finish(struct serving *s)
{
	if (s->tick && !s->rig.synthetic && s->rc == 0 &&
	    ingest_tick(s->rig.ingest, clock_wall_ms()) < 0)
		s->rc = 1;
	press_free(s->press);
	raster_free(s->api.raster);
	server_free(s->api.server);
	rig_close(&s->rig);
	live_free(s->api.live);
	answers_free(s->api.answers);
	struct event *events[] = {s->tick, s->on_term, s->on_int};
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	event_base_free(s->base);
	free(s->packages);
}

int verb_serve(const struct options *o)
{
	const struct conf *c = o->conf;
	struct serving s = {.packages = options_data_path(c, DATA_SHELF)};
	char err[512];
	signal(SIGPIPE, SIG_IGN);
	event_set_log_callback(libevent_says);
	s.base = event_base_new();
	if (!s.base)
		log_fatalx(1, "libevent cannot start");
	if (conf_is_set(c, "store", "url"))
		log_info("store url is not used: sqlite has no server");
	s.rc = rig_open(&s.rig, c, s.base, err, sizeof(err));
	if (s.rc == 0 && (rig_catch_up(&s.rig, c, err, sizeof(err)) < 0 ||
			  start_server(&s, c, err, sizeof(err)) < 0))
		s.rc = 1;
	if (s.rc)
		log_warnx("%s", err);
	else
		serve(&s, o);
	finish(&s);
	return s.rc;
}
