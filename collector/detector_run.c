/* detector_run.c: evidence, and how much of it is enough.
 *
 * Evidence is log-likelihood ratios that add up and start anew at 0 (CUSUM: Page 1954, Biometrika 41:100). With a threshold of
 * h nats one run in at least e^h is false while the worst case of what is tested against holds (Wald 1945, Ann. Math. Stat.
 * 16:117); in a normal year far fewer are.
 *
 * VOTES. Each vote of a bucket, weighed by the roster: 70% lost against 35%. Three liars in ten, with some that fail by chance, are
 * 35% lost on a day that is fine and 70% in a real loss, so that they make the evidence slower and never turn its sign. h = 5. But
 * the votes of one probe depend on each other, and only so much can be made of them. So that many separate probes must have the
 * loss as their word: three at least, and 35% and 1.5 standard deviations of those that can say, or of 85% of those that
 * usually can (after midnight, when names change, few have spoken, and those who speak most often come first). Of n that is
 * all of 3, 4 of 5, 6 of 10, 11 of 20, 27 of 60.
 *
 * BEYOND LIARS. Liars may choose when they speak, not when the others do. So more probes than they can be, while good reports have stopped
 * (10% of what is usual against 60%), are enough before the votes of a few have added up: each probe beyond 35% counts 3 nats (one that
 * fails in 2% of its reports is ln(0.9 / 0.02) = 3.8), h = 11 together, with one such probe and 2 nats of good reports gone at least. Whoever tries
 * every ten minutes, all year, gets 53,000 e^-11 = 0.9 events out of it at most.
 *
 * SILENCE. Reports of a bucket against the usual ones; p is the share of the usual probes that report in a bucket (binomial, since
 * with a report a minute an empty bucket says more than a Poisson count would). Three hypotheses side by side, reports as shares of
 * what is usual:
 *
 *	0.02 against 1.00	nothing comes any more
 *	0.15 against 0.90	nearly nothing
 *	0.35 against 0.75	three in ten go on reporting, while a quarter may have left for good
 *
 * h = 12, two buckets at least, only while the collector was up, and only with the quorum (alarm.h). Real probes report after half
 * of their interval and an exponential time of the same mean (probe/schedule.c): every five minutes from each of ten probes leaves such a gap
 * once in 100 years, of twenty once in two.
 *
 * PARENT. In the first hour of a loss of a series that contains this one, half of h is enough, and half a standard deviation: then it is
 * likely beforehand that this one is lost, too. A cut of five minutes is over before all have told of it.
 *
 * BACK. The same votes the other way round, h = 5, when most probes that speak, and 60% of 65% of those that usually do, have access as
 * their word; and reports that say so have come to 60% of what is usual rather than to 30%, h = 4, so that three in ten who say that all is fine can't end a
 * silence. What is usual is then what came back: half of the volunteers may be gone for good.
 *
 * OTHER SIGNS. 85% against 40%, since in a country where a sign is common already only a clear change is news.
 *
 * What that gives, how soon and how often wrongly, is in METHOD.md, with why it can't be sooner. tests/collector/test_detector_flock.c
 * holds it to that.
 */
#include "collector/detectorint.h"

#include <math.h>

#define NAT DETECTOR_NAT

#define VOTES_H	   (5LL * NAT)
#define SILENCE_H  (12LL * NAT)
#define FINE_H	   (5LL * NAT)
#define PRESENT_H  (4LL * NAT)
#define BEYOND_H   (11LL * NAT)
#define GONE_H	   (2LL * NAT)
#define EXTRA_EACH (3LL * NAT)
#define QUIET_H	   (3LL * NAT) /* some evidence: of the parts of a quorum */

#define VOTERS_MIN   3
#define EXTRA_MIN    1	  /* probes */
#define LIARS	     0.35 /* with those that fail by chance */
#define LOST_PERCENT 85	  /* of those that usually have a word, at least */
#define BACK_PERCENT 65
#define SILENCE_MIN  2	 /* buckets */
#define BACK_WAIT    128 /* buckets: evidence of a return that is older was none */
#define LATELY	     8	 /* buckets, about */
#define LEVEL_1	     100
#define LEVEL_MIN    30
#define P_MAX	     0.8

/* Of one vote, thousandths of a nat: ln(p1 / p0), ln((1 - p0) / (1 - p1)). */
struct weights {
	int32_t hit, good;
};

static const struct weights loss = {693, 773}, other = {754, 1386};

static const struct {
	double rho, nu; /* reports, as shares of what is usual: this against that */
} silences[DETECTOR_SILENCES] = {{0.02, 1.0}, {0.15, 0.9}, {0.35, 0.75}}, present = {0.6, 0.3},
  gone = {0.1, 0.6};

