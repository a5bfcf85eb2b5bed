/* meaning.c: each table once more, as the texts of its rows: a row without one does not compile. */
#include "collector/meaning.h"

#include "collector/html.h"

static const enum text states[STATES] = {
#define STATE(sym, name, rank, loss) [STATE_##sym] = TEXT_MEANS_STATE_##sym,
#include "collector/state.def"
#undef STATE
};

static const enum text signs[SIGNS] = {
#define SIGN(sym, name) [SIGN_##sym] = TEXT_MEANS_SIGN_##sym,
#include "collector/sign.def"
#undef SIGN
};

static const enum text mechanisms[MECHANISMS] = {
#define MECHANISM(sym, name, kind) [MECH_##sym] = TEXT_MEANS_MECH_##sym,
#include "collector/mechanism.def"
#undef MECHANISM
};

static const enum text whys[WHYS] = {
#define WHY(sym, name) [WHY_##sym] = TEXT_MEANS_WHY_##sym,
#include "collector/why.def"
#undef WHY
};

const char *meaning_state(enum lang lang, enum state s)
{
	return (unsigned int)s < STATES ? html_word(lang, states[s]) : "";
}

const char *meaning_sign(enum lang lang, enum sign s)
{
	return (unsigned int)s < SIGNS ? html_word(lang, signs[s]) : "";
}

const char *meaning_mechanism(enum lang lang, enum mechanism m)
{
	return (unsigned int)m < MECHANISMS ? html_word(lang, mechanisms[m]) : "";
}

const char *meaning_why(enum lang lang, enum why w)
{
	return (unsigned int)w < WHYS ? html_word(lang, whys[w]) : "";
}
