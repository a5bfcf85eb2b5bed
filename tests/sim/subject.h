/* subject.h: the collector that is put to the test: everything behind the signature, on a real store in a folder of its
 * own, with receipt times as arguments. What it says is read from the store, or heard as it is said. */
#ifndef TESTS_SIM_SUBJECT_H
#define TESTS_SIM_SUBJECT_H

#include <stdint.h>

#include "collector/store.h"
#include "collector/views.h"
#include "common/batch.h"

struct subject; /* opaque */

/* Country and listener (which may be NULL) are borrowed. Trouble ends the program. */
struct subject *subject_new(const struct country *country, const struct views_config *config,
			    const struct views_listener *listener);
void subject_free(struct subject *s);

/* All times go forward. It begins to run; it stops without a word. */
void subject_start(struct subject *s, int64_t t_ms);
void subject_stop(struct subject *s, int64_t t_ms);
bool subject_is_up(const struct subject *s);
/* Lets time pass: marks of being up, as a running collector writes them. */
void subject_pass(struct subject *s, int64_t t_ms);
/* A batch arrives. False when it is refused. */
bool subject_take(struct subject *s, struct batch *b, uint64_t probe, int64_t t_ms);
/* Everything into the store, for those who read it. */
struct store *subject_store(struct subject *s);

struct subject_counts {
	uint64_t batches, refused, marks;
};
struct subject_counts subject_counts(const struct subject *s);

#endif
