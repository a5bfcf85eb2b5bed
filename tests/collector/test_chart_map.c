/* test_chart_map.c: regions where they lie: links in a page, none in a picture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/chart_map.h"
#include "collector/country.h"
#include "tests/collector/markup.h"

static struct country_map_shape shapes[] = {
	{.path = "M0 0l100 0 0 200z", .x = 50, .y = 60, .room = 80},
	{.path = "M300 0l100 0 0 200z", .x = 350, .y = 60, .room = 8},
};
static const struct country_map geography = {.width = 600, .height = 400, .shapes = shapes, .n = 2};
static const struct chart_area areas[] = {
	{&shapes[0], "N & W", "/region/XX-1?a=1&b=2", "cut off <since>", STATE_CUT},
	{&shapes[1], "Kohgiluyeh", NULL, "silent", STATE_SILENT},
};
static const struct chart_map map = {&geography, "two \"regions\"", areas, 2};

static void test_html(void **state)
{
	struct buf out, defs;
	struct html h = {&out, LANG_EN}, d = {&defs, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	buf_init(&defs, 100000);
	chart_patterns(&d, false);
	chart_map_html(&h, &map);
	markup_check(out.data, defs.data);
	/* What is inside an image can't be reached: a group. */
	markup_has(out.data, "<svg class=\"map\" viewBox=\"0 0 600 400\" role=\"group\" "
			     "aria-label=\"two &quot;regions&quot;\">");
	markup_has(out.data, "<a href=\"/region/XX-1?a=1&amp;b=2\" "
			     "aria-label=\"N &amp; W: cut off &lt;since&gt;\"><path "
			     "fill-rule=\"evenodd\" class=\"s8\" d=\"M0 0l100 0 0 200z\">"
			     "<title>N &amp; W: cut off &lt;since&gt;</title></path></a>");
	markup_has(out.data, "fill=\"url(#p10)\" d=\"M300 0l100 0 0 200z\">"
			     "<title>Kohgiluyeh: silent</title></path>\n");
	markup_has(out.data, "<text x=\"50\" y=\"63\">N &amp; W</text>");
	markup_lacks(out.data, ">Kohgiluyeh</text>"); /* no room */
	buf_clear(&out);
	buf_clear(&defs);
}

static void name_in(int room, const char *name, struct buf *out)
{
	struct country_map_shape shape = {
		.path = "M0 0l100 0 0 200z", .x = 50, .y = 60, .room = room};
	const struct chart_area area = {&shape, name, NULL, "", STATE_OPEN};
	const struct chart_map m = {&geography, "x", &area, 1};
	struct html h = {out, LANG_EN};
	buf_reset(out);
	chart_map_html(&h, &m);
}

/* In two lines where there is no room for one; not at all rather than in pieces. */
static void test_names(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, 100000);
	name_in(90, "North Khorasan", &out);
	markup_has(out.data, "<text x=\"50\" y=\"63\">North Khorasan</text>");
	name_in(60, "North Khorasan", &out);
	markup_has(out.data, "<text x=\"50\" y=\"57\">North</text>"
			     "<text x=\"50\" y=\"69\">Khorasan</text>");
	name_in(30, "North Khorasan", &out);
	markup_lacks(out.data, "<text");
	name_in(40, "Kohgiluyeh", &out);
	markup_lacks(out.data, "<text");
	name_in(40, "Kohgiluyeh and Boyer", &out);
	markup_lacks(out.data, "<text");
	buf_clear(&out);
}

/* Of two that would run into each other the one with less room stays away, whichever comes first. */
static void test_names_apart(void **state)
{
	struct country_map_shape near[] = {
		{.path = "M0 0l100 0 0 200z", .x = 50, .y = 60, .room = 60},
		{.path = "M0 0l100 0 0 200z", .x = 80, .y = 66, .room = 90},
		{.path = "M0 0l100 0 0 200z", .x = 80, .y = 90, .room = 90},
	};
	const struct chart_area three[] = {
		{&near[0], "Kurdistan", NULL, "", STATE_OPEN},
		{&near[1], "Zanjan", NULL, "", STATE_OPEN},
		{&near[2], "Qom", NULL, "", STATE_OPEN},
	};
	const struct chart_map m = {&geography, "x", three, 3};
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	chart_map_html(&h, &m);
	markup_lacks(out.data, ">Kurdistan</text>");
	markup_has(out.data, ">Zanjan</text>");
	markup_has(out.data, ">Qom</text>");
	near[0].room = 100;
	buf_reset(&out);
	chart_map_html(&h, &m);
	markup_has(out.data, ">Kurdistan</text>");
	markup_lacks(out.data, ">Zanjan</text>");
	buf_clear(&out);
}

static void test_svg(void **state)
{
	struct buf out, defs;
	struct html h = {&out, LANG_FA}, d = {&defs, LANG_FA};
	(void)state;
	buf_init(&out, 100000);
	buf_init(&defs, 100000);
	chart_patterns(&d, true);
	assert_int_equal(chart_map_height(&map, 300), 200);
	assert_int_equal(chart_map_height(&map, 9000), 500);
	chart_map_svg(&h, &map, &(struct chart_place){24, 100, 850, 500});
	markup_check(out.data, defs.data);
	markup_has(out.data, "<svg class=\"map\" x=\"74\" y=\"100\" width=\"750\" height=\"500\" "
			     "viewBox=\"0 0 600 400\" role=\"img\"");
	markup_lacks(out.data, "<a ");
	assert_int_equal(markup_count(out.data, "<text"), 1);
	buf_reset(&out);
	chart_map_svg(&h, &map, &(struct chart_place){24, 100, 312, 208});
	markup_has(out.data, "x=\"24\" y=\"100\" width=\"312\" height=\"208\"");
	assert_int_equal(markup_count(out.data, "<text"), 0); /* too small to read */
	buf_clear(&out);
	buf_clear(&defs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_apart),
		cmocka_unit_test(test_svg),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
