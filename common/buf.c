/* buf.c: growable bytes with a cap, allocation that aborts, and files written whole or not at all.
 */
#include "common/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void buf_init(struct buf *b, size_t cap)
{
	*b = (struct buf){.cap = cap};
}

void buf_clear(struct buf *b)
{
	free(b->data);
	buf_init(b, b->cap);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

/* Room for len more bytes and a NUL; doubling keeps appends linear. */
static int buf_grow(struct buf *b, size_t len)
{
	if (len > b->cap - b->len) {
		b->overflow = true;
		return -1;
	}
	if (b->len + len < b->room)
		return 0;
	size_t room = b->room ? b->room : 64;
	while (room <= b->len + len)
		room *= 2;
	if (room > b->cap + 1)
		room = b->cap + 1;
	b->data = xrealloc(b->data, room);
	b->room = room;
	return 0;
}

int buf_put(struct buf *b, const void *data, size_t len)
{
	if (buf_grow(b, len) < 0)
		return -1;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return 0;
}

int buf_puts(struct buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

int buf_putc(struct buf *b, char c)
{
	return buf_put(b, &c, 1);
}

/* Into the room there is; only what does not fit is formatted twice. */
int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	size_t left = b->room - b->len;
	va_list again;
	va_copy(again, ap);
	int n = vsnprintf(b->data ? b->data + b->len : NULL, left, fmt, ap);
	int rc = n < 0 ? -1 : 0;
	if (n >= 0 && (size_t)n >= left) {
		if (left)
			b->data[b->len] = '\0';
		rc = buf_grow(b, (size_t)n);
		if (rc == 0)
			vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
	}
	if (rc == 0)
		b->len += (size_t)n;
	va_end(again);
	return rc;
}

int buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int rc = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return rc;
}

int buf_put_int(struct buf *b, int64_t v)
{
	char text[20]; /* the digits of 2^63, and a sign */
	size_t at = sizeof(text);
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
	do
		text[--at] = (char)('0' + u % 10);
	while (u /= 10);
	if (v < 0)
		text[--at] = '-';
	return buf_put(b, text + at, sizeof(text) - at);
}

static int buf_put_le(struct buf *b, uint64_t v, size_t bytes)
{
	uint8_t p[8];
	for (size_t i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> (8 * i));
	return buf_put(b, p, bytes);
}

int buf_put_u16(struct buf *b, uint16_t v)
{
	return buf_put_le(b, v, 2);
}

int buf_put_u32(struct buf *b, uint32_t v)
{
	return buf_put_le(b, v, 4);
}

int buf_put_u64(struct buf *b, uint64_t v)
{
	return buf_put_le(b, v, 8);
}

static uint64_t get_le(const void *p, size_t bytes)
{
	const uint8_t *u = p;
	uint64_t v = 0;
	for (size_t i = 0; i < bytes; i++)
		v |= (uint64_t)u[i] << (8 * i);
	return v;
}

uint16_t buf_get_u16(const void *p)
{
	return (uint16_t)get_le(p, 2);
}

uint32_t buf_get_u32(const void *p)
{
	return (uint32_t)get_le(p, 4);
}

uint64_t buf_get_u64(const void *p)
{
	return get_le(p, 8);
}

int buf_read_file(struct buf *b, const char *path, size_t cap)
{
	buf_init(b, cap);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	char chunk[16384];
	ssize_t n;
	int rc = -1;
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto out;
		if (buf_put(b, chunk, (size_t)n) < 0) {
			errno = EFBIG;
			goto out;
		}
	}
	rc = buf_put(b, "", 0); /* an empty file still gets its NUL */
out:;
	int saved = errno;
	close(fd);
	errno = saved;
	if (rc < 0)
		buf_clear(b);
	return rc;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

/* A rename is durable only when its folder is (fsync(2), NOTES). */
static int sync_folder(const char *path)
{
	char *dir = xstrdup(path);
	char *slash = strrchr(dir, '/');
	if (slash)
		slash[slash == dir] = '\0';
	int fd = open(slash ? dir : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);
	if (fd >= 0)
		close(fd);
	free(dir);
	return rc;
}

int buf_write_file(const char *path, const void *data, size_t len, unsigned int mode)
{
	char *tmp = xasprintf("%s.XXXXXX", path);
	int rc = -1;
	int fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		goto out;
	if (fchmod(fd, mode) < 0 || write_all(fd, data, len) < 0 || fsync(fd) < 0)
		goto remove;
	if (close(fd) < 0) {
		fd = -1;
		goto remove;
	}
	fd = -1;
	if (rename(tmp, path) < 0)
		goto remove;
	rc = sync_folder(path);
	goto out;
remove:;
	int saved = errno;
	if (fd >= 0)
		close(fd);
	unlink(tmp);
	errno = saved;
out:
	free(tmp);
	return rc;
}

static void *check(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		abort();
	}
	return p;
}

void *xmalloc(size_t size)
{
	return check(malloc(size ? size : 1));
}

void *xcalloc(size_t n, size_t size)
{
	return check(calloc(n ? n : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return check(strdup(s));
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;
	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		s = NULL;
	va_end(ap);
	return check(s);
}
