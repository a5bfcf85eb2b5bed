/* ingest_world.h: a collector without its views: ingest on a real archive, with a store and views
 * that remember what they were told and fail on demand. A test includes ingest_world.c, which
 * compiles ingest.c against the names below, so that the real store and views may be linked beside
 * them. */
#ifndef TESTS_COLLECTOR_FAKES_INGEST_WORLD_H
#define TESTS_COLLECTOR_FAKES_INGEST_WORLD_H

/* Before any header that declares them. */
#define store_position	fake_store_position
#define store_commit	fake_store_commit
#define store_flush	fake_store_flush
#define store_has_batch fake_store_has_batch
#define store_put_batch fake_store_put_batch
#define views_fold	fake_views_fold
#define views_alive	fake_views_alive
#define views_tick	fake_views_tick
#define views_start	fake_views_start
#define views_due	fake_views_due
#define views_unreached fake_views_unreached

#include <event2/event.h>
#include <sys/resource.h>

#include "collector/ingest.h"
#include "tests/collector/sender.h"

#define MANY 256

struct store {
	uint8_t batch[MANY][BATCH_ID];
	size_t n, n_committed;
	struct archive_pos pos;
	bool fails;
};

struct views {
	struct archive *archive;
	struct fold {
		uint64_t probe;
		struct placement at;
		int64_t received_ms;
		size_t results;
		enum target_class class; /* of the first target */
	} fold[MANY];
	int64_t due_ms; /* 0: nothing is */
	size_t n, alive, starts;
	int64_t tick_ms; /* of the last tick */
	bool fails, unreached;
};

struct answer {
	enum ingest_status status;
	uint8_t batch[BATCH_ID];
	size_t results;
	char reason[256];
	int order; /* 1 for the first answer of all; 0 while there is none */
};

struct world {
	char *dir;
	int64_t now_ms; /* when it was made */
	struct event_base *base;
	struct sender sender;
	struct country *country;
	struct place *place;
	struct archive *archive;
	struct ingest *ingest;
	struct store store;
	struct views views;
	int answers;
};

struct asked {
	struct world *w;
	struct answer *a;
};

void start(struct world *w);
void stop(struct world *w);
/* As after kill -9: what was not committed is gone from the views, nothing waits any more. */
void crash(struct world *w);
/* The views from nothing. 0, or -1 with err. */
int rebuild(struct world *w, char *err, size_t errlen);
int set_up(void **state);
int tear_down(void **state);
void submit_from(struct world *w, const void *body, size_t len, const struct sockaddr *peer,
		 struct answer *a);
void submit(struct world *w, const struct buf *sealed, struct answer *a);
void run(struct world *w);
/* Batch number i of this world's probe, with i % 7 + 1 results. */
void make_sealed(struct world *w, int i, struct buf *sealed, uint8_t id[static BATCH_ID]);
struct answer send_one(struct world *w, int i);
/* Durable batches and alive marks. */
void expect_archived(struct world *w, size_t batches, size_t alive);
void limit_files(rlim_t bytes);

#endif
