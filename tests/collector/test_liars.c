/* test_liars.c: properties of verdicts in random cells and countries: nearly a third of liars moves nothing; fragility keeps its
 * word; order does not matter; agreement does not weaken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/fragile.h"
#include "tests/collector/weather.h"

#define LEAVES_MAX 40
#define PROBES_MAX 24
#define OUT_MAX	   200
#define MIN_PROBES 5

/* Of each leaf: what its probes meet; a probe that is left out meets INSUFFICIENT. */
struct probe {
	enum state meets;
	uint64_t seed; /* of its little failures */
};

struct cell_of_probes {
	struct series series;
	struct probe probes[PROBES_MAX];
	uint32_t n;
	enum state truth;
};

struct said {
	struct series series;
	struct verdict v;
};

struct land {
	struct country *country;
	struct cell_of_probes cells[LEAVES_MAX];
	size_t n;
	uint64_t seed;
	bool expected,
		silent; /* whether it is known how many usually report; the detectors' word */
	struct said out[OUT_MAX];
	size_t n_out;
};

static int take(void *arg, const struct series *s, const struct verdict *v)
{
	struct land *l = arg;
	assert_true(l->n_out < OUT_MAX);
	l->out[l->n_out++] = (struct said){*s, *v};
	return 0;
}

static bool is_silent(void *arg, const struct series *s)
{
	(void)s;
	return ((const struct land *)arg)->silent;
}

static uint32_t roll(struct land *l, uint32_t n)
{
	return weather_roll(&l->seed, n);
}

/* Votes in the order of their probes, or from the last to the first. */
static void judge_in_order(struct land *l, bool backwards)
{
	static struct cell cells[LEAVES_MAX][CLASSES];
	struct step_leaf leaves[LEAVES_MAX];
	const struct step step = {.country = l->country,
				  .min_probes = MIN_PROBES,
				  .collector_alive = true,
				  .silent = is_silent,
				  .emit = take,
				  .arg = l};
	for (size_t i = 0; i < l->n; i++) {
		struct cell_of_probes *c = &l->cells[backwards ? l->n - 1 - i : i];
		leaves[i] = (struct step_leaf){
			.series = c->series, .fresh = true, .sight = &weather_sight};
		leaves[i].expected = l->expected ? c->n : 0;
		for (uint32_t p = 0; p < c->n; p++) {
			uint32_t at = backwards ? c->n - 1 - p : p;
			uint64_t seed = c->probes[at].seed;
			uint64_t id = (uint64_t)(c - l->cells + 1) << 32 | (at * 2654435761u);
			weather_vote(cells[i], id, c->probes[at].meets, &seed);
		}
		for (size_t k = 0; k < CLASSES; k++)
			leaves[i].cells[k] = cells[i][k].n ? &cells[i][k] : NULL;
	}
	l->n_out = 0;
	assert_int_equal(step_run(&step, leaves, l->n), 0);
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < CLASSES; k++)
			cell_clear(&cells[i][k]);
}

static void judge(struct land *l)
{
	judge_in_order(l, false);
}

static void people(struct land *l, struct cell_of_probes *c, uint32_t n, enum state truth)
{
	c->n = n;
	c->truth = truth;
	for (uint32_t i = 0; i < n; i++)
		c->probes[i] = (struct probe){truth, l->seed + i * 7919 + 1};
	roll(l, 2);
}

/* A random country where every cell meets the same state, or one of its own (STATES: any that is measured). */
static void settle(struct land *l, enum state truth, uint32_t least, uint32_t most)
{
	l->country = weather_country(&l->seed);
	l->n = 0;
	for (size_t r = 0; r < l->country->n_regions; r++)
		for (size_t i = 0; i < l->country->n_isps; i++) {
			struct cell_of_probes *c = &l->cells[l->n];
			enum state own = truth;
			if (l->n == LEAVES_MAX || (l->n && !roll(l, 4)))
				continue;
			l->n++;
			c->series = (struct series){.isp = l->country->isps[i].asn,
						    .access = l->country->isps[i].access};
			strcpy(c->series.region, l->country->regions[r].code);
			if (truth == STATES)
				own = (enum state)(STATE_OPEN + roll(l, STATE_NO_LINK));
			people(l, c, least + roll(l, most - least + 1), own);
		}
}

static void leave(struct land *l)
{
	country_free(l->country);
}

