/* test_result.c: vocabularies both ways, result lines right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "common/buf.h"
#include "common/result.h"

static void names_both_ways(void **state)
{
	(void)state;
	for (int k = 0; k < KINDS; k++)
		assert_int_equal(kind_parse(kind_str((enum kind)k)), k);
	for (int f = 0; f < RESULT_FIELDS; f++)
		assert_int_equal(field_parse(field_str((enum result_field)f)), f);
	for (int c = 0; c < CLASSES; c++)
		assert_int_equal(class_parse(class_str((enum target_class)c)), c);
	for (int a = 0; a < ACCESSES; a++)
		assert_int_equal(access_parse(access_str((enum access_type)a)), a);
	for (int f = 0; f < FAILURES; f++)
		assert_int_equal(failure_parse(failure_str((enum failure)f)), f);
	assert_int_equal(kind_parse("ping"), KINDS);
	assert_int_equal(failure_parse("nope"), FAILURES);
}

/* The wire's numbers are the rows of the tables: this fails when somebody reorders one. */
static void numbers_are_frozen(void **state)
{
	(void)state;
	assert_int_equal(KIND_DNS, 0);
	assert_int_equal(KIND_LINK, 4);
	assert_int_equal(FAIL_NONE, 0);
	assert_int_equal(FAIL_DNS_BOGON, 5);
	assert_int_equal(FAIL_CONNECTION_RESET, 11);
	assert_int_equal(FAIL_HTTP_BLOCKPAGE, 29);
	assert_int_equal(FAIL_TCP_TIMEOUT, 37);
}

static void line_text(void **state)
{
	struct result r;
	struct buf b;
	(void)state;
	buf_init(&b, 1024);
	result_init(&r, KIND_TCP);
	r.v[RESULT_T] = 1500;
	r.v[RESULT_TARGET] = 2;
	r.v[RESULT_US] = 8123;
	r.v[RESULT_PORT] = 443;
	assert_int_equal(result_encode(&b, &r, 1000), 0);
	assert_string_equal(b.data, "[1,500,2,8123,0,null,443,0]");
	buf_clear(&b);
}

static const char *const bad[] = {
	"",
	"{}",
	"[]",
	"[99,0]",
	"[-1]",
	"[1.0,0,0,0,0,0,0]",
	"[1,0,0,0,0,0]",
	"[1,0,0,0,0,0,443,7]",
	"[1,0,0,0,0,0,\"443\"]",
	"[1,null,0,0,0,0,443]",
	"[1,0,0,0,999,0,443]",
	"[1,0,-1,0,0,0,443]",
	"[1,0,0,0,0,0,65536]",
	"[1,0,0,0,0,9999,443]",
	"[0,0,0,0,0,0,1,0,null,7]",
	"[0,0,0,0,0,0,1,0,null,[1,2,3,4,5,6,7,8,9]]",
	"[0,0,0,0,0,0,1,0,null,[-1]]",
	"[1,0,0,0,0,0,443",
	"[1,0,0,0,0,0,443]]",
	"[[1],0]",
	"[1,99999999999999999999,0,0,0,0,443]",
	"[2,0,0,0,0,0,[1,2,3,4,5,6,7,8,9]]",
	"[2,0,0,0,0,0,[1024]]",
	"[2,0,0,0,0,0,null]",
	"[2,0,0,0,0,0,[1,]]",
	"[2,0,0,0,0,0,[,1]]",
	"[2,0,0,0,0,0,[1 2]]",
	"[2,0,0,0,0,0,[1]",
	"[1,0,0,0,0,0,0443]",
	"[1,0,0,0,0,0,+443]",
	"[1,0,0,0,0,0,- 443]",
	"[1,0,0,0,0,0,443e0]",
	"[1,0,0,0,0,0,443.]",
	"[1,0,0,0,0,nul,443]",
	"[1,0,0,0,0,0,]",
	"[1,,0,0,0,0,443]",
	"[1,0,0,0,0,0,-9223372036854775808]",
	"[1,0,0,0,0,0,443]x",
	"[1,0,0,0,0,0,443],",
};

/* What a header may say; tls and dns with a list that is theirs, tcp without. */
static const struct result_columns columns = {
	.of = {[KIND_DNS] = {RESULT_T, RESULT_TARGET, RESULT_US, RESULT_FAILURE, RESULT_RESOLVER,
			     RESULT_QTYPE, RESULT_RCODE, RESULT_FP, RESULT_ANSWERS, RESULT_FIELDS},
	       [KIND_TCP] = {RESULT_T, RESULT_TARGET, RESULT_US, RESULT_FAILURE, RESULT_ADDR,
			     RESULT_PORT, RESULT_FIELDS},
	       [KIND_TLS] = {RESULT_T, RESULT_TARGET, RESULT_US, RESULT_FAILURE, RESULT_ADDR,
			     RESULT_CHAIN, RESULT_FIELDS},
	       [KIND_HTTP] = {RESULT_T, RESULT_CHAIN, RESULT_FIELDS}}};

static void bad_lines(void **state)
{
	struct result r;
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (!result_decode(&r, bad[i], strlen(bad[i]), 0, &columns))
			fail_msg("taken: %s", bad[i]);
	/* a kind has its own list and no other's */
	assert_non_null(result_decode(&r, "[3,0,[1]]", 9, 5, &columns));
}

static void good_lines(void **state)
{
	static const char spaced[] = " [ 1 ,\t0,0, 0 ,-0 , null,443 ] \r";
	struct result r;
	(void)state;
	assert_null(result_decode(&r, "[1,0,0,0,0,null,443]", 20, 5, &columns));
	assert_int_equal(r.v[RESULT_T], 5);
	assert_int_equal(r.v[RESULT_ADDR], -1);
	/* space is JSON, too */
	assert_null(result_decode(&r, spaced, strlen(spaced), 5, &columns));
	assert_int_equal(r.v[RESULT_PORT], 443);
	assert_null(result_decode(&r, "[2,0,0,0,0,0,[7,1023]]", 22, 5, &columns));
	assert_int_equal(r.n_list, 2);
	assert_int_equal(r.list[1], 1023);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_both_ways), cmocka_unit_test(numbers_are_frozen),
		cmocka_unit_test(line_text),	   cmocka_unit_test(bad_lines),
		cmocka_unit_test(good_lines),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
