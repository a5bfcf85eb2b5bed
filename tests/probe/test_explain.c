/* test_explain.c: what a trace means, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "tests/probe/told.h"

static void each_row(void **state)
{
	bool reached[FINDINGS] = {false};
	(void)state;
	for (size_t i = 0; i < told_n; i++) {
		struct told t;
		struct buf ids;
		buf_init(&ids, 1024);
		buf_puts(&ids, "");
		told_make(&t, &told_rows[i]);
		for (size_t k = 0; k < t.f.n; k++) {
			buf_printf(&ids, "%s%s", k ? " " : "", finding_str(t.f.list[k].id));
			reached[t.f.list[k].id] = true;
		}
		if (strcmp(ids.data ? ids.data : "", told_rows[i].want) ||
		    t.f.up != told_rows[i].up)
			fail_msg("%s: '%s' (%s) instead of '%s'", told_rows[i].what, ids.data,
				 t.f.up ? "up" : "down", told_rows[i].want);
		buf_clear(&ids);
		told_forget(&t);
	}
	for (size_t i = 0; i < FINDINGS; i++)
		if (!reached[i])
			fail_msg("no row comes to %s", finding_str((enum finding_id)i));
}

/* However much comes, the list does not overflow and its end is kept. */
static void a_flood(void **state)
{
	static char resolvers[20][32];
	struct target target;
	struct trace t = {0};
	struct findings f;
	char err[256];
	(void)state;
	assert_int_equal(targets_parse_one(&target, "https://x.example/", err, sizeof(err)), 0);
	for (size_t i = 0; i < 20; i++) {
		snprintf(resolvers[i], sizeof(resolvers[i]), "udp://192.0.2.%zu", i);
		steps_add(&t, &target,
			  &(struct a_step){FAIL_DNS_BOGON, .kind = KIND_DNS,
					   .resolver = resolvers[i], .answers = {"10.10.34.36"},
					   .fp = "x", .nth = (int)i % 3},
			  1);
	}
	for (size_t i = 0; i < 20; i++) {
		char addr[32];
		snprintf(addr, sizeof(addr), "203.0.113.%zu", i);
		steps_add(&t, &target,
			  &(struct a_step){FAIL_TLS_RESET + i % 3, KIND_TLS, .addr = addr}, 1);
	}
	explain_target(&f, &t, &(struct explain_beside){0});
	assert_true(f.n < FINDINGS_MAX);
	trace_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
		cmocka_unit_test(a_flood),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
