/* rowtext.c: the fields of rows. A field is added in its JSON (NDJSON is the same) and its CSV function and in the head of
 * the CSV, all three below one another. */
#include "collector/rowtext.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collector/country.h"
#include "collector/publish.h"
#include "collector/rowfield.h"
#include "collector/withhold.h"

const char *rowtext_isp(char out[static ROWTEXT_ISP_LEN], uint32_t isp)
{
	if (isp == ISP_ANY)
		out[0] = '\0';
	else
		snprintf(out, ROWTEXT_ISP_LEN, "AS%" PRIu32, isp);
	return out;
}

/* The tables of a country have names in English and in Persian; readers of other languages get the former. */
static const char *in(enum lang lang, const char *en, const char *fa)
{
	return *fa && !strcmp(lang_of(lang)->code, "fa") ? fa : en;
}

const char *rowtext_country_name(const struct country *c, enum lang lang)
{
	return in(lang, c->name_en, c->name_fa);
}

const char *rowtext_region_name(const struct country *c, const char *code, enum lang lang)
{
	const struct region *r = country_region(c, code);
	const char *name = !r ? "" : in(lang, r->name_en, r->name_fa);
	return *name ? name : code;
}

const char *rowtext_isp_name(const struct country *c, uint32_t isp, enum lang lang)
{
	const struct isp *i = isp == ISP_ANY ? NULL : country_isp(c, isp);
	return !i ? "" : in(lang, i->name_en, i->name_fa);
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

struct rowtext rowtext_of(const struct params *p, const struct publish *publish, bool synthetic,
			  int64_t now_ms)
{
	return (struct rowtext){
		.country = publish->country,
		.offset_min = p->local_time ? publish->country->utc_offset_min : 0,
		.jalali = p->calendar == CALENDAR_JALALI,
		.names = p->lang_given,
		.lang = p->lang,
		.classes = p->classes,
		.synthetic = synthetic,
		.now_ms = now_ms,
		.min_probes = publish->min_probes,
	};
}

/* The views make a step's rows final when it has ended and its grace has passed (views.c). */
int64_t rowtext_grace_ms(int64_t step_ms)
{
	return step_ms < 10000 ? 10000 : step_ms > 120000 ? 120000 : step_ms;
}

/* ",sign_ipv6_lost_n": names of columns are names of variables too. */
static void csv_column(struct buf *out, const char *kind, const char *name, const char *figure)
{
	buf_printf(out, ",%s_", kind);
	for (; *name; name++)
		buf_putc(out, *name == '-' ? '_' : *name);
	buf_printf(out, "_%s", figure);
}

static void json_late(struct jsonw *j, const struct verdict *v)
{
	if (v->late == WITHHOLD_LATE)
		jsonw_null(j, "late");
	else
		jsonw_int(j, "late", v->late);
}

static double late_share(const struct verdict *v)
{
	return v->probes && v->late != WITHHOLD_LATE ? (double)v->late / v->probes : NAN;
}

/* Of targets that nobody judges by there are no counts. */
#define CLASSES_SHOWN CLASS_OTHER

static bool shows_class(const struct rowtext *t, size_t c)
{
	return !t->classes || (t->classes >> c & 1);
}

/* Of signs and mechanisms those that any probe showed; the CSV has all. */
static void json_counts(struct jsonw *j, const struct rowtext *t, const struct verdict *v)
{
	jsonw_object(j, "classes");
	for (size_t c = 0; c < CLASSES_SHOWN; c++)
		if (v->share[c].n && shows_class(t, c))
			rowfield_json_count(j, class_str((enum target_class)c), "n", v->share[c].n,
					    "up", v->share[c].up);
	jsonw_end(j);
	jsonw_object(j, "signs");
	for (size_t k = 0; k < SIGNS; k++)
		if (v->sign[k].hit)
			rowfield_json_count(j, sign_str((enum sign)k), "n", v->sign[k].hit, "of",
					    v->sign[k].n);
	jsonw_end(j);
	jsonw_object(j, "mechanisms");
	for (size_t k = 0; k < MECHANISMS; k++)
		if (v->mech[k].hit)
			rowfield_json_count(j, mechanism_str((enum mechanism)k), "n",
					    v->mech[k].hit, "of", v->mech[k].n);
	jsonw_end(j);
}

/* All but the end of the object. */
static void json_row(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	const struct verdict *v = &r->v;
	jsonw_object(j, NULL);
	rowfield_json_time(j, t, "start", r->start_ms);
	jsonw_int(j, "step", r->step_ms / 1000);
	rowfield_json_series(j, t, &r->series);
	jsonw_str(j, "state", state_str(v->state));
	jsonw_num(j, "up", v->up, ROWFIELD_DECIMALS);
	jsonw_num(j, "lo", v->lo, ROWFIELD_DECIMALS);
	jsonw_num(j, "hi", v->hi, ROWFIELD_DECIMALS);
	rowfield_json_probes(j, t, "probes", v->probes);
	jsonw_int(j, "expected", v->expected);
	json_late(j, v);
	jsonw_int(j, "revision", r->revision);
	jsonw_str(j, "rule", v->rule);
	if (rowfield_is_provisional(t, r))
		jsonw_bool(j, "provisional", true);
	if (v->fragile)
		jsonw_int(j, "fragility", v->fragile);
	else
		jsonw_null(j, "fragility");
	jsonw_num(j, "part_lo", v->part_lo, ROWFIELD_DECIMALS);
	jsonw_num(j, "part_hi", v->part_hi, ROWFIELD_DECIMALS);
	rowfield_json_revision(j, t, r);
	jsonw_num(j, "late_share", late_share(v), ROWFIELD_DECIMALS);
	json_counts(j, t, v);
	rowfield_json_jalali(j, t, "start_jalali", r->start_ms);
}

void rowtext_row_json(struct jsonw *j, const struct rowtext *t, const struct row *r)
{
	json_row(j, t, r);
	jsonw_end(j);
}

void rowtext_row_line(struct buf *out, const struct rowtext *t, const struct row *r)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	json_row(&j, t, r);
	rowfield_line_tail(&j, out, t);
}

