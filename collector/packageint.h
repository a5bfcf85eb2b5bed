/* packageint.h: what the files of package.h share: folder and tables (package.c), datapackage.json (package_schema.c), and
 * what people read (package_text.c). Nobody else includes it. */
#ifndef COLLECTOR_PACKAGEINT_H
#define COLLECTOR_PACKAGEINT_H

#include "collector/package.h"
#include "common/buf.h"

enum package_kind { PACKAGE_ROWS, PACKAGE_EVENTS, PACKAGE_ENTITIES };

struct package_table {
	const char *name; /* its file is NAME.csv */
	enum package_kind kind;
	bool by_region, by_isp; /* of rows */
	const char *key[2];	/* columns that tell its rows apart; the second may be NULL */
	const char *title;
};

#define PACKAGE_TABLES 5
extern const struct package_table package_tables[PACKAGE_TABLES];

struct package_sum {
	int64_t bytes;
	char sha256[65]; /* hex */
};

/* The first line of a table, without its end. */
void package_columns(const struct package *p, const struct package_table *t, struct buf *out);

/* sums are those of the tables. */
void package_json(const struct package *p, const struct package_sum sums[static PACKAGE_TABLES],
		  struct buf *out);

void package_readme(const struct package *p, struct buf *out);
void package_citation(const struct package *p, struct buf *out);
void package_licence(const struct package *p, struct buf *out);

/* "Internet access in Iran, January 2026 ..." */
#define PACKAGE_TITLE_LEN 160
const char *package_title(char out[static PACKAGE_TITLE_LEN], const struct package *p);
#define PACKAGE_LICENCE_URL "https://creativecommons.org/licenses/by/4.0/"

#endif
