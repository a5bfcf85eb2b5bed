/* test_coding.c: which content coding is chosen, and that its library reads back what was coded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "collector/coding.h"

#define PLAIN_MAX (4u * 1024 * 1024)

static void test_choose(void **state)
{
	static const struct {
		const char *accept;
		enum coding coding;
	} table[] = {
		{NULL, CODING_NONE},
		{"", CODING_NONE},
		{" , ,", CODING_NONE},
		{"br", CODING_NONE},
		{"gzip", CODING_GZIP},
		{"GZip", CODING_GZIP},
		{"x-gzip", CODING_GZIP},
		{"xgzip", CODING_NONE},
		{"zstd", CODING_ZSTD},
		{"zstdx", CODING_NONE},
		{"gzip, deflate, br, zstd", CODING_ZSTD},
		{"zstd;q=0.5, gzip;q=0.8", CODING_GZIP},
		{"zstd;q=0.8,gzip;q=0.800", CODING_ZSTD},
		{"zstd;q=0.799,gzip;q=0.8", CODING_GZIP},
		{"zstd;q=0, gzip", CODING_GZIP},
		{"gzip ; q=0", CODING_NONE},
		{"gzip;q=0.000, *", CODING_ZSTD},
		{"zstd;q=0, *;q=0.1", CODING_GZIP},
		{"*", CODING_ZSTD},
		{"*;q=0", CODING_NONE},
		{"identity", CODING_NONE},
		{"identity, gzip;q=0.5", CODING_NONE},
		{"identity;q=0.5, gzip", CODING_GZIP},
		{"identity;q=0, gzip;q=0", CODING_NONE},
		/* no qualities, so not taken */
		{"gzip;q=", CODING_NONE},
		{"gzip;q=2", CODING_NONE},
		{"gzip;q=1.001", CODING_NONE},
		{"gzip;q=0.1234", CODING_NONE},
		{"gzip;q=-1", CODING_NONE},
		{"gzip;q=nan", CODING_NONE},
		{"gzip;q=.5", CODING_NONE},
		{"gzip;level=9", CODING_NONE},
		{"gzip;Q=1.000 , br", CODING_GZIP},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (coding_choose(table[i].accept) != table[i].coding)
			fail_msg("%s: %s", table[i].accept,
				 coding_str(coding_choose(table[i].accept)));
}

static void fill(struct buf *b, size_t lines)
{
	buf_init(b, PLAIN_MAX);
	for (size_t i = 0; i < lines; i++)
		buf_printf(b, "{\"region\":\"IR-%zu\",\"up\":0.%zu}\n", i % 31, i * 7919 % 1000);
	assert_false(b->overflow);
}

static size_t decode(enum coding c, const struct buf *b, char *out)
{
	z_stream z = {.next_in = (Bytef *)b->data,
		      .avail_in = (uInt)b->len,
		      .next_out = (Bytef *)out,
		      .avail_out = PLAIN_MAX};
	if (c == CODING_ZSTD)
		return ZSTD_decompress(out, PLAIN_MAX, b->data, b->len);
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	return z.total_out;
}

/* Short and long ones, at the levels of both. */
static void test_read_back(void **state)
{
	static const size_t lines[] = {20, 2000, 60000};
	char *out = malloc(PLAIN_MAX);
	(void)state;
	assert_non_null(out);
	for (enum coding c = CODING_GZIP; c < CODINGS; c++) {
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
			struct buf plain, coded;
			fill(&plain, lines[i]);
			fill(&coded, lines[i]);
			assert_true(coding_apply(c, &coded));
			assert_true(coded.len * 2 < plain.len);
			assert_int_equal(decode(c, &coded, out), plain.len);
			assert_memory_equal(out, plain.data, plain.len);
			buf_clear(&plain);
			buf_clear(&coded);
		}
	}
	free(out);
}

/* What would not get shorter stays as it is. */
static void test_left_alone(void **state)
{
	static const char noise[] = "\x7f\x03\xd1\x55\x92\xee\x18\x40";
	struct buf b;
	(void)state;
	buf_init(&b, 100);
	for (enum coding c = CODING_NONE; c < CODINGS; c++) {
		assert_false(coding_apply(c, &b));
		buf_puts(&b, noise);
		assert_false(coding_apply(c, &b));
		assert_string_equal(b.data, noise);
		buf_reset(&b);
	}
	buf_clear(&b);
}

/* The window stays within what a browser takes, whatever the length (RFC 9659). */
static void test_window(void **state)
{
	struct buf b;
	(void)state;
	fill(&b, 100000);
	assert_true(coding_apply(CODING_ZSTD, &b));
	ZSTD_DCtx *d = ZSTD_createDCtx();
	char *out = malloc(PLAIN_MAX);
	assert_false(ZSTD_isError(ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, 23)));
	ZSTD_inBuffer in = {b.data, b.len, 0};
	ZSTD_outBuffer o = {out, PLAIN_MAX, 0};
	assert_int_equal(ZSTD_decompressStream(d, &o, &in), 0);
	ZSTD_freeDCtx(d);
	free(out);
	buf_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_read_back),
		cmocka_unit_test(test_left_alone),
		cmocka_unit_test(test_window),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
