/* receipt.h: what a collector answers once a batch is on its disk, and nothing else counts. Pure;
 * the bytes come from the network and are hostile until parsed. */
#ifndef PROBE_RECEIPT_H
#define PROBE_RECEIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/batch.h"

struct receipt {
	bool duplicate;	     /* the collector had this batch already */
	int64_t received_ms; /* its clock when it first got it; -1 when it does not say */
};

/* NULL and *r filled when body is a receipt for the batch with this id, otherwise the reason (a
 * static text). */
const char *receipt_parse(struct receipt *r, const char *body, size_t len,
			  const uint8_t id[static BATCH_ID]);

/* Copies what an RFC 9457 problem document says, its "detail" or else its "title", for a log line; false when body is none. */
bool receipt_problem(char *text, size_t textlen, const char *body, size_t len);

#endif
