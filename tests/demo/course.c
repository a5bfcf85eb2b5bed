/* course.c: a table of what was published, coarse in time and place, and some noise.
 *
 * Times are UTC (Tehran is 03:30 ahead). Of the rows that match a line, the last one whose share it
 * falls under decides. Sources of the course: Filterwatch (9 January 2026 and later), Cloudflare,
 * Kentik and NetBlocks as quoted in the press, net4people/bbs #561 and #586, an in-country report
 * of 26 January 2026. Where they differ, and for everything between what they say, the table is
 * invented: it shows what the collector makes of such a course and is no record of it.
 */
#include "tests/demo/course.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"

#define HOUR_MS	  (3600 * 1000LL)
#define TEHRAN_MS (12600 * 1000LL)
#define ANY	  ACCESS_ANY
#define MOBILE	  ACCESS_MOBILE
#define FIXED	  ACCESS_FIXED
#define DC	  ACCESS_DATACENTRE

#define MCI	 197207
#define IRANCELL 44244
#define RIGHTEL	 57218
#define TCI	 58224
#define ASIATECH 43754
#define SHARIF	 12660

#define CITIES "IR-23 IR-30 IR-10 IR-07 IR-09 IR-03"

struct phase {
	const char *from, *until;
	const char *regions; /* "" all */
	uint32_t isp;	     /* 0 all */
	enum access_type access;
	enum weather weather;
	double share;		   /* of the lines */
	int hour_from, hour_until; /* UTC, each day; 0, 24: always */
};

