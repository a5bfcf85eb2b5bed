/* budget.c: counts bytes of a UTC day against what the hours so far have set free. */
#include "probe/budget.h"

#include "common/clock.h"

#define HOUR_MS (3600LL * 1000)

/* Set free at once when the day begins, so that the first cycle is a whole one: a twelfth, two
 * hours' worth. The rest comes evenly. */
#define HEAD_START 12

/* An hourly cycle of a long list makes a batch of 16 KiB (measured: 57 targets, 420 results); four
 * of them let a backlog shrink even beyond the budget. */
#define ALLOWANCE_MIN (64 * 1024)

/* A first guess: two handshakes with a certificate chain and a small page. */
#define TARGET_BYTES 16000

void budget_init(struct budget *b, uint64_t limit_bytes)
{
	*b = (struct budget){.limit_bytes = limit_bytes,
			     .last_cycle_ms = -HOUR_MS,
			     .target_bytes = TARGET_BYTES};
}

static uint64_t used_today(const struct budget *b, int64_t now_ms)
{
	return b->day == clock_epoch_day(now_ms) ? b->used_bytes : 0;
}

void budget_spend(struct budget *b, int64_t now_ms, uint64_t bytes)
{
	b->used_bytes = used_today(b, now_ms) + bytes;
	b->day = clock_epoch_day(now_ms);
}

/* IPv4 and TCP headers included; handshakes with a certificate chain of usual length. */
uint64_t budget_cost(const struct result *r)
{
	switch (r->kind) {
	case KIND_DNS: return 170;
	case KIND_TCP: return 330;
	case KIND_TLS: return 5500;
	case KIND_HTTP: return 900 + (r->v[RESULT_BYTES] > 0 ? (uint64_t)r->v[RESULT_BYTES] : 0);
	case KIND_QUIC: return 1500;
	case KIND_SPEED:
		return 900 + (r->v[RESULT_BYTES] > 0 ? (uint64_t)r->v[RESULT_BYTES] * 21 / 20 : 0);
	case KIND_GUARD: return 180;
	case KIND_LINK: return 200;
	case KINDS: break;
	}
	return 0;
}

/* What is free to be spent now. */
static uint64_t free_bytes(const struct budget *b, int64_t now_ms)
{
	int64_t into_day = now_ms - clock_epoch_day(now_ms) * CLOCK_DAY_MS;
	uint64_t head = b->limit_bytes / HEAD_START;
	double share = (double)into_day / CLOCK_DAY_MS;
	uint64_t freed = head + (uint64_t)((double)(b->limit_bytes - head) * share);
	uint64_t used = used_today(b, now_ms);
	return used < freed ? freed - used : 0;
}

size_t budget_targets(const struct budget *b, int64_t now_ms, size_t least, size_t all)
{
	/* A clock that was set back must not stop the measuring. */
	int64_t since = now_ms - b->last_cycle_ms;
	if (!b->limit_bytes || least >= all)
		return all;
	uint64_t n = free_bytes(b, now_ms) / b->target_bytes;
	if (n >= least)
		return n < all ? (size_t)n : all;
	return since >= HOUR_MS || since < 0 ? least : 0;
}

void budget_begin_cycle(struct budget *b, int64_t now_ms)
{
	b->last_cycle_ms = now_ms;
}

/* A moving mean: a cut makes targets cheap, a return makes them dear again, within some cycles. */
void budget_end_cycle(struct budget *b, size_t n, uint64_t bytes)
{
	if (n)
		b->target_bytes = (3 * b->target_bytes + bytes / n) / 4;
	if (!b->target_bytes)
		b->target_bytes = 1;
}

uint64_t budget_upload_allowance(const struct budget *b, int64_t now_ms)
{
	if (!b->limit_bytes)
		return UINT64_MAX;
	uint64_t left = free_bytes(b, now_ms);
	return left > ALLOWANCE_MIN ? left : ALLOWANCE_MIN;
}
