/* test_package.c: a month as a folder: what it says of itself, that it comes as a whole, and the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/month.h"
#include "collector/package.h"
#include "tests/collector/scratch.h"
#include "tests/collector/web.h"

#define FILE_BYTES_MAX (100u * 1024 * 1024)

static int setup(void **state)
{
	static const char *const flags[] = {"--min-probes", "5", NULL};
	struct web *w = xcalloc(1, sizeof(*w));
	web_start(w, "IR", flags);
	web_fill(w, true);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct web *w = *state;
	rig_close(&w->rig);
	event_base_free(w->base);
	scratch_remove(w->dir);
	free(w);
	return 0;
}

static struct package package_of(struct web *w)
{
	return (struct package){.publish = &w->rig.publish,
				.month = month_of(WEB_NOW_MS),
				.asof_ms = WEB_NOW_MS,
				.synthetic = true};
}

static struct buf read_file(const char *folder, const char *name)
{
	char *path = scratch_path(folder, name);
	struct buf text;
	assert_int_equal(buf_read_file(&text, path, FILE_BYTES_MAX), 0);
	free(path);
	return text;
}

static json_t *field_of(json_t *package, size_t table, const char *name)
{
	json_t *resource = json_array_get(json_object_get(package, "resources"), table);
	json_t *fields = json_object_get(json_object_get(resource, "schema"), "fields"), *field;
	size_t i;
	json_array_foreach(fields, i, field)
	{
		if (!strcmp(web_str(field, "name"), name))
			return field;
	}
	fail_msg("no field %s", name);
	return NULL;
}

static void test_describes_itself(void **state)
{
	struct web *w = *state;
	const struct package p = package_of(w);
	char *folder = scratch_path(w->dir, "first"), err[256];
	assert_int_equal(package_write(&p, folder, err, sizeof(err)), 0);
	for (const char *const *f = package_files(); *f; f++) {
		char *path = scratch_path(folder, *f);
		struct stat st;
		assert_int_equal(stat(path, &st), 0);
		assert_true(st.st_size > 0);
		free(path);
	}
	struct buf text = read_file(folder, "datapackage.json");
	json_t *j = json_loadb(text.data, text.len, 0, NULL);
	assert_string_equal(web_str(j, "name"), "fanous-ir-2026-01");
	assert_string_equal(web_str(j, "version"), "2026-01-08T20:00:00Z");
	json_t *table = json_array_get(json_object_get(j, "resources"), 0);
	assert_string_equal(web_str(table, "path"), "timeline.csv");
	assert_int_equal(json_array_size(json_object_get(j, "resources")), 5);
	json_t *up = field_of(j, 0, "up"), *state_field = field_of(j, 0, "state");
	assert_string_equal(web_str(up, "type"), "number");
	assert_int_equal(json_array_size(json_object_get(
				 json_object_get(state_field, "constraints"), "enum")),
			 STATES);
	assert_string_equal(web_str(field_of(j, 0, "mech_sni_reset_of"), "unit"), "probes");
	struct buf rows = read_file(folder, "timeline.csv"), sums = read_file(folder, "SHA256SUMS");
	assert_int_equal(json_integer_value(json_object_get(table, "bytes")), rows.len);
	char *line = xasprintf("%s  timeline.csv\n", web_str(table, "hash") + strlen("sha256:"));
	assert_non_null(strstr(sums.data, line));
	json_decref(j);
	buf_clear(&text);
	buf_clear(&rows);
	buf_clear(&sums);
	free(line);
	free(folder);
}

/* What is known later changes nothing of what was known then. */
static void test_the_same_again(void **state)
{
	struct web *w = *state;
	const struct package p = package_of(w);
	const struct series whole = {.isp = ISP_ANY, .access = ACCESS_ANY};
	char *first = scratch_path(w->dir, "first"), *again = scratch_path(w->dir, "again");
	char err[256];
	web_put_row(w, &whole, WEB_NOW_MS + WEB_STEP_MS, STATE_OPEN, 300, 300);
	assert_int_equal(package_write(&p, again, err, sizeof(err)), 0);
	struct buf a = read_file(first, "SHA256SUMS"), b = read_file(again, "SHA256SUMS");
	assert_string_equal(a.data, b.data);
	buf_clear(&a);
	buf_clear(&b);
	free(first);
	free(again);
}

/* Nothing is left of one that can't be made, and nothing is written over. */
static void test_refused(void **state)
{
	struct web *w = *state;
	const struct package p = package_of(w);
	char *first = scratch_path(w->dir, "first"), *nowhere = scratch_path(w->dir, "no/where");
	char *half = scratch_path(w->dir, "first.new"), err[256];
	assert_int_equal(package_write(&p, first, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "exists"));
	assert_int_equal(package_write(&p, nowhere, err, sizeof(err)), -1);
	assert_non_null(strstr(err, "No such file"));
	assert_int_equal(access(half, F_OK), -1);
	free(first);
	free(nowhere);
	free(half);
}

static void test_months(void **state)
{
	char text[MONTH_LEN];
	int month;
	(void)state;
	assert_int_equal(month_parse("2026-01", &month), 0);
	assert_int_equal(month_start_ms(month), 1767225600000);
	assert_int_equal(month_start_ms(month + 1), 1769904000000);
	assert_int_equal(month_of(1769904000000 - 1), month);
	assert_int_equal(month_of(1769904000000), month + 1);
	assert_string_equal(month_text(text, month - 1), "2025-12");
	static const char *const bad[] = {"",		"2026",	   "2026-1",  "2026-13", "2026-00",
					  "2026-01-01", "1969-12", "x026-01", "2026/01"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(month_parse(bad[i], &month), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_describes_itself),
		cmocka_unit_test(test_the_same_again),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_months),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
