/* term.c: asks the environment once, the window size each time. */
#include "probe/term.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void term_init(struct term *t, FILE *out)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	t->out = out;
	t->live = isatty(fileno(out)) && term && *term && strcmp(term, "dumb");
	t->color = t->live && !(no_color && *no_color);
	t->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
}

void term_size(const struct term *t, int *columns, int *rows)
{
	struct winsize w;
	*columns = 80;
	*rows = 24;
	if (ioctl(fileno(t->out), TIOCGWINSZ, &w) == 0) {
		if (w.ws_col)
			*columns = w.ws_col;
		if (w.ws_row)
			*rows = w.ws_row;
	}
}

const char *term_color(const struct term *t, enum term_color c)
{
	static const char *const escapes[] = {
		[TERM_RESET] = "\033[0m",   [TERM_GREEN] = "\033[32m", [TERM_RED] = "\033[31m",
		[TERM_YELLOW] = "\033[33m", [TERM_DIM] = "\033[2m",    [TERM_BOLD] = "\033[1m",
	};
	return t->color ? escapes[c] : "";
}

const char *term_mark(const struct term *t, bool good)
{
	if (t->utf8)
		return good ? "✓" : "✗";
	return good ? "+" : "x";
}
