/* test_chart_frame.c: what surrounds a chart in a picture that stands alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/chart_frame.h"
#include "tests/collector/markup.h"

static struct chart_frame plain(void)
{
	return (struct chart_frame){
		.title = "A <title>",
		.subtitle = "What & when",
		.desc = "In \"words\"",
		.sample = "Probes heard: 12.",
		.version = "2026-01-31T06:00:00Z",
		.method = 2,
		.url = "https://fanous.example/?a=1&b=2",
		.width = 800,
	};
}

/* The picture of a chart of one rectangle; owned by the caller. */
static char *draw(struct chart_frame *f, enum lang lang, int height)
{
	struct buf out;
	struct html h = {&out, lang};
	buf_init(&out, 100000);
	struct chart_place p = chart_frame_begin(&h, f, height);
	assert_int_equal(p.height, height);
	assert_int_equal(p.width, chart_frame_inner(f));
	html_putf(&h, "<rect id=\"chart\" y=\"%d\"/>", p.y);
	chart_frame_end(&h, f);
	markup_check(out.data, NULL);
	return out.data;
}

static void test_parts(void **state)
{
	struct chart_frame f = plain();
	char *svg = draw(&f, LANG_EN, 100);
	(void)state;
	markup_has(svg, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
			"xmlns=\"http://www.w3.org/2000/svg\" lang=\"en\" width=\"800\" ");
	markup_has(svg, "role=\"img\" aria-labelledby=\"title desc\">\n"
			"<title id=\"title\">A &lt;title&gt;</title>\n"
			"<desc id=\"desc\">In &quot;words&quot;</desc>\n<style>");
	markup_has(svg, "font-size=\"21\" x=\"24\" y=\"39\">A &lt;title&gt;</text>");
	markup_has(svg, ">What &amp; when</text>");
	markup_has(svg, ">Source: Fanous, CC BY 4.0. Probes heard: 12. Data version "
			"2026-01-31T06:00:00Z, method 2.</text>");
	markup_has(svg, ">https://fanous.example/?a=1&amp;b=2</text>");
	markup_lacks(svg, "SYNTHETIC");
	/* No reader of SVG is asked for what it may not know, or to fetch anything. */
	markup_lacks(svg, "var(");
	markup_lacks(svg, "@import");
	markup_lacks(svg, "<script");
	markup_lacks(svg, "<a ");
	markup_lacks(svg, "]]>");
	assert_int_equal(markup_count(svg, "http"), 2); /* the namespace and the source */
	free(svg);
}

/* What is added makes the picture higher by just as much, and nothing lies over anything. */
static void test_heights(void **state)
{
	struct chart_frame f = plain();
	char *svg = draw(&f, LANG_EN, 100);
	int height = f.height, top = f.body.y;
	(void)state;
	free(svg);
	free(draw(&f, LANG_EN, 350));
	assert_int_equal(f.height, height + 250);
	assert_int_equal(f.body.y, top);

	f.synthetic = true;
	svg = draw(&f, LANG_EN, 100);
	markup_has(svg, ">SYNTHETIC DATA</text>");
	assert_int_equal(f.height, height + 30);
	assert_int_equal(f.body.y, top + 30);
	free(svg);

	f.synthetic = false;
	f.states = 1 << STATE_OPEN | 1 << STATE_SILENT;
	svg = draw(&f, LANG_EN, 100);
	markup_has(svg, "class=\"s1\"/><text");
	markup_has(svg, "fill=\"url(#p10)\"/><text");
	assert_int_equal(f.height, height + 20);
	free(svg);
	f.width = 320;
	free(draw(&f, LANG_EN, 100));
	f.states = (1 << STATES) - 1;
	height = f.height;
	free(draw(&f, LANG_EN, 100));
	assert_true(f.height > height); /* in several lines */
}

/* A long title breaks, an address breaks at a seam. */
static void test_lines(void **state)
{
	struct chart_frame f = plain();
	f.width = 360;
	f.title = "Observed loss of international access in 30 of 31 provinces";
	f.url = "https://fanous.example/region/IR-23?from=2026-01-07T20:00:00Z&until=2026-01-08";
	char *svg = draw(&f, LANG_EN, 100);
	(void)state;
	markup_has(svg, "font-size=\"18\" x=\"24\" y=\"36\">Observed loss of</text>");
	markup_has(svg, "y=\"59\">international access in 30</text>");
	markup_has(svg, ">https://fanous.example/region/IR-23?</text>");
	markup_has(svg, ">from=2026-01-07T20:00:00Z&amp;until=2026-01-08</text>");
	free(svg);
}

static void test_persian(void **state)
{
	struct chart_frame f = plain();
	f.states = 1 << STATE_OPEN;
	f.title = "دسترسی بین‌المللی";
	f.synthetic = true;
	char *svg = draw(&f, LANG_FA, 100);
	(void)state;
	markup_has(svg, "lang=\"fa\"");
	markup_has(
		svg,
		"x=\"776\" y=\"69\" direction=\"rtl\">دسترسی بین‌المللی</text>");
	markup_has(svg, "x=\"776\" y=\"");
	markup_has(svg, "<rect x=\"764\" y=\""); /* the key begins on the right */
	markup_has(svg, "روش ۲.</text>");
	markup_has(svg, " text-anchor=\"end\">https://"); /* an address has no direction */
	markup_has(svg, ">داده‌های ساختگی</text>");
	free(svg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_heights),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_persian),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
