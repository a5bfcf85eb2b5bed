/* alarm.c: from the whole to the parts, in each bucket.
 *
 * Every leaf is inside seven wholes (row.h: region, ISP and access, each its own or any). What a whole has to know of its
 * leaves is added up leaf by leaf into those seven.
 *
 * Quorum (rule 4 of the method): at least two networks are quiet, with min_probes probes each that usually have a word;
 * or some leaf that is not inside the series reports as usual: for a region as a whole, not inside the region at all.
 *
 * Silence of a whole is that of its leaves without the one that misses most reports in the bucket: a power cut of one cell, even
 * the largest, is that cell's own.
 *
 * Spread: of a whole, two of its leaves at least show the sign, or only one of them can say anything. A leaf shows it when
 * three of its probes do, and three in five. Leaves with fewer than three probes can do so together.
 *
 * Parent: for an hour after a whole around it was lost. A leaf that still reports then has shown that it is not. */
#include "collector/alarm.h"

#include <stdlib.h>
#include <string.h>

#include "collector/seriesmap.h"
#include "common/buf.h"

#define WHOLES	  7
#define CELL_MIN  3 /* probes with a word, for a cell to be spoken of */
#define QUIET_ISP 2

#define PARENT_BUCKETS 60

struct line {
	struct detector of[SIGNS];
	uint32_t wholes[WHOLES]; /* of a leaf: their numbers */
	bool placed;		 /* wholes are known */
	/* In the bucket under way. */
	struct pulse *pulse; /* NULL: it has none */
	struct {
		uint8_t lo, hi;			   /* percent lost + 1 */
		uint16_t can[SIGNS], show[SIGNS];  /* leaves */
		struct verdict_count small[SIGNS]; /* probes of those with fewer than CELL_MIN */
		uint32_t usual;			   /* leaves that report as usual */
		/* Of a whole, by access: reports that come and are usual, of all leaves and of the one that
		 * misses most. */
		struct {
			uint64_t reports_c, usual_c;
			uint32_t worst_reports_c, worst_usual_c;
		} of[ACCESSES];
		struct verdict_count all[SIGNS];
		uint64_t words_c;
		uint64_t quiet_c; /* words_c of those that are quiet */
	} sum;
};

struct alarm {
	int64_t bucket_ms;
	uint32_t min_probes;
	struct seriesmap map;
	struct line *lines; /* by number */
	size_t room;
	uint32_t usual; /* leaves, in the bucket under way */
	uint32_t quiet; /* networks */
};

struct alarm *alarm_new(int64_t bucket_ms, uint32_t min_probes)
{
	struct alarm *a = xcalloc(1, sizeof(*a));
	a->bucket_ms = bucket_ms;
	a->min_probes = min_probes;
	return a;
}

void alarm_reset(struct alarm *a)
{
	seriesmap_clear(&a->map);
}

void alarm_free(struct alarm *a)
{
	if (!a)
		return;
	alarm_reset(a);
	free(a->lines);
	free(a);
}

static uint32_t number_of(struct alarm *a, const struct series *s)
{
	uint32_t n = a->map.n, at = seriesmap_add(&a->map, s);
	if (at < n)
		return at;
	if (a->room < a->map.n) {
		a->room = a->map.room;
		a->lines = xrealloc(a->lines, a->room * sizeof(*a->lines));
	}
	memset(&a->lines[at], 0, sizeof(a->lines[at]));
	for (size_t k = 0; k < SIGNS; k++)
		detector_init(&a->lines[at].of[k], s, (enum sign)k, a->bucket_ms);
	return at;
}

struct detector *alarm_of(struct alarm *a, const struct series *s)
{
	uint32_t at = number_of(a, s); /* moves the lines */
	return a->lines[at].of;
}

const struct series *alarm_series(const struct alarm *a, size_t *n)
{
	*n = a->map.n;
	return a->map.series;
}

bool alarm_is_silent(const struct alarm *a, const struct series *s, int64_t start_ms)
{
	uint32_t at = seriesmap_find(&a->map, s);
	return at != SERIESMAP_NONE && detector_is_silent(&a->lines[at].of[SIGN_LOSS], start_ms);
}

bool alarm_is_lost(const struct alarm *a, const struct series *s)
{
	uint32_t at = seriesmap_find(&a->map, s);
	return at != SERIESMAP_NONE && detector_is_lost(&a->lines[at].of[SIGN_LOSS]);
}

static int fixed(const struct series *s)
{
	return (*s->region != '\0') + (s->isp != ISP_ANY) + (s->access != ACCESS_ANY);
}

static int by_size(const void *a, const void *b)
{
	const struct alarm_item *x = a, *y = b;
	int d = fixed(&x->series) - fixed(&y->series);
	return d ? d : series_cmp(&x->series, &y->series);
}

