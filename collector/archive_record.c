/* archive_record.c: a segment is records back to back. A record, integers little-endian:
 *
 *	0	4	"FNR1"
 *	4	4	n: bytes of the body
 *	8	4	CRC-32 of: segment number (4), offset of this record in it (8), the 8 bytes above
 *	12	n	body
 *	12+n	4	CRC-32 of the body
 *
 *	body	0	1	type (enum archive_type)
 *		1	8	received, Unix milliseconds
 *		9	2	country that the peer address gave, NULs for none
 *		11	12	region likewise, padded with NULs
 *		23	4	AS number likewise, 0 for none
 *		27	1	access (enum access_type)
 *		28	1	source of the region (enum place_source)
 *		29	1	source of the AS number
 *		30	..	inner bytes of the batch; nothing for the marks
 *
 * The header has a CRC of its own so that a length can be trusted before the body is there: a record
 * whose good header reaches past the end of the file was cut short by a crash, and nothing was
 * acknowledged behind it. The position inside that CRC keeps bytes that a sender put into a batch, or
 * a block that a broken disk wrote elsewhere, from ever passing for a record. */
#include "collector/archive_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "common/limits.h"

#define HEAD	 12 /* magic, length, CRC */
#define TAIL	 4  /* CRC of the body */
#define BODY_MIN 30
#define BODY_MAX (BODY_MIN + BATCH_SEALED_MAX)
#define WINDOW	 (1024 * 1024) /* of a reader */

_Static_assert(ARCHIVE_RECORD_MAX == HEAD + BODY_MAX + TAIL, "the header tells the truth");
_Static_assert(ARCHIVE_RECORD_MAX <= WINDOW, "any record fits the window of a reader");

static const char magic[4] = {'F', 'N', 'R', '1'};

static uint32_t head_crc(struct archive_pos at, const void *head)
{
	struct buf b;
	buf_init(&b, 12);
	buf_put_u32(&b, at.segment);
	buf_put_u64(&b, at.offset);
	uLong crc = crc32(0, (const Bytef *)b.data, (uInt)b.len);
	buf_clear(&b);
	return (uint32_t)crc32(crc, head, 8);
}

static uint32_t body_crc(const void *body, size_t n)
{
	return (uint32_t)crc32(0, body, (uInt)n);
}

void archive_encode(struct buf *out, const struct archive_record *r, struct archive_pos at)
{
	size_t start = out->len, n = BODY_MIN + r->inner_len;
	const struct placement *seen = &r->seen;

	buf_put(out, magic, sizeof(magic));
	buf_put_u32(out, (uint32_t)n);
	buf_put_u32(out, head_crc(at, out->data + start));
	buf_putc(out, (char)r->type);
	buf_put_u64(out, (uint64_t)r->received_ms);
	buf_put(out, seen->country, 2);
	buf_put(out, seen->region, sizeof(seen->region));
	buf_put_u32(out, seen->isp);
	buf_putc(out, (char)seen->access);
	buf_putc(out, (char)seen->region_source);
	buf_putc(out, (char)seen->isp_source);
	buf_put(out, r->inner, r->inner_len);
	buf_put_u32(out, body_crc(out->data + start + HEAD, n));
}

/* Of a body whose CRC is right. */
static enum archive_found decode(struct archive_record *r, const uint8_t *body, size_t n)
{
	bool batch = body[0] == ARCHIVE_BATCH;
	if (!body[0] || body[0] > ARCHIVE_METHOD || batch != (n > BODY_MIN) || body[22] ||
	    body[27] >= ACCESSES || body[28] > PLACE_MMDB || body[29] > PLACE_MMDB)
		return FOUND_UNKNOWN;
	*r = (struct archive_record){
		.type = (enum archive_type)body[0],
		.received_ms = (int64_t)buf_get_u64(body + 1),
		.inner = batch ? body + BODY_MIN : NULL,
		.inner_len = n - BODY_MIN,
		.seen = {.isp = buf_get_u32(body + 23),
			 .access = (enum access_type)body[27],
			 .region_source = (enum place_source)body[28],
			 .isp_source = (enum place_source)body[29]},
	};
	memcpy(r->seen.country, body + 9, 2);
	memcpy(r->seen.region, body + 11, sizeof(r->seen.region));
	return FOUND_RECORD;
}

