/* method.c: the tables are named by hashes, since one word that differs makes other figures. */
#include "collector/method.h"

#include <inttypes.h>
#include <stdio.h>

#include "collector/place.h"

void method_text(const struct country *country, const struct views_config *c,
		 char out[static METHOD_LEN])
{
	snprintf(out, METHOD_LEN,
		 "%d %s bucket %" PRId64 " step %" PRId64 " min_probes %" PRIu32
		 " list %.16s places %.16s networks %" PRIu64,
		 METHOD_VERSION, country->code, c->bucket_ms, c->step_ms, c->min_probes,
		 country->list_hash, country->places_hash, c->place ? place_built(c->place) : 0);
}
