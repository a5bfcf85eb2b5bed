/* saga.c: what happens when, and a little chance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "tests/collector/saga.h"

#define CUT_HOUR    256 /* 8 January, 16:00 UTC */
#define ALLOW_HOUR  (CUT_HOUR + 240)
#define RETURN_HOUR (CUT_HOUR + 410)
#define NETWORKS    9

static unsigned int chance(unsigned int *seed, unsigned int of)
{
	*seed = *seed * 1103515245 + 12345;
	return (*seed >> 16) % of;
}

static enum state state_at(size_t i, int hour, unsigned int *seed)
{
	int late = (int)(i * 7 % 5), back = (int)(i * 13 % 40);
	if (chance(seed, 40) == 0 || (i % 9 == 4 && hour % 24 < 5))
		return STATE_INSUFFICIENT;
	if (hour < CUT_HOUR - 48 || hour >= RETURN_HOUR + back)
		return chance(seed, 60) ? STATE_FILTERED : STATE_OPEN;
	if (hour < CUT_HOUR + late)
		return hour < CUT_HOUR - 5 ? STATE_THROTTLED : STATE_RESTRICTED;
	if (hour < ALLOW_HOUR)
		return i % 11 == 3		       ? STATE_CUT
		       : i % 6 == 5		       ? STATE_SILENT
		       : i % 8 == 2 && chance(seed, 2) ? STATE_PARTIAL_DOMESTIC
						       : STATE_DOMESTIC_ONLY;
	return i % 6 == 5 ? STATE_SILENT : chance(seed, 8) ? STATE_WHITELIST : STATE_DOMESTIC_ONLY;
}

static double up_of(enum state s, unsigned int *seed)
{
	double noise = chance(seed, 100) / 1000.0;
	switch (s) {
	case STATE_INSUFFICIENT:
	case STATE_SILENT: return NAN;
	case STATE_OPEN:
	case STATE_FILTERED: return 1 - noise / 2;
	case STATE_RESTRICTED:
	case STATE_THROTTLED: return 0.85 + noise;
	case STATE_WHITELIST: return 0.2 + noise;
	default: return noise / 3;
	}
}

static void fill(struct saga *s, size_t i)
{
	unsigned int seed = (unsigned int)i + 1;
	double lo = NAN, hi = NAN;
	chart_init(&s->charts[i], SAGA_FROM, SAGA_UNTIL);
	chart_share_init(&s->shares[i], SAGA_FROM, SAGA_UNTIL, 2 * SAGA_HOUR);
	for (int hour = 0; hour < SAGA_HOURS; hour++) {
		int64_t t = SAGA_FROM + hour * SAGA_HOUR;
		enum state state = state_at(i, hour, &seed);
		double up = up_of(state, &seed);
		if (!isnan(up))
			verdict_interval(up, 30, &lo, &hi);
		chart_add(&s->charts[i], t, t + SAGA_HOUR, state);
		chart_share_add(&s->shares[i], t, t + SAGA_HOUR, up, lo, hi);
	}
}

static void name(struct saga *s, size_t i, enum lang lang, bool networks)
{
	const struct region *r = &s->country->regions[networks ? 0 : i];
	const struct isp *p = &s->country->isps[i];
	s->rows[i] = (struct chart_row){
		.name = lang == LANG_FA ? r->name_fa : r->name_en,
		.href = xasprintf("%s/region/%s", lang_prefix(lang), r->code),
		.label = xasprintf("changes: %zu", chart_changes(&s->charts[i])),
		.chart = &s->charts[i],
	};
	if (!networks)
		return;
	s->rows[i].name = lang == LANG_FA ? p->name_fa : p->name_en;
	s->rows[i].note = xasprintf("AS%u", p->asn);
	s->rows[i].share = &s->shares[i];
}

void saga_new(struct saga *s, enum lang lang, bool networks)
{
	char err[512];
	*s = (struct saga){.country = country_load("configs/countries", "IR", err, sizeof(err))};
	assert_non_null(s->country);
	s->scale = (struct chart_scale){SAGA_FROM, SAGA_UNTIL, s->country->utc_offset_min,
					words_calendar(lang)};
	s->n = networks ? NETWORKS : s->country->n_regions;
	s->rows = xcalloc(s->n, sizeof(*s->rows));
	s->charts = xcalloc(s->n, sizeof(*s->charts));
	s->shares = xcalloc(s->n, sizeof(*s->shares));
	for (size_t i = 0; i < s->n; i++) {
		fill(s, i);
		name(s, i, lang, networks);
	}
}

void saga_free(struct saga *s)
{
	for (size_t i = 0; i < s->n; i++) {
		chart_clear(&s->charts[i]);
		chart_share_clear(&s->shares[i]);
		free((char *)s->rows[i].href);
		free((char *)s->rows[i].label);
		free((char *)s->rows[i].note);
	}
	free(s->rows);
	free(s->charts);
	free(s->shares);
	country_free(s->country);
}
