/* test_tally.c: what one probe counts as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/tally.h"

#define ALL 15u
#define ONE 1u

struct world {
	struct cell cells[CLASSES];
	struct sight sight;
};

static struct cell_vote *vote(struct world *w, enum target_class class, uint64_t probe,
			      uint64_t tried, uint64_t ok)
{
	const struct cell_vote v = {.probe = probe, .tried = tried, .ok = ok};
	cell_add(&w->cells[class], &v);
	for (size_t i = 0; i < w->cells[class].n; i++)
		if (w->cells[class].votes[i].probe == probe)
			return &w->cells[class].votes[i];
	return NULL;
}

static void look(struct world *w, struct tally *t)
{
	const struct cell *cells[CLASSES];
	for (size_t c = 0; c < CLASSES; c++)
		cells[c] = w->cells[c].n ? &w->cells[c] : NULL;
	tally_init(t);
	tally_look(t, cells, &w->sight);
}

static void done(struct world *w)
{
	for (size_t c = 0; c < CLASSES; c++)
		cell_clear(&w->cells[c]);
}

static struct verdict count(struct world *w)
{
	struct tally t;
	struct verdict v;
	look(w, &t);
	tally_count(&v, &t);
	tally_clear(&t);
	done(w);
	return v;
}

static void expect_sign(const struct verdict *v, enum sign s, uint32_t n, uint32_t hit)
{
	if (v->sign[s].n != n || v->sign[s].hit != hit)
		fail_msg("%s: %u of %u, expected %u of %u", sign_str(s), v->sign[s].hit,
			 v->sign[s].n, hit, n);
}

static void test_nothing(void **state)
{
	(void)state;
	struct world w = {0};
	struct verdict v = count(&w);
	assert_int_equal(v.probes, 0);
	expect_sign(&v, SIGN_LOSS, 0, 0);
}

/* One probe in five classes is one probe. */
static void test_one_probe(void **state)
{
	(void)state;
	struct world w = {0};
	for (int c = CLASS_DOMESTIC; c <= CLASS_LINK; c++)
		vote(&w, (enum target_class)c, 7, ALL, c == CLASS_OPEN ? ONE : ALL);
	w.cells[CLASS_OPEN].votes[0].late = true;
	w.cells[CLASS_LINK].votes[0].late = true;
	vote(&w, CLASS_FILTERED, 8, ALL, 0)->fp = ONE;
	struct verdict v = count(&w);
	assert_int_equal(v.probes, 2);
	assert_int_equal(v.late, 1);
	assert_int_equal(v.share[CLASS_OPEN].n, 1);
	assert_int_equal(v.share[CLASS_OPEN].up, 0);
	assert_int_equal(v.share[CLASS_OPEN].some, 1);
	assert_int_equal(v.share[CLASS_FILTERED].n, 2);
	assert_int_equal(v.share[CLASS_FILTERED].fp, 1);
	assert_int_equal(v.share[CLASS_LINK].up, 1);
}

/* Canaries tell of the loss; open targets where nobody tried a canary. */
static void test_loss(void **state)
{
	(void)state;
	struct world w = {0};
	vote(&w, CLASS_OPEN, 1, ALL, ALL);
	vote(&w, CLASS_CANARY, 1, ALL, ONE);
	vote(&w, CLASS_OPEN, 2, ALL, 0);
	vote(&w, CLASS_CANARY, 2, 3, ONE);
	vote(&w, CLASS_OPEN, 3, ALL, ONE);
	vote(&w, CLASS_OPEN, 4, ALL, 3);
	vote(&w, CLASS_DOMESTIC, 5, ALL, ALL);
	struct verdict v = count(&w);
	expect_sign(&v, SIGN_LOSS, 4, 2);
}

