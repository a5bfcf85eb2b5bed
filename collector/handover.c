/* handover.c: the record comes first, then the file gets its new name. A crash between the two leaves
 * a record without a file, which counts for nothing; the next start makes another pair. New views are
 * committed only when they have adopted the old ones, so until then they are empty, and made again. */
#include "collector/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/adopt.h"
#include "collector/method.h"
#include "collector/options.h"
#include "collector/progress.h"
#include "common/clock.h"
#include "common/log.h"

static char *published_path(const struct handover *h, uint32_t number)
{
	char name[32];
	snprintf(name, sizeof(name), "published-%" PRIu32 ".db", number);
	return options_data_path(h->conf, name);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static int fail(char *err, size_t errlen, const char *path, const char *why)
{
	snprintf(err, errlen, "%s %s", path, why);
	return -1;
}

/* --- the record --- */

struct search {
	const struct handover *h;
	uint32_t n; /* records of this kind so far */
	struct handover_mark *last;
};

static int on_record(void *arg, const struct archive_record *r, struct archive_pos end)
{
	struct search *s = arg;
	if (r->type != ARCHIVE_METHOD)
		return 0;
	char *path = published_path(s->h, ++s->n);
	if (is_there(path))
		*s->last = (struct handover_mark){s->n, end, r->received_ms};
	free(path);
	return 0;
}

/* How many there are, and the last one that has its file (number 0: none). 0, or -1 with err. */
static int search(const struct handover *h, uint32_t *n, struct handover_mark *last, char *err,
		  size_t errlen)
{
	struct search s = {.h = h, .last = last};
	*last = (struct handover_mark){0};
	int rc = archive_replay(h->archive, NULL, on_record, &s, err, errlen);
	*n = s.n;
	return rc;
}

int handover_last(const struct handover *h, struct handover_mark *out, char *err, size_t errlen)
{
	uint32_t n;
	if (search(h, &n, out, err, errlen) < 0)
		return -1;
	if (out->number != n)
		log_warnx("published-%" PRIu32
			  ".db is missing: what was published until then can't "
			  "be gone on from",
			  n);
	return out->number != 0;
}

static int append_record(const struct handover *h, char *err, size_t errlen)
{
	const struct archive_record r = {.type = ARCHIVE_METHOD, .received_ms = clock_wall_ms()};
	struct archive_pos pos;
	if (archive_append(h->archive, &r, &pos) == 0 && archive_sync(h->archive) == 0)
		return 0;
	snprintf(err, errlen, "the archive can't be written");
	return -1;
}

/* --- putting aside --- */

/* Durably: the next commit must not be able to come before it. */
static int rename_in(const char *dir, const char *from, const char *to)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 && rename(from, to) == 0 ? fsync(fd) : -1;
	if (fd >= 0)
		close(fd);
	return rc;
}

/* What belongs to a file that somebody else has open can't be moved with it. */
static int check_room(const char *path, const char *aside, char *err, size_t errlen)
{
	char *wal = xasprintf("%s-wal", path);
	int rc = 0;
	if (is_there(wal))
		rc = fail(err, errlen, path,
			  "has to be put aside, and another program has it open");
	else if (is_there(aside))
		rc = fail(err, errlen, aside, "belongs to another archive; move it away");
	free(wal);
	return rc;
}

static int put_aside(const struct handover *h, const char *path, char *err, size_t errlen)
{
	struct handover_mark last;
	uint32_t n;
	if (search(h, &n, &last, err, errlen) < 0)
		return -1;
	char *aside = published_path(h, n + 1), *dir = options_data_path(h->conf, "");
	int rc = check_room(path, aside, err, errlen);
	if (rc == 0)
		rc = append_record(h, err, errlen);
	if (rc == 0 && rename_in(dir, path, aside) < 0)
		rc = fail(err, errlen, aside, strerror(errno));
	if (rc == 0)
		log_info("the program, the country's tables or the settings have changed: what was "
			 "published is kept as %s, and the views are made anew from the archive",
			 aside);
	free(aside);
	free(dir);
	return rc;
}

/* Do the views say something that another method made of the archive, or another program wrote otherwise? 1, 0, -1. */
static int made_otherwise(const struct handover *h, struct store *s)
{
	char synthetic[8], made[METHOD_LEN], method[METHOD_LEN];
	method_text(h->country, h->views, method);
	if (store_get_meta(s, "synthetic", synthetic, sizeof(synthetic)) < 0 ||
	    store_get_meta(s, "method", made, sizeof(made)) < 0)
		return -1;
	return store_position(s).segment && strcmp(synthetic, "1") &&
	       (store_is_outdated(s) || strcmp(made, method));
}

struct store *handover_open(const struct handover *h, char *err, size_t errlen)
{
	const char *backend = conf_str(h->conf, "store", "backend");
	char *path = options_data_path(h->conf, DATA_STORE);
	struct store *s = store_open(backend, path, err, errlen);
	int rc = s ? made_otherwise(h, s) : 0;
	if (rc < 0)
		fail(err, errlen, path, "can't be read");
	if (rc != 0) {
		store_close(s);
		s = NULL;
	}
	if (rc == 1 && put_aside(h, path, err, errlen) == 0)
		s = store_open(backend, path, err, errlen);
	free(path);
	return s;
}

/* --- going on --- */

static int final_until(struct store *s, int64_t *out)
{
	struct progress p = {0};
	progress_init(&p);
	int rc = progress_load(&p, s);
	*out = p.at.final_until;
	progress_clear(&p);
	return rc;
}

/* Version and country are what a method's text begins with (method.h). */
static int read_method(struct store *s, int *version, char country[static 3])
{
	char text[METHOD_LEN];
	if (store_get_meta(s, "method", text, sizeof(text)) < 0)
		return -1;
	return sscanf(text, "%d %2s", version, country) == 2 ? 0 : -1;
}

static int go_on(const struct handover *h, struct adopt *a, struct adopted *did)
{
	int64_t from_until, to_until;
	char country[3];
	int version;
	if (read_method(a->from, &version, country) < 0 || final_until(a->from, &from_until) < 0 ||
	    final_until(a->to, &to_until) < 0)
		return -1;
	if (strcmp(country, h->country->code))
		return 1;
	a->until_ms = from_until < to_until ? from_until : to_until;
	a->why = version == METHOD_VERSION ? WHY_CORRECTION : WHY_METHOD;
	return adopt_history(a, did);
}

int handover_adopt(const struct handover *h, const struct handover_mark *mark, struct store *to,
		   char *err, size_t errlen)
{
	char *path = published_path(h, mark->number);
	struct adopt a = {.to = to, .now_ms = mark->received_ms};
	struct adopted did;
	char why[512];
	int rc = -1;
	a.from = store_open_readonly(conf_str(h->conf, "store", "backend"), path, why, sizeof(why));
	if (!a.from) {
		snprintf(err, errlen,
			 "%s; without that file the collector starts, and what was published "
			 "before is told no more",
			 why);
		goto out;
	}
	rc = go_on(h, &a, &did);
	if (rc == 1)
		log_warnx("%s has another step or country: the views don't go on from it", path);
	if (rc == 0)
		log_info("of what was published, %" PRIu64 " rows stay, %" PRIu64
			 " say something else, %" PRIu64 " are withdrawn, %" PRIu64 " are new",
			 did.kept, did.revised, did.withdrawn, did.added);
	if (rc >= 0)
		rc = store_commit(to, mark->pos);
	if (rc < 0)
		fail(err, errlen, path, "can't be gone on from");
out:
	store_close(a.from);
	free(path);
	return rc;
}
