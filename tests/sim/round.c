/* round.c: a round measures some targets of each class in turn, each by the step that decides, as a probe on a small data
 * budget does: 3 domestic, 3 open, 2 filtered, 2 canaries, a resolver abroad and one at home, every second time one
 * over QUIC, IPv6 where the device has it, and twice an hour a download from abroad and one from the country.
 *
 * Each target fails by chance two times in a hundred.
 */
#include "tests/sim/round.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "tests/sim/chance.h"

#define VARIANTS	16
#define CHANCE_FAILS	0.02
#define BROKEN_FAILS	0.5
#define STEP_MS		400 /* between two results of a round */
#define SPEED_EVERY_MS	(1800 * 1000.0)
#define SPEED_BYTES	65536
#define THROTTLED_BY	10
#define THROTTLED_FAILS 0.1

/* Open targets that get onto lists, by their place in targets.csv: Google, Apple, GitHub, Bing. */
#define LISTED (1u << 0 | 1u << 1 | 1u << 4 | 1u << 7 | 1u << 8)
/* Domestic services that go on when only a part of the network does. */
#define LIVELY (1u << 0 | 1u << 4 | 1u << 9 | 1u << 13)
#define ABROAD 3 /* the first resolvers of the list are abroad, the others at home */

static const size_t per_round[CLASS_LINK] = {3, 3, 2, 2, 2};

/* The targets of one class in the order of the file; web addresses, names or resolvers. */
struct shelf {
	const struct country_target *targets[CELL_TARGETS_MAX];
	size_t n;
};

struct sheet {
	struct batch batch;
	/* by country_target: its place in the batch's table, -1 when it is not there */
	int *index;
	int v4, v6, fp;
};

struct roundbook {
	const struct country *country;
	struct shelf shelves[CLASS_LINK], quic, speed[CLASS_LINK];
	struct sheet variants[VARIANTS], all;
};

/* One round on its way into a batch. */
struct writing {
	const struct world *world;
	struct sheet *sheet;
	const struct roundbook *book;
	const struct seat *seat;
	const struct round *round;
	enum weather weather; /* as told */
	struct chance chance;
	int64_t t_ms; /* by the device's clock */
};

static int by_place(const void *a, const void *b)
{
	const struct country_target *x = *(const struct country_target *const *)a,
				    *y = *(const struct country_target *const *)b;
	return x->slot != y->slot ? (x->slot > y->slot) - (x->slot < y->slot)
				  : strcmp(x->url, y->url);
}

static void shelve(struct shelf *s, const struct country_target *t)
{
	if (s->n < CELL_TARGETS_MAX)
		s->targets[s->n++] = t;
}

static void fill_shelves(struct roundbook *b)
{
	for (size_t i = 0; i < b->country->n_targets; i++) {
		const struct country_target *t = &b->country->targets[i];
		if (t->class >= CLASS_LINK)
			continue;
		if (t->last == KIND_QUIC)
			shelve(&b->quic, t);
		else if (t->last == KIND_SPEED)
			shelve(&b->speed[t->class], t);
		else
			shelve(&b->shelves[t->class], t);
	}
	for (size_t c = 0; c < CLASS_LINK; c++)
		qsort(b->shelves[c].targets, b->shelves[c].n, sizeof(struct country_target *),
		      by_place);
}

static void sheet_target(struct roundbook *b, struct sheet *s, const struct country_target *t)
{
	int *index = &s->index[t - b->country->targets];
	if (*index < 0)
		*index = batch_target(&s->batch, t->url, t->class);
}

/* The k-th target of a class in a variant's round. */
static const struct country_target *pick(const struct shelf *s, size_t variant, enum target_class c,
					 size_t k)
{
	if (c == CLASS_RESOLVER && s->n > ABROAD)
		return s->targets[k ? ABROAD + variant % (s->n - ABROAD) : variant % ABROAD];
	return s->n ? s->targets[(variant * per_round[c] + k) % s->n] : NULL;
}

