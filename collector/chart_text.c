/* chart_text.c: advances by class of character, line breaks. */
#include "collector/chart_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The code point at *p, which moves on. Our texts are UTF-8; a stray byte counts as one character. */
static uint32_t take(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;
	int more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0 ? 1 : 0;
	uint32_t c = more == 3 ? s[0] & 7 : more == 2 ? s[0] & 15 : more == 1 ? s[0] & 31 : s[0];
	int i = 1;
	for (; i <= more && (s[i] & 0xc0) == 0x80; i++)
		c = c << 6 | (s[i] & 63);
	*p += i;
	return c;
}

/* Hundredths of the font size. Arabic letters join and vary; most are near half. */
static int advance(uint32_t c)
{
	if (c < 0x80 && strchr("ijl.,:;|!'", (int)c))
		return 32;
	if (c == ' ' || c == 'f' || c == 't' || c == 'r' || c == 'I' ||
	    (c < 0x80 && strchr("()[]/-", (int)c)))
		return 40;
	if (c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '%' || c == '@')
		return 92;
	if (c >= 'A' && c <= 'Z')
		return 70;
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2060 && c <= 0x206f) ||
	    (c >= 0x064b && c <= 0x065f) || c == 0x0670)
		return 0; /* joiners, marks of direction, vowel signs */
	if (c >= 0x0600 && c <= 0x06ff)
		return c == 0x0627 || c == 0x0644 || c == 0x060c ? 32 : 58; /* alef, lam, comma */
	return c >= 0x2e80 ? 105 : 62;
}

static int width_of(const char *text, size_t len, int size)
{
	const char *end = text + len;
	int sum = 0;
	while (text < end)
		sum += advance(take(&text));
	return (sum * size + 99) / 100;
}

int chart_text_width(const char *text, int size)
{
	return width_of(text, strlen(text), size);
}

int chart_text_width_of(const struct chart_text_line *line, int size)
{
	return width_of(line->start, line->len, size);
}

/* How much of text, len bytes, is at most width wide; at least one character. */
static size_t prefix(const char *text, size_t len, int size, int width)
{
	const char *p = text, *end = text;
	do {
		end = p;
		if (p < text + len)
			take(&p);
	} while (p > end && width_of(text, (size_t)(p - text), size) <= width);
	if (end == text)
		end = p;
	return (size_t)(end - text);
}

/* The same for a word without spaces: rather where an address of the web has a seam. */
static size_t word_prefix(const char *text, size_t len, int size, int width)
{
	size_t end = prefix(text, len, size, width);
	for (size_t i = end; i > end / 2; i--)
		if (strchr("/?&", text[i - 1]))
			return i;
	return end;
}

size_t chart_text_wrap(const char *text, int size, int width, struct chart_text_line *lines,
		       size_t most)
{
	size_t n = 0;
	text += strspn(text, " ");
	while (*text && n < most) {
		size_t end = strcspn(text, " ");
		bool last = n + 1 == most;
		if (!last && width_of(text, end, size) > width)
			end = word_prefix(text, end, size, width);
		while (text[end] == ' ') {
			size_t next = end + 1 + strcspn(text + end + 1, " ");
			if (!last && width_of(text, next, size) > width)
				break;
			end = next;
		}
		if (last)
			end = strlen(text);
		lines[n++] = (struct chart_text_line){text, end};
		text += end + strspn(text + end, " ");
	}
	return n;
}

const char *chart_text_fit(char out[static CHART_TEXT_FIT_LEN], const char *text, int size,
			   int width)
{
	size_t len = strlen(text);
	if (len < CHART_TEXT_FIT_LEN && chart_text_width(text, size) <= width) {
		strcpy(out, text); /* fits: checked above */
		return out;
	}
	if (len > CHART_TEXT_FIT_LEN - 4)
		len = CHART_TEXT_FIT_LEN - 4;
	len = prefix(text, len, size, width - chart_text_width("…", size));
	while (len && text[len - 1] == ' ')
		len--;
	snprintf(out, CHART_TEXT_FIT_LEN, "%.*s…", (int)len, text);
	return out;
}
