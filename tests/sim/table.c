/* table.c: goals, beside them what was measured, and what others publish of themselves (research: Disco, Shah et al. 2017;
 * Chocolatine, Guillot et al. 2019; Trinocular, Quan et al. 2013; IODA's help page; the detector of OONI's pipeline).
 */
#include "tests/sim/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/figures.h"

#define MINUTE_MS      60000
#define STATE_GOAL     0.99
#define RECALL_GOAL    0.99
#define NEAR_GOAL      0.95
#define SOON_MS	       (3 * MINUTE_MS)
#define LATER_MS       (10 * MINUTE_MS)
#define LIARS_LASTS_MS (60 * MINUTE_MS)

/* Where a goal can't be met (METHOD.md, section 10: with a report in five minutes from each, fewer than twenty probes can't be heard
 * in three minutes, and the silence of fewer than thirty can't be told from chance), a figure must still be as good as it was
 * measured, with some room. */
#define SOON_FIVE_GUARD_MS   (9 * MINUTE_MS / 2)
#define SOON_SILENT_GUARD_MS (11 * MINUTE_MS / 2)

/* In the short form one province of four has more than half of the people, so that the country is what its larger network says; there,
 * three liars in ten of a cell may be more of those who happen to be heard in a step. */
#define LIARS_COUNTRY_GUARD 0.96
/* At night three liars of ten who stay awake are half of those who report, and a silence of the others isn't one. */
#define LIARS_RECALL_GUARD 0.85

enum mark { TOLD, OK, GUARDED, MISSED };

struct table {
	const struct results *results;
	unsigned int missed, guarded;
};

static void head(const char *what, const char *anchor)
{
	printf("\n%s%s%s%s\n", what, *anchor ? " (" : "", anchor, *anchor ? ")" : "");
}

static void __attribute__((format(printf, 5, 6)))
row(struct table *t, const char *what, const char *goal, enum mark mark, const char *fmt, ...)
{
	static const char *const marks[] = {"", "ok", "goal missed", "MISSED"};
	char text[160];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("  %-46s %-8s %-70s %s\n", what, goal, text, marks[mark]);
	t->missed += mark == MISSED;
	t->guarded += mark == GUARDED;
}

static enum mark at_least(double got, double goal)
{
	return got >= goal ? OK : MISSED;
}

static enum mark at_least_or(double got, double goal, double guard)
{
	return got >= goal ? OK : got >= guard ? GUARDED : MISSED;
}

static enum mark within(double got, int64_t goal, int64_t guard)
{
	return got <= (double)goal ? OK : got <= (double)guard ? GUARDED : MISSED;
}

static double share(uint64_t part, uint64_t all)
{
	return all ? (double)part / (double)all : 0;
}

/* Every score that has episodes of loss or none, and honest probes. */
static size_t honest(const struct results *r, const struct score **out)
{
	size_t n = 0;
	if (r->ran[PART_YEAR])
		out[n++] = &r->year;
	for (enum pace p = 0; p < PACES; p++) {
		if (r->ran[PART_CUTS])
			out[n++] = &r->cuts[p];
		if (r->ran[PART_SILENCE])
			out[n++] = &r->silence[p];
	}
	if (r->ran[PART_RETURNS])
		out[n++] = &r->returns;
	if (r->ran[PART_JANUARY])
		out[n++] = &r->january;
	if (r->ran[PART_SPRING])
		out[n++] = &r->spring;
	return n;
}

#define HONEST_MAX 8

/* --- states --- */

static void states_row(struct table *t, const struct score *const *scores, size_t n,
		       enum scope scope, bool after)
{
	uint64_t all = 0, right = 0;
	char what[64];
	for (size_t i = 0; i < n; i++) {
		const struct score_rows *r =
			after ? &scores[i]->after[scope] : &scores[i]->rows[scope];
		all += r->n;
		right += r->right;
	}
	snprintf(what, sizeof(what), "%s, %s", scope_str(scope),
		 after ? "when all has arrived" : "as first said");
	if (all)
		row(t, what, ">= 99%", at_least(share(right, all), STATE_GOAL),
		    "%.3f%% of %llu rows", 100 * share(right, all), (unsigned long long)all);
}