/* Up to a tenth meet something else by chance, three of ten say `lie`. */
static void corrupt(struct land *l, enum state lie, bool stray)
{
	for (size_t i = 0; i < l->n; i++) {
		struct cell_of_probes *c = &l->cells[i];
		uint32_t hostile = lie == STATES ? 0 : 3 * c->n / 10, strays = c->n / 10;
		for (uint32_t p = 0; p < hostile; p++)
			c->probes[p].meets = lie;
		for (uint32_t p = hostile; stray && p < hostile + strays; p++)
			c->probes[p].meets = (enum state)(STATE_OPEN + roll(l, STATE_NO_LINK));
	}
}

static enum state state_of(const struct said *out, size_t n, const struct series *s)
{
	for (size_t i = 0; i < n; i++)
		if (series_equal(&out[i].series, s))
			return out[i].v.state;
	return STATES;
}

static void expect_same(const struct land *l, const struct said *before, size_t n)
{
	char text[SERIES_TEXT_LEN];
	assert_int_equal(n, l->n_out);
	for (size_t i = 0; i < n; i++) {
		enum state now = state_of(l->out, l->n_out, &before[i].series);
		if (now != before[i].v.state)
			fail_msg("%s: %s, was %s", series_text(text, &before[i].series),
				 state_str(now), state_str(before[i].v.state));
	}
}

static const enum state lies[] = {STATE_OPEN, STATE_FILTERED, STATE_CUT, STATE_NO_LINK};
#define LIES (sizeof(lies) / sizeof(lies[0]))

/* The truth as honest probes tell it, against the same with liars: every series, all eight shapes. */
static void expect_no_flip(struct land *l, enum state truth, enum state lie, uint32_t least)
{
	static struct said before[OUT_MAX];
	settle(l, truth, least, PROBES_MAX);
	judge(l);
	size_t n = l->n_out;
	memcpy(before, l->out, n * sizeof(*before));
	for (size_t i = 0; i < n; i++)
		if (truth != STATES && before[i].v.state != STATE_INSUFFICIENT)
			assert_int_equal(before[i].v.state, truth);
	corrupt(l, lie, true);
	judge(l);
	expect_same(l, before, n);
	leave(l);
}

/* Every measured state as the truth of a country with small and large cells. */
static void test_one_truth(void **state)
{
	(void)state;
	struct land l = {.seed = 1};
	for (int round = 0; round < 30; round++)
		for (int truth = STATE_OPEN; truth <= STATE_NO_LINK; truth++)
			for (size_t lie = 0; lie < LIES; lie++) {
				l.expected = roll(&l, 2);
				expect_no_flip(&l, (enum state)truth, lies[lie], 1);
			}
}

/* Every cell its own truth: whatever decides a whole, it is the same with liars. */
static void test_many_truths(void **state)
{
	(void)state;
	struct land l = {.seed = 2};
	for (int round = 0; round < 400; round++)
		for (size_t lie = 0; lie < LIES; lie++) {
			l.expected = roll(&l, 2);
			expect_no_flip(&l, STATES, lies[lie], MIN_PROBES);
		}
}

/* Silence: liars who say that all is fine don't hide it; those who say that all is down can at most make of it what a
 * spool that arrives late makes of it, a loss that was measured. */
static void test_silence(void **state)
{
	(void)state;
	struct land l = {.seed = 3, .expected = true, .silent = true};
	for (int round = 0; round < 100; round++)
		for (size_t lie = 0; lie < LIES; lie++) {
			settle(&l, STATE_SILENT, 1, PROBES_MAX);
			corrupt(&l, lies[lie], false);
			judge(&l);
			for (size_t i = 0; i < l.n_out; i++) {
				assert_true(state_is_loss(l.out[i].v.state));
				if (lies[lie] <= STATE_FILTERED)
					assert_int_equal(l.out[i].v.state, STATE_SILENT);
			}
			leave(&l);
		}
}

/* --- fragility --- */

static bool is_inside(const struct series *leaf, const struct series *s)
{
	return (!*s->region || !strcmp(s->region, leaf->region)) &&
	       (s->isp == ISP_ANY || s->isp == leaf->isp) &&
	       (s->access == ACCESS_ANY || s->access == leaf->access);
}

/* Leaves out n probes of s: of one cell after the other, or here and there. */
static void leave_out(struct land *l, const struct series *s, uint32_t n, bool scattered)
{
	size_t first = roll(l, (uint32_t)l->n);
	for (size_t guard = 0; n && guard < 100000; guard++) {
		size_t at =
			scattered ? roll(l, (uint32_t)l->n) : (first + guard / PROBES_MAX) % l->n;
		struct cell_of_probes *c = &l->cells[at];
		uint32_t p = scattered ? roll(l, PROBES_MAX) : guard % PROBES_MAX;
		if (!is_inside(&c->series, s) || p >= c->n ||
		    c->probes[p].meets == STATE_INSUFFICIENT)
			continue;
		c->probes[p].meets = STATE_INSUFFICIENT;
		n--;
	}
}

