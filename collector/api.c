/* api.c: the table of paths, and the way of a request through it. */
#include "collector/api.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "collector/calendar.h"
#include "collector/country.h"
#include "common/clock.h"
#include "common/nearest.h"

/* Longer than anything that a path with a '*' knows. */
#define TAIL_LEN 128

/* What was known at a moment is settled a little later, when all that came until then is in the views. */
#define SETTLED_MS 60000

#define GET   ROUTE_GET
#define POST  ROUTE_POST
#define PAGE  (ROUTE_GET | ROUTE_PAGE)
#define EMBED (PAGE | ROUTE_EMBED)

#define F(name)	     FORMAT_BIT(FORMAT_##name)
#define JSON_ONLY    F(JSON)
#define JSON_CSV     (F(JSON) | F(CSV))
#define LISTS	     (F(JSON) | F(CSV) | F(NDJSON))
#define FEED_ONLY    (F(ATOM) | F(ICS))
#define EVENTS	     (LISTS | FEED_ONLY)
#define TEXT_ONLY    F(TEXT)
#define STREAM_ONLY  F(STREAM)
#define FILE_ONLY    F(FILE)
#define PICTURES     (F(SVG) | F(PNG))
#define HTML_ONLY    F(HTML)
#define HTML_ALL     (F(HTML) | LISTS | PICTURES)
#define PICTURE_DATA (LISTS | PICTURES)

static const struct route routes[] = {
#define ROUTE(handler, path, methods, params, formats, example, doc)                               \
	{path, methods, params, formats, example, doc, handler},
#include "collector/routes.def"
#undef ROUTE
};
#define ROUTES (sizeof(routes) / sizeof(routes[0]))

const struct route *api_routes(size_t *n)
{
	*n = ROUTES;
	return routes;
}

int64_t api_now_ms(const struct api *a)
{
	return a->synthetic && a->synthetic_now_ms ? a->synthetic_now_ms : clock_wall_ms();
}

int64_t api_settled_ms(const struct api *a)
{
	return api_now_ms(a) - (a->synthetic ? 0 : SETTLED_MS);
}

struct rowtext call_rowtext(const struct call *c)
{
	return rowtext_of(&c->params, c->api->publish, c->api->synthetic, c->now_ms);
}

void call_envelope(const struct call *c, struct jsonw *j, int64_t from_ms, int64_t until_ms,
		   int64_t step_ms)
{
	int offset_min = call_rowtext(c).offset_min;
	char when[CALENDAR_RFC3339_LEN];
	jsonw_object(j, NULL);
	jsonw_str(j, "country", c->api->country->code);
	jsonw_str(j, "from", calendar_rfc3339(when, from_ms, offset_min));
	jsonw_str(j, "until", calendar_rfc3339(when, until_ms, offset_min));
	if (step_ms)
		jsonw_int(j, "step", step_ms / 1000);
	if (c->params.asof_ms)
		jsonw_str(j, "asof", calendar_rfc3339(when, c->params.asof_ms, offset_min));
	if (c->api->synthetic)
		jsonw_bool(j, "synthetic", true);
}

/* Where the '*' of the path begins in what was asked, NULL when the path does not fit. */
static const char *match(const struct route *route, const char *path, size_t len)
{
	size_t n = strlen(route->path);
	if (route->path[n - 1] != '*')
		return n == len && !strncmp(route->path, path, n) ? path + len : NULL;
	return len >= n && !strncmp(route->path, path, n - 1) ? path + n - 1 : NULL;
}

static const struct route *find(const char *path, size_t len, bool pages, const char **tail)
{
	for (size_t i = 0; i < ROUTES; i++) {
		if (pages && !(routes[i].methods & ROUTE_PAGE))
			continue;
		*tail = match(&routes[i], path, len);
		if (*tail)
			return &routes[i];
	}
	return NULL;
}

/* The suffix of a path, behind the last dot; NULL when it has none. */
static const char *suffix_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && !strchr(dot, '/') ? dot + 1 : NULL;
}

/* "/api/v1/timeline.csv" is "/api/v1/timeline" as CSV. room is for the tail. */
static const struct route *find_suffixed(const char *path, bool pages, struct params *p,
					 const char **tail, char room[static TAIL_LEN])
{
	const char *suffix = suffix_of(path);
	size_t len = suffix ? (size_t)(suffix - 1 - path) : 0;
	const struct route *route = suffix ? find(path, len, pages, tail) : NULL;
	enum format f = route ? format_parse(route->formats, suffix) : FORMATS;
	if (f == FORMATS)
		return NULL;
	p->format = f;
	p->format_given = true;
	snprintf(room, TAIL_LEN, "%.*s", (int)(path + len - *tail), *tail);
	*tail = room;
	return route;
}

