/* fuzz_receipt.c: what a collector, or whoever answers in its place, may send back. Any bytes are
 * either a receipt for this batch or refused with a reason; only the right id may pass. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "probe/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t id[BATCH_ID] = {0xa1, 0xa2, 0xa3};
	char hex[2 * BATCH_ID + 1], title[32];
	struct receipt r;
	char *body = xmalloc(len); /* of exact size, so that a read past the end is seen */
	memcpy(body, data, len);
	if (!receipt_parse(&r, body, len, id)) {
		assert(memmem(data, len, batch_id_hex(hex, id), 2 * BATCH_ID));
		assert(r.received_ms >= -1);
	}
	if (receipt_problem(title, sizeof(title), body, len))
		assert(strlen(title) < sizeof(title));
	free(body);
	return 0;
}