static const struct phase phases[] = {
	/* disturbances that recover by the morning */
	{"2026-01-01", "2026-01-05", CITIES, 0, ANY, DOMESTIC, 0.15, 15, 21},
	{"2026-01-03", "2026-01-08", "", 0, MOBILE, LIST, 0.06, 0, 24},
	/* local cuts: Mashhad fixed while mobile works; Irancell's fixed radio and Asiatech in parts of cities */
	{"2026-01-06T13:00:00Z", "2026-01-06T19:30:00Z", "IR-09", 0, FIXED, DOMESTIC, 0.96, 0, 24},
	{"2026-01-07T12:00:00Z", "2026-01-07T22:00:00Z", "IR-23 IR-07 IR-03", IRANCELL, ANY,
	 DOMESTIC, 0.65, 0, 24},
	{"2026-01-07T14:00:00Z", "2026-01-07T20:00:00Z", "IR-23 IR-30", ASIATECH, ANY, DOMESTIC,
	 0.9, 0, 24},
	/* provinces dark before the others */
	{"2026-01-07T16:30:00Z", "2026-01-08T18:45:00Z", "IR-16 IR-14", 0, ANY, CUT, 0.97, 0, 24},
	{"2026-01-07T18:00:00Z", "2026-01-08T18:45:00Z", "IR-05 IR-12", 0, ANY, DOMESTIC, 0.9, 0,
	 24},
	{"2026-01-07T19:00:00Z", "2026-01-08T18:45:00Z", "IR-04", 0, MOBILE, DOMESTIC, 0.8, 0, 24},
	{"2026-01-08T08:00:00Z", "2026-01-08T16:30:00Z", CITIES, 0, MOBILE, DOMESTIC, 0.32, 0, 24},
	{"2026-01-08T13:00:00Z", "2026-01-08T18:45:00Z", "IR-05", TCI, ANY, CUT, 1, 0, 24},
	{"2026-01-08T14:30:00Z", "2026-01-08T16:30:00Z", "IR-23", 0, FIXED, CUT, 0.55, 0, 24},
	/* the national cut: -90% from 16:30 to 17:00, nothing at 18:45 */
	{"2026-01-08T16:30:00Z", "2026-01-08T17:00:00Z", "", 0, ANY, DOMESTIC, 0.8, 0, 24},
	{"2026-01-08T17:00:00Z", "2026-01-08T18:45:00Z", "", 0, ANY, DOMESTIC, 0.95, 0, 24},
	/* a week in which the domestic network was down too: base stations off, no leases */
	{"2026-01-08T18:45:00Z", "2026-01-17T06:00:00Z", "", 0, ANY, CUT, 1, 0, 24},
	{"2026-01-09T00:00:00Z", "2026-01-15T06:00:00Z", "", MCI, ANY, NO_LINK, 1, 0, 24},
	{"2026-01-09T00:00:00Z", "2026-01-16T06:00:00Z", "", RIGHTEL, ANY, NO_LINK, 1, 0, 24},
	{"2026-01-09T06:00:00Z", "2026-01-17T06:00:00Z", "", TCI, ANY, NO_LINK, 0.7, 0, 24},
	{"2026-01-09T06:00:00Z", "2026-01-17T06:00:00Z", "", ASIATECH, ANY, NO_LINK, 0.8, 0, 24},
	{"2026-01-08T18:45:00Z", "2026-01-17T06:00:00Z", "", 0, DC, PARTIAL, 0.8, 0, 24},
	{"2026-01-11T00:00:00Z", "2026-01-17T06:00:00Z", "IR-23 IR-10 IR-09 IR-30", 0, MOBILE,
	 PARTIAL, 0.55, 5, 12},
	/* the domestic network returns: mobile first, Tehran before the others */
	{"2026-01-16T06:00:00Z", "2026-01-27T06:00:00Z", "IR-23", 0, MOBILE, DOMESTIC, 0.95, 0, 24},
	{"2026-01-17T06:00:00Z", "2026-01-27T06:00:00Z", "", 0, MOBILE, DOMESTIC, 0.95, 0, 24},
	{"2026-01-17T06:00:00Z", "2026-01-19T08:00:00Z", "", 0, FIXED, PARTIAL, 0.9, 0, 24},
	{"2026-01-19T08:00:00Z", "2026-01-28T06:00:00Z", "", 0, FIXED, DOMESTIC, 0.95, 0, 24},
	{"2026-01-17T06:00:00Z", "2026-01-27T06:00:00Z", "", 0, DC, DOMESTIC, 1, 0, 24},
	/* allow-lists by day, nothing on the 24th; spikes on the 21st and 25th that look like a return */
	{"2026-01-21T08:00:00Z", "2026-01-24T00:00:00Z", "", 0, MOBILE, LIST, 0.9, 4, 18},
	{"2026-01-21T09:00:00Z", "2026-01-21T15:00:00Z", CITIES, 0, MOBILE, NORMAL, 0.3, 0, 24},
	{"2026-01-22T06:00:00Z", "2026-01-27T06:00:00Z", "", SHARIF, ANY, LIST, 1, 0, 24},
	{"2026-01-24T00:00:00Z", "2026-01-25T00:00:00Z", "", 0, ANY, DOMESTIC, 0.97, 0, 24},
	{"2026-01-25T00:00:00Z", "2026-01-27T06:00:00Z", "", 0, MOBILE, LIST, 0.85, 4, 18},
	{"2026-01-25T08:00:00Z", "2026-01-25T14:00:00Z", CITIES, 0, MOBILE, NORMAL, 0.18, 0, 24},
};

/* The recovery after 27 January, line by line and leaf by leaf: jagged. */
#define RECOVERY      "2026-01-27T06:00:00Z"
#define MOBILE_DAYS   2.5 /* leaves return within so many days */
#define FIXED_DAYS    4.5
#define BLOCK_MS      (5 * HOUR_MS) /* relapses last so long */
#define RELAPSE	      0.12
#define ALLOWED_LINES 0.9

/* Power: a leaf of fixed lines in a hundred goes dark for some time on an evening. */
#define POWER_CUTS 0.008

struct course {
	size_t n;
	struct {
		int64_t from_ms, until_ms;
	} times[sizeof(phases) / sizeof(phases[0])];
	int64_t recovery_ms;
};

static int64_t parse(const char *text)
{
	int64_t ms;
	if (clock_parse(text, 0, &ms) < 0)
		abort();
	return ms;
}

