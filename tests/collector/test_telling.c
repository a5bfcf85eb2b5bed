/* test_telling.c: every sentence that an event can be told in, in both languages, as it stands in tests/golden/telling.txt:
 * a line for each case and language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/telling.h"

#define GOLDEN "tests/golden/telling.txt"
#define MIN    60000LL
#define HOUR   (60 * MIN)
#define DAY    (24 * HOUR)
#define CUT    1767890700000 /* 2026-01-08T16:45:00Z, 20:15 in Tehran */
#define LINE   2048

static const struct series mobile = {"IR-23", ISP_ANY, ACCESS_MOBILE};

static int setup(void **state)
{
	char err[256];
	*state = country_load("configs/countries", "IR", err, sizeof(err));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	country_free(*state);
	return 0;
}

/* A loss that lasts. */
static struct event loss(void)
{
	return (struct event){.series = mobile,
			      .kind = SIGN_LOSS,
			      .state = STATE_INSUFFICIENT,
			      .basis = EVENT_VOTES,
			      .onset_ms = CUT,
			      .onset_lo_ms = CUT - MIN,
			      .onset_hi_ms = CUT + MIN,
			      .detected_ms = CUT + 2 * MIN,
			      .lost_lo = NAN,
			      .lost_hi = NAN,
			      .n = 36,
			      .hit = 34,
			      .expected = 40,
			      .revision = 1};
}

static struct event silence(void)
{
	struct event e = loss();
	e.state = STATE_SILENT;
	e.basis = EVENT_SILENCE;
	e.n = e.hit = 0;
	return e;
}

static void expect(void **state, const char *name, const struct event *e)
{
	static const enum lang langs[] = {LANG_EN, LANG_FA};
	for (size_t i = 0; i < sizeof(langs) / sizeof(langs[0]); i++) {
		const enum lang lang = langs[i];
		const struct telling t = {*state, lang};
		char head[64], line[LINE] = "";
		struct buf got;
		FILE *golden = fopen(GOLDEN, "r");
		assert_non_null(golden);
		buf_init(&got, LINE);
		snprintf(head, sizeof(head), "%s %s: ", name, lang_of(lang)->code);
		telling_event(&got, &t, e);
		while (fgets(line, sizeof(line), golden) && strncmp(line, head, strlen(head)) != 0)
			line[0] = '\0';
		fclose(golden);
		line[strcspn(line, "\n")] = '\0';
		if (!line[0] || strcmp(line + strlen(head), got.data) != 0)
			fail_msg("%s%s", head, got.data);
		buf_clear(&got);
	}
}

static void test_lasts(void **state)
{
	struct event e = loss();
	expect(state, "lasts", &e);
	e.back_ms = CUT + DAY;
	e.onset_lo_ms = 0;
	e.n = e.hit = 0; /* withheld */
	expect(state, "back", &e);
	e.detected_ms = CUT + 3 * DAY;
	expect(state, "found", &e);
}

static void test_ended(void **state)
{
	struct event e = loss();
	e.state = STATE_DOMESTIC_ONLY;
	e.end_ms = CUT + 3 * HOUR;
	e.end_lo_ms = e.end_ms - MIN;
	e.end_hi_ms = e.end_ms + 2 * MIN;
	e.lost_lo = 0.4;
	e.lost_hi = 1;
	e.detected_ms = 0; /* not known */
	expect(state, "ended", &e);
	e = loss();
	e.end_ms = e.end_lo_ms = e.end_hi_ms = CUT + 20 * DAY; /* on another day, and no interval */
	e.detected_ms = CUT + 25 * DAY;
	expect(state, "ended-late", &e);
}

static void test_silence(void **state)
{
	struct event e = silence();
	expect(state, "silence", &e);
	e.expected = 0; /* withheld */
	e.end_ms = CUT + HOUR;
	e.end_lo_ms = e.end_ms - MIN;
	e.end_hi_ms = e.end_ms + MIN;
	expect(state, "silence-ended", &e);
	e.end_ms = CUT; /* nothing was left of it */
	e.revision = 3;
	e.why = WHY_OFF;
	e.revised_ms = CUT + 2 * DAY;
	expect(state, "withdrawn", &e);
}

/* What a long one went through. */
static void test_course(void **state)
{
	struct event e = loss();
	e.basis = EVENT_VOTES | EVENT_SILENCE;
	e.returns = (struct event_returns){3, 1, 90 * MIN, CUT + DAY};
	e.hours = (struct event_hours){4, 990, 210};
	e.revision = 9;
	e.why = WHY_LATE;
	e.revised_ms = CUT + 30 * DAY;
	expect(state, "course", &e);
	e = loss();
	e.returns = (struct event_returns){1, 0, 20 * MIN, CUT + 2 * HOUR};
	e.hours = (struct event_hours){3, 990, 990};
	e.revision = 2;
	e.why = WHY_COURSE; /* no news */
	expect(state, "course-short", &e);
	e = loss();
	for (enum why w = WHY_LATE; w < WHYS; w++) {
		char name[32];
		e.revision = 2;
		e.why = w;
		e.revised_ms = CUT + DAY;
		snprintf(name, sizeof(name), "revised-%s", why_str(w));
		expect(state, name, &e);
	}
}

static void test_where(void **state)
{
	static const struct {
		const char *name;
		struct series s;
	} places[] = {
		{"country", {"", ISP_ANY, ACCESS_ANY}},
		{"region", {"IR-23", ISP_ANY, ACCESS_ANY}},
		{"access", {"", ISP_ANY, ACCESS_FIXED}},
		{"isp", {"", 44244, ACCESS_ANY}},
		{"cell", {"IR-23", 44244, ACCESS_MOBILE}},
		{"isp-unnamed", {"IR-23", 64496, ACCESS_DATACENTRE}},
		{"isp-unknown", {"IR-23", 0, ACCESS_FIXED}},
		{"datacentre", {"", ISP_ANY, ACCESS_DATACENTRE}},
		{"access-unknown", {"", ISP_ANY, ACCESS_UNKNOWN}},
		{"isp-access-unknown", {"", 44244, ACCESS_UNKNOWN}},
		{"region-unknown", {REGION_UNPLACED, ISP_ANY, ACCESS_ANY}},
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct event e = loss();
		e.series = places[i].s;
		expect(state, places[i].name, &e);
	}
}

static void test_kinds(void **state)
{
	for (size_t k = 0; k < SIGNS; k++) {
		struct event e = loss();
		e.kind = (enum sign)k;
		e.state = STATE_CUT; /* told of losses alone */
		expect(state, sign_str(e.kind), &e);
	}
}

/* Nothing ever names anybody who did it, or why. */
static void test_no_actor(void **state)
{
	static const char *const words[] = {"author", "govern", "regime",     "cut by",	    "cuts",
					    "shut",   "order",	"on purpose", "deliberate", "دولت",
					    "حکومت",  "دستور",	"عمد"};
	char line[LINE];
	size_t lines = 0;
	FILE *golden = fopen(GOLDEN, "r");
	(void)state;
	assert_non_null(golden);
	while (fgets(line, sizeof(line), golden)) {
		lines++;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			assert_null(strstr(line, words[i]));
	}
	fclose(golden);
	assert_in_range(lines, 50, 100); /* all that the tests above compare with */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lasts),	 cmocka_unit_test(test_ended),
		cmocka_unit_test(test_silence),	 cmocka_unit_test(test_course),
		cmocka_unit_test(test_where),	 cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_no_actor),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
