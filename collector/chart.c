/* chart.c: runs of equal state. */
#include "collector/chart.h"

#include <stdlib.h>

#include "common/buf.h"

void chart_init(struct chart *c, int64_t from_ms, int64_t until_ms)
{
	*c = (struct chart){.from_ms = from_ms, .until_ms = until_ms};
}

void chart_clear(struct chart *c)
{
	free(c->runs);
	c->runs = NULL;
	c->n = c->room = 0;
}

void chart_add(struct chart *c, int64_t start_ms, int64_t end_ms, enum state state)
{
	struct chart_run *last = c->n ? &c->runs[c->n - 1] : NULL;
	if (start_ms < c->from_ms)
		start_ms = c->from_ms;
	if (end_ms > c->until_ms)
		end_ms = c->until_ms;
	if (start_ms >= end_ms)
		return;
	if (last && last->state == state && last->end_ms == start_ms) {
		last->end_ms = end_ms;
		return;
	}
	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 8;
		c->runs = xrealloc(c->runs, c->room * sizeof(*c->runs));
	}
	c->runs[c->n++] = (struct chart_run){state, start_ms, end_ms};
}

size_t chart_changes(const struct chart *c)
{
	enum state before = STATE_INSUFFICIENT;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		enum state s = c->runs[i].state;
		if (s == STATE_INSUFFICIENT)
			continue;
		n += before != STATE_INSUFFICIENT && s != before;
		before = s;
	}
	return n;
}

bool chart_walk(struct chart_walk *w, struct chart_run *out)
{
	const struct chart *c = w->chart;
	int64_t at = c->from_ms + w->passed_ms;
	if (at >= c->until_ms)
		return false;
	*out = (struct chart_run){STATE_INSUFFICIENT, at, c->until_ms};
	if (w->next < c->n && c->runs[w->next].start_ms == at &&
	    c->runs[w->next].state != STATE_INSUFFICIENT) {
		*out = c->runs[w->next++];
	} else {
		while (w->next < c->n && c->runs[w->next].state == STATE_INSUFFICIENT)
			w->next++;
		if (w->next < c->n)
			out->end_ms = c->runs[w->next].start_ms;
	}
	w->passed_ms = out->end_ms - c->from_ms;
	return true;
}

unsigned int chart_states(const struct chart *c)
{
	struct chart_walk w = {.chart = c};
	struct chart_run r;
	unsigned int states = 0;
	while (chart_walk(&w, &r))
		states |= 1U << r.state;
	return states;
}