struct course *course_new(void)
{
	struct course *c = xcalloc(1, sizeof(*c));
	c->n = sizeof(phases) / sizeof(phases[0]);
	for (size_t i = 0; i < c->n; i++) {
		c->times[i].from_ms = parse(phases[i].from);
		c->times[i].until_ms = parse(phases[i].until);
	}
	c->recovery_ms = parse(RECOVERY);
	return c;
}

void course_free(struct course *c)
{
	free(c);
}

bool course_is_over(const struct course *c, int64_t t_ms)
{
	return t_ms >= c->recovery_ms;
}

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

double course_chance(uint64_t a, uint64_t b, uint64_t c)
{
	return (double)(mix(mix(mix(a) + b) + c) >> 11) / (double)(1ULL << 53);
}

double course_awake(int64_t t_ms)
{
	/* by the hour in Tehran: few at four in the morning, most in the evening */
	static const double by_hour[24] = {.62, .52, .45, .41, .40, .42, .50, .60,
					   .68, .72, .74, .76, .77, .76, .75, .76,
					   .78, .82, .86, .89, .91, .90, .84, .74};
	return by_hour[(t_ms + TEHRAN_MS) / HOUR_MS % 24];
}

static uint64_t leaf_number(const struct series *leaf)
{
	return (uint64_t)leaf->isp << 16 | (uint64_t)(leaf->region[3] - '0') << 8 |
	       (uint8_t)leaf->region[4];
}

static bool matches(const struct course *c, size_t i, const struct series *leaf, int64_t t_ms)
{
	const struct phase *p = &phases[i];
	int hour = (int)(t_ms / HOUR_MS % 24);
	return t_ms >= c->times[i].from_ms && t_ms < c->times[i].until_ms && hour >= p->hour_from &&
	       hour < p->hour_until && (!p->isp || p->isp == leaf->isp) &&
	       (p->access == ANY || p->access == leaf->access) &&
	       (!*p->regions || strstr(p->regions, leaf->region));
}

static enum weather recovering(const struct course *c, const struct series *leaf, uint64_t line,
			       int64_t t_ms)
{
	uint64_t number = leaf_number(leaf);
	double days = leaf->access == FIXED ? FIXED_DAYS : MOBILE_DAYS;
	double wait = days * course_chance(number, 1, 27) * (double)CLOCK_DAY_MS;
	if ((double)(t_ms - c->recovery_ms) < wait)
		return leaf->access == MOBILE && course_chance(number, 2, 27) < 0.5 ? LIST
										    : DOMESTIC;
	if (course_chance(number, (uint64_t)(t_ms / BLOCK_MS), 28) < RELAPSE)
		return LIST;
	return course_chance(line, 29, 1) < ALLOWED_LINES ? NORMAL : LIST;
}

/* Evenings, by leaf: one or two hours without power at fixed lines. */
static bool power_is_off(const struct series *leaf, int64_t t_ms)
{
	uint64_t number = leaf_number(leaf), day = (uint64_t)(t_ms / CLOCK_DAY_MS);
	int64_t from = (int64_t)(course_chance(number, day, 12) * 8 + 12) * HOUR_MS,
		length = (int64_t)(course_chance(number, day, 13) * 5 + 4) * HOUR_MS / 4;
	int64_t into = t_ms % CLOCK_DAY_MS;
	return leaf->access == FIXED && course_chance(number, day, 11) < POWER_CUTS &&
	       into >= from && into < from + length;
}

enum weather course_at(const struct course *c, const struct series *leaf, uint64_t line,
		       int64_t t_ms)
{
	enum weather w = NORMAL;
	if (power_is_off(leaf, t_ms))
		return OFF;
	for (size_t i = 0; i < c->n; i++)
		if (matches(c, i, leaf, t_ms) && course_chance(line, i, 5) < phases[i].share)
			w = phases[i].weather;
	if (t_ms >= c->recovery_ms && w == NORMAL)
		return recovering(c, leaf, line, t_ms);
	return w;
}
