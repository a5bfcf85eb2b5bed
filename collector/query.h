/* query.h: the query string of a URL into names and values. Pure, and fed by anyone on the network.
 *
 * "a=1&b=x%20y+z" -> a: "1", b: "x y z". Bytes that are not UTF-8, control characters, a broken
 * percent sign and too many pairs are refused, each with its reason. */
#ifndef COLLECTOR_QUERY_H
#define COLLECTOR_QUERY_H

#include <stddef.h>

#define QUERY_PAIRS_MAX 96   /* every region of a country, and the rest */
#define QUERY_TEXT_MAX	8192 /* all of it, decoded */

struct query_pair {
	const char *name; /* both borrowed from text */
	const char *value;
};

struct query {
	struct query_pair pairs[QUERY_PAIRS_MAX];
	size_t n;
	char text[QUERY_TEXT_MAX];
};

/* NULL and *q filled, or one sentence that says what is wrong (a static text). */
const char *query_parse(struct query *q, const char *raw);

/* The first value of a name, or NULL. */
const char *query_get(const struct query *q, const char *name);

#endif
