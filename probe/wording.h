/* wording.h: findings in plain words, in English or Persian, and text set into columns.
 *
 * In Persian text everything Latin (names, addresses, fingerprints) stands between U+2068 and
 * U+2069, so that a terminal that knows the bidirectional algorithm (UAX #9) leaves it in one
 * piece. Texts that came over the network are cut down to printable ASCII. Pure. */
#ifndef PROBE_WORDING_H
#define PROBE_WORDING_H

#include "probe/explain.h"

struct buf;

enum wording { WORDING_EN, WORDING_FA, WORDINGS };

enum wording_word {
#define WORD(sym, en, fa) WORDING_##sym,
#include "probe/findings.def"
#undef WORD
	WORDING_WORDS
};

/* "en" or "fa", WORDINGS for anything else. */
enum wording wording_parse(const char *text);

const char *wording_word(enum wording w, enum wording_word word);
/* What a failure means, in one line. */
const char *wording_failure(enum wording w, enum failure f);

/* Appends one finding of f as a paragraph, without its end. */
void wording_finding(struct buf *out, enum wording w, const struct findings *f,
		     const struct finding *one);

/* Appends a word whose {0} and {1} stand for texts. */
void wording_fill(struct buf *out, enum wording w, enum wording_word word, const char *a,
		  const char *b);

/* Appends text that somebody else wrote: what is not printable ASCII becomes '?'. */
void wording_foreign(struct buf *out, const char *text);

/* Appends text broken into lines of at most `columns`, at blanks; a longer word stays whole, so
 * that it can be copied. The first line begins at column `at`, the others at `indent`. */
void wording_wrap(struct buf *out, const char *text, int columns, int at, int indent);

#endif
