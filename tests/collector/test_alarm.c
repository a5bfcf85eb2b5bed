/* test_alarm.c: the detectors of a small country: what is said of whom, and that stored pulses say it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/alarm.h"
#include "common/buf.h"
#include "tests/collector/flock.h"

#define CELLS_MOST 16
#define TOLD_MOST  400
#define HOUR	   60 /* buckets */

struct land {
	struct alarm *alarm;
	size_t n;
	struct cell_of_land {
		struct series series;
		struct flock flock;
	} cells[CELLS_MOST];
	bool alive;
	struct told {
		struct event event;
		enum detector_change change;
	} told[TOLD_MOST];
	size_t n_told;
	/* Everything that was taken, for a second look. */
	struct taken {
		struct series series;
		int64_t start_ms;
		struct pulse pulse;
	} * taken;
	size_t n_taken, room;
};

static void cell(struct land *l, const char *region, uint32_t isp, size_t probes)
{
	struct cell_of_land *c = &l->cells[l->n++];
	c->series = (struct series){.isp = isp, .access = ACCESS_MOBILE};
	strcpy(c->series.region, region);
	flock_init(&c->flock, probes, 60, l->n * 77 + probes);
	flock_learn(&c->flock);
	c->flock.fail = 0.02;
}

static struct land *land_new(void)
{
	struct land *l = xcalloc(1, sizeof(*l));
	l->alarm = alarm_new(FLOCK_BUCKET, 3);
	l->alive = true;
	return l;
}

static void land_free(struct land *l)
{
	for (size_t i = 0; i < l->n; i++)
		flock_clear(&l->cells[i].flock);
	alarm_free(l->alarm);
	free(l->taken);
	free(l);
}

static int on_told(void *arg, struct detector *d, enum detector_change c)
{
	struct land *l = arg;
	if (c == DETECTOR_GREW)
		return 0;
	assert_in_range(l->n_told, 0, TOLD_MOST - 1);
	l->told[l->n_told++] = (struct told){d->current, c};
	return 0;
}

static void add_count(struct verdict_count *sum, const struct verdict_count *c)
{
	sum->n += c->n;
	sum->hit += c->hit;
}

static void add_pulse(struct pulse *sum, const struct pulse *p)
{
	sum->heard += p->heard;
	sum->reports_c += p->reports_c;
	sum->expected_c += p->expected_c;
	sum->words_c += p->words_c;
	add_count(&sum->sign[SIGN_LOSS], &p->sign[SIGN_LOSS]);
	add_count(&sum->said[SIGN_LOSS], &p->said[SIGN_LOSS]);
}

/* Puts the pulse into that of the series, or makes one. */
static size_t put(struct alarm_item *items, size_t n, const struct series *s, const struct pulse *p)
{
	size_t i = 0;
	while (i < n && !series_equal(&items[i].series, s))
		i++;
	if (i == n)
		items[n++] = (struct alarm_item){.series = *s};
	add_pulse(&items[i].pulse, p);
	return n;
}

static void keep(struct land *l, const struct alarm_item *items, size_t n, int64_t start_ms)
{
	for (size_t i = 0; i < n; i++) {
		if (l->n_taken == l->room) {
			l->room = l->room ? 2 * l->room : 4096;
			l->taken = xrealloc(l->taken, l->room * sizeof(*l->taken));
		}
		l->taken[l->n_taken++] = (struct taken){items[i].series, start_ms, items[i].pulse};
	}
}

static void run(struct land *l, int buckets)
{
	for (int b = 0; b < buckets; b++) {
		struct alarm_item items[CELLS_MOST * 8];
		size_t n = 0;
		int64_t start = 0;
		for (size_t i = 0; i < l->n; i++) {
			struct pulse p;
			flock_next(&l->cells[i].flock, &p, &start);
			for (unsigned int k = 0; k < 8; k++) {
				struct series s = l->cells[i].series;
				if (k & 1)
					s.region[0] = '\0';
				if (k & 2)
					s.isp = ISP_ANY;
				if (k & 4)
					s.access = ACCESS_ANY;
				n = put(items, n, &s, &p);
			}
		}
		assert_int_equal(alarm_take(l->alarm, start, items, n, l->alive, on_told, l), 0);
		keep(l, items, n, start);
	}
}

