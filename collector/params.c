/* params.c: one table: the name of a parameter, who reads it, what it may be. */
#include "collector/params.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/country.h"
#include "common/clock.h"
#include "common/nearest.h"

#define ASN_TEXT_MAX 10
#define STEP_MAX_MS  (31LL * 24 * 3600 * 1000)

static const char *const range_words[] = {"1h", "6h", "24h", "7d", "30d", NULL};
static const char *const lang_words[] = {"en", "fa", NULL};
static const char *const format_words[] = {"json", "csv", NULL};

struct reading {
	struct params *p;
	const struct params_env *env;
	struct problem *why;
	const char *asof, *at, *from, *until; /* read last, since they depend on each other */
};

static int refuse_word(struct problem *why, const char *name, const char *value,
		       const char *const *words)
{
	snprintf(why->nearest, sizeof(why->nearest), "%s", nearest_word(value, words));
	return problem_set(why, 400, name,
			   "%s can't be '%.40s'; the nearest value that it can be is '%s'", name,
			   value, why->nearest);
}

static int read_from(struct reading *r, const char *value)
{
	r->from = value;
	return 0;
}

static int read_until(struct reading *r, const char *value)
{
	r->until = value;
	return 0;
}

static int read_asof(struct reading *r, const char *value)
{
	r->asof = value;
	return 0;
}

static int read_at(struct reading *r, const char *value)
{
	r->at = value;
	return 0;
}

static int read_range(struct reading *r, const char *value)
{
	static const int hours[] = {1, 6, 24, 7 * 24, 30 * 24};
	for (size_t i = 0; range_words[i]; i++) {
		if (!strcmp(range_words[i], value)) {
			r->p->range_ms = hours[i] * 3600000LL;
			return 0;
		}
	}
	return refuse_word(r->why, "range", value, range_words);
}

/* The multiple of the row step at or above s, within what is allowed. */
static long long near_step(long long s, long long row_s)
{
	const long long max = STEP_MAX_MS / 1000 / row_s * row_s;
	if (s <= 0)
		return row_s;
	return s >= max ? max : (s + row_s - 1) / row_s * row_s;
}

static int read_step(struct reading *r, const char *value)
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

static int read_country(struct reading *r, const char *value)
{
	const char *code = r->env->country->code;
	const char *const words[] = {code, NULL};
	return strcasecmp(value, code) ? refuse_word(r->why, "country", value, words) : 0;
}

