/* params_value.c: what each parameter may be, but for times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/paramsint.h"
#include "common/limits.h"
#include "common/nearest.h"

#define ASN_TEXT_MAX 10
#define STEP_MAX_MS  (31LL * 24 * 3600 * 1000)

const char *const params_range_words[] = {"1h", "6h", "24h", "7d", "30d", "365d", NULL};
const char *const params_calendar_words[] = {
	[CALENDAR_GREGORIAN] = "gregorian", [CALENDAR_JALALI] = "jalali", [CALENDARS] = NULL};
const char *const params_class_words[] = {
	[CLASS_DOMESTIC] = "domestic", [CLASS_OPEN] = "open",	      [CLASS_FILTERED] = "filtered",
	[CLASS_CANARY] = "canary",     [CLASS_RESOLVER] = "resolver", [CLASS_LINK] = "link",
	[CLASS_OTHER] = NULL};
const char *const params_lang_words[] = {
#define LANGUAGE(sym, code, name, direction, digits, calendar) code,
#define TEXT(sym, text)
#include "collector/languages.def"
#undef TEXT
#undef LANGUAGE
	NULL};

int params_refuse_word(struct reading *r, const char *value, const char *const *words)
{
	struct problem *why = r->why;
	snprintf(why->nearest, sizeof(why->nearest), "%s", nearest_word(value, words));
	return problem_set(why, 400, r->name,
			   "%s can't be '%.40s'; the nearest value that it can be is '%s'", r->name,
			   value, why->nearest);
}

int params_take_range(struct reading *r, const char *value)
{
	static const int hours[] = {1, 6, 24, 7 * 24, 30 * 24, 365 * 24};
	for (size_t i = 0; params_range_words[i]; i++) {
		if (!strcmp(params_range_words[i], value)) {
			r->p->range_ms = hours[i] * 3600000LL;
			return 0;
		}
	}
	return params_refuse_word(r, value, params_range_words);
}

/* The multiple of the row step at or above s, within what is allowed. */
static long long near_step(long long s, long long row_s)
{
	const long long max = STEP_MAX_MS / 1000 / row_s * row_s;
	if (s <= 0)
		return row_s;
	return s >= max ? max : (s + row_s - 1) / row_s * row_s;
}

int params_take_step(struct reading *r, const char *value)
{
	char *end;
	long long row_s = r->env->row_step_ms / 1000;
	long long s = strtoll(value, &end, 10);
	if (*value >= '1' && *value <= '9' && !*end && s <= STEP_MAX_MS / 1000 && s % row_s == 0) {
		r->p->step_ms = s * 1000;
		return 0;
	}
	snprintf(r->why->nearest, sizeof(r->why->nearest), "%lld", near_step(*end ? 0 : s, row_s));
	return problem_set(r->why, 400, "step",
			   "step is in seconds and must be a multiple of %lld, the step of the "
			   "stored rows, up to 31 days",
			   row_s);
}

int params_take_country(struct reading *r, const char *value)
{
	const char *code = r->env->country->code;
	const char *const words[] = {code, NULL};
	return strcasecmp(value, code) ? params_refuse_word(r, value, words) : 0;
}

int params_take_region(struct reading *r, const char *value)
{
	const struct country *c = r->env->country;
	if (r->p->n_regions == PARAMS_SERIES_MAX)
		return problem_set(r->why, 400, r->name, "%s is given more than %d times", r->name,
				   PARAMS_SERIES_MAX);
	const char **words = xcalloc(c->n_regions + 1, sizeof(*words));
	int rc = -1;
	if (!strcmp(value, REGION_UNPLACED)) {
		r->p->regions[r->p->n_regions++] = REGION_UNPLACED;
		rc = 0;
	}
	for (size_t i = 0; i < c->n_regions; i++) {
		words[i] = c->regions[i].code;
		if (!strcasecmp(words[i], value)) {
			r->p->regions[r->p->n_regions++] = words[i];
			rc = 0;
		}
	}
	if (rc < 0)
		params_refuse_word(r, value, words);
	free(words);
	return rc;
}

int params_take_isp(struct reading *r, const char *value)
{
	const char *digits = strncasecmp(value, "AS", 2) ? value : value + 2;
	size_t n = strspn(digits, "0123456789");
	unsigned long long asn = n && n <= ASN_TEXT_MAX ? strtoull(digits, NULL, 10) : UINT64_MAX;
	if (digits[n] || asn >= UINT32_MAX)
		return problem_set(r->why, 400, r->name,
				   "%s must be an AS number like AS44244, not '%.40s'", r->name,
				   value);
	if (r->p->n_isps == PARAMS_SERIES_MAX)
		return problem_set(r->why, 400, r->name, "%s is given more than %d times", r->name,
				   PARAMS_SERIES_MAX);
	r->p->isps[r->p->n_isps++] = (uint32_t)asn;
	return 0;
}

