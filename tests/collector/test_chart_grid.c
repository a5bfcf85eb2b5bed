/* test_chart_grid.c: cells in whole columns and rows, in a page and in a picture; and how much they weigh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "collector/chart_grid.h"
#include "tests/collector/markup.h"
#include "tests/collector/saga.h"

#define HOUR 3600000LL
#define T0   1767830400000 /* 2026-01-08T00:00:00Z */
/* What a month of the country's provinces by the hour may weigh, compressed. */
#define MONTH_MAX 15360

/* Two rows of ten hours. */
struct small {
	struct chart charts[2];
	struct chart_row rows[2];
	struct chart_grid grid;
};

static void small_new(struct small *s)
{
	*s = (struct small){0};
	for (int i = 0; i < 2; i++)
		chart_init(&s->charts[i], T0, T0 + 10 * HOUR);
	chart_add(&s->charts[0], T0, T0 + 4 * HOUR, STATE_FILTERED);
	chart_add(&s->charts[0], T0 + 4 * HOUR, T0 + 10 * HOUR, STATE_SILENT);
	chart_add(&s->charts[1], T0 + 2 * HOUR, T0 + 3 * HOUR, STATE_FILTERED);
	chart_add(&s->charts[1], T0 + 5 * HOUR, T0 + 10 * HOUR, STATE_FILTERED);
	s->rows[0] = (struct chart_row){.name = "A & B",
					.href = "/region/XX-1?a=1&b=2",
					.label = "silent since 04:00",
					.chart = &s->charts[0]};
	s->rows[1] = (struct chart_row){.name = "Kohgiluyeh and Boyer-Ahmad",
					.note = "AS1",
					.label = "filtered",
					.chart = &s->charts[1]};
	s->grid = (struct chart_grid){
		"g", "two <rows>", {T0, T0 + 10 * HOUR, 0, CALENDAR_GREGORIAN}, HOUR, s->rows, 2};
}

static void small_free(struct small *s)
{
	chart_clear(&s->charts[0]);
	chart_clear(&s->charts[1]);
}

static void patterns(struct buf *defs)
{
	struct html h = {defs, LANG_EN};
	buf_init(defs, 100000);
	chart_patterns(&h, false);
}

static void test_html(void **state)
{
	struct small s;
	struct buf out, defs;
	struct html h = {&out, LANG_EN};
	(void)state;
	small_new(&s);
	buf_init(&out, 100000);
	patterns(&defs);
	chart_grid_html(&h, &s.grid);
	markup_check(out.data, defs.data);
	markup_has(out.data,
		   "<div class=\"cells\" data-from=\"1767830400000\" data-step=\"3600000\" "
		   "data-columns=\"10\" data-offset=\"0\" data-calendar=\"gregory\">");
	markup_has(out.data, "height=\"48\" role=\"img\" aria-label=\"two &lt;rows&gt;\"");
	markup_has(out.data, "viewBox=\"0 0 10 24\" preserveAspectRatio=\"none\"");
	/* Filtered: four columns of the first row; column 2, then 5 to 9 of the second. */
	markup_has(out.data, "<path class=\"s2\" d=\"m0 0h4v11h-4zm2 12h1v11h-1zm3 0h5v11h-5z\"/>");
	/* Silent has a pattern: named once, drawn as colour, then as pattern through a clip. */
	markup_has(out.data, "<path id=\"g-s10\" d=\"m4 0h6v11h-6z\"/>");
	markup_has(out.data, "<use class=\"s10\" href=\"#g-s10\"/>");
	markup_has(out.data, "<clipPath id=\"g-c10\" clipPathUnits=\"objectBoundingBox\"><use "
			     "href=\"#g-s10\" transform=\"scale(0.100000000 0.041666667)\"/>");
	markup_has(out.data, "fill=\"url(#p10)\" clip-path=\"url(#g-c10)\"/>");
	/* Where there is no row there is paper. */
	markup_has(out.data, "<path id=\"g-s0\" d=\"m0 12h2v11h-2zm3 0h2v11h-2z\"/>");
	markup_has(out.data, "<li><a href=\"/region/XX-1?a=1&amp;b=2\">A &amp; B<span "
			     "class=\"unseen\">: silent since 04:00</span></a></li>");
	markup_has(out.data, "<small>AS1</small>");
	buf_reset(&out);
	s.grid.n = 0;
	chart_grid_html(&h, &s.grid);
	assert_int_equal(out.len, 0);
	small_free(&s);
	buf_clear(&out);
	buf_clear(&defs);
}

