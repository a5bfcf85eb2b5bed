/* timeline.c: what is new in a row, and why. */
#include "collector/timeline.h"

#include "collector/views.h"

static void tell(const struct timeline *t, const struct row *r)
{
	if (t->listener->row)
		t->listener->row(t->listener->arg, r);
}

static enum why why_of(enum timeline_phase phase)
{
	return phase == TIMELINE_LATE ? WHY_LATE : phase == TIMELINE_OFF ? WHY_OFF : WHY_FIRST;
}

int timeline_put(const struct timeline *t, enum timeline_phase phase, const struct series *s,
		 int64_t start_ms, const struct verdict *v, int64_t now_ms)
{
	struct row old = {.series = *s}, r = {.series = *s,
					      .start_ms = start_ms,
					      .step_ms = t->step_ms,
					      .v = *v,
					      .revision = 1,
					      .revised_ms = now_ms,
					      .why = why_of(phase),
					      .method = METHOD_VERSION};
	int there = store_get_row(t->store, s, start_ms, &old);
	bool same = there == 1 && verdict_equal(&old.v, v);
	if (there < 0)
		return -1;
	if (same ? phase != TIMELINE_FINAL : !there && !v->probes && !v->expected)
		return 0;
	if (there && r.why != WHY_FIRST) {
		r.revision = old.revision + 1;
		if (store_put_past(t->store, &old) < 0)
			return -1;
	}
	if (store_put_row(t->store, &r) < 0)
		return -1;
	if (!same)
		tell(t, &r);
	return 0;
}
