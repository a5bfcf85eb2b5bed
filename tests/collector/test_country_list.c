/* test_country_list.c: which bit each URL of a country's lists has, and what its words say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/country.h"
#include "common/buf.h"
#include "common/limits.h"
#include "tests/collector/atlantis.h"

static void test_targets(void **state)
{
	char err[512];
	struct country *c = atlantis_load(FILES, NULL, err, sizeof(err));
	(void)state;
	assert_non_null(c);
	assert_int_equal(c->n_targets, 3);
	for (size_t i = 1; i < c->n_targets; i++)
		assert_true(strcmp(c->targets[i - 1].url, c->targets[i].url) < 0);
	const struct country_target *t = country_target(c, "tcp://c.example:53");
	assert_int_equal(t->class, CLASS_OPEN);
	assert_int_equal(t->slot, 1); /* second of its class in the file */
	assert_int_equal(country_target(c, "https://b.example/")->slot, 0);
	assert_int_equal(country_target(c, "https://a.example/")->slot, 0);
	assert_int_equal(country_target(c, "https://a.example/")->class, CLASS_DOMESTIC);
	assert_null(country_target(c, "https://a.example"));
	/* printf of that text | sha256sum */
	assert_string_equal(c->list_hash, "06a7331a1ab79410e249bdca9a1c6b60"
					  "dc3c6e036f37a8dd7ac264824785953c");
	assert_string_equal(c->targets_hash, c->list_hash);
	country_free(c);
}

/* A class has 64 votes; what comes after them in the file is measured and has none. */
static void test_slots(void **state)
{
	struct buf text;
	char err[512];
	(void)state;
	buf_init(&text, 1 << 20);
	buf_puts(&text, "url,class,level,notes\n");
	for (int i = 0; i < CELL_TARGETS_MAX + 2; i++)
		buf_printf(&text, "https://%d.example/,canary,0,\nhttps://o%d.example/,open,0,\n",
			   i, i);
	struct country *c = atlantis_load(TARGETS, text.data, err, sizeof(err));
	assert_non_null(c);
	assert_int_equal(country_target(c, "https://0.example/")->slot, 0);
	assert_int_equal(country_target(c, "https://63.example/")->slot, 63);
	assert_int_equal(country_target(c, "https://o63.example/")->slot, 63);
	assert_int_equal(country_target(c, "https://64.example/")->slot, -1);
	assert_int_equal(country_target(c, "https://65.example/")->slot, -1);
	country_free(c);
	buf_clear(&text);
}

/* QUIC and speed are measured beside the targets that decide, and take no bit from them; QUIC has bits of
 * its own. */
static void test_beside(void **state)
{
	static const struct {
		const char *url;
		enum kind last;
		int slot;
	} want[] = {
		{"https://a.example/", KIND_HTTP, 0},
		{"quic://a.example", KIND_QUIC, 0},
		{"speed+https://a.example/big", KIND_SPEED, -1},
		{"http://b.example/", KIND_HTTP, 1},
		{"quic://b.example:443", KIND_QUIC, 1},
		{"tcp://c.example:22", KIND_TCP, 2},
		{"dns://192.0.2.1/a.example", KIND_DNS, 3},
	};
	char err[512];
	struct buf text;
	(void)state;
	buf_init(&text, 4096);
	buf_puts(&text, "url,class,level,notes\n");
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++)
		buf_printf(&text, "%s,open,0,\n", want[i].url);
	buf_puts(&text, "quic://d.example,domestic,0,\n");
	struct country *c = atlantis_load(TARGETS, text.data, err, sizeof(err));
	if (!c)
		fail_msg("%s", err);
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		const struct country_target *t = country_target(c, want[i].url);
		assert_int_equal(t->class, CLASS_OPEN);
		assert_int_equal(t->last, want[i].last);
		assert_int_equal(t->slot, want[i].slot);
	}
	assert_int_equal(country_target(c, "quic://d.example")->slot, 0);
	country_free(c);
	buf_clear(&text);
}

