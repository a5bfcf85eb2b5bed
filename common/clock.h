/* clock.h: the two clocks, and times as people write them.
 *
 * wall is Unix time in milliseconds and may jump; mono only moves forward (CLOCK_MONOTONIC) and is
 * for durations and timeouts. Pure modules take a time as an argument and never call these. */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_DAY_MS (24LL * 3600 * 1000)

int64_t clock_wall_ms(void);
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* CLOCK_BOOTTIME: as mono, and it goes on while the device sleeps. */
int64_t clock_boot_ms(void);

/* Day number since 1970-01-01 UTC: the epoch of a probe's key. */
int64_t clock_epoch_day(int64_t wall_ms);

/* "2026-01-08T16:30:00Z"; milliseconds are cut. */
#define CLOCK_RFC3339_LEN 32
const char *clock_rfc3339(char out[static CLOCK_RFC3339_LEN], int64_t wall_ms);

/* Reads RFC 3339 ("2026-01-08T16:30:00Z", "2026-01-08T20:00:00+03:30", "2026-01-08"), epoch seconds
 * ("1767889800"), "now", or a time relative to now ("-7d", "-90m", "-30s", "-24h", "-2w").
 * 0 with *out in milliseconds, or -1. */
int clock_parse(const char *text, int64_t now_ms, int64_t *out);
/* Whether such a text means another moment whenever it is read. */
bool clock_is_relative(const char *text);

#endif
