/* test_feed.c: feeds as readers of each kind read them: xmllint and Python's XML parser, and a reader of content lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/markup.h"
#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

/* Python reads the answer from its standard input and fails when something is amiss. */
static void read_back(struct web *w, const char *path, const char *type, const char *program)
{
	struct web_answer a;
	char value[128], *dir = scratch_new();
	char *in = scratch_path(dir, "in"), *py = scratch_path(dir, "read.py");
	char *command =
		strstr(type, "xml")
			? xasprintf("xmllint --noout '%s' && python3 '%s' <'%s'", in, py, in)
			: xasprintf("python3 '%s' <'%s'", py, in);
	web_get(w, &a, path);
	assert_int_equal(a.status, 200);
	assert_string_equal(web_header(&a, "Content-Type", value, sizeof(value)), type);
	assert_int_equal(buf_write_file(in, a.body, a.body_len, 0644), 0);
	assert_int_equal(buf_write_file(py, program, strlen(program), 0644), 0);
	if (system(command))
		fail_msg("%s", a.body);
	web_answer_clear(&a);
	free(command);
	free(in);
	free(py);
	scratch_remove(dir);
}

/* RFC 4287: 4.1.1 and 4.1.2 say which elements must be there. */
static const char atom_reader[] =
	"import sys, xml.etree.ElementTree as E\n"
	"A = '{http://www.w3.org/2005/Atom}'\n"
	"feed = E.parse(sys.stdin).getroot()\n"
	"assert feed.tag == A + 'feed'\n"
	"one = lambda e, t: e.findall(A + t)[0] if len(e.findall(A + t)) == 1 else 1 / 0\n"
	"for t in 'id', 'title', 'updated', 'author', 'rights': one(feed, t)\n"
	"assert one(one(feed, 'author'), 'name').text\n"
	"assert {l.get('rel') for l in feed.findall(A + 'link')} == {'self', 'alternate'}\n"
	"entry = one(feed, 'entry')\n"
	"for t in 'id', 'title', 'updated', 'published', 'summary', 'link': one(entry, t)\n"
	"assert one(entry, 'updated').text == one(feed, 'updated').text == '2026-01-08T17:00:00Z'\n"
	"assert one(entry, 'id').text.endswith('/event/IR-00.all.all.20260108T163000Z')\n"
	"assert one(entry, 'id').text == one(entry, 'link').get('href')\n"
	"assert one(entry, 'title').text.startswith('[')\n";

static void test_atom(void **state)
{
	static const char type[] = "application/atom+xml; charset=utf-8";
	read_back(*state, "/events.atom", type, atom_reader);
	read_back(*state, "/fa/events.atom?from=-7d", type, atom_reader);
	read_back(*state, "/api/v1/events.atom?region=IR-00&by=region", type, atom_reader);
	read_back(*state, "/events.atom?region=IR-23", type,
		  "import sys, xml.etree.ElementTree as E\n"
		  "assert not [e for e in E.parse(sys.stdin).getroot() if "
		  "e.tag.endswith('entry')]\n");
}

/* RFC 5545: lines end in CR LF and have at most 75 octets, unfold to name:value, and an event has its UID, DTSTAMP and
 * DTSTART once. */
static const char ics_reader[] =
	"import re, sys\n"
	"data = sys.stdin.buffer.read()\n"
	"assert data.endswith(b'\\r\\n') and b'\\n' not in data.replace(b'\\r\\n', b'')\n"
	"for line in data.split(b'\\r\\n'):\n"
	"    assert len(line) <= 75\n"
	"    line.decode('utf-8')\n"
	"text = data.decode('utf-8').replace('\\r\\n ', '')\n"
	"lines = [re.fullmatch('([A-Z-]+):(.*)', l).groups() for l in text.split('\\r\\n')[:-1]]\n"
	"assert lines[0] == ('BEGIN', 'VCALENDAR') and lines[-1] == ('END', 'VCALENDAR')\n"
	"begin, end = lines.index(('BEGIN', 'VEVENT')), lines.index(('END', 'VEVENT'))\n"
	"names = [n for n, v in lines[:begin]]\n"
	"assert names.count('VERSION') == 1 and names.count('PRODID') == 1\n"
	"event = dict(lines[begin + 1:end])\n"
	"assert len(event) == end - begin - 1\n"
	"assert event['UID'] == 'IR-00.all.all.20260108T163000Z@IR'\n"
	"assert event['DTSTART'] == '20260108T163000Z' and event['DTSTAMP'] == '20260108T170000Z'\n"
	"assert event['SEQUENCE'] == '0' and 'DTEND' not in event\n"
	"assert not re.search(r'(?<!\\\\)[,;]', event['SUMMARY'] + event['DESCRIPTION'])\n"
	"assert len(event['DESCRIPTION']) > 75\n";

static void test_ics(void **state)
{
	static const char type[] = "text/calendar; charset=utf-8";
	read_back(*state, "/events.ics", type, ics_reader);
	read_back(*state, "/fa/events.ics", type, ics_reader);
}

/* Pages lead to the feed of their language. */
static void test_found(void **state)
{
	struct web_answer a;
	web_get(*state, &a, "/fa/");
	markup_has(a.body, "<link rel=\"alternate\" type=\"application/atom+xml\" "
			   "href=\"/fa/events.atom\">");
	web_answer_clear(&a);
	web_get(*state, &a, "/events.csv");
	assert_int_equal(a.status, 404);
	web_answer_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_atom, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_ics, web_setup, web_teardown),
		cmocka_unit_test_setup_teardown(test_found, web_setup, web_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
