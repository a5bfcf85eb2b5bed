/* bench_crowd.c: probes of a country of 31 provinces and 12 networks, and a store as large as that of a month of them.
 *
 *	bench_crowd month DIR RESULTS DAYS [FROM UNTIL]
 *
 * writes DIR/views.db: so many results of so many days, up to T_END, folded by the collector's own views: every probe
 * measures one target of each class every five minutes and is heard half a minute later, time passes with a mark a minute,
 * and what is due is judged when it is due. Left out is what stands before the fold (unsealing, validating, the archive):
 * bench_collector.c measures that. FROM and UNTIL are days of the month: it can be made in pieces, each of which goes on
 * with the store of the one before. Probes are spread as people and subscribers are, with one at least in every network of
 * a province, so that some figures are withheld; on days 10 to 20 there is nothing international, province by province.
 * The store is marked synthetic: a collector serves it as it is. One line of JSON.
 *
 *	bench_crowd now KEY PROBES
 *
 * one sealed batch of each probe, made at this moment: four bytes of length, the lowest first, and the batch. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/country.h"
#include "collector/store.h"
#include "collector/views.h"
#include "common/clock.h"
#include "common/keys.h"
#include "common/log.h"

#define T_END	  1769904000000LL /* 2026-02-01T00:00:00Z */
#define CYCLE_MS  300000
#define BUCKET_MS 60000
#define MARK_MS	  60000
#define WAY_MS	  30000 /* from a cycle to the collector */
#define NETWORKS  12
#define PLANS	  48 /* which target of each class: enough for every one of them */
#define MISS	  11 /* one visit in so many fails for some reason of its own */
#define CUT_FROM  10
#define CUT_UNTIL 20

enum weather { NORMAL, DOMESTIC, WEATHERS };

struct probe {
	struct placement at;
	uint64_t seed;
	size_t region;
};

/* What a probe sends of one plan in one weather, at time 0; only its times change. */
struct plan {
	struct batch batch;
	int64_t t_ms;
};

struct bench {
	struct country *country;
	struct store *store;
	struct views *views;
	struct probe *probes;
	size_t n_probes;
	struct plan plans[WEATHERS][PLANS];
	int64_t now_ms;
	uint64_t results;
};

static void must(bool good, const char *what)
{
	if (!good)
		log_fatalx(1, "bench: %s", what);
}

