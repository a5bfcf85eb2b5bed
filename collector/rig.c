/* rig.c: opens the parts of a collector. What can't be opened is named with what to do about it. */
#include "collector/rig.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country_map.h"
#include "collector/handover.h"
#include "collector/options.h"
#include "common/countries.h"

#define EXIT_CONFIG_CODE 78

static int open_key(struct rig *rig, const struct conf *c, char *err, size_t errlen)
{
	char *path = options_data_path(c, DATA_BOX_KEY);
	int rc = keys_box_load(&rig->box, path);
	if (rc < 0)
		snprintf(err, errlen, "%s: %s; collector init makes it", path, strerror(errno));
	free(path);
	return rc;
}

static char *countries_dir(const struct conf *c)
{
	const char *dir = conf_str(c, "collector", "countries_dir");
	return dir ? xstrdup(dir) : countries_default_dir();
}

struct country *rig_country(const struct conf *c, char *err, size_t errlen)
{
	const char *code = conf_str(c, "collector", "country");
	if (!code) {
		snprintf(err, errlen, "country in [collector] is not set");
		return NULL;
	}
	char *dir = countries_dir(c);
	struct country *country = country_load(dir, code, err, errlen);
	free(dir);
	return country;
}

static int open_country(struct rig *rig, const struct conf *c, char *err, size_t errlen)
{
	rig->country = rig_country(c, err, errlen);
	if (!rig->country)
		return -1;
	char *dir = countries_dir(c);
	int rc = country_map_load(&rig->map, dir, rig->country, err, errlen);
	free(dir);
	if (rc < 0)
		return -1;
	rig->place = place_open(conf_str(c, "geo", "city_mmdb"), conf_str(c, "geo", "asn_mmdb"),
				rig->country, err, errlen);
	return rig->place ? 0 : -1;
}

static struct handover handover_of(const struct rig *rig, const struct conf *c)
{
	return (struct handover){c, rig->archive, rig->country, &rig->config};
}

static int open_data(struct rig *rig, const struct conf *c, char *err, size_t errlen)
{
	char *archive = options_data_path(c, DATA_ARCHIVE);
	rig->archive = archive_open(archive, false, err, errlen);
	free(archive);
	if (!rig->archive)
		return -1;
	const struct handover h = handover_of(rig, c);
	rig->store = handover_open(&h, err, errlen);
	return rig->store ? 0 : -1;
}

static int open_line(struct rig *rig, char *err, size_t errlen)
{
	rig->views = views_new(rig->store, rig->country, &rig->config);
	if (!rig->views) {
		snprintf(err, errlen, "the views can't be read");
		return -1;
	}
	const struct ingest_config ingest = {
		.base = rig->base,
		.box = &rig->box,
		.archive = rig->archive,
		.store = rig->store,
		.views = rig->views,
		.country = rig->country,
		.place = rig->place,
	};
	rig->ingest = ingest_new(&ingest);
	return 0;
}

static void close_line(struct rig *rig)
{
	ingest_free(rig->ingest);
	views_free(rig->views);
	rig->ingest = NULL;
	rig->views = NULL;
}

int rig_open(struct rig *rig, const struct conf *c, struct event_base *base, char *err,
	     size_t errlen)
{
	*rig = (struct rig){.base = base};
	if (open_country(rig, c, err, errlen) < 0)
		return EXIT_CONFIG_CODE;
	rig->config = (struct views_config){
		.bucket_ms = conf_int(c, "publish", "bucket_s") * 1000,
		.step_ms = conf_int(c, "publish", "step_s") * 1000,
		.min_probes = (uint32_t)conf_int(c, "publish", "min_probes"),
		.place = rig->place,
	};
	if (open_key(rig, c, err, errlen) < 0 || open_data(rig, c, err, errlen) < 0)
		return 1;
	rig->synthetic = store_is_synthetic(rig->store, &rig->synthetic_now_ms);
	if (rig->synthetic && store_is_outdated(rig->store)) {
		snprintf(err, errlen,
			 "the synthetic data were made by another version, and there is no archive "
			 "to "
			 "make them again from; remove the data folder and make them anew");
		return 1;
	}
	rig->publish = (struct publish){
		.store = rig->store,
		.country = rig->country,
		.row_step_ms = rig->config.step_ms,
		.min_probes = rig->config.min_probes,
	};
	return open_line(rig, err, errlen) < 0;
}

int rig_catch_up(struct rig *rig, const struct conf *c, char *err, size_t errlen)
{
	const struct handover h = handover_of(rig, c);
	struct handover_mark mark;
	bool empty = !store_position(rig->store).segment;
	int last = empty ? handover_last(&h, &mark, err, errlen) : 0;
	if (last < 0)
		return -1;
	if (last) {
		if (ingest_catch_up_to(rig->ingest, mark.pos, err, errlen) < 0)
			return -1;
		close_line(rig);
		if (handover_adopt(&h, &mark, rig->store, err, errlen) < 0 ||
		    open_line(rig, err, errlen) < 0)
			return -1;
	}
	return ingest_catch_up(rig->ingest, err, errlen);
}

int rig_rebuild(struct rig *rig, const struct conf *c, char *err, size_t errlen)
{
	close_line(rig);
	if (store_reset(rig->store) == 0)
		return open_line(rig, err, errlen) < 0 ? -1 : rig_catch_up(rig, c, err, errlen);
	snprintf(err, errlen, "the views cannot be emptied");
	return -1;
}

void rig_close(struct rig *rig)
{
	close_line(rig);
	store_close(rig->store);
	archive_close(rig->archive);
	place_close(rig->place);
	country_map_free(rig->map);
	country_free(rig->country);
	keys_wipe(&rig->box, sizeof(rig->box));
}
