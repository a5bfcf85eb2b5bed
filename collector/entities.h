/* entities.h: the country's regions and networks with their names and codes, as JSON and CSV. Pure. */
#ifndef COLLECTOR_ENTITIES_H
#define COLLECTOR_ENTITIES_H

#include <stdbool.h>

#include "collector/country.h"
#include "common/buf.h"

void entities_json(struct buf *out, const struct country *c, bool synthetic);
void entities_csv(struct buf *out, const struct country *c);

#endif
