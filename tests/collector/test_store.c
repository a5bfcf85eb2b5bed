/* test_store.c: what goes into a store comes out again, in order, after a restart; what was not committed does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "collector/store.h"
#include "common/clock.h"
#include "common/log.h"
#include "tests/collector/scratch.h"
#include "tests/collector/stored.h"

#define T0   1767225600000
#define STEP STORED_STEP_MS

static void test_ledger(void **state)
{
	struct stored *w = *state;
	uint8_t a[BATCH_ID] = {1}, b[BATCH_ID] = {2};
	assert_false(store_has_batch(w->store, a));
	assert_int_equal(store_put_batch(w->store, a, T0), 1);
	assert_int_equal(store_put_batch(w->store, a, T0 + 5), 0);
	stored_commit(w, 10);
	assert_int_equal(store_put_batch(w->store, b, T0), 1);
	stored_reopen(w); /* without commit */
	assert_true(store_has_batch(w->store, a));
	assert_false(store_has_batch(w->store, b));
	assert_int_equal(store_position(w->store).segment, 1);
	assert_int_equal(store_position(w->store).offset, 10);
}

static struct cell_key cell_key(const char *region, int64_t bucket_ms, enum target_class class)
{
	struct cell_key k = {
		.bucket_ms = bucket_ms, .isp = 44244, .access = ACCESS_MOBILE, .class = class};
	strcpy(k.region, region);
	return k;
}

static void test_cells(void **state)
{
	struct stored *w = *state;
	struct cell_key k = cell_key("IR-23", T0, CLASS_OPEN),
			other = cell_key("IR-23", T0, CLASS_CANARY),
			unplaced = cell_key("", T0, CLASS_OPEN);
	struct cell c, out;
	cell_init(&c);
	for (uint64_t i = 1; i < 50; i++) {
		struct cell_vote v = {.probe = i * i, .tried = i, .ok = i & 5};
		cell_add(&c, &v);
	}
	assert_int_equal(store_get_cell(w->store, &k, &out), 0);
	assert_int_equal(out.n, 0);
	assert_int_equal(store_put_cell(w->store, &k, &c), 0);
	assert_int_equal(store_put_cell(w->store, &unplaced, &c), 0);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_int_equal(store_get_cell(w->store, &k, &out), 0);
	assert_int_equal(out.n, 49);
	assert_memory_equal(out.votes, c.votes, 49 * sizeof(*c.votes));
	cell_clear(&out);
	assert_int_equal(store_get_cell(w->store, &unplaced, &out), 0);
	assert_int_equal(out.n, 49);
	cell_clear(&out);
	assert_int_equal(store_get_cell(w->store, &other, &out), 0);
	assert_int_equal(out.n, 0);
	cell_clear(&c);
}

static int take_cell(void *arg, int64_t bucket_ms, enum target_class class, struct cell *cell)
{
	char *text = arg;
	assert_int_equal(cell->n, 1);
	sprintf(text + strlen(text), "%d%s ", (int)((bucket_ms - T0) / 60000), class_str(class));
	return 0;
}

static void test_cells_of_a_leaf(void **state)
{
	struct stored *w = *state;
	const enum target_class classes[] = {CLASS_LINK, CLASS_DOMESTIC, CLASS_OPEN};
	struct cell_vote v = {.probe = 1, .tried = 1};
	struct series leaf = stored_series("IR-23", 44244, ACCESS_MOBILE);
	struct cell c;
	char text[256] = "";
	cell_init(&c);
	cell_add(&c, &v);
	for (int i = 3; i >= 0; i--)
		for (size_t k = 0; k < 3; k++) {
			struct cell_key key = cell_key("IR-23", T0 + i * 60000, classes[k]);
			assert_int_equal(store_put_cell(w->store, &key, &c), 0);
		}
	assert_int_equal(store_cells(w->store, &leaf, T0 + 60000, T0 + 180000, take_cell, text), 0);
	assert_string_equal(text, "1domestic 1open 1link 2domestic 2open 2link ");
	cell_clear(&c);
}

static int take_due(void *arg, int64_t step_ms, const void *data, size_t len)
{
	char *text = arg;
	sprintf(text + strlen(text), "%d:%.*s ", (int)((step_ms - T0) / STEP), (int)len,
		(const char *)data);
	return 0;
}

