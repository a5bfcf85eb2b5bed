/* budget.c: counts bytes of a UTC day against a limit. */
#include "probe/budget.h"

#include "common/clock.h"

#define HOUR_MS (3600LL * 1000)

/* An hourly cycle of a long list makes a batch of 16 KiB (measured: 57 targets, 420 results); four
 * of them let a backlog shrink even beyond the budget. */
#define ALLOWANCE_MIN (64 * 1024)

void budget_init(struct budget *b, uint64_t limit_bytes)
{
	*b = (struct budget){.limit_bytes = limit_bytes, .last_cycle_ms = -HOUR_MS};
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
	case KIND_LINK:
	case KINDS: break;
	}
	return 0;
}

static bool is_over(const struct budget *b, int64_t now_ms)
{
	return b->limit_bytes && used_today(b, now_ms) >= b->limit_bytes;
}

bool budget_may_measure(const struct budget *b, int64_t now_ms)
{
	/* A clock that was set back must not stop the measuring. */
	int64_t since = now_ms - b->last_cycle_ms;
	return !is_over(b, now_ms) || since >= HOUR_MS || since < 0;
}

void budget_begin_cycle(struct budget *b, int64_t now_ms)
{
	b->last_cycle_ms = now_ms;
}

uint64_t budget_upload_allowance(const struct budget *b, int64_t now_ms)
{
	uint64_t used = used_today(b, now_ms);
	if (!b->limit_bytes)
		return UINT64_MAX;
	if (used + ALLOWANCE_MIN >= b->limit_bytes)
		return ALLOWANCE_MIN;
	return b->limit_bytes - used;
}
