/* test_verdict.c: the table of states, its edges, silence, and the interval. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "collector/tally.h"

#define LINK_UP	  (1u << CELL_LINK_V4 | 1u << CELL_LINK_GATEWAY | 1u << CELL_LINK_NS)
#define LINK_BITS 15u

/* What a group of probes saw: of four targets of each class, which were reached; -1 did not try. */
struct seen {
	unsigned int n;
	int domestic, open, filtered, canary, link;
	bool fp;
};

#define ALL  15
#define HALF 3
#define ONE  1
#define NORMAL                                                                                     \
	{                                                                                          \
		10, ALL, ALL, 0, ALL, LINK_UP, true                                                \
	}
#define UNTRIED -1

#define HOME_RATE 80 /* what is usual */
#define SLOW_RATE 60

struct world {
	struct cell cells[CLASSES];
	uint64_t probes;
};

static void add(struct world *w, uint64_t probe, enum target_class class, int ok, uint64_t tried,
		bool fp)
{
	struct cell_vote v = {.probe = probe, .tried = tried, .ok = (uint64_t)ok};
	if (ok < 0)
		return;
	v.fp = fp ? 1 : 0;
	cell_add(&w->cells[class], &v);
}

static void look(struct world *w, const struct seen *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		uint64_t probe = ++w->probes;
		add(w, probe, CLASS_DOMESTIC, s->domestic, 15, false);
		add(w, probe, CLASS_OPEN, s->open, 15, false);
		add(w, probe, CLASS_FILTERED, s->filtered, 15, s->fp);
		add(w, probe, CLASS_CANARY, s->canary, 15, false);
		add(w, probe, CLASS_LINK, s->link, LINK_BITS, false);
	}
}

static struct verdict judge(struct world *w, struct verdict_input in)
{
	const struct cell *cells[CLASSES];
	const struct sight sight = {.open_rate = HOME_RATE, .home_rate = HOME_RATE};
	struct verdict v;
	struct tally votes;
	for (size_t c = 0; c < CLASSES; c++)
		cells[c] = w->cells[c].n ? &w->cells[c] : NULL;
	if (!in.min_probes)
		in.min_probes = 5;
	tally_init(&votes);
	tally_look(&votes, cells, &sight);
	tally_count(&v, &votes);
	verdict_judge(&v, &in);
	tally_clear(&votes);
	for (size_t c = 0; c < CLASSES; c++)
		cell_clear(&w->cells[c]);
	return v;
}

static struct verdict see(const struct seen *groups, size_t n)
{
	struct world w = {0};
	for (size_t i = 0; i < n; i++)
		look(&w, &groups[i]);
	return judge(&w, (struct verdict_input){.collector_alive = true});
}

static void expect(const struct seen *groups, size_t n, enum state state, const char *rule)
{
	struct verdict v = see(groups, n);
	assert_string_equal(v.rule, rule);
	assert_string_equal(state_str(v.state), state_str(state));
}

