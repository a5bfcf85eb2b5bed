/* compat_ioda.c: /compat/ioda/v2/signals/raw/TYPE[/CODE]: rows in the shape of IODA's API, for programs that read that.
 *
 * What stands in them is not IODA's: there are no routes and no darknet here, but probes. "fanous-up" is the share of the
 * probes inside that reach the open Internet, from 0 to 1, weighted where the entity is of several networks; "fanous-probes"
 * is how many were heard. A step that nobody can judge is null, as is a number that is withheld: never 0. Whoever asks for a
 * datasource of IODA's gets fanous-up under that name of its own, so that a plot of it is not taken for theirs. Codes of
 * regions are those of ISO 3166-2, and not IODA's numbers. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/api.h"
#include "collector/country.h"
#include "collector/server.h"
#include "common/limits.h"
#include "common/nearest.h"

#define BODY_MAX      (64u * 1024 * 1024)
#define MAX_AGE_S     5
#define DECIMALS      4
#define UP_SUBTYPE    "share of probes that reach the open Internet"
#define PROBE_SUBTYPE "probes heard"

enum entity { ENTITY_COUNTRY, ENTITY_REGION, ENTITY_ASN, ENTITIES };
static const char *const kinds[] = {"country", "region", "asn", NULL};

/* The entity whose rows are coming. */
struct signals {
	struct call *call;
	struct jsonw json;
	struct buf *out;
	enum entity kind;
	int64_t from_ms, until_ms, step_ms;
	struct series series;
	double *up, *probes; /* a value for each step, owned */
	size_t n, room, total;
};

static void put_values(struct signals *s, const char *code, const char *name, bool up)
{
	struct jsonw *j = &s->json;
	char fqid[64];
	snprintf(fqid, sizeof(fqid), "fanous.%s.%s", kinds[s->kind], code);
	jsonw_object(j, NULL);
	jsonw_str(j, "entityType", kinds[s->kind]);
	jsonw_str(j, "entityCode", code);
	jsonw_str(j, "entityName", name);
	jsonw_str(j, "entityFqid", fqid);
	jsonw_str(j, "datasource", up ? "fanous-up" : "fanous-probes");
	jsonw_str(j, "subtype", up ? UP_SUBTYPE : PROBE_SUBTYPE);
	jsonw_int(j, "from", s->from_ms / 1000);
	jsonw_int(j, "until", (s->from_ms + (int64_t)s->n * s->step_ms) / 1000);
	jsonw_int(j, "step", s->step_ms / 1000);
	jsonw_int(j, "nativeStep", s->call->api->publish->row_step_ms / 1000);
	jsonw_array(j, "values");
	for (size_t i = 0; i < s->n; i++)
		jsonw_num(j, NULL, up ? s->up[i] : s->probes[i], up ? DECIMALS : 0);
	jsonw_end(j);
	jsonw_end(j);
}

static void flush(struct signals *s)
{
	const struct country *country = s->call->api->country;
	const enum datasource wanted = s->call->params.datasource;
	const char *code = country->code, *name = country->name_en;
	char asn[16];
	if (!s->n)
		return;
	if (s->kind == ENTITY_REGION) {
		code = s->series.region;
		name = rowtext_region_name(country, code, LANG_EN);
	} else if (s->kind == ENTITY_ASN) {
		snprintf(asn, sizeof(asn), "%u", s->series.isp);
		code = asn;
		name = rowtext_isp_name(country, s->series.isp, LANG_EN);
	}
	jsonw_array(&s->json, NULL);
	if (wanted != DATASOURCE_PROBES)
		put_values(s, code, name, true);
	if (wanted != DATASOURCE_UP)
		put_values(s, code, name, false);
	jsonw_end(&s->json);
	s->n = 0;
}

static int put_row(void *arg, const struct row *r)
{
	struct signals *s = arg;
	const uint32_t min = s->call->api->publish->min_probes;
	if (++s->total > API_ROWS_MAX)
		return 1;
	if (s->n && !series_equal(&s->series, &r->series))
		flush(s);
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		s->up = xrealloc(s->up, s->room * sizeof(*s->up));
		s->probes = xrealloc(s->probes, s->room * sizeof(*s->probes));
	}
	s->series = r->series;
	s->up[s->n] = r->v.up;
	s->probes[s->n++] = r->v.probes >= min && r->v.probes ? r->v.probes : NAN;
	return s->out->overflow;
}

static int64_t values_of(int64_t from_ms, int64_t until_ms, int64_t step_ms)
{
	return (until_ms - from_ms / step_ms * step_ms + step_ms - 1) / step_ms;
}

