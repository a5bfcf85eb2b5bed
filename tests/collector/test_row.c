/* test_row.c: the stored form of events, and why there are revisions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/row.h"

#define T0 1767889800000 /* 2026-01-08T16:30:00Z */

static struct event full(void)
{
	return (struct event){.id = "IR-23.AS44244.mobile.20260108T163000Z.quic-lost",
			      .kind = SIGN_QUIC,
			      .state = STATE_CUT,
			      .basis = EVENT_VOTES | EVENT_SILENCE,
			      .onset_ms = T0,
			      .onset_lo_ms = T0 - 60000,
			      .onset_hi_ms = T0 + 1,
			      .end_ms = T0 + 7200000,
			      .end_lo_ms = T0 + 7100000,
			      .end_hi_ms = T0 + 7200000,
			      .back_ms = T0 + 7000000,
			      .detected_ms = T0 + 90000,
			      .severity = 1.75,
			      .lost_lo = 0.25,
			      .lost_hi = 1,
			      .probes = 36,
			      .n = 36,
			      .hit = 34,
			      .expected = 40,
			      .returns = {3, 1, 1800000, T0 + 3600000},
			      .hours = {4, 1200, 90},
			      .revision = 7,
			      .why = WHY_OFF,
			      .revised_ms = T0 + 86400000};
}

static void expect_same(const struct event *e)
{
	struct event back = {.id = "old"};
	struct buf out, again;
	buf_init(&out, 4096);
	buf_init(&again, 4096);
	event_encode(e, &out);
	assert_int_equal(event_decode(&back, out.data, out.len), 0);
	event_encode(&back, &again);
	assert_int_equal(again.len, out.len);
	assert_memory_equal(again.data, out.data, out.len);
	assert_string_equal(back.id, e->id);
	assert_int_equal(back.onset_lo_ms, e->onset_lo_ms);
	assert_int_equal(back.end_hi_ms, e->end_hi_ms);
	assert_int_equal(back.hit, e->hit);
	assert_int_equal(back.returns.total_ms, e->returns.total_ms);
	assert_int_equal(back.hours.until_min, e->hours.until_min);
	assert_int_equal(back.why, e->why);
	assert_true(isnan(e->lost_lo) ? isnan(back.lost_lo) : back.lost_lo == e->lost_lo);
	for (size_t len = 0; len < out.len; len++)
		assert_int_equal(event_decode(&back, out.data, len), -1);
	buf_putc(&out, 0);
	assert_int_equal(event_decode(&back, out.data, out.len), -1);
	buf_clear(&out);
	buf_clear(&again);
}

static void test_event(void **state)
{
	(void)state;
	struct event e = full();
	expect_same(&e);
	e.onset_lo_ms = 0; /* it was there from the first report on */
	e.end_ms = e.end_lo_ms = e.end_hi_ms = 0;
	e.lost_lo = e.lost_hi = NAN;
	e.returns = (struct event_returns){0};
	e.hours = (struct event_hours){0};
	expect_same(&e);
	e = (struct event){0};
	expect_same(&e);
}

static void test_event_refused(void **state)
{
	(void)state;
	struct event e = full(), back;
	struct buf out;
	buf_init(&out, 4096);
	e.hours.from_min = 1440;
	event_encode(&e, &out);
	assert_int_equal(event_decode(&back, out.data, out.len), -1);
	buf_reset(&out);
	e = full();
	e.end_hi_ms = e.end_lo_ms - 1;
	event_encode(&e, &out);
	assert_int_equal(event_decode(&back, out.data, out.len), -1);
	buf_reset(&out);
	e = full();
	e.hit = e.n + 1;
	event_encode(&e, &out);
	assert_int_equal(event_decode(&back, out.data, out.len), -1);
	buf_clear(&out);
}

static void test_why(void **state)
{
	(void)state;
	assert_string_equal(why_str(WHY_LATE), "late");
	assert_string_equal(why_str(WHYS), "unknown");
}

/* What series_text writes is read back; what it never wrote is not. */
static void test_series(void **state)
{
	static const struct series all[] = {{"", ISP_ANY, ACCESS_ANY},
					    {"IR-23", 44244, ACCESS_MOBILE},
					    {"?", 0, ACCESS_FIXED},
					    {"IR-07", 4294967294, ACCESS_ANY}};
	static const char *const bad[] = {"",
					  "all",
					  "all.all",
					  "all..all",
					  "IR-23.44244.mobile.x",
					  "IR-23.ASx.mobile",
					  "IR-23.AS.mobile",
					  "IR-23.AS-1.mobile",
					  "IR-23.AS4294967295.all",
					  "IR-23.AS1x.all",
					  "IR-23.AS1.cable",
					  "A-region-without-end.all.all"};
	char text[SERIES_TEXT_LEN];
	struct series s;
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char *id = xasprintf("%s.20260108T163000Z", series_text(text, &all[i]));
		assert_string_equal(series_parse(&s, id), ".20260108T163000Z");
		assert_true(series_equal(&s, &all[i]));
		free(id);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(series_parse(&s, bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_series),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_event_refused),
		cmocka_unit_test(test_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