static void test_signs(void **state)
{
	(void)state;
	for (int lost = 0; lost < 2; lost++) {
		struct world w = {.sight = {.abroad = 3, .tools = 12}};
		for (uint64_t p = 1; p <= 2; p++) {
			bool hit = p == 1;
			vote(&w, CLASS_CANARY, p, ALL, lost ? 0 : ALL);
			vote(&w, CLASS_RESOLVER, p, ALL, hit ? 12 : ONE);
			vote(&w, CLASS_FILTERED, p, ALL, hit ? 3 : 4);
			struct cell_vote *open = vote(&w, CLASS_OPEN, p, ALL, 7);
			open->six_tried = ALL;
			open->six_ok = hit ? 8 : ONE; /* over IPv6 what is dead over IPv4 */
			open->step_tried[KIND_QUIC] = 3;
			open->step_ok[KIND_QUIC] = hit ? 0 : ONE;
		}
		vote(&w, CLASS_CANARY, 3, ALL, lost ? 0 : ALL); /* tries nothing else */
		struct verdict v = count(&w);
		expect_sign(&v, SIGN_LOSS, 3, lost ? 3 : 0);
		for (int s = SIGN_IPV6; s < SIGN_SLOW; s++)
			expect_sign(&v, (enum sign)s, lost ? 0 : 2, lost ? 0 : 1);
		expect_sign(&v, SIGN_SLOW, 0, 0);
	}
}

static struct verdict rates(uint8_t open, uint8_t home, uint8_t usual_open, uint8_t usual_home)
{
	struct world w = {.sight = {.open_rate = usual_open, .home_rate = usual_home}};
	vote(&w, CLASS_CANARY, 1, ALL, ALL);
	vote(&w, CLASS_OPEN, 1, ALL, ALL)->rate = open;
	vote(&w, CLASS_DOMESTIC, 1, ALL, ALL)->rate = home;
	return count(&w);
}

static void expect_slow(struct verdict v, int slow)
{
	expect_sign(&v, SIGN_SLOW, slow >= 0, slow > 0);
	assert_int_equal(v.mech[MECH_THROTTLE].n, slow >= 0);
	assert_int_equal(v.mech[MECH_THROTTLE].hit, slow > 0);
}

/* Rates are quarters of an octave: 8 are a quarter of the speed, 4 half. */
static void test_slow(void **state)
{
	(void)state;
	expect_slow(rates(71, 80, 80, 80), 1);
	expect_slow(rates(72, 80, 80, 80), 0);
	expect_slow(rates(71, 75, 80, 80), -1); /* the line is slow */
	expect_slow(rates(71, 76, 80, 80), 1);
	expect_slow(rates(71, 0, 80, 80), 1);
	expect_slow(rates(0, 80, 80, 80), -1);
	expect_slow(rates(79, 100, 100, 100), 1);
	expect_slow(rates(80, 100, 100, 100), 0); /* fast enough */
	/* nobody knows what is usual */
	expect_slow(rates(67, 80, 0, 0), -1);
	expect_slow(rates(67, 80, 0, 80), -1);
}

/* What the controls can't reach either is not there. */
static void test_no_say(void **state)
{
	(void)state;
	struct world w = {
		.sight = {
			.no_say = {[CLASS_OPEN] = 14, [CLASS_CANARY] = ALL, [CLASS_FILTERED] = ONE},
			.tools = ONE}};
	struct cell_vote *open = vote(&w, CLASS_OPEN, 1, ALL, ONE);
	open->step_tried[KIND_TCP] = ALL;
	open->mech[MECH_TCP_DROP] = 14;
	open->fp = 2;
	open->six_tried = 2;
	vote(&w, CLASS_CANARY, 1, ALL, 0)->mech[MECH_TCP_DROP] = ALL;
	vote(&w, CLASS_FILTERED, 1, ONE, 0);
	struct verdict v = count(&w);
	assert_int_equal(v.probes, 1);
	assert_int_equal(v.share[CLASS_OPEN].up, 1);
	assert_int_equal(v.share[CLASS_OPEN].fp, 0);
	assert_int_equal(v.share[CLASS_CANARY].n, 0);
	assert_int_equal(v.share[CLASS_FILTERED].n, 0);
	expect_sign(&v, SIGN_LOSS, 1, 0); /* by the one open target that is left */
	expect_sign(&v, SIGN_IPV6, 0, 0);
	expect_sign(&v, SIGN_TOOLS, 0, 0);
	assert_int_equal(v.mech[MECH_TCP_DROP].n, 1);
	assert_int_equal(v.mech[MECH_TCP_DROP].hit, 0);
}