#define EXPECT(state, rule, ...)                                                                   \
	do {                                                                                       \
		const struct seen g_[] = {__VA_ARGS__};                                            \
		expect(g_, sizeof(g_) / sizeof(g_[0]), STATE_##state, rule);                       \
	} while (0)

static void test_table(void **state)
{
	(void)state;
	EXPECT(OPEN, "open", {10, ALL, ALL, ALL, ALL, LINK_UP, false});
	EXPECT(FILTERED, "filtered", NORMAL);
	EXPECT(FILTERED, "filtered",
	       {10, ALL, ALL, ALL, ALL, LINK_UP, true}); /* block pages count */
	EXPECT(WHITELIST, "whitelist", {10, ALL, ALL, 0, 0, LINK_UP, true});
	EXPECT(WHITELIST, "whitelist", {10, ALL, ONE, 0, 0, LINK_UP, true});
	EXPECT(WHITELIST, "whitelist", {10, ALL, ALL, ALL, ONE, LINK_UP, false});
	EXPECT(DOMESTIC_ONLY, "domestic", {10, ALL, 0, 0, 0, LINK_UP, false});
	EXPECT(PARTIAL_DOMESTIC, "partial", {10, ONE, 0, 0, 0, LINK_UP, false});
	EXPECT(CUT, "cut", {10, 0, 0, 0, 0, LINK_UP, false});
	EXPECT(NO_LINK, "link", {10, 0, 0, 0, 0, 0, false});
	EXPECT(NO_LINK, "link", {10, UNTRIED, UNTRIED, UNTRIED, UNTRIED, 1 << CELL_LINK_V4, false});
}

/* A country whose list lacks a class: unknown is not down. */
static void test_missing_classes(void **state)
{
	(void)state;
	EXPECT(OPEN, "open", {10, UNTRIED, ALL, UNTRIED, ALL, LINK_UP, false});
	EXPECT(OPEN, "open-nocanary", {10, UNTRIED, ALL, UNTRIED, UNTRIED, LINK_UP, false});
	EXPECT(FILTERED, "filtered-nocanary", {10, ALL, ALL, 0, UNTRIED, LINK_UP, false});
	EXPECT(WHITELIST, "whitelist-part", {10, ALL, ONE, 0, UNTRIED, LINK_UP, false});
	EXPECT(CUT, "cut-nodomestic", {10, UNTRIED, 0, UNTRIED, 0, LINK_UP, false});
	EXPECT(INSUFFICIENT, "no-open", {10, ALL, UNTRIED, 0, ALL, LINK_UP, false});
	EXPECT(INSUFFICIENT, "no-open", {10, UNTRIED, UNTRIED, UNTRIED, UNTRIED, LINK_UP, false});
}

static void test_mixed(void **state)
{
	(void)state;
	struct verdict v;
	/* canaries that a few reach don't make a list into the world */
	EXPECT(WHITELIST, "whitelist", {7, ALL, ALL, 0, 0, LINK_UP, true},
	       {3, ALL, ALL, 0, ALL, LINK_UP, true});
	/* most of the probes decide */
	EXPECT(FILTERED, "filtered", {4, ALL, 0, 0, 0, LINK_UP, false},
	       {6, ALL, ALL, 0, ALL, LINK_UP, true});
	EXPECT(DOMESTIC_ONLY, "domestic", {6, ALL, 0, 0, 0, LINK_UP, false},
	       {4, ALL, ALL, 0, ALL, LINK_UP, true});
	EXPECT(PARTIAL_DOMESTIC, "partial", {4, 0, 0, 0, 0, LINK_UP, false},
	       {3, ALL, 0, 0, 0, LINK_UP, false}, {3, ONE, 0, 0, 0, LINK_UP, false});
	EXPECT(CUT, "cut", {6, 0, 0, 0, 0, LINK_UP, false}, {4, ALL, 0, 0, 0, LINK_UP, false});
	/* some canaries are something */
	EXPECT(WHITELIST, "whitelist", {10, ALL, 0, 0, ONE, LINK_UP, false});
	/* a few who tell of the link alone, or of all but the link, don't decide */
	EXPECT(NO_LINK, "link", {14, UNTRIED, UNTRIED, UNTRIED, UNTRIED, 0, false},
	       {6, ALL, ALL, 0, ALL, LINK_UP, true});
	EXPECT(FILTERED, "filtered", {14, ALL, ALL, 0, ALL, UNTRIED, true},
	       {6, 0, 0, 0, 0, 0, false});
	/* what is reached proves the line, whatever the link check says of it */
	EXPECT(FILTERED, "filtered", {10, ALL, ALL, 0, ALL, 0, true});
	EXPECT(FILTERED, "canary", {10, ALL, 0, 0, ALL, LINK_UP, false});
	/* a canary tried by too few is not known */
	const struct seen few[] = {{2, ALL, ALL, 0, 0, LINK_UP, true},
				   {10, ALL, ALL, 0, UNTRIED, LINK_UP, true}};
	v = see(few, 2);
	assert_string_equal(v.rule, "filtered-nocanary");
	assert_int_equal(v.share[CLASS_CANARY].n, 2);
}

static void test_counts(void **state)
{
	(void)state;
	const struct seen g[] = {{6, ALL, HALF, 0, ALL, LINK_UP, true},
				 {3, ALL, ONE, 0, ALL, LINK_UP, false},
				 {1, ALL, 0, 0, 0, 0, false}};
	struct verdict v = see(g, 3);
	assert_int_equal(v.probes, 10);
	assert_int_equal(v.share[CLASS_OPEN].n, 10);
	assert_int_equal(v.share[CLASS_OPEN].up, 6);
	assert_int_equal(v.share[CLASS_OPEN].some, 9);
	assert_int_equal(v.share[CLASS_FILTERED].fp, 6);
	assert_int_equal(v.share[CLASS_LINK].up, 9);
	assert_true(fabs(v.up - 0.6) < 1e-9);
	assert_true(v.lo < 0.6 && v.hi > 0.6);
	assert_true(verdict_equal(&v, &v));
}

static void test_few(void **state)
{
	(void)state;
	EXPECT(INSUFFICIENT, "few", {4, ALL, ALL, 0, ALL, LINK_UP, true});
	EXPECT(INSUFFICIENT, "few", {4, 0, 0, 0, 0, 0, false});
	EXPECT(FILTERED, "filtered", {5, ALL, ALL, 0, ALL, LINK_UP, true});
	struct verdict v = see(NULL, 0);
	assert_int_equal(v.state, STATE_INSUFFICIENT);
	assert_string_equal(v.rule, "none");
	assert_true(isnan(v.up) && isnan(v.lo) && isnan(v.hi));
}

/* Ten probes for whom the web works, of which some have lost this or that, and some have not. */
struct habits {
	unsigned int six_lost, six_fine, quic_lost, quic_fine, slow, fast;
	int canary; /* targets reached, 0 all */
	bool no_canary;
};

static struct cell_vote *vote(struct world *w, enum target_class class, unsigned int i)
{
	return &w->cells[class].votes[i];
}

static struct verdict habits(struct habits h, struct verdict_count slow_before)
{
	struct world w = {0};
	int canary = h.canary ? h.canary : ALL;
	look(&w, &(struct seen){10, ALL, ALL, 0, h.no_canary ? 0 : canary, LINK_UP, true});
	for (unsigned int i = 0; i < h.six_lost + h.six_fine; i++) {
		vote(&w, CLASS_OPEN, i)->six_tried = ALL;
		vote(&w, CLASS_OPEN, i)->six_ok = i < h.six_lost ? 0 : ONE;
	}
	for (unsigned int i = 0; i < h.quic_lost + h.quic_fine; i++) {
		vote(&w, CLASS_OPEN, i)->step_tried[KIND_QUIC] = HALF;
		vote(&w, CLASS_OPEN, i)->step_ok[KIND_QUIC] = i < h.quic_lost ? 0 : ONE;
	}
	for (unsigned int i = 0; i < h.slow + h.fast; i++) {
		vote(&w, CLASS_DOMESTIC, i)->rate = HOME_RATE;
		vote(&w, CLASS_OPEN, i)->rate = i < h.slow ? SLOW_RATE : HOME_RATE;
	}
	return judge(&w,
		     (struct verdict_input){.collector_alive = true, .slow_before = slow_before});
}

static void expect_habits(struct habits h, enum state state, const char *rule)
{
	struct verdict v = habits(h, (struct verdict_count){0});
	assert_string_equal(v.rule, rule);
	assert_string_equal(state_str(v.state), state_str(state));
}

static void test_restricted(void **state)
{
	(void)state;
	expect_habits((struct habits){.six_lost = 6, .six_fine = 4}, STATE_RESTRICTED, "ipv6");
	expect_habits((struct habits){.quic_lost = 6, .quic_fine = 4}, STATE_RESTRICTED, "quic");
	expect_habits((struct habits){.six_lost = 10, .quic_lost = 10}, STATE_RESTRICTED,
		      "quic+ipv6");
	/* half is not most */
	expect_habits((struct habits){.six_lost = 5, .six_fine = 5}, STATE_FILTERED, "filtered");
	/* a quarter of ten have IPv6, fewer don't say */
	expect_habits((struct habits){.six_lost = 3}, STATE_RESTRICTED, "ipv6");
	expect_habits((struct habits){.six_lost = 2}, STATE_FILTERED, "filtered");
	/* what works nowhere is not restricted but lost */
	expect_habits((struct habits){.quic_lost = 10, .canary = ONE}, STATE_WHITELIST,
		      "whitelist");
}

static void test_throttled(void **state)
{
	(void)state;
	expect_habits((struct habits){.slow = 3}, STATE_THROTTLED, "slow");
	expect_habits((struct habits){.slow = 3, .fast = 3}, STATE_FILTERED, "filtered");
	expect_habits((struct habits){.slow = 2}, STATE_FILTERED, "filtered");
	/* above the loss of QUIC, which a slow line may bring along */
	expect_habits((struct habits){.slow = 3, .quic_lost = 10}, STATE_THROTTLED, "slow");
	/* the votes of the half hour fill up, and only where there are too few */
	const struct verdict_count slow = {4, 4}, fast = {9, 0};
	assert_int_equal(habits((struct habits){.slow = 1}, slow).state, STATE_THROTTLED);
	assert_int_equal(habits((struct habits){0}, slow).state, STATE_THROTTLED);
	assert_int_equal(habits((struct habits){.slow = 2}, fast).state, STATE_FILTERED);
	assert_int_equal(habits((struct habits){.slow = 3}, fast).state, STATE_THROTTLED);
	/* no canary at all is a list, however slow */
	assert_int_equal(habits((struct habits){.no_canary = true}, slow).state, STATE_WHITELIST);
}

static struct verdict silence(struct seen heard, uint32_t expected, bool alive, bool silent)
{
	struct world w = {0};
	look(&w, &heard);
	return judge(&w, (struct verdict_input){
				 .expected = expected, .collector_alive = alive, .silent = silent});
}

static void test_silent(void **state)
{
	(void)state;
	const struct seen none = {0, 0, 0, 0, 0, 0, false},
			  three = {3, ALL, ALL, 0, ALL, LINK_UP, true},
			  seven = {7, ALL, ALL, 0, ALL, LINK_UP, true},
			  cut = {7, 0, 0, 0, 0, LINK_UP, false};
	struct verdict v = silence(none, 10, true, true);
	assert_int_equal(v.state, STATE_SILENT);
	assert_string_equal(v.rule, "silent");
	assert_int_equal(silence(none, 10, true, false).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(none, 0, true, true).state, STATE_INSUFFICIENT);
	/* 30% who go on reporting don't hide it */
	assert_int_equal(silence(three, 10, true, true).state, STATE_SILENT);
	assert_int_equal(silence(three, 8, true, true).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(seven, 20, true, true).state, STATE_SILENT);
	assert_int_equal(silence(seven, 19, true, true).state, STATE_FILTERED);
	assert_int_equal(silence(cut, 70, true, true).state,
			 STATE_CUT); /* measured beats presumed */
	assert_int_equal(silence(seven, 70, true, true).probes, 7);
	assert_int_equal(silence(seven, 70, true, true).expected, 70);
}

/* Nobody could be heard. */
static void test_collector_down(void **state)
{
	(void)state;
	const struct seen none = {0, 0, 0, 0, 0, 0, false},
			  few = {3, ALL, ALL, 0, ALL, LINK_UP, true};
	struct verdict v = silence(none, 10, false, true);
	assert_int_equal(v.state, STATE_INSUFFICIENT);
	assert_string_equal(v.rule, "collector");
	assert_string_equal(silence(few, 10, false, true).rule, "few");
	assert_string_equal(silence(none, 10, true, false).rule, "none");
}

static void test_late_and_distinct(void **state)
{
	(void)state;
	struct world w = {0};
	look(&w, &(struct seen)NORMAL);
	w.cells[CLASS_OPEN].votes[3].late = true;
	w.cells[CLASS_LINK].votes[3].late = true;
	w.cells[CLASS_LINK].votes[4].late = true;
	struct cell_vote only_link = {.probe = UINT64_MAX, .tried = LINK_BITS, .ok = LINK_UP};
	cell_add(&w.cells[CLASS_LINK], &only_link);
	struct verdict v = judge(&w, (struct verdict_input){0});
	assert_int_equal(v.probes, 11);
	assert_int_equal(v.late, 2);
	assert_int_equal(v.share[CLASS_OPEN].n, 10);
}

/* The upper ends for 0 of n are those of the literature: .43, .28, .16 (Newcombe 1998). */
static void test_wilson(void **state)
{
	(void)state;
	double lo, hi;
	const struct {
		uint32_t n;
		double hi;
	} none[] = {{3, .56}, {5, .43}, {8, .32}, {10, .28}, {20, .16}, {50, .07}};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		verdict_wilson(0, none[i].n, &lo, &hi);
		assert_true(lo <= 0 && fabs(hi - none[i].hi) < .006);
		double mirror_lo, mirror_hi;
		verdict_wilson(none[i].n, none[i].n, &mirror_lo, &mirror_hi);
		assert_true(mirror_hi >= 1 && fabs(mirror_lo - (1 - hi)) < 1e-9);
	}
	for (uint32_t n = 1; n < 60; n++)
		for (uint32_t up = 0; up <= n; up++) {
			verdict_wilson(up, n, &lo, &hi);
			assert_true(lo >= 0 && hi <= 1 && lo <= (double)up / n &&
				    hi >= (double)up / n);
		}
}

static void test_words(void **state)
{
	(void)state;
	for (int s = 0; s < STATES; s++) {
		assert_int_equal(state_parse(state_str((enum state)s)), s);
		assert_true(!state_is_loss((enum state)s) ||
			    state_rank((enum state)s) >= state_rank(STATE_WHITELIST));
	}
	assert_int_equal(state_parse("restored"), STATES);
	assert_true(state_rank(STATE_INSUFFICIENT) < state_rank(STATE_OPEN));
	assert_string_equal(state_str(STATES), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_missing_classes),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_restricted),
		cmocka_unit_test(test_throttled),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_collector_down),
		cmocka_unit_test(test_late_and_distinct),
		cmocka_unit_test(test_wilson),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
