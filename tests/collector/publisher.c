/* publisher.c: opening and closing in order. */
#include "tests/collector/publisher.h"

#include "collector/country.h"
#include "tests/collector/nation.h"

void publisher_open(struct publisher *p)
{
	void *stored;
	stored_setup(&stored);
	p->stored = stored;
	p->country = nation_new();
	p->publish = (struct publish){p->stored->store, p->country, PUBLISHER_STEP_MS, 5};
}

void publisher_close(struct publisher *p)
{
	void *stored = p->stored;
	stored_teardown(&stored);
	country_free(p->country);
}
