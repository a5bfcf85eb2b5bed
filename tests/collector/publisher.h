/* publisher.h: a store without rows, and what publishes from it for the nation of nation.h: rows of five minutes, figures
 * of five probes. */
#ifndef TESTS_COLLECTOR_PUBLISHER_H
#define TESTS_COLLECTOR_PUBLISHER_H

#include "collector/publish.h"
#include "tests/collector/stored.h"

#define PUBLISHER_STEP_MS 300000

struct publisher {
	struct stored *stored;
	struct country *country;
	struct publish publish;
};

void publisher_open(struct publisher *p);
void publisher_close(struct publisher *p);

#endif
