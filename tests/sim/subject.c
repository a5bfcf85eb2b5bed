/* subject.c: what ingest.c does with a batch once its signature was good, without archive and receipts.
 */
#include "tests/sim/subject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/place.h"
#include "collector/validate.h"
#include "common/log.h"

#define ALIVE_MS  60000		      /* as ingest.c */
#define COMMIT_MS (6 * 3600 * 1000LL) /* of simulated time */

struct subject {
	const struct country *country;
	char dir[64], path[96];
	struct store *store;
	struct place *place;
	struct views *views;
	bool up;
	int64_t now_ms, last_ms, commit_ms; /* last_ms: of the last record */
	struct subject_counts counts;
};

static void must(int rc)
{
	if (rc < 0)
		log_fatalx(1, "sim: the views can't be written");
}

struct subject *subject_new(const struct country *country, const struct views_config *config,
			    const struct views_listener *listener)
{
	struct subject *s = xcalloc(1, sizeof(*s));
	const char *tmp = getenv("TMPDIR");
	char err[256];
	s->country = country;
	snprintf(s->dir, sizeof(s->dir), "%s/fanous-sim-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(s->dir))
		log_fatal(1, "sim: %s", s->dir);
	snprintf(s->path, sizeof(s->path), "%s/views.db", s->dir);
	s->store = store_open("sqlite", s->path, err, sizeof(err));
	if (!s->store)
		log_fatalx(1, "sim: %s", err);
	s->place = place_open(NULL, NULL, country, err, sizeof(err));
	s->views = views_new(s->store, country, config);
	if (!s->place || !s->views)
		log_fatalx(1, "sim: no views");
	if (listener)
		views_listen(s->views, listener);
	return s;
}

void subject_free(struct subject *s)
{
	if (!s)
		return;
	views_free(s->views);
	place_close(s->place);
	store_close(s->store);
	static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
	char path[128];
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", s->path, ends[i]);
		unlink(path);
	}
	rmdir(s->dir);
	free(s);
}

static void commit(struct subject *s)
{
	must(store_commit(s->store, (struct archive_pos){1, s->counts.batches}));
	s->commit_ms = s->now_ms;
}

void subject_pass(struct subject *s, int64_t t_ms)
{
	while (s->up) {
		int64_t due = views_due(s->views), mark = s->last_ms + ALIVE_MS;
		int64_t at = due < mark ? due : mark;
		at = at < s->last_ms ? s->last_ms : at;
		if (at > t_ms)
			break;
		must(views_alive(s->views, at));
		s->last_ms = at;
		s->counts.marks++;
	}
	s->now_ms = t_ms;
	if (s->now_ms - s->commit_ms > COMMIT_MS)
		commit(s);
}

void subject_start(struct subject *s, int64_t t_ms)
{
	s->up = true;
	s->now_ms = s->last_ms = t_ms;
	must(views_start(s->views, t_ms));
}

void subject_stop(struct subject *s, int64_t t_ms)
{
	subject_pass(s, t_ms);
	s->up = false;
}

bool subject_is_up(const struct subject *s)
{
	return s->up;
}

bool subject_take(struct subject *s, struct batch *b, uint64_t probe, int64_t t_ms)
{
	const struct placement unseen = {.access = ACCESS_UNKNOWN};
	struct placement at;
	char why[256];
	subject_pass(s, t_ms);
	if (validate_batch(b, s->country, &unseen, t_ms, why, sizeof(why)) < 0) {
		s->counts.refused++;
		return false;
	}
	place_batch(s->place, b, &unseen, &at);
	must(views_fold(s->views, b, probe, &at, t_ms));
	s->last_ms = t_ms;
	s->counts.batches++;
	return true;
}

struct store *subject_store(struct subject *s)
{
	commit(s);
	return s->store;
}

struct subject_counts subject_counts(const struct subject *s)
{
	return s->counts;
}
