/* ballot.c: asserts that the results fit, and that the bucket is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/collector/ballot.h"
#include "tests/collector/nation.h"

int ballot_setup(void **state)
{
	struct ballot *b = xcalloc(1, sizeof(*b));
	b->country = nation_new();
	batch_init(&b->batch);
	strcpy(b->batch.country, b->country->code);
	*state = b;
	return 0;
}

int ballot_teardown(void **state)
{
	struct ballot *b = *state;
	votes_clear(&b->votes);
	batch_clear(&b->batch);
	country_free(b->country);
	free(b);
	return 0;
}

struct result *ballot_add(struct ballot *b, enum kind kind, const char *url, int64_t t_ms,
			  enum failure failure)
{
	struct result r;
	result_init(&r, kind);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_FAILURE] = failure;
	if (url)
		r.v[RESULT_TARGET] = batch_target(&b->batch, url, CLASS_OPEN);
	assert_int_equal(batch_add(&b->batch, &r), 0);
	return &b->batch.results[b->batch.n_results - 1];
}

void ballot_add_link(struct ballot *b, int64_t t_ms, bool up)
{
	struct result *r = ballot_add(b, KIND_LINK, NULL, t_ms, FAIL_NONE);
	r->v[RESULT_IPV4] = r->v[RESULT_GATEWAY] = r->v[RESULT_NS] = up;
}

struct evidence ballot_evidence(const struct ballot *b)
{
	return (struct evidence){.batch = &b->batch,
				 .probe = BALLOT_PROBE,
				 .country = b->country,
				 .networks = b->networks,
				 .control = b->control};
}

const struct cell_vote *ballot_collect(struct ballot *b, size_t bucket, enum target_class class)
{
	votes_clear(&b->votes);
	const struct evidence e = ballot_evidence(b);
	votes_collect(&b->votes, &e, BALLOT_BUCKET);
	assert_true(bucket < b->votes.n);
	return b->votes.buckets[bucket].has[class] ? &b->votes.buckets[bucket].vote[class] : NULL;
}

struct result *ballot_add_at(struct ballot *b, enum kind kind, const char *url, int64_t t_ms,
			     enum failure failure, const char *addr)
{
	int index = batch_addr(&b->batch, addr);
	struct result *r = ballot_add(b, kind, url, t_ms, failure);
	r->v[RESULT_ADDR] = index;
	return r;
}
