/* course.h: what the network does: phases, each with its time, place, share of lines and weather. Of the phases that
 * cover a line the one added last decides. The course is the ground truth: course_at says what a line meets,
 * course_truth what holds for a whole leaf. Deterministic. */
#ifndef TESTS_SIM_COURSE_H
#define TESTS_SIM_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/row.h"

enum weather {
	NORMAL,	    /* the usual filtering */
	UNFILTERED, /* even that is gone */
	RESTRICTED, /* QUIC and IPv6 are dead */
	THROTTLED,  /* downloads from abroad are slow */
	LIST,	    /* a few allowed sites */
	DOMESTIC,   /* only the domestic network */
	PARTIAL,    /* part of it */
	CUT,	    /* nothing, with the link up */
	NO_LINK,    /* no carrier, no lease */
	OFF,	    /* no power: nothing is measured */
	NO_NAMES,   /* the network's own resolver gives no answer */
	ASLEEP,	    /* an update has silenced the devices that took it: nothing is measured */
	WEATHERS
};

const char *weather_str(enum weather w);
/* The state that a probe's results show; INSUFFICIENT where none are made. */
enum state weather_state(enum weather w);
bool weather_is_loss(enum weather w);

struct phase {
	int64_t from_ms, until_ms;
	char regions[80]; /* "IR-23 IR-10"; "" all */
	uint32_t isp;	  /* 0 all */
	int access;	  /* ACCESS_ANY all */
	int town;	  /* 1..; 0 all */
	uint32_t site;	  /* 1..; 0 all */
	enum weather weather;
	bool reaches; /* the collector is reached all the same: it has a way in from there */
	double share; /* of the lines */
	int hour_from,
		hour_until; /* UTC, each day, over midnight when from > until; both 0: always */
};

struct course; /* opaque */

/* The leaves are numbered by their place in the array, which is copied. */
struct course *course_new(const struct series *leaves, size_t n);
void course_free(struct course *c);
void course_add(struct course *c, const struct phase *p);

struct line {
	uint64_t id; /* stable */
	int town;
	uint32_t site; /* of its leaf; 0 none */
};

struct sky {
	enum weather weather;
	bool reaches; /* results get to the collector */
};

struct sky course_at(struct course *c, uint32_t leaf, const struct line *line, int64_t t_ms);

/* What most lines of a leaf had in [from, until): times without a break, in order. */
struct spell {
	int64_t from_ms, until_ms;
	enum weather
		weather; /* of most lines; OFF, NO_NAMES and ASLEEP and what towns and sites have are left out */
	double share; /* of the lines that have it */
	double lost;  /* share of the lines that lost international access */
	bool reaches;
};

/* The spells of a leaf; an array for free(). */
struct spell *course_truth(const struct course *c, uint32_t leaf, int64_t from_ms, int64_t until_ms,
			   size_t *n);

#endif
