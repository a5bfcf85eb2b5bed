/* test_wording.c: both languages can say every finding, within the columns there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "probe/wording.h"
#include "tests/probe/told.h"

static const struct told_row *row_called(const char *what)
{
	for (size_t i = 0; i < told_n; i++)
		if (!strcmp(told_rows[i].what, what))
			return &told_rows[i];
	fail_msg("no row %s", what);
	return NULL;
}

/* The text of the finding with this id. */
static void says(enum wording w, const char *what, enum finding_id id, const char *want)
{
	struct told t;
	struct buf text;
	buf_init(&text, 4096);
	told_make(&t, row_called(what));
	for (size_t i = 0; i < t.f.n; i++)
		if (t.f.list[i].id == id)
			wording_finding(&text, w, &t.f, &t.f.list[i]);
	assert_string_equal(text.data, want);
	buf_clear(&text);
	told_forget(&t);
}

/* The formatter does not know how wide Persian is. */
/* clang-format off */
static void in_words(void **state)
{
	(void)state;
	says(WORDING_EN, "by name", FINDING_TLS_RESET,
	     "203.0.113.7: TCP connects, then the connection is reset as soon as the name "
	     "x.example "
	     "is sent.");
	says(WORDING_EN, "by name", FINDING_BY_NAME,
	     "With the harmless name www.example.com the same address answers: blocked by name "
	     "(SNI).");
	says(WORDING_EN, "an address has no name", FINDING_TLS_RESET,
	     "203.0.113.7: TCP connects, then the connection is reset as soon as the TLS greeting "
	     "is "
	     "sent.");
	says(WORDING_EN, "both dropped", FINDING_NAME_KNOWN,
	     "The name resolves: the resolver of this device gives 203.0.113.7, 203.0.113.8.");
	says(WORDING_EN, "silent", FINDING_RESOLVER_SILENT,
	     "The resolver of this device does not answer: it is down, or questions to it are "
	     "dropped "
	     "on the way.");
	says(WORDING_EN, "expired", FINDING_CERT_EXPIRED,
	     "203.0.113.7: a certificate ended on 2025-10-09. First look whether the clock of this "
	     "device is right; otherwise the site has let it run out.");
	says(WORDING_EN, "speed", FINDING_SPEED,
	     "66 kB came at 5309 kB/s. So short a download says less about a fast line than about "
	     "a "
	     "slow one.");
	says(WORDING_FA, "by name", FINDING_TLS_RESET,
	     "\u2068203.0.113.7\u2069: اتصال TCP برقرار می‌شود و سپس به "
	     "محض "
	     "فرستادن "
	     "نام "
	     "\u2068x.example\u2069 با RST قطع می‌شود.");
	says(WORDING_FA, "speed", FINDING_SPEED,
	     "۶۶ کیلوبایت با سرعت ۵۳۰۹ کیلوبایت در ثانیه رسید. دریافتی به این کوتاهی دربارهٔ خط تند "
	     "کمتر "
	     "می‌گوید تا دربارهٔ خط کند.");
	says(WORDING_FA, "hidden", FINDING_OTHERS_TELL,
	     "برای همین نام، نشانی \u2068203.0.113.7\u2069 از سرور DNS \u20689.9.9.9\u2069 "
	     "می‌رسد. این "
	     "نشانی‌ها آزموده نشدند: برای آزمودنشان همان سرور را "
	     "نخست "
	     "بنویسید "
	     "(\u2068--resolver\u2069).");
}
/* clang-format on */

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* Columns of a line without what takes none; isolates must end where the line ends. */
static int measure(const char *line, size_t len)
{
	int n = 0, open = 0;
	for (const char *c = line; c < line + len; c++) {
		bool none = begins(c, "\u200c") || begins(c, "\u2068") || begins(c, "\u2069") ||
			    begins(c, "\u0654") || begins(c, "\u0650");
		open += begins(c, "\u2068") - begins(c, "\u2069");
		n += ((unsigned char)*c & 0xc0) != 0x80 && !none;
	}
	assert_int_equal(open, 0);
	return n;
}

static void fits(const char *text, int columns)
{
	struct buf out;
	buf_init(&out, 8192);
	buf_puts(&out, "    ");
	wording_wrap(&out, text, columns, 4, 4);
	for (const char *line = out.data; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		size_t len = strcspn(line, "\n");
		int n = measure(line, len);
		if (n > columns)
			fail_msg("%d columns instead of %d: %.*s", n, columns, (int)len, line);
	}
	buf_clear(&out);
}

/* Everything that is ever said, in both languages: filled in, and within the columns. */
static void all_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < told_n; i++)
		for (enum wording w = 0; w < WORDINGS; w++) {
			struct told t;
			told_make(&t, &told_rows[i]);
			for (size_t k = 0; k < t.f.n; k++) {
				struct buf text;
				buf_init(&text, 4096);
				wording_finding(&text, w, &t.f, &t.f.list[k]);
				if (strpbrk(text.data, "{}") ||
				    strstr(text.data, "authorities cut"))
					fail_msg("%s", text.data);
				fits(text.data, 80);
				fits(text.data, 40);
				buf_clear(&text);
			}
			told_forget(&t);
		}
}

/* An isolate that has to be broken is one on each line; what is longer than a line stays whole. */
static void broken_lines(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, 1024);
	wording_wrap(&out, "one \u2068two three four\u2069 five 2001:db8:1111:2222:3333::1 six", 12,
		     2, 2);
	assert_string_equal(out.data, "one \u2068two\u2069\n  \u2068three four\u2069\n  five\n"
				      "  2001:db8:1111:2222:3333::1\n  six");
	buf_clear(&out);
}

static void hostile_texts(void **state)
{
	struct buf out;
	(void)state;
	buf_init(&out, 256);
	wording_foreign(&out, "a\033[2Jb\u202ec\n");
	assert_string_equal(out.data, "a?[2Jb???c?");
	buf_clear(&out);
}

static void every_failure(void **state)
{
	(void)state;
	for (enum failure f = 0; f < FAILURES; f++) {
		assert_string_equal(wording_failure(WORDING_EN, f), failure_meaning(f));
		if (!strcmp(wording_failure(WORDING_FA, f), failure_meaning(f)))
			fail_msg("%s has no Persian", failure_str(f));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_words),	 cmocka_unit_test(all_texts),
		cmocka_unit_test(broken_lines),	 cmocka_unit_test(hostile_texts),
		cmocka_unit_test(every_failure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
