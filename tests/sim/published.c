/* published.c: tables of what was published, coarse in time and place, and some noise.
 *
 * Times are UTC (Tehran is 03:30 ahead). Of the rows that match a line, the last one whose share it falls under decides.
 * Sources: Filterwatch (9 January 2026 and later), Cloudflare, Kentik and NetBlocks as quoted in the press,
 * net4people/bbs #561 and #586, an in-country report of 26 January 2026. Where they differ, and for everything between
 * what they say, the tables are invented: they show what the collector makes of such a course.
 */
#include "tests/sim/published.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "tests/sim/chance.h"

#define HOUR_MS (3600 * 1000LL)
#define ANY	ACCESS_ANY
#define MOBILE	ACCESS_MOBILE
#define FIXED	ACCESS_FIXED
#define DC	ACCESS_DATACENTRE

#define MCI	 197207
#define IRANCELL 44244
#define RIGHTEL	 57218
#define TCI	 58224
#define ASIATECH 43754
#define SHARIF	 12660

#define CITIES "IR-23 IR-30 IR-10 IR-07 IR-09 IR-03"

struct told {
	const char *from, *until;
	const char *regions; /* "" all */
	uint32_t isp;	     /* 0 all */
	enum access_type access;
	enum weather weather;
	double share;		   /* of the lines */
	int hour_from, hour_until; /* UTC, each day; both 0: always */
};

static const struct told january[] = {
	/* disturbances that recover by the morning */
	{"2026-01-01", "2026-01-05", CITIES, 0, ANY, DOMESTIC, 0.15, 15, 21},
	{"2026-01-03", "2026-01-08", "", 0, MOBILE, LIST, 0.06, 0, 0},
	/* local cuts: Mashhad fixed while mobile works; Irancell's fixed radio and Asiatech in parts of cities */
	{"2026-01-06T13:00:00Z", "2026-01-06T19:30:00Z", "IR-09", 0, FIXED, DOMESTIC, 0.96, 0, 0},
	{"2026-01-07T12:00:00Z", "2026-01-07T22:00:00Z", "IR-23 IR-07 IR-03", IRANCELL, ANY,
	 DOMESTIC, 0.65, 0, 0},
	{"2026-01-07T14:00:00Z", "2026-01-07T20:00:00Z", "IR-23 IR-30", ASIATECH, ANY, DOMESTIC,
	 0.9, 0, 0},
	/* provinces dark before the others */
	{"2026-01-07T16:30:00Z", "2026-01-08T18:45:00Z", "IR-16 IR-14", 0, ANY, CUT, 0.97, 0, 0},
	{"2026-01-07T18:00:00Z", "2026-01-08T18:45:00Z", "IR-05 IR-12", 0, ANY, DOMESTIC, 0.9, 0,
	 0},
	{"2026-01-07T19:00:00Z", "2026-01-08T18:45:00Z", "IR-04", 0, MOBILE, DOMESTIC, 0.8, 0, 0},
	{"2026-01-08T08:00:00Z", "2026-01-08T16:30:00Z", CITIES, 0, MOBILE, DOMESTIC, 0.32, 0, 0},
	{"2026-01-08T13:00:00Z", "2026-01-08T18:45:00Z", "IR-05", TCI, ANY, CUT, 1, 0, 0},
	{"2026-01-08T14:30:00Z", "2026-01-08T16:30:00Z", "IR-23", 0, FIXED, CUT, 0.55, 0, 0},
	/* the national cut: -90% from 16:30 to 17:00, nothing at 18:45 */
	{"2026-01-08T16:30:00Z", "2026-01-08T17:00:00Z", "", 0, ANY, DOMESTIC, 0.8, 0, 0},
	{"2026-01-08T17:00:00Z", "2026-01-08T18:45:00Z", "", 0, ANY, DOMESTIC, 0.95, 0, 0},
	/* a week in which the domestic network was down too: base stations off, no leases */
	{"2026-01-08T18:45:00Z", "2026-01-17T06:00:00Z", "", 0, ANY, CUT, 1, 0, 0},
	{"2026-01-09T00:00:00Z", "2026-01-15T06:00:00Z", "", MCI, ANY, NO_LINK, 1, 0, 0},
	{"2026-01-09T00:00:00Z", "2026-01-16T06:00:00Z", "", RIGHTEL, ANY, NO_LINK, 1, 0, 0},
	{"2026-01-09T06:00:00Z", "2026-01-17T06:00:00Z", "", TCI, ANY, NO_LINK, 0.7, 0, 0},
	{"2026-01-09T06:00:00Z", "2026-01-17T06:00:00Z", "", ASIATECH, ANY, NO_LINK, 0.8, 0, 0},
	{"2026-01-08T18:45:00Z", "2026-01-17T06:00:00Z", "", 0, DC, PARTIAL, 0.8, 0, 0},
	{"2026-01-11T00:00:00Z", "2026-01-17T06:00:00Z", "IR-23 IR-10 IR-09 IR-30", 0, MOBILE,
	 PARTIAL, 0.55, 5, 12},
	/* the domestic network returns: mobile first, Tehran before the others */
	{"2026-01-16T06:00:00Z", "2026-01-27T06:00:00Z", "IR-23", 0, MOBILE, DOMESTIC, 0.95, 0, 0},
	{"2026-01-17T06:00:00Z", "2026-01-27T06:00:00Z", "", 0, MOBILE, DOMESTIC, 0.95, 0, 0},
	{"2026-01-17T06:00:00Z", "2026-01-19T08:00:00Z", "", 0, FIXED, PARTIAL, 0.9, 0, 0},
	{"2026-01-19T08:00:00Z", "2026-01-28T06:00:00Z", "", 0, FIXED, DOMESTIC, 0.95, 0, 0},
	{"2026-01-17T06:00:00Z", "2026-01-27T06:00:00Z", "", 0, DC, DOMESTIC, 1, 0, 0},
	/* allow-lists by day, nothing on the 24th; spikes on the 21st and 25th that look like a return */
	{"2026-01-21T08:00:00Z", "2026-01-24T00:00:00Z", "", 0, MOBILE, LIST, 0.9, 4, 18},
	{"2026-01-21T09:00:00Z", "2026-01-21T15:00:00Z", CITIES, 0, MOBILE, NORMAL, 0.3, 0, 0},
	{"2026-01-22T06:00:00Z", "2026-01-27T06:00:00Z", "", SHARIF, ANY, LIST, 1, 0, 0},
	{"2026-01-24T00:00:00Z", "2026-01-25T00:00:00Z", "", 0, ANY, DOMESTIC, 0.97, 0, 0},
	{"2026-01-25T00:00:00Z", "2026-01-27T06:00:00Z", "", 0, MOBILE, LIST, 0.85, 4, 18},
	{"2026-01-25T08:00:00Z", "2026-01-25T14:00:00Z", CITIES, 0, MOBILE, NORMAL, 0.18, 0, 0},
};

