/* web.c: the collector of a test, and its clients. */
#include "tests/collector/web.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/answers.h"
#include "collector/ingest.h"
#include "collector/live.h"
#include "collector/options.h"
#include "collector/raster.h"
#include "common/clock.h"
#include "tests/collector/scratch.h"

#define ANSWER_MAX	(64 * 1024 * 1024)
#define ANSWER_MS	20000
#define FLAGS_MAX	32
#define MAX_CONNECTIONS 100
#define TIMEOUT_S	10

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "web: %s\n", what);
	abort();
}

static void make_data(const char *dir)
{
	char *key = scratch_path(dir, DATA_BOX_KEY), *archive = scratch_path(dir, DATA_ARCHIVE);
	struct keys_box box;
	check(keys_init() == 0 && keys_box_create(&box, key) == 0, "key");
	check(mkdir(archive, 0700) == 0, "archive");
	free(key);
	free(archive);
}

void web_start(struct web *w, const char *country, const char *const *extra)
{
	char *argv[FLAGS_MAX] = {"collector",
				 "serve",
				 "-c",
				 NULL,
				 "--data-dir",
				 NULL,
				 "--country",
				 NULL,
				 "--countries-dir",
				 "configs/countries"};
	int argc = 10;
	char err[512];
	struct options o;
	*w = (struct web){.dir = scratch_new()};
	make_data(w->dir);
	argv[3] = scratch_path(w->dir, "collector.conf");
	scratch_write(w->dir, "collector.conf", "", 0);
	argv[5] = w->dir;
	argv[7] = xstrdup(country);
	for (; extra && *extra; extra++)
		argv[argc++] = (char *)*extra;
	if (options_read(&o, argc, argv, err, sizeof(err)))
		check(false, err);
	w->base = event_base_new();
	if (rig_open(&w->rig, o.conf, w->base, err, sizeof(err)))
		check(false, err);
	options_clear(&o);
	free(argv[3]);
	free(argv[7]);
}

void web_serve(struct web *w, size_t max_connections, int request_timeout_s)
{
	char err[256];
	const struct server_config config = {
		.base = w->base,
		.listen = "127.0.0.1:0",
		.max_connections = max_connections,
		.max_body = 2 * BATCH_SEALED_MAX,
		.request_timeout_s = request_timeout_s,
		.handle = api_handle,
		.arg = &w->api,
	};
	w->api.country = w->rig.country;
	w->api.map = w->rig.map;
	w->api.publish = &w->rig.publish;
	w->api.place = w->rig.place;
	w->api.ingest = w->rig.ingest;
	ingest_start(w->rig.ingest, clock_wall_ms());
	w->api.archive = w->rig.archive;
	w->api.live = live_new(w->base, &w->rig.publish);
	w->api.raster = raster_new(w->base);
	w->api.answers = answers_new();
	w->api.started_ms = clock_wall_ms();
	keys_text(w->api.key, w->rig.box.pk);
	w->api.server = server_new(&config, err, sizeof(err));
	if (!w->api.server)
		check(false, err);
	w->port = atoi(strrchr(server_address(w->api.server), ':') + 1);
}

void web_stop(struct web *w)
{
	raster_free(w->api.raster);
	server_free(w->api.server);
	rig_close(&w->rig);
	live_free(w->api.live);
	answers_free(w->api.answers);
	event_base_free(w->base);
	scratch_remove(w->dir);
}

int web_setup_unserved(void **state)
{
	struct web *w = xcalloc(1, sizeof(*w));
	web_start(w, "ZZ", NULL);
	*state = w;
	return 0;
}

int web_setup_empty(void **state)
{
	web_setup_unserved(state);
	web_serve(*state, MAX_CONNECTIONS, TIMEOUT_S);
	return 0;
}

int web_setup(void **state)
{
	struct web *w = xcalloc(1, sizeof(*w));
	web_start(w, "IR", NULL);
	web_fill(w, true);
	web_serve(w, MAX_CONNECTIONS, TIMEOUT_S);
	*state = w;
	return 0;
}

