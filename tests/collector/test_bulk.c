/* test_bulk.c: tables of any length: the API's answer up to a window, every row once beyond it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/bulk.h"
#include "collector/calendar.h"
#include "tests/collector/web.h"

#define DAY_MS	 (24LL * 3600 * 1000)
#define TEXT_MAX (64u * 1024 * 1024)

static int put(void *arg, const void *data, size_t len)
{
	return buf_put(arg, data, len);
}

static struct params params_of(int64_t days, enum format format)
{
	return (struct params){.from_ms = WEB_NOW_MS - days * DAY_MS,
			       .until_ms = WEB_NOW_MS,
			       .access = -1,
			       .by_region = true,
			       .format = format};
}

static struct bulk bulk_of(struct web *w, const struct params *p, struct buf *out)
{
	buf_init(out, TEXT_MAX);
	return (struct bulk){.publish = &w->rig.publish,
			     .params = p,
			     .text = rowtext_of(p, &w->rig.publish, true, WEB_NOW_MS),
			     .put = put,
			     .arg = out};
}

static void expect_answer(struct web *w, const struct buf *text, const char *path)
{
	struct web_answer a;
	web_get(w, &a, path);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.body_len, text->len);
	assert_memory_equal(a.body, text->data, text->len);
	web_answer_clear(&a);
}

static void test_as_the_api(void **state)
{
	struct params p = params_of(1, FORMAT_CSV);
	struct buf text;
	struct bulk b = bulk_of(*state, &p, &text);
	assert_int_equal(bulk_rows(&b), 0);
	expect_answer(*state, &text, "/api/v1/timeline.csv");
	buf_clear(&text);
	p.by_isp = p.by_access = true;
	p.step_ms = 3600000;
	assert_int_equal(bulk_rows(&b), 0);
	expect_answer(*state, &text, "/api/v1/timeline.csv?by=region,isp,access&step=3600");
	buf_clear(&text);
	assert_int_equal(bulk_events(&b), 0);
	expect_answer(*state, &text, "/api/v1/events.csv?by=region,isp,access");
	buf_clear(&text);
}

static void test_lines(void **state)
{
	struct params p = params_of(1, FORMAT_NDJSON);
	struct buf text;
	struct bulk b = bulk_of(*state, &p, &text);
	assert_int_equal(bulk_rows(&b), 0);
	expect_answer(*state, &text, "/api/v1/timeline.ndjson");
	buf_clear(&text);
	assert_int_equal(bulk_events(&b), 0);
	expect_answer(*state, &text, "/api/v1/events.ndjson?by=region");
	buf_clear(&text);
}

static const char *expect_run(const char *at, const char *region, int64_t from_ms, int64_t until_ms)
{
	for (int64_t t = from_ms; t < until_ms; t += WEB_STEP_MS) {
		char start[CALENDAR_RFC3339_LEN], begin[80];
		snprintf(begin, sizeof(begin), "%s,300,%s,,", calendar_rfc3339(start, t, 0),
			 region);
		assert_memory_equal(at, begin, strlen(begin));
		at = strchr(at, '\n') + 1;
	}
	return at;
}

/* Forty days are two windows, each series by series. */
static void test_windows(void **state)
{
	struct params p = params_of(40, FORMAT_CSV);
	int64_t border = p.from_ms + BULK_WINDOW_STEPS * (int64_t)WEB_STEP_MS;
	struct buf text;
	struct bulk b = bulk_of(*state, &p, &text);
	p.regions[0] = "IR-00";
	p.regions[1] = "IR-23";
	p.n_regions = 2;
	assert_int_equal(bulk_rows(&b), 0);
	const char *at = strchr(text.data, '\n') + 1;
	at = expect_run(at, "IR-00", p.from_ms, border);
	at = expect_run(at, "IR-23", p.from_ms, border);
	at = expect_run(at, "IR-00", border, p.until_ms);
	at = expect_run(at, "IR-23", border, p.until_ms);
	assert_ptr_equal(at, text.data + text.len);
	buf_clear(&text);
}

/* A window is a whole number of steps, and at least one; of one series its border can't be seen. */
static void test_wide_steps(void **state)
{
	static const int days[] = {7, 31};
	for (size_t i = 0; i < 2; i++) {
		struct params p = params_of(100, FORMAT_CSV);
		char path[128];
		struct buf text;
		struct bulk b = bulk_of(*state, &p, &text);
		p.by_region = false;
		p.step_ms = days[i] * DAY_MS;
		assert_int_equal(bulk_rows(&b), 0);
		snprintf(path, sizeof(path), "/api/v1/timeline.csv?by=country&from=-100d&step=%d",
			 days[i] * 86400);
		expect_answer(*state, &text, path);
		buf_clear(&text);
	}
}

static int refuse(void *arg, const void *data, size_t len)
{
	(void)data;
	(void)len;
	return ++*(int *)arg == 2 ? 7 : 0;
}

static void test_ends(void **state)
{
	struct params p = params_of(1, FORMAT_CSV);
	int pieces = 0;
	struct buf text;
	struct bulk b = bulk_of(*state, &p, &text);
	b.put = refuse;
	b.arg = &pieces;
	assert_int_equal(bulk_rows(&b), 7);
	assert_int_equal(pieces, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_the_api), cmocka_unit_test(test_lines),
		cmocka_unit_test(test_windows),	   cmocka_unit_test(test_wide_steps),
		cmocka_unit_test(test_ends),
	};
	return cmocka_run_group_tests(tests, web_setup, web_teardown);
}
