/* test_buf.c: caps hold, files are whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"

static void cap_refuses_and_keeps(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 5);
	assert_int_equal(buf_puts(&b, "abc"), 0);
	assert_int_equal(buf_puts(&b, "def"), -1);
	assert_true(b.overflow);
	assert_string_equal(b.data, "abc");
	assert_int_equal(buf_puts(&b, "de"), 0);
	assert_int_equal(buf_printf(&b, "%d", 7), -1);
	assert_string_equal(b.data, "abcde");
	buf_reset(&b);
	assert_false(b.overflow);
	assert_string_equal(b.data, "");
	buf_clear(&b);
}

/* Formatted text that just fits what is allocated, and text that just does not. */
static void formatted_text_grows_the_buffer(void **state)
{
	char want[600] = "";
	struct buf b;
	(void)state;
	buf_init(&b, sizeof(want) - 1);
	for (int len = 0; strlen(want) + (size_t)len < sizeof(want); len++) {
		assert_int_equal(buf_printf(&b, "%0*d", len, 0), 0);
		snprintf(want + strlen(want), sizeof(want) - strlen(want), "%0*d", len, 0);
		assert_string_equal(b.data, want);
		assert_int_equal(b.len, strlen(want));
	}
	assert_int_equal(buf_printf(&b, "%*d", 600, 0), -1);
	assert_string_equal(b.data, want);
	buf_clear(&b);
}

static void integers_are_decimal(void **state)
{
	static const int64_t v[] = {0, -1, 9, 10, 1767889800000, INT64_MAX, INT64_MIN};
	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(*v); i++) {
		struct buf b;
		char want[32];
		buf_init(&b, 64);
		snprintf(want, sizeof(want), "%" PRId64, v[i]);
		assert_int_equal(buf_put_int(&b, v[i]), 0);
		assert_string_equal(b.data, want);
		buf_clear(&b);
	}
}

static void integers_are_little_endian(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 64);
	buf_put_u16(&b, 0x1234);
	buf_put_u32(&b, 0xdeadbeef);
	buf_put_u64(&b, 0x0102030405060708);
	assert_int_equal(b.len, 14);
	assert_memory_equal(b.data, "\x34\x12\xef\xbe\xad\xde\x08\x07\x06\x05\x04\x03\x02\x01", 14);
	assert_int_equal(buf_get_u16(b.data), 0x1234);
	assert_int_equal(buf_get_u32(b.data + 2), 0xdeadbeef);
	assert_true(buf_get_u64(b.data + 6) == 0x0102030405060708);
	buf_clear(&b);
}

static void file_is_replaced_whole(void **state)
{
	char dir[] = "/tmp/test_buf_XXXXXX";
	struct buf b;
	struct stat st;
	(void)state;
	assert_non_null(mkdtemp(dir));
	char *path = xasprintf("%s/f", dir);
	assert_int_equal(buf_write_file(path, "old", 3, 0600), 0);
	assert_int_equal(buf_write_file(path, "newer", 5, 0640), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(buf_read_file(&b, path, 5), 0);
	assert_string_equal(b.data, "newer");
	buf_clear(&b);
	assert_int_equal(buf_read_file(&b, path, 4), -1);
	assert_int_equal(errno, EFBIG);
	unlink(path);
	assert_int_equal(rmdir(dir), 0); /* nothing else was left behind */
	assert_int_equal(buf_write_file(path, "x", 1, 0600), -1);
	assert_int_equal(errno, ENOENT);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cap_refuses_and_keeps),
		cmocka_unit_test(formatted_text_grows_the_buffer),
		cmocka_unit_test(integers_are_decimal),
		cmocka_unit_test(integers_are_little_endian),
		cmocka_unit_test(file_is_replaced_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