int web_teardown(void **state)
{
	web_stop(*state);
	free(*state);
	return 0;
}

void web_put_row(struct web *w, const struct series *s, int64_t start_ms, enum state state,
		 uint32_t n, uint32_t up)
{
	struct row r = {.series = *s,
			.start_ms = start_ms,
			.step_ms = WEB_STEP_MS,
			.revision = 1,
			.revised_ms = start_ms + WEB_STEP_MS,
			.method = METHOD_VERSION};
	verdict_clear(&r.v);
	r.v.state = state;
	r.v.probes = n;
	r.v.expected = n + 2;
	r.v.fragile = 7;
	snprintf(r.v.rule, sizeof(r.v.rule), "test");
	for (int c = 0; n && c < CLASS_LINK; c++)
		r.v.share[c] = (struct verdict_share){.n = n, .up = up, .some = up};
	if (n) {
		r.v.sign[SIGN_DNS] = (struct verdict_count){n, 1};
		r.v.mech[MECH_SNI_RESET] = (struct verdict_count){n, 1};
		r.v.mech[MECH_TCP_DROP] = (struct verdict_count){n, 0};
		r.v.up = (double)up / n;
		verdict_wilson(up, n, &r.v.lo, &r.v.hi);
	}
	check(store_put_row(w->rig.store, &r) == 0, "put row");
}

static void fill_series(struct web *w, const struct series *s, uint32_t n)
{
	const int64_t cut = 1767889800000; /* 16:30 */
	for (int64_t t = WEB_NOW_MS - CLOCK_DAY_MS; t < WEB_NOW_MS; t += WEB_STEP_MS)
		web_put_row(w, s, t, t < cut ? STATE_FILTERED : STATE_DOMESTIC_ONLY, n,
			    t < cut ? n : n / 10);
}

void web_fill(struct web *w, bool synthetic)
{
	struct series s = {.isp = ISP_ANY, .access = ACCESS_ANY};
	char now[32];
	fill_series(w, &s, 300);
	for (size_t i = 0; i < w->rig.country->n_regions; i++) {
		snprintf(s.region, sizeof(s.region), "%s", w->rig.country->regions[i].code);
		fill_series(w, &s, i == 3 ? 2 : 20); /* one stays below the threshold */
	}
	snprintf(s.region, sizeof(s.region), "%s", w->rig.country->regions[0].code);
	s.access = ACCESS_MOBILE;
	s.isp = 44244;
	fill_series(w, &s, 12);
	s.isp = 197207;
	fill_series(w, &s, 8);
	struct event e = {.id = "IR-00.all.all.20260108T163000Z",
			  .state = STATE_DOMESTIC_ONLY,
			  .onset_ms = 1767889800000,
			  .onset_lo_ms = 1767889740000,
			  .onset_hi_ms = 1767889860000,
			  .detected_ms = 1767890100000,
			  .severity = 3.25,
			  .probes = 20,
			  .expected = 22,
			  .n = 20,
			  .hit = 18,
			  .basis = EVENT_VOTES | EVENT_SILENCE,
			  .back_ms = 1767898800000,
			  .lost_lo = NAN,
			  .lost_hi = 1,
			  .returns = {2, 1, 90000, 1767895200000},
			  .hours = {3, 1230, 305},
			  .revision = 1,
			  .why = WHY_COURSE,
			  .revised_ms = 1767891600000,
			  .series = {.region = "IR-00", .isp = ISP_ANY, .access = ACCESS_ANY}};
	check(store_put_events(w->rig.store, &e.series, SIGN_LOSS, 0, &e, 1) == 0, "put event");
	check(store_commit(w->rig.store, store_position(w->rig.store)) == 0, "commit");
	snprintf(now, sizeof(now), "%lld", (long long)WEB_NOW_MS);
	w->api.synthetic = synthetic;
	w->api.synthetic_now_ms = synthetic ? WEB_NOW_MS : 0;
}

