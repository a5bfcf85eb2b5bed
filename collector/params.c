/* params.c: one table: the name of a parameter, who reads it, what it may be. */
#include "collector/paramsint.h"

#include <stdio.h>
#include <string.h>

#include "common/nearest.h"

#define TIME_PATTERN "^(now|-[0-9]+[smhdw]|[0-9]{1,11}|.+[-/].+[-/].+)$"

static const struct {
	struct param_doc doc;
	int (*read)(struct reading *r, const char *value);
} table[] = {
	{{"from", PARAM_FROM, false, "string", NULL, "a time, included", TIME_PATTERN,
	  "-24h -7d 2026-01-08T16:30:00Z 1404-10-18 1767889800"},
	 params_take_from},
	{{"until", PARAM_UNTIL, false, "string", NULL, "a time, not included", TIME_PATTERN,
	  "now -1h -30m"},
	 params_take_until},
	{{"range", PARAM_RANGE, false, "string", params_range_words, "the time until now", NULL,
	  NULL},
	 params_take_range},
	{{"step", PARAM_STEP, false, "integer", NULL,
	  "seconds: a multiple of the step of the stored rows, up to 31 days", NULL, "3600 86400"},
	 params_take_step},
	{{"country", PARAM_COUNTRY, false, "string", NULL, "the one that is watched",
	  "^[A-Za-z]{2}$", NULL},
	 params_take_country},
	{{"region", PARAM_REGION, true, "string", NULL, "ISO 3166-2 of 2020, like IR-23",
	  "^([A-Za-z]{2}-[A-Za-z0-9]{1,3}|[?])$", NULL},
	 params_take_region},
	{{"isp", PARAM_ISP, true, "string", NULL, "an AS number, like AS44244",
	  "^([Aa][Ss])?[0-9]{1,10}$", "AS44244 64496"},
	 params_take_isp},
	{{"access", PARAM_ACCESS, false, "string", NULL, "mobile, fixed, datacentre or unknown",
	  "^(mobile|fixed|datacentre|unknown)$", "mobile fixed datacentre unknown"},
	 params_take_access},
	{{"class", PARAM_CLASS, true, "string", params_class_words,
	  "of targets: only the counts, or rows, of this class", NULL, NULL},
	 params_take_class},
	{{"by", PARAM_BY, false, "string", NULL,
	  "what to split by: country, region, isp, access and, of a timeline, class, with commas "
	  "between",
	  "^((country|region|isp|access|class)(,|$))*$", "country region isp,access region,access"},
	 params_take_by},
	{{"tz", PARAM_TZ, false, "string", NULL, "UTC, local, or the name of the local time zone",
	  NULL, "UTC local"},
	 params_take_tz},
	{{"calendar", PARAM_CALENDAR, false, "string", params_calendar_words,
	  "of axes; jalali: rows and events have Jalali dates too", NULL, NULL},
	 params_take_calendar},
	{{"lang", PARAM_LANG, false, "string", params_lang_words, "the language of names", NULL,
	  NULL},
	 params_take_lang},
	{{"format", PARAM_FORMAT, false, "string", NULL, "the same as a suffix", NULL, NULL},
	 params_take_format},
	{{"v", PARAM_VERSION, false, "string", NULL, "changes with the content", NULL, NULL},
	 params_take_any},
	{{"asof", PARAM_ASOF, false, "string", NULL, "a time: what was known then", TIME_PATTERN,
	  "now -1h"},
	 params_take_asof},
	{{"at", PARAM_AT, false, "string", NULL, "a time: the step that holds it", TIME_PATTERN,
	  "now -1h"},
	 params_take_at},
	{{"limit", PARAM_LIMIT, false, "integer", NULL,
	  "entries of one answer; Link says where the next ones are", NULL, "1 10"},
	 params_take_limit},
	{{"cursor", PARAM_CURSOR, false, "string", NULL,
	  "where the answer before ended, as its Link says", "^[^.]+([.][^.]+){4}$",
	  "all.all.all.0.loss"},
	 params_take_cursor},
	{{"url", PARAM_URL, false, "string", NULL, "the address of a page of this collector", NULL,
	  NULL},
	 params_take_any},
	{{"maxwidth", PARAM_MAXWIDTH, false, "integer", NULL, "pixels", NULL, NULL},
	 params_take_any},
	{{"maxheight", PARAM_MAXHEIGHT, false, "integer", NULL, "pixels", NULL, NULL},
	 params_take_any},
	{{"format", PARAM_FORM, false, "string", NULL, "json or xml", NULL, NULL}, params_take_any},
	{{"dnt", PARAM_DNT, false, "string", NULL, "nobody is tracked, whatever it says", NULL,
	  NULL},
	 params_take_any},
	{{"since", PARAM_OONI, false, "string", NULL, "a time, included", NULL, NULL},
	 params_take_from},
	{{"probe_cc", PARAM_OONI, false, "string", NULL, "the country that is watched", NULL, NULL},
	 params_take_country},
	{{"probe_asn", PARAM_OONI, true, "string", NULL, "an AS number, like AS44244", NULL, NULL},
	 params_take_isp},
	{{"test_name", PARAM_OONI, false, "string", params_test_words, "the only one there is",
	  NULL, NULL},
	 params_take_test},
	{{"axis_x", PARAM_OONI, false, "string", params_axis_words, "what to split by", NULL, NULL},
	 params_take_axis_x},
	{{"axis_y", PARAM_OONI, false, "string", params_axis_words, "what to split by then", NULL,
	  NULL},
	 params_take_axis_y},
	{{"time_grain", PARAM_OONI, false, "string", params_grain_words,
	  "what measurement_start_day is of; auto: a day", NULL, NULL},
	 params_take_grain},
	{{"datasource", PARAM_IODA, false, "string", NULL,
	  "fanous-up or fanous-probes; IODA's names mean fanous-up, and the answer says so", NULL,
	  NULL},
	 params_take_datasource},
	{{"maxPoints", PARAM_IODA, false, "integer", NULL,
	  "values of a series: steps get larger until no more are needed", NULL, NULL},
	 params_take_points},
};
#define TABLE_LEN (sizeof(table) / sizeof(table[0]))

