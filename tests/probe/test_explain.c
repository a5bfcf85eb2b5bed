/* test_explain.c: what a trace means, row by row, and what becomes of steps that make no sense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "probe/ooni.h"
#include "probe/wording.h"
#include "tests/probe/ooni_fields.h"
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

/* Knuth's constants; the same steps in every run. */
static unsigned int dice(uint64_t *state, unsigned int sides)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return (unsigned int)(*state >> 33) % sides;
}

static void any_step(struct a_step *s, uint64_t *state)
{
	static const char *const addrs[] = {"203.0.113.7", "203.0.113.8", "2001:db8::7",
					    "10.10.34.36", "2001:db8::8", NULL};
	static const char *const resolvers[] = {"system", "udp://9.9.9.9", "https://dns.example/"};
	static const struct wire_cert cert = {.subject = "a", .issuer = "b"};
	*s = (struct a_step){
		.failure = dice(state, 2) ? dice(state, FAILURES) : 0,
		.kind = dice(state, KINDS),
		.addr = addrs[dice(state, 6)],
		.resolver = resolvers[dice(state, 3)],
		.answers = {addrs[dice(state, 6)], addrs[dice(state, 6)]},
		.fp = dice(state, 2) ? "fp" : NULL,
		.cert = dice(state, 2) ? &cert : NULL,
		.nth = (int)dice(state, 3),
		.hop = (int)dice(state, 3),
		.next = (int)dice(state, 2),
		.status = (int)dice(state, 600),
		.harmless = dice(state, 4) == 0,
	};
}

/* Steps in any order and of any kind, as no runner sends them: something is said, in whole texts,
 * and an export of it is still in the format. */
static void any_steps(void **state)
{
	static const char *const urls[] = {"https://x.example/", "http://203.0.113.7/",
					   "tcp://x.example:1",	 "dns://9.9.9.9/x.example",
					   "quic://x.example",	 "speed+https://x.example/"};
	uint64_t seed = 1;
	(void)state;
	for (size_t round = 0; round < 5000; round++) {
		struct target target;
		struct a_step list[12];
		struct trace t = {0};
		struct findings f;
		struct buf out;
		char err[256];
		size_t n = 1 + dice(&seed, 12);
		buf_init(&out, OONI_LINE_MAX);
		assert_int_equal(targets_parse_one(&target, urls[round % 6], err, sizeof(err)), 0);
		for (size_t i = 0; i < n; i++)
			any_step(&list[i], &seed);
		steps_add(&t, &target, list, n);
		explain_target(&f, &t, &(struct explain_beside){.device = &t});
		for (size_t i = 0; i < f.n; i++) {
			wording_finding(&out, round % 2 ? WORDING_FA : WORDING_EN, &f, &f.list[i]);
			assert_null(strpbrk(out.data, "{}"));
		}
		explain_device(&f, &t);
		buf_reset(&out);
		if (ooni_put(&out, &t, NULL, NULL) == 0) {
			json_t *j = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
			ooni_fields_check(j);
			assert_null(strstr(out.data, "10.10.34."));
			json_decref(j);
		}
		buf_clear(&out);
		trace_clear(&t);
	}
}

/* Guards end before the link has been looked at, and after it. */
static void an_interceptor_has_one_address(void **state)
{
	const struct a_step link = {.kind = KIND_LINK};
	const struct a_step guard = {FAIL_INTERCEPTED, .kind = KIND_GUARD, .addr = "192.0.2.1"};
	const struct a_step orders[2][3] = {{guard, link, guard}, {link, guard, guard}};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trace t = {0};
		struct findings f;
		steps_add(&t, NULL, orders[i], 3);
		explain_device(&f, &t);
		const struct finding *told = NULL;
		for (size_t k = 0; k < f.n; k++)
			if (f.list[k].id == FINDING_INTERCEPTED)
				told = &f.list[k];
		assert_non_null(told);
		assert_int_equal(told->n_addrs, 1);
		assert_string_equal(told->addrs[0], "192.0.2.1");
		trace_clear(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row),
		cmocka_unit_test(a_flood),
		cmocka_unit_test(any_steps),
		cmocka_unit_test(an_interceptor_has_one_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
