/* demo.c: fills a collector's views with a synthetic month: demo DIR [DAY] writes DIR/views.db.
 *
 * Volunteers of 31 provinces and 12 networks live through published.c from 28 December 2025 to 1
 * February 2026. What they measure becomes votes, and from there on the collector's own code makes
 * cells, verdicts, rows and events of it, in the order in which it would have heard of it: first
 * what gets through at the time, which during the cut is next to nothing; then, when the lines are
 * back, what the spools hold. The store is marked synthetic and its clock stands at the end of the
 * month. The same program makes the same store. With DAY (2026-01-24) life begins on that day: less of
 * the month, sooner.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/beat.h"
#include "collector/look.h"
#include "collector/method.h"
#include "collector/store.h"
#include "collector/views.h"
#include "common/clock.h"
#include "common/log.h"
#include "tests/sim/chance.h"
#include "tests/sim/published.h"

#define LATE_FROM	 "2026-01-06" /* steps that the spools bring something for */
#define SPOOLS_AT	 "2026-01-31T06:00:00Z"
#define HOUR_MS		 (3600 * 1000LL)
#define TEHRAN_MS	 (12600 * 1000LL)
#define STEP_MS		 900000
#define GRACE_MS	 120000
#define MIN_PROBES	 5
#define VOLUNTEERS	 2400
#define SPOOLED		 0.8   /* of the volunteers come back with their spool */
#define SATELLITE	 0.006 /* have another way out */
#define LISTED_OUT	 0.05  /* reach a collector while only listed sites are open */
#define LISTED_OUT_LATER 0.7   /* once mirrors are found */
#define MISS		 0.2   /* of the votes lack a target for some reason of its own */

/* The networks, and the share of each among a province's volunteers. */
static const struct {
	uint32_t isp;
	double share;
	const char *only; /* provinces; "" all */
} networks[] = {
	{197207, .27, ""},
	{44244, .25, ""},
	{57218, .03, ""},
	{58224, .18, ""},
	{31549, .07, ""},
	{50810, .05, ""},
	{43754, .05, ""},
	{16322, .03, ""},
	{56402, .03, ""},
	{49100, .02, ""},
	{205585, .04, "IR-23 IR-10 IR-09"},
	{12660, .04, "IR-23"},
};

#define NETWORKS (sizeof(networks) / sizeof(networks[0]))

struct leaf {
	struct series series;
	uint64_t first; /* number of its first volunteer */
	size_t n;	/* volunteers */
};

struct demo {
	struct country *country;
	struct course *course;
	int64_t return_ms;
	struct store *store;
	/* What views.c keeps in motion. */
	struct views_listener nobody;
	struct timeline timeline;
	struct chronicle *chronicle;
	struct habits *habits;
	struct cellbook *cells;
	struct seriesmap map;
	struct beat *beat;
	struct due_step due; /* leaves that were heard in the step */
	struct leaf *leaves;
	size_t n_leaves;
	uint64_t targets[CLASSES]; /* mask of each class */
	int64_t start_ms;	   /* of the step that is being made */
	int64_t now_ms;
	enum timeline_phase phase;
	uint64_t votes;
};

static int64_t parse(const char *text)
{
	int64_t ms;
	if (clock_parse(text, 0, &ms) < 0)
		abort();
	return ms;
}

static void must(int rc)
{
	if (rc < 0)
		log_fatalx(1, "demo: the store can't be written");
}

/* --- who is there --- */

static void add_leaf(struct demo *d, const struct region *r, size_t network, double people)
{
	const struct isp *isp = country_isp(d->country, networks[network].isp);
	struct leaf *l = &d->leaves[d->n_leaves];
	double volunteers = VOLUNTEERS * (double)r->population / people * networks[network].share;
	if (!isp || (*networks[network].only && !strstr(networks[network].only, r->code)))
		return;
	*l = (struct leaf){.series = {.isp = isp->asn, .access = isp->access}};
	strcpy(l->series.region, r->code); /* same size */
	l->first = d->n_leaves << 16;
	l->n = (size_t)(volunteers * (0.75 + 0.5 * chance_of(l->first, 3, 3)) + 0.5);
	d->n_leaves += l->n > 0;
}

static void settle(struct demo *d)
{
	double people = 0;
	d->leaves = xcalloc(d->country->n_regions * NETWORKS, sizeof(*d->leaves));
	for (size_t i = 0; i < d->country->n_regions; i++)
		people += (double)d->country->regions[i].population;
	for (size_t i = 0; i < d->country->n_regions; i++)
		for (size_t k = 0; k < NETWORKS; k++)
			add_leaf(d, &d->country->regions[i], k, people);
	struct series *leaves = xcalloc(d->n_leaves, sizeof(*leaves));
	for (size_t i = 0; i < d->n_leaves; i++) {
		leaves[i] = d->leaves[i].series;
		seriesmap_add(&d->map, &leaves[i]);
	}
	d->course = published_january(leaves, d->n_leaves);
	free(leaves);
	for (size_t i = 0; i < d->country->n_targets; i++) {
		const struct country_target *t = &d->country->targets[i];
		if (t->slot >= 0 && t->last != KIND_QUIC && t->class < CLASS_LINK)
			d->targets[t->class] |= 1ULL << t->slot;
	}
}

