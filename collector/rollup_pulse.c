/* rollup_pulse.c: a weighted median, and what it is worth.
 *
 * The median of shares says what half of the people see, whatever a minority of probes or the volunteers of one network
 * say. But a detector adds up evidence, so it also has to know how much the median is worth. All votes of all parts
 * would be too many: where one network has half of the subscribers, the median is what its three probes said, and thirty
 * others don't make it surer. To move a median, the votes of parts that together outweigh half have to move; the fewest
 * votes in such parts are what carries it, and as that many it is handed on. With equal parts that is half of all votes.
 *
 * A part with fewer than three votes has no share to speak of: of one vote it is all or nothing, and the median of many
 * such is far from their mean (of 31 parts that each expect half a report a minute, most hear none in any minute). */
#include "collector/rollup_pulse.h"

#include <math.h>
#include <stdlib.h>

#include "common/buf.h"

#define PARTS_MIN  3
#define VOTES_MIN  3
#define HUNDREDTHS 100 /* of one vote or reporter, in what ends in _c and in `said` */

/* Of a part: votes, and the share of them that is lost. */
struct share {
	double weight, votes, lost;
};

static int by_lost(const void *a, const void *b)
{
	const struct share *x = a, *y = b;
	return (x->lost > y->lost) - (x->lost < y->lost);
}

static int by_votes_per_weight(const void *a, const void *b)
{
	const struct share *x = a, *y = b;
	double left = x->votes * y->weight, right = y->votes * x->weight;
	return (left > right) - (left < right);
}

/* Half of the people are at least this badly off. */
static double median_lost(struct share *s, size_t n, double weight)
{
	double above = 0;
	size_t i = n;
	qsort(s, n, sizeof(*s), by_lost);
	do
		above += s[--i].weight;
	while (i > 0 && 2 * above < weight);
	return s[i].lost;
}

/* The fewest votes in parts that outweigh half; of the last part as much as is needed. */
static double carrying_votes(struct share *s, size_t n, double weight)
{
	double votes = 0, left = weight / 2;
	qsort(s, n, sizeof(*s), by_votes_per_weight);
	for (size_t i = 0; i < n && left > 0; i++) {
		double part = s[i].weight < left ? 1 : left / s[i].weight;
		votes += part * s[i].votes;
		left -= s[i].weight;
	}
	return votes;
}

/* The median of n shares and its worth; false when they don't speak for all. */
static bool speak(struct share *s, size_t n, double all, double *lost, double *votes)
{
	double weight = 0;
	for (size_t i = 0; i < n; i++)
		weight += s[i].weight;
	if (n < PARTS_MIN || !(weight > 0) || 2 * weight < all)
		return false;
	*lost = median_lost(s, n, weight);
	*votes = carrying_votes(s, n, weight);
	return true;
}

/* People, or usual reporters where they are not known for all parts. */
static double weight_of(const struct rollup_pulse_part *part, bool known)
{
	if (known)
		return part->people;
	return part->p->expected_c ? part->p->expected_c : part->p->heard * (double)HUNDREDTHS;
}

struct whole {
	const struct rollup_pulse_part *parts;
	size_t n;
	bool known;
	double all;	      /* weight */
	struct share *shares; /* room for one of each part */
};

static void add_count(struct verdict_count *sum, const struct verdict_count *c)
{
	sum->n += c->n;
	sum->hit += c->hit;
}

static void sum_up(struct pulse *out, const struct whole *w)
{
	*out = (struct pulse){0};
	for (size_t i = 0; i < w->n; i++) {
		const struct pulse *p = w->parts[i].p;
		out->heard += p->heard;
		out->reports_c += p->reports_c;
		out->expected_c += p->expected_c;
		out->words_c += p->words_c;
		for (size_t s = 0; s < SIGNS; s++) {
			add_count(&out->sign[s], &p->sign[s]);
			add_count(&out->said[s], &p->said[s]);
		}
	}
}

/* Of the counts that lie `at` bytes into a pulse; unit is one vote in them. */
static void take_counts(struct pulse *out, const struct whole *w, size_t at, double unit)
{
	struct verdict_count *sum = (struct verdict_count *)((char *)out + at);
	double lost, votes;
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct verdict_count *c =
			(const struct verdict_count *)((const char *)w->parts[i].p + at);
		if (!w->parts[i].unplaced && c->n >= VOTES_MIN * unit)
			w->shares[n++] = (struct share){weight_of(&w->parts[i], w->known), c->n,
							(double)c->hit / c->n};
	}
	if (!speak(w->shares, n, w->all, &lost, &votes))
		return;
	sum->n = (uint32_t)lround(votes);
	sum->hit = (uint32_t)lround(sum->n * lost);
}

static void take_reports(struct pulse *out, const struct whole *w)
{
	double lost, votes, all = out->expected_c;
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct pulse *p = w->parts[i].p;
		if (!w->parts[i].unplaced && p->expected_c >= VOTES_MIN * HUNDREDTHS)
			w->shares[n++] =
				(struct share){weight_of(&w->parts[i], w->known), p->expected_c,
					       1 - (double)p->reports_c / p->expected_c};
	}
	if (!speak(w->shares, n, w->all, &lost, &votes))
		return;
	out->expected_c = (uint32_t)lround(votes);
	out->reports_c = lost < 1 ? (uint32_t)lround(votes * (1 - lost)) : 0;
	out->words_c = (uint32_t)lround(out->words_c * votes / all);
}

void rollup_pulse(struct pulse *out, const struct rollup_pulse_part *parts, size_t n)
{
	struct whole w = {.parts = parts, .n = n, .known = true};
	for (size_t i = 0; i < n; i++)
		w.known &= parts[i].unplaced || parts[i].people > 0;
	for (size_t i = 0; i < n; i++)
		w.all += parts[i].unplaced ? 0 : weight_of(&parts[i], w.known);
	w.shares = xcalloc(n + 1, sizeof(*w.shares));
	sum_up(out, &w);
	for (size_t s = 0; s < SIGNS; s++) {
		take_counts(out, &w, offsetof(struct pulse, sign) + s * sizeof(*out->sign), 1);
		take_counts(out, &w, offsetof(struct pulse, said) + s * sizeof(*out->said),
			    HUNDREDTHS);
	}
	take_reports(out, &w);
	free(w.shares);
}

void rollup_pulse_access(struct pulse *out, const struct rollup_pulse_part parts[static ACCESSES])
{
	const struct rollup_pulse_part *best = NULL;
	bool known = false;
	for (size_t a = 0; a < ACCESSES; a++)
		known |= parts[a].p && parts[a].people > 0;
	for (size_t a = 0; a < ACCESSES; a++) {
		const struct rollup_pulse_part *p = &parts[a];
		bool best_is_datacentre = best == &parts[ACCESS_DATACENTRE];
		if (!p->p || (best && !best_is_datacentre && a == ACCESS_DATACENTRE))
			continue;
		if (!best || best_is_datacentre || weight_of(p, known) > weight_of(best, known))
			best = p;
	}
	*out = best ? *best->p : (struct pulse){0};
	out->flags = 0;
}
