/* test_chart_pictures.c: every kind of chart as a file that stands alone, in each language and at the widths of a desk and
 * of a phone; whole by our own check and by xmllint's. With CHARTS=FOLDER in the environment the files stay there to be
 * looked at (make charts). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/chart_event.h"
#include "collector/chart_frame.h"
#include "collector/chart_grid.h"
#include "collector/chart_map.h"
#include "collector/chart_multiples.h"
#include "tests/collector/markup.h"
#include "tests/collector/saga.h"
#include "tests/collector/scratch.h"

/* What surrounds a chart, by language. */
static const char *const titles[] = {
	"Observed loss of international access in 30 of 31 provinces",
	"دسترسی در ۳۰ استان از ۳۱ استان از دست رفته است",
};
static const char *const subtitles[] = {
	"State of each province from Mon 29 Dec 2025 to Wed 28 Jan 2026, local time (UTC+03:30)",
	"وضعیت استان‌ها از ۸ دی تا ۸ بهمن ۱۴۰۴ (UTC)",
};
static const char *const samples[] = {"Probes heard: 300.", "شمار کاوشگرها: ۳۰۰."};

static struct chart_frame frame_of(enum lang lang, int width, unsigned int states)
{
	return (struct chart_frame){
		.title = titles[lang],
		.subtitle = subtitles[lang],
		.desc = "<&>",
		.sample = samples[lang],
		.version = "2026-01-31T06:00:00Z",
		.method = 2,
		.url = "https://fanous.example/?from=2025-12-29T00:00:00Z&"
		       "until=2026-01-28T00:00:00Z&asof=2026-01-31T06:00:00Z",
		.synthetic = true,
		.states = states,
		.width = width,
	};
}

/* Checks a finished picture and keeps it under a name, if someone wants to look. */
static void finish(struct buf *out, const char *name, enum lang lang, int width)
{
	const char *keep = getenv("CHARTS");
	char *dir = keep ? NULL : scratch_new();
	char *path =
		xasprintf("%s/%s-%s-%d.svg", keep ? keep : dir, name, lang_of(lang)->code, width);
	char *command = xasprintf("xmllint --noout '%s'", path);
	assert_false(out->overflow);
	markup_check(out->data, NULL);
	markup_has(out->data, "T06:00:00Z</text>");
	assert_int_equal(buf_write_file(path, out->data, out->len, 0644), 0);
	assert_int_equal(system(command), 0);
	free(command);
	free(path);
	if (dir)
		scratch_remove(dir);
	buf_clear(out);
}

static void grid(enum lang lang, int width)
{
	struct saga s;
	struct buf out;
	struct html h = {&out, lang};
	saga_new(&s, lang, false);
	const struct chart_grid g = {"g", "x", s.scale, SAGA_HOUR, s.rows, s.n};
	struct chart_frame f = frame_of(lang, width, (1 << STATES) - 1);
	buf_init(&out, 1 << 20);
	struct chart_place body =
		chart_frame_begin(&h, &f, chart_grid_height(&g, lang, chart_frame_inner(&f)));
	chart_grid_svg(&h, &g, &body);
	chart_frame_end(&h, &f);
	finish(&out, "grid", lang, width);
	saga_free(&s);
}

static void multiples(enum lang lang, int width)
{
	struct saga s;
	struct buf out;
	struct html h = {&out, lang};
	saga_new(&s, lang, true);
	const struct chart_multiples m = {s.scale, s.rows, s.n};
	struct chart_frame f = frame_of(lang, width, (1 << STATES) - 1);
	buf_init(&out, 1 << 20);
	struct chart_place body =
		chart_frame_begin(&h, &f, chart_multiples_height(&m, lang, chart_frame_inner(&f)));
	chart_multiples_svg(&h, &m, &body);
	chart_frame_end(&h, &f);
	finish(&out, "multiples", lang, width);
	saga_free(&s);
}

/* Onset and end, the end at the edge, where its label has no room on the usual side; one more that lies outside. */
static void event(enum lang lang, int width)
{
	struct saga s;
	struct buf out;
	struct html h = {&out, lang};
	saga_new(&s, lang, true);
	const struct chart_mark marks[] = {
		{SAGA_FROM + 40 * SAGA_HOUR, SAGA_FROM + 30 * SAGA_HOUR, SAGA_FROM + 60 * SAGA_HOUR,
		 "Began"},
		{SAGA_UNTIL - SAGA_HOUR, 0, 0, "Ended"},
		{SAGA_UNTIL + SAGA_HOUR, 0, 0, "nowhere"},
	};
	const struct chart_event e = {s.scale, s.rows[0].chart, s.rows[0].share, "x", marks, 3};
	struct chart_frame f = frame_of(lang, width, (1 << STATES) - 1);
	buf_init(&out, 1 << 20);
	struct chart_place body =
		chart_frame_begin(&h, &f, chart_event_height(&e, lang, chart_frame_inner(&f)));
	chart_event_svg(&h, &e, &body);
	chart_frame_end(&h, &f);
	markup_has(out.data, ">Began</text>");
	markup_has(out.data, lang == LANG_EN ? " text-anchor=\"end\">Ended</text>"
					     : " direction=\"rtl\">Ended</text>");
	assert_null(strstr(out.data, "nowhere"));
	finish(&out, "event", lang, width);
	saga_free(&s);
}

/* The last hour of another hour of the saga for each region, so that most states are there. */
static void map(enum lang lang, int width)
{
	char err[512];
	struct saga s;
	struct buf out;
	struct html h = {&out, lang};
	struct country_map *geography;
	struct chart_area areas[64];
	saga_new(&s, lang, false);
	assert_int_equal(
		country_map_load(&geography, "configs/countries", s.country, err, sizeof(err)), 0);
	for (size_t i = 0; i < s.n; i++) {
		const struct chart *c = s.rows[i].chart;
		areas[i] = (struct chart_area){
			country_map_shape(geography, s.country->regions[i].code), s.rows[i].name,
			s.rows[i].href, s.rows[i].label, c->runs[c->n * (20 + i) / 60].state};
	}
	const struct chart_map m = {geography, "x", areas, s.n};
	struct chart_frame f = frame_of(lang, width, (1 << STATES) - 1);
	buf_init(&out, 1 << 20);
	struct chart_place body =
		chart_frame_begin(&h, &f, chart_map_height(&m, chart_frame_inner(&f)));
	chart_map_svg(&h, &m, &body);
	chart_frame_end(&h, &f);
	finish(&out, "map", lang, width);
	country_map_free(geography);
	saga_free(&s);
}

static void each(void (*draw)(enum lang lang, int width))
{
	draw(LANG_EN, 900);
	draw(LANG_FA, 900);
	draw(LANG_EN, 360);
	draw(LANG_FA, 360);
}

static void test_grid(void **state)
{
	(void)state;
	each(grid);
}

static void test_multiples(void **state)
{
	(void)state;
	each(multiples);
}

static void test_event(void **state)
{
	(void)state;
	each(event);
}

static void test_map(void **state)
{
	(void)state;
	each(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grid),
		cmocka_unit_test(test_multiples),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_map),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
