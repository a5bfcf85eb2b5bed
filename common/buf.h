/* buf.h: growable bytes, born with a maximum; and allocation that never fails quietly.
 *
 * A buffer never grows past its cap: an append that would pass it sets `overflow` and leaves the
 * content as it was, so a writer can append all it wants and ask once at the end. `data` is always
 * NUL-terminated once anything was appended, so text needs no copy. Out of memory aborts. */
#ifndef COMMON_BUF_H
#define COMMON_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data;    /* owned; NULL until the first append */
	size_t len;    /* bytes of content */
	size_t room;   /* bytes allocated */
	size_t cap;    /* content never exceeds this */
	bool overflow; /* an append was refused */
};

void buf_init(struct buf *b, size_t cap);
/* Frees the content; the cap stays and the buffer can be used again. */
void buf_clear(struct buf *b);
/* Forgets the content and keeps the memory. */
void buf_reset(struct buf *b);

/* 0, or -1 when the cap was hit (and overflow is set). */
int buf_put(struct buf *b, const void *data, size_t len);
int buf_puts(struct buf *b, const char *s);
int buf_putc(struct buf *b, char c);
int buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* In decimal; a batch has tens of thousands of numbers, and printf is slow. */
int buf_put_int(struct buf *b, int64_t v);

/* Little-endian integers, the byte order of all our formats. */
int buf_put_u16(struct buf *b, uint16_t v);
int buf_put_u32(struct buf *b, uint32_t v);
int buf_put_u64(struct buf *b, uint64_t v);
uint16_t buf_get_u16(const void *p);
uint32_t buf_get_u32(const void *p);
uint64_t buf_get_u64(const void *p);

/* Reads a whole file of at most cap bytes into b (which it initialises). 0, or -1 with errno;
 * EFBIG when the file is larger. */
int buf_read_file(struct buf *b, const char *path, size_t cap);

/* Writes a file so that after a crash it is either the old one or the new one, whole: temporary
 * file in the same folder, fsync, rename, fsync of the folder. 0, or -1 with errno. */
int buf_write_file(const char *path, const void *data, size_t len, unsigned int mode);

/* Allocation that aborts when memory is gone; the size in xcalloc is checked for overflow. */
void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
