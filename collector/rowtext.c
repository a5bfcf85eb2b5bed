/* rowtext.c: the fields of rows and events. A field is added in its JSON and its CSV function and
 * in the head of the CSV, all three below one another. */
#include "collector/rowtext.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/country.h"

#define SHARE_DECIMALS 4

const char *rowtext_isp(char out[static ROWTEXT_ISP_LEN], uint32_t isp)
{
	if (isp == ISP_ANY)
		out[0] = '\0';
	else
		snprintf(out, ROWTEXT_ISP_LEN, "AS%" PRIu32, isp);
	return out;
}

const char *rowtext_region_name(const struct country *c, const char *code, enum lang lang)
{
	const struct region *r = country_region(c, code);
	const char *name = !r ? "" : lang == LANG_FA ? r->name_fa : r->name_en;
	return *name ? name : code;
}

const char *rowtext_isp_name(const struct country *c, uint32_t isp, enum lang lang)
{
	const struct isp *i = isp == ISP_ANY ? NULL : country_isp(c, isp);
	return !i ? "" : lang == LANG_FA && i->name_fa[0] ? i->name_fa : i->name_en;
}

static const char *access_text(const struct series *s)
{
	return s->access == ACCESS_ANY ? "" : access_str(s->access);
}

/* The views make a step's rows final when it has ended and its grace has passed (views.c). */
static bool is_provisional(const struct rowtext *t, const struct row *r)
{
	int64_t grace = r->step_ms < 10000 ? 10000 : r->step_ms > 120000 ? 120000 : r->step_ms;
	return r->v.state == STATE_SILENT || r->start_ms + r->step_ms + grace > t->now_ms;
}

/* The publisher gives 0 for whatever is below the threshold. */
static bool is_withheld(const struct rowtext *t, uint32_t probes)
{
	return probes < t->min_probes && t->min_probes > 1;
}

static void json_probes(struct jsonw *j, const struct rowtext *t, uint32_t probes)
{
	if (is_withheld(t, probes))
		jsonw_null(j, "probes");
	else
		jsonw_int(j, "probes", probes);
}

static void csv_probes(struct buf *out, const struct rowtext *t, uint32_t probes)
{
	if (!is_withheld(t, probes))
		buf_printf(out, "%" PRIu32, probes);
	buf_putc(out, ',');
}

static void json_time(struct jsonw *j, const struct rowtext *t, const char *key, int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	jsonw_str(j, key, ms ? calendar_rfc3339(text, ms, t->offset_min) : NULL);
}

static void json_text(struct jsonw *j, const char *key, const char *text)
{
	jsonw_str(j, key, *text ? text : NULL);
}

static void json_series(struct jsonw *j, const struct rowtext *t, const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	json_text(j, "region", s->region);
	json_text(j, "isp", rowtext_isp(isp, s->isp));
	json_text(j, "access", access_text(s));
	if (t->names) {
		json_text(j, "region_name", rowtext_region_name(t->country, s->region, t->lang));
		json_text(j, "isp_name", rowtext_isp_name(t->country, s->isp, t->lang));
	}
}

void rowtext_csv_field(struct buf *out, const char *value)
{
	if (!strpbrk(value, ",\"\r\n")) {
		buf_puts(out, value);
		return;
	}
	buf_putc(out, '"');
	for (; *value; value++) {
		if (*value == '"')
			buf_putc(out, '"');
		buf_putc(out, *value);
	}
	buf_putc(out, '"');
}

static void csv_time(struct buf *out, const struct rowtext *t, int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	if (ms)
		buf_puts(out, calendar_rfc3339(text, ms, t->offset_min));
	buf_putc(out, ',');
}

static void csv_share(struct buf *out, double share)
{
	if (!isnan(share))
		buf_printf(out, "%.*f", SHARE_DECIMALS, share);
	buf_putc(out, ',');
}

static void csv_series(struct buf *out, const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	buf_printf(out, "%s,%s,%s,", s->region, rowtext_isp(isp, s->isp), access_text(s));
}

/* The columns that not every table has; they end the line. */
static void csv_tail_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, t->names ? ",region_name,isp_name" : "");
	buf_puts(out, t->synthetic ? ",synthetic\r\n" : "\r\n");
}

