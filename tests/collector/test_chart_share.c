/* test_chart_share.c: the share up with its interval, and small multiples that carry it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "collector/chart_multiples.h"
#include "collector/chart_share.h"
#include "tests/collector/markup.h"
#include "tests/collector/saga.h"

#define HOUR 3600000LL
#define T0   1767830400000 /* 2026-01-08T00:00:00Z */

static const struct chart_scale scale = {T0, T0 + 10 * HOUR, 0, CALENDAR_GREGORIAN};

static void test_points(void **state)
{
	struct chart_share s;
	(void)state;
	chart_share_init(&s, T0, T0 + 10 * HOUR, HOUR);
	assert_int_equal(s.n, 10);
	chart_share_add(&s, T0 - 2 * HOUR, T0 + HOUR, 1, 0.981, 1);
	chart_share_add(&s, T0 + HOUR, T0 + 3 * HOUR, 0.115, 0.02, 0.311);
	chart_share_add(&s, T0 + 3 * HOUR, T0 + 4 * HOUR, NAN, NAN, NAN);
	chart_share_add(&s, T0 + 9 * HOUR, T0 + 12 * HOUR, 0, 0, 0);
	chart_share_add(&s, T0 - 2 * HOUR, T0, 0.5, 0.5, 0.5);
	chart_share_add(&s, T0 + 10 * HOUR, T0 + 11 * HOUR, 0.5, 0.5, 0.5);
	assert_int_equal(s.points[0].up, 100);
	assert_int_equal(s.points[0].lo, 98); /* an interval is never drawn narrower than it is */
	assert_int_equal(s.points[2].up, 12);
	assert_int_equal(s.points[2].lo, 2);
	assert_int_equal(s.points[2].hi, 32);
	assert_int_equal(s.points[3].up, -1);
	assert_int_equal(s.points[9].up, 0);
	chart_share_clear(&s);
}

/* Level steps; nothing where nothing is known. */
static void test_paths(void **state)
{
	struct chart_share s;
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	chart_share_init(&s, T0, T0 + 10 * HOUR, HOUR);
	chart_share_add(&s, T0, T0 + 2 * HOUR, 1, 0.9, 1);
	chart_share_add(&s, T0 + 2 * HOUR, T0 + 4 * HOUR, 0.5, 0.3, 0.7);
	chart_share_add(&s, T0 + 6 * HOUR, T0 + 10 * HOUR, 0.2, 0.1, 0.4);
	chart_share(&h, NULL, &s, "a < b", &scale, 328);
	markup_check(out.data, NULL);
	markup_has(out.data, "role=\"img\" aria-label=\"a &lt; b\">");
	markup_has(out.data, "viewBox=\"0 0 10 100\" preserveAspectRatio=\"none\"");
	markup_has(out.data, "<path class=\"up\" d=\"M0 0H2V50H4M6 80H10\"/>");
	markup_has(out.data, "<path class=\"range\" d=\"M0 0H2V30H4V70H2V10H0zM6 60H10V90H6z\"/>");
	markup_has(out.data, "<text y=\"-6\">Up 0–100%</text>");
	markup_has(out.data, "<line class=\"rule\" x1=\"20.00%\"");
	buf_reset(&out);
	h.lang = LANG_FA;
	chart_share(&h, &(struct chart_place){10, 20, 200, 50}, &s, "x", &scale, 200);
	markup_check(out.data, NULL);
	markup_has(out.data, "viewBox=\"0 0 200 50\"");
	markup_has(out.data, "<path class=\"up\" d=\"M0 0H40V25H80M120 40H200\"/>");
	markup_has(out.data, "<text x=\"100%\" y=\"-6\" direction=\"rtl\">دسترسی ۰–۱۰۰٪</text>");
	chart_share_clear(&s);
	buf_clear(&out);
}

static void test_multiples(void **state)
{
	struct saga s;
	struct buf out, defs;
	struct html h = {&out, LANG_EN}, d = {&defs, LANG_EN};
	(void)state;
	saga_new(&s, LANG_EN, true);
	free((char *)s.rows[1].note);
	s.rows[1].note = NULL;
	s.rows[2].share = NULL;
	const struct chart_multiples m = {s.scale, s.rows, 3};
	buf_init(&out, 1 << 20);
	buf_init(&defs, 100000);
	chart_patterns(&d, false);
	chart_multiples_html(&h, &m);
	markup_check(out.data, defs.data);
	assert_int_equal(markup_count(out.data, "<li>"), 3);
	assert_int_equal(markup_count(out.data, "class=\"band\""), 3);
	assert_int_equal(markup_count(out.data, "class=\"share\""), 2);
	assert_int_equal(markup_count(out.data, "class=\"axis"), 3);
	assert_int_equal(markup_count(out.data, "<small>"), 2);
	markup_has(out.data, "<h3><a href=\"/region/IR-00\">MCI (Hamrah-e Aval)</a> "
			     "<small>AS197207</small></h3>");

	/* Two columns: three tiles in two lines; the third begins the second. */
	assert_int_equal(chart_multiples_height(&m, LANG_EN, 900), 2 * 140);
	assert_int_equal(chart_multiples_height(&m, LANG_EN, 328), 3 * 140);
	buf_reset(&out);
	chart_multiples_svg(&h, &m, &(struct chart_place){24, 100, 900, 280});
	markup_check(out.data, defs.data);
	markup_has(out.data, "<svg class=\"band\" x=\"24\" y=\"124\" width=\"436\" height=\"16\"");
	markup_has(out.data, "<svg class=\"band\" x=\"488\" y=\"124\"");
	markup_has(out.data, "<svg class=\"band\" x=\"24\" y=\"264\"");
	markup_lacks(out.data, "<a ");
	h.lang = LANG_FA;
	buf_reset(&out);
	chart_multiples_svg(&h, &m, &(struct chart_place){24, 100, 900, 280});
	markup_has(out.data, "<text class=\"ink strong\" font-size=\"13\" x=\"924\" y=\"116\" "
			     "direction=\"rtl\">MCI (Hamrah-e Aval)</text>");
	saga_free(&s);
	buf_clear(&out);
	buf_clear(&defs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_multiples),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
