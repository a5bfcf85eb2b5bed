/* countries.h: where the folders of countries are when nobody says otherwise: beside the build tree that the
 * program was started from, otherwise where they are installed. */
#ifndef COMMON_COUNTRIES_H
#define COMMON_COUNTRIES_H

/* Owned by the caller. */
char *countries_default_dir(void);

#endif
