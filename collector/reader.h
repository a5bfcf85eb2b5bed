/* reader.h: the views as somebody sees them who only reads: `collector export`, beside a collector that serves.
 *
 * One snapshot for the whole life of it: what is committed meanwhile is not seen. No key and no archive: what is
 * published is all that can be had through it. */
#ifndef COLLECTOR_READER_H
#define COLLECTOR_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/publish.h"

struct conf;

struct reader {
	struct country *country; /* owned */
	struct store *store;	 /* owned */
	struct publish publish;
	bool synthetic;
	int64_t now_ms; /* of simulated data its end */
};

/* 0, or the exit code (1, 78) with one sentence in err; reader_close in either case. */
int reader_open(struct reader *r, const struct conf *c, char *err, size_t errlen);
void reader_close(struct reader *r);

#endif