/* --- what they measure --- */

/* Targets of a class that answer in this weather; a third of them for `part`. */
static uint64_t answering(enum target_class class, enum weather w, uint64_t targets)
{
	uint64_t part = targets & 0x9249249249249249ULL;
	switch (class) {
	case CLASS_DOMESTIC: return w <= DOMESTIC ? targets : w == PARTIAL ? part : 0;
	case CLASS_OPEN: return w == NORMAL ? targets : w == LIST ? part : 0;
	case CLASS_CANARY: return w == NORMAL ? targets : 0;
	case CLASS_RESOLVER: return w == NORMAL ? targets : w <= DOMESTIC ? targets & ~7ULL : 0;
	default: return 0;
	}
}

static void cast(struct demo *d, const struct leaf *l, enum target_class class,
		 const struct cell_vote *v)
{
	must(cellbook_add(d->cells, (uint32_t)(l - d->leaves), &l->series, d->start_ms, class, v));
}

static void vote(struct demo *d, const struct leaf *l, uint64_t line, uint64_t probe,
		 enum weather w, bool late)
{
	uint64_t step = (uint64_t)(d->start_ms / STEP_MS);
	for (size_t c = 0; c < CLASS_LINK; c++) {
		struct cell_vote v = {.probe = probe, .tried = d->targets[c], .late = late};
		uint64_t bad = 1ULL << (uint64_t)(chance_of(line, step, c) * 64);
		v.ok = answering((enum target_class)c, w, v.tried);
		if (chance_of(line, step, c + 16) < MISS)
			v.ok &= ~bad;
		if (c == CLASS_FILTERED && w <= LIST)
			v.fp = v.tried & ~3ULL;
		if (v.tried)
			cast(d, l, (enum target_class)c, &v);
	}
	struct cell_vote v = {.probe = probe, .tried = 15, .late = late};
	v.ok = w == NO_LINK ? 0 : 1 << CELL_LINK_V4 | 1 << CELL_LINK_GATEWAY | 1 << CELL_LINK_NS;
	cast(d, l, CLASS_LINK, &v);
	d->votes++;
}

/* Does what a volunteer measures now reach the collector now, or later, or never? 1, 0, -1 */
static int arrives(const struct demo *d, uint64_t line, enum weather w)
{
	double listed = d->start_ms >= d->return_ms ? LISTED_OUT_LATER : LISTED_OUT;
	if (w == NORMAL || chance_of(line, 6, 6) < SATELLITE ||
	    (w == LIST && chance_of(line, 7, 7) < listed))
		return 1;
	return chance_of(line, 8, 8) < SPOOLED ? 0 : -1;
}

/* Share of volunteers whose device is on and reports in a quarter of an hour, by the clock in Tehran. */
static double awake_at(int64_t t_ms)
{
	/* few at four in the morning, most in the evening */
	static const double by_hour[24] = {.62, .52, .45, .41, .40, .42, .50, .60,
					   .68, .72, .74, .76, .77, .76, .75, .76,
					   .78, .82, .86, .89, .91, .90, .84, .74};
	return by_hour[(t_ms + TEHRAN_MS) / HOUR_MS % 24];
}

/* False when nobody was heard. */
static bool measure(struct demo *d, const struct leaf *l)
{
	uint64_t before = d->votes;
	uint64_t step = (uint64_t)(d->start_ms / STEP_MS);
	double awake = awake_at(d->start_ms);
	for (size_t i = 0; i < l->n; i++) {
		uint64_t line = l->first + i;
		double habit = 0.8 + 0.4 * chance_of(line, 4, 4);
		if (chance_of(line, step, 40) > awake * habit)
			continue;
		const struct line meets = {.id = line};
		enum weather w =
			course_at(d->course, (uint32_t)(l - d->leaves), &meets, d->start_ms)
				.weather;
		int when = w == OFF ? -1 : arrives(d, line, w);
		/* keys change every day; ascending, so that the cell is filled at its end */
		uint64_t day = (uint64_t)(d->start_ms / CLOCK_DAY_MS),
			 probe = (uint64_t)(chance_of(l->first, day, 50) * (1ULL << 40)) << 16 | i;
		if (when == 1 || (when == 0 && d->phase == TIMELINE_LATE))
			vote(d, l, line, probe, w, when == 0);
	}
	return d->votes > before;
}

/* --- what the collector makes of it --- */

