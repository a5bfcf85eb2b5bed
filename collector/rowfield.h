/* rowfield.h: the fields that rows and events have in common, as JSON and as CSV. Pure.
 *
 * Of JSON, a value under its key. Of CSV, a field and the comma behind it, if nothing else is said. */
#ifndef COLLECTOR_ROWFIELD_H
#define COLLECTOR_ROWFIELD_H

#include <stdint.h>

#include "collector/rowtext.h"

#define ROWFIELD_DECIMALS 4 /* of shares */

/* 0 is no time. */
void rowfield_json_time(struct jsonw *j, const struct rowtext *t, const char *key, int64_t ms);
void rowfield_csv_time(struct buf *out, const struct rowtext *t, int64_t ms);

/* The same in the Jalali calendar, in tables that have such dates: of CSV, a comma and a field. */
void rowfield_json_jalali(struct jsonw *j, const struct rowtext *t, const char *key, int64_t ms);
void rowfield_csv_jalali_head(struct buf *out, const struct rowtext *t, const char *column);
void rowfield_csv_jalali(struct buf *out, const struct rowtext *t, int64_t ms);

/* A number of probes, nothing where it is too small. */
void rowfield_json_probes(struct jsonw *j, const struct rowtext *t, const char *key,
			  uint32_t probes);
void rowfield_csv_probes(struct buf *out, const struct rowtext *t, uint32_t probes);

/* Region, ISP, access. */
void rowfield_json_series(struct jsonw *j, const struct rowtext *t, const struct series *s);
void rowfield_csv_series(struct buf *out, const struct series *s);

/* "" is null. */
void rowfield_json_text(struct jsonw *j, const char *key, const char *text);
void rowfield_csv_share(struct buf *out, double share);

/* The row may still change without a word. */
bool rowfield_is_provisional(const struct rowtext *t, const struct row *r);
/* Method, why and when of the revision; a row that says nothing has none. */
void rowfield_json_revision(struct jsonw *j, const struct rowtext *t, const struct row *r);
void rowfield_csv_revision(struct buf *out, const struct rowtext *t, const struct row *r);

/* n of how many: an object; in CSV two fields, each behind a comma, and empty when `of` is 0. */
void rowfield_json_count(struct jsonw *j, const char *name, const char *n_key, uint32_t n,
			 const char *of_key, uint32_t of);
void rowfield_csv_count(struct buf *out, uint32_t n, uint32_t of);

/* What not every table has; they end the line. */
void rowfield_line_tail(struct jsonw *j, struct buf *out, const struct rowtext *t);
void rowfield_csv_tail_head(struct buf *out, const struct rowtext *t);
void rowfield_csv_tail(struct buf *out, const struct rowtext *t, const struct series *s);

#endif
