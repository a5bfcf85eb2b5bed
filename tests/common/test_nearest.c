/* test_nearest.c: the word that was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/nearest.h"

static void distances(void **state)
{
	(void)state;
	assert_int_equal(nearest_distance("", ""), 0);
	assert_int_equal(nearest_distance("abc", ""), 3);
	assert_int_equal(nearest_distance("interval", "intreval"), 1);
	assert_int_equal(nearest_distance("kitten", "sitting"), 3);
}

static void words(void **state)
{
	static const char *const list[] = {"run", "init", "status", "queue", NULL};
	static const char *const none[] = {NULL};
	(void)state;
	assert_string_equal(nearest_word("statsu", list), "status");
	assert_string_equal(nearest_word("rum", list), "run");
	assert_null(nearest_word("x", none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances),
		cmocka_unit_test(words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
