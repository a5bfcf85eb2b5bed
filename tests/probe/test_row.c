/* test_row.c: a target's line says what happened and keeps within the columns, wide and narrow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/buf.h"
#include "probe/row.h"
#include "probe/runner.h"
#include "probe/term.h"

static const struct term plain = {.utf8 = true};
static const struct target site = {.url = "https://www.example.org/",
				   .scheme = TARGET_HTTPS,
				   .host = "www.example.org",
				   .class = CLASS_FILTERED};

static void add(struct row *r, enum kind kind, enum failure failure, int64_t us, bool last)
{
	struct result result;
	result_init(&result, kind);
	result.v[RESULT_FAILURE] = failure;
	result.v[RESULT_US] = us;
	row_add(r, &(struct runner_step){.target = r->target, .result = &result, .last = last});
}

static size_t columns(const char *line)
{
	size_t n = 0;
	for (; *line; line++)
		n += ((unsigned char)*line & 0xc0) != 0x80;
	return n;
}

static void shows(const struct row *r, int width, const char *want)
{
	struct buf out;
	buf_init(&out, 1024);
	row_line(&out, r, &plain, width);
	assert_string_equal(out.data, want);
	if (columns(out.data) > (size_t)width)
		fail_msg("%zu columns", columns(out.data));
	buf_clear(&out);
}

static void reached(void **state)
{
	struct row r;
	(void)state;
	row_begin(&r, &site);
	add(&r, KIND_DNS, FAIL_NONE, 12000, false);
	add(&r, KIND_DNS, FAIL_DNS_NO_ANSWER, 9000, false); /* no IPv6 is no failure */
	shows(&r, 79,
	      "· filtered  www.example.org         dns ✓                                      ");
	add(&r, KIND_TCP, FAIL_NONE, 20000, false);
	add(&r, KIND_TLS, FAIL_NONE, 41000, false);
	assert_false(row_is_up(&r));
	add(&r, KIND_HTTP, FAIL_NONE, 50000, true);
	assert_true(row_is_up(&r));
	shows(&r, 79,
	      "✓ filtered  www.example.org         dns ✓ tcp ✓ tls ✓ http ✓             123 ms");
	shows(&r, 44, "✓ www.example.org                     123 ms");
}

static void not_reached(void **state)
{
	struct row r;
	(void)state;
	row_begin(&r, &site);
	add(&r, KIND_DNS, FAIL_NONE, 12000, false);
	add(&r, KIND_TCP, FAIL_NONE, 20000, false);
	add(&r, KIND_TLS, FAIL_TLS_RESET, 4100, true);
	shows(&r, 79,
	      "✗ filtered  www.example.org         dns ✓ tcp ✓ tls ✗ reset              4.1 ms");
	shows(&r, 44, "✗ www.example.org   tls reset         4.1 ms");
}

/* Over IPv6 it failed first, over IPv4 it came through: any success wins. */
static void any_success(void **state)
{
	struct row r;
	(void)state;
	row_begin(&r, &site);
	add(&r, KIND_TCP, FAIL_NETWORK_UNREACHABLE, 10, false);
	add(&r, KIND_TCP, FAIL_NONE, 20000, false);
	add(&r, KIND_TLS, FAIL_NONE, 20000, false);
	add(&r, KIND_HTTP, FAIL_NONE, 10000000, true);
	assert_true(row_is_up(&r));
	shows(&r, 44, "✓ www.example.org                     10.0 s");
}

static void any_width(void **state)
{
	struct row r;
	struct target t = site;
	struct buf out;
	(void)state;
	memset(t.host, 'h', 200);
	row_begin(&r, &t);
	add(&r, KIND_DNS, FAIL_NONE, 12000, false);
	add(&r, KIND_TCP, FAIL_NONE, 20000, false);
	add(&r, KIND_TLS, FAIL_NONE, 20000, false);
	add(&r, KIND_HTTP, FAIL_HTTP_STATUS, 123456789, true);
	for (int width = 30; width < 200; width++) {
		buf_init(&out, 1024);
		row_line(&out, &r, &plain, width);
		if (columns(out.data) > (size_t)width)
			fail_msg("%zu columns instead of %d: %s", columns(out.data), width,
				 out.data);
		buf_clear(&out);
	}
}

static void reasons(void **state)
{
	static const struct {
		enum kind kind;
		enum failure failure;
		const char *want;
	} list[] = {
		{KIND_DNS, FAIL_DNS_BOGON, "bogon"},
		{KIND_DNS, FAIL_DNS_NO_RESOLVER, "no resolver"},
		{KIND_TCP, FAIL_CONNECTION_REFUSED, "connection refused"},
		{KIND_TCP, FAIL_TCP_TIMEOUT, "timeout"},
		{KIND_TLS, FAIL_SSL_UNKNOWN_AUTHORITY, "unknown authority"},
		{KIND_HTTP, FAIL_HTTP_BLOCKPAGE, "blockpage"},
		{KIND_HTTP, FAIL_EOF_ERROR, "eof"},
	};
	char out[ROW_REASON];
	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(*list); i++)
		assert_string_equal(row_reason(out, list[i].kind, list[i].failure), list[i].want);
	for (enum failure f = 1; f < FAILURES; f++)
		assert_true(*row_reason(out, KIND_TCP, f));
}

static void times(void **state)
{
	char out[ROW_TIME];
	(void)state;
	assert_string_equal(row_time(out, -1), "-");
	assert_string_equal(row_time(out, 0), "0.0 ms");
	assert_string_equal(row_time(out, 9949), "9.9 ms");
	assert_string_equal(row_time(out, 10000), "10 ms");
	assert_string_equal(row_time(out, 999999), "999 ms");
	assert_string_equal(row_time(out, 1500000), "1.5 s");
}

static void other_schemes(void **state)
{
	struct target t = site;
	struct row r;
	(void)state;
	t.scheme = TARGET_TCP;
	row_begin(&r, &t);
	add(&r, KIND_DNS, FAIL_NONE, 1, false);
	assert_false(row_is_up(&r));
	add(&r, KIND_TCP, FAIL_NONE, 1, true);
	assert_true(row_is_up(&r));
	t.scheme = TARGET_DNS;
	row_begin(&r, &t);
	add(&r, KIND_DNS, FAIL_NONE, 1, true);
	assert_true(row_is_up(&r));
}

static void link_line(void **state)
{
	struct result link;
	struct buf out;
	(void)state;
	result_init(&link, KIND_LINK);
	link.v[RESULT_IPV4] = link.v[RESULT_GATEWAY] = 1;
	buf_init(&out, 256);
	row_link(&out, &link, &plain, true);
	assert_string_equal(out.data, "IPv4 ✓  IPv6 ✗  gateway ✓  resolver ✗");
	buf_reset(&out);
	row_link(&out, &link, &(struct term){0}, false);
	assert_string_equal(out.data, "v4 +  v6 x  gw +  ns x");

	/* what is there, but is known not to answer, is not good */
	link.v[RESULT_NS] = 1;
	link.v[RESULT_GWUP] = link.v[RESULT_NSUP] = 0;
	buf_reset(&out);
	row_link(&out, &link, &plain, true);
	assert_string_equal(out.data, "IPv4 ✓  IPv6 ✗  gateway ✗  resolver ✗");
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reached),	 cmocka_unit_test(not_reached),
		cmocka_unit_test(any_success),	 cmocka_unit_test(any_width),
		cmocka_unit_test(reasons),	 cmocka_unit_test(times),
		cmocka_unit_test(other_schemes), cmocka_unit_test(link_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
