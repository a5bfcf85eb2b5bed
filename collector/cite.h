/* cite.h: one figure or event as citations that people and programs read. Pure.
 *
 * Every citation carries the version of the data and an address that is pinned to it, so that whoever
 * follows it sees what was cited. Forms: BibTeX (Patashnik 1988, @misc with howpublished left to url),
 * RIS (refman tags, TY DATA), CSL-JSON 1.0.2 (type dataset), the {{cite web}} template of the English
 * Wikipedia, which others know too. */
#ifndef COLLECTOR_CITE_H
#define COLLECTOR_CITE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/lang.h"
#include "common/buf.h"

enum cite_style { CITE_TEXT, CITE_BIBTEX, CITE_RIS, CITE_CSL, CITE_WIKIPEDIA, CITE_STYLES };

/* "Text", "BibTeX": names that no language translates. */
const char *cite_style_name(enum cite_style s);

struct cite {
	/* Plain text, borrowed. */
	const char *id; /* letters, digits, dots, dashes: the key */
	const char *title;
	const char *site;   /* who says so: "Fanous" */
	const char *url;    /* pinned */
	enum lang lang;	    /* of the title and of what stands around it */
	int64_t version_ms; /* of the data */
	int method;
	bool synthetic; /* simulated: the title says so first */
};

/* Appends the citation, ended by a newline. */
void cite_put(struct buf *out, enum cite_style style, const struct cite *c);

#endif
