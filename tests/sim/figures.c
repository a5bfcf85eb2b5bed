/* figures.c: plain counting. */
#include "tests/sim/figures.h"

#include <stdlib.h>

#include "common/buf.h"

static bool is_in(const struct finding *f, const struct slice *s)
{
	return f->active >= s->active_min && (!s->active_max || f->active <= s->active_max) &&
	       f->measured >= s->measured_min && f->lasts_ms >= s->lasts_min_ms &&
	       10 * f->liars <= 3 * f->active;
}

struct census figures_count(const struct score *s, const struct slice *slice, int64_t within_ms)
{
	struct census c = {0};
	for (size_t i = 0; i < s->n; i++) {
		const struct finding *f = &s->findings[i];
		if (!is_in(f, slice))
			continue;
		c.n++;
		c.found += f->found;
		c.live += f->live;
		c.told += f->told;
		c.near += f->found && f->observed_ms <= within_ms;
		c.covered += f->found && f->covered;
	}
	return c;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static bool value_of(const struct finding *f, enum figure which, int64_t *out)
{
	switch (which) {
	case FIGURE_ERROR: *out = f->error_ms; return f->found;
	case FIGURE_OBSERVED: *out = f->observed_ms; return f->found;
	case FIGURE_LIVE_ERROR: *out = f->live_error_ms; return f->live;
	default: *out = f->delay_ms; return f->live;
	}
}

int64_t figures_quantile(const struct score *s, const struct slice *slice, enum figure f, double q,
			 size_t *n)
{
	int64_t *all = xcalloc(s->n + 1, sizeof(*all)), out = 0;
	*n = 0;
	for (size_t i = 0; i < s->n; i++)
		if (is_in(&s->findings[i], slice) && value_of(&s->findings[i], f, &all[*n]))
			++*n;
	if (*n) {
		size_t at = (size_t)(q * (double)*n);
		qsort(all, *n, sizeof(*all), by_size);
		out = all[at < *n ? at : *n - 1];
	}
	free(all);
	return out;
}