static void add(struct detector_run *r, int64_t x, int64_t start_ms, int64_t most)
{
	if (r->sum <= 0)
		r->since_ms = start_ms;
	r->sum += x;
	r->sum = r->sum < 0 ? 0 : r->sum > most ? most : r->sum;
}

/* What is usual, since the last return. */
static double usual(const struct detector *d, uint32_t figure)
{
	return figure * (double)d->level / LEVEL_1;
}

/* Log-likelihood ratio of so many reports: rho against nu of what is usual of `part` of the probes. */
static int64_t ratio_of(const struct detector *d, const struct pulse *p, double part,
			uint32_t reports_c, double rho, double nu)
{
	double expected = usual(d, p->expected_c), n = fmax(usual(d, p->words_c), expected / P_MAX),
	       share = expected / n;
	double nats = reports_c * log(rho / nu) +
		      fmax(part * n - reports_c, 0) * log((1 - rho * share) / (1 - nu * share));
	return llround(nats / 100 * NAT);
}

static int64_t ratio(const struct detector *d, const struct pulse *p, uint32_t reports_c,
		     double rho, double nu)
{
	return ratio_of(d, p, 1, reports_c, rho, nu);
}

static void add_silence(struct detector_run *runs, const struct detector *d, const struct pulse *p,
			int64_t start_ms)
{
	bool any = p->reports_c < 0.6 * usual(d, p->expected_c); /* else all ratios are below 0 */
	if (!(p->flags & PULSE_ALIVE) || !p->expected_c)
		return;
	for (size_t k = 0; k < DETECTOR_SILENCES; k++)
		any |= runs[k].sum > 0;
	for (size_t k = 0; any && k < DETECTOR_SILENCES; k++)
		add(&runs[k], ratio(d, p, p->reports_c, silences[k].rho, silences[k].nu), start_ms,
		    2 * SILENCE_H);
}

static void add_present(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	uint32_t good = p->said[SIGN_LOSS].n - p->said[SIGN_LOSS].hit;
	int64_t x = p->expected_c ? ratio(d, p, good, present.rho, present.nu) : PRESENT_H;
	if (p->flags & PULSE_ALIVE)
		add(&d->present, x, start_ms, 2 * PRESENT_H);
}

/* Reports that say that it is fine have stopped, whatever else is said. What is usual of a whole leaves its worst cell out
 * (alarm.h), and votes do not: so of all that carry them. */
static void add_gone(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	const struct verdict_count *c = &p->sign[SIGN_LOSS], *all = &p->all[SIGN_LOSS];
	uint32_t good = p->said[SIGN_LOSS].n - p->said[SIGN_LOSS].hit;
	double part = 1;
	if (!(p->flags & PULSE_ALIVE) || !p->expected_c)
		return;
	if (all->n && p->words_c)
		part = fmax(1, 100.0 * p->usual * c->n / all->n / p->words_c);
	add(&d->gone, ratio_of(d, p, part, good, gone.rho, gone.nu), start_ms, 2 * BEYOND_H);
}

static void add_votes(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	const struct verdict_count *said = &p->said[d->sign];
	const struct weights *w = d->sign == SIGN_LOSS ? &loss : &other;
	int64_t hit = said->hit, good = said->n - said->hit;
	if (!said->n)
		return;
	if (d->said_ms < start_ms - DETECTOR_TRAIL * d->bucket_ms)
		d->lost.sum = d->fine.sum = 0; /* too long ago to go on from */
	d->said_ms = start_ms;
	add(&d->lost, hit * w->hit - good * w->good, start_ms, 2 * VOTES_H);
	if (d->phase == DETECTOR_LOST || !d->known)
		add(&d->fine, good * w->hit - hit * w->good, start_ms, 2 * FINE_H);
}

void detector_add(struct detector *d, const struct pulse *p, int64_t start_ms)
{
	add_votes(d, p, start_ms);
	if (d->sign != SIGN_LOSS)
		return;
	add_silence(d->silent, d, p, start_ms);
	add_gone(d, p, start_ms);
	if (d->phase == DETECTOR_LOST)
		add_present(d, p, start_ms);
	d->lately_c += p->reports_c - d->lately_c / LATELY;
	d->lately_usual_c += p->expected_c - d->lately_usual_c / LATELY;
	if (d->phase != DETECTOR_LOST)
		detector_raise(d);
}

void detector_raise(struct detector *d)
{
	uint64_t now = d->lately_usual_c ? d->lately_c * LEVEL_1 / d->lately_usual_c : LEVEL_1;
	now = now < LEVEL_MIN ? LEVEL_MIN : now > LEVEL_1 ? LEVEL_1 : now;
	d->level = now > d->level ? (uint32_t)now : d->level;
}