/* The smallest step, a multiple of that of the rows, that gives no more than max_points values. Steps begin where their
 * multiples do, so a time may lie in two of them however long they are. */
static int64_t choose_step(const struct params *p, int64_t row_ms, int64_t until_ms)
{
	const int64_t max = p->max_points > 1 ? p->max_points : 2;
	const int64_t rows = (until_ms - p->from_ms) / row_ms;
	if (!p->max_points)
		return row_ms;
	int64_t step = rows / max > 1 ? rows / max * row_ms : row_ms;
	while (values_of(p->from_ms, until_ms, step) > max)
		step += row_ms;
	return step;
}

/* "region/IR-23" into a query; code is room. 0, or -1 with why. */
static int read_entity(struct call *c, struct signals *s, struct series_query *q,
		       struct problem *why)
{
	struct params *p = &c->params;
	const size_t len = strcspn(c->tail, "/");
	const char *code = c->tail[len] ? c->tail + len + 1 : "";
	char type[16];
	int k = 0;
	snprintf(type, sizeof(type), "%.*s", (int)(len < 15 ? len : 15), c->tail);
	while (k < ENTITIES && strcmp(kinds[k], type) != 0)
		k++;
	if (k == ENTITIES) {
		snprintf(why->nearest, sizeof(why->nearest), "%s", nearest_word(type, kinds));
		return problem_set(why, 404, "entityType",
				   "there is no type '%s'; the nearest is %s", type, why->nearest);
	}
	s->kind = (enum entity)k;
	p->by_region = s->kind == ENTITY_REGION;
	p->by_isp = s->kind == ENTITY_ASN;
	if (*code && params_entity(p, c->api->country, kinds[k], code, why) < 0)
		return -1;
	params_series(p, q);
	return 0;
}

static void put_head(struct signals *s)
{
	const struct call *c = s->call;
	struct jsonw *j = &s->json;
	jsonw_begin(j, s->out);
	jsonw_object(j, NULL);
	jsonw_str(j, "type", "signals");
	jsonw_object(j, "requestParameters");
	jsonw_int(j, "from", c->params.from_ms / 1000);
	jsonw_int(j, "until", s->until_ms / 1000);
	if (c->params.max_points)
		jsonw_int(j, "maxPoints", c->params.max_points);
	jsonw_end(j);
	jsonw_null(j, "error");
	if (c->api->synthetic)
		jsonw_bool(j, "synthetic", true);
	jsonw_array(j, "data");
}

static int put_signals(struct signals *s, const struct series_query *q, struct problem *why)
{
	const struct publish *publish = s->call->api->publish;
	struct publish_ask ask = {.q = *q, .step_ms = s->step_ms, .now_ms = s->call->now_ms};
	put_head(s);
	int rc = publish_timeline(publish, &ask, put_row, s);
	flush(s);
	jsonw_end(&s->json);
	jsonw_end(&s->json);
	buf_putc(s->out, '\n');
	if (rc > 0 || s->out->overflow)
		return problem_set(
			why, 400, "maxPoints",
			"this would be more than %d values; ask for a shorter time or for "
			"fewer with maxPoints",
			API_ROWS_MAX);
	why->retry_after_s = 5;
	return rc < 0 ? problem_set(why, 503, "", "the store can't be read at this moment") : 0;
}

void compat_ioda(struct call *c)
{
	const int64_t row_ms = c->api->publish->row_step_ms;
	struct problem why = {.example = c->route->example};
	struct signals s = {.call = c};
	struct series_query q;
	struct reply reply;
	if (server_is_full(c->api->server)) {
		why.retry_after_s = 10;
		problem_set(&why, 503, "", "too many large answers are under way");
		respond_problem(c, &why);
		return;
	}
	if (read_entity(c, &s, &q, &why) < 0) {
		respond_problem(c, &why);
		return;
	}
	s.until_ms = q.until_ms < c->now_ms ? q.until_ms : c->now_ms;
	s.step_ms = choose_step(&c->params, row_ms, s.until_ms);
	s.from_ms = q.from_ms > 0 ? q.from_ms - q.from_ms % s.step_ms : 0;
	reply_init(&reply, 200, BODY_MAX);
	s.out = &reply.body;
	if (put_signals(&s, &q, &why) < 0) {
		reply_clear(&reply);
		respond_problem(c, &why);
	} else {
		respond_table(c, &reply, "ioda", MAX_AGE_S);
	}
	free(s.up);
	free(s.probes);
}
