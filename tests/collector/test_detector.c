/* test_detector.c: what a detector makes of pulses that are written out, bucket by bucket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "tests/collector/watch.h"

static void test_votes(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	int64_t cut = r.now_ms;
	feed(&r, 1, N, N);
	assert_int_equal(r.n_began, 1); /* ten separate probes are enough at once */
	feed(&r, 119, N, N);
	int64_t back = r.now_ms;
	feed(&r, 30, N, 0);
	assert_int_equal(r.n_returning, 1);
	assert_int_equal(r.n_ended, 0); /* it has to last */
	feed(&r, 40, N, 0);
	assert_int_equal(r.n_ended, 1);
	const struct event *e = &r.ended[0];
	expect_near(e->onset_ms, cut, 15000);
	expect_near(e->end_ms, back, 15000);
	assert_true(e->onset_lo_ms <= cut && cut <= e->onset_hi_ms);
	assert_true(e->end_lo_ms <= back && back <= e->end_hi_ms);
	assert_int_equal(e->state, STATE_CUT);
	assert_int_equal(e->basis, EVENT_VOTES);
	assert_int_equal(e->n, N);
	assert_int_equal(e->hit, N);
	assert_int_equal(e->probes, N);
	assert_int_equal(e->expected, N);
	assert_true(fabs(e->severity - 2) < 0.1); /* all of it, for two hours */
}

/* A part is lost for hours, then all: the loss of the series began with the second. */
static void test_two_steps(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	feed(&r, 34, N, 3);
	assert_int_equal(r.n_began, 0);
	int64_t cut = r.now_ms;
	feed(&r, 2, N, 9);
	assert_int_equal(r.n_began, 1);
	expect_near(r.began[0].onset_ms, cut, BUCKET);
	assert_true(r.began[0].onset_lo_ms <= cut && cut <= r.began[0].onset_hi_ms);
}

static void test_silence(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, 8, 0);
	int64_t cut = r.now_ms;
	feed(&r, 1, 0, 0);
	assert_int_equal(r.n_began, 0); /* one bucket may be a hiccup of ours */
	feed(&r, 1, 0, 0);
	assert_int_equal(r.n_began, 1);
	assert_int_equal(r.began[0].state, STATE_SILENT);
	assert_int_equal(r.began[0].basis, EVENT_SILENCE);
	expect_near(r.began[0].onset_ms, cut, 20000);
	assert_true(detector_is_lost(&r.d));
	assert_false(detector_is_silent(&r.d, cut - 2 * BUCKET));
	assert_true(detector_is_silent(&r.d, cut + BUCKET));
	feed(&r, 598, 0, 0);
	int64_t back = r.now_ms;
	feed(&r, 10, 8, 0);
	assert_true(detector_is_silent(&r.d, back - BUCKET));
	assert_false(detector_is_silent(&r.d, back));
	assert_false(detector_is_lost(&r.d));
	feed(&r, 60, 8, 0);
	assert_int_equal(r.n_ended, 1);
	expect_near(r.ended[0].end_ms, back, 20000);
	assert_true(fabs(r.ended[0].severity - 10) < 0.2);
}

/* Without the quorum, or while the collector was down, nothing follows from silence. */
static void test_silence_alone(void **state)
{
	(void)state;
	static const unsigned int flags[] = {PULSE_QUORUM, PULSE_ALIVE};
	for (size_t i = 0; i < 2; i++) {
		struct run r;
		start(&r, SIGN_LOSS);
		feed(&r, 100, 8, 0);
		r.taken_away = flags[i];
		feed(&r, 600, 0, 0);
		r.taken_away = 0;
		feed(&r, 1, 8, 0);
		assert_int_equal(r.n_began, 0);
	}
}

/* A loss of one part alone is that part's event. */
static void test_spread(void **state)
{
	struct run r;
	(void)state;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	for (int i = 0; i < 60; i++, r.now_ms += BUCKET) {
		struct pulse p = pulse_of(&r, N, N);
		p.spread = 0;
		note(&r, detector_next(&r.d, &p, r.now_ms));
	}
	assert_int_equal(r.n_began, 0);
	feed(&r, 1, N, N);
	assert_int_equal(r.n_began, 1);
}

static void test_few(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	r.usual = 3;
	feed(&r, 100, 3, 0);
	feed(&r, 100, 3, 2); /* two are not enough, whatever they say and however often */
	assert_int_equal(r.n_began, 0);
	start(&r, SIGN_LOSS);
	feed(&r, 100, 10, 3);
	feed(&r, 2000, 10, 3);
	assert_int_equal(r.n_began, 0);
	feed(&r, 10, 10, 7); /* the others lie that all is fine */
	assert_int_equal(r.n_began, 1);
	feed(&r, 2000, 10, 7);
	assert_int_equal(r.n_ended + r.n_returning, 0);
}

