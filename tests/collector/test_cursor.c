/* test_cursor.c: the text of a place in a list, and what lies before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "collector/cursor.h"
#include "common/buf.h"

static void test_text(void **state)
{
	static const char *const good[] = {
		"IR-23.AS44244.mobile.1767889800000.loss",
		"all.all.all.0.loss",
		"?.AS0.unknown.999999999999999.ipv6-lost",
		"IR-23.all.all.1767889800000.open",
	};
	static const char *const bad[] = {
		"",
		"IR-23",
		"IR-23.all.all",
		"IR-23.all.all.",
		"IR-23.all.all.loss",
		"IR-23.all.all.-1.loss",
		"IR-23.all.all.1767889800000",
		"IR-23.all.all.1767889800000.",
		"IR-23.all.all.1767889800000.gain",
		"IR-23.all.all.1000000000000000.loss",
		"IR-23.44244.all.1.loss",
	};
	struct cursor c;
	char text[CURSOR_TEXT_LEN];
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(cursor_parse(&c, good[i]), 0);
		assert_string_equal(cursor_text(text, &c), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cursor_parse(&c, bad[i]) == 0)
			fail_msg("taken: %s", bad[i]);
}

/* In the order of lists: series, onset, kind. */
static void test_order(void **state)
{
	static const char *const order[] = {
		"IR-07.AS44244.mobile.9000.loss", "IR-07.all.all.1000.loss",
		"IR-23.all.all.1000.loss",	  "IR-23.all.all.1000.ipv6-lost",
		"IR-23.all.all.2000.loss",
	};
	const size_t n = sizeof(order) / sizeof(order[0]);
	struct cursor c, at;
	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			assert_int_equal(cursor_parse(&c, order[i]), 0);
			assert_int_equal(cursor_parse(&at, order[k]), 0);
			const struct event e = {
				.series = at.series, .onset_ms = at.time_ms, .kind = at.kind};
			if (cursor_is_past(&c, &e) != (k < i))
				fail_msg("%s and %s", order[i], order[k]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
