/* parts.c: how large, how long. A smaller country has fewer provinces, so that its cells are of every size all the same.
 */
#include "tests/sim/parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "tests/sim/published.h"
#include "tests/sim/script.h"

#define DAY	 CLOCK_DAY_MS
#define NEW_YEAR 1735689600000LL /* 2025-01-01 */
#define SOME	 "IR-23 IR-10 IR-09 IR-16"

static const int64_t interval_ms[PACES] = {60000, 300000};

static const char *const names[PARTS] = {"year",  "cuts",    "silence", "returns",
					 "liars", "january", "spring",	"rivals"};

const char *part_str(enum part p)
{
	return names[p];
}

enum part part_parse(const char *s)
{
	size_t i = 0;
	while (i < PARTS && strcmp(names[i], s))
		i++;
	return (enum part)i;
}

const char *pace_str(enum pace p)
{
	return p == PACE_MINUTE ? "60 s" : "300 s";
}

/* --- courses --- */

static struct course *noise_only(const struct trial *t, const struct world *w)
{
	struct course *c = script_new(w);
	script_noise(c, w, t->from_ms + t->quiet_ms, t->until_ms);
	return c;
}

static struct course *with_cuts(const struct trial *t, const struct world *w, enum script_way way)
{
	struct course *c = noise_only(t, w);
	script_cuts(c, w, t->from_ms + t->quiet_ms, t->until_ms - DAY / 2, way);
	return c;
}

static struct course *measured(const struct trial *t, const struct world *w)
{
	return with_cuts(t, w, SCRIPT_MEASURED);
}

static struct course *silent(const struct trial *t, const struct world *w)
{
	return with_cuts(t, w, SCRIPT_SILENT);
}

static struct course *either(const struct trial *t, const struct world *w)
{
	return with_cuts(t, w, SCRIPT_EITHER);
}

static struct course *returns(const struct trial *t, const struct world *w)
{
	struct course *c = noise_only(t, w);
	script_returns(c, w, t->from_ms + t->quiet_ms, t->until_ms - DAY);
	return c;
}

static struct course *january(const struct trial *t, const struct world *w)
{
	struct series *leaves = script_leaves(w);
	struct course *c = published_january(leaves, w->n_leaves);
	(void)t;
	free(leaves);
	return c;
}

static struct course *spring(const struct trial *t, const struct world *w)
{
	struct series *leaves = script_leaves(w);
	struct course *c = published_spring(leaves, w->n_leaves);
	(void)t;
	free(leaves);
	return c;
}

/* --- trials --- */

static struct trial trial_of(uint64_t seed, double volunteers, enum pace pace, int64_t days)
{
	return (struct trial){
		.world = {.seed = seed, .volunteers = volunteers, .interval_ms = interval_ms[pace]},
		.from_ms = NEW_YEAR,
		.until_ms = NEW_YEAR + days * DAY,
		.quiet_ms = 5 * DAY};
}

static void run_year(struct results *r, uint64_t seed, bool is_short)
{
	struct trial t = trial_of(seed, is_short ? 200 : 800, PACE_FIVE, is_short ? 35 : 65);
	t.world.regions = is_short ? SOME : NULL;
	t.outages = true;
	t.course = noise_only;
	trial_run(&t, &r->year, NULL, &r->cost[PART_YEAR]);
}

static void run_cuts(struct results *r, uint64_t seed, bool is_short, enum part p)
{
	for (enum pace pace = is_short && p == PART_SILENCE ? PACE_FIVE : 0; pace < PACES; pace++) {
		bool slow = pace == PACE_FIVE;
		struct trial t = trial_of(seed, is_short ? slow ? 200 : 100 : 800, pace,
					  is_short ? slow ? 9 : 7 : 33);
		t.world.regions = is_short ? SOME : NULL;
		t.outages = !is_short;
		t.course = p == PART_CUTS ? measured : silent;
		trial_run(&t, p == PART_CUTS ? &r->cuts[pace] : &r->silence[pace], NULL,
			  &r->cost[p]);
	}
}

static void run_returns(struct results *r, uint64_t seed, bool is_short)
{
	struct trial t = trial_of(seed, is_short ? 150 : 800, PACE_FIVE, is_short ? 9 : 15);
	t.world.regions = is_short ? SOME : NULL;
	t.course = returns;
	trial_run(&t, &r->returns, NULL, &r->cost[PART_RETURNS]);
}

static void run_liars(struct results *r, uint64_t seed, bool is_short)
{
	for (enum lies k = 0; k < LIES; k++) {
		struct trial t = trial_of(seed, is_short ? 200 : 800, PACE_FIVE, is_short ? 9 : 13);
		t.world.regions = is_short ? SOME : NULL;
		t.world.liars = 0.3;
		t.world.lie = k == LIES_FINE ? LIE_FINE : LIE_DOWN;
		t.course = either;
		trial_run(&t, &r->liars[k], NULL, &r->cost[PART_LIARS]);
	}
}

