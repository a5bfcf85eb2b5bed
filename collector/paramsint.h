/* paramsint.h: what the files of the parameters share: the table (params.c), what each may be (params_value.c, and params_compat.c for the paths of others), and times
 * (params_time.c). Nobody else includes it. */
#ifndef COLLECTOR_PARAMSINT_H
#define COLLECTOR_PARAMSINT_H

#include "collector/country.h"
#include "collector/params.h"

struct reading {
	struct params *p;
	const struct params_env *env;
	struct problem *why;
	const char *name; /* of the parameter that is being read: two may mean the same */
	/* Read last, since they depend on each other. */
	struct reading_time {
		const char *name, *value; /* NULL: not given */
	} asof, at, from, until;
};

/* Whoever asks for it is told what there is instead. */
#define PARAMS_NO_CHECK                                                                            \
	"rows are judged over whole visits to targets, so that no step of a visit has rows of "    \
	"its own: which step failed is in their mechanisms, mech_* in CSV"
#define PARAMS_NO_TARGET                                                                           \
	"targets are judged together with others of their class, so that none has rows of its "    \
	"own: use by=class"

/* -1, with the word that is nearest. */
int params_refuse_word(struct reading *r, const char *value, const char *const *words);

/* Each reads one value. 0, or -1 with why. */
int params_take_range(struct reading *r, const char *value);
int params_take_step(struct reading *r, const char *value);
int params_take_country(struct reading *r, const char *value);
int params_take_region(struct reading *r, const char *value);
int params_take_isp(struct reading *r, const char *value);
int params_take_access(struct reading *r, const char *value);
int params_take_class(struct reading *r, const char *value);
int params_take_by(struct reading *r, const char *value);
int params_take_tz(struct reading *r, const char *value);
int params_take_calendar(struct reading *r, const char *value);
int params_take_lang(struct reading *r, const char *value);
int params_take_format(struct reading *r, const char *value);
int params_take_any(struct reading *r, const char *value);
int params_take_limit(struct reading *r, const char *value);
int params_take_cursor(struct reading *r, const char *value);

int params_take_axis_x(struct reading *r, const char *value);
int params_take_axis_y(struct reading *r, const char *value);
int params_take_test(struct reading *r, const char *value);
int params_take_grain(struct reading *r, const char *value);
int params_take_datasource(struct reading *r, const char *value);
int params_take_points(struct reading *r, const char *value);

int params_take_asof(struct reading *r, const char *value);
int params_take_at(struct reading *r, const char *value);
int params_take_from(struct reading *r, const char *value);
int params_take_until(struct reading *r, const char *value);
/* asof first; then at, from and until, of which any may be missing, and range. */
int params_times(struct reading *r);

/* All that they may be, NULL-ended. */
extern const char *const params_range_words[],
	*const params_axis_words[], *const params_test_words[],
					    *const params_grain_words[],
						    *const params_class_words[],
							    *const params_lang_words[],
								    *const params_calendar_words[];

#endif
