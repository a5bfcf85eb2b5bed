/* detector_date.c: the moment of a change, and between which moments it lies.
 *
 * Two rates before and two after: the change is put between the two buckets where that makes what
 * was said and heard the most likely (the likelihood of two Poisson rates; Hinkley 1970, Biometrika
 * 57:1). It needs no figure of what is usual, so a constant share of liars does not move it. Then
 * what was said in the two buckets on either side says how far into them it was, since votes and
 * reports are spread evenly over a bucket. A change that lies further back than the trail is dated
 * to where the evidence began to add up (Page 1954, Biometrika 41:100). */
#include "collector/detectorint.h"

#include <math.h>
#include <string.h>

/* What goes down, what goes up, and for how long that was looked at: of a bucket, or of several. */
struct counts {
	double down, up, exposure;
};

enum what { LOST_VOTES, LOST_REPORTS, BACK };

static struct detector_trail *slot(const struct detector *d, int64_t start_ms)
{
	return (struct detector_trail *)&d
		->trail[(uint64_t)(start_ms / d->bucket_ms) % DETECTOR_TRAIL];
}

/* The start of the first bucket that is remembered. */
static int64_t first(const struct detector *d)
{
	return d->until_ms - DETECTOR_TRAIL * d->bucket_ms;
}

void detector_remember(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	const struct verdict_count *said = &p->said[d->sign];
	uint32_t exposure = p->flags & PULSE_ALIVE ? 100 : 0;
	int64_t gap = start_ms - d->until_ms;
	if (exposure && d->sign == SIGN_LOSS && p->expected_c)
		exposure = p->expected_c;
	if (!d->until_ms || gap >= DETECTOR_TRAIL * d->bucket_ms)
		memset(d->trail, 0, sizeof(d->trail));
	else
		for (int64_t t = d->until_ms; t < start_ms; t += d->bucket_ms)
			*slot(d, t) = (struct detector_trail){0};
	*slot(d, start_ms) = (struct detector_trail){
		said->n, said->hit, d->sign == SIGN_LOSS ? p->reports_c : 0, exposure};
	d->until_ms = start_ms + d->bucket_ms;
}

static struct counts counts_at(const struct detector *d, enum what what, int64_t start_ms)
{
	const struct detector_trail *t = slot(d, start_ms);
	double hit = t->hit_c, good = t->n_c - t->hit_c;
	switch (what) {
	case LOST_VOTES: return (struct counts){good / 100, hit / 100, t->exposure / 100.0};
	case LOST_REPORTS: return (struct counts){t->reports_c / 100.0, 0, t->exposure / 100.0};
	default: return (struct counts){hit / 100, good / 100, t->exposure / 100.0};
	}
}

static struct counts plus(struct counts a, struct counts b)
{
	return (struct counts){a.down + b.down, a.up + b.up, a.exposure + b.exposure};
}

static struct counts minus(struct counts a, struct counts b)
{
	return (struct counts){a.down - b.down, a.up - b.up, a.exposure - b.exposure};
}

static struct counts sum_of(const struct detector *d, enum what what, int64_t from_ms,
			    int64_t until_ms)
{
	struct counts sum = {0};
	for (int64_t t = from_ms; t < until_ms; t += d->bucket_ms) {
		sum = plus(sum, counts_at(d, what, t));
	}
	return sum;
}

#define PARTS	 4    /* places in each bucket */
#define RATE_MIN 0.02 /* of the larger one: somebody always errs */
#define TAIL	 0.02 /* weight left outside of the interval, on either side */
/* A vote that succeeds anywhere in a bucket counts as one that does, so the change looks a little later
 * than it is. */
#define EDGE	 0.25
#define GAIN_MIN 5.0
#define BEFORE	 16 /* buckets that are looked at before those of the evidence */

/* log-likelihood of a count, but for what does not depend on the rate */
static double poisson(double count, double rate, double exposure)
{
	return (count > 0 ? count * log(rate) : 0) - rate * exposure;
}

/* Of a count and of how long that was looked at: before the change, after it, and in the bucket that
 * it divides, of which `share` was before. */
struct three {
	double before, after, in;
	double before_exposure, after_exposure, in_exposure;
};

static double rates(const struct three *t, double before, double after, double share)
{
	return poisson(t->before, before, t->before_exposure) +
	       poisson(t->after, after, t->after_exposure) +
	       poisson(t->in, share * before + (1 - share) * after, t->in_exposure);
}

/* What decides has to fall to less than half: a smaller change may always be found, too. */
#define RATE_MOST 0.45

static double falling(const struct three *t, double share)
{
	double after = t->after / t->after_exposure,
	       before = fmax(t->before / t->before_exposure, after);
	after = fmin(fmax(after, RATE_MIN * before), RATE_MOST * before);
	return before > 0 ? rates(t, before, after, share) : 0;
}

static double rising(const struct three *t, double share)
{
	const struct three back = {t->after,	      t->before,	  t->in,
				   t->after_exposure, t->before_exposure, t->in_exposure};
	return falling(&back, 1 - share);
}

/* What goes with it may change either way, or not at all. */
static double either(const struct three *t, double share)
{
	double after = t->after / t->after_exposure, before = t->before / t->before_exposure,
	       least = RATE_MIN * fmax(before, after);
	return least > 0 ? rates(t, fmax(before, least), fmax(after, least), share) : 0;
}

static double constant(double count, double exposure)
{
	return count > 0 ? poisson(count, count / exposure, exposure) : 0;
}

/* Does it change this way? What goes up decides, or, of reports, what goes down. */
static bool is_change(enum what what, const struct counts *a, const struct counts *b)
{
	if (!(a->exposure > 0 && b->exposure > 0))
		return false;
	return what == LOST_REPORTS ? a->down * b->exposure > b->down * a->exposure
				    : a->up * b->exposure < b->up * a->exposure;
}

