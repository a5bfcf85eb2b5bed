/* test_seen.c: from real packets to words: a runner over the bad network, its steps explained, and
 * none of them in an export, because 127.0.0.1 is nobody's measurement of the internet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <string.h>

#include "common/buf.h"
#include "probe/explain.h"
#include "probe/ooni.h"
#include "tests/probe/cycle.h"

struct seeing {
	struct cycle cycle;
	struct trace trace;
};

static void on_step(void *arg, const struct runner_step *step)
{
	trace_add(&((struct seeing *)arg)->trace, step);
}

static void on_done(void *arg)
{
	event_base_loopbreak(((struct seeing *)arg)->cycle.base);
}

/* Measures the target that was added last, and compares the findings. */
static void finds(struct seeing *s, const char *want)
{
	const struct runner_observer observer = {on_step, on_done, s};
	const size_t order = s->cycle.targets.n - 1;
	struct findings f;
	struct buf ids, ooni;
	buf_init(&ids, 1024);
	buf_init(&ooni, OONI_LINE_MAX);
	struct runner *r = runner_new(s->cycle.base, &s->cycle.config);
	assert_int_equal(runner_start(r, &s->cycle.targets, &order, 1, false, &observer), 0);
	event_base_dispatch(s->cycle.base);
	assert_true(s->trace.done);
	explain_target(&f, &s->trace, &(struct explain_beside){.resolver = s->cycle.resolvers[0]});
	for (size_t i = 0; i < f.n; i++)
		buf_printf(&ids, "%s%s", i ? " " : "", finding_str(f.list[i].id));
	assert_string_equal(ids.data, want);
	/* A name that leads here, or an answer alone, is told without its addresses. */
	if (ooni_put(&ooni, &s->trace, NULL, NULL) == 0)
		assert_null(strstr(ooni.data, "127.0.0.1:"));
	buf_clear(&ids);
	buf_clear(&ooni);
	trace_clear(&s->trace);
	runner_free(r);
}

static void begin(struct seeing *s)
{
	*s = (struct seeing){0};
	cycle_open(&s->cycle);
	s->cycle.config.check_timeout_ms = 2000;
}

static void names(void **state)
{
	static const struct bad_name truth[] = {{.name = "gone.test", .a = "127.0.0.1"}, {0}};
	static const struct bad_name lies[] = {{.name = "site.example", .a = "127.0.0.1"},
					       {.name = "refused.example", .rcode = 5},
					       {.name = "silent.example", .silent = 1},
					       {0}};
	struct seeing s;
	(void)state;
	begin(&s);
	cycle_dns(&s.cycle, lies);
	cycle_dns(&s.cycle, truth);
	cycle_target(&s.cycle, "https://site.example/");
	finds(&s, "name-bogon other-resolvers-fail");
	cycle_target(&s.cycle, "https://none.example/");
	finds(&s, "name-unknown-to-all");
	cycle_target(&s.cycle, "https://refused.example/");
	finds(&s, "resolver-refused other-resolvers-fail");
	cycle_target(&s.cycle, "https://silent.example/");
	finds(&s, "resolver-silent other-resolvers-fail");
	cycle_close(&s.cycle);
}

static void ways(void **state)
{
	static const struct bad_name site[] = {{.name = "site.test", .a = "127.0.0.1"}, {0}};
	static const struct bad_server good = {.cert = CERT_GOOD}, plain = {0},
				       reset = {.fault = BAD_RESET};
	struct seeing s;
	(void)state;
	begin(&s);
	cycle_dns(&s.cycle, site);
	cycle_target(&s.cycle, "https://site.test:%u/", badnet_listen(s.cycle.net, &reset));
	finds(&s, "name-resolves tls-reset not-by-name");
	cycle_target(&s.cycle, "http://site.test:%u/", badnet_listen(s.cycle.net, &plain));
	finds(&s, "name-resolves site-answers-plain");
	cycle_target(&s.cycle, "tcp://127.0.0.1:%u", badnet_nobody(s.cycle.net));
	finds(&s, "tcp-refused");
	cycle_target(&s.cycle, "https://127.0.0.1:%u/", badnet_listen(s.cycle.net, &good));
	finds(&s, "site-answers");
	cycle_target(&s.cycle, "https://site.test:%u/", badnet_listen(s.cycle.net, &good));
	finds(&s, "name-resolves certificate-other-name");
	cycle_close(&s.cycle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