/* Wherever one probe less than the number is left out, the state is the same. */
static void test_fragility(void **state)
{
	(void)state;
	struct land l = {.seed = 4};
	uint32_t told = 0, small = 0;
	for (int round = 0; round < 150; round++) {
		static struct said before[OUT_MAX];
		static struct cell_of_probes kept[LEAVES_MAX];
		l.expected = roll(&l, 2);
		settle(&l, round % 2 ? STATES : STATE_FILTERED, 1, 9);
		corrupt(&l, lies[roll(&l, LIES)], true);
		judge(&l);
		size_t n = l.n_out;
		memcpy(before, l.out, n * sizeof(*before));
		memcpy(kept, l.cells, sizeof(kept));
		for (size_t i = 0; i < n; i++)
			for (int way = 0; before[i].v.fragile > 1 && way < 4; way++) {
				leave_out(&l, &before[i].series, before[i].v.fragile - 1, way % 2);
				judge(&l);
				assert_int_equal(state_of(l.out, l.n_out, &before[i].series),
						 before[i].v.state);
				memcpy(l.cells, kept, sizeof(kept));
				told++;
			}
		for (size_t i = 0; i < n; i++)
			small += before[i].v.fragile == 1;
		leave(&l);
	}
	assert_true(told > 5000 && small > 100);
}

/* --- order --- */

static void test_order(void **state)
{
	(void)state;
	struct land l = {.seed = 5};
	for (int round = 0; round < 100; round++) {
		static struct said before[OUT_MAX];
		l.expected = roll(&l, 2);
		settle(&l, STATES, 1, PROBES_MAX);
		corrupt(&l, lies[roll(&l, LIES)], true);
		judge(&l);
		size_t n = l.n_out;
		memcpy(before, l.out, n * sizeof(*before));
		judge_in_order(&l, true);
		assert_int_equal(n, l.n_out);
		for (size_t i = 0; i < n; i++) {
			assert_true(series_equal(&before[i].series, &l.out[i].series));
			assert_true(verdict_equal(&before[i].v, &l.out[i].v));
		}
		leave(&l);
	}
}

/* --- agreement --- */

static struct verdict judge_cell(const struct cell cells[static CLASSES])
{
	const struct cell *of[CLASSES];
	const struct verdict_input in = {.min_probes = MIN_PROBES, .collector_alive = true};
	struct tally t;
	struct verdict v;
	for (size_t c = 0; c < CLASSES; c++)
		of[c] = cells[c].n ? &cells[c] : NULL;
	tally_init(&t);
	tally_look(&t, of, &weather_sight);
	tally_count(&v, &t);
	uint32_t margin = verdict_judge(&v, &in);
	v.fragile = fragile_votes(&t, &v, &in, margin);
	tally_clear(&t);
	return v;
}

/* One more who sees what the verdict says. */
static void test_agreement(void **state)
{
	(void)state;
	uint64_t seed = 6;
	uint32_t grew = 0;
	for (int round = 0; round < 2000; round++) {
		struct cell cells[CLASSES] = {{0}};
		uint64_t probe = 1;
		enum state truth = (enum state)(STATE_OPEN + weather_roll(&seed, STATE_NO_LINK));
		for (uint32_t n = 4 + weather_roll(&seed, 12); n; n--)
			weather_vote(cells, probe++,
				     weather_roll(&seed, 3)
					     ? truth
					     : (enum state)(STATE_OPEN +
							    weather_roll(&seed, STATE_NO_LINK)),
				     &seed);
		struct verdict before = judge_cell(cells);
		weather_vote(cells, probe, before.state, NULL);
		struct verdict after = judge_cell(cells);
		if (before.state != STATE_INSUFFICIENT) {
			assert_int_equal(after.state, before.state);
			assert_true(after.fragile >= before.fragile);
			grew += after.fragile > before.fragile;
		}
		for (size_t c = 0; c < CLASSES; c++)
			cell_clear(&cells[c]);
	}
	assert_true(grew > 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_truth), cmocka_unit_test(test_many_truths),
		cmocka_unit_test(test_silence),	  cmocka_unit_test(test_fragility),
		cmocka_unit_test(test_order),	  cmocka_unit_test(test_agreement),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
