/* meaning.h: what the words of our vocabularies mean, in any language. Pure.
 *
 * A row of a table (state.def, sign.def, mechanism.def, why.def) has its meaning as MEANS_... in the files of
 * lang/. What is none of a table means "". */
#ifndef COLLECTOR_MEANING_H
#define COLLECTOR_MEANING_H

#include "collector/lang.h"
#include "collector/row.h"

const char *meaning_state(enum lang lang, enum state s);
const char *meaning_sign(enum lang lang, enum sign s);
const char *meaning_mechanism(enum lang lang, enum mechanism m);
/* Goes on after "because". */
const char *meaning_why(enum lang lang, enum why w);

#endif
