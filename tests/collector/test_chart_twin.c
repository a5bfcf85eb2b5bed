/* test_chart_twin.c: the tables beside charts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "collector/chart_share.h"
#include "collector/chart_twin.h"
#include "tests/collector/markup.h"

#define HOUR 3600000LL
#define T0   1767830400000 /* 2026-01-08T00:00:00Z */

static const struct chart_scale scale = {T0, T0 + 10 * HOUR, 210, CALENDAR_GREGORIAN};

/* Nothing of the time is left out: gaps are rows too. */
static void test_states(void **state)
{
	struct chart c;
	struct chart_row rows[2] = {{.name = "<A>", .label = "", .chart = &c},
				    {.name = "B", .label = "", .chart = &c}};
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	chart_init(&c, T0, T0 + 10 * HOUR);
	chart_add(&c, T0 + HOUR, T0 + 2 * HOUR, STATE_INSUFFICIENT);
	chart_add(&c, T0 + 2 * HOUR, T0 + 9 * HOUR, STATE_CUT);
	chart_twin(&h, &scale, "Province", rows, 2, 100);
	markup_check(out.data, NULL);
	markup_has(out.data, "<th scope=\"col\">Province</th><th scope=\"col\">From</th>");
	assert_int_equal(markup_count(out.data, "<tr>"), 1 + 2 * 3);
	markup_has(out.data, "<tr><th scope=\"row\">&lt;A&gt;</th><td>03:30</td><td>05:30</td>"
			     "<td>too few probes</td></tr>");
	markup_has(out.data, "<td>05:30</td><td>12:30</td><td>cut off</td>");
	markup_lacks(out.data, "CSV");
	buf_reset(&out);
	h.lang = LANG_FA;
	chart_twin(&h, &scale, "استان", rows, 2, 4);
	markup_check(out.data, NULL);
	assert_int_equal(markup_count(out.data, "<tr>"), 1 + 4);
	markup_has(out.data, "<td>۰۵:۳۰</td><td>۱۲:۳۰</td><td>قطع</td>");
	markup_has(out.data, "۲ سطر دیگر");
	buf_reset(&out);
	rows[0].name = NULL;
	chart_twin(&h, &scale, "استان", rows, 1, 4);
	markup_check(out.data, NULL);
	markup_lacks(out.data, "استان");
	chart_clear(&c);
	buf_clear(&out);
}

static void test_share(void **state)
{
	struct chart_share s;
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	chart_share_init(&s, T0, T0 + 10 * HOUR, HOUR);
	chart_share_add(&s, T0, T0 + 3 * HOUR, 0.12, 0.04, 0.29);
	chart_share_add(&s, T0 + 3 * HOUR, T0 + 4 * HOUR, 1, 0.9, 1);
	chart_twin_share(&h, &scale, &s, 2);
	markup_check(out.data, NULL);
	markup_has(out.data, "<tr><td>03:30</td><td>06:30</td><td>12%</td><td>4–29%</td></tr>");
	markup_has(out.data, "<td>100%</td><td>90–100%</td>");
	markup_has(out.data, "1 more rows");
	buf_reset(&out);
	chart_twin_share(&h, &scale, &s, 9);
	markup_has(out.data, "<tr><td>07:30</td><td>13:30</td><td>–</td><td>–</td></tr>");
	chart_share_clear(&s);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