#define HARDEST "IR-23 IR-07 IR-10 IR-30 IR-09"

static const struct told spring[] = {
	/* two stages on the first day, the domestic network stays up */
	{"2026-02-28T07:00:00Z", "2026-02-28T10:30:00Z", HARDEST, 0, ANY, DOMESTIC, 0.97, 0, 0},
	{"2026-02-28T07:00:00Z", "2026-02-28T10:30:00Z", "", 0, MOBILE, DOMESTIC, 0.6, 0, 0},
	{"2026-02-28T10:30:00Z", PUBLISHED_SPRING_RETURN, "", 0, ANY, DOMESTIC, 0.99, 0, 0},
	/* lists for those who pay; routes of datacentres that open for hours */
	{"2026-03-12T00:00:00Z", PUBLISHED_SPRING_RETURN, "", 0, DC, LIST, 0.3, 0, 0},
	{"2026-04-10T00:00:00Z", "2026-04-13T00:00:00Z", "", 0, DC, LIST, 0.9, 6, 12},
	/* the return, of Tehran first; QUIC and IPv6 stay dead */
	{PUBLISHED_SPRING_RETURN, "2026-05-28T06:00:00Z", "", 0, ANY, DOMESTIC, 0.99, 0, 0},
	{PUBLISHED_SPRING_RETURN, "2026-06-10", "IR-23", 0, ANY, RESTRICTED, 0.97, 0, 0},
	{"2026-05-28T06:00:00Z", "2026-06-10", "", 0, ANY, RESTRICTED, 0.97, 0, 0},
};

/* The recovery after 27 January, leaf by leaf: jagged. */
#define MOBILE_DAYS   2.5 /* leaves return within so many days */
#define FIXED_DAYS    4.5
#define BLOCK_MS      (5 * HOUR_MS) /* relapses last so long */
#define RELAPSE	      0.12
#define ALLOWED_LINES 0.9
#define RECOVERY_DAYS 10

