/* test_place.c: addresses to provinces and networks, in both shapes of database, and who wins over
 * whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "collector/country.h"
#include "collector/place.h"
#include "tests/collector/mmdb.h"
#include "tests/collector/scratch.h"

struct fixture {
	char *dir;
	struct country *country;
	struct place *maxmind, *flat, *none;
};

/* GeoLite2 City: countries and subdivisions are objects with codes and names. NULL leaves a part
 * out. */
static void insert_maxmind(struct mmdb *m, const char *network, const char *country,
			   const char *code, const char *name)
{
	struct buf b;
	buf_init(&b, 1024);
	mmdb_map(&b, code || name ? 2 : 1);
	mmdb_text(&b, "country");
	mmdb_map(&b, 1);
	mmdb_text(&b, "iso_code");
	mmdb_text(&b, country);
	if (code || name) {
		mmdb_text(&b, "subdivisions");
		mmdb_array(&b, 1);
		mmdb_map(&b, (size_t)(code != NULL) + (name != NULL));
	}
	if (code) {
		mmdb_text(&b, "iso_code");
		mmdb_text(&b, code);
	}
	if (name) {
		mmdb_text(&b, "names");
		mmdb_map(&b, 1);
		mmdb_text(&b, "en");
		mmdb_text(&b, name);
	}
	mmdb_insert(m, network, &b);
	buf_clear(&b);
}

/* ip-location-db: one level of texts, of which we need two. */
static void insert_flat(struct mmdb *m, const char *network, const char *country, const char *state)
{
	struct buf b;
	buf_init(&b, 1024);
	mmdb_map(&b, 4);
	mmdb_text(&b, "city");
	mmdb_text(&b, "Somewhere");
	mmdb_text(&b, "country_code");
	mmdb_text(&b, country);
	mmdb_text(&b, "state1");
	mmdb_text(&b, state);
	mmdb_text(&b, "state2");
	mmdb_text(&b, "");
	mmdb_insert(m, network, &b);
	buf_clear(&b);
}

static void insert_asn(struct mmdb *m, const char *network, uint32_t asn)
{
	struct buf b;
	buf_init(&b, 1024);
	mmdb_map(&b, 2);
	mmdb_text(&b, "autonomous_system_number");
	if (asn < 65536)
		mmdb_u16(&b, (uint16_t)asn);
	else
		mmdb_u32(&b, asn);
	mmdb_text(&b, "autonomous_system_organization");
	mmdb_text(&b, "Test");
	mmdb_insert(m, network, &b);
	buf_clear(&b);
}

static void make_maxmind(const char *path)
{
	struct mmdb *m = mmdb_new(6);
	insert_maxmind(m, "198.19.0.0/16", "IR", NULL, NULL);
	insert_maxmind(m, "198.19.1.0/24", "IR", "23", "Tehran");
	insert_maxmind(m, "198.19.2.0/24", "IR", "07", "Tehran"); /* a code of before 2020 */
	insert_maxmind(m, "198.19.3.0/24", "IR", "07", NULL);
	insert_maxmind(m, "198.19.4.0/24", "IR", "77", "Nowhere");
	insert_maxmind(m, "198.19.5.0/24", "IR", "23-and-far-too-long", NULL);
	insert_maxmind(m, "203.0.113.0/24", "DE", "23", "Tehran");
	insert_maxmind(m, "2001:db8:1::/48", "IR", "10", "Isfahan");
	mmdb_write(m, path);
}

