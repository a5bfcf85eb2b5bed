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
 * SILENCE. Reports of a bucket against the usual ones; p is the share of the usual probes that report in a bucket (binomial, since
 * with a report a minute an empty bucket says more than a Poisson count would). Three hypotheses side by side, reports as shares of
 * what is usual:
 *
 *	0.02 against 1.00	nothing comes any more
 *	0.15 against 0.90	nearly nothing
 *	0.35 against 0.75	three in ten go on reporting, while a quarter may have left for good
 *
 * h = 15, two buckets at least, only while the collector was up, and only with the quorum (alarm.h). A report in five minutes
 * from each of ten probes (Poisson) leaves such a gap by chance less than once in three years; real probes report more evenly.
 *
 * PARENT. In the first hour of a loss of a series that contains this one, half of h is enough: then it is likely beforehand that
 * this one is lost, too.
 *
 * BACK. The same votes the other way round, h = 5, when most probes that speak, and 60% of 65% of those that usually do, have access as
 * their word; and reports that say so have come to 60% of what is usual rather than to 30%, h = 4, so that three in ten who say that all is fine can't end a
 * silence. What is usual is then what came back: half of the volunteers may be gone for good.
 *
 * OTHER SIGNS. 85% against 40%, since in a country where a sign is common already only a clear change is news.
 *
 * Measured in simulations: a cell of n probes, each of which reports at random moments (Poisson) and fails by chance in 2% of its
 * reports. Seconds from the onset to the end of the bucket that made it certain, median and 99th percentile of 1,000 trials;
 * "parent": with PARENT.
 *
 *	     a report every minute				a report every five minutes
 *	 n   votes     parent    silence   parent		votes      parent     silence    parent
 *	 3   281 469   158 385   372 417   192 238		966 1842   532 1835   1811 2146  897 1120
 *	 5   190 306   117 237   257 296   139 175		581 1129   365  952   1110 1298  566  697
 *	10   125 174    88 164   144 178   135 172		299  617   259  573    611  709  322  411
 *	20    85 148    84 143   136 171   135 171		250  460   250  459    326  411  194  236
 *	60    75 110    74 110   135 169   136 168		202  304   201  303    139  174  130  170
 *
 * With three liars in ten who say that all is fine it takes up to three times as long, and none of 1,200 losses was missed, nor any
 * of 240 that lasted ten days ended too early. Of cuts of five minutes five probes that report every minute found 199 of 200 by
 * votes and all of 200 by silence.
 *
 * False events in ten years of each: by chance alone 1 in 100 cell-years (silence, five probes that report every five minutes);
 * of five probes one broken for good 0, and 0.1 a year when that one reports five times as often; of 10, 20 or 60
 * probes 30% who say that all is down 0 to 0.3 a year, 0.3 to 1.9 when they report five times as often; 30% gone for good 0 to
 * 2.2 a year, as long as they are expected.
 */
#include "collector/detectorint.h"

#include <math.h>

#define NAT DETECTOR_NAT

#define VOTES_H	  (5LL * NAT)
#define SILENCE_H (15LL * NAT)
#define FINE_H	  (5LL * NAT)
#define PRESENT_H (4LL * NAT)
#define QUIET_H	  (3LL * NAT) /* some evidence: of the parts of a quorum */

#define VOTERS_MIN   3
#define LOST_PERCENT 85 /* of those that usually have a word, at least */
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
} silences[DETECTOR_SILENCES] = {{0.02, 1.0}, {0.15, 0.9}, {0.35, 0.75}}, present = {0.6, 0.3};

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

/* Log-likelihood ratio of so many reports: rho against nu of what is usual. */
static int64_t ratio(const struct detector *d, const struct pulse *p, uint32_t reports_c,
		     double rho, double nu)
{
	double expected = usual(d, p->expected_c), n = fmax(usual(d, p->words_c), expected / P_MAX),
	       share = expected / n;
	double nats = reports_c * log(rho / nu) +
		      fmax(n - reports_c, 0) * log((1 - rho * share) / (1 - nu * share));
	return llround(nats / 100 * NAT);
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

bool detector_lost_by_votes(const struct detector *d, const struct pulse *p)
{
	uint32_t hit = p->sign[d->sign].hit;
	double n = base(d, p, LOST_PERCENT);
	return d->lost.sum >= enough(d, p, VOTES_H) && p->spread >> d->sign & 1 &&
	       hit >= VOTERS_MIN && hit >= 0.35 * n + 1.5 * sqrt(0.35 * 0.65 * n);
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
