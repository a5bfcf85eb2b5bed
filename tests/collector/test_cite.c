/* test_cite.c: citations, read back by other readers: Python's json, and parsers of lines as BibTeX and RIS have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/cite.h"
#include "tests/collector/markup.h"
#include "tests/collector/scratch.h"

#define VERSION_MS 1769839200000 /* 2026-01-31T06:00:00Z */

static const struct cite nasty = {
	.id = "IR-23.AS44244.mobile.20260108T163000Z",
	.title = "Loss of 100% in \"A & B\" {x} [y] |z| #1_2 ~ \\ <b>\nER  - ",
	.site = "Fanous",
	.url = "https://fanous.example/event/"
	       "IR-23?from=2026-01-08T16:00:00Z&asof=2026-01-31T06:00:00Z",
	.lang = LANG_EN,
	.version_ms = VERSION_MS,
	.method = 2,
};

static char *cite(enum cite_style style, const struct cite *c)
{
	struct buf out;
	buf_init(&out, 8192);
	cite_put(&out, style, c);
	assert_false(out.overflow);
	char *text = xstrdup(out.data);
	buf_clear(&out);
	return text;
}

static void test_text(void **state)
{
	struct cite c = nasty;
	(void)state;
	c.title = "Observed loss of access in Tehran, 8 January 2026";
	c.synthetic = true;
	char *text = cite(CITE_TEXT, &c);
	assert_string_equal(
		text,
		"Fanous (2026). [synthetic data] Observed loss of access in Tehran, 8 January "
		"2026. Data version 2026-01-31T06:00:00Z, method 2. "
		"https://fanous.example/event/IR-23?from=2026-01-08T16:00:00Z&asof=2026-01-31T06:"
		"00:00Z\n");
	free(text);
}

/* In Persian all of it is, with its own year; what machines read keeps its direction. */
static void test_persian_text(void **state)
{
	struct cite c = nasty;
	(void)state;
	c.title = "قطع دسترسی در تهران، ۱۸ دی ۱۴۰۴";
	c.site = "فانوس";
	c.lang = LANG_FA;
	c.url = "https://fanous.example/fa/event/IR-23";
	c.synthetic = true;
	char *text = cite(CITE_TEXT, &c);
	assert_string_equal(
		text, "فانوس (۱۴۰۴). [داده‌های ساختگی] "
		      "قطع دسترسی در تهران، ۱۸ دی ۱۴۰۴. "
		      "نسخهٔ داده‌ها \u20662026-01-31T06:00:00Z\u2069، روش ۲. "
		      "\u2066https://fanous.example/fa/event/IR-23\u2069\n");
	free(text);
}

/* Runs a Python program that reads the citation from its standard input and fails when it is not what it should be. */
static void read_back(enum cite_style style, const char *program)
{
	char *dir = scratch_new(), *text = cite(style, &nasty);
	char *in = scratch_path(dir, "in"), *py = scratch_path(dir, "read.py");
	char *command = xasprintf("python3 '%s' <'%s'", py, in);
	assert_int_equal(buf_write_file(in, text, strlen(text), 0644), 0);
	assert_int_equal(buf_write_file(py, program, strlen(program), 0644), 0);
	if (system(command))
		fail_msg("%s", text);
	free(command);
	free(py);
	free(in);
	free(text);
	scratch_remove(dir);
}

#define URL "https://fanous.example/event/IR-23?from=2026-01-08T16:00:00Z&asof=2026-01-31T06:00:00Z"

static void test_csl(void **state)
{
	(void)state;
	read_back(CITE_CSL,
		  "import json, sys\n"
		  "item, = json.load(sys.stdin)\n"
		  "assert item['type'] == 'dataset' and item['URL'] == '" URL "'\n"
		  "assert item['title'].startswith('Loss of 100% in \"A & B\" {x} [y] |z|')\n"
		  "assert item['issued'] == {'date-parts': [[2026, 1, 31]]}\n"
		  "assert item['author'] == [{'literal': 'Fanous'}]\n"
		  "assert item['version'] == '2026-01-31T06:00:00Z'\n");
}

/* One tag a line, the first TY and the last ER, none twice, and nothing that a title says is a tag. */
static void test_ris(void **state)
{
	(void)state;
	read_back(CITE_RIS,
		  "import re, sys\n"
		  "lines = sys.stdin.read().split('\\n')\n"
		  "assert lines.pop() == ''\n"
		  "tags = [re.fullmatch('([A-Z][A-Z0-9])  - (.*)', l).groups() for l in lines]\n"
		  "assert tags[0] == ('TY', 'DATA') and tags[-1] == ('ER', '')\n"
		  "d = dict(tags)\n"
		  "assert len(d) == len(tags)\n"
		  "assert d['UR'] == '" URL "' and d['DA'] == '2026/01/31' and d['PY'] == '2026'\n"
		  "assert d['TI'].startswith('Loss of 100% in \"A & B\"')\n");
}

/* Braces balance with escapes taken away, fields split as BibTeX splits them, commands are ours alone. */
static void test_bibtex(void **state)
{
	(void)state;
	read_back(CITE_BIBTEX,
		  "import re, sys\n"
		  "text = sys.stdin.read()\n"
		  "plain = re.sub(r'\\\\[{}]', '', text)\n"
		  "depth = 0\n"
		  "for i, c in enumerate(plain):\n"
		  "    depth += (c == '{') - (c == '}')\n"
		  "    assert depth > 0 or i < plain.index('{') or i >= len(plain) - 2\n"
		  "assert depth == 0\n"
		  "assert re.match(r'@misc\\{IR-23\\.AS44244\\.mobile\\.20260108T163000Z,\\n', "
		  "text)\n"
		  "fields = dict(re.findall(r'^  (\\w+) = \\{(.*)\\},?$', text, re.M))\n"
		  "assert fields['url'] == '" URL "' and fields['year'] == '2026'\n"
		  "assert fields['author'] == '{Fanous}'\n"
		  "t = fields['title']\n"
		  "assert r'100\\% in \"A \\& B\" \\{x\\}' in t and r'\\#1\\_2' in t\n"
		  "assert not re.search(r'(?<!\\\\)[&%$#_]', t)\n");
}

static void test_wikipedia(void **state)
{
	char *text = cite(CITE_WIKIPEDIA, &nasty);
	(void)state;
	markup_has(text, "{{cite web |title=Loss of 100% in \"A & B\" &#123;x&#125; &#91;y&#93; "
			 "{{!}}z{{!}} #1_2 ~ \\ &lt;b> ER  -  |website=Fanous |date=2026-01-31 "
			 "|language=en |url=https://fanous.example/");
	markup_has(text, " |quote=Data version 2026-01-31T06:00:00Z, method 2}}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),   cmocka_unit_test(test_persian_text),
		cmocka_unit_test(test_csl),    cmocka_unit_test(test_ris),
		cmocka_unit_test(test_bibtex), cmocka_unit_test(test_wikipedia),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
