/* test_params.c: every parameter of the API, and how each is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/paramsint.h"

#define NOW_MS	   1767902400000 /* 2026-01-08T20:00:00Z */
#define BEGAN_MS   (NOW_MS - 30LL * 24 * 3600000)
#define SETTLED_MS (NOW_MS - 60000)
#define ALL	   (~0u)

static int read_query(struct params *p, const char *raw, unsigned int allowed, struct problem *why)
{
	char err[256];
	struct country *c = country_load("configs/countries", "IR", err, sizeof(err));
	const struct params_env env = {.country = c,
				       .now_ms = NOW_MS,
				       .began_ms = BEGAN_MS,
				       .settled_ms = SETTLED_MS,
				       .row_step_ms = 300000,
				       .allowed = allowed,
				       .formats = FORMAT_BIT(FORMAT_JSON) | FORMAT_BIT(FORMAT_CSV)};
	struct query q;
	assert_non_null(c);
	*p = (struct params){.format = FORMAT_JSON};
	*why = (struct problem){0};
	assert_null(query_parse(&q, raw));
	int rc = params_read(p, &q, &env, why);
	/* region codes are borrowed from the country: only their number is looked at below */
	country_free(c);
	return rc;
}

static struct params good(const char *raw)
{
	struct params p;
	struct problem why;
	assert_int_equal(read_query(&p, raw, ALL, &why), 0);
	return p;
}

static void bad(const char *raw, const char *parameter, const char *nearest)
{
	struct params p;
	struct problem why;
	assert_int_equal(read_query(&p, raw, ALL, &why), -1);
	assert_int_equal(why.status, 400);
	assert_string_equal(why.parameter, parameter);
	if (nearest)
		assert_string_equal(why.nearest, nearest);
	assert_true(why.detail[0]);
}

static void test_defaults(void **state)
{
	struct params p = good("");
	(void)state;
	assert_int_equal(p.until_ms, NOW_MS);
	assert_int_equal(p.from_ms, NOW_MS - PARAMS_RANGE_DEFAULT_MS);
	assert_int_equal(p.step_ms, 0);
	assert_int_equal(p.access, -1);
	assert_true(p.by_region && !p.by_isp && !p.by_access);
	assert_int_equal(p.lang, LANG_EN);
}

static void test_times(void **state)
{
	(void)state;
	assert_int_equal(good("from=-2h").from_ms, NOW_MS - 7200000);
	assert_int_equal(good("from=2026-01-08T16:30:00Z").from_ms, 1767889800000);
	assert_int_equal(good("from=1767889800").from_ms, 1767889800000);
	assert_int_equal(good("from=2026-01-08T20:00:00%2B03:30").from_ms, 1767889800000);
	assert_int_equal(good("until=-1h").until_ms, NOW_MS - 3600000);
	assert_int_equal(good("until=-1h").from_ms, NOW_MS - 3600000 - PARAMS_RANGE_DEFAULT_MS);
	assert_int_equal(good("range=7d").from_ms, NOW_MS - 7 * 24 * 3600000LL);
	bad("from=yesterday", "from", NULL);
	bad("until=2026-02-30", "until", NULL);
	bad("from=-1h&until=-2h", "from", NULL);
	bad("range=8d", "range", "7d");
	bad("range=7d&from=-1h", "range", NULL);
	bad("from=-1h&from=-2h", "from", NULL);
}

/* What says no offset is in the zone of the other times, wherever tz stands; in either calendar. */
static void test_wall_clocks(void **state)
{
	(void)state;
	assert_int_equal(good("from=2026-01-08+16:30").from_ms, 1767889800000);
	assert_int_equal(good("from=2026-01-08+20:00&tz=local").from_ms, 1767889800000);
	assert_int_equal(good("tz=Asia/Tehran&from=1404/10/18+20:00").from_ms, 1767889800000);
	assert_int_equal(good("from=1404-10-18T16:30").from_ms, 1767889800000);
	assert_int_equal(good("asof=1404-10-18+20:00&tz=local").asof_ms, 1767889800000);
	/* an offset is an offset */
	assert_int_equal(good("from=2026-01-08T16:30:00Z&tz=local").from_ms, 1767889800000);
	bad("from=1404-07-31", "from", NULL);
	assert_false(good("").calendar_given);
	assert_int_equal(good("calendar=jalali").calendar, CALENDAR_JALALI);
	assert_int_equal(good("calendar=gregorian").calendar, CALENDAR_GREGORIAN);
	assert_int_equal(good("range=365d").range_ms, 365 * 24 * 3600000LL);
	bad("calendar=julian", "calendar", "jalali");
}

