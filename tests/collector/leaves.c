/* leaves.c: what probes see in every kind of weather. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/collector/leaves.h"

static int emit(void *arg, const struct series *s, const struct verdict *v)
{
	struct leaves *w = arg;
	for (size_t i = 0; i < w->n_out; i++)
		assert_false(series_equal(&w->series[i], s)); /* each series once */
	w->series[w->n_out] = *s;
	w->out[w->n_out++] = *v;
	return 0;
}

static int stands(void *arg, const struct series *s, struct verdict *v)
{
	const struct leaves *w = arg;
	for (size_t i = 0; i < w->n_stood; i++)
		if (series_equal(&w->stood[i].series, s)) {
			*v = w->stood[i].v;
			return 1;
		}
	return 0;
}

static bool silent(void *arg, const struct series *s)
{
	const struct leaves *w = arg;
	for (size_t i = 0; i < w->n_silent; i++)
		if (series_equal(&w->silent[i], s))
			return true;
	return false;
}

int leaves_pulse(void *arg, const struct series *s, const struct pulse *p)
{
	struct leaves *w = arg;
	assert_int_equal(p->flags, 0);
	w->pulses[w->n_out] = *p;
	w->series[w->n_out++] = *s;
	return 0;
}

/* Every probe has said its word in this very bucket. */
static void spoke(void *arg, const struct series *leaf, const struct tally *votes, struct pulse *p)
{
	struct verdict v;
	(void)arg;
	(void)leaf;
	tally_count(&v, votes);
	p->heard = v.probes;
	p->reports_c = 100 * v.probes;
	for (size_t k = 0; k < SIGNS; k++) {
		p->sign[k] = v.sign[k];
		p->said[k] = (struct verdict_count){100 * v.sign[k].n, 100 * v.sign[k].hit};
	}
}

int leaves_setup(void **state)
{
	struct leaves *w = xcalloc(1, sizeof(*w));
	w->country = nation_new();
	w->step = (struct step){.country = w->country,
				.min_probes = 5,
				.collector_alive = true,
				.stands = stands,
				.spoke = spoke,
				.silent = silent,
				.emit = emit,
				.arg = w};
	*state = w;
	return 0;
}

int leaves_teardown(void **state)
{
	struct leaves *w = *state;
	for (size_t i = 0; i < LEAVES; i++)
		for (size_t c = 0; c < CLASSES; c++)
			cell_clear(&w->cells[i][c]);
	country_free(w->country);
	free(w);
	return 0;
}

static void vote(struct step_leaf *l, struct cell cells[CLASSES], enum target_class class,
		 uint64_t probe, bool ok)
{
	struct cell_vote v = {.probe = probe, .tried = 15, .ok = ok ? 15 : 0};
	cell_add(&cells[class], &v);
	l->cells[class] = &cells[class];
}

void leaves_heard(struct leaves *w, struct step_leaf *l, uint64_t probe,
		  enum nation_weather weather)
{
	struct cell *cells = w->cells[l - w->leaves];
	vote(l, cells, CLASS_DOMESTIC, probe, weather < NATION_CUT);
	vote(l, cells, CLASS_OPEN, probe, weather < NATION_DOMESTIC);
	vote(l, cells, CLASS_FILTERED, probe, false);
	vote(l, cells, CLASS_CANARY, probe, weather == NATION_NORMAL);
	vote(l, cells, CLASS_LINK, probe, weather != NATION_NO_LINK);
}

/* A leaf where n probes meet the same weather. */
struct step_leaf *leaves_add(struct leaves *w, const char *region, uint32_t isp, unsigned int n,
			     enum nation_weather weather, uint32_t expected)
{
	struct step_leaf *l = &w->leaves[w->n++];
	const struct isp *p = country_isp(w->country, isp);
	*l = (struct step_leaf){.series = {.isp = isp, .access = p ? p->access : ACCESS_UNKNOWN},
				.expected = expected,
				.fresh = true};
	strcpy(l->series.region, region);
	for (unsigned int i = 0; i < n; i++)
		leaves_heard(w, l, ++w->probes, weather);
	return l;
}

void leaves_run(struct leaves *w)
{
	w->n_out = 0;
	assert_int_equal(step_run(&w->step, w->leaves, w->n), 0);
}

const struct verdict *leaves_of(const struct leaves *w, const char *region, uint32_t isp,
				int access)
{
	struct series s = {.isp = isp, .access = (enum access_type)access};
	strcpy(s.region, region);
	for (size_t i = 0; i < w->n_out; i++)
		if (series_equal(&w->series[i], &s))
			return &w->out[i];
	return NULL;
}

void leaves_expect(const struct leaves *w, const char *region, uint32_t isp, int access,
		   enum state state)
{
	const struct verdict *v = leaves_of(w, region, isp, access);
	assert_non_null(v);
	assert_string_equal(state_str(v->state), state_str(state));
}

void leaves_silent(struct leaves *w, const char *region, uint32_t isp, int access)
{
	struct series *s = &w->silent[w->n_silent++];
	*s = (struct series){.isp = isp, .access = (enum access_type)access};
	strcpy(s->region, region);
}
