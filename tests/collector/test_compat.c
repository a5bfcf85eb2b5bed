/* test_compat.c: the shapes of IODA's and OONI's APIs, and that what stands in them is what the rows say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/web.h"

#define IODA "/compat/ioda/v2/signals/raw"
#define OONI "/compat/ooni/api/v1/aggregation"
/* 16:00 to 17:00 on 8 January: the cut is in the middle. */
#define HOUR "from=1767888000&until=1767891600"

static int64_t num(const json_t *j, const char *key)
{
	return json_integer_value(json_object_get(j, key));
}

static json_t *signal_of(json_t *answer, size_t entity, size_t i)
{
	return json_array_get(json_array_get(json_object_get(answer, "data"), entity), i);
}

static void test_ioda(void **state)
{
	json_t *j = web_json(*state, IODA "/region/IR-23?" HOUR, 200);
	json_t *up = signal_of(j, 0, 0), *probes = signal_of(j, 0, 1);
	json_t *values = json_object_get(up, "values");
	assert_string_equal(web_str(up, "entityType"), "region");
	assert_string_equal(web_str(up, "entityCode"), "IR-23");
	assert_string_equal(web_str(up, "entityName"), "Tehran");
	assert_string_equal(web_str(up, "entityFqid"), "fanous.region.IR-23");
	assert_string_equal(web_str(up, "datasource"), "fanous-up");
	assert_int_equal(num(up, "from"), 1767888000);
	assert_int_equal(num(up, "until"), 1767891600);
	assert_int_equal(num(up, "step"), 300);
	assert_int_equal(num(up, "nativeStep"), 300);
	assert_int_equal(json_array_size(values), 12);
	assert_true(json_number_value(json_array_get(values, 5)) == 1.0);
	assert_true(json_number_value(json_array_get(values, 6)) == 0.1);
	assert_string_equal(web_str(probes, "datasource"), "fanous-probes");
	assert_true(json_number_value(json_array_get(json_object_get(probes, "values"), 0)) == 20);
	assert_int_equal(json_array_size(json_object_get(j, "data")), 1);
	json_decref(j);
}

/* All entities of a type without a code; one list of values where a datasource is named, IODA's own too; null for what is
 * withheld. */
static void test_ioda_entities(void **state)
{
	json_t *j = web_json(*state, IODA "/region?datasource=bgp&" HOUR, 200), *values;
	json_t *data = json_object_get(j, "data");
	assert_int_equal(json_array_size(data), 31);
	for (size_t i = 0; i < 31; i++) {
		assert_int_equal(json_array_size(json_array_get(data, i)), 1);
		assert_string_equal(web_str(signal_of(j, i, 0), "datasource"), "fanous-up");
		values = json_object_get(signal_of(j, i, 0), "values");
		assert_int_equal(json_array_size(values), 12);
		/* two probes are too few to tell of */
		if (!strcmp(web_str(signal_of(j, i, 0), "entityCode"), "IR-03"))
			assert_true(json_is_null(json_array_get(values, 0)));
	}
	json_decref(j);
	j = web_json(*state, IODA "/asn/44244?datasource=fanous-probes&" HOUR, 200);
	assert_string_equal(web_str(signal_of(j, 0, 0), "entityCode"), "44244");
	json_decref(j);
	for (int max = 1; max < 14; max++) {
		char *path = xasprintf(IODA "/country?maxPoints=%d&" HOUR, max);
		j = web_json(*state, path, 200);
		values = json_object_get(signal_of(j, 0, 0), "values");
		assert_in_range(json_array_size(values), 1, max > 1 ? max : 2);
		assert_int_equal(num(signal_of(j, 0, 0), "step") % 300, 0);
		json_decref(j);
		free(path);
	}
}

