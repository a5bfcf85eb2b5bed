/* test_jsonw.c: what is written is read back by an independent reader (jansson) as it was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "common/buf.h"
#include "common/jsonw.h"

static void shape(void **state)
{
	struct buf b;
	struct jsonw j;
	(void)state;
	buf_init(&b, 4096);
	jsonw_begin(&j, &b);
	jsonw_object(&j, NULL);
	jsonw_int(&j, "n", -3);
	jsonw_array(&j, "list");
	jsonw_str(&j, NULL, "a");
	jsonw_null(&j, NULL);
	jsonw_bool(&j, NULL, true);
	jsonw_object(&j, NULL);
	jsonw_end(&j);
	jsonw_end(&j);
	jsonw_num(&j, "x", 0.125, 2);
	jsonw_num(&j, "nan", NAN, 2);
	jsonw_time(&j, "t", 0);
	jsonw_end(&j);
	assert_string_equal(b.data,
			    "{\"n\":-3,\"list\":[\"a\",null,true,{}],\"x\":0.12,\"nan\":null,"
			    "\"t\":\"1970-01-01T00:00:00Z\"}");
	buf_clear(&b);
}

/* Any byte string comes out as valid JSON; valid UTF-8 comes back unchanged. */
static void any_text(void **state)
{
	static const char *const texts[] = {
		"",
		"plain",
		"\"\\/\b\f\n\r\t\x01\x1f",
		"فانوس",
		"\xf0\x9f\x8f\xae",
		"\xff",
		"a\xc3",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\xc0\xaf",
		"x\xe2\x82",
		"\x7f",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct buf b;
		struct jsonw j;
		buf_init(&b, 4096);
		jsonw_begin(&j, &b);
		jsonw_array(&j, NULL);
		jsonw_str(&j, NULL, texts[i]);
		jsonw_end(&j);
		json_t *back = json_loadb(b.data, b.len, 0, NULL);
		assert_non_null(back);
		const char *text = json_string_value(json_array_get(back, 0));
		if (!strstr(text, "\xef\xbf\xbd"))
			assert_string_equal(text, texts[i]);
		json_decref(back);
		buf_clear(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shape),
		cmocka_unit_test(any_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
