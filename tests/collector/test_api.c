/* test_api.c: every path of the API over a real socket: figures, problems, headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/collector/mmdb.h"
#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

static int setup(void **state)
{
	static const char *const flags[] = {"--min-probes", "5", NULL};
	struct web *w = xcalloc(1, sizeof(*w));
	web_start(w, "IR", flags);
	web_fill(w, true);
	web_serve(w, 100, 10);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	web_stop(*state);
	free(*state);
	return 0;
}

static json_t *get_json(struct web *w, const char *path, int status)
{
	struct web_answer a;
	web_get(w, &a, path);
	if (a.status != status)
		fail_msg("%s: %d\n%s", path, a.status, a.body);
	json_t *j = json_loadb(a.body, a.body_len, JSON_REJECT_DUPLICATES, NULL);
	if (!j)
		fail_msg("%s: not JSON: %.200s", path, a.body);
	web_answer_clear(&a);
	return j;
}

static const char *str(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));
	return s ? s : "(null)";
}

static void expect_count(json_t *of, const char *name, const char *key, int n)
{
	json_t *value = json_object_get(json_object_get(of, name), key);
	assert_true(json_is_integer(value));
	assert_int_equal(json_integer_value(value), n);
}

static void test_timeline(void **state)
{
	json_t *j = get_json(*state, "/api/v1/timeline", 200);
	json_t *rows = json_object_get(j, "rows"), *r;
	assert_string_equal(str(j, "country"), "IR");
	assert_string_equal(str(j, "from"), "2026-01-07T20:00:00Z");
	assert_string_equal(str(j, "until"), "2026-01-08T20:00:00Z");
	assert_int_equal(json_integer_value(json_object_get(j, "step")), 300);
	assert_true(json_is_true(json_object_get(j, "synthetic")));
	assert_int_equal(json_array_size(rows), 31 * 288);
	r = json_array_get(rows, 288);
	assert_string_equal(str(r, "start"), "2026-01-07T20:00:00Z");
	assert_string_equal(str(r, "region"), "IR-01");
	assert_true(json_is_null(json_object_get(r, "isp")));
	assert_true(json_is_null(json_object_get(r, "access")));
	assert_string_equal(str(r, "state"), "filtered");
	assert_true(json_real_value(json_object_get(r, "up")) == 1.0);
	assert_int_equal(json_integer_value(json_object_get(r, "probes")), 20);
	assert_int_equal(json_integer_value(json_object_get(r, "expected")), 22);
	assert_int_equal(json_integer_value(json_object_get(r, "revision")), 1);
	assert_string_equal(str(r, "rule"), "test");
	assert_int_equal(json_integer_value(json_object_get(r, "fragility")), 7);
	assert_int_equal(json_integer_value(json_object_get(r, "method")), 2);
	assert_string_equal(str(r, "why"), "first");
	assert_string_equal(str(r, "revised"), "2026-01-07T20:05:00Z");
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
	json_t *j = get_json(*state, "/api/v1/timeline?region=IR-03&from=-1h", 200);
	json_t *r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(str(r, "state"), "insufficient");
	assert_true(json_is_null(json_object_get(r, "up")));
	assert_true(json_is_null(json_object_get(r, "lo")));
	assert_true(json_is_null(json_object_get(r, "probes")));
	assert_true(json_is_null(json_object_get(r, "why")));
	assert_true(json_is_null(json_object_get(r, "method")));
	assert_true(json_is_null(json_object_get(r, "revised")));
	json_decref(j);
	j = get_json(*state, "/api/v1/timeline?region=IR-00&from=-1h", 200);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(str(r, "state"), "domestic-only");
	assert_true(json_is_null(json_object_get(r, "probes")));
	assert_true(json_is_null(json_object_get(r, "up")));
	assert_true(json_is_null(json_object_get(r, "late")));
	assert_int_equal(json_object_size(json_object_get(r, "classes")), 0);
	assert_string_equal(str(r, "why"), "first");
	json_decref(j);
}

static void test_splits(void **state)
{
	json_t *j = get_json(*state, "/api/v1/timeline?by=country&from=-1h", 200), *r;
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_true(json_is_null(json_object_get(r, "region")));
	assert_string_equal(str(r, "state"), "domestic-only");
	json_decref(j);
	j = get_json(*state, "/api/v1/timeline?by=region,isp,access&isp=AS44244&from=-1h", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(str(r, "isp"), "AS44244");
	assert_string_equal(str(r, "access"), "mobile");
	assert_string_equal(str(r, "region"), "IR-00");
	json_decref(j);
	j = get_json(*state,
		     "/api/v1/timeline?region=IR-23&region=IR-00&step=3600&tz=local&lang=fa", 200);
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 48);
	r = json_array_get(json_object_get(j, "rows"), 0);
	assert_string_equal(str(r, "start"), "2026-01-07T23:30:00+03:30");
	assert_string_equal(str(r, "region_name"), "مرکزی");
	assert_int_equal(json_integer_value(json_object_get(r, "step")), 3600);
	json_decref(j);
}

/* In a line of CSV. */
static size_t commas(const char *line)
{
	size_t n = 0;
	for (; *line != '\n'; line++)
		n += *line == ',';
	return n;
}

