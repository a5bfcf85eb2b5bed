/* wire_http.c: one line after the other, then the body.
 *
 *	STATUS  "HTTP/1.1 200 OK"            one digit more or less and it is not HTTP
 *	HEADER  "Name: value" ... ""         four names count, all others are passed over
 *	BODY    Content-Length bytes, or all until the stream ends
 *	SIZE    "1f;extension"               then DATA, then the empty line GAP, and again
 *
 * Doubtful framing is refused where two readers could differ (RFC 9112 section 6.3): a length that is
 * no number, two lengths that differ, a byte NUL in a header. A line may end in LF alone. */
#include "probe/wire_http.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"

enum stage { STATUS, HEADER, BODY, SIZE, DATA, GAP };

#define MAGIC	      "HTTP/1."
#define SIZE_MAX_LINE 1024 /* of a chunk's extensions; nobody is known to send any */

void wire_http_init(struct wire_http *h)
{
	*h = (struct wire_http){.stage = STATUS, .length = -1};
	buf_init(&h->line, CHECK_READ_MAX);
	buf_init(&h->body, CHECK_READ_MAX);
}

void wire_http_clear(struct wire_http *h)
{
	buf_clear(&h->line);
	buf_clear(&h->body);
	free(h->location);
	h->location = NULL;
}

static enum wire_http_state bad(struct wire_http *h)
{
	return h->state = WIRE_HTTP_BAD;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- lines --- */

/* "HTTP/1.1 200", then nothing or a space and a text. */
static void take_status(struct wire_http *h, const char *line, size_t len)
{
	const size_t at = strlen(MAGIC "1 ");
	if (len < at + 3 || strncmp(line, MAGIC, strlen(MAGIC)) || !is_digit(line[at - 2]) ||
	    line[at - 1] != ' ' || line[at] < '1' || line[at] > '9' || !is_digit(line[at + 1]) ||
	    !is_digit(line[at + 2]) || (len > at + 3 && line[at + 3] != ' ')) {
		bad(h);
		return;
	}
	int status = (line[at] - '0') * 100 + (line[at + 1] - '0') * 10 + line[at + 2] - '0';
	/* Nothing asked for another protocol, so 101 is an answer like any other. */
	h->status = status < 200 && status != 101 ? 0 : status;
	h->stage = HEADER;
}

static bool parse_length(int64_t *out, const char *value, size_t len)
{
	int64_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(value[i]) || n > (INT64_MAX - 9) / 10)
			return false;
		n = 10 * n + value[i] - '0';
	}
	*out = n;
	return len > 0;
}

static void take_length(struct wire_http *h, const char *value, size_t len)
{
	int64_t n;
	if (!parse_length(&n, value, len) || (h->length >= 0 && h->length != n))
		bad(h);
	else
		h->length = n;
}

/* Only the last coding can say where the body ends. */
static void take_coding(struct wire_http *h, const char *value, size_t len)
{
	static const char chunked[] = "chunked";
	const size_t n = sizeof(chunked) - 1;
	h->coded = true;
	h->chunked = len >= n && !strncasecmp(value + len - n, chunked, n) &&
		     (len == n || strchr(", \t", value[len - n - 1]));
}

static bool is_name(const char *line, size_t len, const char *name)
{
	return len == strlen(name) && !strncasecmp(line, name, len);
}

static void take_header(struct wire_http *h, const char *line, size_t len)
{
	const char *colon = memchr(line, ':', len);
	if (!colon || !h->status) /* the headers of a 1xx say nothing about the answer */
		return;
	size_t name = (size_t)(colon - line);
	const char *value = colon + 1, *end = line + len;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	size_t n = (size_t)(end - value);
	if (is_name(line, name, "Content-Length"))
		take_length(h, value, n);
	else if (is_name(line, name, "Transfer-Encoding"))
		take_coding(h, value, n);
	else if (is_name(line, name, "Location") && !h->location)
		h->location = xasprintf("%.*s", (int)n, value);
}