/* Lost from the first report on: nobody knows since when. */
static void test_from_the_first(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 60, N, N);
	assert_int_equal(r.n_began, 1);
	assert_int_equal(r.began[0].onset_lo_ms, 0);
	assert_string_equal(detector_change_str(DETECTOR_RELAPSED), "relapsed");
}

/* A return that does not last is told in the event. */
static void test_relapse(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	feed(&r, 120, N, N);
	int64_t back = r.now_ms;
	feed(&r, 50, N, 0);
	feed(&r, 120, N, N);
	assert_int_equal(r.n_began, 1);
	assert_int_equal(r.n_relapsed, 1);
	assert_int_equal(r.n_ended, 0);
	const struct event_returns *b = &r.relapsed[0].returns;
	assert_int_equal(b->n, 1);
	assert_int_equal(b->partial, 0);
	expect_near(b->total_ms, 50 * BUCKET, 30000);
	expect_near(b->last_ms, back, 15000);
	assert_true(fabs(r.d.current.severity - 4) < 0.2); /* without the return */
	feed(&r, 100, N, 0);
	assert_int_equal(r.n_ended, 1);
}

/* Buckets that say nothing are no part of the hour that a return has to last. */
static void test_hold_needs_votes(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	feed(&r, 120, N, N);
	feed(&r, 10, N, 0);
	assert_int_equal(r.n_returning, 1);
	r.taken_away = PULSE_ALIVE;
	for (int i = 0; i < 200; i++, r.now_ms += BUCKET) {
		struct pulse p = {.flags = 0};
		note(&r, detector_next(&r.d, &p, r.now_ms));
	}
	assert_int_equal(r.n_ended, 0);
	r.taken_away = 0;
	feed(&r, 60, N, 0);
	assert_int_equal(r.n_ended, 1);
}

static void test_partial_return(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	feed(&r, 60, N, N);
	int64_t part = r.now_ms;
	feed(&r, 40, N, 6); /* four of ten have it again */
	feed(&r, 60, N, N);
	feed(&r, 8, N, 6); /* too short to tell of */
	feed(&r, 60, N, N);
	assert_int_equal(r.n_returning, 0);
	const struct event_returns *b = &r.d.current.returns;
	assert_int_equal(b->n, 1);
	assert_int_equal(b->partial, 1);
	assert_int_equal(b->total_ms, 40 * BUCKET);
	assert_int_equal(b->last_ms, part);
	feed(&r, 15, N, 6); /* the beginning of a full one is none of its own */
	feed(&r, 100, N, 0);
	assert_int_equal(r.n_ended, 1);
	assert_int_equal(r.ended[0].returns.n, 1);
}

/* A bucket of a whole of nine probes, of which three carry its share. */
static void feed_whole(struct run *r, bool lost)
{
	struct pulse p = pulse_of(r, 9, lost ? 9 : 0);
	p.sign[SIGN_LOSS] = (struct verdict_count){3, lost ? 3 : 0};
	p.said[SIGN_LOSS] = (struct verdict_count){300, lost ? 300 : 0};
	note(r, detector_next(&r->d, &p, r->now_ms));
	r->now_ms += BUCKET;
}

static void test_whole(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	r.usual = 9;
	for (int i = 0; i < 100; i++)
		feed_whole(&r, false);
	for (int i = 0; i < 3; i++)
		feed_whole(&r, true);
	assert_int_equal(r.n_began, 1);
}

/* Whether a forerunner lasts can't be known while all is lost: that is no return. */
static void test_nobody_can_say(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_TOOLS);
	feed(&r, 100, N, 0);
	feed(&r, 60, N, N);
	assert_int_equal(r.n_began, 1);
	feed(&r, 60, 0, 0);
	assert_int_equal(r.d.current.returns.n, 0);
}

/* Every night from 20:00 UTC to 02:30 it is lost. */
static void test_hours(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	for (int day = 0; day < 5; day++) {
		int late = day % 2 ? 12 : -9; /* minutes */
		int64_t midnight = T0 - T0 % DAY + day * DAY,
			from = midnight + 20 * HOUR + late * 60000;
		feed(&r, (int)((from - r.now_ms) / BUCKET), N, 0);
		feed(&r, 390, N, N);
	}
	feed(&r, 100, N, 0);
	assert_int_equal(r.n_ended, 5);
	for (int day = 0; day < 5; day++) {
		const struct event_hours *h = &r.ended[day].hours;
		assert_int_equal(h->days, day < 2 ? 0 : day + 1);
		if (day < 2)
			continue;
		assert_in_range(h->from_min, 20 * 60 - 10, 20 * 60 + 13);
		assert_in_range(h->until_min, 150 - 10, 150 + 13);
	}
	start(&r, SIGN_LOSS); /* at any time of the day */
	for (int i = 0; i < 5; i++) {
		feed(&r, 1440 + 170 * i, N, 0);
		feed(&r, 100, N, N);
		assert_int_equal(r.d.current.hours.days, 0);
	}
}

