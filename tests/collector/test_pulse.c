/* test_pulse.c: a pulse comes back as it was stored, and bytes that are none are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/pulse.h"

static void same(const struct pulse *p)
{
	struct pulse back;
	struct buf out;
	memset(&back, 0xff, sizeof(back));
	buf_init(&out, 1024);
	pulse_encode(p, &out);
	assert_int_equal(pulse_decode(&back, out.data, out.len), 0);
	assert_int_equal(back.heard, p->heard);
	assert_int_equal(back.expected_c, p->expected_c);
	assert_int_equal(back.state, p->state);
	assert_int_equal(back.flags, p->flags);
	assert_int_equal(back.reports_c, p->reports_c);
	assert_int_equal(back.words_c, p->words_c);
	assert_int_equal(back.spread, p->spread);
	assert_int_equal(back.lost_lo, p->lost_lo);
	assert_int_equal(back.lost_hi, p->lost_hi);
	assert_memory_equal(back.sign, p->sign, sizeof(p->sign));
	assert_memory_equal(back.said, p->said, sizeof(p->said));
	assert_memory_equal(back.all, p->all, sizeof(p->all));
	assert_int_equal(back.usual, p->usual);
	assert_true(pulse_equal(&back, p));
	for (size_t len = 0; len < out.len; len++)
		assert_int_equal(pulse_decode(&back, out.data, len), -1);
	buf_putc(&out, 0);
	assert_int_equal(pulse_decode(&back, out.data, out.len), -1);
	buf_clear(&out);
}

static void test_both_ends(void **state)
{
	struct pulse p = {0};
	(void)state;
	same(&p);
	p = (struct pulse){.heard = UINT32_MAX,
			   .reports_c = UINT32_MAX,
			   .expected_c = UINT32_MAX,
			   .words_c = UINT32_MAX,
			   .usual = UINT32_MAX,
			   .lost_lo = 1,
			   .lost_hi = 101,
			   .spread = (1u << SIGNS) - 1,
			   .state = STATES - 1,
			   .flags = PULSE_ALIVE | PULSE_QUORUM | PULSE_PARENT};
	for (size_t k = 0; k < SIGNS; k++)
		p.sign[k] = p.said[k] = p.all[k] = (struct verdict_count){UINT32_MAX, UINT32_MAX};
	same(&p);
	p = (struct pulse){.heard = 12, .expected_c = 1250, .state = STATE_OPEN};
	p.sign[SIGN_LOSS] = (struct verdict_count){12, 0};
	p.sign[SIGN_DNS] = (struct verdict_count){5, 5};
	p.said[SIGN_SLOW] = (struct verdict_count){40, 0};
	same(&p);
}

static void refuse(const char *bytes, size_t len)
{
	struct pulse p;
	assert_int_equal(pulse_decode(&p, bytes, len), -1);
}

static void test_refused(void **state)
{
	struct pulse p;
	(void)state;
	/* state, flags, spread, heard, reports, expected, words, lost, usual, signs, n, n - hit, said, all */
	assert_int_equal(pulse_decode(&p, "\1\1\1\2\3\3\3\0\7\1\2\1\0\0\4\1", 16), 0);
	assert_int_equal(p.sign[SIGN_LOSS].hit, 1);
	assert_int_equal(p.all[SIGN_LOSS].hit, 3);
	assert_int_equal(p.usual, 7);
	refuse("\177\1\1\2\3\3\3\0\7\0", 10);		  /* a state that is none */
	refuse("\1\10\1\2\3\3\3\0\7\0", 10);		  /* an unknown flag */
	refuse("\1\1\100\2\3\3\3\0\7\0", 10);		  /* a sign that is none */
	refuse("\1\1\1\2\3\3\3\146\1\7\0", 11);		  /* more than all of it is lost */
	refuse("\1\1\1\2\3\3\3\0\7\100\2\1\0\0\0\0", 16); /* a sign that is none */
	refuse("\1\1\1\2\3\3\3\0\7\1\2\3\0\0\0\0", 16);	  /* fewer hits than none */
	refuse("\1\1\1\2\3\3\3\0\7\1\0\0\0\0\0\0", 16);	  /* a sign without votes */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ends),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