static void begin_body(struct wire_http *h)
{
	if (!h->status) {
		h->stage = STATUS; /* what came was informational */
		return;
	}
	h->headers_whole = true;
	h->left = h->coded ? -1 : h->length;
	h->stage = h->chunked ? SIZE : BODY;
	if (h->status == 204 || h->status == 304 || (!h->coded && !h->length))
		h->state = WIRE_HTTP_WHOLE;
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void take_size(struct wire_http *h, const char *line, size_t len)
{
	int64_t n = 0;
	size_t i = 0;
	for (; i < len && hex_value(line[i]) >= 0; i++) {
		if (n > INT64_MAX >> 4) {
			bad(h);
			return;
		}
		n = n << 4 | hex_value(line[i]);
	}
	if (!i || (i < len && !strchr("; \t", line[i]))) {
		bad(h);
	} else if (!n) {
		h->state = WIRE_HTTP_WHOLE; /* nobody needs the trailers */
	} else {
		h->left = n;
		h->stage = DATA;
	}
}

static void take_line(struct wire_http *h, const char *line, size_t len)
{
	if (len && line[len - 1] == '\r')
		len--;
	if (memchr(line, '\0', len)) {
		bad(h);
		return;
	}
	switch (h->stage) {
	case STATUS: take_status(h, line, len); break;
	case HEADER:
		if (len)
			take_header(h, line, len);
		else
			begin_body(h);
		break;
	case SIZE: take_size(h, line, len); break;
	default: /* GAP */
		h->stage = SIZE;
		if (len)
			bad(h);
	}
}

/* --- bytes --- */

/* A line that can't become what it has to be is not waited for. */
static void look_ahead(struct wire_http *h)
{
	size_t magic = strlen(MAGIC), len = h->line.len < magic ? h->line.len : magic;
	if (h->stage == STATUS && len && strncmp(h->line.data, MAGIC, len))
		bad(h);
	if (h->stage == SIZE && h->line.len > SIZE_MAX_LINE)
		bad(h);
}

/* Up to the end of the line, or all there is; bytes used. */
static size_t feed_line(struct wire_http *h, const char *data, size_t len)
{
	const char *newline = memchr(data, '\n', len);
	size_t n = newline ? (size_t)(newline - data) + 1 : len;
	buf_put(&h->line, data, newline ? n - 1 : n);
	look_ahead(h);
	if (newline && h->state == WIRE_HTTP_MORE) {
		take_line(h, h->line.data, h->line.len);
		buf_reset(&h->line);
	}
	return n;
}

static size_t feed_body(struct wire_http *h, const char *data, size_t len)
{
	if (h->left >= 0 && (uint64_t)h->left < len)
		len = (size_t)h->left;
	buf_put(&h->body, data, len);
	if (h->left >= 0)
		h->left -= (int64_t)len;
	if (!h->left && h->stage == BODY)
		h->state = WIRE_HTTP_WHOLE;
	else if (!h->left)
		h->stage = GAP;
	return len;
}

enum wire_http_state wire_http_feed(struct wire_http *h, const char *data, size_t len)
{
	size_t room = CHECK_READ_MAX - h->taken;
	if (len > room)
		len = room;
	while (len && h->state == WIRE_HTTP_MORE) {
		bool body = h->stage == BODY || h->stage == DATA;
		size_t n = body ? feed_body(h, data, len) : feed_line(h, data, len);
		h->taken += n;
		data += n;
		len -= n;
	}
	/* Before the body nothing is there yet. */
	if (h->state == WIRE_HTTP_MORE && h->taken == CHECK_READ_MAX)
		h->state = h->headers_whole ? WIRE_HTTP_ENOUGH : WIRE_HTTP_BAD;
	return h->state;
}

bool wire_http_end(const struct wire_http *h)
{
	return h->state == WIRE_HTTP_WHOLE || h->state == WIRE_HTTP_ENOUGH ||
	       (h->state == WIRE_HTTP_MORE && h->stage == BODY && h->left < 0);
}