/* The worst state counts that was found more than by chance; what was measured more than silence. */
static void test_state(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	feed(&r, 10, 0, 0);
	assert_int_equal(r.d.current.state, STATE_SILENT);
	r.state = STATE_WHITELIST;
	feed(&r, 10, N, N);
	assert_int_equal(r.d.current.state, STATE_WHITELIST);
	assert_int_equal(r.d.current.basis, EVENT_SILENCE | EVENT_VOTES);
	r.state = STATE_NO_LINK;
	feed(&r, 2, N, N);
	assert_int_equal(r.d.current.state, STATE_WHITELIST);
	r.state = STATE_DOMESTIC_ONLY;
	feed(&r, 5, N, N);
	assert_int_equal(r.d.current.state, STATE_DOMESTIC_ONLY);
}

static void test_parts(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	for (int i = 0; i < 3; i++, r.now_ms += BUCKET) {
		struct pulse p = pulse_of(&r, N, i == 1 ? 10 : 8);
		p.lost_lo = (uint8_t)(40 + i);
		p.lost_hi = (uint8_t)(91 + i);
		detector_next(&r.d, &p, r.now_ms);
	}
	assert_true(fabs(r.d.current.lost_lo - 0.40) < 1e-9); /* of the worst bucket */
	assert_true(fabs(r.d.current.lost_hi - 0.91) < 1e-9);
	assert_int_equal(r.d.current.hit, 10);
}

/* A service that never worked is not lost; one that worked is, and comes back. */
static void test_forerunner(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_QUIC);
	feed(&r, 300, N, N);
	assert_int_equal(r.n_began, 0);
	feed(&r, 60, N, 1);
	int64_t lost = r.now_ms;
	feed(&r, 60, N, 9);
	assert_int_equal(r.n_began, 1);
	assert_int_equal(r.began[0].kind, SIGN_QUIC);
	assert_int_equal(r.began[0].state, STATE_RESTRICTED);
	expect_near(r.began[0].onset_ms, lost, 30000);
	int64_t back = r.now_ms;
	feed(&r, 20, N, 1);
	assert_int_equal(r.n_ended, 1);
	expect_near(r.ended[0].end_ms, back, 30000);
	start(&r, SIGN_IPV6); /* half of them never had it: no news either way */
	feed(&r, 2000, N, 5);
	assert_int_equal(r.n_began, 0);
}

/* Half of the volunteers never come back: it ends all the same, and goes on from there. */
static void test_half_come_back(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, 8, 0);
	feed(&r, 600, 0, 0);
	feed(&r, 300, 5, 0);
	assert_int_equal(r.n_ended, 1);
	assert_int_equal(r.n_relapsed, 0);
	feed(&r, 1000, 5, 0);
	assert_int_equal(r.n_began, 1);
	feed(&r, 10, 0, 0);
	assert_int_equal(r.n_began, 2);
	start(&r, SIGN_LOSS); /* three of ten are liars, and don't end it */
	feed(&r, 100, 10, 0);
	feed(&r, 5000, 3, 0);
	assert_int_equal(r.n_began, 1);
	assert_int_equal(r.n_returning, 0);
}

/* What comes in the same bucket at which it stopped for hours, or days, is no change. */
static void test_gap(void **state)
{
	(void)state;
	struct run r;
	start(&r, SIGN_LOSS);
	feed(&r, 100, N, 0);
	feed(&r, 1, N, 5); /* not enough to begin */
	r.now_ms += 3 * DAY;
	feed(&r, 200, N, 0);
	assert_int_equal(r.n_began, 0);
	feed(&r, 5, N, N);
	r.now_ms += 3 * DAY; /* the collector was down, not the network back */
	feed(&r, 5, N, N);
	assert_int_equal(r.n_began, 1);
	assert_int_equal(r.n_returning, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_votes),
		cmocka_unit_test(test_two_steps),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_silence_alone),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_from_the_first),
		cmocka_unit_test(test_relapse),
		cmocka_unit_test(test_hold_needs_votes),
		cmocka_unit_test(test_partial_return),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_nobody_can_say),
		cmocka_unit_test(test_hours),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_forerunner),
		cmocka_unit_test(test_half_come_back),
		cmocka_unit_test(test_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