int params_take_access(struct reading *r, const char *value)
{
	const char *words[ACCESSES + 1] = {NULL};
	enum access_type a = access_parse(value);
	if (a != ACCESSES) {
		r->p->access = (int)a;
		return 0;
	}
	for (int i = 0; i < ACCESSES; i++)
		words[i] = access_str((enum access_type)i);
	return params_refuse_word(r, value, words);
}

int params_take_class(struct reading *r, const char *value)
{
	enum target_class c = class_parse(value);
	if (c >= CLASS_OTHER)
		return params_refuse_word(r, value, params_class_words);
	r->p->classes |= 1u << c;
	return 0;
}

static int refuse_by(struct reading *r, const char *word, const char *const *words, bool classes)
{
	if (classes && !strcmp(word, "check"))
		return problem_set(r->why, 400, r->name, PARAMS_NO_CHECK);
	if (classes && !strcmp(word, "target"))
		return problem_set(r->why, 400, r->name, PARAMS_NO_TARGET);
	return params_refuse_word(r, word, words);
}

int params_take_by(struct reading *r, const char *value)
{
	const bool classes = r->env->allowed & PARAM_CLASS;
	const char *const words[] = {"country", "region", "isp", "access", classes ? "class" : NULL,
				     NULL};
	bool on[5] = {false};
	while (*value) {
		char word[16];
		size_t len = strcspn(value, ","), i = 0;
		snprintf(word, sizeof(word), "%.*s", (int)(len < 15 ? len : 15), value);
		while (words[i] && strcmp(words[i], word))
			i++;
		if (!words[i])
			return refuse_by(r, word, words, classes);
		on[i] = true;
		value += len + (value[len] == ',');
	}
	r->p->by_given = true;
	r->p->by_region = on[1];
	r->p->by_isp = on[2];
	r->p->by_access = on[3];
	r->p->by_class = on[4];
	return 0;
}

int params_take_tz(struct reading *r, const char *value)
{
	const char *const words[] = {"UTC", "local", r->env->country->timezone, NULL};
	if (!strcasecmp(value, "UTC") || !strcasecmp(value, "Z"))
		r->p->local_time = false;
	else if (!strcasecmp(value, "local") || !strcasecmp(value, words[2]))
		r->p->local_time = true;
	else
		return params_refuse_word(r, value, words);
	return 0;
}

int params_take_calendar(struct reading *r, const char *value)
{
	for (int i = 0; i < CALENDARS; i++) {
		if (!strcmp(params_calendar_words[i], value)) {
			r->p->calendar_given = true;
			r->p->calendar = (enum calendar)i;
			return 0;
		}
	}
	return params_refuse_word(r, value, params_calendar_words);
}

int params_take_lang(struct reading *r, const char *value)
{
	enum lang lang = lang_parse(value, strlen(value));
	if (lang == LANGS)
		return params_refuse_word(r, value, params_lang_words);
	r->p->lang = lang;
	r->p->lang_given = true;
	return 0;
}

int params_take_format(struct reading *r, const char *value)
{
	enum format f = format_parse(r->env->formats, value);
	if (f == FORMATS) {
		const char *words[FORMATS + 1];
		format_words(r->env->formats, words);
		return params_refuse_word(r, value, words);
	}
	if (r->p->format_given && f != r->p->format)
		return problem_set(r->why, 400, "format",
				   "format says %s, and the suffix of the path says otherwise",
				   value);
	r->p->format = f;
	return 0;
}

int params_take_any(struct reading *r, const char *value)
{
	(void)r;
	(void)value;
	return 0;
}

int params_take_limit(struct reading *r, const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 10);
	if (*value >= '0' && *value <= '9' && !*end && n >= 1 && n <= API_PAGE_MAX) {
		r->p->limit = (size_t)n;
		return 0;
	}
	snprintf(r->why->nearest, sizeof(r->why->nearest), "%d",
		 *end || n > API_PAGE_MAX ? API_PAGE_MAX : 1);
	return problem_set(r->why, 400, r->name, "%s must be a number from 1 to %d", r->name,
			   API_PAGE_MAX);
}

int params_take_cursor(struct reading *r, const char *value)
{
	if (cursor_parse(&r->p->cursor, value) < 0)
		return problem_set(r->why, 400, r->name,
				   "%s must be what the answer before said, like "
				   "IR-23.all.all.1767889800000.loss, not '%.40s'",
				   r->name, value);
	r->p->cursor_given = true;
	return 0;
}
