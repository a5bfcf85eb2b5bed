/* fingerprints.h: known forged answers and block pages, from a CSV in the columns of OONI's
 * blocking-fingerprints (name,scope,other_names,location_found,pattern_type,pattern,...). full,
 * prefix and contains patterns are matched; a row of another type or place is skipped and
 * counted, never guessed. */
#ifndef PROBE_FINGERPRINTS_H
#define PROBE_FINGERPRINTS_H

#include <stddef.h>

struct fingerprints; /* opaque */

/* NULL with one sentence in err. An absent path (NULL) gives an empty set. */
struct fingerprints *fingerprints_load(const char *path, char *err, size_t errlen);
void fingerprints_free(struct fingerprints *f);

/* Name of the first match, owned by f, or NULL. */
const char *fingerprints_dns(const struct fingerprints *f, const char *addr);
const char *fingerprints_body(const struct fingerprints *f, const char *body, size_t len);
/* location is the value of the Location header. */
const char *fingerprints_location(const struct fingerprints *f, const char *location);
/* Rows in use, and rows passed over. */
size_t fingerprints_count(const struct fingerprints *f);
size_t fingerprints_skipped(const struct fingerprints *f);

#endif