static int read_region(struct reading *r, const char *value)
{
	const struct country *c = r->env->country;
	if (r->p->n_regions == PARAMS_SERIES_MAX)
		return problem_set(r->why, 400, "region", "region is given more than %d times",
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
		refuse_word(r->why, "region", value, words);
	free(words);
	return rc;
}

static int read_isp(struct reading *r, const char *value)
{
	const char *digits = strncasecmp(value, "AS", 2) ? value : value + 2;
	size_t n = strspn(digits, "0123456789");
	unsigned long long asn = n && n <= ASN_TEXT_MAX ? strtoull(digits, NULL, 10) : UINT64_MAX;
	if (digits[n] || asn >= UINT32_MAX)
		return problem_set(r->why, 400, "isp",
				   "isp must be an AS number like AS44244, not '%.40s'", value);
	if (r->p->n_isps == PARAMS_SERIES_MAX)
		return problem_set(r->why, 400, "isp", "isp is given more than %d times",
				   PARAMS_SERIES_MAX);
	r->p->isps[r->p->n_isps++] = (uint32_t)asn;
	return 0;
}

static int read_access(struct reading *r, const char *value)
{
	const char *words[ACCESSES + 1] = {NULL};
	enum access_type a = access_parse(value);
	if (a != ACCESSES) {
		r->p->access = (int)a;
		return 0;
	}
	for (int i = 0; i < ACCESSES; i++)
		words[i] = access_str((enum access_type)i);
	return refuse_word(r->why, "access", value, words);
}

static int read_by(struct reading *r, const char *value)
{
	static const char *const words[] = {"country", "region", "isp", "access", NULL};
	bool on[4] = {false};
	while (*value) {
		char word[16];
		size_t len = strcspn(value, ","), i = 0;
		snprintf(word, sizeof(word), "%.*s", (int)(len < 15 ? len : 15), value);
		while (words[i] && strcmp(words[i], word))
			i++;
		if (!words[i])
			return refuse_word(r->why, "by", word, words);
		on[i] = true;
		value += len + (value[len] == ',');
	}
	r->p->by_given = true;
	r->p->by_region = on[1];
	r->p->by_isp = on[2];
	r->p->by_access = on[3];
	return 0;
}

static int read_tz(struct reading *r, const char *value)
{
	const char *const words[] = {"UTC", "local", r->env->country->timezone, NULL};
	if (!strcasecmp(value, "UTC") || !strcasecmp(value, "Z"))
		r->p->local_time = false;
	else if (!strcasecmp(value, "local") || !strcasecmp(value, words[2]))
		r->p->local_time = true;
	else
		return refuse_word(r->why, "tz", value, words);
	return 0;
}

static int read_lang(struct reading *r, const char *value)
{
	if (strcmp(value, "en") && strcmp(value, "fa"))
		return refuse_word(r->why, "lang", value, lang_words);
	r->p->lang = *value == 'f' ? LANG_FA : LANG_EN;
	r->p->lang_given = true;
	return 0;
}

static int read_format(struct reading *r, const char *value)
{
	if (strcmp(value, "json") && strcmp(value, "csv"))
		return refuse_word(r->why, "format", value, format_words);
	enum format f = *value == 'c' ? FORMAT_CSV : FORMAT_JSON;
	if (r->p->format_given && f != r->p->format)
		return problem_set(r->why, 400, "format",
				   "format says %s, and the suffix of the path says otherwise",
				   value);
	r->p->format = f;
	return 0;
}

static int read_version(struct reading *r, const char *value)
{
	(void)r;
	(void)value;
	return 0;
}

static const struct {
	struct param_doc doc;
	int (*read)(struct reading *r, const char *value);
} table[] = {
	{{"from", PARAM_FROM, false, "string", NULL, "a time, included"}, read_from},
	{{"until", PARAM_UNTIL, false, "string", NULL, "a time, not included"}, read_until},
	{{"range", PARAM_RANGE, false, "string", range_words, "the time until now"}, read_range},
	{{"step", PARAM_STEP, false, "integer", NULL,
	  "seconds: a multiple of the step of the stored rows, up to 31 days"},
	 read_step},
	{{"country", PARAM_COUNTRY, false, "string", NULL, "the one that is watched"},
	 read_country},
	{{"region", PARAM_REGION, true, "string", NULL, "ISO 3166-2 of 2020, like IR-23"},
	 read_region},
	{{"isp", PARAM_ISP, true, "string", NULL, "an AS number, like AS44244"}, read_isp},
	{{"access", PARAM_ACCESS, false, "string", NULL, "mobile, fixed, datacentre or unknown"},
	 read_access},
	{{"by", PARAM_BY, false, "string", NULL,
	  "what to split by: country, region, isp, access, with commas between"},
	 read_by},
	{{"tz", PARAM_TZ, false, "string", NULL, "UTC, local, or the name of the local time zone"},
	 read_tz},
	{{"lang", PARAM_LANG, false, "string", lang_words, "the language of names"}, read_lang},
	{{"format", PARAM_FORMAT, false, "string", format_words, "the same as a suffix"},
	 read_format},
	{{"v", PARAM_VERSION, false, "string", NULL, "changes with the content"}, read_version},
	{{"asof", PARAM_ASOF, false, "string", NULL, "a time: what was known then"}, read_asof},
	{{"at", PARAM_AT, false, "string", NULL, "a time: the step that holds it"}, read_at},
};
#define TABLE_LEN (sizeof(table) / sizeof(table[0]))

const struct param_doc *params_doc(size_t i)
{
	return i < TABLE_LEN ? &table[i].doc : NULL;
}

static int refuse_name(struct reading *r, const char *name)
{
	const char *words[TABLE_LEN + 1] = {NULL};
	size_t n = 0;
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

static int read_pair(struct reading *r, const struct query_pair *pair, unsigned int *seen)
{
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (!(r->env->allowed & table[i].doc.bit) || strcmp(table[i].doc.name, pair->name))
			continue;
		if ((*seen & table[i].doc.bit) && !table[i].doc.repeatable)
			return problem_set(r->why, 400, pair->name, "%s is given twice",
					   pair->name);
		*seen |= table[i].doc.bit;
		return table[i].read(r, pair->value);
	}
	return refuse_name(r, pair->name);
}

static int read_time(struct reading *r, const char *name, const char *text, int64_t now_ms,
		     int64_t *out)
{
	if (clock_parse(text, now_ms, out) == 0)
		return 0;
	return problem_set(
		r->why, 400, name,
		"%s must be a time like 2026-01-08T16:30:00Z, 1767889800 or -24h, not '%.40s'",
		name, text);
}

/* The moment that is taken as the present. */
static int read_now(struct reading *r, int64_t *now_ms)
{
	char began[CLOCK_RFC3339_LEN];
	*now_ms = r->env->now_ms;
	if (!r->asof)
		return 0;
	if (read_time(r, "asof", r->asof, r->env->now_ms, now_ms) < 0)
		return -1;
	if (*now_ms > r->env->now_ms)
		return problem_set(r->why, 400, "asof",
				   "asof is in the future: nobody knows what will be known then");
	if (!r->env->began_ms)
		return problem_set(r->why, 400, "asof",
				   "nothing is known yet, so nothing was known then");
	if (*now_ms < r->env->began_ms)
		return problem_set(r->why, 400, "asof",
				   "nothing was known then: the first step that was observed as it "
				   "happened ended at %s",
				   clock_rfc3339(began, r->env->began_ms));
	r->p->asof_ms = *now_ms;
	return 0;
}

/* asof first; then at, from and until, of which any may be missing, and range. */
static int read_times(struct reading *r)
{
	struct params *p = r->p;
	int64_t range = p->range_ms ? p->range_ms : PARAMS_RANGE_DEFAULT_MS, now;
	if (read_now(r, &now) < 0)
		return -1;
	p->at_ms = p->until_ms = now;
	if (r->at && read_time(r, "at", r->at, now, &p->at_ms) < 0)
		return -1;
	if (p->at_ms > now)
		return problem_set(r->why, 400, "at", "at is in the future");
	if (r->until && read_time(r, "until", r->until, now, &p->until_ms) < 0)
		return -1;
	p->from_ms = p->until_ms - range;
	if (r->from && p->range_ms)
		return problem_set(r->why, 400, "range", "range and from can't both be given");
	if (r->from && read_time(r, "from", r->from, now, &p->from_ms) < 0)
		return -1;
	if (p->from_ms >= p->until_ms)
		return problem_set(r->why, 400, r->from ? "from" : "until",
				   "from must be before until");
	p->range_ms = r->from || r->until ? 0 : range;
	return 0;
}

int params_read(struct params *p, const struct query *q, const struct params_env *env,
		struct problem *why)
{
	struct reading r = {.p = p, .env = env, .why = why};
	unsigned int seen = 0;
	p->access = -1;
	for (size_t i = 0; i < q->n; i++)
		if (read_pair(&r, &q->pairs[i], &seen) < 0)
			return -1;
	if (!p->by_given)
		p->by_region = true;
	return read_times(&r);
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
