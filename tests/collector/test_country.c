/* test_country.c: the folders that are shipped, and every way in which a table can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "common/limits.h"
#include "tests/collector/atlantis.h"

static void test_good(void **state)
{
	char err[512];
	struct country *c = atlantis_load(FILES, NULL, err, sizeof(err));
	(void)state;
	assert_non_null(c);
	assert_string_equal(c->code, "XA");
	assert_string_equal(c->name_en, "Atlantis");
	assert_string_equal(c->timezone, "Atlantic/Azores");
	assert_int_equal(c->utc_offset_min, -60);

	assert_int_equal(c->n_regions, 2);
	assert_string_equal(c->regions[0].code, "XA-N");
	assert_string_equal(c->regions[0].code_old, "XA-01");
	assert_string_equal(c->regions[0].hasc, "XA.NO");
	assert_int_equal(c->regions[0].population, 1200);
	const struct region *south = country_region(c, "XA-07");
	assert_ptr_equal(south, &c->regions[1]);
	assert_string_equal(south->name_en, "South");
	assert_string_equal(south->name_fa, "جنوب");
	assert_string_equal(south->code_old, "");
	assert_string_equal(south->hasc, "");
	assert_int_equal(south->population, 0);
	assert_null(country_region(c, "XA-01"));

	const struct isp *cable = country_isp(c, 64501), *gate = country_isp(c, 64502);
	assert_int_equal(cable->access, ACCESS_FIXED);
	assert_float_equal(cable->subscribers_million, 1.5, 1e-9);
	assert_int_equal(gate->access, ACCESS_UNKNOWN);
	assert_null(country_isp(c, 0));
	country_free(c);
}

/* A figure that counts makes another hash, and a name does not. */
static void test_places_hash(void **state)
{
	static const struct {
		enum atlantis_file file;
		const char *text;
		bool same;
	} cases[] = {
		{FILES, NULL, true},
		{ISPS,
		 ISPS_HEAD "64501\tOther\tکابل\tfixed\t1.5\t-\n64502\tGate\tد\tgateway\t-\t-\n",
		 true},
		{ISPS,
		 ISPS_HEAD "64501\tOther\tکابل\tfixed\t1.6\t-\n64502\tGate\tد\tgateway\t-\t-\n",
		 false},
		{ISPS,
		 ISPS_HEAD "64501\tOther\tکابل\tmobile\t1.5\t-\n64502\tGate\tد\tgateway\t-\t-\n",
		 false},
		{ISPS, ISPS_HEAD "64501\tOther\tکابل\tfixed\t1.5\t-\n", false},
		{REGIONS,
		 REGIONS_HEAD "XA-N\tXA-01\tXA.NO\tNorth\tش\t1300\nXA-07\t-\t-\tSouth\tج\t-\n",
		 false},
	};
	char err[512], hash[65];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct country *c = atlantis_load(cases[i].file, cases[i].text, err, sizeof(err));
		assert_non_null(c);
		if (!i)
			memcpy(hash, c->places_hash, sizeof(hash));
		assert_int_equal(!strcmp(c->places_hash, hash), cases[i].same);
		country_free(c);
	}
}

