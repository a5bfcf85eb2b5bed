/* records.h: puts records into an archive and remembers what a replay of it saw. */
#ifndef TESTS_COLLECTOR_RECORDS_H
#define TESTS_COLLECTOR_RECORDS_H

#include "collector/archive.h"

#define RECORDS_MAX 1024

struct records {
	struct archive_record record[RECORDS_MAX]; /* `inner` is dead */
	char inner[RECORDS_MAX][64];		   /* as text, its first 63 bytes */
	struct archive_pos end[RECORDS_MAX];
	char err[512];
	size_t n, stop_at; /* stop_at: the replay ends with 7 when that many were seen, 0 never */
};

/* For free(). */
struct records *records_new(void);
/* Forgets, and replays from there. As archive_replay, which tells why into s->err. */
int records_replay(struct records *s, struct archive *a, const struct archive_pos *from);

/* Opens or makes an archive; fails the test when that fails. */
struct archive *records_open(const char *dir);
/* Appends a batch of this text, or an alive mark when it is NULL, without a sync. */
struct archive_pos records_append(struct archive *a, int64_t received_ms, const char *inner);

#endif
