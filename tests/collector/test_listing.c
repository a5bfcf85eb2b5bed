/* test_listing.c: lists of the API as NDJSON and in pages, and how long they may be kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/web.h"

#define ADDRESS_MAX 1024

/* The address in a Link header of an answer; "" when there is none. */
static void next_of(const struct web_answer *a, char out[static ADDRESS_MAX])
{
	char link[ADDRESS_MAX];
	size_t len = strlen(web_header(a, "Link", link, sizeof(link)));
	out[0] = '\0';
	if (!len)
		return;
	assert_true(link[0] == '<' && !strcmp(strchr(link, '>'), ">; rel=\"next\""));
	snprintf(out, ADDRESS_MAX, "%.*s", (int)strcspn(link + 1, ">"), link + 1);
}

/* All pages of an address, their bodies one behind the other; the head of CSV once. Returns how many there were. */
static int gather(struct web *w, const char *path, bool csv, struct buf *out)
{
	char next[ADDRESS_MAX];
	int pages = 0;
	buf_init(out, 64u * 1024 * 1024);
	for (snprintf(next, sizeof(next), "%s", path); *next; pages++) {
		struct web_answer a;
		web_get(w, &a, next);
		if (a.status != 200)
			fail_msg("%s: %d %s", next, a.status, a.body);
		buf_puts(out, csv && pages ? strchr(a.body, '\n') + 1 : a.body);
		next_of(&a, next);
		web_answer_clear(&a);
	}
	return pages;
}

/* Pages together are the list, of series that were never heard of and coarser steps too, whatever the size. */
static void test_pages_are_the_list(void **state)
{
	static const struct {
		const char *path, *limit;
		bool csv;
		int pages;
	} table[] = {
		{"/api/v1/timeline.csv?from=-2h", "100", true, 8},
		{"/api/v1/timeline.csv?from=-2h", "24", true, 31},
		{"/api/v1/timeline.csv?from=-2h&region=IR-23&region=IR-03", "7", true, 7},
		{"/api/v1/timeline.csv?step=3600&by=region,isp,access", "5", true, 10},
		{"/api/v1/timeline.csv?step=3600&by=region,isp,access,class", "7", true, 42},
		{"/api/v1/"
		 "timeline.ndjson?from=-1h&by=region,class&class=link&class=open&region=IR-03"
		 "&region=IR-23&calendar=jalali",
		 "5", false, 10},
		{"/api/v1/timeline.ndjson?from=-1h&asof=-2h", "11", false, 34},
		{"/api/v1/timeline.ndjson?from=-1h&lang=fa&tz=Asia%2FTehran", "50000", false, 1},
		{"/api/v1/events.csv?by=region&asof=now", "1", true, 1},
		{"/api/v1/events.ndjson?asof=now", "3", false, 1},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf whole, parts;
		char *path = xasprintf("%s%climit=%s", table[i].path,
				       strchr(table[i].path, '?') ? '&' : '?', table[i].limit);
		gather(*state, table[i].path, table[i].csv, &whole);
		int pages = gather(*state, path, table[i].csv, &parts);
		assert_true(whole.len > 100);
		if (pages != table[i].pages || strcmp(whole.data, parts.data))
			fail_msg("%s: %d pages, %zu bytes instead of %zu", path, pages, parts.len,
				 whole.len);
		buf_clear(&whole);
		buf_clear(&parts);
		free(path);
	}
}

static void put_event(struct web *w, const char *region, enum sign kind, int64_t onset_ms)
{
	struct event e = {.state = STATE_CUT,
			  .kind = kind,
			  .onset_ms = onset_ms,
			  .onset_hi_ms = onset_ms,
			  .detected_ms = onset_ms,
			  .end_ms = onset_ms + 60000,
			  .basis = EVENT_VOTES,
			  .probes = 9,
			  .revision = 1,
			  .revised_ms = onset_ms + 60000,
			  .series = {.isp = ISP_ANY, .access = ACCESS_ANY}};
	snprintf(e.series.region, sizeof(e.series.region), "%s", region);
	snprintf(e.id, sizeof(e.id), "%s.%d.%lld", region, (int)kind, (long long)onset_ms);
	assert_int_equal(store_put_events(w->rig.store, &e.series, kind, onset_ms, &e, 1), 0);
}