int archive_reader_open(struct archive_reader *r, const char *path, uint32_t segment)
{
	struct stat st;
	*r = (struct archive_reader){.fd = open(path, O_RDONLY | O_CLOEXEC), .at = {segment, 0}};
	if (r->fd < 0 || fstat(r->fd, &st) < 0)
		return -1;
	r->end = (uint64_t)st.st_size;
	r->window = xmalloc(WINDOW);
	return 0;
}

void archive_reader_close(struct archive_reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	free(r->window);
}

/* How many bytes of the window stand at and behind an offset. */
static size_t in_window(const struct archive_reader *r, uint64_t offset)
{
	if (offset < r->window_at || offset >= r->window_at + r->window_len)
		return 0;
	return (size_t)(r->window_at + r->window_len - offset);
}

/* The n bytes at an offset, n <= WINDOW, all before r->end; NULL with errno. */
static const uint8_t *look(struct archive_reader *r, uint64_t offset, size_t n)
{
	if (in_window(r, offset) >= n)
		return r->window + (offset - r->window_at);
	r->window_at = offset;
	r->window_len = 0;
	while (r->window_len < n) {
		ssize_t got = pread(r->fd, r->window + r->window_len, WINDOW - r->window_len,
				    (off_t)(offset + r->window_len));
		if (got < 0 && errno == EINTR)
			continue;
		if (got == 0)
			errno = EIO; /* shorter than it was when we asked */
		if (got <= 0)
			return NULL;
		r->window_len += (size_t)got;
	}
	return r->window;
}

/* The record at an offset. *n is the length of its body when its header is good, 0 otherwise. */
static enum archive_found check(struct archive_reader *r, uint64_t offset, size_t *n,
				const uint8_t **body)
{
	uint64_t left = r->end - offset;
	*n = 0;
	if (!left)
		return FOUND_END;
	if (left < HEAD)
		return FOUND_CUT;
	const uint8_t *p = look(r, offset, HEAD);
	if (!p)
		return FOUND_TROUBLE;
	size_t len = buf_get_u32(p + 4);
	if (memcmp(p, magic, sizeof(magic)) || len < BODY_MIN || len > BODY_MAX ||
	    buf_get_u32(p + 8) != head_crc((struct archive_pos){r->at.segment, offset}, p))
		return FOUND_DAMAGE;
	*n = len;
	if (left < HEAD + len + TAIL)
		return FOUND_CUT;
	p = look(r, offset, HEAD + len + TAIL);
	if (!p)
		return FOUND_TROUBLE;
	*body = p + HEAD;
	return buf_get_u32(*body + len) == body_crc(*body, len) ? FOUND_RECORD : FOUND_DAMAGE;
}

enum archive_found archive_reader_next(struct archive_reader *r, struct archive_record *out)
{
	const uint8_t *body;
	size_t n;
	enum archive_found f = check(r, r->at.offset, &n, &body);
	if (f == FOUND_RECORD) {
		r->at.offset += HEAD + n + TAIL;
		f = decode(out, body, n);
	}
	return f;
}

int archive_reader_later(struct archive_reader *r)
{
	const uint8_t *body;
	size_t n;
	/* A good header says where its record ends, so what is inside it is not searched. */
	enum archive_found f = check(r, r->at.offset, &n, &body);
	uint64_t offset = r->at.offset + (n ? HEAD + n + TAIL : 1);

	while (f != FOUND_TROUBLE && offset + HEAD + BODY_MIN + TAIL <= r->end) {
		uint64_t left = r->end - offset;
		size_t len = in_window(r, offset);
		if (len < HEAD)
			len = WINDOW;
		if (len > left)
			len = (size_t)left;
		const uint8_t *p = look(r, offset, len);
		const uint8_t *hit = p ? memmem(p, len, magic, sizeof(magic)) : NULL;
		if (!p)
			return -1;
		offset += hit ? (uint64_t)(hit - p) : len - (sizeof(magic) - 1);
		if (!hit)
			continue;
		f = check(r, offset++, &n, &body);
		if (f == FOUND_RECORD)
			return 1;
	}
	return f == FOUND_TROUBLE ? -1 : 0;
}