static void test_csv(void **state)
{
	static const char head[] =
		"start,step,region,isp,access,state,up,lo,hi,probes,expected,late,"
		"revision,rule,provisional,fragility,part_lo,part_hi,method,why,revised,late_share,"
		"class_domestic_up,class_domestic_n,";
	static const char row[] = "2026-01-08T19:00:00Z,300,,,,domestic-only,0.1000,";
	static const char rest[] =
		",300,302,0,1,test,0,7,,,2,first,2026-01-08T19:05:00Z,0.0000,30,300,";
	struct web_answer a, b;
	char value[128];
	web_get(*state, &a, "/api/v1/timeline.csv?by=country&from=-1h");
	assert_int_equal(a.status, 200);
	assert_int_equal(strncmp(a.body, head, sizeof(head) - 1), 0);
	assert_non_null(strstr(a.body, ",sign_dns_blocked_n,sign_dns_blocked_of,"));
	assert_non_null(strstr(a.body, ",mech_throttle_n,mech_throttle_of,synthetic\r\n"));
	const char *line = strchr(a.body, '\n') + 1;
	assert_int_equal(strncmp(line, row, sizeof(row) - 1), 0);
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

static void test_events(void **state)
{
	struct web_answer a;
	json_t *j = get_json(*state, "/api/v1/events", 200);
	json_t *e = json_array_get(json_object_get(j, "events"), 0);
	assert_int_equal(json_array_size(json_object_get(j, "events")), 1);
	assert_string_equal(str(e, "scope"), "region");
	assert_string_equal(str(e, "region"), "IR-00");
	assert_string_equal(str(e, "state"), "domestic-only");
	assert_string_equal(str(e, "onset"), "2026-01-08T16:30:00Z");
	assert_true(json_is_null(json_object_get(e, "end")));
	assert_true(json_real_value(json_object_get(e, "severity")) == 3.25);
	assert_string_equal(str(e, "kind"), "loss");
	assert_string_equal(str(e, "basis"), "votes+silence");
	assert_true(json_is_null(json_object_get(e, "end_lo")));
	assert_string_equal(str(e, "returning_since"), "2026-01-08T19:00:00Z");
	expect_count(e, "votes", "n", 18);
	expect_count(e, "votes", "of", 20);
	assert_int_equal(json_integer_value(json_object_get(e, "expected")), 22);
	assert_true(json_real_value(json_object_get(e, "lost_hi")) == 1.0);
	expect_count(e, "returns", "n", 2);
	expect_count(e, "returns", "partial", 1);
	expect_count(e, "returns", "total_s", 90);
	assert_string_equal(str(json_object_get(e, "hours"), "from"), "20:30");
	assert_string_equal(str(json_object_get(e, "hours"), "until"), "05:05");
	assert_string_equal(str(e, "why"), "course");
	assert_string_equal(str(e, "revised"), "2026-01-08T17:00:00Z");
	json_decref(j);
	j = get_json(*state, "/api/v1/events?until=2026-01-08T12:00:00Z", 200);
	assert_int_equal(json_array_size(json_object_get(j, "events")), 0);
	json_decref(j);
	web_get(*state, &a, "/api/v1/events.csv");
	assert_int_equal(commas(a.body), commas(strchr(a.body, '\n') + 1));
	assert_non_null(strstr(a.body, ",course,2026-01-08T17:00:00Z,2,1,90,2026-01-08T18:00:00Z,3,"
				       "20:30,05:05,18,20,1\r\n"));
	assert_non_null(
		strstr(a.body, "\r\nIR-00.all.all-1767889800000,domestic-only,region,IR-00,,,"));
	web_answer_clear(&a);
}

static void test_meta(void **state)
{
	struct web_answer a;
	char value[64];
	json_t *j = get_json(*state, "/api/v1/entities", 200);
	json_t *tehran = json_array_get(json_object_get(j, "regions"), 23);
	assert_int_equal(json_array_size(json_object_get(j, "regions")), 31);
	assert_string_equal(str(tehran, "region"), "IR-23");
	assert_string_equal(str(tehran, "iso_pre2020"), "IR-07");
	assert_string_equal(str(tehran, "name_fa"), "تهران");
	json_decref(j);
	web_get(*state, &a, "/api/v1/entities.csv");
	assert_non_null(strstr(a.body, "\r\nisp,AS44244,Irancell,ایرانسل,,,,mobile,56.20\r\n"));
	web_answer_clear(&a);
	j = get_json(*state, "/api/v1/whereami", 200);
	assert_true(json_is_null(json_object_get(j, "isp")));
	assert_string_equal(str(j, "isp_source"), "none");
	json_decref(j);
	web_get(*state, &a, "/api/v1/whereami");
	assert_string_equal(web_header(&a, "Cache-Control", value, sizeof(value)), "no-store");
	assert_null(strstr(a.body, "127.0.0.1"));
	web_answer_clear(&a);
	web_get(*state, &a, "/metrics");
	assert_non_null(strstr(a.body, "\nfanous_batches_total{status=\"new\"} 0\n"));
	assert_non_null(strstr(a.body, "# TYPE fanous_archive_bytes gauge\n"));
	assert_null(strstr(a.body, "127.0.0.1"));
	web_answer_clear(&a);
}

/* What was known at 18:00, of rows and of an event that was revised at 17:00. */
static void test_asof(void **state)
{
	json_t *j = get_json(*state, "/api/v1/timeline?by=country&asof=2026-01-08T18:00:00Z", 200);
	json_t *rows = json_object_get(j, "rows");
	assert_string_equal(str(j, "asof"), "2026-01-08T18:00:00Z");
	assert_string_equal(str(j, "until"), "2026-01-08T18:00:00Z");
	assert_string_equal(str(j, "from"), "2026-01-07T18:00:00Z");
	assert_int_equal(json_array_size(rows), 288);
	assert_string_equal(str(json_array_get(rows, 0), "state"), "insufficient");
	assert_string_equal(str(json_array_get(rows, 287), "state"), "domestic-only");
	json_decref(j);
	j = get_json(*state, "/api/v1/timeline?by=country&from=-1h&asof=-2h", 200);
	assert_string_equal(str(j, "from"), "2026-01-08T17:00:00Z");
	assert_int_equal(json_array_size(json_object_get(j, "rows")), 12);
	json_decref(j);
	j = get_json(*state, "/api/v1/events?asof=2026-01-08T17:00:00Z", 200);
	json_t *e = json_array_get(json_object_get(j, "events"), 0);
	assert_string_equal(str(e, "onset"), "2026-01-08T16:30:00Z");
	assert_true(json_is_null(json_object_get(e, "severity"))); /* it grew afterwards */
	assert_true(json_is_null(json_object_get(e, "votes")));
	json_decref(j);
	j = get_json(*state, "/api/v1/events?asof=2026-01-08T16:59:59Z", 200);
	assert_int_equal(json_array_size(json_object_get(j, "events")), 0);
	json_decref(j);
}

/* Each refusal is a problem that names the parameter and what would be right. */
static void test_problems(void **state)
{
	static const struct {
		const char *path;
		int status;
		const char *parameter, *nearest;
	} table[] = {
		{"/api/v1/timelin", 404, "(null)", "/api/v1/timeline"},
		{"/api/v1/timeline.xml", 404, "(null)", "/api/v1/timeline"},
		{"/api/v1/timeline?asof=2026-01-01", 400, "asof", "(null)"},
		{"/api/v1/timeline?asof=2026-01-09", 400, "asof", "(null)"},
		{"/api/v1/timeline?asof=then", 400, "asof", "(null)"},
		{"/api/v1/events?asof=-60d", 400, "asof", "(null)"},
		{"/api/v1/entities?asof=-1h", 400, "asof", "format"},
		{"/api/v1/timeline?regoin=IR-23", 400, "regoin", "region"},
		{"/api/v1/timeline?region=IR-2", 400, "region", "IR-02"},
		{"/api/v1/timeline?step=7", 400, "step", "300"},
		{"/api/v1/timeline.csv?format=json", 400, "format", "(null)"},
		{"/api/v1/timeline?from=%zz", 400, "(null)", "(null)"},
		{"/api/v1/timeline?from=2020-01-01", 400, "step", "(null)"},
		{"/api/v1/whereami?x=1", 400, "x", "(null)"},
		{"/healthz.csv", 404, "(null)", "/healthz"},
		{"/web/secret", 404, "(null)", "(null)"},
		{"/api/v1/submit", 405, "(null)", "(null)"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *j = get_json(*state, table[i].path, table[i].status);
		assert_string_equal(str(j, "type"), "about:blank");
		assert_int_equal(json_integer_value(json_object_get(j, "status")), table[i].status);
		if (strcmp(str(j, "parameter"), table[i].parameter) ||
		    strcmp(str(j, "nearest"), table[i].nearest))
			fail_msg("%s: %s, %s", table[i].path, str(j, "parameter"),
				 str(j, "nearest"));
		assert_true(strlen(str(j, "detail")) > 10);
		json_decref(j);
	}
}

static void test_headers(void **state)
{
	struct web_answer a, b;
	char value[256], etag[64], *head;
	web_get(*state, &a, "/api/v1/timeline?by=country");
	assert_string_equal(web_header(&a, "Access-Control-Allow-Origin", value, sizeof(value)),
			    "*");
	assert_string_equal(web_header(&a, "X-Fanous-Synthetic", value, sizeof(value)), "1");
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)),
			    "application/json");
	web_header(&a, "ETag", etag, sizeof(etag));
	assert_int_equal(strncmp(etag, "W/\"", 3), 0);
	head = xasprintf("/api/v1/timeline?by=country HTTP/1.1\r\nIf-None-Match: \"x\", %s\r\n",
			 etag);
	web_ask(*state, &b, "GET", head, NULL, 0);
	assert_int_equal(b.status, 304);
	assert_int_equal(b.body_len, 0);
	free(head);
	web_answer_clear(&a);
	web_answer_clear(&b);
	web_ask(*state, &a, "OPTIONS", "/api/v1/timeline HTTP/1.1\r\n", NULL, 0);
	assert_int_equal(a.status, 204);
	web_header(&a, "Access-Control-Allow-Methods", value, sizeof(value));
	assert_non_null(strstr(value, "GET"));
	web_answer_clear(&a);
	web_ask(*state, &a, "POST", "/api/v1/timeline HTTP/1.1\r\n", "x", 1);
	assert_int_equal(a.status, 405);
	assert_string_equal(web_header(&a, "Allow", value, sizeof(value)), "GET, HEAD, OPTIONS");
	web_answer_clear(&a);
}