static void test_due_and_meta(void **state)
{
	struct stored *w = *state;
	char text[128] = "";
	assert_int_equal(store_get_meta(w->store, "synthetic", text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_int_equal(store_put_meta(w->store, "synthetic", "1"), 0);
	for (int i = 3; i > 0; i--)
		assert_int_equal(store_put_due(w->store, T0 + i * STEP, "leaves", 6), 0);
	assert_int_equal(store_put_due(w->store, T0 + 2 * STEP, NULL, 0), 0);
	stored_commit(w, 4);
	stored_reopen(w);
	assert_int_equal(store_get_meta(w->store, "synthetic", text, sizeof(text)), 0);
	assert_string_equal(text, "1");
	*text = '\0';
	assert_int_equal(store_due(w->store, take_due, text), 0);
	assert_string_equal(text, "1:leaves 3:leaves ");
}

struct watched {
	int commits, resets, answer;
};

static int on_commit(void *arg)
{
	struct watched *x = arg;
	x->commits++;
	return x->answer;
}

static int on_reset(void *arg)
{
	((struct watched *)arg)->resets++;
	return 0;
}

static void test_watcher(void **state)
{
	struct stored *w = *state;
	struct watched x = {0};
	const struct store_watcher watcher = {on_commit, on_reset, &x};
	store_watch(w->store, &watcher);
	stored_commit(w, 5);
	assert_int_equal(x.commits, 1);
	x.answer = -1;
	assert_int_equal(store_commit(w->store, (struct archive_pos){1, 6}), -1);
	assert_int_equal(store_position(w->store).offset, 5);
	assert_int_equal(store_reset(w->store), 0);
	assert_int_equal(x.resets, 1);
	store_watch(w->store, NULL);
	stored_commit(w, 7);
	assert_int_equal(x.commits, 2);
}

static void test_reset(void **state)
{
	struct stored *w = *state;
	uint8_t id[BATCH_ID] = {1};
	struct row r;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED);
	store_put_batch(w->store, id, T0);
	stored_put(w, s, T0, 5);
	stored_commit(w, 8);
	assert_int_equal(store_reset(w->store), 0);
	assert_false(store_has_batch(w->store, id));
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 0);
	stored_reopen(w); /* a reset that was not committed has not happened */
	assert_true(store_has_batch(w->store, id));
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
	assert_int_equal(store_position(w->store).offset, 8);
	assert_int_equal(store_reset(w->store), 0);
	struct row other = r;
	other.step_ms = 60000; /* after a reset another step is fine */
	assert_int_equal(store_put_row(w->store, &other), 0);
	assert_int_equal(store_put_row(w->store, &r), -1);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
	assert_int_equal(r.step_ms, 60000);
}

/* Views of another schema are dropped; the archive makes them anew. */
static void test_schema(void **state)
{
	struct stored *w = *state;
	uint8_t id[BATCH_ID] = {1};
	store_put_batch(w->store, id, T0);
	store_put_meta(w->store, "schema", "0");
	stored_commit(w, 9);
	stored_reopen(w);
	assert_false(store_has_batch(w->store, id));
	assert_int_equal(store_position(w->store).segment, 0);
	assert_int_equal(store_position(w->store).offset, 0);
}

/* Of one of which history can be read, nothing is lost before somebody has read it. */
static void test_outdated(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED);
	struct row r;
	char err[256] = "";
	stored_put(w, s, T0, 5);
	assert_false(store_is_outdated(w->store));
	store_put_meta(w->store, "schema", "5");
	stored_commit(w, 9);
	stored_reopen(w);
	assert_true(store_is_outdated(w->store));
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
	store_close(w->store);
	w->store = store_open_readonly("sqlite", w->path, err, sizeof(err));
	assert_non_null(w->store);
	assert_true(store_is_outdated(w->store));
	stored_reopen(w);
	assert_int_equal(store_reset(w->store), 0);
	stored_commit(w, 1);
	stored_reopen(w);
	assert_false(store_is_outdated(w->store));
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 0);
}

