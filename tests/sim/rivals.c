/* rivals.c: two ideas, as small as they are.
 *
 * IODA (help page): the value of a bin against the median of a sliding window of seven days; here the value is the number
 * of good votes, which is what its active probing counts from outside. OONI (ooni/data, analysis/detector.py): two sums,
 * S += share - 0.35 and the reverse, never below 0, change at 3.5. Both are dated back to the start of what made them
 * speak, and both speak at the end of a bin, without any time for results to arrive: kinder than they are.
 */
#include "tests/sim/rivals.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define BIN_MS	   (10 * 60 * 1000LL)
#define HOUR_MS	   (3600 * 1000LL)
#define WINDOW	   1008 /* bins: seven days */
#define WINDOW_MIN 144
#define VALUES	   8192 /* larger values are cut */
#define DRIFT	   0.35
#define ENOUGH	   3.5

struct claims {
	struct claim *list; /* owned */
	size_t n, room;
	bool lasts; /* the last one has not ended */
};

/* Sums of one bin. */
struct bin {
	int64_t start_ms, length_ms;
	uint32_t n, hit;
};

struct fixed {
	double least; /* of the median */
	struct bin bin;
	uint32_t ring[WINDOW], count[VALUES];
	size_t n;
	struct claims claims;
};

struct hourly {
	struct bin bin;
	double lost, fine;
	int64_t since_ms;
	struct claims claims;
};

struct reading {
	struct fixed fixed[2];
	struct hourly hourly;
};

const char *rival_str(enum rival r)
{
	static const char *const names[RIVALS] = {[RIVAL_FIXED_80] = "fixed threshold, 80% (IODA)",
						  [RIVAL_FIXED_50] = "fixed threshold, 50% (IODA)",
						  [RIVAL_HOURLY] = "hourly CUSUM (OONI)"};
	return r < RIVAL_FIXED_80 ? ablation_str((enum ablation)(r - RIVAL_ABLATED)) : names[r];
}

static void begin(struct claims *c, int64_t onset_ms, int64_t now_ms)
{
	if (c->lasts)
		return;
	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 16;
		c->list = xrealloc(c->list, c->room * sizeof(*c->list));
	}
	c->list[c->n++] = (struct claim){
		.onset_ms = onset_ms, .lo_ms = onset_ms, .hi_ms = now_ms, .detected_ms = now_ms};
	c->lasts = true;
}

static void end(struct claims *c, int64_t end_ms)
{
	if (c->lasts)
		c->list[c->n - 1].end_ms = end_ms;
	c->lasts = false;
}

/* Adds a row to its bin. True when that ends another, which is in *out then: call again. */
static bool bin_take(struct bin *b, struct bin *out, const struct row *r)
{
	int64_t start = r->start_ms / b->length_ms * b->length_ms;
	if (b->start_ms && start > b->start_ms) {
		*out = *b;
		*b = (struct bin){.start_ms = b->start_ms + b->length_ms,
				  .length_ms = b->length_ms};
		return true;
	}
	b->start_ms = start;
	b->n += r->v.sign[SIGN_LOSS].n;
	b->hit += r->v.sign[SIGN_LOSS].hit;
	return false;
}

static uint32_t median(const struct fixed *f)
{
	size_t seen = 0, all = f->n < WINDOW ? f->n : WINDOW;
	uint32_t v = 0;
	while (v < VALUES - 1 && (seen += f->count[v]) * 2 < all)
		v++;
	return v;
}

static void fixed_bin(struct fixed *f, const struct bin *b)
{
	uint32_t value = b->n - b->hit < VALUES ? b->n - b->hit : VALUES - 1;
	double usual = f->n >= WINDOW_MIN ? median(f) : 0;
	if (value < f->least * usual)
		begin(&f->claims, b->start_ms, b->start_ms + b->length_ms);
	else
		end(&f->claims, b->start_ms);
	if (f->n >= WINDOW)
		f->count[f->ring[f->n % WINDOW]]--;
	f->ring[f->n++ % WINDOW] = value;
	f->count[value]++;
}

static void hourly_bin(struct hourly *h, const struct bin *b)
{
	double share;
	if (!b->n)
		return;
	share = (double)b->hit / b->n;
	double *run = h->claims.lasts ? &h->fine : &h->lost;
	double step = h->claims.lasts ? DRIFT - share : share - DRIFT;
	if (*run <= 0)
		h->since_ms = b->start_ms;
	*run = *run + step > 0 ? *run + step : 0;
	if (*run < ENOUGH)
		return;
	h->lost = h->fine = 0;
	if (h->claims.lasts)
		end(&h->claims, h->since_ms);
	else
		begin(&h->claims, h->since_ms, b->start_ms + b->length_ms);
}

static int read_row(void *arg, const struct row *row)
{
	struct reading *r = arg;
	struct bin b;
	for (size_t i = 0; i < 2; i++)
		while (bin_take(&r->fixed[i].bin, &b, row))
			fixed_bin(&r->fixed[i], &b);
	while (bin_take(&r->hourly.bin, &b, row))
		hourly_bin(&r->hourly, &b);
	return 0;
}

static void score(struct score *s, const struct truth *t, const struct saga *saga, struct claims *c)
{
	score_claims(s, t, saga, c->list, c->n, c->list, c->n);
	for (size_t i = 0; i < c->n; i++)
		if (c->list[i].end_ms)
			score_end(s, saga, c->list[i].end_ms);
	free(c->list);
}

static void score_ablated(struct score scores[static ABLATIONS], const struct truth *t,
			  const struct saga *saga, struct store *store)
{
	struct ablated a;
	if (ablate(store, &saga->series, t->from_ms, t->until_ms, &a) < 0)
		return; /* the store has said why */
	for (size_t k = 0; k < ABLATIONS; k++) {
		struct claims c = {.list = a.claims[k], .n = a.n[k]};
		score(&scores[k], t, saga, &c);
	}
}

void rivals_score(struct score scores[static RIVALS], const struct truth *t, struct store *store)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	for (uint32_t i = 0; i < t->map.n; i++) {
		const struct saga *s = &t->sagas[i];
		const char *regions[2];
		struct series_query q =
			store_query_one(&s->series, regions, t->from_ms, t->until_ms);
		memset(r, 0, sizeof(*r));
		for (size_t k = 0; k < 2; k++)
			r->fixed[k].bin.length_ms = BIN_MS;
		r->fixed[0].least = 0.8;
		r->fixed[1].least = 0.5;
		r->hourly.bin.length_ms = HOUR_MS;
		store_rows(store, &q, read_row, r);
		score_ablated(&scores[RIVAL_ABLATED], t, s, store);
		score(&scores[RIVAL_FIXED_80], t, s, &r->fixed[0].claims);
		score(&scores[RIVAL_FIXED_50], t, s, &r->fixed[1].claims);
		score(&scores[RIVAL_HOURLY], t, s, &r->hourly.claims);
	}
	free(r);
}