static void sheet_init(struct roundbook *b, struct sheet *s, int variant)
{
	batch_init(&s->batch);
	strcpy(s->batch.software, "fanous-sim/1");
	strcpy(s->batch.country, b->country->code); /* same size */
	s->index = xcalloc(b->country->n_targets, sizeof(*s->index));
	for (size_t i = 0; i < b->country->n_targets; i++)
		s->index[i] = -1;
	for (size_t c = 0; c < CLASS_LINK; c++) {
		const struct shelf *shelf = &b->shelves[c];
		size_t n = variant < 0 ? shelf->n : per_round[c];
		for (size_t k = 0; k < n && shelf->n; k++)
			sheet_target(b, s,
				     variant < 0 ? shelf->targets[k]
						 : pick(shelf, (size_t)variant, c, k));
		for (size_t k = 0; k < b->speed[c].n; k++)
			sheet_target(b, s, b->speed[c].targets[k]);
	}
	for (size_t k = 0; k < b->quic.n; k++)
		if (variant < 0 || (size_t)variant % b->quic.n == k)
			sheet_target(b, s, b->quic.targets[k]);
	s->v4 = batch_addr(&s->batch, "203.0.113.7");
	s->v6 = batch_addr(&s->batch, "2001:db8::7");
	s->fp = batch_fp(&s->batch, "ir.body.34");
	batch_resolver(&s->batch, "system");
}

struct roundbook *roundbook_new(const struct country *country)
{
	struct roundbook *b = xcalloc(1, sizeof(*b));
	b->country = country;
	fill_shelves(b);
	for (int v = 0; v < VARIANTS; v++)
		sheet_init(b, &b->variants[v], v);
	sheet_init(b, &b->all, -1);
	return b;
}

static void sheet_clear(struct sheet *s)
{
	batch_clear(&s->batch);
	free(s->index);
}

void roundbook_free(struct roundbook *b)
{
	if (!b)
		return;
	for (int v = 0; v < VARIANTS; v++)
		sheet_clear(&b->variants[v]);
	sheet_clear(&b->all);
	free(b);
}

/* --- one result --- */

static struct result begin(struct writing *w, enum kind kind, const struct country_target *t)
{
	struct result r;
	result_init(&r, kind);
	r.v[RESULT_T] = w->t_ms;
	w->t_ms += STEP_MS;
	if (t)
		r.v[RESULT_TARGET] = w->sheet->index[t - w->book->country->targets];
	return r;
}

static bool by_chance(struct writing *w)
{
	double p = w->seat->broken ? BROKEN_FAILS : CHANCE_FAILS;
	return chance_next(&w->chance) < (w->weather == THROTTLED ? p + THROTTLED_FAILS : p);
}

/* Whether a target answers in this weather, by itself. */
static bool answers(enum weather w, const struct country_target *t)
{
	unsigned int bit = t->slot >= 0 ? 1u << t->slot % 32 : 0;
	bool home = t->class == CLASS_DOMESTIC || (t->class == CLASS_RESOLVER && t->slot >= ABROAD);
	if (home)
		return w <= DOMESTIC ||
		       (w == PARTIAL && (t->class == CLASS_RESOLVER || LIVELY & bit));
	if (t->class == CLASS_FILTERED)
		return w == UNFILTERED;
	return w <= THROTTLED || (w == LIST && t->class == CLASS_OPEN && LISTED & bit);
}

/* How it fails: r is the step that would have succeeded. */
static void fail(const struct writing *w, struct result *r, const struct country_target *t)
{
	bool named = t->class != CLASS_RESOLVER && t->slot % 2;
	r->v[RESULT_STATUS] = -1;
	if (t->class == CLASS_FILTERED && w->weather <= THROTTLED) {
		r->v[RESULT_FP] = w->sheet->fp;
		r->kind = named ? KIND_HTTP : KIND_DNS;
		r->v[RESULT_FAILURE] = named ? FAIL_HTTP_BLOCKPAGE : FAIL_DNS_BOGON;
	} else if (t->class == CLASS_RESOLVER) {
		r->v[RESULT_FAILURE] = FAIL_DNS_TIMEOUT;
	} else if (w->weather == NO_LINK) {
		r->kind = KIND_TCP;
		r->v[RESULT_FAILURE] = FAIL_NETWORK_UNREACHABLE;
	} else {
		r->kind = w->weather == LIST && named ? KIND_TLS : KIND_TCP;
		r->v[RESULT_FAILURE] = r->kind == KIND_TLS ? FAIL_TLS_TIMEOUT : FAIL_TCP_TIMEOUT;
	}
}