/* The k-th whole around a leaf: bit 0 of k + 1 opens the region, bit 1 the ISP, bit 2 the access. */
static struct series whole_of(const struct series *leaf, unsigned int k)
{
	struct series s = *leaf;
	if ((k + 1) & 1)
		memset(s.region, 0, sizeof(s.region));
	if ((k + 1) & 2)
		s.isp = ISP_ANY;
	if ((k + 1) & 4)
		s.access = ACCESS_ANY;
	return s;
}

static void place(struct alarm *a, uint32_t leaf)
{
	const struct series s = a->map.series[leaf];
	uint32_t wholes[WHOLES];
	for (unsigned int k = 0; k < WHOLES; k++) {
		const struct series w = whole_of(&s, k);
		wholes[k] = number_of(a, &w);
	}
	memcpy(a->lines[leaf].wholes, wholes, sizeof(wholes));
	a->lines[leaf].placed = true;
}

static void begin(struct alarm *a, struct alarm_item *items, size_t n)
{
	if (n)
		qsort(items, n, sizeof(*items), by_size);
	for (size_t i = 0; i < n; i++) {
		uint32_t at = number_of(a, &items[i].series);
		if (series_is_leaf(&items[i].series) && !a->lines[at].placed)
			place(a, at);
	}
	for (uint32_t i = 0; i < a->map.n; i++) {
		a->lines[i].pulse = NULL;
		memset(&a->lines[i].sum, 0, sizeof(a->lines[i].sum));
	}
	for (size_t i = 0; i < n; i++)
		a->lines[seriesmap_find(&a->map, &items[i].series)].pulse = &items[i].pulse;
}

static bool shows(const struct verdict_count *c)
{
	return c->hit >= CELL_MIN && 5ULL * c->hit >= 2ULL * c->n;
}

static void add_reports(struct line *whole, enum access_type access, const struct pulse *p)
{
	int64_t missed = (int64_t)p->expected_c - p->reports_c,
		most = (int64_t)whole->sum.of[access].worst_usual_c -
		       whole->sum.of[access].worst_reports_c;
	whole->sum.of[access].reports_c += p->reports_c;
	whole->sum.of[access].usual_c += p->expected_c;
	if (missed <= most)
		return;
	whole->sum.of[access].worst_reports_c = p->reports_c;
	whole->sum.of[access].worst_usual_c = p->expected_c;
}

/* What is left of a whole without its worst leaf, and worth no more than that; of all kinds of access, that of the one from
 * which most is usual. */
static void leave_worst_out(struct line *l)
{
	struct pulse *p = l->pulse;
	size_t k = 0;
	for (size_t i = 1; i < ACCESSES; i++)
		if (l->sum.of[i].usual_c > l->sum.of[k].usual_c)
			k = i;
	uint64_t usual_c = l->sum.of[k].usual_c - l->sum.of[k].worst_usual_c,
		 reports_c = l->sum.of[k].reports_c - l->sum.of[k].worst_reports_c;
	if (!usual_c || !p->expected_c)
		return;
	uint64_t left_c = usual_c < p->expected_c ? usual_c : p->expected_c;
	p->words_c = (uint32_t)(p->words_c * left_c / p->expected_c);
	p->reports_c = (uint32_t)(reports_c * left_c / usual_c);
	p->expected_c = (uint32_t)left_c;
}

static void add_leaf(struct line *whole, const struct pulse *p)
{
	const struct verdict_count *loss = &p->sign[SIGN_LOSS];
	whole->sum.words_c += p->words_c;
	for (size_t k = 0; k < SIGNS; k++) {
		const struct verdict_count *c = &p->sign[k];
		whole->sum.all[k].n += c->n;
		whole->sum.all[k].hit += c->hit;
		whole->sum.can[k] += c->n > 0;
		whole->sum.show[k] += shows(c);
		whole->sum.small[k].n += c->n < CELL_MIN ? c->n : 0;
		whole->sum.small[k].hit += c->n < CELL_MIN ? c->hit : 0;
	}
	if (loss->n < CELL_MIN)
		return;
	uint8_t lost = (uint8_t)(1 + 100ULL * loss->hit / loss->n);
	if (!whole->sum.lo || lost < whole->sum.lo)
		whole->sum.lo = lost;
	if (lost > whole->sum.hi)
		whole->sum.hi = lost;
}

/* Is the k-th sign of a whole more than the affair of one leaf? Three probes of small leaves are of two leaves at least. */
static bool is_spread(const struct line *l, size_t k)
{
	return l->sum.show[k] >= 2 || l->sum.can[k] <= 1 || shows(&l->sum.small[k]);
}

