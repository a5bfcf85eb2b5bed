/* ballot.h: one batch of results in nation.h's country, and the votes that come of it. */
#ifndef TESTS_COLLECTOR_BALLOT_H
#define TESTS_COLLECTOR_BALLOT_H

#include "collector/votes.h"

#define BALLOT_T0     1767225600000
#define BALLOT_BUCKET 60000
#define BALLOT_PROBE  77

struct ballot {
	struct country *country;
	struct batch batch;
	struct votes votes;
	/* Of the evidence; NULL unless a test sets them. */
	const uint32_t *networks;
	struct control *control;
};

/* For cmocka: *state is the ballot. */
int ballot_setup(void **state);
int ballot_teardown(void **state);

/* url and addr may be NULL. The result may be changed until the next one is added. */
struct result *ballot_add(struct ballot *b, enum kind kind, const char *url, int64_t t_ms,
			  enum failure failure);
struct result *ballot_add_at(struct ballot *b, enum kind kind, const char *url, int64_t t_ms,
			     enum failure failure, const char *addr);
void ballot_add_link(struct ballot *b, int64_t t_ms, bool up);

struct evidence ballot_evidence(const struct ballot *b);
/* The vote in a class of the bucket of this number; NULL when it has none. */
const struct cell_vote *ballot_collect(struct ballot *b, size_t bucket, enum target_class class);

#endif
