/* route.h: the ways to the collector, in the order in which they are tried: every URL directly,
 * then every URL through each proxy. The way that worked last is tried first the next time. */
#ifndef PROBE_ROUTE_H
#define PROBE_ROUTE_H

#include <stddef.h>

struct conf;

struct route {
	char *url;	   /* owned: where batches are posted */
	const char *proxy; /* borrowed from the conf; NULL for the direct way */
};

struct routes {
	struct route *list; /* owned */
	size_t n;
	size_t first; /* the one that worked last */
};

/* From [collector] url and proxy; none is no error (n is 0). 0, or -1 with one sentence in err. */
int routes_init(struct routes *r, const struct conf *c, char *err, size_t errlen);
void routes_clear(struct routes *r);

/* The k-th way to try, NULL when all were tried. */
const struct route *routes_at(const struct routes *r, size_t k);
/* The k-th way worked: from now on it is the 0th, and the others keep their order. */
void routes_remember(struct routes *r, size_t k);

#endif
