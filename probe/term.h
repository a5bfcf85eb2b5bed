/* term.h: what the terminal behind a stream can show. */
#ifndef PROBE_TERM_H
#define PROBE_TERM_H

#include <stdbool.h>
#include <stdio.h>

struct term {
	FILE *out;
	bool live;  /* a terminal whose lines can be drawn again */
	bool color; /* and NO_COLOR is not set (https://no-color.org) */
	bool utf8;  /* ticks, crosses and blocks; otherwise ASCII */
};

/* Needs setlocale(LC_CTYPE, "") before. */
void term_init(struct term *t, FILE *out);
/* Width and height now, 80 x 24 when unknown. */
void term_size(const struct term *t, int *columns, int *rows);

/* Escape sequence, "" where colours are off. */
enum term_color { TERM_RESET, TERM_GREEN, TERM_RED, TERM_YELLOW, TERM_DIM, TERM_BOLD };
const char *term_color(const struct term *t, enum term_color c);

/* "✓" and "✗", or their ASCII forms; each one column wide. */
const char *term_mark(const struct term *t, bool good);

#endif
