/* test_country_map.c: the map that is shipped, countries without one, and every way in which one can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/country_map.h"
#include "tests/collector/scratch.h"

#define HEAD  "{\"source\":\"s\",\"width\":100,\"height\":50,\"shapes\":[\n"
#define NORTH "{\"hasc\":\"XA.NO\",\"at\":[10,11,12],\"path\":\"M11 2l3 4-5 6 7-8z\"}"
#define TAIL  "\n]}\n"

static struct region regions[] = {
	{.code = "XA-N", .hasc = "XA.NO"}, {.code = "XA-S", .hasc = "XA.SO"}, {.code = "XA-X"}};
static const struct country atlantis = {.code = "XA", .regions = regions, .n_regions = 3};

/* Loads text as the map of Atlantis; NULL text: there is none. err is cleared. */
static int load(struct country_map **m, const char *text, char *err, size_t errlen)
{
	char *dir = scratch_new();
	*err = '\0';
	if (text)
		scratch_write(dir, "XA/map.json", text, strlen(text));
	int rc = country_map_load(m, dir, &atlantis, err, errlen);
	scratch_remove(dir);
	return rc;
}

static void test_good(void **state)
{
	char err[512];
	struct country_map *m;
	(void)state;
	assert_int_equal(load(&m, HEAD NORTH TAIL, err, sizeof(err)), 0);
	assert_non_null(m);
	assert_string_equal(m->source, "s");
	assert_int_equal(m->width, 100);
	assert_int_equal(m->height, 50);
	assert_int_equal(m->n, 1);
	const struct country_map_shape *s = country_map_shape(m, "XA-N");
	assert_ptr_equal(s, &m->shapes[0]);
	assert_ptr_equal(s->region, &regions[0]);
	assert_string_equal(s->path, "M11 2l3 4-5 6 7-8z");
	assert_int_equal(s->x, 10);
	assert_int_equal(s->y, 11);
	assert_int_equal(s->room, 12);
	assert_null(country_map_shape(m, "XA-S"));
	country_map_free(m);
	/* Islands, and the edges of the map. */
	assert_int_equal(load(&m,
			      HEAD "{\"hasc\":\"XA.SO\",\"at\":[0,50,100],"
				   "\"path\":\"M0 0l100 0 0 50zM100 50l-100 0 0-50z\"}" TAIL,
			      err, sizeof(err)),
			 0);
	assert_int_equal(m->n, 1);
	country_map_free(m);
}

static void test_none(void **state)
{
	char err[512];
	struct country_map *m = (void *)1;
	(void)state;
	assert_int_equal(load(&m, NULL, err, sizeof(err)), 0);
	assert_null(m);
	assert_string_equal(err, "");
	country_map_free(NULL);
}

static void expect_error(const char *text, const char *why)
{
	char err[512];
	struct country_map *m;
	assert_int_equal(load(&m, text, err, sizeof(err)), -1);
	assert_null(m);
	if (!strstr(err, "/XA/map.json") || !strstr(err, why))
		fail_msg("'%s' instead of '%s'", err, why);
}

static void expect_bad_shape(const char *shape, const char *why)
{
	char *text = xasprintf("%s%s,\n%s%s", HEAD, NORTH, shape, TAIL);
	expect_error(text, why);
	free(text);
}

static void expect_bad_path(const char *path, const char *why)
{
	char *shape = xasprintf("{\"hasc\":\"XA.SO\",\"at\":[1,1,1],\"path\":\"%s\"}", path);
	char *place = xasprintf("map.json: shape 2 (XA.SO): %s", why);
	expect_bad_shape(shape, place);
	free(shape);
	free(place);
}

