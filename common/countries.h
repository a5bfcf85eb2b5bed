/* countries.h: codes of countries and regions, and where the folders of countries are when nobody says otherwise:
 * beside the build tree that the program was started from, otherwise where they are installed. */
#ifndef COMMON_COUNTRIES_H
#define COMMON_COUNTRIES_H

#include <stdbool.h>

/* ISO 3166-1 alpha-2: two capital letters. */
bool countries_is_code(const char *s);
/* ISO 3166-2: the country, a hyphen, one to three capital letters or digits. */
bool countries_is_region(const char *s, const char *country);

/* Owned by the caller. */
char *countries_default_dir(void);

#endif