/* No room on the disk: the commit says so, and what was committed before is whole. */
static void test_disk_full(void **state)
{
	struct stored *w = *state;
	struct rlimit all, little;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED);
	struct row r;
	int rc = 0;
	stored_put(w, s, T0, 5);
	stored_commit(w, 1);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &all);
	little = all;
	little.rlim_cur = 400000;
	setrlimit(RLIMIT_FSIZE, &little);
	for (uint32_t i = 0; i < 20000 && rc == 0; i++) {
		uint8_t id[BATCH_ID];
		memcpy(id, &i, sizeof(i));
		memset(id + 4, (int)i, sizeof(id) - 4);
		rc = store_put_batch(w->store, id, T0) < 0 ? -1 : 0;
	}
	if (rc == 0)
		rc = store_commit(w->store, (struct archive_pos){1, 2});
	setrlimit(RLIMIT_FSIZE, &all);
	assert_int_equal(rc, -1);
	stored_reopen(w);
	assert_int_equal(store_position(w->store).offset, 1);
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
	stored_put(w, s, T0 + STEP, 5);
	stored_commit(w, 2);
}

/* Read only: the file stays as it is, and one of another schema is refused instead of emptied. */
static void test_readonly(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED);
	struct row r;
	char err[256] = "";
	stored_put(w, s, T0, 5);
	stored_commit(w, 3);
	store_close(w->store);
	w->store = store_open_readonly("sqlite", w->path, err, sizeof(err));
	assert_non_null(w->store);
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
	assert_int_equal(store_position(w->store).offset, 3);
	assert_int_equal(store_row_step(w->store), STEP);
	r.v.probes = 99;
	assert_int_equal(store_put_row(w->store, &r), 0); /* into memory */
	assert_int_equal(store_commit(w->store, (struct archive_pos){1, 4}), -1);
	stored_reopen(w);
	assert_int_equal(store_get_row(w->store, &s, T0, &r), 1);
	assert_int_equal(r.v.probes, 5);
	store_put_meta(w->store, "schema", "0");
	stored_commit(w, 5);
	store_close(w->store);
	w->store = store_open_readonly("sqlite", w->path, err, sizeof(err));
	assert_null(w->store);
	assert_non_null(strstr(err, "another version"));
	assert_null(store_open_readonly("sqlite", "/nonexistent/views.db", err, sizeof(err)));
}

/* What is committed after the first look is not seen. */
static void test_snapshot(void **state)
{
	struct stored *w = *state;
	struct series s = stored_series("IR-01", 7, ACCESS_FIXED);
	struct row r;
	char err[256] = "";
	stored_put(w, s, T0, 5);
	stored_commit(w, 3);
	struct store *reader = store_open_readonly("sqlite", w->path, err, sizeof(err));
	assert_non_null(reader);
	stored_put(w, s, T0, 6);
	stored_put(w, s, T0 + STEP, 6);
	stored_commit(w, 4);
	assert_int_equal(store_get_row(reader, &s, T0, &r), 1);
	assert_int_equal(r.v.probes, 5);
	assert_int_equal(store_get_row(reader, &s, T0 + STEP, &r), 0);
	store_close(reader);
	reader = store_open_readonly("sqlite", w->path, err, sizeof(err));
	assert_int_equal(store_get_row(reader, &s, T0 + STEP, &r), 1);
	store_close(reader);
}

static void test_refused(void **state)
{
	struct stored *w = *state;
	char err[256] = "";
	assert_null(store_open("papyrus", w->path, err, sizeof(err)));
	assert_non_null(strstr(err, "papyrus"));
	assert_null(store_open("sqlite", "/nonexistent/views.db", err, sizeof(err)));
	assert_non_null(strstr(err, "/nonexistent/views.db"));
	char *text = scratch_path(w->dir, "text.db");
	scratch_write(w->dir, "text.db", "this is not a database, but it is long enough to look",
		      53);
	assert_null(store_open("sqlite", text, err, sizeof(err)));
	free(text);
}

#define T(f) cmocka_unit_test_setup_teardown(f, stored_setup, stored_teardown)

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		T(test_ledger),	   T(test_cells),    T(test_cells_of_a_leaf), T(test_due_and_meta),
		T(test_watcher),   T(test_reset),    T(test_schema),	      T(test_outdated),
		T(test_disk_full), T(test_readonly), T(test_snapshot),	      T(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
