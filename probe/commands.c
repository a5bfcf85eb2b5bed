/* commands.c: what several verbs need. */
#include "probe/commands.h"

#include <errno.h>
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"
#include "probe/consent.h"
#include "probe/fingerprints.h"
#include "probe/ooni_file.h"
#include "probe/resolver.h"
#include "probe/sandbox.h"
#include "probe/targets.h"
#include "probe/spool.h"
#include "probe/state.h"
#include "probe/term.h"

int command_fail(int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	fputs("probe: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	return code;
}

struct event_base *command_base(void)
{
	/* Without the first flag timers follow the coarse clock: 4 ms late on the average (measured).
	 * With the second a socket that is waited for in another way goes to epoll once, not twice: a
	 * sixth of the time of an http check. It asks that no descriptor is duplicated; none is. */
	struct event_config *config = event_config_new();
	event_config_set_flag(config,
			      EVENT_BASE_FLAG_PRECISE_TIMER | EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
	struct event_base *base = event_base_new_with_config(config);
	event_config_free(config);
	if (!base)
		abort();
	return base;
}

static char *spool_folder(const struct options *o)
{
	char *state = options_state_dir(o), *dir = state_path(state, "spool");
	free(state);
	return dir;
}

struct spool *command_spool(const struct options *o, char *err, size_t errlen)
{
	char *dir = spool_folder(o);
	uint64_t cap = (uint64_t)conf_int(o->conf, "spool", "cap_mb") << 20;
	struct spool *s = spool_open(dir, cap, err, errlen);
	free(dir);
	return s;
}

bool command_has_spool(const struct options *o)
{
	char *dir = spool_folder(o);
	bool there = access(dir, F_OK) == 0;
	free(dir);
	return there;
}

void command_sandbox(const struct options *o, const char *state_dir)
{
	char text[SANDBOX_TEXT];
	if (!conf_bool(o->conf, "probe", "sandbox"))
		return;
	struct sandbox_config config = {.state_dir = state_dir, .ca_file = getenv("SSL_CERT_FILE")};
	unsigned int missing = SANDBOX_ALL & ~sandbox_enter(&config);
	if (missing)
		log_warnx("this probe is not closed in as it should be, it lacks: %s (probe doctor "
			  "tells more)",
			  sandbox_str(text, missing));
}

static int read_resolvers(struct command_runner *r, const struct conf *c, char *err, size_t errlen)
{
	size_t n = conf_count(c, "dns", "resolver");
	r->resolvers = xcalloc(n + 1, sizeof(*r->resolvers));
	for (size_t i = 0; i < n; i++) {
		r->resolvers[i] = conf_at(c, "dns", "resolver", i);
		if (!resolver_knows(r->resolvers[i], err, errlen))
			return -1;
	}
	return 0;
}

int command_runner(struct command_runner *r, const struct options *o, char *err, size_t errlen)
{
	*r = (struct command_runner){0};
	if (read_resolvers(r, o->conf, err, errlen) < 0)
		return -1;
	char *path = options_fingerprints(o);
	r->fingerprints = fingerprints_load(path, err, errlen);
	free(path);
	r->config = (struct runner_config){
		.concurrency = (size_t)conf_int(o->conf, "schedule", "concurrency"),
		.check_timeout_ms = (int)conf_int(o->conf, "schedule", "check_timeout_ms"),
		.resolvers = r->resolvers,
		.fingerprints = r->fingerprints,
	};
	return r->fingerprints ? 0 : -1;
}

int command_targets(struct targets *t, const struct options *o, char *err, size_t errlen)
{
	char *path = options_targets(o), *inside = options_inside(o);
	int rc = targets_load(t, path, err, errlen);
	if (rc == 0 && inside)
		rc = targets_add_inside(t, inside, err, errlen);
	if (rc == 0)
		targets_keep_level(t, (int)conf_int(o->conf, "probe", "level"));
	free(path);
	free(inside);
	return rc;
}

void command_runner_clear(struct command_runner *r)
{
	fingerprints_free(r->fingerprints);
	free(r->resolvers);
	*r = (struct command_runner){0};
}

enum wording command_wording(const struct options *o)
{
	if (o->lang)
		return wording_parse(o->lang);
	return consent_language() == CONSENT_PERSIAN ? WORDING_FA : WORDING_EN;
}

int command_ooni_open(struct ooni_file **f, const struct options *o, const struct vantage *vantage,
		      const char *first_resolver)
{
	*f = o->ooni ? ooni_file_open(o->ooni, vantage, first_resolver) : NULL;
	if (!o->ooni || *f)
		return EXIT_DONE;
	return command_fail(EXIT_CONFIG, "cannot write %s: %s", o->ooni, strerror(errno));
}

int command_ooni_close(struct ooni_file *f, const struct options *o)
{
	enum wording w = command_wording(o);
	int columns, rows;
	struct term term;
	struct buf text, out;
	char *n;
	if (!f)
		return EXIT_DONE;
	n = xasprintf("%zu", ooni_file_count(f));
	if (ooni_file_close(f) < 0) {
		free(n);
		return command_fail(EXIT_INTERNAL, "cannot write %s: %s", o->ooni, strerror(errno));
	}
	term_init(&term, stderr);
	term_size(&term, &columns, &rows);
	buf_init(&text, 16 * 1024);
	buf_init(&out, 16 * 1024);
	wording_fill(&text, w, WORDING_OONI_WHAT, n, o->ooni);
	wording_wrap(&out, text.data, columns, 0, 0);
	fprintf(stderr, "%s\n", out.data);
	buf_clear(&text);
	buf_clear(&out);
	free(n);
	return EXIT_DONE;
}
