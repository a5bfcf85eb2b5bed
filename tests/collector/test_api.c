/* test_api.c: the API over a real socket: names, problems, headers. Its figures are in test_api_data.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/collector/mmdb.h"
#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

static void test_meta(void **state)
{
	struct web_answer a;
	char value[64];
	json_t *j = web_json(*state, "/api/v1/entities", 200);
	json_t *tehran = json_array_get(json_object_get(j, "regions"), 23);
	assert_int_equal(json_array_size(json_object_get(j, "regions")), 31);
	assert_string_equal(web_str(tehran, "region"), "IR-23");
	assert_string_equal(web_str(tehran, "iso_pre2020"), "IR-07");
	assert_string_equal(web_str(tehran, "name_fa"), "تهران");
	json_decref(j);
	web_get(*state, &a, "/api/v1/entities.csv");
	assert_non_null(strstr(a.body, "\r\nisp,AS44244,Irancell,ایرانسل,,,,mobile,56.20\r\n"));
	web_answer_clear(&a);
	j = web_json(*state, "/api/v1/whereami", 200);
	assert_true(json_is_null(json_object_get(j, "isp")));
	assert_string_equal(web_str(j, "isp_source"), "none");
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

/* The list is that of the file, and is named as batches name it. */
static void test_targets(void **state)
{
	struct web *w = *state;
	struct web_answer a;
	struct buf text;
	unsigned char sum[crypto_hash_sha256_BYTES];
	char hash[65], *line;
	json_t *j = web_json(w, "/api/v1/targets", 200), *list = json_object_get(j, "targets"), *t;
	size_t i, inside = 0, counted = 0, open = 0;
	buf_init(&text, 1 << 20);
	assert_int_equal(buf_read_file(&text, "configs/countries/IR/targets.csv", 1 << 20), 0);
	crypto_hash_sha256(sum, (unsigned char *)text.data, text.len);
	sodium_bin2hex(hash, sizeof(hash), sum, sizeof(sum));
	assert_string_equal(web_str(j, "list"), hash);
	assert_null(json_object_get(j, "signature"));
	json_array_foreach(list, i, t)
	{
		bool controls = !strcmp(web_str(t, "measured_by"), "controls");
		inside += controls;
		counted += json_is_true(json_object_get(t, "counts"));
		open += !strcmp(web_str(t, "class"), "open");
		assert_true(class_parse(web_str(t, "class")) != CLASSES);
		assert_true(kind_parse(web_str(t, "step")) != KINDS);
		if (controls)
			assert_true(json_is_false(json_object_get(t, "counts")));
		else
			assert_non_null(strstr(text.data, web_str(t, "url")));
	}
	assert_true(inside > 10 && open > 5 && counted > 20 && counted < i - inside);
	web_get(w, &a, "/api/v1/targets.csv");
	assert_int_equal(strncmp(a.body, "url,class,step,counts,measured_by,list\r\n", 40), 0);
	line = xasprintf("\r\nhttps://www.wikipedia.org/,open,http,1,all,%s\r\n", hash);
	assert_non_null(strstr(a.body, line));
	assert_null(strstr(a.body, "Wikimedia")); /* notes are the operator's own */
	free(line);
	web_answer_clear(&a);
	buf_clear(&text);
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
		{"/api/v1/timeline.xml", 404, "(null)", "/api/v1/timeline.csv"},
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
		{"/healthz.csv", 404, "(null)", "/healthz.json"},
		{"/web/secret", 404, "(null)", "(null)"},
		{"/api/v1/submit", 405, "(null)", "(null)"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *j = web_json(*state, table[i].path, table[i].status);
		assert_string_equal(web_str(j, "type"), "about:blank");
		assert_int_equal(json_integer_value(json_object_get(j, "status")), table[i].status);
		if (strcmp(web_str(j, "parameter"), table[i].parameter) ||
		    strcmp(web_str(j, "nearest"), table[i].nearest))
			fail_msg("%s: %s, %s", table[i].path, web_str(j, "parameter"),
				 web_str(j, "nearest"));
		assert_true(strlen(web_str(j, "detail")) > 10);
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

static void check_decoded(const struct web_answer *a, const char *coding,
			  const struct web_answer *plain)
{
	unsigned char *out = xmalloc(1 << 20);
	size_t len;
	if (!strcmp(coding, "zstd")) {
		len = ZSTD_decompress(out, 1 << 20, a->body, a->body_len);
	} else {
		z_stream z = {.next_in = (Bytef *)(uintptr_t)a->body,
			      .avail_in = (uInt)a->body_len,
			      .next_out = out,
			      .avail_out = 1 << 20};
		assert_int_equal(inflateInit2(&z, 31), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		len = z.total_out;
		inflateEnd(&z);
	}
	assert_int_equal(len, plain->body_len);
	assert_memory_equal(out, plain->body, plain->body_len);
	assert_true(a->body_len * 5 < plain->body_len);
	free(out);
}

/* One answer, one ETag, whatever it is coded in; and a cache in between is told what it depends on. */
static void test_codings(void **state)
{
	static const struct {
		const char *accept, *coding;
	} table[] = {
		{"gzip", "gzip"},
		{"br, gzip", "gzip"},
		{"deflate,gzip;q=0.5", "gzip"},
		{"gzip, deflate, br, zstd", "zstd"},
		{"zstd;q=0.5, gzip;q=0.6", "gzip"},
		{"br", ""},
		{"gzip;q=0", ""},
		{"", ""},
	};
	struct web_answer a, plain;
	char value[64], etag[64];
	web_get(*state, &plain, "/api/v1/timeline?by=country");
	assert_string_equal(web_header(&plain, "Vary", value, sizeof(value)), "Accept-Encoding");
	web_header(&plain, "ETag", etag, sizeof(etag));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char *head =
			xasprintf("/api/v1/timeline?by=country HTTP/1.1\r\nAccept-Encoding: %s\r\n",
				  table[i].accept);
		web_ask(*state, &a, "GET", head, NULL, 0);
		web_header(&a, "Content-Encoding", value, sizeof(value));
		assert_string_equal(value, table[i].coding);
		if (*value)
			check_decoded(&a, value, &plain);
		assert_string_equal(web_header(&a, "Vary", value, sizeof(value)),
				    "Accept-Encoding");
		assert_string_equal(web_header(&a, "ETag", value, sizeof(value)), etag);
		free(head);
		web_answer_clear(&a);
	}
	web_answer_clear(&plain);
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
		cmocka_unit_test(test_forwarded),
		cmocka_unit_test(test_meta),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_codings),
		cmocka_unit_test(test_synthetic_takes_nothing),
	};
	return cmocka_run_group_tests(tests, web_setup, web_teardown);
}