static void make_flat(const char *path)
{
	static const struct {
		const char *network, *state;
	} rows[] = {
		{"198.19.1.0/24", "Tehran"},
		{"198.19.2.0/24", "Kermanshah Province"},
		{"198.19.3.0/24", "OSTAN-E KERMANSHAH"},
		{"198.19.4.0/24", "Ostan Kerman"},
		{"198.19.5.0/24", "Kohgiluyeh and Boyer Ahmad"},
		{"198.19.6.0/24", "Kordestan"}, /* a spelling that is in no table */
		{"198.19.7.0/24", ""},
		{"198.19.8.0/24", "Province"},
		{"198.19.9.0/24",
		 "A name of a province that is longer than any name of any province is"},
		{"198.19.10.0/24", "Khorasan"}, /* part of three names is none of them */
	};
	struct mmdb *m = mmdb_new(4);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		insert_flat(m, rows[i].network, "IR", rows[i].state);
	insert_flat(m, "203.0.113.0/24", "DE", "Tehran");
	mmdb_write(m, path);
}

static void make_asn(const char *path)
{
	struct mmdb *m = mmdb_new(6);
	insert_asn(m, "198.19.0.0/16", 44244);
	insert_asn(m, "198.19.2.0/24", 197207);
	insert_asn(m, "203.0.113.0/24", 64999);
	insert_asn(m, "2001:db8:1::/48", 58224);
	mmdb_write(m, path);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	char err[256];
	f->dir = scratch_new();
	char *maxmind = scratch_path(f->dir, "city.mmdb"),
	     *flat = scratch_path(f->dir, "flat.mmdb");
	char *asn = scratch_path(f->dir, "asn.mmdb");
	make_maxmind(maxmind);
	make_flat(flat);
	make_asn(asn);
	f->country = country_load("configs/countries", "IR", err, sizeof(err));
	assert_non_null(f->country);
	f->maxmind = place_open(maxmind, asn, f->country, err, sizeof(err));
	f->flat = place_open(flat, NULL, f->country, err, sizeof(err));
	f->none = place_open(NULL, asn, f->country, err, sizeof(err));
	assert_true(f->maxmind && f->flat && f->none);
	free(maxmind);
	free(flat);
	free(asn);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	place_close(f->maxmind);
	place_close(f->flat);
	place_close(f->none);
	country_free(f->country);
	scratch_remove(f->dir);
	free(f);
	return 0;
}

static struct placement look_up(const struct place *p, const char *addr)
{
	struct sockaddr_storage ss = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ss;
	struct placement out;
	if (inet_pton(AF_INET, addr, &v4->sin_addr) == 1)
		ss.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, addr, &v6->sin6_addr) == 1)
		ss.ss_family = AF_INET6;
	memset(&out, 0xff, sizeof(out));
	place_lookup(p, (struct sockaddr *)&ss, &out);
	return out;
}

static void expect(const struct place *p, const char *addr, const char *country, const char *region,
		   uint32_t isp)
{
	struct placement at = look_up(p, addr);
	if (strcmp(at.country, country) || strcmp(at.region, region) || at.isp != isp)
		fail_msg("%s: got '%s' '%s' AS%u", addr, at.country, at.region, at.isp);
	assert_int_equal(at.region_source, *region ? PLACE_MMDB : PLACE_NONE);
	assert_int_equal(at.isp_source, isp ? PLACE_MMDB : PLACE_NONE);
	assert_int_equal(at.access, ACCESS_UNKNOWN);
}

static void test_maxmind(void **state)
{
	const struct fixture *f = *state;
	expect(f->maxmind, "198.19.1.9", "IR", "IR-23", 44244);
	expect(f->maxmind, "::ffff:198.19.1.9", "IR", "IR-23", 44244);
	expect(f->maxmind, "198.19.2.9", "IR", "IR-23",
	       197207); /* the name wins over an old code */
	expect(f->maxmind, "198.19.3.9", "IR", "IR-07", 44244);
	expect(f->maxmind, "198.19.4.9", "IR", "", 44244);
	expect(f->maxmind, "198.19.5.9", "IR", "", 44244);
	expect(f->maxmind, "198.19.200.9", "IR", "", 44244);
	expect(f->maxmind, "2001:db8:1:2::3", "IR", "IR-10", 58224);
	expect(f->maxmind, "203.0.113.9", "DE", "", 64999); /* the same code, another country */
	expect(f->maxmind, "192.0.2.1", "", "", 0);
	expect(f->maxmind, "127.0.0.1", "", "", 0);
	expect(f->maxmind, "::1", "", "", 0);
}

