/* ablate.c: one detector for each ablation, side by side. */
#include "tests/sim/ablate.h"

#include <stdlib.h>

#include "collector/detector.h"
#include "common/buf.h"
#include "common/clock.h"

#define BUCKET_MS 60000
#define GRACE_MS  30000 /* as views.c */
#define HOUR	  60	/* buckets */

/* What a model says of a bucket, and what came instead. */
struct figures {
	uint64_t reports_c, words_c, usual;
};

struct reading {
	struct detector of[ABLATIONS];
	struct ablated *out;
	size_t room[ABLATIONS];
	int64_t from_ms;
	struct figures hour[HOUR], sum, best; /* modulo; of it; of the first day */
	size_t n;
};

const char *ablation_str(enum ablation a)
{
	static const char *const names[ABLATIONS] = {
		"all parts, detectors run again", "without quorum", "without model: the last hour",
		"without model: the first day's best", "without both: the last hour"};
	return names[a];
}

static void began(struct reading *r, enum ablation a, int64_t now_ms)
{
	const struct event *e = &r->of[a].current;
	struct ablated *out = r->out;
	if (out->n[a] == r->room[a]) {
		r->room[a] = r->room[a] ? 2 * r->room[a] : 16;
		out->claims[a] = xrealloc(out->claims[a], r->room[a] * sizeof(*out->claims[a]));
	}
	out->claims[a][out->n[a]++] = (struct claim){.onset_ms = e->onset_ms,
						     .lo_ms = e->onset_lo_ms,
						     .hi_ms = e->onset_hi_ms,
						     .detected_ms = now_ms};
}

static struct figures mean(const struct reading *r)
{
	uint64_t n = r->n < HOUR ? r->n : HOUR;
	struct figures m = r->sum;
	if (n)
		m = (struct figures){m.reports_c / n, m.words_c / n, m.usual / n};
	return m;
}

static void expect(struct pulse *p, const struct figures *f)
{
	p->expected_c = (uint32_t)f->reports_c;
	p->words_c = (uint32_t)f->words_c;
	p->usual = (uint32_t)f->usual;
}

static struct pulse take_away(const struct reading *r, enum ablation a, const struct pulse *p,
			      int64_t start_ms)
{
	struct figures hour = mean(r);
	struct pulse out = *p;
	bool first = start_ms < r->from_ms + CLOCK_DAY_MS;
	if (a == ABLATE_QUORUM || a == ABLATE_BOTH)
		out.flags |= PULSE_QUORUM;
	if (a == ABLATE_MODEL_HOUR || a == ABLATE_BOTH || (a == ABLATE_MODEL_DAY && first))
		expect(&out, &hour);
	else if (a == ABLATE_MODEL_DAY)
		expect(&out, &r->best);
	return out;
}

static void remember(struct reading *r, const struct pulse *p, int64_t start_ms)
{
	struct figures *slot = &r->hour[r->n % HOUR];
	const struct figures now = {p->reports_c, 100ULL * p->sign[SIGN_LOSS].n,
				    p->all[SIGN_LOSS].n};
	if (!(p->flags & PULSE_ALIVE))
		return;
	r->sum.reports_c += now.reports_c - slot->reports_c;
	r->sum.words_c += now.words_c - slot->words_c;
	r->sum.usual += now.usual - slot->usual;
	*slot = now;
	r->n++;
	struct figures m = mean(r);
	if (start_ms < r->from_ms + CLOCK_DAY_MS && r->n >= HOUR && m.reports_c > r->best.reports_c)
		r->best = m;
}

static int take(void *arg, int64_t start_ms, const struct pulse *p)
{
	struct reading *r = arg;
	for (enum ablation a = 0; a < ABLATIONS; a++) {
		const struct pulse given = take_away(r, a, p, start_ms);
		enum detector_change c = detector_next(&r->of[a], &given, start_ms);
		if (c == DETECTOR_BEGAN)
			began(r, a, start_ms + BUCKET_MS + GRACE_MS);
		if (c == DETECTOR_ENDED && r->out->n[a])
			r->out->claims[a][r->out->n[a] - 1].end_ms = r->of[a].current.end_ms;
	}
	remember(r, p, start_ms);
	return 0;
}

int ablate(struct store *store, const struct series *s, int64_t from_ms, int64_t until_ms,
	   struct ablated *out)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	*out = (struct ablated){0};
	r->out = out;
	r->from_ms = from_ms;
	for (enum ablation a = 0; a < ABLATIONS; a++)
		detector_init(&r->of[a], s, SIGN_LOSS, BUCKET_MS);
	int rc = store_pulses(store, s, from_ms, until_ms, take, r);
	for (enum ablation a = 0; a < ABLATIONS && rc < 0; a++)
		free(out->claims[a]);
	free(r);
	return rc;
}