static const struct refusal {
	enum atlantis_file file;
	const char *text;
	const char *why; /* must be in the message */
} refusals[] = {
	{CONF, NULL, "XA/country.conf: No such file"},
	{CONF, "[country]\ncode = XA\nname_en = A\n", "country.conf: name_fa is missing"},
	{CONF, "[country]\ncode = XA\nname_en = A\nname_fa = B\ntimezone = UTC\n",
	 "country.conf: utc_offset_min is missing"},
	{CONF,
	 "[country]\ncode = XB\nname_en = A\nname_fa = B\ntimezone = UTC\nutc_offset_min = 0\n",
	 "code is XB, but the folder is XA"},
	{CONF, "[country]\ncode = XA\nnames_en = A\n", "country.conf:3: unknown key 'names_en'"},
	{CONF, "[country]\ncode = XA\nutc_offset_min = 900\n", "country.conf:3: utc_offset_min"},
	{CONF, "[country]\ncode = ATLANTIS\n", "country.conf: code is too long"},

	{REGIONS, NULL, "XA/regions.tsv: No such file"},
	{REGIONS, "", "regions.tsv:1: the first line must name the 6 columns"},
	{REGIONS, "iso_2020\tiso_pre2020\thasc\tname_en\tname_fa\n",
	 "regions.tsv:1: the first line"},
	{REGIONS, REGIONS_HEAD, "no region"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\t-\tNorth\tn\n", "regions.tsv:2: 5 columns instead of 6"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\t-\tNorth\tn\t-\t-\n",
	 "regions.tsv:2: 7 columns instead of 6"},
	{REGIONS, REGIONS_HEAD "IR-23\t-\t-\tNorth\tn\t-\n",
	 "'IR-23' is not an ISO 3166-2 code of XA"},
	{REGIONS, REGIONS_HEAD "XA-LONG\t-\t-\tNorth\tn\t-\n", "not an ISO 3166-2 code"},
	{REGIONS, REGIONS_HEAD "XA-n\t-\t-\tNorth\tn\t-\n", "not an ISO 3166-2 code"},
	{REGIONS, REGIONS_HEAD "XA-N\tN\t-\tNorth\tn\t-\n", "iso_pre2020"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\tXA.NORTH\tNorth\tn\t-\n", "hasc is longer than 7 bytes"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\t-\t\tn\t-\n", "regions.tsv:2: name_en is empty"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\t-\tNorth\tn\t-12\n", "population"},
	{REGIONS, REGIONS_HEAD "# again\n\nXA-N\t-\t-\tNorth\tn\t-\nXA-N\t-\t-\tSouth\tn\t-\n",
	 "regions.tsv:5: XA-N is there already"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\t-\tNorth\tn\t-\nXA-S\t-\t-\tNORTH\tn\t-\n",
	 "regions.tsv:3: the name 'NORTH' is that of XA-N already"},
	{REGIONS, REGIONS_HEAD "XA-N\t-\t-\tNor\x1bth\tn\t-\n",
	 "regions.tsv:2: a control character"},

	{ISPS, "# asn\tname_en\taccess\tsubscribers_million\tnote\n", "isps.tsv:1: the first line"},
	{ISPS, ISPS_HEAD "AS1\tA\tB\tfixed\t-\t-\n", "isps.tsv:2: 'AS1' is not an AS number"},
	{ISPS, ISPS_HEAD "0\tA\tB\tfixed\t-\t-\n", "'0' is not an AS number"},
	{ISPS, ISPS_HEAD "4294967295\tA\tB\tfixed\t-\t-\n", "is not an AS number"},
	{ISPS, ISPS_HEAD "18446744073709551617\tA\tB\tfixed\t-\t-\n", "is not an AS number"},
	{ISPS, ISPS_HEAD "1\tA\tB\tsatellite\t-\t-\n", "access is not one of"},
	{ISPS, ISPS_HEAD "1\tA\tB\tunknown\t-\t-\n", "access is not one of"},
	{ISPS, ISPS_HEAD "1\tA\tB\tfixed\tnan\t-\n", "subscribers_million"},
	{ISPS, ISPS_HEAD "1\tA\tB\tfixed\t1e9\t-\n", "subscribers_million"},
	{ISPS, ISPS_HEAD "1\tA\tB\tfixed\t1.2.3\t-\n", "subscribers_million"},
	{ISPS, ISPS_HEAD "1\tA\tB\tfixed\t-\t-\n1\tC\tD\tmobile\t-\t-\n",
	 "isps.tsv:3: AS1 is there already"},
	{ISPS, ISPS_HEAD "1\tA\t\tfixed\t-\t-\n", "isps.tsv:2: name_fa is empty"},

	{TARGETS, "", "targets.csv:1: the first line must be url,class,level,notes"},
	{TARGETS, "url,level\n", "targets.csv:1: the first line"},
	{TARGETS, "address,class,level,notes\n", "targets.csv:1: the first line"},
	{TARGETS, "url,class,level,notes\n", "no target"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,open,0\n",
	 "targets.csv:2: 3 columns instead of 4"},
	{TARGETS, "url,class,level,notes\nftp://a.example/,open,0,\n",
	 "targets.csv:2: 'ftp://a.example/' is not a URL with https, http, tcp, dns, quic or "
	 "speed+https"},
	{TARGETS, "url,class,level,notes\nquic://,open,0,\n", "'quic://' is not a URL"},
	{TARGETS, "url,class,level,notes\nspeed+http://a.example/,open,0,\n", "is not a URL"},
	{TARGETS, "url,class,level,notes\nhttps://,open,0,\n", "is not a URL"},
	{TARGETS, "url,class,level,notes\nhttps://a b/,open,0,\n", "is not a URL"},
	{TARGETS, "url,class,level,notes\nhttps://ä.example/,open,0,\n", "is not a URL"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,foreign,0,\n", "targets.csv:2: class"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,link,0,\n", "targets.csv:2: class"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,open,4,\n", "targets.csv:2: level"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,open,,\n", "targets.csv:2: level"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,open,0,x\"y\"\n",
	 "a quote inside a field"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,open,0,\"y\n", "never closed"},
	{TARGETS, "url,class,level,notes\nhttps://a.example/,open,0,\"y\"z\n",
	 "where the field should have ended"},
	{TARGETS,
	 "url,class,level,notes\nhttps://a.example/,open,0,\"two\nlines\"\n"
	 "https://b.example/,open,0,\nhttps://a.example/,canary,0,\n",
	 "targets.csv:5: https://a.example/ is there already, on line 2"},

	{INSIDE, "", "inside.csv:1: the first line must be url,notes"},
	{INSIDE, "url,class,level,notes\n", "inside.csv:1: the first line must be url,notes"},
	{INSIDE, "url,notes\n", "inside.csv:2: no target"},
	{INSIDE, "url,notes\nhttps://x.example/\n", "inside.csv:2: 1 columns instead of 2"},
	{INSIDE, "url,notes\nquic://x.example,\n",
	 "inside.csv:2: 'quic://x.example' is not a URL with https, http or tcp"},
	{INSIDE, "url,notes\ndns://192.0.2.1/x,\n", "is not a URL with https, http or tcp"},
	{INSIDE, "url,notes\nx.example,\n", "inside.csv:2: 'x.example' is not a URL"},
	{INSIDE, "url,notes\nhttps://b.example/,\n",
	 "inside.csv:2: https://b.example/ is there already"},
	{INSIDE, "url,notes\nhttps://x.example/,\nhttps://x.example/,\n",
	 "inside.csv:3: https://x.example/ is there already"},
};

static void test_refused(void **state)
{
	char err[512];
	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		const struct refusal *r = &refusals[i];
		*err = '\0';
		struct country *c = atlantis_load(r->file, r->text, err, sizeof(err));
		if (c || !strstr(err, r->why))
			fail_msg("case %zu: expected '%s', got '%s'", i, r->why,
				 c ? "success" : err);
	}
}

