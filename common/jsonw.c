/* jsonw.c: a JSON writer without a tree: what is written is on its way out already. */
#include "common/jsonw.h"

#include <assert.h>
#include <stdint.h>
#include <math.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"

void jsonw_begin(struct jsonw *j, struct buf *out)
{
	*j = (struct jsonw){.out = out};
}

/* Length of the valid UTF-8 sequence at s (RFC 3629), or 0. Reads no further than a NUL. */
static size_t utf8_len(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	size_t n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void put_string(struct buf *out, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	buf_putc(out, '"');
	while (*s) {
		size_t n = utf8_len(s);
		if (n == 0)
			buf_puts(out, "\xef\xbf\xbd");
		else if (n == 1 && (*s == '"' || *s == '\\'))
			buf_printf(out, "\\%c", *s);
		else if (n == 1 && *s < 0x20)
			buf_printf(out, "\\u%04x", *s);
		else
			buf_put(out, s, n);
		s += n ? n : 1;
	}
	buf_putc(out, '"');
}

static void put_key(struct jsonw *j, const char *key)
{
	if (j->comma[j->depth])
		buf_putc(j->out, ',');
	j->comma[j->depth] = true;
	if (key) {
		put_string(j->out, key);
		buf_putc(j->out, ':');
	}
}

static void open_level(struct jsonw *j, const char *key, char opening, char closing)
{
	assert(j->depth < JSONW_DEPTH_MAX);
	put_key(j, key);
	buf_putc(j->out, opening);
	j->close[j->depth++] = closing;
	j->comma[j->depth] = false;
}

void jsonw_object(struct jsonw *j, const char *key)
{
	open_level(j, key, '{', '}');
}

void jsonw_array(struct jsonw *j, const char *key)
{
	open_level(j, key, '[', ']');
}

void jsonw_end(struct jsonw *j)
{
	assert(j->depth > 0);
	buf_putc(j->out, j->close[--j->depth]);
}

void jsonw_str(struct jsonw *j, const char *key, const char *value)
{
	put_key(j, key);
	if (value)
		put_string(j->out, value);
	else
		buf_puts(j->out, "null");
}

void jsonw_int(struct jsonw *j, const char *key, int64_t value)
{
	put_key(j, key);
	buf_put_int(j->out, value);
}

void jsonw_num(struct jsonw *j, const char *key, double value, int decimals)
{
	put_key(j, key);
	if (isfinite(value))
		buf_printf(j->out, "%.*f", decimals, value);
	else
		buf_puts(j->out, "null");
}

void jsonw_bool(struct jsonw *j, const char *key, bool value)
{
	put_key(j, key);
	buf_puts(j->out, value ? "true" : "false");
}

void jsonw_null(struct jsonw *j, const char *key)
{
	put_key(j, key);
	buf_puts(j->out, "null");
}

void jsonw_time(struct jsonw *j, const char *key, int64_t wall_ms)
{
	char text[CLOCK_RFC3339_LEN];
	jsonw_str(j, key, clock_rfc3339(text, wall_ms));
}
