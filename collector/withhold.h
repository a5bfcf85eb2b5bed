/* withhold.h: which figures of a row may be shown. Pure.
 *
 * A figure is a number of probes: all that were heard, those that usually report, those that tried
 * a class of targets, those that could have shown a sign or a mechanism. Fewer than min_probes are
 * not shown, and nothing that was said by so few: together with other sources it could tell who they
 * are. Neither is what gives them away: where a whole is shown, and one part of it is too small, the
 * next smallest part is withheld too, and so on until what is missing is min_probes at least and no
 * single part. */
#ifndef COLLECTOR_WITHHOLD_H
#define COLLECTOR_WITHHOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/row.h"

enum withhold_figure {
	WITHHOLD_PROBES,
	WITHHOLD_EXPECTED,
	WITHHOLD_CLASS,
	WITHHOLD_SIGN = WITHHOLD_CLASS + CLASSES,
	WITHHOLD_MECH = WITHHOLD_SIGN + SIGNS,
	WITHHOLD_FIGURES = WITHHOLD_MECH + MECHANISMS
};

struct withhold_figures {
	uint32_t n[WITHHOLD_FIGURES];
};

void withhold_count(struct withhold_figures *out, const struct verdict *v);

/* The figures of each part that give away a smaller one: bits are added to masks. */
void withhold_parts(uint32_t *masks, const struct withhold_figures *parts, size_t n,
		    const struct withhold_figures *whole, uint32_t min_probes);

/* Shown instead of a number of late probes from which a small number could be told. */
#define WITHHOLD_LATE UINT32_MAX

/* Takes out of a row what is too small and what the mask says. A row without enough probes reads as
 * an empty one does, so that it does not say whether anybody was there; `silent` stays. Where only
 * the mask forbids to show how many probes there were, state and revision stay. */
void withhold_row(struct row *r, uint32_t mask, uint32_t min_probes);
/* Whether the numbers of a row were withheld although they are large enough: only its state is
 * shown. */
bool withhold_gives_away(const struct verdict *shown);
/* The verdict of a step in which nobody was heard. */
void withhold_empty(struct verdict *v);

#endif
