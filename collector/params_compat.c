/* params_compat.c: parameters that only the paths in the shapes of others know, by the names that these gave them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/paramsint.h"
#include "common/limits.h"

const char *const params_axis_words[] = {"measurement_start_day", "probe_asn", "probe_cc",
					 "test_name", NULL};
const char *const params_test_words[] = {"web_connectivity", NULL};
const char *const params_grain_words[] = {"day", "hour", "auto", NULL};

static int word_of(const char *value, const char *const *words)
{
	int i = 0;
	while (words[i] && strcmp(words[i], value) != 0)
		i++;
	return words[i] ? i : -1;
}

static int take_axis(struct reading *r, const char *value, enum axis *out)
{
	int i = word_of(value, params_axis_words);
	if (i < 0)
		return params_refuse_word(r, value, params_axis_words);
	*out = (enum axis)(i + 1);
	return 0;
}

int params_take_axis_x(struct reading *r, const char *value)
{
	return take_axis(r, value, &r->p->axis[0]);
}

int params_take_axis_y(struct reading *r, const char *value)
{
	return take_axis(r, value, &r->p->axis[1]);
}

int params_take_test(struct reading *r, const char *value)
{
	return word_of(value, params_test_words) < 0
		       ? params_refuse_word(r, value, params_test_words)
		       : 0;
}

int params_take_grain(struct reading *r, const char *value)
{
	int i = word_of(value, params_grain_words);
	if (i < 0)
		return params_refuse_word(r, value, params_grain_words);
	r->p->hourly = i == 1;
	return 0;
}

/* One of ours, or of the originals: these have the share of ours in their place (compat_ioda.c). */
int params_take_datasource(struct reading *r, const char *value)
{
	static const char *const words[] = {
		"fanous-up",	"fanous-probes",     "bgp",
		"ping-slash24", "ping-slash24-loss", "gtr",
		"gtr-norm",	"gtr-sarima",	     "ping-slash24-latency",
		"merit-nt",	"ucsd-nt",	     NULL};
	int i = word_of(value, words);
	if (i < 0)
		return params_refuse_word(r, value, words);
	r->p->datasource = i == 1 ? DATASOURCE_PROBES : DATASOURCE_UP;
	return 0;
}

int params_take_points(struct reading *r, const char *value)
{
	char *end;
	long long n = strtoll(value, &end, 10);
	if (*value >= '1' && *value <= '9' && !*end && n <= API_ROWS_MAX) {
		r->p->max_points = n;
		return 0;
	}
	snprintf(r->why->nearest, sizeof(r->why->nearest), "%d", *end || n < 1 ? 1 : API_ROWS_MAX);
	return problem_set(r->why, 400, r->name, "%s must be a number from 1 to %d", r->name,
			   API_ROWS_MAX);
}

int params_entity(struct params *p, const struct country *country, const char *type,
		  const char *code, struct problem *why)
{
	const struct params_env env = {.country = country};
	struct reading r = {.p = p, .env = &env, .why = why, .name = "entityCode"};
	if (!strcmp(type, "region"))
		return params_take_region(&r, code);
	return !strcmp(type, "asn") ? params_take_isp(&r, code) : params_take_country(&r, code);
}
