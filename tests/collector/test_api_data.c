/* test_api_data.c: the figures of the API: rows, events, what is withheld, what was once known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/collector/web.h"

static void expect_count(json_t *of, const char *name, const char *key, int n)
{
	json_t *value = json_object_get(json_object_get(of, name), key);
	assert_true(json_is_integer(value));
	assert_int_equal(json_integer_value(value), n);
}

static void test_timeline(void **state)
{
	json_t *j = web_json(*state, "/api/v1/timeline", 200);
	json_t *rows = json_object_get(j, "rows"), *r;
	assert_string_equal(web_str(j, "country"), "IR");
	assert_string_equal(web_str(j, "from"), "2026-01-07T20:00:00Z");
	assert_string_equal(web_str(j, "until"), "2026-01-08T20:00:00Z");
	assert_int_equal(json_integer_value(json_object_get(j, "step")), 300);
	assert_true(json_is_true(json_object_get(j, "synthetic")));
	assert_int_equal(json_array_size(rows), 31 * 288);
	r = json_array_get(rows, 288);
	assert_string_equal(web_str(r, "start"), "2026-01-07T20:00:00Z");
	assert_string_equal(web_str(r, "region"), "IR-01");
	assert_true(json_is_null(json_object_get(r, "isp")));
	assert_true(json_is_null(json_object_get(r, "access")));
	assert_string_equal(web_str(r, "state"), "filtered");
	assert_true(json_real_value(json_object_get(r, "up")) == 1.0);
	assert_int_equal(json_integer_value(json_object_get(r, "probes")), 20);
	assert_int_equal(json_integer_value(json_object_get(r, "expected")), 22);
	assert_int_equal(json_integer_value(json_object_get(r, "revision")), 1);
	assert_string_equal(web_str(r, "rule"), "test");
	assert_int_equal(json_integer_value(json_object_get(r, "fragility")), 7);
	assert_int_equal(json_integer_value(json_object_get(r, "method")), METHOD_VERSION);
	assert_string_equal(web_str(r, "why"), "first");
	assert_string_equal(web_str(r, "revised"), "2026-01-07T20:05:00Z");
	assert_true(json_real_value(json_object_get(r, "late_share")) == 0.0);
	assert_true(json_is_null(json_object_get(r, "part_lo")));
	expect_count(json_object_get(r, "classes"), "open", "n", 20);
	expect_count(json_object_get(r, "classes"), "open", "up", 20);
	expect_count(json_object_get(r, "signs"), "dns-blocked", "n", 1);
	expect_count(json_object_get(r, "signs"), "dns-blocked", "of", 20);
	expect_count(json_object_get(r, "mechanisms"), "sni-reset", "of", 20);
	assert_int_equal(json_object_size(json_object_get(r, "mechanisms")), 1);
	json_decref(j);
}

/* Two probes where five are needed: nothing of them is told, and no number from which theirs could be
 * computed. */
static void test_withheld(void **state)
{
	json_t *j = web_json(*state, "/api/v1/timeline?region=IR-03&from=-1h", 200);
	json_t *r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(web_str(r, "state"), "insufficient");
	assert_true(json_is_null(json_object_get(r, "up")));
	assert_true(json_is_null(json_object_get(r, "lo")));
	assert_true(json_is_null(json_object_get(r, "probes")));
	assert_true(json_is_null(json_object_get(r, "why")));
	assert_true(json_is_null(json_object_get(r, "method")));
	assert_true(json_is_null(json_object_get(r, "revised")));
	json_decref(j);
	j = web_json(*state, "/api/v1/timeline?region=IR-00&from=-1h", 200);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(web_str(r, "state"), "domestic-only");
	assert_true(json_is_null(json_object_get(r, "probes")));
	assert_true(json_is_null(json_object_get(r, "up")));
	assert_true(json_is_null(json_object_get(r, "late")));
	assert_int_equal(json_object_size(json_object_get(r, "classes")), 0);
	assert_string_equal(web_str(r, "why"), "first");
	json_decref(j);
}

