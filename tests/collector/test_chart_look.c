/* test_chart_look.c: states can be told apart, by whoever looks, on light and on dark paper. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/assets.h"
#include "collector/chart_look.h"
#include "tests/collector/colour.h"
#include "tests/collector/markup.h"

/* Between two plain colours, whoever looks. */
#define COLOURS_MIN 11
/* Between a pattern and what it is drawn on: faint for paper, on which nothing is written. */
#define STROKES_MIN	  20
#define STROKES_PAPER_MIN 13

/* The colour that a class has in a part of the stylesheet: ".s1{fill:#cdeacb}". */
static unsigned int colour_of(const char *css, const char *end, const char *class, const char *what)
{
	char text[64];
	snprintf(text, sizeof(text), ".%s{%s:#", class, what);
	const char *p = strstr(css, text);
	if (!p || p > end)
		fail_msg("%s is not in the stylesheet", text);
	return (unsigned int)strtoul(p + strlen(text), NULL, 16);
}

struct scheme {
	unsigned int fill[STATES], stroke[STATES];
};

static void read_scheme(struct scheme *s, const char *css, const char *end)
{
	char class[16];
	for (int i = 0; i < STATES; i++) {
		snprintf(class, sizeof(class), "s%d", i);
		s->fill[i] = colour_of(css, end, class, "fill");
		snprintf(class, sizeof(class), "h%d", i);
		if (chart_pattern((enum state)i))
			s->stroke[i] = colour_of(css, end, class, "stroke");
	}
}

static void read_schemes(struct scheme s[2])
{
	const char *css = (const char *)asset_chart_css;
	const char *dark = strstr(css, "@media (prefers-color-scheme:dark){");
	assert_non_null(dark);
	read_scheme(&s[0], css, dark);
	read_scheme(&s[1], dark, css + asset_chart_css_len);
}

static double seen_apart(unsigned int a, unsigned int b, enum vision v)
{
	return colour_difference(colour_seen(a, v), colour_seen(b, v));
}

static void check_pair(const struct scheme *s, int a, int b, enum vision v)
{
	const char *x = chart_pattern((enum state)a), *y = chart_pattern((enum state)b);
	double d = seen_apart(s->fill[a], s->fill[b], v);
	if (x && y && !strcmp(x, y))
		fail_msg("%d and %d have the same pattern", a, b);
	if (!x && !y && d < COLOURS_MIN)
		fail_msg("%d and %d are %.1f apart for vision %d", a, b, d, (int)v);
}

/* Any two states differ in colour, or one has a pattern that the other has not. */
static void test_told_apart(void **state)
{
	struct scheme schemes[2];
	(void)state;
	read_schemes(schemes);
	for (int i = 0; i < 2; i++)
		for (enum vision v = VISION_NORMAL; v < VISIONS; v++)
			for (int a = 0; a < STATES; a++)
				for (int b = a + 1; b < STATES; b++)
					check_pair(&schemes[i], a, b, v);
}

/* A pattern that nobody sees would not count. */
static void test_patterns_seen(void **state)
{
	struct scheme schemes[2];
	(void)state;
	read_schemes(schemes);
	for (int i = 0; i < 2; i++)
		for (enum vision v = VISION_NORMAL; v < VISIONS; v++)
			for (int a = 0; a < STATES; a++) {
				double min =
					a == STATE_INSUFFICIENT ? STROKES_PAPER_MIN : STROKES_MIN;
				double d = seen_apart(schemes[i].fill[a], schemes[i].stroke[a], v);
				if (chart_pattern((enum state)a) && d < min)
					fail_msg("strokes of %d: %.1f for vision %d", a, d, (int)v);
			}
}

/* The measure itself, against the data of its authors. */
static void test_measure(void **state)
{
	static const struct {
		struct colour_lab a, b;
		double d;
	} known[] = {
		{{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
		{{50, -1.3802, -84.2814}, {50, 0, -82.7485}, 1.0000},
		{{50, 2.4900, -0.0010}, {50, -2.4900, 0.0011}, 7.2195},
		{{50, 2.5000, 0}, {61, -5, 29}, 22.8977},
		{{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
		{{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
		{{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_float_equal(colour_difference(known[i].a, known[i].b), known[i].d, 0.00005);
	assert_float_equal(colour_seen(0xffffff, VISION_NORMAL).l, 100, 0.01);
	assert_float_equal(colour_seen(0x777777, VISION_DEUTAN).l,
			   colour_seen(0x777777, VISION_NORMAL).l, 0.01);
	/* What a traffic light relies on. */
	assert_true(seen_apart(0xc02020, 0x607820, VISION_NORMAL) > 40);
	assert_true(seen_apart(0xc02020, 0x607820, VISION_PROTAN) < 25);
}

/* Every pattern that a shape can point at is defined, in a page and in a picture. */
static void test_patterns(void **state)
{
	struct buf out, defs;
	struct html h = {&out, LANG_EN}, d = {&defs, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	buf_init(&defs, 100000);
	for (int picture = 0; picture < 2; picture++) {
		buf_reset(&defs);
		chart_patterns(&d, picture);
		markup_check(defs.data, NULL);
		assert_int_equal(markup_count(defs.data, "<svg"), !picture);
		for (int s = 0; s < STATES; s++) {
			buf_reset(&out);
			chart_swatch(&h, (enum state)s);
			markup_check(out.data, defs.data);
			assert_int_equal(markup_count(out.data, "url(#"),
					 chart_pattern((enum state)s) != NULL);
		}
	}
	buf_clear(&out);
	buf_clear(&defs);
}

static void test_key(void **state)
{
	struct buf out;
	struct html h = {&out, LANG_EN};
	(void)state;
	buf_init(&out, 100000);
	chart_key(&h, 1 << STATE_INSUFFICIENT | 1 << STATE_CUT | 1 << STATE_OPEN);
	assert_int_equal(markup_count(out.data, "<li>"), 3);
	assert_true(strstr(out.data, "open<") < strstr(out.data, "cut off<"));
	assert_true(strstr(out.data, "cut off<") < strstr(out.data, "too few probes<"));
	for (int i = 0; i + 2 < STATES; i++)
		assert_true(state_rank(chart_order(i)) < state_rank(chart_order(i + 1)));
	assert_int_equal(chart_order(STATES - 1), STATE_INSUFFICIENT);
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told_apart), cmocka_unit_test(test_patterns_seen),
		cmocka_unit_test(test_measure),	   cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