/* Power: a leaf of fixed lines in a hundred goes dark for some time on an evening. */
#define POWER_CUTS 0.008

static int64_t parse(const char *text)
{
	int64_t ms;
	if (clock_parse(text, 0, &ms) < 0)
		abort();
	return ms;
}

static void add_table(struct course *c, const struct told *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct told *t = &list[i];
		struct phase p = {.from_ms = parse(t->from),
				  .until_ms = parse(t->until),
				  .isp = t->isp,
				  .access = (int)t->access,
				  .weather = t->weather,
				  .share = t->share,
				  .hour_from = t->hour_from,
				  .hour_until = t->hour_until};
		snprintf(p.regions, sizeof(p.regions), "%s", t->regions);
		course_add(c, &p);
	}
}

static struct phase phase_of(const struct series *leaf, enum weather w, double share)
{
	struct phase p = {
		.isp = leaf->isp, .access = (int)leaf->access, .weather = w, .share = share};
	snprintf(p.regions, sizeof(p.regions), "%s", leaf->region);
	return p;
}

static uint64_t leaf_number(const struct series *leaf)
{
	return (uint64_t)leaf->isp << 16 | (uint64_t)(leaf->region[3] - '0') << 8 |
	       (uint8_t)leaf->region[4];
}

static void add_recovery(struct course *c, const struct series *leaf)
{
	uint64_t number = leaf_number(leaf);
	int64_t from = parse(PUBLISHED_JANUARY_RETURN), until = from + RECOVERY_DAYS * CLOCK_DAY_MS;
	double days = leaf->access == FIXED ? FIXED_DAYS : MOBILE_DAYS;
	int64_t back = from + (int64_t)(days * chance_of(number, 1, 27) * (double)CLOCK_DAY_MS);
	bool list = leaf->access == MOBILE && chance_of(number, 2, 27) < 0.5;
	struct phase p = phase_of(leaf, list ? LIST : DOMESTIC, 1);
	p.from_ms = from;
	p.until_ms = back;
	course_add(c, &p);
	p = phase_of(leaf, LIST, 1 - ALLOWED_LINES);
	p.from_ms = back;
	p.until_ms = until;
	course_add(c, &p);
	p.share = 1;
	for (int64_t t = back / BLOCK_MS * BLOCK_MS + BLOCK_MS; t < until; t += BLOCK_MS) {
		p.from_ms = t;
		p.until_ms = t + BLOCK_MS;
		if (chance_of(number, (uint64_t)(t / BLOCK_MS), 28) < RELAPSE)
			course_add(c, &p);
	}
}

/* Evenings: one or two hours without power at fixed lines. */
static void add_power_cuts(struct course *c, const struct series *leaf, int64_t from_ms,
			   int64_t until_ms)
{
	uint64_t number = leaf_number(leaf);
	struct phase p = phase_of(leaf, OFF, 1);
	for (int64_t t = from_ms; t < until_ms && leaf->access == FIXED; t += CLOCK_DAY_MS) {
		uint64_t day = (uint64_t)(t / CLOCK_DAY_MS);
		p.from_ms = t + (int64_t)(chance_of(number, day, 12) * 8 + 12) * HOUR_MS;
		p.until_ms =
			p.from_ms + (int64_t)(chance_of(number, day, 13) * 5 + 4) * HOUR_MS / 4;
		if (chance_of(number, day, 11) < POWER_CUTS)
			course_add(c, &p);
	}
}

struct course *published_january(const struct series *leaves, size_t n)
{
	struct course *c = course_new(leaves, n);
	add_table(c, january, sizeof(january) / sizeof(january[0]));
	for (size_t i = 0; i < n; i++) {
		add_recovery(c, &leaves[i]);
		add_power_cuts(c, &leaves[i], parse(PUBLISHED_JANUARY_FROM),
			       parse(PUBLISHED_JANUARY_UNTIL));
	}
	return c;
}

struct course *published_spring(const struct series *leaves, size_t n)
{
	struct course *c = course_new(leaves, n);
	add_table(c, spring, sizeof(spring) / sizeof(spring[0]));
	for (size_t i = 0; i < n; i++)
		add_power_cuts(c, &leaves[i], parse(PUBLISHED_SPRING_FROM),
			       parse(PUBLISHED_SPRING_UNTIL));
	return c;
}
