/* cmd_queue.c: `probe queue`: the waiting batches, oldest first. Times and sizes are all that this
 * device can know of them: their contents are sealed. */
#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/jsonw.h"
#include "probe/commands.h"
#include "probe/spool.h"

static void print_json(const struct spool_batch *b)
{
	struct buf line;
	struct jsonw j;
	char id[2 * BATCH_ID + 1];
	buf_init(&line, 4096);
	jsonw_begin(&j, &line);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "batch", batch_id_hex(id, b->id));
	jsonw_time(&j, "sealed", b->time_ms);
	jsonw_int(&j, "bytes", (int64_t)b->bytes);
	jsonw_end(&j);
	puts(line.data);
	buf_clear(&line);
}

static void print_text(const struct spool_batch *b)
{
	char id[2 * BATCH_ID + 1], when[CLOCK_RFC3339_LEN];
	printf("%s  %7" PRIu64 "  %.16s\n", clock_rfc3339(when, b->time_ms), b->bytes,
	       batch_id_hex(id, b->id));
}

int cmd_queue(const struct options *o)
{
	bool json = o->switches & SWITCH_JSON;
	struct spool_batch batch = {.name = ""};
	struct spool_info info = {0};
	char err[512];
	struct spool *spool = NULL;
	if (command_has_spool(o) && !(spool = command_spool(o, err, sizeof(err))))
		return command_fail(EXIT_INTERNAL, "%s", err);
	if (spool)
		spool_info(spool, &info);
	if (!json && info.batches)
		printf("%-20s  %7s  %s\n", "sealed", "bytes", "batch");
	while (spool && spool_next(spool, *batch.name ? batch.name : NULL, &batch)) {
		if (json)
			print_json(&batch);
		else
			print_text(&batch);
	}
	if (!json)
		printf("%zu batch%s, %" PRIu64 " bytes\n", info.batches,
		       info.batches == 1 ? "" : "es", info.bytes);
	spool_close(spool);
	return EXIT_DONE;
}
