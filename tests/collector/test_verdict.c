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
	const struct sight sight = {0};
	struct verdict v;
	for (size_t c = 0; c < CLASSES; c++)
		cells[c] = w->cells[c].n ? &w->cells[c] : NULL;
	if (!in.min_probes)
		in.min_probes = 5;
	tally_votes(&v, cells, &sight);
	verdict_judge(&v, &in);
	for (size_t c = 0; c < CLASSES; c++)
		cell_clear(&w->cells[c]);
	return v;
}

static struct verdict see(const struct seen *groups, size_t n)
{
	struct world w = {0};
	for (size_t i = 0; i < n; i++)
		look(&w, &groups[i]);
	return judge(&w, (struct verdict_input){0});
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
	EXPECT(PARTIAL_DOMESTIC, "partial", {6, 0, 0, 0, 0, LINK_UP, false},
	       {4, ALL, 0, 0, 0, LINK_UP, false});
	EXPECT(CUT, "cut", {9, 0, 0, 0, 0, LINK_UP, false}, {1, ALL, 0, 0, 0, LINK_UP, false});
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

static struct verdict silence(struct seen heard, uint32_t expected, bool alive, bool others,
			      uint32_t evidence)
{
	struct world w = {0};
	look(&w, &heard);
	return judge(&w, (struct verdict_input){.expected = expected,
						.collector_alive = alive,
						.others_heard = others,
						.evidence = evidence});
}

static void test_silent(void **state)
{
	(void)state;
	const struct seen none = {0, 0, 0, 0, 0, 0, false},
			  one = {1, ALL, ALL, 0, ALL, LINK_UP, true},
			  five = {5, ALL, ALL, 0, ALL, LINK_UP, true},
			  cut = {5, 0, 0, 0, 0, LINK_UP, false};
	assert_int_equal(silence(none, 14, true, true, 0).state, STATE_SILENT);
	assert_int_equal(silence(none, 50, false, true, 0).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(none, 50, true, false, 0).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(none, 0, true, true, 999).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(none, 4, true, true, 999).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(one, 9, true, true, 999).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(one, 10, true, true, 999).state, STATE_SILENT);
	assert_int_equal(silence(five, 49, true, true, 999).state, STATE_FILTERED);
	assert_int_equal(silence(five, 50, true, true, 0).state,
			 STATE_SILENT); /* not what the others see */
	assert_int_equal(silence(cut, 50, true, true, 999).state,
			 STATE_CUT); /* measured beats presumed */
	assert_int_equal(silence(five, 50, true, true, 0).probes, 5);
	assert_int_equal(silence(five, 50, true, true, 0).expected, 50);
}

/* Five expected probes that are not heard once are chance; three times in a row they are not. */
static void test_evidence(void **state)
{
	(void)state;
	const struct seen none = {0, 0, 0, 0, 0, 0, false};
	uint32_t once = verdict_evidence(0, 5);
	assert_int_equal(once, 45);
	assert_int_equal(silence(none, 5, true, true, 0).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(none, 5, true, true, once).state, STATE_INSUFFICIENT);
	assert_int_equal(silence(none, 5, true, true, 2 * once).state, STATE_SILENT);
	assert_int_equal(verdict_evidence(1, 9), 0);
	assert_int_equal(verdict_evidence(1, 10), 67);
	assert_int_equal(verdict_evidence(0, 0), 0);
	assert_true(verdict_evidence(UINT32_MAX / 10, UINT32_MAX) > 0);
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
		assert_true(*state_meaning((enum state)s, "en") &&
			    *state_meaning((enum state)s, "fa"));
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
		cmocka_unit_test(test_table),	 cmocka_unit_test(test_missing_classes),
		cmocka_unit_test(test_mixed),	 cmocka_unit_test(test_counts),
		cmocka_unit_test(test_few),	 cmocka_unit_test(test_silent),
		cmocka_unit_test(test_evidence), cmocka_unit_test(test_late_and_distinct),
		cmocka_unit_test(test_wilson),	 cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
