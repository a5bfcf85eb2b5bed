/* verdict.h: from counts of probes to a state. Pure.
 *
 * States are an append-only table (state.def); the rule that decided is a short stable code. The
 * share `up` is the share of probes that reach the open international targets, with its Wilson 95%
 * interval (Wilson 1927, JASA 22:209); n is distinct probes. The rules, their thresholds and reasons
 * are METHOD.md. */
#ifndef COLLECTOR_VERDICT_H
#define COLLECTOR_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/cell.h"

/* Which METHOD.md a row follows. Any change of a rule, of a threshold or of what is counted changes it. */
#define METHOD_VERSION 3

enum state {
#define STATE(sym, name, rank, lost) STATE_##sym,
#include "collector/state.def"
#undef STATE
	STATES
};

const char *state_str(enum state s);
enum state state_parse(const char *s); /* STATES when unknown */
/* How bad: 0 open .. ; insufficient is below all. For choosing among equals. */
int state_rank(enum state s);
/* International access is lost or nearly so: what an event is made of. */
bool state_is_loss(enum state s);

struct verdict_share {
	uint32_t n;    /* probes that tried the class */
	uint32_t up;   /* of them, probes that reached at least half of what they tried; for link:
			  probes with an address and a gateway */
	uint32_t some; /* probes that reached at least one */
	uint32_t fp;   /* probes that saw a fingerprint of blocking */
};

enum sign {
#define SIGN(sym, name) SIGN_##sym,
#include "collector/sign.def"
#undef SIGN
	SIGNS
};

const char *sign_str(enum sign s);
enum sign sign_parse(const char *s); /* SIGNS when unknown */

/* Of n probes that could have shown it, hit did. */
struct verdict_count {
	uint32_t n, hit;
};

enum rule {
#define RULE(sym, code) RULE_##sym,
#include "collector/rule.def"
#undef RULE
	RULES
};

const char *rule_str(enum rule r);

struct verdict_input {
	uint32_t expected;    /* probes that usually report; 0 unknown */
	bool silent;	      /* the detector of the series found silence (detector.h) */
	bool collector_alive; /* the collector itself was up the whole time, and could be reached */
	bool unreached;	      /* when not: up it was */
	uint32_t min_probes;
	struct verdict_count slow_before; /* votes on speed of the half hour before */
};

struct verdict {
	enum state state;
	uint32_t probes; /* distinct probes heard */
	uint32_t expected;
	uint32_t late;	   /* probes of which something arrived late */
	double up, lo, hi; /* NaN when no probe tried the open class */
	/* Of a whole: the least and the largest `up` of those of its parts that could be judged; NaN
	 * otherwise. */
	double part_lo, part_hi;
	/* The fewest probes without which the state would be another one (fragile.h); 0 when no removal
	 * of probes makes it another. */
	uint32_t fragile;
	struct verdict_share share[CLASSES];
	struct verdict_count sign[SIGNS];
	/* Probes that saw it at an international target (open, filtered, canary), of those that measured
	 * the step which shows it; THROTTLE is SIGN_SLOW again. */
	struct verdict_count mech[MECHANISMS];
	char rule[24]; /* which rule decided: a code of rule.def */
};

/* Nothing counted, nothing judged. */
void verdict_clear(struct verdict *v);
/* State and rule from the counts. Returns the margin: the fewest probes whose removal could change an
 * answer on which the state rests, so that without fewer probes it is the same state. UINT32_MAX when no
 * removal could. */
uint32_t verdict_decide(struct verdict *v, const struct verdict_input *in);
/* Judges what tally_count, or a sum of such counts, has put into v: fills state, rule, expected, up, lo and
 * hi. Returns the margin. */
uint32_t verdict_judge(struct verdict *v, const struct verdict_input *in);
/* Shares are published with four decimals, so that a stored row is the same row. */
double verdict_round(double share);
/* Equal in everything that is published. */
bool verdict_equal(const struct verdict *a, const struct verdict *b);
/* Wilson score interval at 95%. n > 0. */
void verdict_wilson(uint32_t up, uint32_t n, double *lo, double *hi);
/* The same for a share that is worth n independent probes. */
void verdict_interval(double share, double n, double *lo, double *hi);

#endif
