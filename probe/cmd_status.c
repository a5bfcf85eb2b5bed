/* cmd_status.c: `probe status`: what this probe is set to do, and whether it does. Works before
 * init too, and beside a running probe. No secrets: neither keys nor what stands before the @ of an
 * address. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/jsonw.h"
#include "probe/commands.h"
#include "probe/consent.h"
#include "probe/spool.h"
#include "probe/state.h"
#include "probe/vantage.h"

struct status {
	const struct options *o;
	char *state_dir; /* owned */
	struct consent consent;
	struct spool_info spool;
	uint64_t cap_bytes;
	pid_t holder;
	char place_error[512]; /* "" when the place is known */
	struct vantage vantage;
};

static int gather_status(struct status *s)
{
	char err[512], *countries = options_countries_dir(s->o);
	consent_load(&s->consent, s->state_dir);
	s->holder = state_holder(s->state_dir);
	s->cap_bytes = (uint64_t)conf_int(s->o->conf, "spool", "cap_mb") << 20;
	vantage_read(&s->vantage, s->o->conf, countries, s->place_error, sizeof(s->place_error));
	free(countries);
	if (!command_has_spool(s->o))
		return EXIT_DONE;
	struct spool *spool = command_spool(s->o, err, sizeof(err));
	if (!spool)
		return command_fail(EXIT_INTERNAL, "%s", err);
	spool_info(spool, &s->spool);
	spool_close(spool);
	return EXIT_DONE;
}

/* The address without user and password. */
static void put_url(struct buf *out, const char *url)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	const char *at = memchr(host, '@', strcspn(host, "/"));
	buf_printf(out, "%.*s%s", (int)(host - url), url, at ? at + 1 : host);
}

static void print_collectors(const struct conf *c)
{
	size_t n = conf_count(c, "collector", "url");
	struct buf line;
	buf_init(&line, 4096);
	for (size_t i = 0; i < n; i++) {
		buf_puts(&line, i ? ", " : "");
		put_url(&line, conf_at(c, "collector", "url", i));
	}
	size_t proxies = conf_count(c, "collector", "proxy");
	if (proxies)
		buf_printf(&line, " (%zu prox%s)", proxies, proxies == 1 ? "y" : "ies");
	printf("collector  %s\n", n ? line.data : "none set");
	buf_clear(&line);
}

static void print_text(const struct status *s)
{
	char place[VANTAGE_TEXT], from[CLOCK_RFC3339_LEN], until[CLOCK_RFC3339_LEN];
	printf("consent    %s%s%s\n", consent_str(s->consent.answer), *s->consent.date ? ", " : "",
	       s->consent.date);
	printf("place      %s\n",
	       *s->place_error ? s->place_error : vantage_text(place, &s->vantage));
	if (options_is_control(s->o))
		printf("watches    %s, from outside\n", options_watched(s->o));
	print_collectors(s->o->conf);
	printf("waiting    %zu batch%s, %" PRIu64 " KiB of %" PRIu64 " MiB", s->spool.batches,
	       s->spool.batches == 1 ? "" : "es", s->spool.bytes >> 10, s->cap_bytes >> 20);
	if (s->spool.batches)
		printf("\n           %s .. %s", clock_rfc3339(from, s->spool.oldest_ms),
		       clock_rfc3339(until, s->spool.newest_ms));
	printf("\nprobe      %s", s->holder ? "running" : "not running");
	if (s->holder > 0)
		printf(" (process %d)", (int)s->holder);
	printf("\nconfig     %s%s\nstate      %s%s\n", s->o->file,
	       access(s->o->file, F_OK) < 0 ? " (missing: run probe init)" : "", s->state_dir,
	       access(s->state_dir, F_OK) < 0 ? " (missing: run probe init)" : "");
}

static void put_collectors(struct jsonw *j, const struct conf *c)
{
	struct buf url;
	buf_init(&url, 4096);
	jsonw_array(j, "collector");
	for (size_t i = 0; i < conf_count(c, "collector", "url"); i++) {
		buf_reset(&url);
		put_url(&url, conf_at(c, "collector", "url", i));
		jsonw_str(j, NULL, url.data);
	}
	jsonw_end(j);
	jsonw_int(j, "proxies", (int64_t)conf_count(c, "collector", "proxy"));
	buf_clear(&url);
}

static void put_spool(struct jsonw *j, const struct status *s)
{
	jsonw_object(j, "spool");
	jsonw_int(j, "batches", (int64_t)s->spool.batches);
	jsonw_int(j, "bytes", (int64_t)s->spool.bytes);
	jsonw_int(j, "cap_bytes", (int64_t)s->cap_bytes);
	if (s->spool.batches) {
		jsonw_time(j, "oldest", s->spool.oldest_ms);
		jsonw_time(j, "newest", s->spool.newest_ms);
	} else {
		jsonw_null(j, "oldest");
		jsonw_null(j, "newest");
	}
	jsonw_end(j);
}

static void put_place(struct jsonw *j, const struct status *s)
{
	const struct vantage *v = &s->vantage;
	jsonw_object(j, "place");
	jsonw_str(j, "country", *v->country ? v->country : NULL);
	jsonw_str(j, "region", *v->region ? v->region : NULL);
	jsonw_str(j, "watch", options_watched(s->o));
	if (v->isp)
		jsonw_int(j, "isp", v->isp);
	else
		jsonw_null(j, "isp");
	jsonw_str(j, "access", access_str(v->access));
	jsonw_int(j, "level", conf_int(s->o->conf, "probe", "level"));
	jsonw_str(j, "error", *s->place_error ? s->place_error : NULL);
	jsonw_end(j);
}

static void print_json(const struct status *s)
{
	struct buf out;
	struct jsonw j;
	buf_init(&out, 64 * 1024);
	jsonw_begin(&j, &out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "consent", consent_str(s->consent.answer));
	jsonw_str(&j, "consent_date", *s->consent.date ? s->consent.date : NULL);
	put_place(&j, s);
	put_collectors(&j, s->o->conf);
	put_spool(&j, s);
	jsonw_bool(&j, "running", s->holder != 0);
	if (s->holder > 0)
		jsonw_int(&j, "pid", s->holder);
	else
		jsonw_null(&j, "pid");
	jsonw_str(&j, "config", s->o->file);
	jsonw_str(&j, "state_dir", s->state_dir);
	jsonw_end(&j);
	puts(out.data);
	buf_clear(&out);
}

int cmd_status(const struct options *o)
{
	struct status s = {.o = o, .state_dir = options_state_dir(o)};
	int code = gather_status(&s);
	if (code == EXIT_DONE) {
		if (o->switches & SWITCH_JSON)
			print_json(&s);
		else
			print_text(&s);
	}
	free(s.state_dir);
	return code;
}
