/* nearest.h: "did you mean": the known word that a mistyped one is closest to. Pure.
 *
 * Distance is optimal string alignment (Damerau 1964): insert, delete, replace, swap of neighbours.
 */
#ifndef COMMON_NEAREST_H
#define COMMON_NEAREST_H

#include <stddef.h>

/* Distance of two words; words longer than 63 bytes are compared by their first 63. */
size_t nearest_distance(const char *a, const char *b);

/* The word of a NULL-ended list nearest to the given one (the first of equals); NULL only for an
 * empty list. */
const char *nearest_word(const char *word, const char *const *words);

#endif
