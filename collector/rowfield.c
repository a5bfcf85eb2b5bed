/* rowfield.c: the fields that rows and events have in common. */
#include "collector/rowfield.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/calendar.h"

static const char *access_text(const struct series *s)
{
	return s->access == ACCESS_ANY ? "" : access_str(s->access);
}

/* The publisher gives 0 for whatever is below the threshold. */
static bool is_withheld(const struct rowtext *t, uint32_t probes)
{
	return probes < t->min_probes && t->min_probes > 1;
}

void rowfield_json_probes(struct jsonw *j, const struct rowtext *t, const char *key,
			  uint32_t probes)
{
	if (is_withheld(t, probes))
		jsonw_null(j, key);
	else
		jsonw_int(j, key, probes);
}

void rowfield_csv_probes(struct buf *out, const struct rowtext *t, uint32_t probes)
{
	if (!is_withheld(t, probes))
		buf_printf(out, "%" PRIu32, probes);
	buf_putc(out, ',');
}

void rowfield_json_time(struct jsonw *j, const struct rowtext *t, const char *key, int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	jsonw_str(j, key, ms ? calendar_rfc3339(text, ms, t->offset_min) : NULL);
}

void rowfield_json_jalali(struct jsonw *j, const struct rowtext *t, const char *key, int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	if (t->jalali)
		jsonw_str(j, key, ms ? calendar_jalali_text(text, ms, t->offset_min) : NULL);
}

void rowfield_csv_jalali_head(struct buf *out, const struct rowtext *t, const char *column)
{
	if (t->jalali)
		buf_printf(out, ",%s", column);
}

void rowfield_csv_jalali(struct buf *out, const struct rowtext *t, int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	if (t->jalali)
		buf_printf(out, ",%s", ms ? calendar_jalali_text(text, ms, t->offset_min) : "");
}

void rowfield_json_text(struct jsonw *j, const char *key, const char *text)
{
	jsonw_str(j, key, *text ? text : NULL);
}

void rowfield_json_series(struct jsonw *j, const struct rowtext *t, const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	rowfield_json_text(j, "region", s->region);
	rowfield_json_text(j, "isp", rowtext_isp(isp, s->isp));
	rowfield_json_text(j, "access", access_text(s));
	if (t->names) {
		rowfield_json_text(j, "region_name",
				   rowtext_region_name(t->country, s->region, t->lang));
		rowfield_json_text(j, "isp_name", rowtext_isp_name(t->country, s->isp, t->lang));
	}
}

void rowfield_json_count(struct jsonw *j, const char *name, const char *n_key, uint32_t n,
			 const char *of_key, uint32_t of)
{
	jsonw_object(j, name);
	jsonw_int(j, n_key, n);
	jsonw_int(j, of_key, of);
	jsonw_end(j);
}

void rowfield_csv_count(struct buf *out, uint32_t n, uint32_t of)
{
	if (of)
		buf_printf(out, ",%" PRIu32 ",%" PRIu32, n, of);
	else
		buf_puts(out, ",,");
}

void rowfield_csv_time(struct buf *out, const struct rowtext *t, int64_t ms)
{
	char text[CALENDAR_RFC3339_LEN];
	if (ms)
		buf_puts(out, calendar_rfc3339(text, ms, t->offset_min));
	buf_putc(out, ',');
}

void rowfield_csv_share(struct buf *out, double share)
{
	if (!isnan(share))
		buf_printf(out, "%.*f", ROWFIELD_DECIMALS, share);
	buf_putc(out, ',');
}

void rowfield_csv_series(struct buf *out, const struct series *s)
{
	char isp[ROWTEXT_ISP_LEN];
	buf_printf(out, "%s,%s,%s,", s->region, rowtext_isp(isp, s->isp), access_text(s));
}

bool rowfield_is_provisional(const struct rowtext *t, const struct row *r)
{
	return r->v.state == STATE_SILENT ||
	       r->start_ms + r->step_ms + rowtext_grace_ms(r->step_ms) > t->now_ms;
}

void rowfield_json_revision(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	if (r->revision && r->method)
		jsonw_int(j, "method", r->method);
	else
		jsonw_null(j, "method");
	jsonw_str(j, "why", r->revision ? why_str(r->why) : NULL);
	rowfield_json_time(j, t, "revised", r->revised_ms);
}

void rowfield_csv_revision(struct buf *out, const struct rowtext *t, const struct row *r)
{
	if (r->revision && r->method)
		buf_printf(out, "%" PRIu32, r->method);
	buf_printf(out, ",%s,", r->revision ? why_str(r->why) : "");
	rowfield_csv_time(out, t, r->revised_ms);
}

void rowfield_line_tail(struct jsonw *j, struct buf *out, const struct rowtext *t)
{
	if (t->synthetic)
		jsonw_bool(j, "synthetic", true);
	jsonw_end(j);
	buf_putc(out, '\n');
}

void rowfield_csv_tail_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, t->names ? ",region_name,isp_name" : "");
	buf_puts(out, t->synthetic ? ",synthetic\r\n" : "\r\n");
}

void rowfield_csv_tail(struct buf *out, const struct rowtext *t, const struct series *s)
{
	if (t->names) {
		buf_putc(out, ',');
		rowtext_csv_field(out, rowtext_region_name(t->country, s->region, t->lang));
		buf_putc(out, ',');
		rowtext_csv_field(out, rowtext_isp_name(t->country, s->isp, t->lang));
	}
	buf_puts(out, t->synthetic ? ",1\r\n" : "\r\n");
}
