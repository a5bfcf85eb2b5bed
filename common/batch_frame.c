/* batch_frame.c: zstd with the prefix that both programs know. */
#include "common/batch_frame.h"

#include <stdlib.h>
#include <zstd.h>

#include "common/limits.h"

#define LEVEL 9 /* measured: 10% smaller than 3 at a cost that one cycle never notices */

static const char prefix[] =
#include "common/batch_prefix.def"
	;

const char *batch_frame_prefix(size_t *len)
{
	*len = sizeof(prefix) - 1;
	return prefix;
}

enum batch_error batch_frame_make(struct buf *frame, const struct buf *plain)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(plain->len);
	void *out = xmalloc(bound);
	if (!ctx)
		abort();
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, LEVEL);
	ZSTD_CCtx_refPrefix(ctx, prefix, sizeof(prefix) - 1);
	size_t n = ZSTD_compress2(ctx, out, bound, plain->data, plain->len);
	enum batch_error e = ZSTD_isError(n)		  ? BATCH_COMPRESSION
			     : buf_put(frame, out, n) < 0 ? BATCH_LARGE
							  : BATCH_OK;
	ZSTD_freeCCtx(ctx);
	free(out);
	return e;
}

enum batch_error batch_frame_open(struct buf *plain, const void *frame, size_t len)
{
	ZSTD_DCtx *ctx = ZSTD_createDCtx();
	char *out_bytes = xmalloc(BATCH_PLAIN_MAX);
	ZSTD_inBuffer in = {frame, len, 0};
	ZSTD_outBuffer out = {out_bytes, BATCH_PLAIN_MAX, 0};
	enum batch_error e = BATCH_COMPRESSION;
	size_t rc = 1;

	buf_init(plain, BATCH_PLAIN_MAX);
	if (!ctx)
		abort();
	ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, BATCH_WINDOW_LOG);
	ZSTD_DCtx_refPrefix(ctx, prefix, sizeof(prefix) - 1);
	while (rc != 0 && in.pos < in.size && out.pos < out.size) {
		rc = ZSTD_decompressStream(ctx, &out, &in);
		if (ZSTD_isError(rc))
			goto out;
	}
	if (rc != 0 && out.pos == out.size)
		e = BATCH_LARGE;
	else if (rc == 0 && in.pos == in.size) {
		buf_put(plain, out_bytes, out.pos);
		e = BATCH_OK;
	}
out:
	ZSTD_freeDCtx(ctx);
	free(out_bytes);
	return e;
}
