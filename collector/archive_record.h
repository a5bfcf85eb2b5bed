/* archive_record.h: one record of the archive, both ways, and walking a segment of them. The byte
 * format stands in archive_record.c; only archive.c needs this. */
#ifndef COLLECTOR_ARCHIVE_RECORD_H
#define COLLECTOR_ARCHIVE_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "collector/archive.h"
#include "common/buf.h"

/* Largest record: what a caller must have room for. */
#define ARCHIVE_RECORD_MAX (12 + 30 + BATCH_SEALED_MAX + 4)

/* Appends the record as it has to stand at `at`. */
void archive_encode(struct buf *out, const struct archive_record *r, struct archive_pos at);

struct archive_reader {
	int fd;
	struct archive_pos at; /* where the next record starts */
	uint64_t end;	       /* nothing is read from here on; the size of the file at first */
	uint8_t *window;       /* owned */
	uint64_t window_at;
	size_t window_len;
};

enum archive_found {
	FOUND_RECORD,
	FOUND_UNKNOWN, /* a whole record, but not of a form that this version writes */
	FOUND_END,     /* the segment ends here, behind a whole record */
	FOUND_CUT,     /* the segment ends inside this record */
	FOUND_DAMAGE,  /* no record stands here, or not as it was written */
	FOUND_TROUBLE, /* errno */
};

/* 0, or -1 with errno; close in either case. */
int archive_reader_open(struct archive_reader *r, const char *path, uint32_t segment);
void archive_reader_close(struct archive_reader *r);

/* The record at r->at, which moves behind it when it is whole. out borrows from the reader until
 * the next call. */
enum archive_found archive_reader_next(struct archive_reader *r, struct archive_record *out);

/* After FOUND_CUT or FOUND_DAMAGE: does a whole record stand anywhere behind? 1, 0, or -1 with
 * errno. */
int archive_reader_later(struct archive_reader *r);

#endif