const struct param_doc *params_doc(size_t i)
{
	return i < TABLE_LEN ? &table[i].doc : NULL;
}

/* What is asked for again and again, and why it can't be answered. */
static const char *reason_against(const char *name)
{
	return !strcmp(name, "check")	 ? PARAMS_NO_CHECK
	       : !strcmp(name, "target") ? PARAMS_NO_TARGET
					 : NULL;
}

static int refuse_name(struct reading *r, const char *name)
{
	const char *reason = r->env->allowed & PARAM_CLASS ? reason_against(name) : NULL;
	const char *words[TABLE_LEN + 1] = {NULL};
	size_t n = 0;
	if (reason)
		return problem_set(r->why, 400, name, "%s", reason);
	for (size_t i = 0; i < TABLE_LEN; i++)
		if (r->env->allowed & table[i].doc.bit)
			words[n++] = table[i].doc.name;
	if (!n)
		return problem_set(r->why, 400, name,
				   "this path takes no parameters, '%.40s' included", name);
	snprintf(r->why->nearest, sizeof(r->why->nearest), "%s", nearest_word(name, words));
	return problem_set(r->why, 400, name,
			   "'%.40s' is not a parameter of this path; the nearest that is: '%s'",
			   name, r->why->nearest);
}

static int read_pair(struct reading *r, const struct query_pair *pair, uint64_t *seen)
{
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (!(r->env->allowed & table[i].doc.bit) || strcmp(table[i].doc.name, pair->name))
			continue;
		if ((*seen >> i & 1) && !table[i].doc.repeatable)
			return problem_set(r->why, 400, pair->name, "%s is given twice",
					   pair->name);
		*seen |= UINT64_C(1) << i;
		r->name = table[i].doc.name;
		return table[i].read(r, pair->value);
	}
	return refuse_name(r, pair->name);
}

int params_read(struct params *p, const struct query *q, const struct params_env *env,
		struct problem *why)
{
	struct reading r = {.p = p, .env = env, .why = why};
	uint64_t seen = 0;
	p->access = -1;
	for (size_t i = 0; i < q->n; i++)
		if (read_pair(&r, &q->pairs[i], &seen) < 0)
			return -1;
	if (!p->by_given)
		p->by_region = true;
	if (p->cursor_given && p->by_class != (p->cursor.class != CLASSES))
		return problem_set(why, 400, "cursor",
				   "cursor is of a list that is split otherwise");
	return params_times(&r);
}

void params_series(const struct params *p, struct series_query *out)
{
	*out = (struct series_query){
		.regions = p->n_regions ? p->regions : NULL,
		.isps = p->n_isps ? p->isps : NULL,
		.n_isps = p->n_isps,
		.by_region = p->by_region,
		.by_isp = p->by_isp,
		.by_access = p->by_access,
		.access = p->access,
		.from_ms = p->from_ms,
		.until_ms = p->until_ms,
		.asof_ms = p->asof_ms,
	};
}

/* The split that `by` and the named values ask for. */
static bool is_split(const struct params *p, const struct series *s)
{
	return (p->by_region || p->n_regions) == (s->region[0] != '\0') &&
	       (p->by_isp || p->n_isps) == (s->isp != ISP_ANY) &&
	       (p->by_access || p->access >= 0) == (s->access != ACCESS_ANY);
}

bool params_match(const struct params *p, const struct series *s)
{
	bool region = !p->n_regions, isp = !p->n_isps;
	for (size_t i = 0; i < p->n_regions; i++)
		region |= !strcmp(p->regions[i], s->region);
	for (size_t i = 0; i < p->n_isps; i++)
		isp |= p->isps[i] == s->isp;
	return region && isp && (p->access < 0 || p->access == (int)s->access) &&
	       (!p->by_given || is_split(p, s));
}
