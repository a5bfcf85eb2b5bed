/* fuzz_http.c: any bytes as an answer to a GET, whole and in pieces. Both ways have to come to the
 * same end, and hold no more than promised. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/limits.h"
#include "probe/wire_http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Pieces of exact size, so that a read past the end is seen. */
static void feed(struct wire_http *h, const uint8_t *data, size_t len, size_t piece)
{
	wire_http_init(h);
	for (size_t at = 0; at < len; at += piece) {
		size_t n = len - at < piece ? len - at : piece;
		char *copy = xmalloc(n);
		memcpy(copy, data + at, n);
		wire_http_feed(h, copy, n);
		free(copy);
	}
}

static void check_promises(const struct wire_http *h)
{
	assert(h->taken <= CHECK_READ_MAX && h->body.len + h->line.len <= h->taken);
	assert(!h->status || h->status == 101 || (h->status >= 200 && h->status <= 999));
	assert(h->status || (!h->location && !h->body.len && !h->headers_whole));
	assert(h->state != WIRE_HTTP_WHOLE || h->headers_whole);
	assert(!h->location || !strchr(h->location, '\n'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wire_http whole, pieces;
	size_t piece = len ? 1 + data[len - 1] % 32u : 1;
	feed(&whole, data, len, len + 1);
	feed(&pieces, data, len, piece);
	check_promises(&whole);
	check_promises(&pieces);
	assert(whole.state == pieces.state && whole.status == pieces.status);
	assert(wire_http_end(&whole) == wire_http_end(&pieces));
	assert(!whole.location == !pieces.location);
	assert(!whole.location || !strcmp(whole.location, pieces.location));
	assert(whole.body.len == pieces.body.len);
	assert(!whole.body.len || !memcmp(whole.body.data, pieces.body.data, whole.body.len));
	wire_http_clear(&whole);
	wire_http_clear(&pieces);
	return 0;
}
