/* stored.c: stores that tests fill. */
#include "tests/collector/stored.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/collector/scratch.h"

static void open_store(struct stored *w)
{
	char err[256] = "";
	w->store = store_open("sqlite", w->path, err, sizeof(err));
	if (!w->store) {
		fprintf(stderr, "%s\n", err);
		abort();
	}
}

void stored_reopen(struct stored *w)
{
	store_close(w->store);
	open_store(w);
}

void stored_commit(struct stored *w, uint64_t offset)
{
	if (store_commit(w->store, (struct archive_pos){1, offset}) < 0)
		abort();
}

int stored_setup(void **state)
{
	struct stored *w = xcalloc(1, sizeof(*w));
	w->dir = scratch_new();
	w->path = scratch_path(w->dir, "views.db");
	open_store(w);
	*state = w;
	return 0;
}

int stored_teardown(void **state)
{
	struct stored *w = *state;
	store_close(w->store);
	scratch_remove(w->dir);
	free(w->path);
	free(w);
	return 0;
}

struct series stored_series(const char *region, uint32_t isp, int access)
{
	struct series s = {.isp = isp, .access = (enum access_type)access};
	snprintf(s.region, sizeof(s.region), "%s", region);
	return s;
}

struct row stored_row(struct series s, int64_t start_ms, uint32_t probes)
{
	struct row r = {.series = s,
			.start_ms = start_ms,
			.step_ms = STORED_STEP_MS,
			.revision = 1 + probes % 3,
			.revised_ms = start_ms + 7,
			.why = (enum why)(probes % WHYS),
			.method = 7 + probes % 2};
	r.v = (struct verdict){.state = STATE_CUT,
			       .probes = probes,
			       .expected = probes + 2,
			       .late = 1,
			       .up = probes % 2 ? 0.1234 : NAN,
			       .lo = 0,
			       .hi = 0.5,
			       .rule = "cut"};
	r.v.share[CLASS_OPEN] = (struct verdict_share){probes + 1, 1, 1, 0};
	r.v.share[CLASS_FILTERED] = (struct verdict_share){9, 3, 5, 2};
	return r;
}

void stored_put(struct stored *w, struct series s, int64_t start_ms, uint32_t probes)
{
	struct row r = stored_row(s, start_ms, probes);
	if (store_put_row(w->store, &r) < 0)
		abort();
}
