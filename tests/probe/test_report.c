/* test_report.c: what is printed: JSON that is JSON, plain lines for a person, and for a service
 * nothing that would tell a reader of its journal what was measured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/report.h"
#include "probe/runner.h"
#include "probe/wire_cert.h"
#include "tests/probe/tempdir.h"

static const struct target site = {.url = "https://www.example.org/",
				   .scheme = TARGET_HTTPS,
				   .host = "www.example.org",
				   .class = CLASS_FILTERED};

static void step(struct report *r, const struct target *t, enum kind kind, enum failure failure,
		 bool last)
{
	static const char *const answers[] = {"203.0.113.7", "10.10.34.36"};
	struct result result;
	result_init(&result, kind);
	result.v[RESULT_T] = 1767889800123;
	result.v[RESULT_FAILURE] = failure;
	result.v[RESULT_US] = 12345;
	report_step(r, &(struct runner_step){.target = t,
					     .result = &result,
					     .addr = kind == KIND_TCP ? "203.0.113.7" : NULL,
					     .resolver = kind == KIND_DNS ? "system" : NULL,
					     .fp = kind == KIND_DNS ? "ir_bogon" : NULL,
					     .answers = answers,
					     .n_answers = kind == KIND_DNS ? 2 : 0,
					     .last = last});
}

/* One cycle of one target, with standard output and error going to files; their contents. */
static void one_cycle(bool json, bool quiet, struct buf *out, struct buf *err)
{
	char *dir = tempdir_new();
	int saved[2] = {dup(1), dup(2)};
	fflush(stdout);
	for (int fd = 1; fd <= 2; fd++) {
		int file =
			open(tempdir_path(dir, fd == 1 ? "out" : "err"), O_WRONLY | O_CREAT, 0600);
		dup2(file, fd);
		close(file);
	}
	struct report *r = report_new(json, quiet);
	report_begin(r, "IR-23, any operator, mobile", 1);
	step(r, NULL, KIND_LINK, FAIL_NONE, true);
	step(r, &site, KIND_DNS, FAIL_NONE, false);
	step(r, &site, KIND_TCP, FAIL_TCP_TIMEOUT, true);
	report_end(r);
	report_idle(r, 0, 1, NULL);
	report_free(r);
	fflush(stdout);
	for (int fd = 1; fd <= 2; fd++) {
		dup2(saved[fd - 1], fd);
		close(saved[fd - 1]);
	}
	assert_int_equal(buf_read_file(out, tempdir_path(dir, "out"), 1 << 16), 0);
	assert_int_equal(buf_read_file(err, tempdir_path(dir, "err"), 1 << 16), 0);
	tempdir_free(dir);
}

static void for_a_person(void **state)
{
	struct buf out, err;
	(void)state;
	one_cycle(false, false, &out, &err);
	assert_int_equal(out.len, 0);
	assert_non_null(strstr(err.data, "IR-23, any operator, mobile: 1 targets"));
	assert_non_null(strstr(err.data, "www.example.org"));
	assert_non_null(strstr(err.data, "timeout"));
	assert_non_null(strstr(err.data, "0 up, 1 down"));
	assert_null(strchr(err.data, '\033')); /* a file is no terminal */
	buf_clear(&out);
	buf_clear(&err);
}

static void for_a_journal(void **state)
{
	struct buf out, err;
	(void)state;
	one_cycle(false, true, &out, &err);
	assert_int_equal(out.len, 0);
	assert_non_null(strstr(err.data, "measured 1 targets in 3 steps"));
	assert_null(strstr(err.data, "example"));
	assert_null(strstr(err.data, "203.0.113"));
	assert_null(strstr(err.data, "IR-23"));
	assert_null(strstr(err.data, "down"));
	buf_clear(&out);
	buf_clear(&err);
}

static void for_a_program(void **state)
{
	static const char *const checks[] = {"link", "dns", "tcp"};
	struct buf out, err;
	(void)state;
	one_cycle(true, false, &out, &err);
	char *rest = out.data, *line;
	for (size_t i = 0; i < 3; i++) {
		line = strsep(&rest, "\n");
		json_t *j = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(j);
		assert_string_equal(json_string_value(json_object_get(j, "check")), checks[i]);
		assert_int_equal(json_integer_value(json_object_get(j, "t")), 1767889800123);
		const json_t *failure = json_object_get(j, "failure");
		if (i == 2)
			assert_string_equal(json_string_value(failure), "x_tcp_timeout");
		else
			assert_true(json_is_null(failure));
		assert_int_equal(json_array_size(json_object_get(j, "answers")), i == 1 ? 2 : 0);
		json_decref(j);
	}
	assert_string_equal(rest, "");
	buf_clear(&out);
	buf_clear(&err);
}

static json_t *json_of(const struct runner_step *step)
{
	struct buf out;
	char *dir = tempdir_new();
	int saved = dup(1), file = open(tempdir_path(dir, "out"), O_WRONLY | O_CREAT, 0600);
	fflush(stdout);
	dup2(file, 1);
	report_json(step);
	fflush(stdout);
	dup2(saved, 1);
	close(saved);
	close(file);
	assert_int_equal(buf_read_file(&out, tempdir_path(dir, "out"), 1 << 16), 0);
	json_t *j = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	buf_clear(&out);
	tempdir_free(dir);
	return j;
}

static const char *text_at(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

/* What a batch holds as an index or a hash is there as the text it stands for. */
static void every_text(void **state)
{
	static const struct wire_cert certs[RESULT_CHAIN_MAX] = {
		{.brief = {"aaaaaaaaaaaaaaaa", "bbbbbbbb", 1700000000, 1760000000},
		 .subject = "other.example",
		 .issuer = "Some Box CA"}};
	struct result result;
	struct runner_step step = {.target = &site, .result = &result};
	(void)state;
	result_init(&result, KIND_DNS);
	result.v[RESULT_CNAME] = 123;
	result.v[RESULT_NTH] = 1;
	result.v[RESULT_IPTTL] = 57;
	step.cname = "cdn.example";
	json_t *j = json_of(&step);
	assert_string_equal(text_at(j, "cname"), "cdn.example");
	assert_int_equal(json_integer_value(json_object_get(j, "nth")), 1);
	assert_int_equal(json_integer_value(json_object_get(j, "ipttl")), 57);
	json_decref(j);

	result_init(&result, KIND_TLS);
	step.sni = "www.example.com";
	step.certs = certs;
	step.n_certs = RESULT_CHAIN_MAX;
	j = json_of(&step);
	assert_string_equal(text_at(j, "sni"), "www.example.com");
	const json_t *list = json_object_get(j, "certs");
	assert_int_equal(json_array_size(list), RESULT_CHAIN_MAX);
	assert_string_equal(text_at(json_array_get(list, 0), "id"), "aaaaaaaaaaaaaaaa");
	assert_string_equal(text_at(json_array_get(list, 0), "issuer_id"), "bbbbbbbb");
	assert_string_equal(text_at(json_array_get(list, 0), "issuer"), "Some Box CA");
	assert_string_equal(text_at(json_array_get(list, 0), "not_after"), "2025-10-09T08:53:20Z");
	json_decref(j);

	result_init(&result, KIND_HTTP);
	step.path = "/a";
	step.location = "https://www.example.org/b";
	j = json_of(&step);
	assert_string_equal(text_at(j, "path"), "/a");
	assert_string_equal(text_at(j, "location"), "https://www.example.org/b");
	json_decref(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(for_a_person),
		cmocka_unit_test(for_a_journal),
		cmocka_unit_test(for_a_program),
		cmocka_unit_test(every_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
