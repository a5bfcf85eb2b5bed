/* budget.c: counts bytes of a UTC day against what the hours so far have set free. */
#include "probe/budget.h"

#include "common/clock.h"
#include "probe/targets.h"

/* Set free at once when the day begins, so that the first round is a whole one: a twelfth, two
 * hours' worth. The rest comes evenly. */
#define HEAD_START 12

/* A burst may go ahead of the hours by this part of a day, two hours and a half: that pays for some
 * ten bursts of 50 kB with the default limit. It is also the most by which a day may exceed it. */
#define AHEAD 10

/* Downloads may have this part of what is free: with the default limit some eleven a day. */
#define SPEED_SHARE 6

/* An hourly cycle of a long list makes a batch of 16 KiB (measured: 57 targets, 420 results); four
 * of them let a backlog shrink even beyond the budget. */
#define ALLOWANCE_MIN (64 * 1024)

/* A first guess: two handshakes with a certificate chain and a small page. */
#define TARGET_BYTES 16000

/* The handshake, and the download with its headers. */
#define SPEED_BYTES (7000 + CHECK_READ_MAX * 21 / 20)

void budget_init(struct budget *b, uint64_t limit_bytes)
{
	*b = (struct budget){.limit_bytes = limit_bytes};
}

/* Another day, later or (when the clock was set) earlier, begins with nothing used. */
static void turn_day(struct budget *b, int64_t now_ms)
{
	if (b->day == clock_epoch_day(now_ms))
		return;
	b->day = clock_epoch_day(now_ms);
	b->used_bytes = b->speed_bytes = 0;
}

void budget_spend(struct budget *b, int64_t now_ms, uint64_t bytes)
{
	turn_day(b, now_ms);
	b->used_bytes += bytes;
}

uint64_t budget_result(struct budget *b, int64_t now_ms, const struct result *r)
{
	uint64_t cost = budget_cost(r);
	budget_spend(b, now_ms, cost);
	if (r->kind == KIND_SPEED)
		b->speed_bytes += cost;
	return cost;
}

/* IPv4 and TCP headers included; handshakes with a certificate chain of usual length. */
uint64_t budget_cost(const struct result *r)
{
	uint64_t body = r->v[RESULT_BYTES] > 0 ? (uint64_t)r->v[RESULT_BYTES] : 0;
	switch (r->kind) {
	case KIND_DNS: return 170;
	case KIND_TCP: return 330;
	case KIND_TLS: return 5500;
	case KIND_HTTP: return 900 + body;
	case KIND_QUIC: return 1500;
	case KIND_SPEED: return 900 + body * 21 / 20;
	case KIND_GUARD: return 180;
	case KIND_LINK: return 200;
	case KINDS: break;
	}
	return 0;
}

uint64_t budget_guess(const struct target *t)
{
	switch (t->scheme) {
	case TARGET_HTTPS: return TARGET_BYTES;
	case TARGET_HTTP: return TARGET_BYTES / 2;
	case TARGET_TCP: return 1000;
	case TARGET_DNS: return 340;
	case TARGET_QUIC: return 4000;
	case TARGET_SPEED: return SPEED_BYTES;
	}
	return TARGET_BYTES;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

struct purse budget_purse(const struct budget *b, int64_t now_ms)
{
	if (!b->limit_bytes)
		return (struct purse){false, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	struct budget today = *b;
	turn_day(&today, now_ms);
	double share = (double)(now_ms - today.day * CLOCK_DAY_MS) / CLOCK_DAY_MS;
	uint64_t head = b->limit_bytes / HEAD_START;
	uint64_t freed = head + (uint64_t)((double)(b->limit_bytes - head) * share);
	return (struct purse){
		.is_limited = true,
		.free = minus(freed, today.used_bytes),
		.ahead = minus(freed + b->limit_bytes / AHEAD, today.used_bytes),
		.speed = minus(freed / SPEED_SHARE, today.speed_bytes),
	};
}

uint64_t budget_upload_allowance(const struct budget *b, int64_t now_ms)
{
	struct purse purse = budget_purse(b, now_ms);
	return purse.free > ALLOWANCE_MIN ? purse.free : ALLOWANCE_MIN;
}
