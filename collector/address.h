/* address.h: the address of one of our pages, as others hand it back to us. Pure, and fed by anyone on the network. */
#ifndef COLLECTOR_ADDRESS_H
#define COLLECTOR_ADDRESS_H

#include "collector/lang.h"

#define ADDRESS_PATH_LEN 128

struct address {
	enum lang lang;
	char path[ADDRESS_PATH_LEN]; /* without language */
	const char *
		query; /* with its '?', or ""; borrowed; has no byte that means anything in markup but '&' */
};

/* origin is ours: "https://host". url has the same host, with either scheme, or is a path alone. 0, or -1 when it is
 * nothing that we would have written. */
int address_read(struct address *out, const char *origin, const char *url);

#endif
