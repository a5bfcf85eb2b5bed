/* rowtext_event.c: the fields of events, as those of rows stand in rowtext.c. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "collector/rowfield.h"
#include "collector/rowtext.h"
#include "collector/telling.h"

#define SENTENCE_MAX 8192

/* What the event is about, in the words of `by`. */
static const char *scope(const struct series *s)
{
	static const char *const words[] = {"country",	  "access",	      "isp",
					    "isp,access", "region",	      "region,access",
					    "region,isp", "region,isp,access"};
	return words[(s->region[0] ? 4 : 0) + (s->isp != ISP_ANY ? 2 : 0) +
		     (s->access != ACCESS_ANY ? 1 : 0)];
}

static const char *basis_text(char out[static 16], unsigned int basis)
{
	snprintf(out, 16, "%s%s%s", basis & EVENT_VOTES ? "votes" : "",
		 basis == (EVENT_VOTES | EVENT_SILENCE) ? "+" : "",
		 basis & EVENT_SILENCE ? "silence" : "");
	return out;
}

/* "20:30": a time of day. */
static const char *clock_text(char out[static 16], unsigned int minutes)
{
	snprintf(out, 16, "%02u:%02u", minutes / 60, minutes % 60);
	return out;
}

static void json_course(struct jsonw *j, const struct rowtext *t, const struct event *e)
{
	char text[16];
	jsonw_object(j, "returns");
	jsonw_int(j, "n", e->returns.n);
	jsonw_int(j, "partial", e->returns.partial);
	jsonw_int(j, "total_s", e->returns.total_ms / 1000);
	rowfield_json_time(j, t, "last", e->returns.last_ms);
	jsonw_end(j);
	if (!e->hours.days) {
		jsonw_null(j, "hours");
		return;
	}
	jsonw_object(j, "hours");
	jsonw_int(j, "days", e->hours.days);
	jsonw_str(j, "from", clock_text(text, e->hours.from_min));
	jsonw_str(j, "until",
		  e->hours.until_min == e->hours.from_min ? NULL
							  : clock_text(text, e->hours.until_min));
	jsonw_end(j);
}

/* The whole of it in words. */
static void tell(struct buf *out, const struct rowtext *t, enum lang lang, const struct event *e)
{
	const struct telling telling = {.country = t->country, .lang = lang};
	buf_init(out, SENTENCE_MAX);
	telling_event(out, &telling, e);
}

static void json_sentence(struct jsonw *j, const struct rowtext *t, enum lang lang,
			  const struct event *e)
{
	struct buf text;
	tell(&text, t, lang, e);
	jsonw_str(j, lang_of(lang)->code, text.data);
	buf_clear(&text);
}

static void csv_sentence(struct buf *out, const struct rowtext *t, enum lang lang,
			 const struct event *e)
{
	struct buf text;
	tell(&text, t, lang, e);
	buf_putc(out, ',');
	rowtext_csv_field(out, text.data ? text.data : "");
	buf_clear(&text);
}

/* All but the end of the object. */
static void json_event(struct jsonw *j, const struct rowtext *t, const struct event *e)
{
	char basis[16];
	jsonw_object(j, NULL);
	jsonw_str(j, "id", e->id);
	jsonw_str(j, "state", state_str(e->state));
	jsonw_str(j, "scope", scope(&e->series));
	rowfield_json_series(j, t, &e->series);
	rowfield_json_time(j, t, "onset", e->onset_ms);
	rowfield_json_time(j, t, "onset_lo", e->onset_lo_ms);
	rowfield_json_time(j, t, "onset_hi", e->onset_hi_ms);
	rowfield_json_time(j, t, "end", e->end_ms);
	rowfield_json_time(j, t, "detected", e->detected_ms);
	jsonw_num(j, "severity", e->severity, 2);
	rowfield_json_probes(j, t, "probes", e->probes);
	jsonw_int(j, "revision", e->revision);
	jsonw_str(j, "kind", sign_str(e->kind));
	rowfield_json_time(j, t, "end_lo", e->end_lo_ms);
	rowfield_json_time(j, t, "end_hi", e->end_hi_ms);
	rowfield_json_time(j, t, "returning_since", e->back_ms);
	rowfield_json_text(j, "basis", basis_text(basis, e->basis));
	jsonw_num(j, "lost_lo", e->lost_lo, ROWFIELD_DECIMALS);
	jsonw_num(j, "lost_hi", e->lost_hi, ROWFIELD_DECIMALS);
	rowfield_json_probes(j, t, "expected", e->expected);
	if (e->n)
		rowfield_json_count(j, "votes", "n", e->hit, "of", e->n);
	else
		jsonw_null(j, "votes");
	json_course(j, t, e);
	jsonw_str(j, "why", why_str(e->why));
	rowfield_json_time(j, t, "revised", e->revised_ms);
	jsonw_object(j, "sentence");
	for (enum lang l = 0; l < LANGS; l++)
		json_sentence(j, t, l, e);
	jsonw_end(j);
	rowfield_json_jalali(j, t, "onset_jalali", e->onset_ms);
	rowfield_json_jalali(j, t, "end_jalali", e->end_ms);
}