static size_t count(const struct land *l, const char *region, uint32_t isp,
		    enum detector_change change)
{
	struct series s = {.isp = isp, .access = ACCESS_MOBILE};
	size_t n = 0;
	strcpy(s.region, region);
	for (size_t i = 0; i < l->n_told; i++)
		n += l->told[i].change == change && series_equal(&l->told[i].event.series, &s);
	return n;
}

static size_t began(const struct land *l, const char *region, uint32_t isp)
{
	return count(l, region, isp, DETECTOR_BEGAN);
}

/* A cut from ten minutes on for so many hours, in the cells of a region ("" all) and network (ISP_ANY all). */
static void cut(struct land *l, const char *region, uint32_t isp, bool silent, double hours)
{
	for (size_t i = 0; i < l->n; i++) {
		struct cell_of_land *c = &l->cells[i];
		if ((*region && strcmp(region, c->series.region) != 0) ||
		    (isp != ISP_ANY && isp != c->series.isp))
			continue;
		c->flock.is_silent = silent;
		flock_cut(&c->flock, 600, hours * 3600);
	}
}

static struct land *nine(void)
{
	struct land *l = land_new();
	static const char *const regions[] = {"XX-01", "XX-02", "XX-03"};
	for (size_t r = 0; r < 3; r++)
		for (uint32_t isp = 100; isp <= 300; isp += 100)
			cell(l, regions[r], isp, 4 + 3 * r + isp / 100);
	return l;
}

/* --- who --- */

static void test_nation(void **state)
{
	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		struct land *l = nine();
		run(l, HOUR);
		assert_int_equal(l->n_told, 0);
		cut(l, "", ISP_ANY, silent, 3);
		run(l, 3 * HOUR);
		assert_int_equal(began(l, "", ISP_ANY), 1);
		assert_int_equal(began(l, "XX-02", ISP_ANY), 1);
		assert_int_equal(began(l, "", 200), 1);
		for (size_t i = 0; i < l->n; i++)
			assert_int_equal(
				began(l, l->cells[i].series.region, l->cells[i].series.isp), 1);
		run(l, 3 * HOUR);
		assert_int_equal(count(l, "", ISP_ANY, DETECTOR_ENDED), 1);
		assert_int_equal(count(l, "XX-03", 300, DETECTOR_ENDED), 1);
		land_free(l);
	}
}

static void test_network(void **state)
{
	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		struct land *l = nine();
		run(l, HOUR);
		cut(l, "", 200, silent, 3);
		run(l, 3 * HOUR);
		assert_int_equal(began(l, "", 200), 1);
		assert_int_equal(began(l, "XX-01", 200), 1);
		assert_int_equal(began(l, "", ISP_ANY), 0);
		assert_int_equal(began(l, "", 100), 0);
		assert_int_equal(began(l, "XX-01", ISP_ANY), 0);
		land_free(l);
	}
}

/* A power cut, or a site that loses its line: of one cell, even the largest, nothing follows for others. */
static void test_cell_alone(void **state)
{
	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		struct land *l = land_new();
		cell(l, "XX-01", 100, 30);
		cell(l, "XX-01", 200, 4);
		cell(l, "XX-02", 100, 4);
		cell(l, "XX-02", 200, 4);
		cell(l, "XX-03", 200, 1); /* too few to say anything by themselves */
		cell(l, "XX-03", 300, 1);
		run(l, HOUR);
		cut(l, "XX-01", 100, silent, 6);
		run(l, 6 * HOUR);
		assert_int_equal(began(l, "XX-01", 100), 1);
		assert_int_equal(began(l, "XX-01", ISP_ANY), 0);
		assert_int_equal(began(l, "", 100), 0);
		assert_int_equal(began(l, "", ISP_ANY), 0);
		run(l, 3 * HOUR);
		land_free(l);
	}
}

