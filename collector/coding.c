/* coding.c: a list of preferences, and two compressors. */
#include "collector/coding.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>
#include <zstd.h>

/* A large export is better sent soon than small: gzip -6 costs 20 ms for a MiB. */
#define FAST_FROM  (1024 * 1024)
#define GZIP_LEVEL 6
#define ZSTD_LEVEL 9
#define GZIP_FAST  1
#define ZSTD_FAST  3

#define Q_NONE (-1) /* not in the list */
#define Q_MAX  1000 /* a quality in thousandths: it has three decimals at most */

static const char *const names[CODINGS] = {
	[CODING_NONE] = "identity", [CODING_GZIP] = "gzip", [CODING_ZSTD] = "zstd"};

const char *coding_str(enum coding c)
{
	return names[c];
}

/* "0.5" in thousandths. What is no quality is none at all. */
static int read_quality(const char *text, size_t len)
{
	int q = 0, unit = Q_MAX;
	for (size_t i = 0; i < len; i++) {
		if (i == 1 && text[i] == '.')
			continue;
		if (!isdigit((unsigned char)text[i]) || unit == 0 || (i > 0 && text[1] != '.'))
			return 0;
		q += (text[i] - '0') * unit;
		unit /= 10;
	}
	return q > Q_MAX ? 0 : q;
}

/* The quality of one member of the list, "gzip ; q=0.5": what stands after its name. */
static int quality_of(const char *p, size_t len)
{
	size_t skip = strspn(p, " \t;");
	if (skip >= len)
		return Q_MAX;
	p += skip;
	len -= skip;
	while (len && isspace((unsigned char)p[len - 1]))
		len--;
	return len > 2 && !strncasecmp(p, "q=", 2) ? read_quality(p + 2, len - 2) : 0;
}

static enum coding named(const char *p, size_t len)
{
	int c = 0;
	if (len == 6 && !strncasecmp(p, "x-gzip", len))
		return CODING_GZIP;
	while (c < CODINGS && (strlen(names[c]) != len || strncasecmp(p, names[c], len) != 0))
		c++;
	return (enum coding)c;
}

/* The quality of each coding; what the list does not name has that of "*". */
static void read_list(const char *accept, int q[static CODINGS])
{
	int any = Q_NONE;
	for (int c = 0; c < CODINGS; c++)
		q[c] = Q_NONE;
	for (const char *p = accept; *p;) {
		p += strspn(p, " \t,");
		size_t len = strcspn(p, ","), name = strcspn(p, " \t;,");
		enum coding c = named(p, name);
		int quality = quality_of(p + name, len - name);
		if (c != CODINGS)
			q[c] = quality;
		else if (name == 1 && *p == '*')
			any = quality;
		p += len;
	}
	for (int c = 0; c < CODINGS; c++)
		if (q[c] == Q_NONE)
			q[c] = c == CODING_NONE ? 0 : any;
}

enum coding coding_choose(const char *accept)
{
	int q[CODINGS];
	enum coding best = CODING_NONE;
	if (!accept)
		return CODING_NONE;
	read_list(accept, q);
	for (int c = 1; c < CODINGS; c++)
		if (q[c] > 0 && q[c] >= q[best])
			best = (enum coding)c;
	return best;
}

bool coding_takes(const char *accept, enum coding c)
{
	int q[CODINGS];
	if (!accept)
		return false;
	read_list(accept, q);
	return q[c] > 0;
}

/* How long the gzip form in out is, 0 when it does not fit. */
static size_t gzip(const struct buf *in, char *out, size_t room)
{
	z_stream z = {0};
	int level = in->len >= FAST_FROM ? GZIP_FAST : GZIP_LEVEL;
	if (deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	z.next_in = (Bytef *)in->data;
	z.avail_in = (uInt)in->len;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)room;
	int rc = deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return rc == Z_STREAM_END ? room - z.avail_out : 0;
}

static size_t zstd(const struct buf *in, char *out, size_t room)
{
	int level = in->len >= FAST_FROM ? ZSTD_FAST : ZSTD_LEVEL;
	size_t len = ZSTD_compress(out, room, in->data, in->len, level);
	return ZSTD_isError(len) ? 0 : len;
}

bool coding_apply(enum coding c, struct buf *b)
{
	struct buf out;
	if (c == CODING_NONE || !b->len)
		return false;
	/* never longer than what it was made from */
	buf_init(&out, b->len);
	out.data = xmalloc(b->len + 1);
	out.room = b->len + 1;
	out.len = c == CODING_GZIP ? gzip(b, out.data, b->len) : zstd(b, out.data, b->len);
	if (!out.len) {
		buf_clear(&out);
		return false;
	}
	out.data[out.len] = '\0';
	buf_clear(b);
	*b = out;
	return true;
}
