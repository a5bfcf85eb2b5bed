/* schedule.c: the arithmetic of when. A uniform 64-bit number is the only source of chance, so a
 * test can walk through all of it. */
#include "probe/schedule.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

#define BACKOFF_FIRST_MS (5 * 1000LL)
#define BACKOFF_MAX_MS	 (15 * 60 * 1000LL)

/* (0, 1]: never zero, because its logarithm is taken; 53 bits are what a double can hold. */
static double unit(uint64_t u)
{
	return ((double)(u >> 11) + 1) / 9007199254740992.0;
}

int64_t schedule_gap_ms(int64_t interval_ms, uint64_t u)
{
	double half = (double)interval_ms / 2;
	double gap = half - half * log(unit(u));
	double most = 2 * (double)interval_ms;
	int64_t ms = (int64_t)(gap < most ? gap : most);
	return ms > 0 ? ms : 1;
}

void schedule_shuffle(size_t *order, size_t n, uint64_t (*next_random)(void *arg), void *arg)
{
	for (size_t i = 0; i < n; i++) {
		/* The inside-out form: i is swapped with one of 0..i. The remainder of a 64-bit
		 * number by at most a few thousand is uneven by less than 2^-50. */
		size_t j = next_random(arg) % (i + 1);
		order[i] = order[j];
		order[j] = i;
	}
}

void schedule_take_turns(size_t *order, size_t n, const unsigned char *group)
{
	size_t *sorted = xcalloc(n, sizeof(*sorted)), done = 0;
	for (size_t turn = 0; done < n; turn++) {
		size_t seen[UINT8_MAX + 1] = {0};
		for (size_t i = 0; i < n; i++)
			if (seen[group[order[i]]]++ == turn)
				sorted[done++] = order[i];
	}
	memcpy(order, sorted, n * sizeof(*order));
	free(sorted);
}

int64_t schedule_backoff_ms(unsigned int k, uint64_t u)
{
	int64_t wait = BACKOFF_MAX_MS;
	if (k < 8 && BACKOFF_FIRST_MS << k < BACKOFF_MAX_MS)
		wait = BACKOFF_FIRST_MS << k;
	return (int64_t)((double)wait * (0.75 + 0.5 * unit(u)));
}
