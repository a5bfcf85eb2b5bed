/* Every language there is a file of, whichever these are: its first line, its texts against the English ones, and
 * what it is served as. tests/languages.sh runs this with one more language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collector/html.h"
#include "collector/lang.h"
#include "collector/meaning.h"
#include "collector/words.h"
#include "tests/collector/web.h"

static void test_first_line(void **state)
{
	(void)state;
	for (enum lang l = 0; l < LANGS; l++) {
		const struct language *is = lang_of(l);
		size_t width = strlen(is->digits) / 10;
		assert_int_equal(lang_parse(is->code, strlen(is->code)), l);
		assert_true(!strcmp(is->direction, "ltr") || !strcmp(is->direction, "rtl"));
		assert_true(*is->name);
		assert_int_equal(strlen(is->digits), 10 * width);
		/* Ten in a row, as every script has them. */
		for (size_t i = 1; i < 10; i++)
			assert_int_equal((uint8_t)is->digits[i * width + width - 1],
					 (uint8_t)is->digits[width - 1] + i);
	}
	assert_int_equal(lang_parse("e", 1), LANGS);
	assert_int_equal(lang_parse("", 0), LANGS);
	assert_string_equal(lang_prefix(LANG_EN), "");
}

/* The same places are filled in by all languages, and nothing is left empty. */
static void test_texts(void **state)
{
	(void)state;
	for (enum lang l = 0; l < LANGS; l++)
		for (enum text t = 0; t < TEXTS; t++) {
			const char *en = html_word(LANG_EN, t), *text = html_word(l, t);
			if (!text || !*text)
				fail_msg("%s lacks what in English is: %s", lang_of(l)->code, en);
			assert_null(strpbrk(text, "<>&\"")); /* texts go out as they are */
			for (char place[] = "{0}"; place[1] <= '9'; place[1]++)
				if (!strstr(en, place) != !strstr(text, place))
					fail_msg("%s | %s", en, text);
		}
}

static void test_meanings(void **state)
{
	(void)state;
	for (enum lang l = 0; l < LANGS; l++) {
		for (enum state s = 0; s < STATES; s++)
			assert_true(*meaning_state(l, s));
		for (enum sign s = 0; s < SIGNS; s++)
			assert_true(*meaning_sign(l, s));
		for (enum mechanism m = 0; m < MECHANISMS; m++)
			assert_true(*meaning_mechanism(l, m));
		for (enum why w = 0; w < WHYS; w++)
			assert_true(*meaning_why(l, w));
		assert_string_equal(meaning_state(l, STATES), "");
		assert_string_equal(meaning_why(l, WHYS), "");
	}
	assert_string_equal(meaning_mechanism(LANG_EN, MECH_QUIC_DROP), "QUIC gets no answer");
	assert_string_equal(meaning_sign(LANG_EN, SIGN_LOSS), "international access is lost");
}

static void has(const char *body, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void has(const char *body, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!strstr(body, text))
		fail_msg("lacks %s", text);
}

/* Its own pages, in its own words, digits and direction, with a way to all others. */
static void test_pages(void **state)
{
	static const char *const paths[] = {"/", "/region/IR-23", "/join"};
	for (enum lang l = 0; l < LANGS; l++)
		for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
			struct web_answer a;
			char path[64];
			snprintf(path, sizeof(path), "%s%s", lang_prefix(l), paths[i]);
			web_get(*state, &a, path);
			assert_int_equal(a.status, 200);
			has(a.body, "<html lang=\"%s\" dir=\"%s\">", lang_of(l)->code,
			    lang_of(l)->direction);
			has(a.body, "%s</title>", html_word(l, TEXT_SITE));
			if (i < 2)
				has(a.body, "%s",
				    words_day(l, WEB_NOW_MS,
					      (*(struct web **)state)->rig.country->utc_offset_min)
					    .s);
			for (enum lang o = 0; o < LANGS; o++)
				if (o != l)
					has(a.body, "<a lang=\"%s\" href=\"%s%s\">%s</a>",
					    lang_of(o)->code, lang_prefix(o), paths[i],
					    lang_of(o)->name);
			web_answer_clear(&a);
		}
}

static void test_sentences(void **state)
{
	struct web_answer a;
	web_get(*state, &a, "/api/v1/events?from=-1d");
	for (enum lang l = 0; l < LANGS; l++)
		has(a.body, "\"%s\":\"", lang_of(l)->code);
	web_answer_clear(&a);
	web_get(*state, &a, "/api/v1/events.csv?from=-1d");
	for (enum lang l = 0; l < LANGS; l++)
		has(a.body, ",sentence_%s", lang_of(l)->code);
	web_answer_clear(&a);
}

/* English has no prefix, and what no file is for is no page. */
static void test_none(void **state)
{
	static const char *const paths[] = {"/en/", "/xx/", "/f/", "/fa", "//"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct web_answer a;
		web_get(*state, &a, paths[i]);
		assert_int_equal(a.status, 404);
		web_answer_clear(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_line),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test_setup_teardown(test_pages, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_sentences, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_none, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