static int64_t parse(const char *text)
{
	int64_t ms;
	if (clock_parse(text, 0, &ms) < 0)
		abort();
	return ms;
}

static void run_published(struct results *r, uint64_t seed, bool is_short, enum part p)
{
	bool winter = p == PART_JANUARY;
	struct trial t = trial_of(seed, is_short ? 150 : 800, PACE_FIVE, 0);
	t.world.regions = is_short ? "IR-23 IR-09 IR-16 IR-12" : NULL;
	t.from_ms = parse(winter ? PUBLISHED_JANUARY_FROM : PUBLISHED_SPRING_FROM);
	t.until_ms = parse(winter ? PUBLISHED_JANUARY_UNTIL : PUBLISHED_SPRING_UNTIL);
	t.course = winter ? january : spring;
	trial_run(&t, winter ? &r->january : &r->spring, NULL, &r->cost[p]);
}

static void run_contest(struct results *r, struct trial *t, struct score *ours,
			struct score *(*of)(struct contest *c))
{
	struct score rivals[RIVALS];
	for (enum rival k = 0; k < RIVALS; k++)
		rivals[k] = *of(&r->rivals[k]);
	t->world.forget = true;
	trial_run(t, ours, rivals, &r->cost[PART_RIVALS]);
	for (enum rival k = 0; k < RIVALS; k++)
		*of(&r->rivals[k]) = rivals[k];
}

static struct score *of_year(struct contest *c)
{
	return &c->year;
}

static struct score *of_cuts(struct contest *c)
{
	return &c->cuts;
}

static struct score *of_returns(struct contest *c)
{
	return &c->returns;
}

static void run_rivals(struct results *r, uint64_t seed, bool is_short)
{
	struct trial year = trial_of(seed, is_short ? 250 : 800, PACE_FIVE, is_short ? 15 : 65),
		     cuts = trial_of(seed, is_short ? 250 : 800, PACE_FIVE, is_short ? 10 : 33),
		     back = trial_of(seed, is_short ? 250 : 800, PACE_FIVE, is_short ? 9 : 15);
	year.world.regions = cuts.world.regions = back.world.regions = is_short ? SOME : NULL;
	year.outages = true;
	year.course = noise_only;
	cuts.course = either;
	back.course = returns;
	run_contest(r, &year, &r->ours.year, of_year);
	run_contest(r, &cuts, &r->ours.cuts, of_cuts);
	run_contest(r, &back, &r->ours.returns, of_returns);
	cuts.world.blind = back.world.blind = true;
	trial_run(&cuts, &r->blind.cuts, NULL, &r->cost[PART_RIVALS]);
	trial_run(&back, &r->blind.returns, NULL, &r->cost[PART_RIVALS]);
}

void part_run(struct results *r, enum part p, uint64_t seed, bool is_short)
{
	r->ran[p] = true;
	switch (p) {
	case PART_YEAR: run_year(r, seed, is_short); break;
	case PART_CUTS:
	case PART_SILENCE: run_cuts(r, seed, is_short, p); break;
	case PART_RETURNS: run_returns(r, seed, is_short); break;
	case PART_LIARS: run_liars(r, seed, is_short); break;
	case PART_JANUARY:
	case PART_SPRING: run_published(r, seed, is_short, p); break;
	case PART_RIVALS: run_rivals(r, seed, is_short); break;
	default: break;
	}
}

void results_tell(struct results *r, FILE *out)
{
	r->year.out = r->returns.out = r->january.out = r->spring.out = out;
	for (enum pace p = 0; p < PACES; p++)
		r->cuts[p].out = r->silence[p].out = out;
	for (enum lies k = 0; k < LIES; k++)
		r->liars[k].out = out;
}

static void contest_clear(struct contest *c)
{
	score_clear(&c->year);
	score_clear(&c->cuts);
	score_clear(&c->returns);
}

void results_clear(struct results *r)
{
	score_clear(&r->year);
	for (enum pace p = 0; p < PACES; p++) {
		score_clear(&r->cuts[p]);
		score_clear(&r->silence[p]);
	}
	for (enum lies k = 0; k < LIES; k++)
		score_clear(&r->liars[k]);
	contest_clear(&r->ours);
	contest_clear(&r->blind);
	for (enum rival k = 0; k < RIVALS; k++)
		contest_clear(&r->rivals[k]);
	score_clear(&r->returns);
	score_clear(&r->january);
	score_clear(&r->spring);
}