void rowtext_row_csv_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, "start,step,region,isp,access,state,up,lo,hi,probes,expected,late,revision,"
		      "rule,provisional,fragility,part_lo,part_hi,method,why,revised,late_share");
	for (size_t c = 0; c < CLASSES_SHOWN; c++) {
		if (!shows_class(t, c))
			continue;
		csv_column(out, "class", class_str((enum target_class)c), "up");
		csv_column(out, "class", class_str((enum target_class)c), "n");
	}
	for (size_t k = 0; k < SIGNS; k++) {
		csv_column(out, "sign", sign_str((enum sign)k), "n");
		csv_column(out, "sign", sign_str((enum sign)k), "of");
	}
	for (size_t k = 0; k < MECHANISMS; k++) {
		csv_column(out, "mech", mechanism_str((enum mechanism)k), "n");
		csv_column(out, "mech", mechanism_str((enum mechanism)k), "of");
	}
	rowfield_csv_jalali_head(out, t, "start_jalali");
	rowfield_csv_tail_head(out, t);
}

static void csv_counts(struct buf *out, const struct rowtext *t, const struct verdict *v)
{
	for (size_t c = 0; c < CLASSES_SHOWN; c++)
		if (shows_class(t, c))
			rowfield_csv_count(out, v->share[c].up, v->share[c].n);
	for (size_t k = 0; k < SIGNS; k++)
		rowfield_csv_count(out, v->sign[k].hit, v->sign[k].n);
	for (size_t k = 0; k < MECHANISMS; k++)
		rowfield_csv_count(out, v->mech[k].hit, v->mech[k].n);
}

static void csv_revision(struct buf *out, const struct rowtext *t, const struct row *r)
{
	if (r->v.fragile)
		buf_printf(out, "%" PRIu32, r->v.fragile);
	buf_putc(out, ',');
	rowfield_csv_share(out, r->v.part_lo);
	rowfield_csv_share(out, r->v.part_hi);
	rowfield_csv_revision(out, t, r);
}

void rowtext_row_csv(struct buf *out, const struct rowtext *t, const struct row *r)
{
	const struct verdict *v = &r->v;
	rowfield_csv_time(out, t, r->start_ms);
	buf_printf(out, "%" PRId64 ",", r->step_ms / 1000);
	rowfield_csv_series(out, &r->series);
	buf_printf(out, "%s,", state_str(v->state));
	rowfield_csv_share(out, v->up);
	rowfield_csv_share(out, v->lo);
	rowfield_csv_share(out, v->hi);
	rowfield_csv_probes(out, t, v->probes);
	buf_printf(out, "%" PRIu32 ",", v->expected);
	if (v->late != WITHHOLD_LATE)
		buf_printf(out, "%" PRIu32, v->late);
	buf_printf(out, ",%" PRIu32 ",%s,%d,", r->revision, v->rule, rowfield_is_provisional(t, r));
	csv_revision(out, t, r);
	if (!isnan(late_share(v)))
		buf_printf(out, "%.*f", ROWFIELD_DECIMALS, late_share(v));
	csv_counts(out, t, v);
	rowfield_csv_jalali(out, t, r->start_ms);
	rowfield_csv_tail(out, t, &r->series);
}
