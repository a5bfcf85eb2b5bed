/* consent.h: what a volunteer was told and what they answered. Without a recorded yes to the
 * present text nothing is measured on a schedule and nothing is ever sent. */
#ifndef PROBE_CONSENT_H
#define PROBE_CONSENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Raise it when the meaning of the text changes: earlier answers then no longer count. */
#define CONSENT_TEXT_VERSION 2

enum consent_answer {
	CONSENT_NONE,	  /* never asked, or the record can't be read */
	CONSENT_OUTDATED, /* answered another text */
	CONSENT_NO,
	CONSENT_MEASURE_ONLY, /* measure, keep it here, send nothing */
	CONSENT_YES,
};

enum consent_language { CONSENT_ENGLISH, CONSENT_PERSIAN };

struct consent {
	enum consent_answer answer;
	char date[16]; /* day of the answer, UTC: 2026-01-08 */
};

/* What is recorded in the state folder; a missing record is CONSENT_NONE. */
void consent_load(struct consent *c, const char *state_dir);
/* 0, or -1 with errno. */
int consent_save(const char *state_dir, enum consent_answer answer, int64_t now_ms);

/* "yes", "measure-only", "no", "outdated", "none". */
const char *consent_str(enum consent_answer a);
static inline bool consent_may_measure(enum consent_answer a)
{
	return a == CONSENT_YES || a == CONSENT_MEASURE_ONLY;
}

/* Shows the text, for the country that is watched from outside if there is one (NULL: none), and asks until there is one of the three answers; an empty line keeps `before`
 * where that is an answer. The end of input is CONSENT_NONE: silence is no consent. */
enum consent_answer consent_ask(FILE *in, FILE *out, enum consent_language language,
				const char *watch, enum consent_answer before);

/* Language of the environment (LC_ALL, LC_MESSAGES, LANG): Persian for fa*. */
enum consent_language consent_language(void);

#endif
