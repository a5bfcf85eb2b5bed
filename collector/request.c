/* request.c: requests and replies.
 *
 * A request belongs to its connection while a handler has it. When the connection closes first,
 * evhttp has either taken its own request object off the connection (then it is ours to free) or is
 * about to free it; in both cases ev becomes NULL here, and the handler's late reply only frees the
 * rest. */
#include "collector/request.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "collector/conn.h"
#include "common/limits.h"

/* A reply must be read at a KiB a second on the average, after a grace of one request's time. */
#define READ_BYTES_PER_S 1024

/* What a stream may hold for a reader before he is cut off: an hour's rows of a country. */
#define STREAM_PENDING_MAX (512 * 1024)

struct request {
	struct conn *conn;	   /* borrowed; NULL when gone */
	struct evhttp_request *ev; /* borrowed from evhttp; NULL when gone */
	char *path;
	char *query;
	bool streaming;
	void (*gone)(void *arg); /* streaming only */
	void *gone_arg;
};

void reply_init(struct reply *p, int status, size_t body_cap)
{
	*p = (struct reply){.status = status};
	buf_init(&p->body, body_cap);
}

void reply_clear(struct reply *p)
{
	buf_clear(&p->body);
	for (size_t i = 0; i < p->n_headers; i++)
		free(p->values[i]);
	p->n_headers = 0;
}

void reply_header(struct reply *p, const char *name, const char *fmt, ...)
{
	struct buf value;
	va_list ap;
	if (p->n_headers == REPLY_HEADERS_MAX)
		return;
	buf_init(&value, 1024);
	va_start(ap, fmt);
	buf_vprintf(&value, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f)
			value.overflow = true;
	if (value.overflow || !value.len) {
		buf_clear(&value);
		return;
	}
	p->names[p->n_headers] = name;
	p->values[p->n_headers++] = value.data;
}

struct request *request_new(struct conn *c, struct evhttp_request *ev)
{
	const char *uri = evhttp_request_get_uri(ev);
	size_t len = strcspn(uri, "?#");
	struct request *r = xcalloc(1, sizeof(*r));
	r->conn = c;
	r->ev = ev;
	r->path = xmalloc(len + 1);
	memcpy(r->path, uri, len);
	r->path[len] = '\0';
	r->query = xstrdup(uri[len] == '?' ? uri + len + 1 : "");
	return r;
}

static void request_free(struct request *r)
{
	free(r->path);
	free(r->query);
	free(r);
}

void request_lost(struct request *r)
{
	if (!evhttp_request_get_connection(r->ev))
		evhttp_request_free(r->ev);
	r->ev = NULL;
	r->conn->request = NULL;
	r->conn = NULL;
	if (r->streaming) {
		r->gone(r->gone_arg);
		request_free(r);
	}
}

enum method request_method(const struct request *r)
{
	switch (r->ev ? evhttp_request_get_command(r->ev) : 0) {
	case EVHTTP_REQ_GET: return METHOD_GET;
	case EVHTTP_REQ_HEAD: return METHOD_HEAD;
	case EVHTTP_REQ_POST: return METHOD_POST;
	case EVHTTP_REQ_OPTIONS: return METHOD_OPTIONS;
	default: return METHOD_OTHER;
	}
}

const char *request_path(const struct request *r)
{
	return r->path;
}

const char *request_query(const struct request *r)
{
	return r->query;
}

const char *request_header(const struct request *r, const char *name)
{
	return r->ev ? evhttp_find_header(r->ev->input_headers, name) : NULL;
}

const void *request_body(struct request *r, size_t *len)
{
	struct evbuffer *in = r->ev ? evhttp_request_get_input_buffer(r->ev) : NULL;
	*len = in ? evbuffer_get_length(in) : 0;
	return *len ? (const void *)evbuffer_pullup(in, -1) : "";
}

bool request_is_gone(const struct request *r)
{
	return !r->ev;
}

static bool is_local(const struct sockaddr *sa)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct in6_addr *v6 = &((const struct sockaddr_in6 *)sa)->sin6_addr;
	switch (sa->sa_family) {
	case AF_UNIX: return true;
	case AF_INET: return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	case AF_INET6:
		return IN6_IS_ADDR_LOOPBACK(v6) ||
		       (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
	default: return false;
	}
}

