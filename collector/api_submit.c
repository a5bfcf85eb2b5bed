/* api_submit.c: /api/v1/submit: one sealed batch in, one receipt out.
 *
 * The receipt is given when the batch is on disk, which may be after the peer has left; then it
 * goes nowhere (request.h) and the probe, which has no receipt, sends again and is told
 * "duplicate". */
#include <stdlib.h>
#include <sys/socket.h>

#include "collector/api.h"
#include "collector/ingest.h"
#include "common/jsonw.h"
#include "common/limits.h"

#define RETRY_AFTER_S 30

static void put_receipt(struct buf *out, const struct ingest_receipt *r)
{
	char id[2 * BATCH_ID + 1];
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "batch", batch_id_hex(id, r->batch));
	jsonw_str(&j, "status", r->status == INGEST_NEW ? "new" : "duplicate");
	jsonw_int(&j, "received", r->received_ms);
	jsonw_int(&j, "results", (int64_t)r->results);
	jsonw_end(&j);
	buf_putc(out, '\n');
}

static void refuse(struct call *c, int status, const char *reason, int retry_after_s)
{
	struct problem p = {.retry_after_s = retry_after_s};
	problem_set(&p, status, "", "%s", reason ? reason : "the batch was not taken");
	respond_problem(c, &p);
}

static void done(void *arg, const struct ingest_receipt *r)
{
	struct call *c = arg;
	struct reply reply;
	switch (r->status) {
	case INGEST_NEW:
	case INGEST_DUPLICATE:
		reply_init(&reply, 200, RECEIPT_MAX);
		put_receipt(&reply.body, r);
		respond_take(c, &reply, "application/json", 0);
		break;
	case INGEST_BAD: refuse(c, 400, r->reason, 0); break;
	case INGEST_LARGE: refuse(c, 413, r->reason, 0); break;
	case INGEST_TROUBLE: refuse(c, 503, r->reason, RETRY_AFTER_S); break;
	}
	free(c);
}

void api_submit(struct call *c)
{
	struct sockaddr_storage room;
	size_t len;
	const void *body = request_body(c->request, &len);
	if (c->api->synthetic) {
		refuse(c, 403, "this collector shows simulated data and takes no submissions", 0);
		return;
	}
	if (len > BATCH_SEALED_MAX) {
		refuse(c, 413, "the body is larger than the largest batch", 0);
		return;
	}
	/* What answering needs; the parameters stay behind, there are none. */
	struct call *kept = xcalloc(1, sizeof(*kept));
	kept->api = c->api;
	kept->request = c->request;
	kept->route = c->route;
	ingest_submit(c->api->ingest, body, len, request_peer(c->request, &room), done, kept);
}