static void test_pages_of_events(void **state)
{
	static const char *const regions[] = {"IR-05", "IR-23"};
	struct buf whole, parts;
	size_t lines = 0;
	for (size_t r = 0; r < 2; r++)
		for (int i = 0; i < 10; i++) {
			put_event(*state, regions[r], SIGN_LOSS, WEB_NOW_MS - (20 - i) * 600000);
			put_event(*state, regions[r], SIGN_QUIC, WEB_NOW_MS - (20 - i) * 600000);
		}
	gather(*state, "/api/v1/events.ndjson?asof=now", false, &whole);
	for (const char *p = whole.data; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 41);
	for (int limit = 1; limit < 20; limit += 6) {
		char *path = xasprintf("/api/v1/events.ndjson?limit=%d", limit);
		assert_int_equal(gather(*state, path, false, &parts), (41 + limit - 1) / limit);
		assert_string_equal(whole.data, parts.data);
		buf_clear(&parts);
		free(path);
	}
	buf_clear(&whole);
}

/* The rest of a list, of which the first page was taken before what is done here. */
static void test_pages_of_one_moment(void **state)
{
	static const char *const paths[] = {
		"/api/v1/events.ndjson?asof=now", "/api/v1/events.ndjson?limit=2",
		"/api/v1/timeline.csv?by=isp,access&region=IR-00",
		"/api/v1/timeline.csv?by=isp,access&region=IR-00&limit=300"};
	struct series s = {.region = "IR-00", .isp = 12880, .access = ACCESS_MOBILE};
	struct web *w = *state;
	struct web_answer first[4];
	char next[ADDRESS_MAX];
	for (int i = 0; i < 4; i++)
		web_get(w, &first[i], paths[i]);
	/* dated anew, from before the end of the first page to behind it and the other way round; and a new network */
	put_event(w, "IR-05", SIGN_LOSS, WEB_NOW_MS + 1000);
	put_event(w, "IR-30", SIGN_LOSS, WEB_NOW_MS + 2000);
	web_put_row(w, &s, WEB_NOW_MS, STATE_OPEN, 20, 20);
	for (int i = 1; i < 4; i += 2) {
		struct buf rest;
		next_of(&first[i], next);
		assert_true(*next);
		gather(w, next, false, &rest);
		char *all = i == 1 ? xasprintf("%s%s", first[i].body, rest.data)
				   : xasprintf("%s%s", first[i].body, strchr(rest.data, '\n') + 1);
		assert_string_equal(all, first[i - 1].body);
		buf_clear(&rest);
		free(all);
	}
	for (int i = 0; i < 4; i++)
		web_answer_clear(&first[i]);
}