static void test_mechanisms(void **state)
{
	(void)state;
	struct world w = {0};
	for (uint64_t p = 1; p <= 3; p++) {
		struct cell_vote *v = vote(&w, CLASS_FILTERED, p, ALL, 0);
		v->step_tried[KIND_DNS] = ALL;
		v->step_tried[KIND_TLS] = p > 1 ? ALL : 0;
		v->mech[MECH_DNS_LIE] = p == 3 ? ONE : 0;
		v->mech[MECH_SNI_RESET] = p == 3 ? ONE : 0;
	}
	vote(&w, CLASS_OPEN, 1, ALL, ALL)->mech[MECH_DNS_LIE] = ONE;
	w.cells[CLASS_OPEN].votes[0].step_tried[KIND_DNS] = ONE;
	vote(&w, CLASS_DOMESTIC, 2, ALL, 0)->step_tried[KIND_HTTP] = ALL; /* no target abroad */
	struct verdict v = count(&w);
	assert_int_equal(v.mech[MECH_DNS_LIE].n, 3);
	assert_int_equal(v.mech[MECH_DNS_LIE].hit, 2);
	assert_int_equal(v.mech[MECH_SNI_RESET].n, 2);
	assert_int_equal(v.mech[MECH_SNI_RESET].hit, 1);
	assert_int_equal(v.mech[MECH_HTTP_BLOCKPAGE].n, 0);
}

/* A block page in clear text where a TLS greeting should be: whoever saw it could see it, without a step of HTTP. */
static void test_seen_early(void **state)
{
	(void)state;
	struct world w = {0};
	struct cell_vote *v = vote(&w, CLASS_FILTERED, 1, ALL, 0);
	v->step_tried[KIND_TLS] = ALL;
	v->mech[MECH_HTTP_BLOCKPAGE] = ONE;
	struct verdict all = count(&w);
	assert_int_equal(all.mech[MECH_HTTP_BLOCKPAGE].n, 1);
	assert_int_equal(all.mech[MECH_HTTP_BLOCKPAGE].hit, 1);
}

/* The same probe in two networks is one, reaches what it reached in either, and has lost what it lost in both. */
static void test_merge(void **state)
{
	(void)state;
	struct world a = {0}, b = {0};
	struct tally both, more;
	struct verdict v;
	vote(&a, CLASS_OPEN, 1, ALL, 0);
	vote(&b, CLASS_OPEN, 1, ALL, ALL)->late = true;
	vote(&a, CLASS_OPEN, 2, ALL, 0);
	vote(&b, CLASS_OPEN, 2, ALL, 0);
	vote(&a, CLASS_OPEN, 3, ALL, ALL);
	vote(&b, CLASS_LINK, 0, ALL, ALL);
	vote(&b, CLASS_OPEN, 9, ALL, 0);
	look(&a, &both);
	look(&b, &more);
	tally_merge(&both, &more);
	tally_count(&v, &both);
	assert_int_equal(v.probes, 5);
	assert_int_equal(v.late, 1);
	assert_int_equal(v.share[CLASS_OPEN].n, 4);
	assert_int_equal(v.share[CLASS_OPEN].up, 2);
	expect_sign(&v, SIGN_LOSS, 4, 2);
	for (size_t i = 1; i < both.n; i++)
		assert_true(both.probes[i - 1].id < both.probes[i].id);
	/* once more changes nothing */
	struct verdict again;
	tally_merge(&both, &more);
	tally_count(&again, &both);
	assert_true(verdict_equal(&v, &again));
	for (size_t i = 0; i < both.n; i++)
		tally_add(&again, &both.probes[i], -1);
	verdict_clear(&v);
	assert_true(verdict_equal(&v, &again));
	tally_clear(&both);
	tally_clear(&more);
	done(&a);
	done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),	   cmocka_unit_test(test_one_probe),
		cmocka_unit_test(test_loss),	   cmocka_unit_test(test_signs),
		cmocka_unit_test(test_slow),	   cmocka_unit_test(test_no_say),
		cmocka_unit_test(test_mechanisms), cmocka_unit_test(test_seen_early),
		cmocka_unit_test(test_merge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
