/* test_adopt_views.c: the views of a country that was lived through, whose tables are then corrected:
 * asof any moment before they say what they said, and a rebuild does it again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/adopt.h"
#include "collector/progress.h"
#include "common/log.h"
#include "tests/collector/history.h"
#include "tests/collector/scratch.h"

#define T0 HISTORY_T0

/* Network 200 (probes 2, 3, 6, 7, ...) is cut in [60 s, 120 s), and reports late. */
static enum nation_weather one_network_cut(int i, int64_t t_ms)
{
	return i / 2 % 2 && t_ms >= 60000 && t_ms < 120000 ? NATION_CUT : NATION_NORMAL;
}

/* There is no network 200: it was a mistake. */
static void correct(struct country *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n_isps; i++)
		if (c->isps[i].asn != 200)
			c->isps[n++] = c->isps[i];
	c->n_isps = n;
}

/* Puts the file of the views aside and replays them with other tables. */
static struct store *replay_anew(struct history *h, const char *old)
{
	char err[256] = "";
	views_free(h->views);
	h->views = NULL;
	store_close(h->stored->store);
	h->stored->store = NULL;
	assert_int_equal(rename(h->stored->path, old), 0);
	correct(h->country);
	history_restart(h);
	history_replay(h);
	views_free(h->views);
	h->views = NULL;
	struct store *from = store_open_readonly("sqlite", old, err, sizeof(err));
	assert_non_null(from);
	return from;
}

static struct adopted adopt_views(struct history *h, struct store *from, int64_t *until)
{
	struct progress of = {0}, to = {0};
	struct adopted did;
	progress_init(&of);
	progress_init(&to);
	assert_int_equal(progress_load(&of, from), 0);
	assert_int_equal(progress_load(&to, h->stored->store), 0);
	*until = of.at.final_until < to.at.final_until ? of.at.final_until : to.at.final_until;
	const struct adopt a = {.to = h->stored->store,
				.from = from,
				.until_ms = *until,
				.now_ms = h->records[h->n - 1].received_ms + 1000,
				.why = WHY_CORRECTION};
	assert_int_equal(adopt_history(&a, &did), 0);
	stored_commit(h->stored, h->n);
	progress_clear(&of);
	progress_clear(&to);
	return did;
}

#define MOMENTS 12

struct said {
	char *rows[MOMENTS], *events[MOMENTS];
};

static int64_t moment(int i)
{
	return T0 + i * 20000;
}

/* What a store says as of some moments. */
static void ask(struct history *h, struct store *s, int64_t until_ms, struct said *out)
{
	struct store *own = h->stored->store;
	h->stored->store = s;
	for (int i = 1; i < MOMENTS; i++) {
		out->rows[i] = history_rows(h, until_ms, moment(i));
		out->events[i] = history_events_asof(h, moment(i));
	}
	h->stored->store = own;
}

static void forget(struct said *s)
{
	for (int i = 1; i < MOMENTS; i++) {
		free(s->rows[i]);
		free(s->events[i]);
	}
}

static void expect_same(struct said *a, struct said *b)
{
	for (int i = 1; i < MOMENTS; i++) {
		assert_string_equal(a->rows[i], b->rows[i]);
		assert_string_equal(a->events[i], b->events[i]);
	}
}

static void test_views(void **state)
{
	struct history *h = *state;
	struct said old, new;
	int64_t until;
	history_pass(h, 0, 240000, one_network_cut);
	history_live(h, 0);
	char *path = scratch_path(h->stored->dir, "published-1.db");
	struct store *from = replay_anew(h, path);
	char *before = history_rows(h, INT64_MAX, 0);
	struct adopted did = adopt_views(h, from, &until);
	assert_true(did.kept && did.withdrawn && did.added);
	assert_true(did.events_undone && did.events_added);
	ask(h, from, until, &old);
	ask(h, h->stored->store, until, &new);
	expect_same(&old, &new);
	assert_non_null(strstr(new.rows[MOMENTS - 1], "r2 late"));
	forget(&new);
	char *after = history_rows(h, INT64_MAX, 0), *dump = history_dump(h);
	assert_non_null(strstr(after, " correction "));
	assert_string_not_equal(before, after);

	/* a rebuild does the same again */
	history_restart(h);
	history_replay(h);
	views_free(h->views);
	h->views = NULL;
	char *again = history_rows(h, INT64_MAX, 0);
	assert_string_equal(before, again);
	free(again);
	adopt_views(h, from, &until);
	again = history_dump(h);
	assert_string_equal(dump, again);
	free(again);

	/* and life goes on from there */
	history_restart(h);
	history_pass(h, 240000, 300000, one_network_cut);
	history_live(h, 0);
	ask(h, h->stored->store, until, &new);
	expect_same(&old, &new);
	forget(&new);
	forget(&old);
	store_close(from);
	free(before);
	free(after);
	free(dump);
	free(path);
}

int main(void)
{
	log_init("test", LOG_LEVEL_ERROR);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_views, history_setup, history_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