/* Names stand where lines begin, time runs from left to right in both languages. */
static void test_svg(void **state)
{
	struct small s;
	struct buf out, defs;
	struct html h = {&out, LANG_EN};
	const struct chart_place place = {24, 100, 300, 0};
	(void)state;
	small_new(&s);
	buf_init(&out, 100000);
	patterns(&defs);
	assert_int_equal(chart_grid_height(&s.grid, LANG_EN, 300), 2 * 24 + 20);
	chart_grid_svg(&h, &s.grid, &place);
	markup_check(out.data, defs.data);
	markup_has(out.data, "<text class=\"ink\" font-size=\"12\" x=\"24\" y=\"116\">A &amp; B<");
	markup_has(out.data, ">Kohgiluyeh and…<");
	markup_has(out.data, "<svg class=\"plot\" x=\"144\" y=\"100\" width=\"180\" height=\"48\"");
	markup_has(out.data, "<svg class=\"axis\" x=\"144\" y=\"148\" width=\"180\"");
	markup_lacks(out.data, "href=\"/"); /* a picture has no links */
	buf_reset(&out);
	h.lang = LANG_FA;
	s.grid.scale.calendar = CALENDAR_JALALI;
	chart_grid_svg(&h, &s.grid, &place);
	markup_check(out.data, defs.data);
	markup_has(out.data, "x=\"324\" y=\"116\" direction=\"rtl\">A &amp; B<");
	markup_has(out.data, "<svg class=\"plot\" x=\"24\" y=\"100\" width=\"180\" height=\"48\"");
	markup_has(out.data, "m4 0h6v11h-6z");
	small_free(&s);
	buf_clear(&out);
	buf_clear(&defs);
}

/* The month of all provinces, with noise, as a page carries it. */
static void test_weight(void **state)
{
	struct saga s;
	struct buf out, defs;
	struct html h = {&out, LANG_EN};
	(void)state;
	saga_new(&s, LANG_EN, false);
	const struct chart_grid g = {"g", "x", s.scale, SAGA_HOUR, s.rows, s.n};
	buf_init(&out, 1 << 20);
	patterns(&defs);
	chart_grid_html(&h, &g);
	markup_check(out.data, defs.data);
	assert_int_equal(markup_count(out.data, "<li>"), 31);
	uLongf room = compressBound(out.len);
	Bytef *packed = xcalloc(1, room);
	assert_int_equal(compress2(packed, &room, (const Bytef *)out.data, out.len, 6), Z_OK);
	if (room > MONTH_MAX)
		fail_msg("%lu bytes", room);
	free(packed);
	saga_free(&s);
	buf_clear(&out);
	buf_clear(&defs);
}

/* Every cell is drawn exactly once. */
static void test_every_cell(void **state)
{
	struct saga s;
	struct buf out;
	struct html h = {&out, LANG_EN};
	static unsigned char seen[31][SAGA_HOURS];
	(void)state;
	saga_new(&s, LANG_EN, false);
	const struct chart_grid g = {"g", "x", s.scale, SAGA_HOUR, s.rows, s.n};
	buf_init(&out, 1 << 20);
	chart_grid_html(&h, &g);
	for (const char *path = strstr(out.data, " d=\"m"); path; path = strstr(path, " d=\"m")) {
		int x = 0, y = 0, dx, dy, width, back, n;
		for (path += 4;
		     sscanf(path, "m%d %dh%dv11h-%dz%n", &dx, &dy, &width, &back, &n) == 4;
		     path += n) {
			x += dx;
			y += dy;
			assert_int_equal(width, back);
			assert_true(x >= 0 && x + width <= SAGA_HOURS && y % 12 == 0 &&
				    y < 31 * 12);
			for (int i = 0; i < width; i++)
				seen[y / 12][x + i]++;
		}
		assert_int_equal(*path, '"');
	}
	for (size_t i = 0; i < sizeof(seen); i++)
		assert_int_equal(((unsigned char *)seen)[i], 1);
	saga_free(&s);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_svg),
		cmocka_unit_test(test_weight),
		cmocka_unit_test(test_every_cell),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