void alarm_spread(struct alarm *a, struct alarm_item *items, size_t n)
{
	begin(a, items, n);
	for (uint32_t i = 0; i < a->map.n; i++) {
		struct line *l = &a->lines[i];
		for (size_t k = 0; l->placed && l->pulse && k < WHOLES; k++) {
			add_leaf(&a->lines[l->wholes[k]], l->pulse);
			add_reports(&a->lines[l->wholes[k]], a->map.series[i].access, l->pulse);
		}
		if (!l->placed || !l->pulse)
			continue;
		l->pulse->spread = (1u << SIGNS) - 1;
		l->pulse->usual = (l->pulse->words_c + 50) / 100;
		memcpy(l->pulse->all, l->pulse->sign, sizeof(l->pulse->all));
	}
	for (uint32_t i = 0; i < a->map.n; i++) {
		struct line *l = &a->lines[i];
		if (l->placed || !l->pulse)
			continue;
		l->pulse->lost_lo = l->sum.lo;
		l->pulse->lost_hi = l->sum.hi;
		l->pulse->usual = (uint32_t)((l->sum.words_c + 50) / 100);
		memcpy(l->pulse->all, l->sum.all, sizeof(l->pulse->all));
		leave_worst_out(l);
		l->pulse->spread = 0;
		for (size_t k = 0; k < SIGNS; k++)
			if (is_spread(l, k))
				l->pulse->spread |= (uint8_t)(1u << k);
	}
}

/* --- flags --- */

static bool is_network(const struct series *s)
{
	return !*s->region && s->isp != ISP_ANY && s->access == ACCESS_ANY;
}

static void look_around(struct alarm *a)
{
	a->usual = a->quiet = 0;
	for (uint32_t i = 0; i < a->map.n; i++) {
		struct line *l = &a->lines[i];
		if (!l->placed || !l->pulse)
			continue;
		bool usual = detector_is_usual(&l->of[SIGN_LOSS], l->pulse),
		     quiet = detector_is_quiet(&l->of[SIGN_LOSS], l->pulse);
		a->usual += usual;
		l->sum.usual += usual;
		for (size_t k = 0; k < WHOLES; k++) {
			struct line *whole = &a->lines[l->wholes[k]];
			whole->sum.usual += usual;
			whole->sum.quiet_c += quiet ? l->pulse->words_c : 0;
		}
	}
	for (uint32_t i = 0; i < a->map.n; i++)
		a->quiet += is_network(&a->map.series[i]) && a->lines[i].sum.quiet_c &&
			    a->lines[i].sum.quiet_c >= 100ULL * a->min_probes;
}

/* Leaves that report as usual and don't count as elsewhere. */
static uint32_t usual_inside(const struct alarm *a, uint32_t number)
{
	struct series s = a->map.series[number];
	if (*s.region && s.isp == ISP_ANY) {
		s.access = ACCESS_ANY;
		number = seriesmap_find(&a->map, &s);
	}
	return number == SERIESMAP_NONE ? 0 : a->lines[number].sum.usual;
}

static bool has_quorum(const struct alarm *a, uint32_t number)
{
	return a->quiet >= QUIET_ISP || a->usual > usual_inside(a, number);
}

static bool parent_is_lost(const struct alarm *a, const struct series *s, int64_t start_ms)
{
	int64_t from = start_ms - PARENT_BUCKETS * a->bucket_ms;
	for (unsigned int k = 0; k < WHOLES; k++) {
		const struct series w = whole_of(s, k);
		uint32_t at = series_equal(&w, s) ? SERIESMAP_NONE : seriesmap_find(&a->map, &w);
		if (at != SERIESMAP_NONE && detector_lost_since(&a->lines[at].of[SIGN_LOSS]) > from)
			return true;
	}
	return false;
}

int alarm_take(struct alarm *a, int64_t start_ms, struct alarm_item *items, size_t n, bool alive,
	       int (*told)(void *arg, struct detector *d, enum detector_change c), void *arg)
{
	alarm_spread(a, items, n);
	look_around(a);
	for (size_t i = 0; i < n; i++) {
		struct pulse *p = &items[i].pulse;
		uint32_t at = number_of(a, &items[i].series);
		p->flags = alive ? PULSE_ALIVE : 0;
		if (has_quorum(a, at))
			p->flags |= PULSE_QUORUM;
		if (parent_is_lost(a, &items[i].series, start_ms))
			p->flags |= PULSE_PARENT;
		for (size_t k = 0; k < SIGNS; k++) {
			struct detector *d = &a->lines[at].of[k];
			enum detector_change c = detector_next(d, p, start_ms);
			int rc = c == DETECTOR_SAME ? 0 : told(arg, d, c);
			if (rc)
				return rc;
		}
	}
	return 0;
}