/* The wrong states that were said most often. */
static void mistakes(struct table *t, const struct score *const *scores, size_t n, bool after)
{
	for (int k = 0; k < 5; k++) {
		uint64_t most = 0, before = UINT64_MAX;
		static uint64_t last;
		size_t a = 0, b = 0;
		before = k ? last : before;
		for (size_t x = 0; x < STATES; x++)
			for (size_t y = 0; y < STATES; y++) {
				uint64_t sum = 0;
				for (size_t i = 0; i < n && x != y; i++)
					for (size_t s = 0; s < SCOPES; s++)
						sum += after ? scores[i]->after[s].said[x][y]
							     : scores[i]->rows[s].said[x][y];
				if (sum > most && sum < before) {
					most = sum;
					a = x;
					b = y;
				}
			}
		last = most;
		char what[64];
		snprintf(what, sizeof(what), "  %s said to be %s", state_str((enum state)a),
			 state_str((enum state)b));
		if (most)
			row(t, what, "", TOLD, "%llu rows", (unsigned long long)most);
	}
}

static void states(struct table *t)
{
	const struct score *scores[HONEST_MAX];
	size_t n = honest(t->results, scores);
	head("State of a row with 5 or more probes", "others publish none");
	for (int after = 0; after < 2; after++)
		for (enum scope s = 0; s < SCOPES; s++)
			states_row(t, scores, n, s, after);
	mistakes(t, scores, n, false);
}

static void restored(struct table *t)
{
	const struct score *scores[HONEST_MAX];
	size_t n = honest(t->results, scores);
	uint64_t rows = 0, ends = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t s = 0; s < SCOPES; s++) {
			rows += scores[i]->rows[s].restored + scores[i]->after[s].restored;
			ends += scores[i]->returns[s];
		}
	head("Called restored while access was lost", "the spikes of 21 and 25 January 2026 were");
	row(t, "rows", "0", rows ? MISSED : OK, "%llu", (unsigned long long)rows);
	row(t, "events that ended", "0", ends ? MISSED : OK, "%llu", (unsigned long long)ends);
}

/* --- cuts --- */

static void onset(struct table *t, const char *way, const struct score scores[static PACES])
{
	for (enum pace p = 0; p < PACES; p++) {
		const struct slice slice = {.measured_min = 5};
		struct census c = figures_count(&scores[p], &slice, MINUTE_MS);
		char what[64];
		size_t n;
		double mid = (double)figures_quantile(&scores[p], &slice, FIGURE_ERROR, 0.5, &n) /
			     1e3,
		       most = (double)figures_quantile(&scores[p], &slice, FIGURE_ERROR, 0.9, &n) /
			      1e3;
		snprintf(what, sizeof(what), "%s, a round every %s", way, pace_str(p));
		if (!c.n)
			continue;
		row(t, what, "<= 60 s", at_least(share(c.near, c.found), NEAR_GOAL),
		    "%.1f%% of %llu; truth: half <= %.0f s, 90%% <= %.0f s, in interval %.1f%%",
		    100 * share(c.near, c.found), (unsigned long long)c.found, mid, most,
		    100 * share(c.covered, c.found));
	}
}

static void delay(struct table *t, const char *way, const struct score scores[static PACES],
		  const struct slice *slice, int64_t goal_ms, int64_t guard_ms)
{
	for (enum pace p = 0; p < PACES; p++) {
		size_t n;
		double mid = (double)figures_quantile(&scores[p], slice, FIGURE_DELAY, 0.5, &n) /
			     MINUTE_MS,
		       most = (double)figures_quantile(&scores[p], slice, FIGURE_DELAY, 0.9, &n) /
			      MINUTE_MS;
		char what[64], goal[16];
		snprintf(what, sizeof(what), "%s, %u%s probes, every %s", way, slice->active_min,
			 slice->active_max ? "-9" : "+", pace_str(p));
		snprintf(goal, sizeof(goal), "%d min", (int)(goal_ms / MINUTE_MS));
		if (n)
			row(t, what, goal,
			    within(mid * MINUTE_MS, goal_ms, p == PACE_FIVE ? guard_ms : goal_ms),
			    "half <= %.1f min, 90%% <= %.1f min, of %zu", mid, most, n);
	}
}

static void recall(struct table *t, const char *way, const struct score scores[static PACES])
{
	for (enum pace p = 0; p < PACES; p++) {
		const struct slice slice = {.measured_min = 5};
		struct census c = figures_count(&scores[p], &slice, MINUTE_MS);
		char what[64];
		snprintf(what, sizeof(what), "%s, every %s", way, pace_str(p));
		if (c.n)
			row(t, what, ">= 99%", at_least(share(c.found, c.n), RECALL_GOAL),
			    "%.1f%% of %llu (while it lasted: %.1f%%)", 100 * share(c.found, c.n),
			    (unsigned long long)c.n, 100 * share(c.live, c.n));
	}
}