static void write_target(struct writing *w, const struct country_target *t)
{
	bool resolver = t->class == CLASS_RESOLVER;
	struct result r = begin(w, resolver ? KIND_DNS : KIND_HTTP, t);
	r.v[RESULT_ADDR] = r.kind == KIND_HTTP ? w->sheet->v4 : -1;
	r.v[RESULT_US] = 90000;
	r.v[RESULT_STATUS] = resolver ? -1 : 200;
	if (!resolver && w->weather == NO_NAMES && w->seat->own_names) {
		r.kind = KIND_DNS;
		r.v[RESULT_FAILURE] = FAIL_DNS_SERVFAIL;
	} else if (!answers(w->weather == NO_NAMES ? NORMAL : w->weather, t) || by_chance(w)) {
		fail(w, &r, t);
	}
	batch_add(&w->sheet->batch, &r);
}

static void write_link(struct writing *w)
{
	struct result r = begin(w, KIND_LINK, NULL);
	bool up = w->weather != NO_LINK;
	r.v[RESULT_IPV4] = r.v[RESULT_GATEWAY] = r.v[RESULT_NS] = up;
	r.v[RESULT_IPV6] = up && w->seat->six;
	batch_add(&w->sheet->batch, &r);
}

/* A connection over IPv6 to a target that was just measured over IPv4. */
static void write_six(struct writing *w, const struct country_target *t)
{
	struct result r = begin(w, KIND_TCP, t);
	r.v[RESULT_ADDR] = w->sheet->v6;
	r.v[RESULT_PORT] = 443;
	r.v[RESULT_US] = 60000;
	if (w->weather == RESTRICTED || !answers(w->weather, t) || by_chance(w))
		r.v[RESULT_FAILURE] =
			w->weather == NO_LINK ? FAIL_NETWORK_UNREACHABLE : FAIL_TCP_TIMEOUT;
	batch_add(&w->sheet->batch, &r);
}

static void write_quic(struct writing *w, const struct country_target *t)
{
	struct result r = begin(w, KIND_QUIC, t);
	r.v[RESULT_ADDR] = w->sheet->v4;
	r.v[RESULT_PORT] = 443;
	r.v[RESULT_US] = 60000;
	if (w->weather == RESTRICTED || w->weather >= LIST || by_chance(w))
		r.v[RESULT_FAILURE] = FAIL_QUIC_TIMEOUT;
	batch_add(&w->sheet->batch, &r);
}

/* Lines have 2 to 20 Mbit/s, and half or twice that by chance. */
static void write_speed(struct writing *w, const struct country_target *t)
{
	struct result r = begin(w, KIND_SPEED, t);
	double line = 2.5e5 * exp2(3.3 * chance_of(w->seat->id, 6, 6)); /* bytes a second */
	double rate = line * exp2(2 * chance_next(&w->chance) - 1);
	if (w->weather == THROTTLED && t->class == CLASS_OPEN)
		rate /= THROTTLED_BY;
	r.v[RESULT_ADDR] = w->sheet->v4;
	r.v[RESULT_STATUS] = 206;
	r.v[RESULT_BYTES] = SPEED_BYTES;
	r.v[RESULT_TTFB] = 90000;
	r.v[RESULT_US] = (int64_t)(SPEED_BYTES / rate * 1e6);
	if (!answers(w->weather, t) || by_chance(w)) {
		r.v[RESULT_FAILURE] =
			w->weather == NO_LINK ? FAIL_NETWORK_UNREACHABLE : FAIL_TCP_TIMEOUT;
		r.v[RESULT_STATUS] = r.v[RESULT_BYTES] = -1;
	}
	batch_add(&w->sheet->batch, &r);
}