static void test_ooni(void **state)
{
	json_t *j = web_json(*state, OONI "?probe_cc=IR&since=2026-01-08&until=2026-01-09", 200);
	json_t *sum = json_object_get(j, "result"), *day;
	int64_t n = num(sum, "measurement_count"), ok = 0, i = 0;
	assert_int_equal(num(j, "dimension_count"), 0);
	/* 240 steps of 300 probes, each for three classes */
	assert_int_equal(n, 240 * 300 * 3);
	assert_int_equal(num(sum, "ok_count"), (198 * 300 + 42 * 30) * 3);
	assert_int_equal(num(sum, "ok_count") + num(sum, "anomaly_count") +
				 num(sum, "confirmed_count") + num(sum, "failure_count"),
			 n);
	json_t *hours = web_json(*state,
				 OONI "?since=2026-01-08&until=2026-01-09&time_grain=hour&"
				      "axis_x=measurement_start_day",
				 200);
	json_t *list = json_object_get(hours, "result");
	assert_int_equal(json_array_size(list), 20);
	for (; (day = json_array_get(list, (size_t)i)); i++)
		ok += num(day, "ok_count");
	assert_int_equal(ok, num(sum, "ok_count"));
	assert_string_equal(web_str(json_array_get(list, 16), "measurement_start_day"),
			    "2026-01-08T16:00:00Z");
	json_decref(hours);
	json_decref(j);
}

static void test_ooni_csv(void **state)
{
	static const char head[] = "anomaly_count,confirmed_count,failure_count,measurement_count,"
				   "measurement_start_day,ok_count,probe_asn,synthetic\r\n";
	struct web_answer a;
	web_get(*state, &a,
		OONI "?format=CSV&axis_x=measurement_start_day&axis_y=probe_asn&since=2026-01-08");
	assert_int_equal(a.status, 200);
	assert_int_equal(strncmp(a.body, head, sizeof(head) - 1), 0);
	web_answer_clear(&a);
	web_get(*state, &a, OONI "?format=CSV&axis_x=measurement_start_day&since=2026-01-08");
	assert_non_null(strstr(a.body, ",2026-01-08,"));
	web_answer_clear(&a);
	/* a sum of nothing */
	web_get(*state, &a, OONI "?format=CSV&since=2020-01-01&until=2020-01-02");
	assert_non_null(strstr(a.body, "\r\n0,0,0,0,0,"));
	web_answer_clear(&a);
}

static void test_refused(void **state)
{
	static const struct {
		const char *path;
		int status;
		const char *parameter, *nearest;
	} table[] = {
		{IODA "/regoin/IR-23", 404, "entityType", "region"},
		{IODA "/region/IR-99", 400, "entityCode", "IR-09"},
		{IODA "/country/IQ", 400, "entityCode", "IR"},
		{IODA "/asn/x", 400, "entityCode", "(null)"},
		{IODA "/country?maxPoints=0", 400, "maxPoints", "1"},
		{IODA "/country?datasource=pgb", 400, "datasource", "bgp"},
		{OONI "?axis_x=probe_as", 400, "axis_x", "probe_asn"},
		{OONI "?axis_x=probe_cc&axis_x=probe_cc", 400, "axis_x", "(null)"},
		{OONI "?test_name=signal", 400, "test_name", "web_connectivity"},
		{OONI "?time_grain=hours", 400, "time_grain", "hour"},
		{OONI "?probe_cc=IQ", 400, "probe_cc", "IR"},
		{OONI "?since=then", 400, "since", "(null)"},
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *j = web_json(*state, table[i].path, table[i].status);
		if (strcmp(web_str(j, "parameter"), table[i].parameter) ||
		    strcmp(web_str(j, "nearest"), table[i].nearest))
			fail_msg("%s: %s, %s", table[i].path, web_str(j, "parameter"),
				 web_str(j, "nearest"));
		json_decref(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ioda),	cmocka_unit_test(test_ioda_entities),
		cmocka_unit_test(test_ooni),	cmocka_unit_test(test_ooni_csv),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, web_setup, web_teardown);
}
