/* reader.c: opens what a reader of the views needs. */
#include "collector/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/options.h"
#include "collector/rig.h"
#include "common/clock.h"

#define EXIT_CONFIG_CODE 78

static struct store *open_store(const struct conf *c, char *err, size_t errlen)
{
	char *path = options_data_path(c, DATA_STORE);
	struct store *s = NULL;
	if (access(path, R_OK) < 0)
		snprintf(err, errlen, "%s: %s; collector serve makes it", path, strerror(errno));
	else
		s = store_open_readonly(conf_str(c, "store", "backend"), path, err, errlen);
	free(path);
	return s;
}

int reader_open(struct reader *r, const struct conf *c, char *err, size_t errlen)
{
	*r = (struct reader){0};
	r->country = rig_country(c, err, errlen);
	if (!r->country)
		return EXIT_CONFIG_CODE;
	r->store = open_store(c, err, errlen);
	if (!r->store)
		return 1;
	int64_t step_ms = store_row_step(r->store);
	r->publish = (struct publish){
		.store = r->store,
		.country = r->country,
		.row_step_ms = step_ms ? step_ms : conf_int(c, "publish", "step_s") * 1000,
		.min_probes = (uint32_t)conf_int(c, "publish", "min_probes"),
	};
	r->synthetic = store_is_synthetic(r->store, &r->now_ms);
	if (!r->now_ms)
		r->now_ms = clock_wall_ms();
	return 0;
}

void reader_close(struct reader *r)
{
	store_close(r->store);
	country_free(r->country);
}