static void cuts(struct table *t)
{
	const struct results *r = t->results;
	const struct slice many = {.active_min = 10}, few = {.active_min = 3, .active_max = 9};
	head("Onset of cuts of 5 minutes and more, beside what 5 or more probes saw last and first",
	     "Trinocular +-5.5 min, IODA bins of 5 to 10 min");
	onset(t, "measured", r->cuts);
	onset(t, "silent, then backfilled", r->silence);
	head("Delay from the onset to the event", "IODA 10 min, Trinocular 11 min, OONI 6 h");
	delay(t, "measured", r->cuts, &many, SOON_MS, SOON_FIVE_GUARD_MS);
	delay(t, "measured", r->cuts, &few, LATER_MS, LATER_MS);
	delay(t, "silent", r->silence, &many, SOON_MS, SOON_SILENT_GUARD_MS);
	delay(t, "silent", r->silence, &few, LATER_MS, LATER_MS);
	head("Cuts of 5 minutes and more that were found, 5 or more probes", "Chocolatine 90%");
	recall(t, "measured", r->cuts);
	recall(t, "silent, then backfilled", r->silence);
}

/* --- nothing was cut --- */

static void quiet(struct table *t)
{
	const struct score *s = &t->results->year;
	double years = s->years[SCOPE_COUNTRY] / 3; /* three kinds of access */
	head("False events when nothing is cut", "Disco 95% precision, Chocolatine 2% false");
	row(t, "country", "0", s->untrue[SCOPE_COUNTRY] ? MISSED : OK, "%llu in %.2f years",
	    (unsigned long long)s->untrue[SCOPE_COUNTRY], years);
	double rate =
		s->years[SCOPE_ISP] > 0 ? (double)s->untrue[SCOPE_ISP] / s->years[SCOPE_ISP] : 0;
	row(t, "a network in a year", "<= 1", rate <= 1 ? OK : MISSED,
	    "%.2f (%llu in %.1f years of one)", rate, (unsigned long long)s->untrue[SCOPE_ISP],
	    s->years[SCOPE_ISP]);
	for (enum scope k = SCOPE_LEAF; k <= SCOPE_REGION; k++)
		row(t,
		    k == SCOPE_LEAF ? "a cell in a year, power cuts and all"
				    : "a province in a year, the same",
		    "", TOLD, "%.2f (%llu in %.1f years of one)",
		    s->years[k] > 0 ? (double)s->untrue[k] / s->years[k] : 0,
		    (unsigned long long)s->untrue[k], s->years[k]);
}

/* --- courses --- */

static void long_ones(struct table *t)
{
	const struct results *r = t->results;
	const struct {
		const char *what;
		const struct score *score;
		enum part part;
	} list[] = {{"January 2026 (synthetic)", &r->january, PART_JANUARY},
		    {"28 February to 26 May 2026 (synthetic)", &r->spring, PART_SPRING}};
	head("Weeks and months offline, then backfilled: rows with 5 or more probes",
	     "Atlas: none");
	for (size_t i = 0; i < 2; i++) {
		uint64_t n = 0, right = 0;
		for (size_t s = 0; s < SCOPES && r->ran[list[i].part]; s++) {
			n += list[i].score->after[s].n;
			right += list[i].score->after[s].right;
		}
		if (n)
			row(t, list[i].what, "100%", right == n ? OK : MISSED, "%.4f%% of %llu",
			    100 * share(right, n), (unsigned long long)n);
	}
}

