/* rowtext_class.c: the fields of rows of one class, as those of whole rows stand in rowtext.c. */
#include <inttypes.h>

#include "collector/rowfield.h"
#include "collector/rowtext.h"

/* All but the end of the object. */
static void json_class(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	const struct verdict *v = &r->v;
	jsonw_object(j, NULL);
	rowfield_json_time(j, t, "start", r->start_ms);
	jsonw_int(j, "step", r->step_ms / 1000);
	rowfield_json_series(j, t, &r->series);
	jsonw_str(j, "class", class_str(r->class));
	jsonw_str(j, "state", state_str(v->state));
	jsonw_num(j, "up", v->up, ROWFIELD_DECIMALS);
	jsonw_num(j, "lo", v->lo, ROWFIELD_DECIMALS);
	jsonw_num(j, "hi", v->hi, ROWFIELD_DECIMALS);
	rowfield_json_probes(j, t, "probes", v->probes);
	jsonw_int(j, "revision", r->revision);
	if (rowfield_is_provisional(t, r))
		jsonw_bool(j, "provisional", true);
	rowfield_json_revision(j, t, r);
	rowfield_json_jalali(j, t, "start_jalali", r->start_ms);
}

void rowtext_class_json(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	json_class(j, t, r);
	jsonw_end(j);
}

void rowtext_class_line(struct buf *out, const struct rowtext *t, const struct row *r)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	json_class(&j, t, r);
	rowfield_line_tail(&j, out, t);
}

void rowtext_class_csv_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, "start,step,region,isp,access,class,state,up,lo,hi,probes,revision,"
		      "method,why,revised,provisional");
	rowfield_csv_jalali_head(out, t, "start_jalali");
	rowfield_csv_tail_head(out, t);
}

void rowtext_class_csv(struct buf *out, const struct rowtext *t, const struct row *r)
{
	const struct verdict *v = &r->v;
	rowfield_csv_time(out, t, r->start_ms);
	buf_printf(out, "%" PRId64 ",", r->step_ms / 1000);
	rowfield_csv_series(out, &r->series);
	buf_printf(out, "%s,%s,", class_str(r->class), state_str(v->state));
	rowfield_csv_share(out, v->up);
	rowfield_csv_share(out, v->lo);
	rowfield_csv_share(out, v->hi);
	rowfield_csv_probes(out, t, v->probes);
	buf_printf(out, "%" PRIu32 ",", r->revision);
	rowfield_csv_revision(out, t, r);
	buf_printf(out, "%d", rowfield_is_provisional(t, r));
	rowfield_csv_jalali(out, t, r->start_ms);
	rowfield_csv_tail(out, t, &r->series);
}