static void test_too_many(void **state)
{
	struct buf text;
	char err[512];
	(void)state;
	buf_init(&text, 1 << 20);
	buf_puts(&text, "url,class,level,notes\n");
	for (int i = 0; i < TARGETS_MAX; i++)
		buf_printf(&text, "https://%d.example/,open,0,\n", i);
	struct country *c = atlantis_load(TARGETS, text.data, err, sizeof(err));
	assert_non_null(c);
	country_free(c);
	buf_puts(&text, "https://more.example/,open,0,\n");
	assert_null(atlantis_load(TARGETS, text.data, err, sizeof(err)));
	assert_non_null(strstr(err, "targets.csv:4098: more than 4096 targets"));
	buf_clear(&text);
}

static void test_code(void **state)
{
	static const char *const codes[] = {"", "ir", "IRN", "..", "I/", "I"};
	char err[512];
	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		assert_null(country_load("configs/countries", codes[i], err, sizeof(err)));
		assert_non_null(strstr(err, "two capital letters"));
	}
}

/* What is shipped must load; `make test` runs at the root of the project. */
static void test_shipped(void **state)
{
	static const struct {
		const char *dir, *code;
	} shipped[] = {{"configs/countries", "IR"},
		       {"configs/countries", "ZZ"},
		       {"tests/country/countries", "IR"}};
	char err[512];
	(void)state;
	for (size_t i = 0; i < sizeof(shipped) / sizeof(*shipped); i++) {
		struct country *c = country_load(shipped[i].dir, shipped[i].code, err, sizeof(err));
		if (!c)
			fail_msg("%s", err);
		assert_true(c->abroad && (c->tools || i == 1));
		for (size_t t = 0; t < c->n_targets; t++) {
			const struct country_target *target = &c->targets[t];
			bool aside = !strncmp(target->url, "speed+", 6);
			assert_in_range(target->slot, aside ? -1 : 0,
					aside ? -1 : CELL_TARGETS_MAX - 1);
		}
		country_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	 cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many), cmocka_unit_test(test_code),
		cmocka_unit_test(test_shipped),	 cmocka_unit_test(test_places_hash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