static double likelihood(enum what what, const struct counts *a, const struct counts *b,
			 const struct counts *c, double share)
{
	const struct three down = {a->down,	b->down,     c->down,
				   a->exposure, b->exposure, c->exposure},
			   up = {a->up, b->up, c->up, a->exposure, b->exposure, c->exposure};
	if (what == LOST_REPORTS)
		return falling(&down, share);
	return rising(&up, share) + either(&down, share);
}

struct profile {
	double weight[DETECTOR_TRAIL * PARTS]; /* of each place, the most likely one 1 */
	size_t n;
	double sum;
	double gain; /* of the best place over no change at all, nats */
};

/* Of a change in the k-th part of a bucket; in the last one what it has counts as what comes after. */
static double place_likelihood(enum what what, const struct counts *a, const struct counts *b,
			       const struct counts *c, int k)
{
	const struct counts none = {0};
	double share = (k + 0.5) / PARTS;
	if (b->exposure > 0)
		return is_change(what, a, b) ? likelihood(what, a, b, c, share) : -INFINITY;
	return k == 0 && is_change(what, a, c) ? likelihood(what, a, c, &none, share) : -INFINITY;
}

static void look_for(struct profile *f, const struct detector *d, enum what what, int64_t from_ms)
{
	const struct counts none = {0}, all = sum_of(d, what, from_ms, d->until_ms);
	struct counts a = none, b = all;
	double best = -INFINITY;
	*f = (struct profile){0};
	for (int64_t t = from_ms; t < d->until_ms; t += d->bucket_ms) {
		struct counts c = counts_at(d, what, t);
		b = t + d->bucket_ms < d->until_ms ? minus(b, c) : none;
		for (int k = 0; k < PARTS; k++) {
			double l = place_likelihood(what, &a, &b, &c, k);
			f->weight[f->n++] = l;
			best = fmax(best, l);
		}
		a = plus(a, c);
	}
	if (best > -INFINITY)
		f->gain = best - constant(all.down, all.exposure) - constant(all.up, all.exposure);
	for (size_t i = 0; i < f->n; i++) {
		f->weight[i] = best > -INFINITY ? exp(f->weight[i] - best) : 0;
		f->sum += f->weight[i];
	}
}

/* The place below which there is this share of the weight. */
static double quantile(const struct profile *f, double share)
{
	double below = 0;
	size_t i = 0;
	while (i < f->n && below + f->weight[i] < share * f->sum)
		below += f->weight[i++];
	return ((double)i + 0.5) / PARTS;
}

static double mean(const struct profile *f)
{
	double sum = 0;
	for (size_t i = 0; i < f->n; i++)
		sum += f->weight[i] * ((double)i + 0.5);
	return sum / f->sum / PARTS;
}

/* In so much time three reports usually come, or one bucket. */
static int64_t three_reports(const struct detector *d)
{
	double usual = sum_of(d, BACK, first(d), d->until_ms).exposure / DETECTOR_TRAIL;
	return llround(fmax(1, usual > 0 ? 3 / usual : 0) * (double)d->bucket_ms);
}

/* Where the evidence began, give or take three reports. */
static struct detector_span fall_back(const struct detector *d, int64_t since_ms)
{
	int64_t give = three_reports(d);
	return (struct detector_span){since_ms, since_ms - give, since_ms + give};
}

/* In whole seconds, where buckets are minutes. */
static int64_t rounded(const struct detector *d, int64_t ms)
{
	int64_t unit = d->bucket_ms >= 60 ? d->bucket_ms / 60 : 1;
	return ms - ms % unit;
}

static struct detector_span date(const struct detector *d, enum what what, int64_t from_ms,
				 int64_t since_ms)
{
	const double bucket = (double)d->bucket_ms;
	int64_t from = from_ms > first(d) ? from_ms : first(d);
	struct profile f;
	look_for(&f, d, what, from);
	if (!(f.sum > 0) || (since_ms <= from && f.gain < GAIN_MIN))
		return fall_back(d, since_ms);
	double at = mean(&f), lo = fmin(quantile(&f, TAIL), at - EDGE),
	       hi = fmax(quantile(&f, 1 - TAIL), at + EDGE);
	return (struct detector_span){rounded(d, from + llround(at * bucket)),
				      from + llround(floor(fmax(lo, 0)) * bucket),
				      from + llround(ceil(hi) * bucket)};
}

/* Not long before the evidence began: a part that was lost hours earlier and is not enough to speak for all is another
 * change, and the likelier one while few buckets of the whole loss are known. */
static int64_t onset_from(const struct detector *d, int64_t since_ms)
{
	int64_t from = since_ms - BEFORE * d->bucket_ms - three_reports(d);
	return from - from % d->bucket_ms;
}

struct detector_span detector_date_votes(const struct detector *d)
{
	int64_t since = d->lost.since_ms;
	struct detector_span s = date(d, LOST_VOTES, onset_from(d, since), since);
	if (!d->known)
		s.lo_ms = 0;
	return s;
}

struct detector_span detector_date_silence(const struct detector *d)
{
	int64_t since = d->silent[detector_silence(d)].since_ms;
	return date(d, LOST_REPORTS, onset_from(d, since), since);
}

struct detector_span detector_date_back(const struct detector *d)
{
	bool present = d->sign == SIGN_LOSS && d->present.since_ms > d->fine.since_ms;
	int64_t lost = d->marks[d->n_marks - 1].at_ms, /* onset, or relapse */
		after = lost - lost % d->bucket_ms + d->bucket_ms;
	return date(d, BACK, after, present ? d->present.since_ms : d->fine.since_ms);
}
