/* truth.h: what a collector without error would say of every series: the spells of what most people have, and the
 * episodes of loss in them. Made from the course, and completed by what the probes really saw of it (truth_witness).
 *
 * An episode begins when eight in ten have lost international access, lasts while half of them have, and goes on over
 * returns of less than an hour: the method holds a return for an hour before it believes it. */
#ifndef TESTS_SIM_TRUTH_H
#define TESTS_SIM_TRUTH_H

#include "collector/seriesmap.h"
#include "tests/sim/course.h"
#include "tests/sim/round.h"
#include "tests/sim/world.h"

#define TRUTH_LOST    0.8    /* share of the people that makes an episode begin */
#define TRUTH_LEFT    0.5    /* and below which it is over */
#define TRUTH_STEP_MS 300000 /* of rows */

enum scope { SCOPE_LEAF, SCOPE_REGION, SCOPE_ISP, SCOPE_COUNTRY, SCOPES }; /* all of one access */
const char *scope_str(enum scope s);

struct episode {
	int64_t from_ms, until_ms;
	enum weather weather; /* of the first spell */
	bool reaches;	      /* results of its first spell get to the collector */
	bool returns;	      /* shorter returns are in it */
	/* What the probes saw. */
	uint32_t active;       /* seats that had measured in the hour before */
	uint32_t liars;	       /* of the active ones */
	uint32_t measured;     /* different honest seats that measured in it */
	int64_t last_good_ms;  /* 0 none */
	int64_t first_lost_ms; /* 0 none */
	int64_t last_lost_ms;  /* 0 none */
	uint64_t *seen;	       /* bit by seat; owned */
};

struct saga { /* of one series */
	struct series series;
	enum scope scope;
	uint32_t n_seats;
	struct spell *spells; /* of the people; owned */
	size_t n_spells;
	struct episode *episodes; /* owned */
	size_t n_episodes, at;	  /* at: the episode that comes next or goes on */
	int64_t last_good_ms;
	uint8_t *
		liars; /* liars that reported, by TRUTH_STEP_MS since from_ms, up to 255; owned; NULL: nobody lies */
};

struct truth {
	const struct world *world;
	int64_t from_ms, until_ms;
	struct saga *sagas; /* by number of map */
	struct seriesmap map;
	uint32_t (*of_leaf)[SCOPES]; /* the sagas that a leaf has part in */
	int64_t *last_ms;	     /* by seat: its last round; 0 never */
	bool lies;		     /* somebody lies */
};

/* World is borrowed, the course is not needed any longer. */
struct truth *truth_new(const struct world *w, const struct course *c, int64_t from_ms,
			int64_t until_ms);
void truth_free(struct truth *t);

/* A stream_tap; arg is the truth. */
void truth_witness(void *arg, const struct seat *s, const struct round *r);
/* Are more than three in ten of n probes that were heard in a step liars? */
bool truth_is_swamped(const struct truth *t, const struct saga *s, int64_t start_ms, uint32_t n);
/* A share of all people shows in n probes: it is a majority by two standard deviations. */
bool truth_shows(double share, uint32_t n);
/* NULL for series that are not followed: those of any access. */
struct saga *truth_of(const struct truth *t, const struct series *s);
/* The spell at a time, which must be one of the truth's. */
const struct spell *saga_spell(const struct saga *s, int64_t t_ms);
/* The first episode that overlaps [from, until); NULL when there is none. */
struct episode *saga_episode(const struct saga *s, int64_t from_ms, int64_t until_ms);

#endif