void web_turn(struct web *w)
{
	const struct timeval moment = {0, 1000};
	event_base_loopexit(w->base, &moment);
	event_base_dispatch(w->base);
}

void web_turns(struct web *w, int n)
{
	while (n--)
		web_turn(w);
}

void web_wait_connections(struct web *w, size_t n, int ms)
{
	struct server_stats s;
	server_stats(w->api.server, &s);
	for (int64_t end = clock_mono_ms() + ms; s.connections != n && clock_mono_ms() < end;) {
		web_turn(w);
		server_stats(w->api.server, &s);
	}
	if (s.connections != n)
		fprintf(stderr, "web: %zu connections instead of %zu\n", s.connections, n);
	check(s.connections == n, "connections");
}

int web_connect(struct web *w)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
				  .sin_port = htons((uint16_t)w->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	check(fd >= 0 && connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0, "connect");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

int web_send(struct web *w, int fd, const void *data, size_t len)
{
	const char *p = data;
	for (int64_t end = clock_mono_ms() + ANSWER_MS; len && clock_mono_ms() < end; web_turn(w)) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return -1;
		p += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return len ? -1 : 0;
}

bool web_read(struct web *w, int fd, struct buf *out, const char *until, int ms)
{
	char chunk[65536];
	int64_t end = clock_mono_ms() + ms;
	buf_init(out, ANSWER_MAX);
	while (clock_mono_ms() < end) {
		ssize_t n = recv(fd, chunk, sizeof(chunk), 0);
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return true;
		if (n > 0)
			buf_put(out, chunk, (size_t)n);
		if (n > 0 && until && strstr(out->data, until))
			return true;
		if (n < 0)
			web_turn(w);
	}
	return false;
}

void web_ask(struct web *w, struct web_answer *a, const char *method, const char *head,
	     const void *body, size_t body_len)
{
	int fd = web_connect(w);
	struct buf request;
	buf_init(&request, ANSWER_MAX);
	buf_printf(&request, "%s %sHost: test\r\nConnection: close\r\n", method, head);
	if (body_len)
		buf_printf(&request, "Content-Length: %zu\r\n", body_len);
	buf_puts(&request, "\r\n");
	buf_put(&request, body ? body : "", body_len);
	*a = (struct web_answer){.status = 0};
	web_send(w, fd, request.data, request.len);
	check(web_read(w, fd, &a->all, NULL, ANSWER_MS), "no answer");
	close(fd);
	buf_clear(&request);
	const char *blank = a->all.len ? strstr(a->all.data, "\r\n\r\n") : NULL;
	if (!blank || sscanf(a->all.data, "HTTP/1.1 %d", &a->status) != 1)
		return;
	a->body = blank + 4;
	a->body_len = a->all.len - (size_t)(a->body - a->all.data);
}

void web_get(struct web *w, struct web_answer *a, const char *path)
{
	char *head = xasprintf("%s HTTP/1.1\r\n", path);
	web_ask(w, a, "GET", head, NULL, 0);
	free(head);
}

void web_answer_clear(struct web_answer *a)
{
	buf_clear(&a->all);
}

const char *web_header(const struct web_answer *a, const char *name, char *out, size_t outlen)
{
	size_t n = strlen(name);
	out[0] = '\0';
	for (const char *p = a->all.data; p && p < a->body; p = strstr(p, "\r\n")) {
		p += *p == '\r' ? 2 : 0;
		if (!strncasecmp(p, name, n) && p[n] == ':')
			snprintf(out, outlen, "%.*s", (int)strcspn(p + n + 2, "\r"), p + n + 2);
	}
	return out;
}

json_t *web_json(struct web *w, const char *path, int status)
{
	struct web_answer a;
	web_get(w, &a, path);
	json_t *j = json_loadb(a.body, a.body_len, JSON_REJECT_DUPLICATES, NULL);
	if (a.status != status || !j) {
		fprintf(stderr, "web: %s: %d: %.400s\n", path, a.status, a.body);
		abort();
	}
	web_answer_clear(&a);
	return j;
}

const char *web_str(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	return s ? s : "(null)";
}