static void test_flat(void **state)
{
	const struct fixture *f = *state;
	expect(f->flat, "198.19.1.9", "IR", "IR-23", 0);
	expect(f->flat, "::ffff:198.19.1.9", "IR", "IR-23", 0);
	expect(f->flat, "198.19.2.9", "IR", "IR-05", 0);
	expect(f->flat, "198.19.3.9", "IR", "IR-05", 0);
	expect(f->flat, "198.19.4.9", "IR", "IR-08", 0);
	expect(f->flat, "198.19.5.9", "IR", "IR-17", 0);
	for (int i = 6; i <= 10; i++) {
		char addr[32];
		snprintf(addr, sizeof(addr), "198.19.%d.9", i);
		expect(f->flat, addr, "IR", "", 0);
	}
	expect(f->flat, "203.0.113.9", "DE", "", 0);
	expect(f->flat, "2001:db8:1::1", "", "", 0); /* the file holds only IPv4 */
}

static void test_no_address(void **state)
{
	const struct fixture *f = *state;
	const struct sockaddr_un local = {.sun_family = AF_UNIX};
	struct placement out = {.isp = 1};
	place_lookup(f->maxmind, NULL, &out);
	assert_int_equal(out.isp, 0);
	assert_string_equal(out.country, "");
	out.isp = 1;
	place_lookup(f->maxmind, (const struct sockaddr *)&local, &out);
	assert_int_equal(out.isp, 0);
}

/* A batch with these declarations, from this address. */
static struct placement place_from(const struct place *p, const char *addr, const char *region,
				   uint32_t isp, enum access_type access)
{
	struct placement seen = look_up(p, addr), out;
	struct batch b = {.country = "IR", .isp = isp, .access = access};
	strcpy(b.region, region);
	memset(&out, 0xff, sizeof(out));
	place_batch(p, &b, &seen, &out);
	assert_string_equal(out.country, "IR");
	return out;
}

static void test_declared_wins(void **state)
{
	const struct fixture *f = *state;
	struct placement at = place_from(f->maxmind, "198.19.1.9", "IR-10", 58224, ACCESS_FIXED);
	assert_string_equal(at.region, "IR-10");
	assert_int_equal(at.isp, 58224);
	assert_int_equal(at.access, ACCESS_FIXED);
	assert_int_equal(at.region_source, PLACE_DECLARED);
	assert_int_equal(at.isp_source, PLACE_DECLARED);
}

static void test_gaps_are_filled(void **state)
{
	const struct fixture *f = *state;
	struct placement at = place_from(f->maxmind, "198.19.1.9", "", 0, ACCESS_UNKNOWN);
	assert_string_equal(at.region, "IR-23");
	assert_int_equal(at.isp, 44244);
	assert_int_equal(at.region_source, PLACE_MMDB);
	assert_int_equal(at.isp_source, PLACE_MMDB);
	assert_int_equal(at.access, ACCESS_MOBILE); /* what isps.tsv says of Irancell */

	at = place_from(f->maxmind, "198.19.1.9", "IR-02", 0,
			ACCESS_FIXED); /* TD-LTE as a landline */
	assert_string_equal(at.region, "IR-02");
	assert_int_equal(at.region_source, PLACE_DECLARED);
	assert_int_equal(at.isp_source, PLACE_MMDB);
	assert_int_equal(at.access, ACCESS_FIXED);

	at = place_from(f->maxmind, "127.0.0.1", "", 0, ACCESS_UNKNOWN);
	assert_string_equal(at.region, "");
	assert_int_equal(at.isp, 0);
	assert_int_equal(at.region_source, PLACE_NONE);
	assert_int_equal(at.isp_source, PLACE_NONE);
	assert_int_equal(at.access, ACCESS_UNKNOWN);
}