static void test_splits(void **state)
{
	json_t *j = web_json(*state, "/api/v1/timeline?by=country&from=-1h", 200), *r;
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_true(json_is_null(json_object_get(r, "region")));
	assert_string_equal(web_str(r, "state"), "domestic-only");
	json_decref(j);
	j = web_json(*state, "/api/v1/timeline?by=region,isp,access&isp=AS44244&from=-1h", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(web_str(r, "isp"), "AS44244");
	assert_string_equal(web_str(r, "access"), "mobile");
	assert_string_equal(web_str(r, "region"), "IR-00");
	json_decref(j);
	j = web_json(*state,
		     "/api/v1/timeline?region=IR-23&region=IR-00&step=3600&tz=local&lang=fa", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 48);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(web_str(r, "start"), "2026-01-07T23:30:00+03:30");
	assert_string_equal(web_str(r, "region_name"), "مرکزی");
	assert_int_equal(json_integer_value(json_object_get(r, "step")), 3600);
	json_decref(j);
}

/* Between the fields of a line of CSV. */
static size_t commas(const char *line)
{
	size_t n = 0;
	bool quoted = false;
	for (; *line != '\n'; line++) {
		quoted ^= *line == '"';
		n += *line == ',' && !quoted;
	}
	return n;
}

static void test_csv(void **state)
{
	static const char head[] =
		"start,step,region,isp,access,state,up,lo,hi,probes,expected,late,"
		"revision,rule,provisional,fragility,part_lo,part_hi,method,why,revised,late_share,"
		"class_domestic_up,class_domestic_n,";
	static const char row[] = "2026-01-08T19:00:00Z,300,,,,domestic-only,0.1000,";
	char rest[128];
	struct web_answer a, b;
	char value[128];
	web_get(*state, &a, "/api/v1/timeline.csv?by=country&from=-1h");
	assert_int_equal(a.status, 200);
	assert_int_equal(strncmp(a.body, head, sizeof(head) - 1), 0);
	assert_non_null(strstr(a.body, ",sign_dns_blocked_n,sign_dns_blocked_of,"));
	assert_non_null(strstr(a.body, ",mech_throttle_n,mech_throttle_of,synthetic\r\n"));
	const char *line = strchr(a.body, '\n') + 1;
	assert_int_equal(strncmp(line, row, sizeof(row) - 1), 0);
	snprintf(rest, sizeof(rest),
		 ",300,302,0,1,test,0,7,,,%d,first,2026-01-08T19:05:00Z,0.0000,30,300,",
		 METHOD_VERSION);
	assert_non_null(strstr(line, rest));
	assert_int_equal(commas(a.body), commas(line));
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "text/csv; charset=utf-8");
	assert_string_equal(web_header(&a, "Content-Disposition", value, sizeof(value)),
			    "attachment; filename=\"fanous-IR-timeline-SYNTHETIC.csv\"");
	web_get(*state, &b, "/api/v1/timeline?by=country&from=-1h&format=csv");
	assert_string_equal(a.body, b.body);
	web_answer_clear(&a);
	web_answer_clear(&b);
}

/* One class of many: of its rows by class, of the columns and counts of whole rows without. */
static void test_class(void **state)
{
	static const char head[] =
		"start,step,region,isp,access,class,state,up,lo,hi,probes,revision,"
		"method,why,revised,provisional,synthetic\r\n"
		"2026-01-08T19:00:00Z,300,,,,open,domestic-only,0.1000,";
	struct web_answer a;
	size_t i;
	json_t *j = web_json(*state, "/api/v1/timeline?by=region,class&region=IR-23&from=-1h", 200);
	json_t *rows = json_object_get(j, "rows"), *r = json_array_get(rows, 12);
	assert_int_equal(json_array_size(rows), 6 * 12);
	assert_string_equal(web_str(json_array_get(rows, 0), "class"), "domestic");
	assert_string_equal(web_str(r, "class"), "open");
	assert_string_equal(web_str(r, "region"), "IR-23");
	assert_int_equal(json_integer_value(json_object_get(r, "probes")), 20);
	assert_true(json_real_value(json_object_get(r, "up")) == 0.1);
	r = json_array_get(rows, 71); /* a class that nobody tried */
	assert_string_equal(web_str(r, "class"), "link");
	assert_true(json_is_null(json_object_get(r, "probes")));
	assert_true(json_is_null(json_object_get(r, "up")));
	json_decref(j);
	/* the two probes of a province, and the one that would give them away */
	j = web_json(*state, "/api/v1/timeline?by=class&region=IR-03&region=IR-00&from=-1h", 200);
	json_array_foreach(json_object_get(j, "rows"), i, r)
	{
		assert_true(json_is_null(json_object_get(r, "probes")));
		assert_true(json_is_null(json_object_get(r, "up")));
	}
	json_decref(j);
	web_get(*state, &a, "/api/v1/timeline.csv?by=class&class=open&from=-1h");
	assert_int_equal(strncmp(a.body, head, sizeof(head) - 1), 0);
	assert_int_equal(commas(a.body), commas(strchr(a.body, '\n') + 1));
	web_answer_clear(&a);
	web_get(*state, &a, "/api/v1/timeline.csv?by=country&class=open&class=link&from=-1h");
	assert_non_null(strstr(a.body, "late_share,class_open_up,class_open_n,class_link_up,"
				       "class_link_n,sign_"));
	assert_int_equal(commas(a.body), commas(strchr(a.body, '\n') + 1));
	web_answer_clear(&a);
	j = web_json(*state, "/api/v1/timeline?by=country&class=open&from=-1h", 200);
	r = json_object_get(json_array_get(json_object_get(j, "rows"), 0), "classes");
	assert_int_equal(json_object_size(r), 1);
	expect_count(r, "open", "n", 300);
	json_decref(j);
}

