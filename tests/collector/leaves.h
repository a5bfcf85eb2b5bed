/* leaves.h: leaves for step_run, by what their probes meet, and what came out. */
#ifndef TESTS_COLLECTOR_LEAVES_H
#define TESTS_COLLECTOR_LEAVES_H

#include "collector/step.h"
#include "tests/collector/nation.h"

#define LEAVES 16
#define OUT    256

#define ANY_ISP ISP_ANY
#define ANY_ACC ((int)ACCESS_ANY)

struct leaves {
	struct country *country;
	struct step step;
	struct step_leaf leaves[LEAVES];
	struct cell cells[LEAVES][CLASSES];
	size_t n;
	uint64_t probes;
	struct series series[OUT];
	struct verdict out[OUT];
	size_t n_out;
	struct row stood[8]; /* what stands, for a later look */
	size_t n_stood;
	struct series silent[8]; /* what detectors say */
	size_t n_silent;
	struct pulse pulses[OUT];
};

/* For cmocka; *state becomes a struct leaves in the nation of nation.h. */
int leaves_setup(void **state);
int leaves_teardown(void **state);

/* A leaf where n probes meet the same weather. */
struct step_leaf *leaves_add(struct leaves *w, const char *region, uint32_t isp, unsigned int n,
			     enum nation_weather weather, uint32_t expected);
/* One probe more. */
void leaves_heard(struct leaves *w, struct step_leaf *l, uint64_t probe,
		  enum nation_weather weather);
void leaves_run(struct leaves *w);
/* The detectors of the step find silence in this series, and in no other that is not told of. */
void leaves_silent(struct leaves *w, const char *region, uint32_t isp, int access);
/* A taker of pulses, for step.pulse with step.emit NULL. */
int leaves_pulse(void *arg, const struct series *s, const struct pulse *p);
const struct verdict *leaves_of(const struct leaves *w, const char *region, uint32_t isp,
				int access);
void leaves_expect(const struct leaves *w, const char *region, uint32_t isp, int access,
		   enum state state);

#endif
