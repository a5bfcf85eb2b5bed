/* chart_text.h: how wide text is, guessed. Pure.
 *
 * A picture has no layout of its own: whoever places text must know its width, and the font is the
 * reader's. Advances are those of a common sans-serif by class of character, a little rounded up. */
#ifndef COLLECTOR_CHART_TEXT_H
#define COLLECTOR_CHART_TEXT_H

#include <stddef.h>

/* Pixels at a font size in pixels. Text is UTF-8. */
int chart_text_width(const char *text, int size);

/* A piece of the text that it was cut from. */
struct chart_text_line {
	const char *start;
	size_t len;
};

int chart_text_width_of(const struct chart_text_line *line, int size);

/* Breaks text into lines of at most width: at spaces, and inside a word only when it is wider than a
 * line, like an address of the web. What does not fit into most lines stays in the last. Returns their
 * number, 0 for no text. */
size_t chart_text_wrap(const char *text, int size, int width, struct chart_text_line *lines,
		       size_t most);

/* text, or its beginning with an ellipsis when it is wider than width. */
#define CHART_TEXT_FIT_LEN 200
const char *chart_text_fit(char out[static CHART_TEXT_FIT_LEN], const char *text, int size,
			   int width);

#endif