/* The last element is the one that our own proxy has appended; those before it are hearsay. */
static const struct sockaddr *forwarded(const char *list, struct sockaddr_storage *room)
{
	char last[64];
	int len = sizeof(*room);
	const char *comma = strrchr(list, ',');
	const char *p = comma ? comma + 1 : list;
	p += strspn(p, " \t");
	size_t n = strcspn(p, " \t");
	if (n == 0 || n >= sizeof(last))
		return NULL;
	memcpy(last, p, n);
	last[n] = '\0';
	memset(room, 0, sizeof(*room));
	if (evutil_parse_sockaddr_port(last, (struct sockaddr *)room, &len) < 0)
		return NULL;
	return (struct sockaddr *)room;
}

const struct sockaddr *request_peer(const struct request *r, struct sockaddr_storage *room)
{
	struct evhttp_connection *evcon = r->ev ? evhttp_request_get_connection(r->ev) : NULL;
	const struct sockaddr *sa = evcon ? evhttp_connection_get_addr(evcon) : NULL;
	const char *list = request_header(r, "X-Forwarded-For");
	return sa && list && is_local(sa) ? forwarded(list, room) : sa;
}

/* Every reply says that its type is to be believed and that the reader's address bar is private. */
static void put_headers(struct request *r, const struct reply *p)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(r->ev);
	evhttp_add_header(out, "X-Content-Type-Options", "nosniff");
	evhttp_add_header(out, "Referrer-Policy", "no-referrer");
	for (size_t i = 0; i < p->n_headers; i++)
		evhttp_add_header(out, p->names[i], p->values[i]);
}

static const char *reason_phrase(int status)
{
	switch (status) {
	case 200: return "OK";
	case 204: return "No Content";
	case 304: return "Not Modified";
	case 400: return "Bad Request";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 413: return "Content Too Large";
	case 503: return "Service Unavailable";
	default: return "Status";
	}
}

static void reply_sent(struct evhttp_request *ev, void *arg)
{
	(void)ev;
	conn_enter(arg, CONN_IDLE, CONN_IDLE_MS);
}

static void free_body(const void *data, size_t len, void *arg)
{
	(void)data;
	(void)len;
	free(arg);
}

/* Moves the body into evhttp's buffer without a copy. */
static void put_body(struct request *r, struct reply *p)
{
	struct evbuffer *out = evhttp_request_get_output_buffer(r->ev);
	if (!p->body.len)
		return;
	if (evbuffer_add_reference(out, p->body.data, p->body.len, free_body, p->body.data) < 0)
		abort();
	p->body.data = NULL;
	buf_clear(&p->body);
}

/* RFC 9110, section 8.6: without a body there is none to say, but that of the body that GET would get. */
static bool has_length(const struct reply *p)
{
	return !p->endless && p->status != 204 && p->status != 304;
}

void request_reply_take(struct request *r, struct reply *p)
{
	struct conn *c = r->conn;
	if (c) {
		int64_t allowed_s =
			HTTP_REQUEST_TIMEOUT_S + (int64_t)p->body.len / READ_BYTES_PER_S;
		if (request_method(r) == METHOD_HEAD && has_length(p))
			reply_header(p, "Content-Length", "%zu", p->body.len);
		put_headers(r, p);
		if (request_method(r) != METHOD_HEAD)
			put_body(r, p);
		c->request = NULL;
		conn_enter(c, CONN_WRITING, allowed_s * 1000);
		evhttp_request_set_on_complete_cb(r->ev, reply_sent, c);
		evhttp_send_reply(r->ev, p->status, reason_phrase(p->status), NULL);
	}
	reply_clear(p);
	request_free(r);
}

void request_stream(struct request *r, struct reply *head, void (*gone)(void *arg), void *arg)
{
	r->streaming = true;
	r->gone = gone;
	r->gone_arg = arg;
	put_headers(r, head);
	conn_enter(r->conn, CONN_STREAMING, -1);
	evhttp_send_reply_start(r->ev, head->status, reason_phrase(head->status));
	struct evbuffer *text = evbuffer_new();
	if (!text || evbuffer_add(text, head->body.data, head->body.len) < 0)
		abort();
	request_stream_put(r, text);
	evbuffer_free(text);
	reply_clear(head);
}

void request_stream_put(struct request *r, struct evbuffer *text)
{
	struct evbuffer *chunk = evbuffer_new();
	if (!chunk || evbuffer_add_buffer_reference(chunk, text) < 0)
		abort();
	if (evbuffer_get_length(bufferevent_get_output(r->conn->bev)) > STREAM_PENDING_MAX)
		conn_condemn(r->conn);
	else
		evhttp_send_reply_chunk(r->ev, chunk);
	evbuffer_free(chunk);
}