static struct look look_of(struct demo *d)
{
	return (struct look){.store = d->store,
			     .country = d->country,
			     .timeline = &d->timeline,
			     .chronicle = d->chronicle,
			     .habits = d->habits,
			     .cells = d->cells,
			     .leaves = &d->map,
			     .bucket_ms = STEP_MS,
			     .step_ms = STEP_MS,
			     .min_probes = MIN_PROBES};
}

static void open_views(struct demo *d)
{
	d->timeline = (struct timeline){d->store, STEP_MS, &d->nobody};
	d->chronicle = chronicle_new(&d->timeline, STEP_MS, MIN_PROBES);
	d->habits = habits_new(d->store);
	d->cells = cellbook_new(d->store);
	const struct look look = look_of(d);
	d->beat = beat_new(&look);
}

static void look(struct demo *d)
{
	const struct look look = look_of(d);
	bool *heard = xcalloc(d->n_leaves, sizeof(*heard));
	d->due.start_ms = d->start_ms;
	d->due.n = 0;
	for (size_t i = 0; i < d->n_leaves; i++) {
		heard[i] = measure(d, &d->leaves[i]);
		if (heard[i])
			d->due.leaves[d->due.n++] =
				(struct due_leaf){(uint32_t)i, d->phase == TIMELINE_LATE};
	}
	if (d->phase == TIMELINE_FINAL)
		must(beat_take(d->beat, d->start_ms, heard, true, d->now_ms));
	must(look_at(&look, d->phase, d->start_ms, &d->due, true, d->now_ms));
	if (d->phase == TIMELINE_LATE)
		must(beat_again(d->beat, &d->due, d->start_ms + STEP_MS));
	cellbook_reset(d->cells); /* a demonstration is never rebuilt: its cells are not kept */
	free(heard);
}

static void commit(struct demo *d)
{
	must(chronicle_flush(d->chronicle));
	must(habits_save(d->habits));
	must(store_commit(d->store, (struct archive_pos){0}));
}

static void pass(struct demo *d, enum timeline_phase phase, int64_t from_ms, int64_t until_ms)
{
	d->phase = phase;
	for (int64_t t = from_ms; t < until_ms; t += STEP_MS) {
		d->start_ms = t;
		if (phase == TIMELINE_FINAL)
			d->now_ms = t + STEP_MS + GRACE_MS;
		look(d);
		if ((t + STEP_MS) % (CLOCK_DAY_MS * 3) == 0)
			commit(d);
	}
}

static void mark(struct demo *d, int64_t until_ms)
{
	const struct views_config config = {STEP_MS, STEP_MS, MIN_PROBES, NULL};
	char method[METHOD_LEN], now[32];
	method_text(d->country, &config, method);
	snprintf(now, sizeof(now), "%" PRId64, until_ms);
	must(store_put_meta(d->store, "method", method));
	must(store_put_meta(d->store, "synthetic", "1"));
	must(store_put_meta(d->store, "now_ms", now));
}

static void demo_clear(struct demo *d)
{
	free(d->due.leaves);
	free(d->leaves);
	beat_free(d->beat);
	habits_free(d->habits);
	chronicle_free(d->chronicle);
	cellbook_free(d->cells);
	seriesmap_clear(&d->map);
	store_close(d->store);
	course_free(d->course);
	country_free(d->country);
}

int main(int argc, char **argv)
{
	struct demo d = {.return_ms = parse(PUBLISHED_JANUARY_RETURN)};
	char err[256];
	log_init("demo", LOG_LEVEL_INFO);
	if (argc != 2 && argc != 3)
		log_fatalx(2, "usage: demo DIR [DAY]");
	d.country = country_load("configs/countries", "IR", err, sizeof(err));
	if (!d.country)
		log_fatalx(1, "%s", err);
	mkdir(argv[1], 0700); /* usually there; store_open says so if it can't be */
	char *path = xasprintf("%s/views.db", argv[1]);
	d.store = store_open("sqlite", path, err, sizeof(err));
	if (!d.store)
		log_fatalx(1, "%s", err);
	must(store_reset(d.store));
	settle(&d);
	open_views(&d);
	d.due.leaves = xcalloc(d.n_leaves, sizeof(*d.due.leaves));

	int64_t from = parse(argc == 3 ? argv[2] : PUBLISHED_JANUARY_FROM), late = parse(LATE_FROM);
	int64_t until = parse(PUBLISHED_JANUARY_UNTIL), spools = parse(SPOOLS_AT);
	pass(&d, TIMELINE_FINAL, from, until);
	d.now_ms = spools;
	pass(&d, TIMELINE_LATE, from > late ? from : late, spools);
	must(chronicle_settle(d.chronicle, until, spools));
	mark(&d, until);
	commit(&d);
	log_info("%s: %zu leaves, %" PRIu64 " votes of a synthetic month", path, d.n_leaves,
		 d.votes);
	free(path);
	demo_clear(&d);
	return 0;
}