/* Jalali dates stand beside those of RFC 3339, never in their place. */
static void test_jalali(void **state)
{
	struct web_answer a;
	json_t *j = web_json(*state,
			     "/api/v1/timeline?by=country&from=-1h&calendar=jalali&tz=local", 200);
	json_t *r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(web_str(r, "start"), "2026-01-08T22:30:00+03:30");
	assert_string_equal(web_str(r, "start_jalali"), "1404-10-18T22:30:00+03:30");
	json_decref(j);
	j = web_json(*state, "/api/v1/events?calendar=jalali", 200);
	r = json_array_get(json_object_get(j, "events"), 0);
	assert_string_equal(web_str(r, "onset_jalali"), "1404-10-18T16:30:00Z");
	assert_true(json_is_null(json_object_get(r, "end_jalali")));
	json_decref(j);
	web_get(*state, &a, "/api/v1/timeline.csv?by=country&from=-1h&calendar=jalali");
	assert_int_equal(commas(a.body), commas(strchr(a.body, '\n') + 1));
	assert_non_null(strstr(a.body, ",start_jalali,synthetic\r\n2026-01-08T19:00:00Z,"));
	assert_non_null(strstr(a.body, ",1404-10-18T19:00:00Z,1\r\n"));
	web_answer_clear(&a);
	web_get(*state, &a, "/api/v1/events.csv?calendar=jalali");
	assert_int_equal(commas(a.body), commas(strchr(a.body, '\n') + 1));
	assert_non_null(strstr(a.body, ",onset_jalali,end_jalali,synthetic\r\n"));
	assert_non_null(strstr(a.body, ",1404-10-18T16:30:00Z,,1\r\n"));
	web_answer_clear(&a);
}

static void test_events(void **state)
{
	struct web_answer a;
	json_t *j = web_json(*state, "/api/v1/events", 200);
	json_t *e = json_array_get(json_object_get(j, "events"), 0);
	assert_int_equal(json_array_size(json_object_get(j, "events")), 1);
	assert_string_equal(web_str(e, "scope"), "region");
	assert_string_equal(web_str(e, "region"), "IR-00");
	assert_string_equal(web_str(e, "state"), "domestic-only");
	assert_string_equal(web_str(e, "onset"), "2026-01-08T16:30:00Z");
	assert_true(json_is_null(json_object_get(e, "end")));
	assert_true(json_real_value(json_object_get(e, "severity")) == 3.25);
	assert_string_equal(web_str(e, "kind"), "loss");
	assert_string_equal(web_str(e, "basis"), "votes+silence");
	assert_true(json_is_null(json_object_get(e, "end_lo")));
	assert_string_equal(web_str(e, "returning_since"), "2026-01-08T19:00:00Z");
	expect_count(e, "votes", "n", 18);
	expect_count(e, "votes", "of", 20);
	assert_int_equal(json_integer_value(json_object_get(e, "expected")), 22);
	assert_true(json_real_value(json_object_get(e, "lost_hi")) == 1.0);
	expect_count(e, "returns", "n", 2);
	expect_count(e, "returns", "partial", 1);
	expect_count(e, "returns", "total_s", 90);
	assert_string_equal(web_str(json_object_get(e, "hours"), "from"), "20:30");
	assert_string_equal(web_str(json_object_get(e, "hours"), "until"), "05:05");
	assert_non_null(strstr(web_str(json_object_get(e, "sentence"), "en"),
			       "Observed loss of international access in Markazi from 20:00"));
	assert_non_null(strstr(web_str(json_object_get(e, "sentence"), "fa"), "مرکزی"));
	assert_string_equal(web_str(e, "why"), "course");
	assert_string_equal(web_str(e, "revised"), "2026-01-08T17:00:00Z");
	json_decref(j);
	j = web_json(*state, "/api/v1/events?until=2026-01-08T12:00:00Z", 200);
	assert_int_equal(json_array_size(json_object_get(j, "events")), 0);
	json_decref(j);
	web_get(*state, &a, "/api/v1/events.csv");
	assert_int_equal(commas(a.body), commas(strchr(a.body, '\n') + 1));
	assert_non_null(strstr(a.body, ",course,2026-01-08T17:00:00Z,2,1,90,2026-01-08T18:00:00Z,3,"
				       "20:30,05:05,18,20,\"Observed loss"));
	assert_non_null(
		strstr(a.body, "\r\nIR-00.all.all.20260108T163000Z,domestic-only,region,IR-00,,,"));
	web_answer_clear(&a);
}