/* Through a tunnel: the exit's network abroad is not the volunteer's. */
static void test_abroad(void **state)
{
	const struct fixture *f = *state;
	struct placement at = place_from(f->maxmind, "203.0.113.9", "IR-23", 0, ACCESS_MOBILE);
	assert_string_equal(at.region, "IR-23");
	assert_int_equal(at.isp, 0);
	assert_int_equal(at.isp_source, PLACE_NONE);

	/* Without a city database, a network of isps.tsv is inside and any other is not known to
	 * be. */
	at = place_from(f->none, "203.0.113.9", "", 0, ACCESS_UNKNOWN);
	assert_int_equal(at.isp, 0);
	at = place_from(f->none, "198.19.1.9", "", 0, ACCESS_UNKNOWN);
	assert_int_equal(at.isp, 44244);
}

static void test_networks(void **state)
{
	const struct fixture *f = *state;
	static const struct {
		const char *addr;
		uint32_t network;
	} rows[] = {{"203.0.113.9", 64999},
		    {"192.0.2.1", 0},
		    {"2001:db8:1::7", 58224},
		    {"2001:db8:2::7", 0},
		    {"203.0.113.200", 64999}};
	struct batch b;
	batch_init(&b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(batch_addr(&b, rows[i].addr), i);
	uint32_t *got = place_networks(f->none, &b);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(got[i], rows[i].network);
	free(got);
	got = place_networks(f->flat, &b); /* has no such database */
	assert_int_equal(got[0], 0);
	free(got);
	batch_clear(&b);
}

/* What the address of a control says counts for nothing but that it is outside. */
static void test_control(void **state)
{
	const struct fixture *f = *state;
	struct placement seen = look_up(f->maxmind, "203.0.113.9"), out;
	struct batch b = {.country = "DE", .region = "DE-BE", .access = ACCESS_DATACENTRE};
	assert_false(place_is_inside(f->country, &seen));
	place_batch(f->maxmind, &b, &seen, &out);
	assert_string_equal(out.country, "DE");
	assert_string_equal(out.region, "DE-BE");
	assert_int_equal(out.isp, 0);
	seen = look_up(f->maxmind, "198.19.1.9");
	assert_true(place_is_inside(f->country, &seen));
	seen = look_up(f->none, "198.19.1.9"); /* by the list of networks alone */
	assert_true(place_is_inside(f->country, &seen));
	seen = look_up(f->none, "203.0.113.9");
	assert_false(place_is_inside(f->country, &seen));
}

static void test_bad_files(void **state)
{
	const struct fixture *f = *state;
	char err[256];
	char *bad = scratch_path(f->dir, "bad.mmdb");
	scratch_write(f->dir, "bad.mmdb", "not a database", 14);
	assert_null(place_open("/nonexistent.mmdb", NULL, f->country, err, sizeof(err)));
	assert_string_equal(err, "/nonexistent.mmdb: No such file or directory");
	assert_null(place_open(NULL, bad, f->country, err, sizeof(err)));
	assert_non_null(strstr(err, "bad.mmdb: "));
	free(bad);

	struct place *p = place_open(NULL, NULL, f->country, err, sizeof(err));
	assert_non_null(p);
	expect(p, "198.19.1.9", "", "", 0);
	place_close(p);
	place_close(NULL);
}

static void test_source_names(void **state)
{
	(void)state;
	assert_string_equal(place_source_str(PLACE_NONE), "none");
	assert_string_equal(place_source_str(PLACE_DECLARED), "declared");
	assert_string_equal(place_source_str(PLACE_MMDB), "mmdb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maxmind),		cmocka_unit_test(test_flat),
		cmocka_unit_test(test_no_address),	cmocka_unit_test(test_declared_wins),
		cmocka_unit_test(test_gaps_are_filled), cmocka_unit_test(test_abroad),
		cmocka_unit_test(test_networks),	cmocka_unit_test(test_control),
		cmocka_unit_test(test_bad_files),	cmocka_unit_test(test_source_names),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