void rowtext_event_json(struct jsonw *j, const struct rowtext *t, const struct event *e)
{
	json_event(j, t, e);
	jsonw_end(j);
}

void rowtext_event_line(struct buf *out, const struct rowtext *t, const struct event *e)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	json_event(&j, t, e);
	rowfield_line_tail(&j, out, t);
}

void rowtext_event_csv_head(struct buf *out, const struct rowtext *t)
{
	buf_puts(out, "id,state,scope,region,isp,access,onset,onset_lo,onset_hi,end,detected,"
		      "severity,probes,revision,kind,end_lo,end_hi,returning_since,basis,lost_lo,"
		      "lost_hi,expected,why,revised,returns,returns_partial,returns_total_s,"
		      "returns_last,hours_days,hours_from,hours_until,votes_n,votes_of");
	for (enum lang l = 0; l < LANGS; l++)
		buf_printf(out, ",sentence_%s", lang_of(l)->code);
	rowfield_csv_jalali_head(out, t, "onset_jalali");
	rowfield_csv_jalali_head(out, t, "end_jalali");
	rowfield_csv_tail_head(out, t);
}

static void csv_course(struct buf *out, const struct rowtext *t, const struct event *e)
{
	char text[16];
	buf_printf(out, "%" PRIu32 ",%" PRIu32 ",%" PRId64 ",", e->returns.n, e->returns.partial,
		   e->returns.total_ms / 1000);
	rowfield_csv_time(out, t, e->returns.last_ms);
	if (e->hours.days)
		buf_printf(out, "%" PRIu32 ",%s", e->hours.days,
			   clock_text(text, e->hours.from_min));
	else
		buf_putc(out, ',');
	buf_putc(out, ',');
	if (e->hours.days && e->hours.until_min != e->hours.from_min)
		buf_puts(out, clock_text(text, e->hours.until_min));
}

void rowtext_event_csv(struct buf *out, const struct rowtext *t, const struct event *e)
{
	char basis[16];
	rowtext_csv_field(out, e->id);
	buf_printf(out, ",%s,", state_str(e->state));
	rowtext_csv_field(out, scope(&e->series));
	buf_putc(out, ',');
	rowfield_csv_series(out, &e->series);
	rowfield_csv_time(out, t, e->onset_ms);
	rowfield_csv_time(out, t, e->onset_lo_ms);
	rowfield_csv_time(out, t, e->onset_hi_ms);
	rowfield_csv_time(out, t, e->end_ms);
	rowfield_csv_time(out, t, e->detected_ms);
	if (!isnan(e->severity))
		buf_printf(out, "%.2f", e->severity);
	buf_putc(out, ',');
	rowfield_csv_probes(out, t, e->probes);
	buf_printf(out, "%" PRIu32 ",%s,", e->revision, sign_str(e->kind));
	rowfield_csv_time(out, t, e->end_lo_ms);
	rowfield_csv_time(out, t, e->end_hi_ms);
	rowfield_csv_time(out, t, e->back_ms);
	buf_printf(out, "%s,", basis_text(basis, e->basis));
	rowfield_csv_share(out, e->lost_lo);
	rowfield_csv_share(out, e->lost_hi);
	rowfield_csv_probes(out, t, e->expected);
	buf_printf(out, "%s,", why_str(e->why));
	rowfield_csv_time(out, t, e->revised_ms);
	csv_course(out, t, e);
	rowfield_csv_count(out, e->hit, e->n);
	for (enum lang l = 0; l < LANGS; l++)
		csv_sentence(out, t, l, e);
	rowfield_csv_jalali(out, t, e->onset_ms);
	rowfield_csv_jalali(out, t, e->end_ms);
	rowfield_csv_tail(out, t, &e->series);
}