void detector_wait(struct detector *d, int64_t start_ms)
{
	int64_t oldest = start_ms - BACK_WAIT * d->bucket_ms;
	if (d->fine.since_ms < oldest)
		d->fine.sum = 0;
	if (d->present.since_ms < oldest)
		d->present.sum = 0;
}

/* Words on LOSS that there usually are. Of a whole, words are as many as carry its share (pulse.h): these, too. */
static uint32_t usual_words_c(const struct detector *d, const struct pulse *p)
{
	const struct verdict_count *c = &p->sign[SIGN_LOSS], *all = &p->all[SIGN_LOSS];
	bool carried = c->n < all->n;
	return (uint32_t)usual(d, carried ? (uint32_t)(100ULL * p->usual * c->n / all->n)
					  : p->words_c);
}

/* Those with a word, but at least so many percent of those that usually have one. */
static uint32_t base(const struct detector *d, const struct pulse *p, uint64_t percent)
{
	uint32_t n = p->sign[d->sign].n, words_c = d->sign == SIGN_LOSS ? usual_words_c(d, p) : 0,
		 least = (uint32_t)(words_c * percent / 10000);
	return n > least ? n : least;
}

uint32_t detector_base(const struct detector *d, const struct pulse *p)
{
	return base(d, p, BACK_PERCENT);
}

static int64_t enough(const struct detector *d, const struct pulse *p, int64_t h)
{
	return d->sign == SIGN_LOSS && p->flags & PULSE_PARENT ? h / 2 : h;
}

/* Three liars in ten may choose when they speak, but not when the others do. */
static bool lost_beyond_liars(const struct detector *d, const struct pulse *p, double extra)
{
	int64_t evidence = d->gone.sum + (int64_t)(extra * (double)EXTRA_EACH);
	return d->sign == SIGN_LOSS && extra >= EXTRA_MIN && d->gone.sum >= enough(d, p, GONE_H) &&
	       evidence >= enough(d, p, BEYOND_H);
}

bool detector_lost_by_votes(const struct detector *d, const struct pulse *p)
{
	bool parent = d->sign == SIGN_LOSS && p->flags & PULSE_PARENT;
	uint32_t hit = p->sign[d->sign].hit;
	double n = base(d, p, LOST_PERCENT), extra = hit - LIARS * n;
	if (hit < VOTERS_MIN || !(p->spread >> d->sign & 1))
		return false;
	return lost_beyond_liars(d, p, extra) ||
	       (d->lost.sum >= enough(d, p, VOTES_H) &&
		extra >= (parent ? 0.5 : 1.5) * sqrt(LIARS * (1 - LIARS) * n));
}

static size_t best(const struct detector_run *runs)
{
	size_t k = 0;
	for (size_t i = 1; i < DETECTOR_SILENCES; i++)
		if (runs[i].sum > runs[k].sum)
			k = i;
	return k;
}

size_t detector_silence(const struct detector *d)
{
	return best(d->silent);
}

bool detector_lost_by_silence(const struct detector *d, const struct pulse *p)
{
	const struct detector_run *r = &d->silent[best(d->silent)];
	bool quiet = p->flags & PULSE_ALIVE && 2 * p->reports_c < usual(d, p->expected_c);
	return d->sign == SIGN_LOSS && p->flags & PULSE_QUORUM && quiet &&
	       r->sum >= enough(d, p, SILENCE_H) &&
	       d->until_ms - r->since_ms >= SILENCE_MIN * d->bucket_ms;
}

bool detector_is_fine(const struct detector *d, const struct pulse *p)
{
	const struct verdict_count *c = &p->sign[d->sign];
	uint32_t good = c->n - c->hit;
	return good >= VOTERS_MIN && 5ULL * good >= 3ULL * detector_base(d, p);
}

bool detector_is_back(const struct detector *d, const struct pulse *p)
{
	return d->fine.sum >= FINE_H && detector_is_fine(d, p) &&
	       (d->sign != SIGN_LOSS || d->present.sum >= PRESENT_H);
}

bool detector_is_usual(const struct detector *d, const struct pulse *p)
{
	uint64_t reports = d->lately_c - d->lately_c / LATELY + p->reports_c,
		 expected = d->lately_usual_c - d->lately_usual_c / LATELY + p->expected_c;
	return expected >= 100 && 2 * reports >= expected;
}

bool detector_is_quiet(const struct detector *d, const struct pulse *p)
{
	struct detector_run runs[DETECTOR_SILENCES];
	for (size_t k = 0; k < DETECTOR_SILENCES; k++)
		runs[k] = d->silent[k];
	add_silence(runs, d, p, d->until_ms);
	return runs[best(runs)].sum >= QUIET_H;
}