static void liar(struct table *t, const char *name, const struct score *s)
{
	const struct slice any = {.measured_min = 5},
			   longer = {.measured_min = 5, .lasts_min_ms = LIARS_LASTS_MS};
	struct census c = figures_count(s, &longer, MINUTE_MS),
		      all = figures_count(s, &any, MINUTE_MS);
	uint64_t wholes = s->untrue[SCOPE_ISP] + s->untrue[SCOPE_COUNTRY];
	row(t, name, "", TOLD, "%llu cuts, %.1f%% of those of any length found",
	    (unsigned long long)all.n, 100 * share(all.told, all.n));
	for (enum scope k = 0; k < SCOPES; k++) {
		const struct score_rows *r = &s->after[k];
		char what[64];
		snprintf(what, sizeof(what), "  state right, %s", scope_str(k));
		row(t, what, ">= 99%",
		    at_least_or(share(r->right, r->n), STATE_GOAL,
				k == SCOPE_COUNTRY ? LIARS_COUNTRY_GUARD : STATE_GOAL),
		    "%.2f%% of %llu rows", 100 * share(r->right, r->n), (unsigned long long)r->n);
	}
	row(t, "  cuts of an hour and more", ">= 99%",
	    at_least_or(share(c.told, c.n), RECALL_GOAL, LIARS_RECALL_GUARD), "%.1f%% of %llu",
	    100 * share(c.told, c.n), (unsigned long long)c.n);
	row(t, "  false events, country and networks", "0", wholes ? MISSED : OK, "%llu",
	    (unsigned long long)wholes);
	mistakes(t, &s, 1, true);
}

/* Liars make it slower, so what lasts is asked for; what doesn't is told. */
static void liars(struct table *t)
{
	const struct results *r = t->results;
	head("Liars, three in ten of every cell", "");
	liar(t, "three in ten say that all is fine", &r->liars[LIES_FINE]);
	liar(t, "three in ten say that all is down", &r->liars[LIES_DOWN]);
}

/* Of one series; NAN when none was watched. */
static double false_in_year(const struct score *s, enum scope scope)
{
	return s->years[scope] > 0 ? (double)s->untrue[scope] / s->years[scope] : NAN;
}

static void contest(struct table *t, const char *name, const struct contest *c)
{
	const struct slice slice = {.active_min = 5};
	struct census n = figures_count(&c->cuts, &slice, MINUTE_MS);
	size_t of;
	double delay_min = (double)figures_quantile(&c->cuts, &slice, FIGURE_DELAY, 0.5, &of) /
			   MINUTE_MS,
	       error_s = (double)figures_quantile(&c->cuts, &slice, FIGURE_LIVE_ERROR, 0.5, &of) /
			 1e3;
	uint64_t ends = 0, rows = 0;
	for (size_t s = 0; s < SCOPES; s++) {
		ends += c->returns.returns[s] + c->cuts.returns[s];
		rows += c->returns.rows[s].restored + c->cuts.rows[s].restored;
	}
	row(t, name, "", TOLD, "%8.2f %8.2f %8.2f %8.1f%% %8.1f %8.0f %8llu %8llu",
	    3 * false_in_year(&c->year, SCOPE_COUNTRY), false_in_year(&c->year, SCOPE_ISP),
	    false_in_year(&c->year, SCOPE_LEAF), 100 * share(n.live, n.n), delay_min, error_s,
	    (unsigned long long)ends, (unsigned long long)rows);
}

static void contests(struct table *t)
{
	const struct results *r = t->results;
	head("The same stream, a round every 300 s, nothing sent late: false events a year of the "
	     "country, of a network and of a cell (power cuts and all),\n"
	     "cuts found while they lasted, median delay in minutes, median error of the onset in "
	     "seconds, false returns, "
	     "rows called restored",
	     "");
	row(t, "", "", TOLD, "%8s %8s %8s %9s %8s %8s %8s %8s", "country", "network", "cell",
	    "found", "delay", "error", "returns", "rows");
	contest(t, "all parts", &r->ours);
	contest(t, "without canaries", &r->blind);
	for (enum rival k = 0; k < RIVALS; k++)
		contest(t, rival_str(k), &r->rivals[k]);
}

unsigned int table_print(const struct results *r)
{
	struct table t = {.results = r};
	printf("%-48s %-8s %s\n", "", "goal", "measured");
	const struct score *any[HONEST_MAX];
	if (honest(r, any)) {
		states(&t);
		restored(&t);
	}
	if (r->ran[PART_CUTS] || r->ran[PART_SILENCE])
		cuts(&t);
	if (r->ran[PART_YEAR])
		quiet(&t);
	if (r->ran[PART_JANUARY] || r->ran[PART_SPRING])
		long_ones(&t);
	if (r->ran[PART_LIARS])
		liars(&t);
	if (r->ran[PART_RIVALS])
		contests(&t);
	printf("\n%u goals missed, %u of them as before\n", t.missed + t.guarded, t.guarded);
	return t.missed;
}