/* Classes split a timeline and nothing else; what can't is told why. */
static void test_class(void **state)
{
	struct params p = good("class=open&class=filtered&class=open");
	struct problem why;
	(void)state;
	assert_int_equal(p.classes, 1u << CLASS_OPEN | 1u << CLASS_FILTERED);
	assert_true(p.by_region && !p.by_class);
	p = good("by=class");
	assert_true(p.by_class && !p.by_region && !p.by_isp && !p.classes);
	assert_true(good("by=isp,class,access").by_class);
	for (size_t i = 0; i < CLASS_OTHER; i++)
		assert_string_equal(params_class_words[i], class_str((enum target_class)i));
	bad("class=opne", "class", "open");
	bad("class=other", "class", NULL);
	bad("by=classes", "by", "class");
	bad("cursor=IR-23.all.all.1767889800000.open&limit=1", "cursor", NULL);
	bad("cursor=IR-23.all.all.1767889800000.loss&limit=1&by=class", "cursor", NULL);
	assert_int_equal(good("cursor=all.all.all.1000.open&limit=1&by=class").cursor.class,
			 CLASS_OPEN);
	bad("by=check", "by", NULL);
	bad("by=region,target", "by", NULL);
	bad("check=tls", "check", NULL);
	bad("target=https://a.example/", "target", NULL);
	assert_int_equal(read_query(&p, "by=region,check", ALL, &why), -1);
	assert_non_null(strstr(why.detail, "mechanisms"));
	assert_int_equal(read_query(&p, "target=x", ALL, &why), -1);
	assert_non_null(strstr(why.detail, "by=class"));
	assert_int_equal(read_query(&p, "by=class", PARAM_BY, &why), -1);
	assert_string_equal(why.parameter, "by");
	assert_string_not_equal(why.nearest, "class");
}

/* asof is taken as the present, in the other times too. */
static void test_asof(void **state)
{
	struct params p = good("asof=2026-01-08T16:30:00Z");
	(void)state;
	assert_int_equal(good("").asof_ms, 0);
	assert_int_equal(p.asof_ms, 1767889800000);
	assert_int_equal(p.until_ms, 1767889800000);
	assert_int_equal(p.at_ms, 1767889800000);
	assert_int_equal(p.from_ms, 1767889800000 - PARAMS_RANGE_DEFAULT_MS);
	assert_int_equal(good("asof=1767889800").asof_ms, 1767889800000);
	p = good("from=-2h&until=-1h&asof=-1d");
	assert_int_equal(p.asof_ms, NOW_MS - 24 * 3600000LL);
	assert_int_equal(p.from_ms, NOW_MS - 26 * 3600000LL);
	assert_int_equal(p.until_ms, NOW_MS - 25 * 3600000LL);
	assert_int_equal(good("asof=now").asof_ms, NOW_MS);
	assert_int_equal(good("asof=-30d").asof_ms, BEGAN_MS);
	assert_true(p.asof_ms && !p.pinned && !good("asof=now").pinned);
	assert_true(good("asof=1767889800").pinned);
	/* pages are of what was settled when the first was asked for */
	p = good("limit=10");
	assert_int_equal(p.asof_ms, SETTLED_MS);
	assert_int_equal(p.until_ms, SETTLED_MS);
	assert_false(p.pinned);
	assert_int_equal(good("limit=10&asof=1767889800").asof_ms, 1767889800000);
	bad("asof=-31d", "asof", NULL);
	bad("asof=2026-01-08T20:00:01Z", "asof", NULL);
	bad("asof=yesterday", "asof", NULL);
	bad("asof=-1h&asof=-2h", "asof", NULL);
	assert_int_equal(good("").at_ms, NOW_MS);
	assert_int_equal(good("at=-1h").at_ms, NOW_MS - 3600000);
	bad("at=2027-01-01", "at", NULL);
	bad("asof=-2h&at=2026-01-08T19:00:00Z", "at", NULL);
}