/* --- a round --- */

static void write_extras(struct writing *w, size_t variant, const struct country_target *open,
			 const struct country_target *canary)
{
	const struct roundbook *b = w->book;
	if (w->seat->six && open)
		write_six(w, open);
	if (w->seat->six && canary)
		write_six(w, canary);
	if (b->quic.n && variant % 2)
		write_quic(w, b->quic.targets[variant % b->quic.n]);
	if (chance_next(&w->chance) * SPEED_EVERY_MS >= (double)w->seat->interval_ms)
		return;
	for (size_t c = 0; c < CLASS_LINK; c++)
		if (b->speed[c].n)
			write_speed(w, b->speed[c].targets[0]);
}

static void write_round(struct writing *w, size_t variant)
{
	const struct country_target *first[CLASS_LINK] = {NULL};
	write_link(w);
	for (size_t c = 0; c < CLASS_LINK; c++) {
		const struct shelf *shelf = &w->book->shelves[c];
		if (c == CLASS_CANARY && w->world->blind)
			continue;
		for (size_t k = 0; k < per_round[c] && shelf->n; k++) {
			const struct country_target *t =
				pick(shelf, variant, (enum target_class)c, k);
			first[c] = k ? first[c] : t;
			write_target(w, t);
		}
	}
	write_extras(w, variant, first[CLASS_OPEN], first[CLASS_CANARY]);
}

static enum weather as_told(const struct seat *s, enum weather w)
{
	return s->lie == LIE_FINE ? NORMAL : s->lie == LIE_DOWN ? DOMESTIC : w;
}

static void batch_begin(struct batch *b, const struct world *w, const struct seat *s,
			const struct round *first, const struct round *last)
{
	const struct series *at = &w->leaves[s->leaf].series;
	b->n_results = 0;
	strcpy(b->region, at->region); /* same size */
	b->isp = at->isp;
	b->access = at->access;
	b->epoch = round_day(s, first);
	b->t0_ms = first->t_ms + s->clock_ms;
	b->sealed_wall_ms = last->t_ms + s->clock_ms + round_takes_ms(last);
	b->sealed_mono_ms = b->sealed_wall_ms - (int64_t)(s->id % CLOCK_DAY_MS);
	b->offset_known = true;
	b->offset_ms = -s->clock_ms;
}

struct batch *round_batch(struct roundbook *book, const struct world *w, const struct seat *s,
			  const struct round *rounds, size_t n)
{
	size_t variant = chance_hash(s->id, (uint64_t)rounds->t_ms, 7) % VARIANTS;
	struct sheet *sheet = n == 1 ? &book->variants[variant] : &book->all;
	batch_begin(&sheet->batch, w, s, &rounds[0], &rounds[n - 1]);
	for (size_t i = 0; i < n; i++) {
		uint64_t hash = chance_hash(s->id, (uint64_t)rounds[i].t_ms, 7);
		struct writing writing = {.world = w,
					  .sheet = sheet,
					  .book = book,
					  .seat = s,
					  .round = &rounds[i],
					  .weather = as_told(s, rounds[i].weather),
					  .chance = {hash},
					  .t_ms = rounds[i].t_ms + s->clock_ms};
		write_round(&writing, hash % VARIANTS);
	}
	return &sheet->batch;
}

int64_t round_day(const struct seat *s, const struct round *r)
{
	return clock_epoch_day(r->t_ms + s->clock_ms);
}

uint64_t round_probe(const struct seat *s, int64_t day)
{
	return chance_hash(s->id, (uint64_t)day, 8);
}

int64_t round_takes_ms(const struct round *r)
{
	return weather_is_loss(r->weather) ? 20000 : 6000;
}