static const struct route *find_route(const char *path, struct params *p, const char **tail,
				      char room[static TAIL_LEN])
{
	enum lang lang = lang_of_path(path);
	const char *plain = path + strlen(lang_prefix(lang));
	bool pages = lang != LANG_EN;
	const struct route *route = find_suffixed(plain, pages, p, tail, room);
	if (!route) {
		route = find(plain, strlen(plain), pages, tail);
		if (route)
			p->format = format_first(route->formats);
	}
	p->lang = lang;
	p->local_time = route && (route->methods & ROUTE_PAGE);
	return route;
}

static void answer_unknown(struct call *c, const char *path)
{
	const char *words[ROUTES + 1] = {NULL};
	struct problem p = {0};
	for (size_t i = 0; i < ROUTES; i++)
		words[i] = routes[i].path;
	snprintf(p.nearest, sizeof(p.nearest), "%s", nearest_word(path, words));
	for (size_t i = 0; i < ROUTES; i++)
		if (!strcmp(routes[i].path, p.nearest))
			p.example = routes[i].example;
	problem_set(&p, 404, "", "there is no such path; the nearest is %s", p.nearest);
	respond_problem(c, &p);
}

/* A suffix that no form of this path has. The end of an event's name is none: ".ipv6-lost". */
static bool is_odd_suffix(const char *path, struct call *c)
{
	const char *words[FORMATS + 1], *suffix = suffix_of(path), *tail;
	const struct route *route = c->route;
	const char *plain = path + strlen(lang_prefix(c->params.lang));
	if (!suffix || !isalpha((unsigned char)*suffix) || c->params.format_given ||
	    sign_parse(suffix) != SIGNS || (route && !*c->tail))
		return false;
	if (!route)
		route = find(plain, (size_t)(suffix - 1 - plain), plain != path, &tail);
	if (!route)
		return false;
	format_words(route->formats, words);
	if (words[0])
		c->route = route;
	return words[0];
}

static void answer_odd_suffix(struct call *c, const char *path)
{
	const char *words[FORMATS + 1], *suffix = suffix_of(path);
	struct problem p = {.example = c->route->example};
	format_words(c->route->formats, words);
	snprintf(p.nearest, sizeof(p.nearest), "%.*s%s", (int)(suffix - path), path,
		 nearest_word(suffix, words));
	c->params.format = FORMAT_JSON;
	problem_set(&p, 404, "", "this path has no form '%.40s'; the nearest that it has is %s",
		    suffix, p.nearest);
	respond_problem(c, &p);
}

static void answer_options(struct call *c)
{
	struct reply reply;
	reply_init(&reply, 204, 1);
	respond_allow(c, &reply);
	reply_header(&reply, "Access-Control-Allow-Methods", "GET, HEAD, POST");
	reply_header(&reply, "Access-Control-Allow-Headers",
		     "Content-Type, If-None-Match, Last-Event-ID");
	reply_header(&reply, "Access-Control-Max-Age", "86400");
	respond_take(c, &reply, "text/plain", 0);
}

static bool takes(const struct route *route, enum method m)
{
	if (m == METHOD_POST)
		return route->methods & ROUTE_POST;
	return (m == METHOD_GET || m == METHOD_HEAD) && (route->methods & ROUTE_GET);
}

/* 0, or -1 with why. */
static int read_params(struct call *c, struct problem *why)
{
	const struct params_env env = {
		.country = c->api->country,
		.now_ms = c->now_ms,
		.began_ms = store_began(c->api->publish->store),
		.settled_ms = api_settled_ms(c->api),
		.row_step_ms = c->api->publish->row_step_ms,
		.allowed = c->route->params,
		.formats = c->route->formats,
	};
	const char *bad = query_parse(&c->query, request_query(c->request));
	why->example = c->route->example;
	if (bad)
		return problem_set(why, 400, "", "%s", bad);
	if (params_read(&c->params, &c->query, &env, why) < 0)
		return -1;
	if (c->params.asof_ms)
		c->now_ms = c->params.asof_ms;
	return 0;
}

void api_handle(void *arg, struct request *r)
{
	struct call c = {.api = arg, .request = r, .tail = ""};
	struct problem why = {0};
	const char *path = request_path(r);
	char tail[TAIL_LEN];
	enum method m = request_method(r);

	if ((m == METHOD_GET || m == METHOD_HEAD) && respond_again(c.api, r))
		return;
	c.now_ms = api_now_ms(c.api);
	c.route = find_route(path, &c.params, &c.tail, tail);
	if (is_odd_suffix(path, &c)) {
		answer_odd_suffix(&c, path);
	} else if (!c.route) {
		answer_unknown(&c, path);
	} else if (m == METHOD_OPTIONS) {
		answer_options(&c);
	} else if (!takes(c.route, m)) {
		problem_set(&why, 405, "", "this path does not take this method");
		respond_problem(&c, &why);
	} else if (read_params(&c, &why) < 0) {
		respond_problem(&c, &why);
	} else {
		c.route->handle(&c);
	}
}
