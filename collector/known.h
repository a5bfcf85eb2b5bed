/* known.h: what controls saw of each target on each day (UTC): the prefixes and networks of its addresses, and what
 * its page was for each control where nothing is encrypted. Pure.
 *
 * Lists are sorted and have caps (limits.h), so what was learned has one form; what comes when a list is full is
 * forgotten. */
#ifndef COLLECTOR_KNOWN_H
#define COLLECTOR_KNOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/limits.h"
#include "common/result.h"

#define KNOWN_STATUS_MAX 999

struct known_prefix {
	uint64_t code;	  /* known_code */
	uint32_t network; /* AS number, 0 unknown */
};

struct known_page {
	uint64_t probe;
	uint32_t status, bytes;
};

/* Of one target on one day. */
struct known {
	uint32_t key; /* known_key */
	struct known_prefix *prefixes;
	struct known_page *pages;
	size_t n_prefixes, n_pages;
};

struct known_day {
	int64_t day;	    /* since 1970 */
	struct known *list; /* ascending by key */
	size_t n;
	bool unsaved; /* changed since it was encoded */
};

struct known_days {
	struct known_day *list; /* ascending */
	size_t n;
};

/* A zeroed struct is empty. */
void known_clear(struct known_days *k);

/* Of the target with this class and slot. */
uint32_t known_key(enum target_class class, int slot);
/* The prefix of an address: /24 or /48. */
uint64_t known_code(const char *addr);

/* NULL when nothing is known. Valid until something is learned. */
const struct known *known_find(const struct known_days *k, int64_t day, uint32_t key);

void known_learn_prefix(struct known_days *k, int64_t day, uint32_t key, uint64_t code,
			uint32_t network);
/* The first one of a control counts. */
void known_learn_page(struct known_days *k, int64_t day, uint32_t key,
		      const struct known_page *page);

/* Both ends of the stored form of a day, described in known.c. encode marks it as saved; a day that is not there
 * is empty. decode: 0, or -1 when the bytes are no such thing, and then the day is empty. */
void known_encode(struct known_days *k, int64_t day, struct buf *out);
int known_decode(struct known_days *k, int64_t day, const void *data, size_t len);

#endif
