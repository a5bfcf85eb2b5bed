/* test_consent.c: only a clear answer to the present text counts, and the text fits a screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/consent.h"
#include "tests/probe/tempdir.h"

#define JAN8_MS 1767889800000LL

/* Answers the question with these lines; what was shown is in *shown. */
static enum consent_answer ask(const char *lines, enum consent_language language, const char *watch,
			       enum consent_answer before, char **shown)
{
	size_t len;
	char input[256];
	snprintf(input, sizeof(input), "%s", lines);
	FILE *in = fmemopen(input, strlen(input) + !*input, "r"),
	     *out = open_memstream(shown, &len);
	if (!*input) /* fmemopen has no empty files */
		fgetc(in);
	enum consent_answer a = consent_ask(in, out, language, watch, before);
	fclose(in);
	fclose(out);
	return a;
}

static void answers_to(const char *lines, enum consent_answer before, enum consent_answer want)
{
	char *shown;
	enum consent_answer a = ask(lines, CONSENT_ENGLISH, NULL, before, &shown);
	if (a != want)
		fail_msg("'%s' gives %s, not %s", lines, consent_str(a), consent_str(want));
	free(shown);
}

static void answers(void **state)
{
	(void)state;
	answers_to("y\n", CONSENT_NONE, CONSENT_YES);
	answers_to("  YES \n", CONSENT_NONE, CONSENT_YES);
	answers_to("m\n", CONSENT_NONE, CONSENT_MEASURE_ONLY);
	answers_to("n\n", CONSENT_NONE, CONSENT_NO);
	answers_to("بله\n", CONSENT_NONE, CONSENT_YES);
	answers_to("نه\n", CONSENT_NONE, CONSENT_NO);
	answers_to("what\nyeah\nyes please\n", CONSENT_NONE, CONSENT_YES);
	answers_to("\n\n\nno\n", CONSENT_NONE, CONSENT_NO); /* Enter is no answer */
	answers_to("f\ne\nf\ny\n", CONSENT_NONE, CONSENT_YES);
	answers_to("", CONSENT_YES, CONSENT_NONE); /* nor is going away */
	answers_to("maybe\n", CONSENT_YES, CONSENT_NONE);
	answers_to("\n", CONSENT_YES, CONSENT_YES); /* Enter keeps an answer there is */
	answers_to("\n", CONSENT_NO, CONSENT_NO);
	answers_to("\ny\n", CONSENT_OUTDATED, CONSENT_YES);
}

/* Columns of a line of UTF-8: code points, but for those that have no width. */
static size_t columns(const char *line, size_t len)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];
		bool zwnj = !strncmp(line + i, "\xe2\x80\x8c", 3),
		     kasra = !strncmp(line + i, "\xd9\x90", 2);
		n += (c & 0xc0) != 0x80 && !zwnj && !kasra;
	}
	return n;
}

static void fits_a_screen(enum consent_language language, const char *watch)
{
	char *shown, *switched;
	size_t lines = 0;
	ask("y\n", language, watch, CONSENT_YES, &shown);
	for (const char *p = shown; *p; lines++) {
		size_t len = strcspn(p, "\n");
		if (columns(p, len) > 80)
			fail_msg("%zu columns: %.*s", columns(p, len), (int)len, p);
		p += len + (p[len] == '\n');
	}
	assert_in_range(lines, 20, 24);
	assert_int_equal(strstr(shown, "QZ") != NULL, watch != NULL);
	/* and in the other language */
	ask(language == CONSENT_ENGLISH ? "f\ny\n" : "e\ny\n", language, watch, CONSENT_YES,
	    &switched);
	const char *once = strstr(switched, "QZ");
	assert_int_equal(once && strstr(once + 1, "QZ"), watch != NULL);
	free(switched);
	free(shown);
}

static void screens(void **state)
{
	(void)state;
	fits_a_screen(CONSENT_ENGLISH, NULL);
	fits_a_screen(CONSENT_PERSIAN, NULL);
	fits_a_screen(CONSENT_ENGLISH, "QZ");
	fits_a_screen(CONSENT_PERSIAN, "QZ");
}

static void record(void **state)
{
	char *dir = tempdir_new();
	struct consent c;
	(void)state;
	consent_load(&c, dir);
	assert_int_equal(c.answer, CONSENT_NONE);
	for (enum consent_answer a = CONSENT_NO; a <= CONSENT_YES; a++) {
		assert_int_equal(consent_save(dir, a, JAN8_MS), 0);
		consent_load(&c, dir);
		assert_int_equal(c.answer, a);
		assert_string_equal(c.date, "2026-01-08");
		assert_int_equal(consent_may_measure(c.answer), a != CONSENT_NO);
	}
	assert_int_equal(consent_save(tempdir_path(dir, "no/such"), CONSENT_YES, JAN8_MS), -1);
	tempdir_free(dir);
}

static void reads_as(const char *dir, const char *text, enum consent_answer want)
{
	struct consent c;
	tempdir_put(dir, "consent", text);
	consent_load(&c, dir);
	assert_int_equal(c.answer, want);
	assert_int_equal(consent_may_measure(c.answer), want == CONSENT_YES);
}

static void other_records(void **state)
{
	char *dir = tempdir_new();
	(void)state;
	reads_as(dir, "answer = yes\ndate = 2026-01-08\ntext = 2\n", CONSENT_YES);
	reads_as(dir, "answer = yes\ndate = 2026-01-08\ntext = 99\n", CONSENT_OUTDATED);
	reads_as(dir, "answer = yes\ndate = 2026-01-08\n", CONSENT_NONE);
	reads_as(dir, "answer = sure\ndate = 2026-01-08\ntext = 2\n", CONSENT_NONE);
	reads_as(dir, "yes", CONSENT_NONE);
	reads_as(dir, "", CONSENT_NONE);
	tempdir_free(dir);
}

static void languages(void **state)
{
	(void)state;
	unsetenv("LC_ALL");
	unsetenv("LC_MESSAGES");
	setenv("LANG", "fa_IR.UTF-8", 1);
	assert_int_equal(consent_language(), CONSENT_PERSIAN);
	setenv("LC_ALL", "en_GB.UTF-8", 1);
	assert_int_equal(consent_language(), CONSENT_ENGLISH);
	unsetenv("LC_ALL");
	unsetenv("LANG");
	assert_int_equal(consent_language(), CONSENT_ENGLISH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),   cmocka_unit_test(screens),
		cmocka_unit_test(record),    cmocka_unit_test(other_records),
		cmocka_unit_test(languages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