/* A resolver is abroad when it is asked for what is abroad. */
static void test_abroad(void **state)
{
	char err[512];
	struct country *c = atlantis_load(TARGETS,
					  "url,class,level,notes\n"
					  "dns://192.0.2.1/www.home.example,resolver,0,\n"
					  "dns://192.0.2.2/far.example,resolver,0,\n"
					  "dns://192.0.2.3/home.example,resolver,0,\n"
					  "https://far.example/,open,0,\n"
					  "dns://[2001:db8::1]:53/Port.Example,resolver,0,\n"
					  "https://www.home.example/,domestic,0,\n"
					  "https://port.example:8443?x,domestic,0,\n"
					  "dns://192.0.2.4/far.example,other,0,\n",
					  err, sizeof(err));
	(void)state;
	if (!c)
		fail_msg("%s", err);
	assert_int_equal(c->abroad, 1 << 1 | 1 << 2);
	country_free(c);
}

static void test_tools(void **state)
{
	char err[512];
	struct country *c = atlantis_load(TARGETS,
					  "url,class,level,notes\n"
					  "https://a.example/,filtered,0,news\n"
					  "https://b.example/,filtered,0,tool\n"
					  "quic://b.example,filtered,0,tool\n"
					  "https://c.example/,filtered,0,\"a toolbox, or stools\"\n"
					  "https://d.example/,filtered,0,a tool: expect:204\n"
					  "https://e.example/,open,0,tool\n",
					  err, sizeof(err));
	(void)state;
	if (!c)
		fail_msg("%s", err);
	assert_int_equal(c->tools, 1 << 1 | 1 << 3);
	country_free(c);
}

/* Hosts inside have their bits behind the domestic targets. */
static void test_inside(void **state)
{
	char err[512];
	struct country *c = atlantis_load(INSIDE,
					  "url,notes\n"
					  "https://in1.example/,university\n"
					  "tcp://192.0.2.7:22,\"a note, with a comma\"\n"
					  "http://in0.example/,\n",
					  err, sizeof(err));
	(void)state;
	if (!c)
		fail_msg("%s", err);
	static const struct {
		const char *url;
		enum kind last;
	} want[] = {{"https://in1.example/", KIND_HTTP},
		    {"tcp://192.0.2.7:22", KIND_TCP},
		    {"http://in0.example/", KIND_HTTP}};
	assert_int_equal(c->n_targets, 6);
	for (int i = 0; i < 3; i++) {
		const struct country_target *t = country_target(c, want[i].url);
		assert_true(t->inside && t->class == CLASS_OTHER && t->last == want[i].last);
		assert_int_equal(t->slot, 1 + i); /* one domestic target */
	}
	assert_false(country_target(c, "https://a.example/")->inside);
	struct country *without = atlantis_load(FILES, NULL, err, sizeof(err));
	assert_string_not_equal(c->list_hash, without->list_hash); /* its bits are others */
	assert_string_equal(c->targets_hash, without->targets_hash);
	country_free(without);
	country_free(c);
}

static void test_inside_full(void **state)
{
	struct buf text;
	char err[512];
	(void)state;
	buf_init(&text, 1 << 20);
	buf_puts(&text, "url,notes\n");
	for (int i = 1; i < CELL_TARGETS_MAX; i++)
		buf_printf(&text, "https://%d.example/,\n", i);
	struct country *c = atlantis_load(INSIDE, text.data, err, sizeof(err));
	assert_non_null(c);
	assert_int_equal(country_target(c, "https://63.example/")->slot, 63);
	country_free(c);
	buf_puts(&text, "https://one.too.many.example/,\n");
	assert_null(atlantis_load(INSIDE, text.data, err, sizeof(err)));
	assert_non_null(strstr(err, "inside.csv:65: more than 64 with the domestic targets"));
	buf_clear(&text);
}

/* A Citizen Lab list has no classes: its targets have no say. */
static void test_citizenlab(void **state)
{
	char err[512];
	struct country *c =
		atlantis_load(TARGETS,
			      "url,category_code,category_description,date_added,source,notes\r\n"
			      "http://a.example/,NEWS,News,2014-04-15,citizenlab,\r\n"
			      "https://b.example/x?y=1,\"HUMR\",\"Rights,\nof people\",,,\r\n",
			      err, sizeof(err));
	(void)state;
	assert_non_null(c);
	assert_int_equal(country_target(c, "http://a.example/")->class, CLASS_OTHER);
	assert_int_equal(country_target(c, "https://b.example/x?y=1")->slot, 1);
	country_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_targets),	    cmocka_unit_test(test_slots),
		cmocka_unit_test(test_beside),	    cmocka_unit_test(test_abroad),
		cmocka_unit_test(test_tools),	    cmocka_unit_test(test_inside),
		cmocka_unit_test(test_inside_full), cmocka_unit_test(test_citizenlab),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
