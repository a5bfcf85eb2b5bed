/* coding.h: content codings of HTTP: which one an answer gets, and that form of it. Pure.
 *
 * gzip (RFC 1952) is for everybody; zstd (RFC 8878) is smaller and takes a fraction of the time, on both ends. Its window
 * stays within the 8 MiB that RFC 9659 allows. */
#ifndef COLLECTOR_CODING_H
#define COLLECTOR_CODING_H

#include <stdbool.h>

#include "common/buf.h"

enum coding { CODING_NONE, CODING_GZIP, CODING_ZSTD, CODINGS };

/* As Accept-Encoding and Content-Encoding name it; that of CODING_NONE is "identity". */
const char *coding_str(enum coding c);
/* What is liked best by a list of RFC 9110 12.5.3, of equals zstd, then gzip. CODING_NONE where the list is NULL, has nothing
 * that there is, or can't be read: whoever refuses even that gets it all the same. */
enum coding coding_choose(const char *accept);
/* Whether it is in such a list, and not refused there. */
bool coding_takes(const char *accept, enum coding c);
/* Replaces b by its coded form. On trouble b stays as it is, and false is returned. */
bool coding_apply(enum coding c, struct buf *b);

#endif