/* Many cells with a probe or two can say together what none can alone. */
static void test_sparse(void **state)
{
	(void)state;
	struct land *l = land_new();
	static const char *const regions[] = {"XX-01", "XX-02", "XX-03"};
	for (size_t r = 0; r < 3; r++)
		for (uint32_t isp = 100; isp <= 400; isp += 100)
			cell(l, regions[r], isp, 1 + (isp == 100));
	run(l, HOUR);
	cut(l, "", ISP_ANY, false, 3);
	run(l, 2 * HOUR);
	assert_int_equal(began(l, "", ISP_ANY), 1);
	assert_int_equal(began(l, "XX-01", ISP_ANY), 1);
	land_free(l);
}

/* --- our own trouble --- */

static void test_collector_down(void **state)
{
	(void)state;
	struct land *l = nine();
	run(l, HOUR);
	cut(l, "", ISP_ANY, true, 5); /* as it looks from here */
	run(l, 10);
	l->alive = false;
	run(l, 5 * HOUR + 1);
	l->alive = true;
	run(l, 2 * HOUR);
	assert_int_equal(l->n_told, 0);
	land_free(l);
}

static void test_alone(void **state)
{
	(void)state;
	struct land *l = land_new();
	cell(l, "XX-01", 100, 20);
	run(l, HOUR);
	cut(l, "", ISP_ANY, true,
	    5); /* the network, or the collector's line? nobody else can say */
	run(l, 6 * HOUR);
	assert_int_equal(l->n_told, 0);
	land_free(l);
}

/* A cell of a lost country needs less to be found lost, for an hour; later on it has shown that it is not. */
static void test_parent(void **state)
{
	(void)state;
	struct land *l = nine();
	size_t with = 0, without = 0;
	run(l, HOUR);
	cut(l, "", ISP_ANY, false, 5);
	l->cells[0].flock.cut_from_ms = l->cells[0].flock.cut_until_ms = INT64_MAX;
	run(l, 4 * HOUR);
	for (size_t i = 0; i < l->n_taken; i++) {
		const struct taken *t = &l->taken[i];
		if (!series_equal(&t->series, &l->cells[0].series))
			continue;
		bool parent = t->pulse.flags & PULSE_PARENT;
		assert_false(parent && t->start_ms < FLOCK_T0 + (1200 + HOUR + 9) * FLOCK_BUCKET);
		with += parent;
		without += !parent;
	}
	assert_in_range(with, 50, 65);
	assert_in_range(without, 4 * HOUR + HOUR - 65, 5 * HOUR);
	assert_int_equal(began(l, l->cells[0].series.region, l->cells[0].series.isp), 0);
	land_free(l);
}

/* --- again --- */

static void expect_same(const struct event *a, const struct event *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->basis, b->basis);
	assert_int_equal(a->onset_ms, b->onset_ms);
	assert_int_equal(a->onset_lo_ms, b->onset_lo_ms);
	assert_int_equal(a->onset_hi_ms, b->onset_hi_ms);
	assert_int_equal(a->end_ms, b->end_ms);
	assert_int_equal(a->back_ms, b->back_ms);
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->hit, b->hit);
	assert_int_equal(a->returns.n, b->returns.n);
	assert_int_equal(a->returns.total_ms, b->returns.total_ms);
	assert_memory_equal(&a->severity, &b->severity, sizeof(a->severity));
}

static void store_and_read(struct detector *d, const struct series *s)
{
	struct buf bytes;
	if (d->phase == DETECTOR_CALM && d->current.end_ms)
		return; /* what is over is the caller's */
	buf_init(&bytes, 16384);
	detector_encode(d, &bytes);
	detector_init(d, s, SIGN_LOSS, FLOCK_BUCKET);
	assert_int_equal(detector_decode(d, bytes.data, bytes.len), 0);
	buf_clear(&bytes);
}

