/* api.h: from a request to its handler: paths, methods, parameters, and how answers are given.
 *
 * routes.def lists every path. A handler gets a call with the parameters already read and checked,
 * and answers it exactly once. */
#ifndef COLLECTOR_API_H
#define COLLECTOR_API_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/params.h"
#include "collector/problem.h"
#include "collector/publish.h"
#include "collector/query.h"
#include "collector/request.h"
#include "collector/rowtext.h"
#include "common/jsonw.h"
#include "common/keys.h"

struct answers;
struct archive;
struct country;
struct country_map;
struct ingest;
struct live;
struct place;
struct raster;
struct server;

/* What handlers may use; all borrowed. */
struct api {
	const struct country *country;
	const struct country_map *map; /* NULL: nobody drew one */
	const struct publish *publish;
	const struct place *place;
	struct ingest *ingest;
	struct archive *archive;
	struct live *live;
	struct server *server;
	struct raster *raster;
	struct answers *answers;
	const char *packages;	  /* the folder of packages; NULL: none */
	char key[KEYS_TEXT_LEN];  /* the collector's public key, for `probe init` */
	bool synthetic;		  /* simulated data: every answer says so, nothing is taken */
	int64_t synthetic_now_ms; /* the moment at which the simulated data ends */
	int64_t started_ms;
};

/* A handler of request.h: finds the route and calls it, or answers with a problem. */
void api_handle(void *api, struct request *r);
/* The time that answers are about. */
int64_t api_now_ms(const struct api *a);
/* Until when what was known is settled, and changes no more. */
int64_t api_settled_ms(const struct api *a);

struct route;
struct call {
	struct api *api;
	struct request *request;
	const struct route *route;
	const char *tail; /* what stands for the '*' of the path, or "" */
	int64_t now_ms;	  /* asof, where that was asked for */
	struct params params;
	struct query query;
};

/* EMBED: a page that other sites may have inside theirs. */
enum { ROUTE_GET = 1, ROUTE_POST = 2, ROUTE_PAGE = 4, ROUTE_EMBED = 8 };
struct route {
	const char *path;
	unsigned int methods; /* ROUTE_ bits */
	unsigned int params;  /* enum param bits */
	unsigned int formats; /* FORMAT_BIT of each that there is */
	const char *example;
	const char *doc;
	void (*handle)(struct call *c);
};

#define ROUTE(handler, path, methods, params, formats, example, doc) void handler(struct call *c);
#include "collector/routes.def"
#undef ROUTE

/* All routes there are, in the order of routes.def. */
const struct route *api_routes(size_t *n);

/* How rows are to be written for this call. */
struct rowtext call_rowtext(const struct call *c);
/* Opens the object of an answer that is a list over a time: country, from, until, step (0: none), asof,
 * synthetic. The caller adds the list and ends it. */
void call_envelope(const struct call *c, struct jsonw *j, int64_t from_ms, int64_t until_ms,
		   int64_t step_ms);

/* Each answers c, once. */
void respond_problem(struct call *c, const struct problem *p);
/* JSON, CSV or NDJSON, as asked for; name is for the file that a browser saves. What is pinned to a moment that has passed
 * may be kept for ever, whatever max_age_s says. */
void respond_table(struct call *c, struct reply *p, const char *name, int max_age_s);
/* Answers r with what was given lately for the same; false when there is nothing. */
bool respond_again(struct api *a, struct request *r);
/* Takes p; adds type, ETag and caching, compresses. max_age_s 0: nobody may keep it. */
#define RESPOND_FOREVER (365 * 24 * 3600)
void respond_take(struct call *c, struct reply *p, const char *type, int max_age_s);

/* Headers: which methods the route takes; those of a problem; all of a stream, whose body is the caller's. */
void respond_allow(const struct call *c, struct reply *p);
void respond_problem_headers(const struct call *c, struct reply *p, const struct problem *why);
void respond_stream_head(const struct call *c, struct reply *p, size_t body_cap);

#endif