/* In JSON the next page is in the answer too: null at the end, and not there where no page was asked for. */
static void test_next(void **state)
{
	struct web_answer a;
	char next[ADDRESS_MAX];
	json_t *j = web_json(*state, "/api/v1/timeline?from=-1h&limit=12&region=IR-23&region=IR-07",
			     200);
	json_t *row = json_array_get(json_object_get(j, "rows"), 11);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	assert_string_equal(web_str(row, "region"), "IR-07");
	assert_string_equal(web_str(j, "next"),
			    "/api/v1/timeline?limit=12&region=IR-23&region=IR-07&"
			    "from=2026-01-08T19:00:00Z&until=2026-01-08T20:00:00Z&"
			    "asof=2026-01-08T20:00:00Z&cursor=IR-23.all.all.1767898800000.loss");
	web_get(*state, &a, "/api/v1/timeline?from=-1h&limit=12&region=IR-23&region=IR-07");
	next_of(&a, next);
	assert_string_equal(next, web_str(j, "next"));
	web_answer_clear(&a);
	json_decref(j);
	j = web_json(*state, next, 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	assert_true(json_is_null(json_object_get(j, "next")));
	json_decref(j);
	j = web_json(*state, "/api/v1/timeline?from=-1h", 200);
	assert_null(json_object_get(j, "next"));
	json_decref(j);
}

static void test_refused(void **state)
{
	static const struct {
		const char *path, *parameter, *nearest;
	} table[] = {
		{"/api/v1/timeline?limit=0", "limit", "1"},
		{"/api/v1/timeline?limit=-3", "limit", "1"},
		{"/api/v1/timeline?limit=10x", "limit", "50000"},
		{"/api/v1/timeline?limit=50001", "limit", "50000"},
		{"/api/v1/timeline?cursor=2", "cursor", "(null)"},
		{"/api/v1/events?cursor=IR-23.all.all.5", "cursor", "(null)"},
		{"/api/v1/map?limit=5", "limit", "isp"},
		{"/api/v1/events.atom?limit=5", "limit", "(null)"},
		{"/api/v1/events.ics?cursor=IR-23.all.all.5.loss", "cursor", "(null)"},
		{"/api/v1/timeline.ndjson?format=json", "format", "(null)"},
		{"/api/v1/timeline?format=ndjsn", "format", "ndjson"},
		{"/api/v1/timeline.ndjson?from=2020-01-01", "step", "(null)"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *j = web_json(*state, table[i].path, 400);
		if (strcmp(web_str(j, "parameter"), table[i].parameter) ||
		    strcmp(web_str(j, "nearest"), table[i].nearest))
			fail_msg("%s: %s, %s", table[i].path, web_str(j, "parameter"),
				 web_str(j, "nearest"));
		json_decref(j);
	}
}

/* What a list without pages would be too long for comes in pages: here six years of a province, the first of them. */
static void test_long(void **state)
{
	json_t *j = web_json(*state, "/api/v1/timeline?from=2020-01-01&limit=3", 200);
	json_t *rows = json_object_get(j, "rows");
	assert_int_equal(json_array_size(rows), 3);
	assert_string_equal(web_str(json_array_get(rows, 0), "start"), "2020-01-01T00:00:00Z");
	assert_string_equal(web_str(json_array_get(rows, 0), "state"), "insufficient");
	json_decref(j);
	/* from the middle of a step, of a coarser one, and after the end */
	j = web_json(*state,
		     "/api/v1/timeline?by=country&step=3600&cursor=all.all.all.1767894600000.loss",
		     200);
	rows = json_object_get(j, "rows");
	assert_int_equal(json_array_size(rows), 3);
	assert_string_equal(web_str(json_array_get(rows, 0), "start"), "2026-01-08T17:00:00Z");
	json_decref(j);
	j = web_json(*state, "/api/v1/timeline?by=country&cursor=all.all.all.999999999999999.loss",
		     200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 0);
	json_decref(j);
}

/* Each line is the object that JSON has, and says that it is synthetic, since no envelope does. */
static void test_lines(void **state)
{
	struct web_answer a;
	char value[128];
	size_t i;
	json_t *j = web_json(*state, "/api/v1/timeline?from=-1h", 200), *row;
	web_get(*state, &a, "/api/v1/timeline.ndjson?from=-1h");
	const char *line = a.body;
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "application/x-ndjson");
	assert_string_equal(web_header(&a, "Content-Disposition", value, sizeof(value)),
			    "attachment; filename=\"fanous-IR-timeline-SYNTHETIC.ndjson\"");
	json_array_foreach(json_object_get(j, "rows"), i, row)
	{
		size_t len = strcspn(line, "\n");
		json_t *own = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
		assert_true(json_is_true(json_object_get(own, "synthetic")));
		json_object_del(own, "synthetic");
		assert_true(json_equal(own, row));
		json_decref(own);
		line += len + 1;
	}
	assert_int_equal(i, 31 * 12);
	assert_string_equal(line, "");
	web_answer_clear(&a);
	json_decref(j);
}

/* What was known at a moment that has passed never changes; what is asked for relative to now does. */
static void test_kept(void **state)
{
	static const struct {
		const char *path;
		bool forever;
	} table[] = {
		{"/api/v1/timeline?by=country&asof=2026-01-08T18:00:00Z", true},
		{"/api/v1/timeline.ndjson?by=country&asof=2026-01-08T18:00:00Z", true},
		{"/api/v1/events.csv?asof=2026-01-08T18:00:00Z", true},
		{"/api/v1/map?asof=2026-01-08T18:00:00Z", true},
		{"/api/v1/coverage?asof=2026-01-08T18:00:00Z", true},
		{"/api/v1/timeline?by=country&asof=-2h", false},
		{"/api/v1/timeline?by=country&asof=now", false},
		{"/?asof=now", false},
		{"/?asof=2026-01-08T18:00:00Z", true},
		{"/api/v1/timeline?by=country", false},
		{"/api/v1/entities", false},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct web_answer a, b;
		char value[128], etag[80];
		web_get(*state, &a, table[i].path);
		assert_int_equal(a.status, 200);
		web_header(&a, "Cache-Control", value, sizeof(value));
		if (!strstr(value, "immutable") == table[i].forever)
			fail_msg("%s: %s", table[i].path, value);
		web_header(&a, "ETag", etag, sizeof(etag));
		char *head = xasprintf("%s HTTP/1.1\r\nIf-None-Match: %s\r\n", table[i].path, etag);
		web_ask(*state, &b, "GET", head, NULL, 0);
		assert_int_equal(b.status, 304);
		assert_int_equal(b.body_len, 0);
		free(head);
		web_answer_clear(&a);
		web_answer_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_are_the_list),
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_pages_of_events),
		cmocka_unit_test(test_pages_of_one_moment),
	};
	return cmocka_run_group_tests(tests, web_setup, web_teardown);
}
