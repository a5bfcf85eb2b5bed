/* duelist.c: a sorted array: usually two steps are due, and thousands come in order when a spool arrives. */
#include "collector/duelist.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

void duelist_clear(struct duelist *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->steps[i].leaves);
	free(d->steps);
	*d = (struct duelist){0};
}

size_t duelist_find(const struct duelist *d, int64_t start_ms)
{
	size_t lo = 0, hi = d->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (d->steps[mid].start_ms < start_ms)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct due_step *duelist_at(struct duelist *d, int64_t start_ms)
{
	size_t i = duelist_find(d, start_ms);
	return i < d->n && d->steps[i].start_ms == start_ms ? &d->steps[i] : NULL;
}

static struct due_step *insert(struct duelist *d, int64_t start_ms)
{
	size_t i = duelist_find(d, start_ms);
	if (d->n == d->room) {
		d->room = d->room ? 2 * d->room : 8;
		d->steps = xrealloc(d->steps, d->room * sizeof(*d->steps));
	}
	memmove(&d->steps[i + 1], &d->steps[i], (d->n - i) * sizeof(*d->steps));
	d->steps[i] = (struct due_step){.start_ms = start_ms};
	d->n++;
	return &d->steps[i];
}

void duelist_add(struct duelist *d, int64_t start_ms, struct due_leaf leaf)
{
	struct due_step *s = duelist_at(d, start_ms);
	if (!s)
		s = insert(d, start_ms);
	s->fresh = true;
	for (size_t i = s->n; i > 0; i--) {
		struct due_leaf *there = &s->leaves[i - 1];
		if (there->number != leaf.number)
			continue;
		s->unsaved |= leaf.stale && !there->stale;
		there->stale |= leaf.stale;
		return;
	}
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 4;
		s->leaves = xrealloc(s->leaves, s->room * sizeof(*s->leaves));
	}
	s->leaves[s->n++] = leaf;
	s->unsaved = true;
}

bool duelist_is_stale(const struct due_step *s)
{
	bool stale = false;
	for (size_t i = 0; i < s->n; i++)
		stale |= s->leaves[i].stale;
	return stale;
}

void duelist_remove(struct duelist *d, int64_t start_ms)
{
	struct due_step *s = duelist_at(d, start_ms);
	if (!s)
		return;
	free(s->leaves);
	d->n--;
	memmove(s, s + 1, (size_t)(d->steps + d->n - s) * sizeof(*s));
}
