/* web.h: a whole collector with its server in this process, and clients that behave in any way.
 *
 * Client and server share one thread: web_turn runs the loop once. Data is written straight into
 * the store, so that a test knows every row. */
#ifndef TESTS_COLLECTOR_WEB_H
#define TESTS_COLLECTOR_WEB_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/api.h"
#include "collector/rig.h"
#include "collector/server.h"
#include "common/buf.h"

#define WEB_STEP_MS 300000
/* 2026-01-08T20:00:00Z: the end of the data of web_fill. */
#define WEB_NOW_MS 1767902400000

struct event_base;

struct web {
	char *dir;
	struct event_base *base;
	struct rig rig;
	struct api api;
	int port;
};

/* country is a folder of configs/countries; extra are more flags, NULL-ended, or NULL. */
void web_start(struct web *w, const char *country, const char *const *extra);
void web_stop(struct web *w);
/* The same with other limits; web_start uses sane ones. */
void web_serve(struct web *w, size_t max_connections, int request_timeout_s);

/* For cmocka; *state becomes a struct web: of Iran with the data of web_fill; of a country without data; of the same, for
 * tests that serve with limits of their own. web_teardown stops it. */
int web_setup(void **state);
int web_setup_empty(void **state);
int web_setup_unserved(void **state);
int web_teardown(void **state);

/* One row of a series in the store. n probes of which up reach the open class; STATE_SILENT has none. */
void web_put_row(struct web *w, const struct series *s, int64_t start_ms, enum state state,
		 uint32_t n, uint32_t up);
/* A day of the country, every province and two networks of the first: filtered, then domestic-only
 * from 16:30 on; marks the store as synthetic with its end at WEB_NOW_MS when synthetic is set. */
void web_fill(struct web *w, bool synthetic);

/* Runs the loop for a moment. */
void web_turn(struct web *w);
void web_turns(struct web *w, int n);
/* Runs the loop until n connections are open, at most ms; aborts when there are not. */
void web_wait_connections(struct web *w, size_t n, int ms);
/* A socket to the server, non-blocking. */
int web_connect(struct web *w);
/* Sends all of it, running the loop; 0, or -1 when the server closed. */
int web_send(struct web *w, int fd, const void *data, size_t len);
/* Reads until the server closes or, with until set, that text is there, at most ms. out is
 * initialised here. True when it closed or the text came. */
bool web_read(struct web *w, int fd, struct buf *out, const char *until, int ms);

struct web_answer {
	int status;
	struct buf all;	  /* head and body; owned */
	const char *body; /* inside all */
	size_t body_len;
};
/* One request, Connection: close added. head is the rest of the request line and further header
 * lines, each ended by CR LF: "/path HTTP/1.1\r\nAccept: x\r\n". */
void web_ask(struct web *w, struct web_answer *a, const char *method, const char *head,
	     const void *body, size_t body_len);
void web_get(struct web *w, struct web_answer *a, const char *path);
/* The answer to a GET as JSON, owned by the caller; fails when it is not JSON with that status. */
json_t *web_json(struct web *w, const char *path, int status);
/* The text under a key, "(null)" when there is none. */
const char *web_str(const json_t *j, const char *key);
void web_answer_clear(struct web_answer *a);
/* The value of a header in a static form: copied into out, "" when absent. */
const char *web_header(const struct web_answer *a, const char *name, char *out, size_t outlen);

#endif
