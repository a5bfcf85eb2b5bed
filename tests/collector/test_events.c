/* test_events.c: which event is which. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/events.h"

#define T0 1767889800000 /* 2026-01-08T16:30:00Z */

static struct event loss(int64_t onset_ms, int64_t end_ms)
{
	return (struct event){.series = {"IR-23", 44244, ACCESS_MOBILE},
			      .kind = SIGN_LOSS,
			      .state = STATE_CUT,
			      .basis = EVENT_VOTES,
			      .onset_ms = onset_ms,
			      .end_ms = end_ms,
			      .severity = 1.5,
			      .probes = 9,
			      .n = 9,
			      .hit = 9};
}

static void test_name(void **state)
{
	(void)state;
	struct event e = loss(T0, 0);
	events_name(&e);
	assert_string_equal(e.id, "IR-23.AS44244.mobile.20260108T163000Z");
	e.kind = SIGN_TOOLS;
	e.series = (struct series){"", ISP_ANY, ACCESS_ANY};
	events_name(&e);
	assert_string_equal(e.id, "all.all.all.20260108T163000Z.tools-blocked");
	e.series = (struct series){"IR-23", UINT32_MAX - 1, ACCESS_DATACENTRE};
	events_name(&e); /* the longest fits */
	assert_string_equal(e.id, "IR-23.AS4294967294.datacentre.20260108T163000Z.tools-blocked");
}

/* What grows while it lasts is no news; once it has ended it is. */
static void test_same(void **state)
{
	(void)state;
	struct event a = loss(T0, 0), b = a;
	b.severity = 2;
	b.probes = 10;
	b.hit = 8;
	b.revision = 4;
	assert_true(events_same(&a, &b));
	a.end_ms = b.end_ms = T0 + 1;
	assert_false(events_same(&a, &b));
	b = a;
	assert_true(events_same(&a, &b));
	b.onset_lo_ms = 7;
	assert_false(events_same(&a, &b));
	b = a;
	b.state = STATE_WHITELIST;
	assert_false(events_same(&a, &b));
	b = a;
	b.basis = EVENT_SILENCE;
	assert_false(events_same(&a, &b));
	b = a;
	b.returns.n = 1;
	assert_false(events_same(&a, &b));
}

static void test_overlap(void **state)
{
	(void)state;
	struct event a = loss(T0, T0 + 100), b = loss(T0 + 100, T0 + 200);
	assert_false(events_overlap(&a, &b)); /* ends are exclusive */
	b.onset_ms = T0 + 99;
	assert_true(events_overlap(&a, &b));
	assert_true(events_overlap(&b, &a));
	b.kind = SIGN_QUIC;
	assert_false(events_overlap(&a, &b));
	a = loss(T0, 0); /* lasts */
	b = loss(T0 + 1000000, 0);
	assert_true(events_overlap(&a, &b));
}

static void test_identity(void **state)
{
	(void)state;
	struct event was = loss(T0, 0), e = loss(T0 - 60000, T0 + 1);
	events_name(&was);
	was.detected_ms = T0 + 5;
	events_revise(&was, WHY_FIRST, T0 + 5);
	assert_int_equal(was.revision, 1);
	events_identify(&e, &was);
	events_revise(&e, WHY_LATE, T0 + 9);
	assert_string_equal(e.id, was.id); /* whatever its onset is now */
	assert_int_equal(e.detected_ms, T0 + 5);
	assert_int_equal(e.revision, 2);
	assert_int_equal(e.why, WHY_LATE);
	assert_int_equal(e.revised_ms, T0 + 9);
}

static void test_list(void **state)
{
	(void)state;
	struct events_list l = {0};
	for (int64_t i = 0; i < 20; i++) {
		struct event e = loss(T0 + 1000 * i, 0);
		events_name(&e);
		assert_false(events_has(&l, e.id));
		events_add(&l, &e);
		assert_true(events_has(&l, e.id));
	}
	assert_int_equal(l.n, 20);
	assert_int_equal(l.events[19].onset_ms, T0 + 19000);
	events_clear(&l);
	assert_null(l.events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name),	cmocka_unit_test(test_same),
		cmocka_unit_test(test_overlap), cmocka_unit_test(test_identity),
		cmocka_unit_test(test_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
