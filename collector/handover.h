/* handover.h: from views of one method to views of another.
 *
 * Views that were made by another version of the method, from other tables or settings of the
 * country, or in another form (store.c), are not added to any more. Their file is put aside as published-N.db, the Nth record of
 * its kind in the archive marks the moment, and new views go on from what they said (adopt.h).
 *
 * Each file has what the one before it said, so the last pair of record and file is all that counts.
 * Whoever makes views from the beginning of the archive, after such a change, after a crash in the
 * midst of it or for `collector rebuild`, stops at that record, adopts that file, and goes on: so all
 * come to the same revisions. */
#ifndef COLLECTOR_HANDOVER_H
#define COLLECTOR_HANDOVER_H

#include <stddef.h>
#include <stdint.h>

#include "collector/archive.h"
#include "collector/views.h"

struct conf;
struct country;
struct store;

struct handover {		 /* all borrowed */
	const struct conf *conf; /* where everything lies */
	struct archive *archive;
	const struct country *country;
	const struct views_config *views;
};

/* Opens the store. Views in it that were made otherwise are put aside before, and it is empty. NULL with err. */
struct store *handover_open(const struct handover *h, char *err, size_t errlen);

struct handover_mark {
	uint32_t number;
	struct archive_pos pos; /* where its record ends */
	int64_t received_ms;
};

/* The last record whose file is there: 1, 0 when there is none, -1 with err. */
int handover_last(const struct handover *h, struct handover_mark *out, char *err, size_t errlen);

/* `to` was replayed up to the mark and flushed, and nobody has it open as views: goes on from what was published, and
 * commits. What can't be gone on from (other steps, another country) is said in the log. 0, or -1 with err: then nothing is committed. */
int handover_adopt(const struct handover *h, const struct handover_mark *mark, struct store *to,
		   char *err, size_t errlen);

#endif