/* What was known at 18:00, of rows and of an event that was revised at 17:00. */
static void test_asof(void **state)
{
	json_t *j = web_json(*state, "/api/v1/timeline?by=country&asof=2026-01-08T18:00:00Z", 200);
	json_t *rows = json_object_get(j, "rows");
	assert_string_equal(web_str(j, "asof"), "2026-01-08T18:00:00Z");
	assert_string_equal(web_str(j, "until"), "2026-01-08T18:00:00Z");
	assert_string_equal(web_str(j, "from"), "2026-01-07T18:00:00Z");
	assert_int_equal(json_array_size(rows), 288);
	assert_string_equal(web_str(json_array_get(rows, 0), "state"), "insufficient");
	assert_string_equal(web_str(json_array_get(rows, 287), "state"), "domestic-only");
	json_decref(j);
	j = web_json(*state, "/api/v1/timeline?by=country&from=-1h&asof=-2h", 200);
	assert_string_equal(web_str(j, "from"), "2026-01-08T17:00:00Z");
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	json_decref(j);
	j = web_json(*state, "/api/v1/events?asof=2026-01-08T17:00:00Z", 200);
	json_t *e = json_array_get(json_object_get(j, "events"), 0);
	assert_string_equal(web_str(e, "onset"), "2026-01-08T16:30:00Z");
	assert_true(json_is_null(json_object_get(e, "severity"))); /* it grew afterwards */
	assert_true(json_is_null(json_object_get(e, "votes")));
	json_decref(j);
	j = web_json(*state, "/api/v1/events?asof=2026-01-08T16:59:59Z", 200);
	assert_int_equal(json_array_size(json_object_get(j, "events")), 0);
	json_decref(j);
}

static json_t *row_of(json_t *j, const char *key, const char *value)
{
	json_t *r;
	size_t i;
	json_array_foreach(json_object_get(j, "rows"), i,
			   r) if (!strcmp(web_str(r, key), value)) return r;
	fail_msg("no row with %s %s", key, value);
	return NULL;
}

static int number(const json_t *j, const char *key)
{
	assert_true(json_is_integer(json_object_get(j, key)));
	return (int)json_integer_value(json_object_get(j, key));
}

static void test_map(void **state)
{
	json_t *j = web_json(*state, "/api/v1/map?at=2026-01-08T16:29:59Z", 200);
	assert_string_equal(web_str(j, "from"), "2026-01-08T16:25:00Z");
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 31);
	assert_string_equal(web_str(row_of(j, "region", "IR-23"), "state"), "filtered");
	json_decref(j);
	j = web_json(*state, "/api/v1/map?at=2026-01-08T16:30:00Z&lang=en", 200);
	assert_string_equal(web_str(row_of(j, "region_name", "Tehran"), "state"), "domestic-only");
	assert_string_equal(web_str(row_of(j, "region", "IR-03"), "state"), "insufficient");
	json_decref(j);
	j = web_json(*state, "/api/v1/map", 200); /* the newest that will not change */
	assert_string_equal(web_str(j, "from"), "2026-01-08T19:50:00Z");
	json_decref(j);
	j = web_json(*state, "/api/v1/map?asof=2026-01-08T16:34:00Z&at=2026-01-08T16:30:00Z", 200);
	assert_string_equal(web_str(j, "from"), "2026-01-08T16:25:00Z");
	json_decref(j);
	j = web_json(*state, "/api/v1/map?at=2026-01-09", 400);
	assert_string_equal(web_str(j, "parameter"), "at");
	json_decref(j);
}