/* splitmix64 (Steele, Lea, Flood 2014) of one number. */
static uint64_t scatter(uint64_t z)
{
	z += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* --- what is sent --- */

static bool is_reached(enum target_class class, enum weather w)
{
	return class == CLASS_DOMESTIC || (w == NORMAL && class != CLASS_FILTERED);
}

static void add_visit(struct batch *b, const struct country_target *t, int64_t t_ms, bool reached)
{
	static const enum kind steps[] = {KIND_DNS, KIND_TCP, KIND_TLS, KIND_HTTP};
	for (size_t k = 0; k < sizeof(steps) / sizeof(*steps) && steps[k] <= t->last; k++) {
		struct result r;
		bool fails = !reached && (steps[k] == KIND_TLS || steps[k] == t->last);
		result_init(&r, steps[k]);
		r.v[RESULT_T] = t_ms + (int64_t)k * 20;
		r.v[RESULT_TARGET] = batch_target(b, t->url, t->class);
		r.v[RESULT_US] = 20000;
		if (steps[k] != KIND_DNS)
			r.v[RESULT_ADDR] = batch_addr(b, "203.0.113.7");
		if (fails)
			r.v[RESULT_FAILURE] =
				steps[k] == KIND_TLS ? FAIL_TLS_RESET : FAIL_GENERIC_TIMEOUT;
		batch_add(b, &r);
		if (fails)
			break;
	}
}

static const struct country_target *choose(const struct country *c, enum target_class class,
					   size_t nth)
{
	const struct country_target *found[TARGETS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct country_target *t = &c->targets[i];
		if (t->class == class && t->slot >= 0 && !t->inside && t->last <= KIND_HTTP)
			found[n++] = t;
	}
	return n ? found[nth % n] : NULL;
}

static void make_plan(const struct bench *n, struct plan *p, enum weather w, size_t nth)
{
	struct result r;
	batch_init(&p->batch);
	strcpy(p->batch.country, n->country->code);
	result_init(&r, KIND_LINK);
	r.v[RESULT_IPV4] = r.v[RESULT_GATEWAY] = r.v[RESULT_NS] = 1;
	r.v[RESULT_T] = 0;
	batch_add(&p->batch, &r);
	for (size_t c = 0; c < CLASS_LINK; c++) {
		enum target_class class = (enum target_class)c;
		const struct country_target *t = choose(n->country, class, nth);
		bool missed = scatter(nth * CLASSES + c) % MISS == 0;
		if (t)
			add_visit(&p->batch, t, 1000 * (int64_t)(c + 1),
				  is_reached(class, w) && !missed);
	}
}

static struct batch *at_time(struct plan *p, int64_t t_ms)
{
	for (size_t i = 0; i < p->batch.n_results; i++)
		p->batch.results[i].v[RESULT_T] += t_ms - p->t_ms;
	p->t_ms = t_ms;
	p->batch.t0_ms = t_ms;
	p->batch.sealed_wall_ms = t_ms + WAY_MS / 2;
	p->batch.epoch = clock_epoch_day(t_ms);
	return &p->batch;
}

/* --- who is there --- */

static void add_probes(struct bench *n, size_t region, const struct isp *isp, size_t many)
{
	n->probes = xrealloc(n->probes, (n->n_probes + many) * sizeof(*n->probes));
	for (size_t i = 0; i < many; i++) {
		struct probe *p = &n->probes[n->n_probes];
		*p = (struct probe){.at = {.isp = isp->asn,
					   .access = isp->access,
					   .region_source = PLACE_DECLARED,
					   .isp_source = PLACE_DECLARED},
				    .seed = scatter(n->n_probes),
				    .region = region};
		strcpy(p->at.country, n->country->code);
		strcpy(p->at.region, n->country->regions[region].code);
		n->n_probes++;
	}
}

static void settle(struct bench *n, size_t probes)
{
	const struct country *c = n->country;
	double people = 0, subscribers = 0;
	must(c->n_isps >= NETWORKS, "the country has too few networks");
	for (size_t i = 0; i < c->n_regions; i++)
		people += (double)c->regions[i].population;
	for (size_t k = 0; k < NETWORKS; k++)
		subscribers += c->isps[k].subscribers_million;
	double spare = (double)probes - (double)(c->n_regions * NETWORKS), due = 0, given = 0;
	for (size_t i = 0; i < c->n_regions; i++) {
		for (size_t k = 0; k < NETWORKS; k++) {
			double share = (double)c->regions[i].population / people *
				       c->isps[k].subscribers_million / subscribers;
			due += spare > 0 ? spare * share : 0;
			size_t more = (size_t)(due - given);
			add_probes(n, i, &c->isps[k], 1 + more);
			given += (double)more;
		}
	}
}

/* --- time --- */

static enum weather weather_at(size_t region, int64_t first_ms, int64_t t_ms)
{
	int64_t hour = (t_ms - first_ms) / 3600000 - (int64_t)region;
	return hour >= CUT_FROM * 24 && hour < CUT_UNTIL * 24 ? DOMESTIC : NORMAL;
}

static void pass(struct bench *n, int64_t t_ms)
{
	for (;;) {
		int64_t due = views_due(n->views), at = n->now_ms + MARK_MS;
		at = due < at ? due : at;
		at = at < n->now_ms ? n->now_ms : at;
		if (at > t_ms)
			break;
		must(views_alive(n->views, at) == 0, "the views can't be written");
		n->now_ms = at;
	}
}

static void run_cycle(struct bench *n, int64_t first_ms, int64_t t_ms)
{
	uint64_t cycle = (uint64_t)(t_ms / CYCLE_MS), day = (uint64_t)(t_ms / CLOCK_DAY_MS);
	for (size_t i = 0; i < n->n_probes; i++) {
		const struct probe *p = &n->probes[i];
		int64_t at = t_ms + (int64_t)(i * CYCLE_MS / n->n_probes);
		enum weather w = weather_at(p->region, first_ms, at);
		struct batch *b = at_time(&n->plans[w][(p->seed + cycle) % PLANS], at);
		pass(n, at + WAY_MS);
		must(views_fold(n->views, b, scatter(p->seed ^ day), &p->at, at + WAY_MS) == 0,
		     "fold");
		n->now_ms = at + WAY_MS;
		n->results += b->n_results;
	}
}

static void run_days(struct bench *n, int64_t days, int64_t from_day, int64_t until_day)
{
	int64_t first = T_END - days * CLOCK_DAY_MS, from = first + from_day * CLOCK_DAY_MS;
	n->now_ms = from;
	must(from_day || views_start(n->views, first) == 0, "the views can't be written");
	for (int64_t t = from; t < first + until_day * CLOCK_DAY_MS; t += CYCLE_MS) {
		run_cycle(n, first, t);
		if ((t + CYCLE_MS) % (CLOCK_DAY_MS / 4) == 0)
			must(store_commit(n->store, (struct archive_pos){0}) == 0, "commit");
	}
}

static void mark(struct bench *n)
{
	char now[32];
	snprintf(now, sizeof(now), "%" PRId64, (int64_t)T_END);
	must(store_put_meta(n->store, "synthetic", "1") == 0 &&
		     store_put_meta(n->store, "now_ms", now) == 0 &&
		     store_commit(n->store, (struct archive_pos){0}) == 0,
	     "mark");
}

static void load(struct bench *n)
{
	char err[256];
	n->country = country_load("configs/countries", "IR", err, sizeof(err));
	must(n->country, err);
	for (size_t w = 0; w < WEATHERS; w++)
		for (size_t i = 0; i < PLANS; i++)
			make_plan(n, &n->plans[w][i], (enum weather)w, i);
}

static double results_each(const struct bench *n)
{
	size_t sum = 0;
	for (size_t w = 0; w < WEATHERS; w++)
		for (size_t i = 0; i < PLANS; i++)
			sum += n->plans[w][i].batch.n_results;
	return (double)sum / (WEATHERS * PLANS);
}

static void open_views(struct bench *n, const char *dir)
{
	char err[256], *path = xasprintf("%s/views.db", dir);
	const struct views_config config = {BUCKET_MS, CYCLE_MS, 5, NULL};
	n->store = store_open("sqlite", path, err, sizeof(err));
	must(n->store, err);
	n->views = views_new(n->store, n->country, &config);
	must(n->views, "no views");
	free(path);
}

static void make_month(struct bench *n, int argc, char **argv)
{
	int64_t days = strtol(argv[4], NULL, 10), from = 0, until = days;
	if (argc == 7) {
		from = strtol(argv[5], NULL, 10);
		until = strtol(argv[6], NULL, 10);
	}
	double cycles = (double)(days * CLOCK_DAY_MS / CYCLE_MS);
	settle(n, (size_t)(strtod(argv[3], NULL) / cycles / results_each(n)) + 1);
	open_views(n, argv[2]);
	run_days(n, days, from, until);
	if (until == days)
		mark(n);
	printf("{\"results\":%" PRIu64 ",\"probes\":%zu,\"cpu_s\":%.1f}\n", n->results, n->n_probes,
	       (double)clock() / CLOCKS_PER_SEC);
	views_free(n->views);
	store_close(n->store);
}

static void put_sealed(const struct bench *n, struct batch *b, const struct probe *p,
		       const uint8_t box[static KEYS_BOX_PK])
{
	uint8_t seed[KEYS_SEED] = {0}, id[BATCH_ID];
	struct keys_sign k;
	struct buf sealed;
	strcpy(b->software, "fanous-probe/bench");
	strcpy(b->region, n->country->regions[p->region].code);
	b->isp = p->at.isp;
	b->access = p->at.access;
	memcpy(seed, &p->seed, sizeof(p->seed));
	keys_sign_derive(&k, seed, b->epoch);
	must(batch_seal(&sealed, id, b, &k, box) == BATCH_OK, "seal");
	for (size_t byte = 0; byte < 4; byte++)
		putchar((int)(sealed.len >> 8 * byte & 255));
	fwrite(sealed.data, 1, sealed.len, stdout);
	buf_clear(&sealed);
}

static void seal_now(struct bench *n, const char *key, size_t probes)
{
	uint8_t box[KEYS_BOX_PK];
	must(keys_init() == 0 && keys_parse(box, key) == 0, "this is no key");
	settle(n, probes);
	for (size_t i = 0; i < n->n_probes; i++) {
		const struct probe *p = &n->probes[i];
		int64_t now = clock_wall_ms();
		size_t nth = (p->seed + (uint64_t)now / 1000) % PLANS;
		struct batch *b = at_time(&n->plans[NORMAL][nth], now - WAY_MS / 3);
		b->sealed_wall_ms = now;
		put_sealed(n, b, p, box);
	}
}

int main(int argc, char **argv)
{
	struct bench n = {0};
	log_init("bench", LOG_LEVEL_INFO);
	bool month = (argc == 5 || argc == 7) && !strcmp(argv[1], "month");
	if (!month && (argc != 4 || strcmp(argv[1], "now")))
		return fprintf(stderr, "usage: bench_crowd month DIR RESULTS DAYS [FROM UNTIL] | "
				       "now KEY PROBES\n"),
		       2;
	load(&n);
	if (month)
		make_month(&n, argc, argv);
	else
		seal_now(&n, argv[2], strtoul(argv[3], NULL, 10));
	for (size_t w = 0; w < WEATHERS; w++)
		for (size_t i = 0; i < PLANS; i++)
			batch_clear(&n.plans[w][i].batch);
	free(n.probes);
	country_free(n.country);
	return 0;
}