/* One detector over the stored pulses of one series says what the alarm said of it as they came, wherever it was stored
 * and read again in between. */
static void test_again(void **state)
{
	(void)state;
	struct land *l = nine();
	size_t changes = 0;
	for (int round = 0; round < 6; round++) {
		static const char *const where[] = {"", "XX-01", "XX-02", "", "XX-03", ""};
		static const uint32_t isps[] = {ISP_ANY, ISP_ANY, 100, 200, ISP_ANY, ISP_ANY};
		run(l, 2 * HOUR);
		cut(l, where[round], isps[round], round % 2, round % 3 ? 2 : 0.4);
		run(l, 2 * HOUR);
		l->alive = round != 2;
		run(l, HOUR);
		l->alive = true;
	}
	run(l, 2 * HOUR);
	size_t n_series;
	const struct series *series = alarm_series(l->alarm, &n_series);
	for (size_t i = 0; i < n_series; i++) {
		struct detector d;
		size_t next = 0;
		detector_init(&d, &series[i], SIGN_LOSS, FLOCK_BUCKET);
		for (size_t k = 0; k < l->n_taken; k++) {
			const struct taken *t = &l->taken[k];
			if (!series_equal(&t->series, &series[i]))
				continue;
			if ((k * 2654435761u >> 7) % 11 == 0)
				store_and_read(&d, &series[i]);
			enum detector_change c = detector_next(&d, &t->pulse, t->start_ms);
			if (c == DETECTOR_SAME || c == DETECTOR_GREW)
				continue;
			while (next < l->n_told &&
			       (!series_equal(&l->told[next].event.series, &series[i]) ||
				l->told[next].event.kind != SIGN_LOSS))
				next++;
			assert_in_range(next, 0, l->n_told - 1);
			assert_int_equal(l->told[next].change, c);
			expect_same(&d.current, &l->told[next].event);
			next++;
			changes++;
		}
	}
	assert_int_equal(changes, l->n_told);
	assert_in_range(changes, 60, TOLD_MOST);
	land_free(l);
}

/* Is the loss of the whole more than the affair of one of its two cells? */
static bool is_spread(struct verdict_count one, struct verdict_count two)
{
	struct alarm *a = alarm_new(FLOCK_BUCKET, 3);
	struct alarm_item items[3] = {
		{.series = {"IR-10", 1, ACCESS_MOBILE}, .pulse = {.sign[SIGN_LOSS] = one}},
		{.series = {"IR-10", 2, ACCESS_MOBILE}, .pulse = {.sign[SIGN_LOSS] = two}},
		{.series = {"IR-10", ISP_ANY, ACCESS_MOBILE}}};
	alarm_spread(a, items, 3); /* sorts them from the whole to the parts */
	assert_int_equal(items[0].series.isp, ISP_ANY);
	bool spread = items[0].pulse.spread >> SIGN_LOSS & 1;
	alarm_free(a);
	return spread;
}

/* Five minutes of probes that report every five: a cell whose probes have said so less than all is seen in it, too; three liars
 * in ten of it are not. */
static void test_spread(void **state)
{
	(void)state;
	assert_true(is_spread((struct verdict_count){13, 6}, (struct verdict_count){9, 9}));
	assert_false(is_spread((struct verdict_count){13, 3}, (struct verdict_count){9, 9}));
	assert_false(is_spread((struct verdict_count){20, 7}, (struct verdict_count){9, 9}));
	assert_false(is_spread((struct verdict_count){5, 2}, (struct verdict_count){9, 9}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nation),	       cmocka_unit_test(test_network),
		cmocka_unit_test(test_cell_alone),     cmocka_unit_test(test_sparse),
		cmocka_unit_test(test_collector_down), cmocka_unit_test(test_alone),
		cmocka_unit_test(test_parent),	       cmocka_unit_test(test_again),
		cmocka_unit_test(test_spread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
