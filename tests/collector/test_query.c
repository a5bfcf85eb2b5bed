/* test_query.c: query strings, good, odd and hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/query.h"

static void expect(const char *raw, const char *name, const char *value)
{
	struct query q;
	assert_null(query_parse(&q, raw));
	assert_non_null(query_get(&q, name));
	assert_string_equal(query_get(&q, name), value);
}

static void refuse(const char *raw, const char *why)
{
	struct query q;
	const char *said = query_parse(&q, raw);
	assert_non_null(said);
	assert_non_null(strstr(said, why));
}

static void test_pairs(void **state)
{
	struct query q;
	(void)state;
	expect("a=1&b=2", "b", "2");
	expect("a=1&a=2", "a", "1");
	expect("a", "a", "");
	expect("a=", "a", "");
	expect("a=b=c", "a", "b=c");
	expect("&&a=1&", "a", "1");
	expect("a=x+y%20z", "a", "x y z");
	expect("%61%3D=%26", "a=", "&");
	expect("q=%D8%AA%D9%87", "q", "ته");
	assert_null(query_parse(&q, ""));
	assert_int_equal(q.n, 0);
	assert_null(query_get(&q, "a"));
}

static void test_refused(void **state)
{
	static const char *const broken[] = {"a=%", "a=%4", "a=%zz", "a=%4g", "%=1", "a=1&b=%e"};
	static const char *const not_utf8[] = {"a=%ff",	      "a=%c0%80",	"a=%c3",
					       "a=%ed%a0%80", "a=%f5%80%80%80", "a=%e0%80%80",
					       "\x80=1",      "a=%f0%80%80%80"};
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		refuse(broken[i], "two hexadecimal digits");
	for (size_t i = 0; i < sizeof(not_utf8) / sizeof(not_utf8[0]); i++)
		refuse(not_utf8[i], "UTF-8");
	refuse("a=%00", "control");
	refuse("a=%0a", "control");
	refuse("a=%7f", "control");
}

/* The widest queries that fit, and the first that do not. */
static void test_limits(void **state)
{
	char raw[QUERY_TEXT_MAX + 64];
	struct query q;
	(void)state;
	memset(raw, 'a', sizeof(raw));
	raw[QUERY_TEXT_MAX - QUERY_PAIRS_MAX - 2] = '\0';
	assert_null(query_parse(&q, raw));
	raw[QUERY_TEXT_MAX - QUERY_PAIRS_MAX - 2] = 'a';
	raw[sizeof(raw) - 1] = '\0';
	refuse(raw, "too long");
	for (size_t i = 0; i < QUERY_PAIRS_MAX; i++)
		memcpy(raw + 2 * i, "a&", 2);
	raw[2 * QUERY_PAIRS_MAX] = '\0';
	assert_null(query_parse(&q, raw));
	assert_int_equal(q.n, QUERY_PAIRS_MAX);
	strcat(raw, "a");
	refuse(raw, "too many");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
