/* test_vantage.c: where a probe says it stands, and what a mistake is answered with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "probe/options.h"
#include "probe/vantage.h"
#include "tests/probe/tempdir.h"

#define REGIONS                                                                                    \
	"# iso\tiso_pre2020\thasc\tname_en\tname_fa\tpopulation\n"                                 \
	"IR-10\tIR-04\tIR.ES\tIsfahan\tاصفهان\t5120850\n"                                    \
	"IR-23\tIR-07\tIR.TH\tTehran\tتهران\t13267637\n"                                      \
	"broken line\n"                                                                            \
	"IR-30\tIR-32\tIR.AL\tAlborz\tالبرز\t-"

static char err[512];
static struct vantage v;

static int reads(const char *dir, const char *country, const char *region, const char *isp)
{
	struct conf *c = conf_new(options_table, "X_");
	if (country)
		assert_int_equal(conf_set_flag(c, "country", country, err, sizeof(err)), 0);
	if (region)
		assert_int_equal(conf_set_flag(c, "region", region, err, sizeof(err)), 0);
	if (isp)
		assert_int_equal(conf_set_flag(c, "isp", isp, err, sizeof(err)), 0);
	assert_int_equal(conf_set_flag(c, "access", "mobile", err, sizeof(err)), 0);
	int rc = vantage_read(&v, c, dir, err, sizeof(err));
	conf_free(c);
	return rc;
}

static void refuses(const char *dir, const char *country, const char *region, const char *isp,
		    const char *want)
{
	assert_int_equal(reads(dir, country, region, isp), -1);
	if (!strstr(err, want))
		fail_msg("want '%s' in '%s'", want, err);
}

static char *make_country(void)
{
	char *dir = tempdir_new(), *path = xasprintf("%s/IR", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	free(path);
	tempdir_put(dir, "IR/regions.tsv", REGIONS);
	return dir;
}

static void places(void **state)
{
	char *dir = make_country(), text[VANTAGE_TEXT];
	(void)state;
	assert_int_equal(reads(dir, "IR", "IR-23", "AS44244"), 0);
	assert_string_equal(v.region, "IR-23");
	assert_int_equal(v.isp, 44244);
	assert_int_equal(v.access, ACCESS_MOBILE);
	assert_string_equal(vantage_text(text, &v), "IR-23, AS44244, mobile");
	assert_int_equal(reads(dir, "IR", "IR-30", "as44244"), 0); /* the last line has no end */
	assert_int_equal(v.isp, 44244);
	assert_int_equal(reads(dir, "IR", NULL, "44244"), 0);
	assert_string_equal(v.region, "");
	assert_int_equal(v.isp, 44244);
	assert_int_equal(reads(dir, "IR", "IR-10", NULL), 0);
	assert_int_equal(v.isp, 0);
	assert_string_equal(vantage_text(text, &v), "IR-10, any operator, mobile");
	tempdir_free(dir);
}

static void mistakes(void **state)
{
	char *dir = make_country();
	(void)state;
	refuses(dir, NULL, NULL, NULL, "--country");
	refuses(dir, "ir", NULL, NULL, "capital");
	refuses(dir, "../", NULL, NULL, "capital");
	refuses(dir, "QQ", "QQ-01", NULL, "QQ is not known");
	refuses(dir, "IR", "Tehran", NULL, "IR-23 (Tehran)");
	refuses(dir, "IR", "teheran", NULL, "IR-23 (Tehran)");
	refuses(dir, "IR", "تهران", NULL, "IR-23 (Tehran)");
	refuses(dir, "IR", "IR23", NULL, "IR-23 (Tehran)");
	refuses(dir, "IR", "IR-3", NULL, "regions.tsv");
	refuses(dir, "IR", "IR-23", "Irancell", "AS44244");
	refuses(dir, "IR", "IR-23", "AS", "AS44244");
	refuses(dir, "IR", "IR-23", "0", "AS44244");
	refuses(dir, "IR", "IR-23", "-5", "AS44244");
	refuses(dir, "IR", "IR-23", "99999999999", "AS44244");
	tempdir_free(dir);
}

/* A control knows its own country only where there are tables of it. */
static void controls(void **state)
{
	static const struct {
		const char *country, *region, *watch, *why;
	} rows[] = {
		{"DE", NULL, "IR", NULL},
		{"DE", "DE-BE", "IR", NULL},
		{"DE", "DE-be", "IR", "'DE-be' is not an ISO 3166-2 code of DE"},
		{"DE", "Berlin", "IR", "'Berlin' is not an ISO 3166-2 code of DE"},
		{"DE", "DE-BERLIN", "IR", "is not an ISO 3166-2 code of DE"},
		{"DE", NULL, "ir", "watch 'ir' is not a code of two capital letters"},
		{"DE", NULL, "../IR", "watch '../IR' is not"},
		{"DE", "DE-BE", NULL, "DE is not known"},
		{"IR", "IR-23", "QQ", NULL},
		{"IR", "IR-99", "QQ", "the nearest is"},
	};
	char *dir = make_country();
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct conf *c = conf_new(options_table, "X_");
		conf_set_flag(c, "country", rows[i].country, err, sizeof(err));
		if (rows[i].region)
			conf_set_flag(c, "region", rows[i].region, err, sizeof(err));
		if (rows[i].watch)
			conf_set_flag(c, "watch", rows[i].watch, err, sizeof(err));
		*err = '\0';
		int rc = vantage_read(&v, c, dir, err, sizeof(err));
		if (rc != (rows[i].why ? -1 : 0) || (rows[i].why && !strstr(err, rows[i].why)))
			fail_msg("row %zu: %d '%s'", i, rc, err);
		if (rc == 0)
			assert_string_equal(v.region, rows[i].region ? rows[i].region : "");
		conf_free(c);
	}
	tempdir_free(dir);
}

static void names(void **state)
{
	static const char *const tehran[] = {"IR-23", "Tehran", "tehran", "تهران"};
	char *dir = make_country(), code[BATCH_REGION_LEN];
	(void)state;
	for (size_t i = 0; i < sizeof(tehran) / sizeof(*tehran); i++) {
		assert_int_equal(vantage_region_code(code, dir, "IR", tehran[i], err, sizeof(err)),
				 0);
		assert_string_equal(code, "IR-23");
	}
	assert_int_equal(vantage_region_code(code, dir, "IR", "Teheran", err, sizeof(err)), -1);
	assert_non_null(strstr(err, "IR-23 (Tehran)"));
	assert_int_equal(vantage_region_code(code, dir, "IR", "", err, sizeof(err)), -1);
	assert_int_equal(vantage_region_code(code, dir, "../IR", "IR-23", err, sizeof(err)), -1);
	tempdir_free(dir);
}

static void listing(void **state)
{
	char *dir = make_country();
	struct buf out;
	(void)state;
	buf_init(&out, 4096);
	assert_int_equal(vantage_list_regions(&out, dir, "IR"), 0);
	assert_non_null(strstr(out.data, "IR-23"));
	assert_non_null(strstr(out.data, "البرز"));
	assert_int_equal(vantage_list_regions(&out, dir, "QQ"), -1);
	assert_int_equal(vantage_list_regions(&out, dir, "../IR"), -1);
	buf_clear(&out);
	tempdir_free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places), cmocka_unit_test(mistakes), cmocka_unit_test(controls),
		cmocka_unit_test(names),  cmocka_unit_test(listing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
