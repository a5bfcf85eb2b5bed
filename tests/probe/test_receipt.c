/* test_receipt.c: a batch is deleted on the strength of a receipt, so nothing else may pass for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/limits.h"
#include "probe/receipt.h"

#define ID_HEX "a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0"

static const uint8_t id[BATCH_ID] = {0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8,
				     0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0,
				     0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8,
				     0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xc0};

static void takes(const char *body, bool duplicate, int64_t received_ms)
{
	struct receipt r;
	const char *why = receipt_parse(&r, body, strlen(body), id);
	if (why)
		fail_msg("%s: %s", body, why);
	assert_int_equal(r.duplicate, duplicate);
	assert_int_equal(r.received_ms, received_ms);
}

static void refuses(const char *body, const char *want)
{
	struct receipt r;
	const char *why = receipt_parse(&r, body, strlen(body), id);
	if (!why || !strstr(why, want))
		fail_msg("want '%s', not '%s', for %s", want, why ? why : "a receipt", body);
}

static void receipts(void **state)
{
	(void)state;
	takes("{\"batch\":\"" ID_HEX "\",\"status\":\"new\",\"received\":1767889800123}", false,
	      1767889800123);
	takes("{\"status\":\"duplicate\",\"batch\":\"" ID_HEX "\"}\n", true, -1);
	takes("{\"batch\":\"" ID_HEX "\",\"status\":\"new\",\"received\":0,\"leaf\":{\"index\":7}}",
	      false, 0);
}

static void others(void **state)
{
	(void)state;
	refuses("", "object");
	refuses("<html>Please log in to use this network</html>", "object");
	refuses("[]", "object");
	refuses("\"" ID_HEX "\"", "object");
	refuses("{}", "another batch");
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":\"new\"", "object"); /* cut off */
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":\"new\"} {}", "object");
	refuses("{\"batch\":\"" ID_HEX "\",\"batch\":\"" ID_HEX "\",\"status\":\"new\"}", "object");
	refuses("{\"batch\":\"b1a2\",\"status\":\"new\"}", "another batch");
	refuses("{\"batch\":\"" ID_HEX "00\",\"status\":\"new\"}", "another batch");
	refuses("{\"batch\":7,\"status\":\"new\"}", "another batch");
	refuses("{\"batch\":\"" ID_HEX "\"}", "status");
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":\"stored\"}", "status");
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":true}", "status");
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":\"new\",\"received\":-1}", "time");
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":\"new\",\"received\":\"now\"}", "time");
	refuses("{\"batch\":\"" ID_HEX "\",\"status\":\"new\",\"received\":1e3}", "time");
}

static void large(void **state)
{
	struct receipt r;
	struct buf body;
	(void)state;
	buf_init(&body, 2 * RECEIPT_MAX);
	buf_puts(&body, "{\"batch\":\"" ID_HEX "\",\"status\":\"new\",\"x\":\"");
	while (body.len < RECEIPT_MAX)
		buf_putc(&body, 'x');
	buf_puts(&body, "\"}");
	assert_non_null(receipt_parse(&r, body.data, body.len, id));
	buf_reset(&body);
	while (body.len < RECEIPT_MAX)
		buf_putc(&body, '['); /* deep nesting */
	assert_non_null(receipt_parse(&r, body.data, body.len, id));
	buf_clear(&body);
}

static void problems(void **state)
{
	char title[16];
	static const char body[] = "{\"type\":\"about:blank\",\"title\":\"not\\u001b[2J sealed to "
				   "us\",\"status\":400}";
	(void)state;
	assert_true(receipt_problem(title, sizeof(title), body, strlen(body)));
	assert_string_equal(title, "not?[2J sealed "); /* cut, and harmless to a terminal */
	static const char detailed[] = "{\"title\":\"Bad\",\"detail\":\"IR-99 is\\nno province\"}",
			  empty[] = "{\"title\":\"Bad\",\"detail\":\"\"}";
	assert_true(receipt_problem(title, sizeof(title), detailed, strlen(detailed)));
	assert_string_equal(title, "IR-99 is?no pro"); /* what is wrong says more than its kind */
	assert_true(receipt_problem(title, sizeof(title), empty, strlen(empty)));
	assert_string_equal(title, "Bad");
	assert_false(receipt_problem(title, sizeof(title), "{}", 2));
	assert_false(receipt_problem(title, sizeof(title), "<html>", 6));
	assert_false(receipt_problem(title, sizeof(title), "{\"title\":5}", 11));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts),
		cmocka_unit_test(others),
		cmocka_unit_test(large),
		cmocka_unit_test(problems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