static void test_gzip(void **state)
{
	static const char *const accept[] = {"gzip", "br, gzip", "deflate,gzip;q=0.5", "GZIP"};
	static const char *const refuse[] = {"br", "gzip;q=0", "xgzip", ""};
	struct web_answer a, plain;
	char value[64];
	unsigned char *out = xmalloc(1 << 20);
	web_get(*state, &plain, "/api/v1/timeline?by=country");
	for (size_t i = 0; i < 4; i++) {
		char *head =
			xasprintf("/api/v1/timeline?by=country HTTP/1.1\r\nAccept-Encoding: %s\r\n",
				  accept[i]);
		web_ask(*state, &a, "GET", head, NULL, 0);
		assert_string_equal(web_header(&a, "Content-Encoding", value, sizeof(value)),
				    "gzip");
		z_stream z = {.next_in = (Bytef *)(uintptr_t)a.body,
			      .avail_in = (uInt)a.body_len,
			      .next_out = out,
			      .avail_out = 1 << 20};
		assert_int_equal(inflateInit2(&z, 31), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(z.total_out, plain.body_len);
		assert_memory_equal(out, plain.body, plain.body_len);
		inflateEnd(&z);
		assert_true(a.body_len * 5 < plain.body_len);
		free(head);
		web_answer_clear(&a);
		head = xasprintf("/api/v1/timeline?by=country HTTP/1.1\r\nAccept-Encoding: %s\r\n",
				 refuse[i]);
		web_ask(*state, &a, "GET", head, NULL, 0);
		assert_string_equal(web_header(&a, "Content-Encoding", value, sizeof(value)), "");
		free(head);
		web_answer_clear(&a);
	}
	web_answer_clear(&plain);
	free(out);
}

static void test_synthetic_takes_nothing(void **state)
{
	struct web_answer a;
	web_ask(*state, &a, "POST", "/api/v1/submit HTTP/1.1\r\n", "x", 1);
	assert_int_equal(a.status, 403);
	assert_non_null(strstr(a.body, "simulated"));
	web_answer_clear(&a);
}

/* An asn_mmdb that knows 203.0.113.0/24 and nothing else. */
static char *make_mmdb(const char *dir)
{
	char *path = scratch_path(dir, "asn.mmdb");
	struct mmdb *m = mmdb_new(4);
	struct buf data;
	buf_init(&data, 1000);
	mmdb_map(&data, 1);
	mmdb_text(&data, "autonomous_system_number");
	mmdb_u32(&data, 44244);
	mmdb_insert(m, "203.0.113.0/24", &data);
	mmdb_write(m, path);
	buf_clear(&data);
	return path;
}

/* A proxy on this machine is believed, and of its header only what it has added itself. */
static void test_forwarded(void **state)
{
	static const struct {
		const char *header;
		bool found;
	} table[] = {
		{"203.0.113.9", true},
		{"1.2.3.4, 203.0.113.9", true},
		{"1.2.3.4,203.0.113.9:4711", true},
		{"203.0.113.9, 1.2.3.4", false},
		{"203.0.113.9, rubbish", false},
		{"203.0.113.9,", false},
		{"[2001:db8::1]:80", false},
		{"2001:db8::1", false},
	};
	char *dir = scratch_new(), *path = make_mmdb(dir);
	const char *const flags[] = {"--asn-mmdb", path, NULL};
	struct web w;
	(void)state;
	web_start(&w, "IR", flags);
	web_serve(&w, 100, 10);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct web_answer a;
		char *head = xasprintf("/api/v1/whereami HTTP/1.1\r\nX-Forwarded-For: %s\r\n",
				       table[i].header);
		web_ask(&w, &a, "GET", head, NULL, 0);
		if (!strstr(a.body, "\"isp\":\"AS44244\"") == table[i].found)
			fail_msg("%s: %s", table[i].header, a.body);
		assert_null(strstr(a.body, "203.0"));
		web_answer_clear(&a);
		free(head);
	}
	web_stop(&w);
	free(path);
	scratch_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forwarded), cmocka_unit_test(test_timeline),
		cmocka_unit_test(test_withheld),  cmocka_unit_test(test_splits),
		cmocka_unit_test(test_csv),	  cmocka_unit_test(test_events),
		cmocka_unit_test(test_meta),	  cmocka_unit_test(test_problems),
		cmocka_unit_test(test_asof),	  cmocka_unit_test(test_headers),
		cmocka_unit_test(test_gzip),	  cmocka_unit_test(test_synthetic_takes_nothing),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
