/* flock.c: Poisson reports, one vote a bucket. */
#include "tests/collector/flock.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"

#define LEARN	  600 /* buckets */
#define SWITCH_MS (30 * 60 * 1000LL)

double flock_random(struct flock *f)
{
	f->seed ^= f->seed << 13; /* xorshift64: Marsaglia 2003 */
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return (double)(f->seed >> 11) / 9007199254740992.0;
}

static double gap(struct flock *f, const struct flock_probe *p)
{
	return -p->interval_ms * log(1 - flock_random(f));
}

void flock_init(struct flock *f, size_t n, double interval_s, uint64_t seed)
{
	*f = (struct flock){.seed = seed * 0x9e3779b97f4a7c15ULL + 1,
			    .n = n,
			    .fail = 0.02,
			    .now_ms = FLOCK_T0,
			    .cut_from_ms = INT64_MAX,
			    .cut_until_ms = INT64_MAX,
			    .flags = PULSE_ALIVE | PULSE_QUORUM};
	for (size_t i = 0; i < n; i++) {
		f->probes[i].interval_ms = interval_s * 1000;
		f->probes[i].next_ms = FLOCK_T0 + gap(f, &f->probes[i]);
	}
	roster_init(&f->roster, FLOCK_BUCKET);
}

void flock_clear(struct flock *f)
{
	roster_clear(&f->roster);
}

/* 1 it has access, 0 it says that it has not, -1 nothing comes. */
static int report(struct flock *f, const struct flock_probe *p, double at_ms)
{
	bool cut = at_ms >= (double)f->cut_from_ms && at_ms < (double)f->cut_until_ms;
	bool stays = p->kind == FLOCK_HONEST || p->kind == FLOCK_BROKEN;
	if (p->kind == FLOCK_GONE || (cut && f->is_silent && stays))
		return -1;
	if (p->kind == FLOCK_HONEST)
		return !cut && flock_random(f) >= f->fail;
	if (p->kind == FLOCK_SWITCHES)
		return (int64_t)at_ms / SWITCH_MS % 2;
	return p->kind == FLOCK_SAYS_FINE;
}

void flock_next(struct flock *f, struct pulse *p, int64_t *start_ms)
{
	struct tally_probe said[FLOCK_MOST];
	struct tally votes = {.probes = said};
	int64_t day = f->now_ms / CLOCK_DAY_MS;
	*start_ms = f->now_ms;
	f->now_ms += FLOCK_BUCKET;
	for (size_t i = 0; i < f->n; i++) {
		struct flock_probe *probe = &f->probes[i];
		int best = -1;
		for (; probe->next_ms < (double)f->now_ms; probe->next_ms += gap(f, probe)) {
			int now = report(f, probe, probe->next_ms);
			best = now > best ? now : best;
		}
		if (best < 0)
			continue;
		said[votes.n++] = (struct tally_probe){
			.id = (uint64_t)day * FLOCK_MOST + i, /* a new name every day */
			.sign = TALLY_COULD | (best ? 0 : TALLY_DID)};
	}
	*p = (struct pulse){.expected_c = f->expected_c,
			    .words_c = f->words_c,
			    .spread = (1u << SIGNS) - 1,
			    .flags = f->flags};
	roster_take(&f->roster, *start_ms, &votes, f->times, p);
}

void flock_learn(struct flock *f)
{
	uint64_t reports_c = 0, words = 0, times = 0;
	for (int i = 0; i < 2 * LEARN; i++) {
		struct pulse p;
		int64_t start;
		flock_next(f, &p, &start);
		if (i < LEARN) {
			times += i >= ROSTER_BUCKETS ? roster_times(&f->roster) : 0;
			f->times =
				i == LEARN - 1 ? (uint32_t)(times / (LEARN - ROSTER_BUCKETS)) : 0;
			continue;
		}
		reports_c += p.reports_c;
		words += p.sign[SIGN_LOSS].n;
	}
	f->expected_c = (uint32_t)(reports_c / LEARN);
	f->words_c = (uint32_t)(words * 100 / LEARN);
}

void flock_cut(struct flock *f, double in_s, double for_s)
{
	f->cut_from_ms = f->now_ms + (int64_t)(in_s * 1000 + flock_random(f) * FLOCK_BUCKET);
	f->cut_until_ms = f->cut_from_ms + (int64_t)(for_s * 1000);
}