static void csv_tail(struct buf *out, const struct rowtext *t, const struct series *s)
{
	if (t->names) {
		buf_putc(out, ',');
		rowtext_csv_field(out, rowtext_region_name(t->country, s->region, t->lang));
		buf_putc(out, ',');
		rowtext_csv_field(out, rowtext_isp_name(t->country, s->isp, t->lang));
	}
	buf_puts(out, t->synthetic ? ",1\r\n" : "\r\n");
}

void rowtext_row_json(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	jsonw_object(j, NULL);
	json_time(j, t, "start", r->start_ms);
	jsonw_int(j, "step", r->step_ms / 1000);
	json_series(j, t, &r->series);
	jsonw_str(j, "state", state_str(r->v.state));
	jsonw_num(j, "up", r->v.up, SHARE_DECIMALS);
	jsonw_num(j, "lo", r->v.lo, SHARE_DECIMALS);
	jsonw_num(j, "hi", r->v.hi, SHARE_DECIMALS);
	json_probes(j, t, r->v.probes);
	jsonw_int(j, "expected", r->v.expected);
	jsonw_int(j, "late", r->v.late);
	jsonw_int(j, "revision", r->revision);
	jsonw_str(j, "rule", r->v.rule);
	if (is_provisional(t, r))
		jsonw_bool(j, "provisional", true);
	jsonw_end(j);
}

void rowtext_row_csv_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, "start,step,region,isp,access,state,up,lo,hi,probes,expected,late,revision,"
		      "rule,provisional");
	csv_tail_head(out, t);
}

void rowtext_row_csv(struct buf *out, const struct rowtext *t, const struct row *r)
{
	csv_time(out, t, r->start_ms);
	buf_printf(out, "%" PRId64 ",", r->step_ms / 1000);
	csv_series(out, &r->series);
	buf_printf(out, "%s,", state_str(r->v.state));
	csv_share(out, r->v.up);
	csv_share(out, r->v.lo);
	csv_share(out, r->v.hi);
	csv_probes(out, t, r->v.probes);
	buf_printf(out, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%s,%d", r->v.expected, r->v.late,
		   r->revision, r->v.rule, is_provisional(t, r));
	csv_tail(out, t, &r->series);
}

/* What the event is about, in the words of `by`. */
static const char *scope(const struct series *s)
{
	static const char *const words[] = {"country",	  "access",	      "isp",
					    "isp,access", "region",	      "region,access",
					    "region,isp", "region,isp,access"};
	return words[(s->region[0] ? 4 : 0) + (s->isp != ISP_ANY ? 2 : 0) +
		     (s->access != ACCESS_ANY ? 1 : 0)];
}

void rowtext_event_json(struct jsonw *j, const struct rowtext *t, const struct event *e)
{
	jsonw_object(j, NULL);
	jsonw_str(j, "id", e->id);
	jsonw_str(j, "state", state_str(e->state));
	jsonw_str(j, "scope", scope(&e->series));
	json_series(j, t, &e->series);
	json_time(j, t, "onset", e->onset_ms);
	json_time(j, t, "onset_lo", e->onset_lo_ms);
	json_time(j, t, "onset_hi", e->onset_hi_ms);
	json_time(j, t, "end", e->end_ms);
	json_time(j, t, "detected", e->detected_ms);
	jsonw_num(j, "severity", e->severity, 2);
	json_probes(j, t, e->probes);
	jsonw_int(j, "revision", e->revision);
	jsonw_end(j);
}

void rowtext_event_csv_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, "id,state,scope,region,isp,access,onset,onset_lo,onset_hi,end,detected,"
		      "severity,probes,revision");
	csv_tail_head(out, t);
}

void rowtext_event_csv(struct buf *out, const struct rowtext *t, const struct event *e)
{
	rowtext_csv_field(out, e->id);
	buf_printf(out, ",%s,", state_str(e->state));
	rowtext_csv_field(out, scope(&e->series));
	buf_putc(out, ',');
	csv_series(out, &e->series);
	csv_time(out, t, e->onset_ms);
	csv_time(out, t, e->onset_lo_ms);
	csv_time(out, t, e->onset_hi_ms);
	csv_time(out, t, e->end_ms);
	csv_time(out, t, e->detected_ms);
	buf_printf(out, "%.2f,", e->severity);
	csv_probes(out, t, e->probes);
	buf_printf(out, "%" PRIu32, e->revision);
	csv_tail(out, t, &e->series);
}
