/* test_csv.c: RFC 4180, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/csv.h"

/* All records as "line:field|field\n", then the error. text has len bytes. */
static void read_all(char *out, size_t room, const char *text, size_t len)
{
	char copy[512];
	struct csv c;
	int got;
	size_t at = 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*out = '\0';
	csv_begin(&c, copy, len);
	while ((got = csv_next(&c)) > 0) {
		at += (size_t)snprintf(out + at, room - at, "%zu:", c.line);
		for (size_t i = 0; i < c.n; i++)
			at += (size_t)snprintf(out + at, room - at, "%s%s", i ? "|" : "",
					       c.field[i]);
		at += (size_t)snprintf(out + at, room - at, "\n");
	}
	if (got < 0)
		snprintf(out + at, room - at, "%zu! %s", c.line, c.error);
}

static const struct {
	const char *text, *records;
} cases[] = {
	{"", ""},
	{"\n\r\n", ""},
	{"a", "1:a\n"},
	{"a,b\nc,d\n", "1:a|b\n2:c|d\n"},
	{"\xef\xbb\xbf"
	 "a,b\r\n\r\nc,d",
	 "1:a|b\n3:c|d\n"},
	{",\n", "1:|\n"},
	{"\"a\",\"\"\n", "1:a|\n"},
	{"\"a,\"\"b\"\"\nc\",d\ne,f\n", "1:a,\"b\"\nc|d\n3:e|f\n"},
	{"\"a\"", "1:a\n"},
	{"a\n\"b", "1:a\n2! a quote is never closed"},
	{"a\"b\n", "1! a quote inside a field without quotes"},
	{"\"a\"b\n", "1! text where the field should have ended"},
	{"a\rb\n", "1! text where the field should have ended"},
	{"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "1! too many columns"},
};

static void records(void **state)
{
	char out[512];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		read_all(out, sizeof(out), cases[i].text, strlen(cases[i].text));
		assert_string_equal(out, cases[i].records);
	}
}

static void nul_bytes(void **state)
{
	char out[512];
	(void)state;
	read_all(out, sizeof(out), "a\0b\n", 4);
	assert_string_equal(out, "1! a NUL byte");
	read_all(out, sizeof(out), "\"a\0b\"\n", 6);
	assert_string_equal(out, "1! a NUL byte");
}

static void columns(void **state)
{
	char text[] = "url,class,notes\n";
	struct csv c;
	(void)state;
	csv_begin(&c, text, strlen(text));
	assert_int_equal(csv_next(&c), 1);
	assert_int_equal(csv_column(&c, "class"), 1);
	assert_int_equal(csv_column(&c, "level"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),
		cmocka_unit_test(nul_bytes),
		cmocka_unit_test(columns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
