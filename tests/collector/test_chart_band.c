/* test_chart_band.c: bands, in a page and in a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collector/chart_band.h"
#include "tests/collector/markup.h"

#define HOUR 3600000LL
#define T0   1767830400000 /* 2026-01-08T00:00:00Z */

static const struct chart_scale scale = {T0, T0 + 10 * HOUR, 210, CALENDAR_GREGORIAN};

static void draw(struct buf *out, enum lang lang, const struct chart_place *place,
		 const struct chart *c, const char *label, const struct chart_scale *s)
{
	struct buf defs;
	struct html h = {out, lang}, d = {&defs, lang};
	buf_init(&defs, 100000);
	chart_patterns(&d, false);
	buf_reset(out);
	chart_band(&h, place, c, label, s);
	markup_check(out->data, defs.data);
	buf_clear(&defs);
}

/* Nothing known is paper, not a colour and not zero. */
static void test_band(void **state)
{
	struct buf out;
	struct chart c;
	(void)state;
	buf_init(&out, 100000);
	chart_init(&c, T0, T0 + 10 * HOUR);
	draw(&out, LANG_EN, NULL, &c, "a <b> & \"c\"", &scale);
	assert_int_equal(markup_count(out.data, "<rect"), 1);
	markup_has(out.data, "fill=\"url(#p0)\"");
	markup_has(out.data, "aria-label=\"a &lt;b&gt; &amp; &quot;c&quot;\"");
	chart_add(&c, T0, T0 + 5 * HOUR, STATE_FILTERED);
	chart_add(&c, T0 + 5 * HOUR, T0 + 6 * HOUR, STATE_INSUFFICIENT);
	chart_add(&c, T0 + 6 * HOUR, T0 + 10 * HOUR, STATE_SILENT);
	draw(&out, LANG_EN, NULL, &c, "x", &scale);
	assert_int_equal(markup_count(out.data, "<rect"), 3); /* too few is the paper below */
	markup_has(out.data, "x=\"0.00%\" width=\"50.00%\" height=\"100%\" class=\"s2\"");
	markup_has(out.data, "x=\"60.00%\" width=\"40.00%\" height=\"100%\" fill=\"url(#p10)\"");
	markup_has(out.data, "<title>03:30–08:30 usual filtering</title>");
	draw(&out, LANG_FA, &(struct chart_place){10, 20, 300, 16}, &c, "x", &scale);
	markup_has(out.data, "<svg class=\"band\" x=\"10\" y=\"20\" width=\"300\" height=\"16\"");
	markup_has(out.data, "<title>۰۳:۳۰–۰۸:۳۰ فیلترینگ معمول</title>");
	chart_clear(&c);
	buf_clear(&out);
}

/* Times of another day say which, in the calendar of the axis; noise has no tooltips. */
static void test_titles(void **state)
{
	const struct chart_scale s = {T0 - 240 * HOUR, T0, 210, CALENDAR_JALALI};
	struct buf out;
	struct chart c;
	(void)state;
	buf_init(&out, 100000);
	chart_init(&c, s.from_ms, s.until_ms);
	chart_add(&c, T0 - 240 * HOUR, T0 - 239 * HOUR, STATE_OPEN);
	draw(&out, LANG_EN, NULL, &c, "x", &s);
	markup_has(out.data, "<title>Mon 8 Dey 03:30–Mon 8 Dey 04:30 open</title>");
	for (int i = 2; i < 200; i += 2)
		chart_add(&c, T0 - (240 - i) * HOUR, T0 - (239 - i) * HOUR, STATE_OPEN);
	draw(&out, LANG_EN, NULL, &c, "x", &s);
	markup_lacks(out.data, "<title>");
	chart_clear(&c);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_band),
		cmocka_unit_test(test_titles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
