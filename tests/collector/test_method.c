/* test_method.c: METHOD.md names what the code can say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "collector/assets.h"
#include "collector/row.h"

static const char *text(void)
{
	return (const char *)asset_METHOD_html;
}

static void expect(const char *what)
{
	if (!strstr(text(), what))
		fail_msg("METHOD.md does not have '%s'", what);
}

static void expect_code(const char *code)
{
	char html[64];
	snprintf(html, sizeof(html), "<code>%s</code>", code);
	expect(html);
}

/* The version at the top, and what is new in it in the last row of the last table. */
static void test_version(void **state)
{
	(void)state;
	char html[64];
	snprintf(html, sizeof(html), "<h1>Method</h1>\n<p>Version %d.", METHOD_VERSION);
	assert_ptr_equal(strstr(text(), html), text());
	const char *row = NULL;
	for (const char *p = text(); (p = strstr(p, "<tr>\n<td>")); p++)
		row = p;
	snprintf(html, sizeof(html), "<tr>\n<td>%d</td>", METHOD_VERSION);
	assert_non_null(row);
	assert_int_equal(strncmp(row, html, strlen(html)), 0);
}

static void test_codes(void **state)
{
	(void)state;
	for (int i = 0; i < RULES; i++)
		expect_code(rule_str((enum rule)i));
	for (int i = 0; i < STATES; i++)
		expect_code(state_str((enum state)i));
	for (int i = 0; i < SIGNS; i++)
		expect_code(sign_str((enum sign)i));
	for (int i = 0; i < MECHANISMS; i++)
		expect_code(mechanism_str((enum mechanism)i));
	for (int i = 0; i < WHYS; i++)
		expect_code(why_str((enum why)i));
	for (int i = 0; i < CLASS_OTHER; i++)
		expect_code(class_str((enum target_class)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