static void test_coverage(void **state)
{
	struct web_answer a;
	json_t *j = web_json(*state, "/api/v1/coverage?at=-1h", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 2);
	json_t *r = row_of(j, "isp", "AS44244");
	assert_string_equal(web_str(r, "region"), "IR-00");
	assert_string_equal(web_str(r, "access"), "mobile");
	assert_int_equal(number(r, "expected"), 14);
	assert_int_equal(number(r, "heard"), 12);
	assert_int_equal(number(r, "silent"), 2);
	json_decref(j);
	j = web_json(*state, "/api/v1/coverage?by=region", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 31);
	r = row_of(j, "region", "IR-03"); /* too few */
	assert_true(json_is_null(json_object_get(r, "heard")));
	assert_true(json_is_null(json_object_get(r, "expected")));
	assert_true(json_is_null(json_object_get(r, "silent")));
	json_decref(j);
	web_get(*state, &a, "/api/v1/coverage.csv?at=-1h");
	assert_non_null(strstr(
		a.body, "region,isp,access,start,state,expected,heard,silent,synthetic\r\n"
			"IR-00,AS44244,mobile,2026-01-08T19:00:00Z,domestic-only,14,12,2,1\r\n"));
	web_answer_clear(&a);
}

static void put_outside(struct web *w, uint32_t isp, int64_t bucket_ms, uint64_t probe,
			uint64_t tried, uint64_t ok)
{
	const struct cell_key key = {.bucket_ms = bucket_ms,
				     .region = REGION_OUTSIDE_IN,
				     .isp = isp,
				     .access = ACCESS_UNKNOWN,
				     .class = CLASS_DOMESTIC};
	struct cell_vote v = {.probe = probe, .tried = tried, .ok = ok};
	struct cell cell;
	assert_int_equal(store_get_cell(w->rig.store, &key, &cell), 0);
	cell_add(&cell, &v);
	assert_int_equal(store_put_cell(w->rig.store, &key, &cell), 0);
	cell_clear(&cell);
}

static void test_outside_in(void **state)
{
	const int64_t t = WEB_NOW_MS - 3600000;
	struct web_answer a;
	json_t *j = web_json(*state, "/api/v1/outside-in", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 0);
	json_decref(j);
	put_outside(*state, 44244, t, 1, 7, 1);
	put_outside(*state, 44244, t + 60000, 1, 8, 8); /* the same control */
	put_outside(*state, 44244, t + 60000, 2, 1, 0);
	put_outside(*state, 44244, t + WEB_STEP_MS, 2, 3, 0);
	put_outside(*state, 197207, t, 2, 1, 1);
	j = web_json(*state, "/api/v1/outside-in?from=-1h", 200);
	json_t *rows = json_object_get(j, "rows"), *r = json_array_get(rows, 0);
	assert_int_equal(json_array_size(rows), 3);
	assert_string_equal(web_str(r, "start"), "2026-01-08T19:00:00Z");
	assert_string_equal(web_str(r, "isp"), "AS44244");
	assert_string_equal(web_str(r, "isp_name"), "Irancell");
	assert_int_equal(number(r, "controls"), 2);
	assert_int_equal(number(r, "tried"), 4);
	assert_int_equal(number(r, "reached"), 2);
	assert_int_equal(number(json_array_get(rows, 1), "reached"), 0);
	assert_string_equal(web_str(json_array_get(rows, 2), "isp"), "AS197207");
	json_decref(j);
	j = web_json(*state, "/api/v1/outside-in?from=-1h&step=3600&isp=AS44244", 200);
	rows = json_object_get(j, "rows");
	assert_int_equal(json_array_size(rows), 1);
	assert_int_equal(number(json_array_get(rows, 0), "controls"), 2);
	json_decref(j);
	web_get(*state, &a, "/api/v1/outside-in.csv?from=-1h&isp=AS197207");
	assert_string_equal(
		a.body + strlen(a.body) -
			strlen("2026-01-08T19:00:00Z,300,AS197207,MCI (Hamrah-e Aval),1,1,1,1\r\n"),
		"2026-01-08T19:00:00Z,300,AS197207,MCI (Hamrah-e Aval),1,1,1,1\r\n");
	web_answer_clear(&a);
	j = web_json(*state, "/api/v1/outside-in?asof=-1h", 400); /* cells have no revisions */
	assert_string_equal(web_str(j, "parameter"), "asof");
	json_decref(j);
	j = web_json(*state, "/api/v1/timeline?by=isp&from=-1h", 200); /* and no rows */
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 0);
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timeline),   cmocka_unit_test(test_withheld),
		cmocka_unit_test(test_splits),	   cmocka_unit_test(test_csv),
		cmocka_unit_test(test_jalali),	   cmocka_unit_test(test_class),
		cmocka_unit_test(test_events),	   cmocka_unit_test(test_asof),
		cmocka_unit_test(test_map),	   cmocka_unit_test(test_coverage),
		cmocka_unit_test(test_outside_in),
	};
	return cmocka_run_group_tests(tests, web_setup, web_teardown);
}