static void test_bad(void **state)
{
	(void)state;
	expect_error("", "map.json:1:0: ");
	expect_error(HEAD "{]}", "map.json:2:2: ");
	expect_error("[]", "map.json: Expected object");
	expect_error("{\"source\":\"s\",\"width\":1,\"height\":1}", "shapes");
	expect_error("{\"source\":\"s\",\"width\":1,\"height\":1,\"shapes\":[],\"more\":1}",
		     "more");
	expect_error("{\"source\":\"s\",\"width\":1,\"height\":1,\"shapes\":[]}",
		     "a list of 1 to 512");
	expect_error("{\"source\":\"s\",\"width\":1,\"height\":1,\"shapes\":{\"a\":1}}",
		     "a list of 1 to 512");
	expect_error("{\"source\":\"s\",\"width\":0,\"height\":1,\"shapes\":[]}",
		     "between 1 and 10000");
	expect_error("{\"source\":\"s\",\"width\":4294967297,\"height\":1,\"shapes\":[]}",
		     "between 1 and 10000");
	expect_bad_shape("7", "shape 2 (): Expected object");
	expect_bad_shape("{\"hasc\":\"XA.SO\"}", "shape 2 (XA.SO): ");
	expect_bad_shape("{\"hasc\":\"XA.ZZ\",\"at\":[1,1,1],\"path\":\"M1 2l3 4 5 6z\"}",
			 "shape 2 (XA.ZZ): no region in regions.tsv has this HASC code");
	/* A region without a code has none, it is not "". */
	expect_bad_shape("{\"hasc\":\"\",\"at\":[1,1,1],\"path\":\"M1 2l3 4 5 6z\"}",
			 "no region in regions.tsv");
	expect_bad_shape(NORTH, "shape 2 (XA.NO): it is there already");
	expect_bad_shape("{\"hasc\":\"XA.SO\",\"at\":[1,51,1],\"path\":\"M1 2l3 4 5 6z\"}",
			 "at is not on the map");
	expect_bad_shape("{\"hasc\":\"XA.SO\",\"at\":[1,4294967297,1],\"path\":\"M1 2l3 4 5 6z\"}",
			 "at is not on the map");
	expect_bad_shape("{\"hasc\":\"XA.SO\",\"at\":[1,1],\"path\":\"M1 2l3 4 5 6z\"}", "XA.SO");
}

/* A path goes into pages as it is: only what is one may pass. */
static void test_bad_paths(void **state)
{
	(void)state;
	expect_bad_path("", "the path is empty");
	expect_bad_path("M1 2l3 4 5 6", "neither two numbers nor z, at byte 12 of the path");
	expect_bad_path("M1 2l3 4z", "a ring of fewer than three corners");
	expect_bad_path("M1 2lz", "a ring of fewer than three corners");
	expect_bad_path("m1 2l3 4 5 6z", "a ring does not begin with M and two numbers");
	expect_bad_path("M1l3 4 5 6z", "a ring does not begin with M and two numbers");
	expect_bad_path("M1 2h3v4z", "no l after the beginning of a ring");
	expect_bad_path("M1 2l3 4 5 6z ", "a ring does not begin");
	expect_bad_path("M1 2l3 4 5 6zM", "a ring does not begin");
	expect_bad_path("M1 2l 3 4 5 6z", "neither two numbers nor z");
	expect_bad_path("M1 2l3  4 5 6z", "neither two numbers nor z");
	expect_bad_path("M1 2l3.5 4 5 6z", "neither two numbers nor z");
	expect_bad_path("M1 2l3 4 5 6 7z", "neither two numbers nor z");
	expect_bad_path("M1 2l3 4 5 6\\\"><script>z", "neither two numbers nor z");
	expect_bad_path("M1 2l-2 4 5 6z", "a ring leaves the map");
	expect_bad_path("M1 2l3 49 5 6z", "a ring leaves the map");
	expect_bad_path("M101 2l3 4 5 6z", "a ring leaves the map");
	expect_bad_path("M1 2l99999 4 5 6z", "a ring leaves the map");
	expect_bad_path("M1 2l999999 4 5 6z", "neither two numbers nor z");
	expect_bad_path("M1 2l3 --4 5 6z", "neither two numbers nor z");
}

/* Every province of Iran has a place; the folders of others do without. */
static void test_shipped(void **state)
{
	static const char *const without[] = {"ZZ"};
	char err[512];
	struct country_map *m;
	struct country *c = country_load("configs/countries", "IR", err, sizeof(err));
	(void)state;
	assert_non_null(c);
	if (country_map_load(&m, "configs/countries", c, err, sizeof(err)) < 0)
		fail_msg("%s", err);
	assert_non_null(m);
	assert_int_equal(m->n, c->n_regions);
	for (size_t i = 0; i < c->n_regions; i++)
		assert_non_null(country_map_shape(m, c->regions[i].code));
	country_map_free(m);
	country_free(c);
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		c = country_load("configs/countries", without[i], err, sizeof(err));
		assert_non_null(c);
		assert_int_equal(country_map_load(&m, "configs/countries", c, err, sizeof(err)), 0);
		assert_null(m);
		country_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),	cmocka_unit_test(test_none),
		cmocka_unit_test(test_bad),	cmocka_unit_test(test_bad_paths),
		cmocka_unit_test(test_shipped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
