/* jsonw.h: a writer of JSON (RFC 8259) that appends to a buf; commas and escapes are its business.
 *
 *	struct jsonw j; jsonw_begin(&j, &buf);
 *	jsonw_object(&j, NULL); jsonw_int(&j, "n", 3); jsonw_str(&j, "state", "cut"); jsonw_end(&j);
 *	-> {"n":3,"state":"cut"}
 *
 * Inside an object pass the key, inside an array pass NULL. Text that is not valid UTF-8 comes out
 * with U+FFFD in place of the bad bytes. Reading JSON is jansson's work. */
#ifndef COMMON_JSONW_H
#define COMMON_JSONW_H

#include <stdbool.h>
#include <stdint.h>

struct buf;

#define JSONW_DEPTH_MAX 16

struct jsonw {
	struct buf *out; /* borrowed */
	unsigned char depth;
	char close[JSONW_DEPTH_MAX];	 /* '}' or ']' of each open level */
	bool comma[JSONW_DEPTH_MAX + 1]; /* a value was already written on this level */
};

void jsonw_begin(struct jsonw *j, struct buf *out);
void jsonw_object(struct jsonw *j, const char *key);
void jsonw_array(struct jsonw *j, const char *key);
void jsonw_end(struct jsonw *j); /* closes the innermost object or array */
void jsonw_str(struct jsonw *j, const char *key, const char *value); /* NULL value: null */
void jsonw_int(struct jsonw *j, const char *key, int64_t value);
void jsonw_num(struct jsonw *j, const char *key, double value, int decimals); /* NaN: null */
void jsonw_bool(struct jsonw *j, const char *key, bool value);
void jsonw_null(struct jsonw *j, const char *key);
void jsonw_time(struct jsonw *j, const char *key, int64_t wall_ms); /* RFC 3339, UTC */

#endif