static void test_series(void **state)
{
	struct params p = good("region=IR-23&region=ir-07&isp=AS44244&isp=197207&access=mobile");
	(void)state;
	assert_int_equal(p.n_regions, 2);
	assert_null(p.regions[2]);
	assert_int_equal(p.n_isps, 2);
	assert_int_equal(p.isps[0], 44244);
	assert_int_equal(p.isps[1], 197207);
	assert_int_equal(p.access, ACCESS_MOBILE);
	p = good("by=region,isp,access");
	assert_true(p.by_region && p.by_isp && p.by_access);
	p = good("by=country");
	assert_false(p.by_region || p.by_isp || p.by_access);
	assert_int_equal(good("region=%3F").n_regions, 1); /* the unplaced */
	bad("region=IR-32", "region", "IR-02");
	bad("country=IQ", "country", "IR");
	bad("isp=Irancell", "isp", NULL);
	bad("isp=AS4294967295", "isp", NULL);
	bad("isp=99999999999", "isp", NULL);
	bad("isp=", "isp", NULL);
	bad("access=mobil", "access", "mobile");
	bad("by=regoin", "by", "region");
	good("country=ir");
}

static void test_texts(void **state)
{
	(void)state;
	assert_int_equal(good("step=600").step_ms, 600000);
	assert_true(good("tz=local").local_time);
	assert_true(good("tz=Asia/Tehran").local_time);
	assert_false(good("tz=UTC").local_time);
	assert_int_equal(good("lang=fa").lang, LANG_FA);
	assert_int_equal(good("format=csv").format, FORMAT_CSV);
	bad("step=500", "step", "600");
	bad("step=0", "step", "300");
	bad("step=5m", "step", "300");
	bad("step=-300", "step", "300");
	bad("step=99999999999999999999", "step", "2678400");
	bad("step=2678700", "step", "2678400");
	bad("tz=Mars", "tz", NULL);
	bad("lang=de", "lang", NULL);
	bad("format=xml", "format", NULL);
}

/* A parameter that would change the answer and is not known must never be ignored. */
static void test_unknown(void **state)
{
	struct params p;
	struct problem why;
	(void)state;
	bad("regoin=IR-23", "regoin", "region");
	bad("=x", "", NULL);
	assert_int_equal(read_query(&p, "step=300", PARAM_FROM, &why), -1);
	assert_string_equal(why.nearest, "from");
	assert_int_equal(read_query(&p, "from=-1h", 0, &why), -1);
	assert_int_equal(read_query(&p, "", 0, &why), 0);
}

static void test_match(void **state)
{
	const struct series country = {.isp = ISP_ANY, .access = ACCESS_ANY};
	const struct series region = {.region = "IR-23", .isp = ISP_ANY, .access = ACCESS_ANY};
	const struct series leaf = {.region = "IR-23", .isp = 44244, .access = ACCESS_MOBILE};
	struct params p = good("");
	(void)state;
	assert_true(params_match(&p, &country) && params_match(&p, &leaf));
	p = good("by=country");
	assert_true(params_match(&p, &country));
	assert_false(params_match(&p, &region) || params_match(&p, &leaf));
	p = good("by=region");
	assert_true(params_match(&p, &region));
	assert_false(params_match(&p, &country) || params_match(&p, &leaf));
	p = good("isp=44244");
	assert_true(params_match(&p, &leaf));
	assert_false(params_match(&p, &region));
	p = good("by=region,isp,access&access=fixed");
	assert_false(params_match(&p, &leaf));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),    cmocka_unit_test(test_times),
		cmocka_unit_test(test_wall_clocks), cmocka_unit_test(test_asof),
		cmocka_unit_test(test_class),	    cmocka_unit_test(test_series),
		cmocka_unit_test(test_texts),	    cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_match),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
