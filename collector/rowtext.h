/* rowtext.h: rows and events as JSON, CSV and NDJSON: the spellings of a field side by side. Pure.
 *
 * null (CSV: empty) stands for "any" in region, isp and access, and for figures that are withheld
 * (fewer than min_probes) or that nobody measured. */
#ifndef COLLECTOR_ROWTEXT_H
#define COLLECTOR_ROWTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/params.h"
#include "collector/row.h"
#include "common/buf.h"
#include "common/jsonw.h"

struct country;
struct publish;

struct rowtext {
	const struct country *country;
	int offset_min; /* of the times: 0 is UTC */
	bool jalali; /* dates in that calendar too, as start_jalali or onset_jalali and end_jalali */
	bool names;  /* add region_name and isp_name in lang */
	enum lang lang;
	unsigned int classes; /* bit c: counts of class c; 0: of all */
	bool synthetic; /* CSV has no envelope: add a column, and a field of each line of NDJSON */
	uint32_t min_probes; /* fewer than this is withheld, which is not the same as none */
	int64_t now_ms;	     /* a row that ends later is provisional */
};

/* As the parameters of whoever asks say. */
struct rowtext rowtext_of(const struct params *p, const struct publish *publish, bool synthetic,
			  int64_t now_ms);

/* A row may still change until so long after its step has ended. */
int64_t rowtext_grace_ms(int64_t step_ms);

void rowtext_row_json(struct jsonw *j, const struct rowtext *t, const struct row *r);
void rowtext_row_csv_head(struct buf *out, const struct rowtext *t);
void rowtext_row_csv(struct buf *out, const struct rowtext *t, const struct row *r);
void rowtext_row_line(struct buf *out, const struct rowtext *t, const struct row *r);

/* A row of one class (publish.h): its share and its probes, and the state of the whole. */
void rowtext_class_json(struct jsonw *j, const struct rowtext *t, const struct row *r);
void rowtext_class_csv_head(struct buf *out, const struct rowtext *t);
void rowtext_class_csv(struct buf *out, const struct rowtext *t, const struct row *r);
void rowtext_class_line(struct buf *out, const struct rowtext *t, const struct row *r);

void rowtext_event_json(struct jsonw *j, const struct rowtext *t, const struct event *e);
void rowtext_event_csv_head(struct buf *out, const struct rowtext *t);
void rowtext_event_csv(struct buf *out, const struct rowtext *t, const struct event *e);
void rowtext_event_line(struct buf *out, const struct rowtext *t, const struct event *e);

/* "AS44244"; "" for any. */
#define ROWTEXT_ISP_LEN 16
const char *rowtext_isp(char out[static ROWTEXT_ISP_LEN], uint32_t isp);
/* One CSV field, quoted when it must be (RFC 4180). */
void rowtext_csv_field(struct buf *out, const char *value);

/* The country in a language. */
const char *rowtext_country_name(const struct country *c, enum lang lang);
/* Names of a series' parts in a language; the code when there is no name, "" for any. */
const char *rowtext_region_name(const struct country *c, const char *code, enum lang lang);
const char *rowtext_isp_name(const struct country *c, uint32_t isp, enum lang lang);

#endif
