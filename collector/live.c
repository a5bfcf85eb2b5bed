/* live.c: server-sent events (WHATWG HTML, section 9.2).
 *
 *	id: 18c2f0a1b30-42		start of this process in hexadecimal, number of the change
 *	event: row			row, event, or reset
 *	data: {...}			one object, as /api/v1/timeline and /api/v1/events have it
 *
 * A stream begins with an id alone, which is no message (a browser notes it and says nothing).
 *
 * The views announce a row while they work on the store; its key is only noted then, and the row is
 * read through the publisher from the event loop. A flood of changes (weeks of late data) overflows
 * the list of keys; readers then get a reset instead of a hundred thousand rows. */
#include "collector/live.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "collector/request.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/jsonw.h"

#define RING_LEN    4096 /* some 1.5 MiB of text: an hour of a busy country */
#define NOTED_MAX   4096
#define MESSAGE_MAX 4096
#define ID_LEN	    48
#define BEAT_S	    15 /* proxies close a silent connection after 30 s or more */

struct message {
	struct series series;
	bool to_all; /* a reset */
	char *text;  /* owned; NULL: slot not used yet */
};

struct noted {
	struct series series;
	int64_t start_ms;
};

struct reader {
	LIST_ENTRY(reader) next;
	struct audience *audience;
	struct request *request; /* ours to write to until it is gone */
};

/* Readers who asked for the same: what they are told is the same text. */
struct audience {
	LIST_ENTRY(audience) next;
	struct live *live; /* borrowed */
	char *query;	   /* owned */
	struct params filter;
	LIST_HEAD(, reader) readers;
};

struct live {
	const struct publish *publish;
	struct event *flush, *beat;
	LIST_HEAD(, audience) audiences;
	struct message ring[RING_LEN]; /* message n lies in n % RING_LEN */
	uint64_t next;		       /* number of the next message, from 1 */
	uint64_t unsent;	       /* of the first that was not sent yet */
	uint64_t oldest_after_reset;   /* nothing before it can be resumed from */
	int64_t boot_ms;
	struct noted *noted;
	size_t n_noted;
	bool flooded;
	struct live_stats stats;
};

static void put_id(const struct live *l, char out[static ID_LEN], uint64_t number)
{
	snprintf(out, ID_LEN, "%" PRIx64 "-%" PRIu64, (uint64_t)l->boot_ms, number);
}

static void put_messages(const struct live *l, const struct params *filter, uint64_t from,
			 struct buf *out)
{
	for (uint64_t n = from; n < l->next; n++) {
		const struct message *m = &l->ring[n % RING_LEN];
		if (m->to_all || params_match(filter, &m->series))
			buf_puts(out, m->text);
	}
}

static void tell(struct audience *a, const void *text, size_t len)
{
	struct evbuffer *shared = evbuffer_new();
	struct reader *after;
	if (!shared || evbuffer_add(shared, text, len) < 0)
		abort();
	for (struct reader *r = LIST_FIRST(&a->readers); r; r = after) {
		after = LIST_NEXT(r, next);
		request_stream_put(r->request, shared);
	}
	evbuffer_free(shared);
}

/* One piece for every reader: nine hundred rows of a step one by one would be as many pieces, and the last of them
 * would find him too slow who had no time to read the first. */
static void send_unsent(struct live *l)
{
	struct audience *after;
	for (struct audience *a = LIST_FIRST(&l->audiences); a; a = after) {
		struct buf out;
		after = LIST_NEXT(a, next);
		buf_init(&out, LIVE_MISSED_MAX);
		put_messages(l, &a->filter, l->unsent, &out);
		if (out.len)
			tell(a, out.data, out.len);
		buf_clear(&out);
	}
	l->unsent = l->next;
}

/* Takes data: the message with that content goes into the ring, to be sent with the others of the same moment. */
static void publish_take(struct live *l, const struct series *series, const char *name, char *data)
{
	char id[ID_LEN];
	if (l->next - l->unsent == RING_LEN)
		send_unsent(l);
	struct message *m = &l->ring[l->next % RING_LEN];
	put_id(l, id, l->next);
	free(m->text);
	m->text = xasprintf("id: %s\nevent: %s\ndata: %s\n\n", id, name, data);
	m->to_all = !series;
	if (series)
		m->series = *series;
	l->next++;
	free(data);
	event_active(l->flush, EV_TIMEOUT, 0);
}

static int put_row(void *arg, const struct row *row)
{
	struct live *l = arg;
	const struct rowtext t = {.country = l->publish->country,
				  .now_ms = clock_wall_ms(),
				  .min_probes = l->publish->min_probes};
	struct buf out;
	struct jsonw j;
	buf_init(&out, MESSAGE_MAX);
	jsonw_begin(&j, &out);
	rowtext_row_json(&j, &t, row);
	publish_take(l, &row->series, "row", out.data);
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct noted *x = a, *y = b;
	int later = (x->start_ms > y->start_ms) - (x->start_ms < y->start_ms);
	return later ? later : series_cmp(&x->series, &y->series);
}

/* The noted rows as the publisher shows them, each once, those of one step together. */
static void publish_noted(struct live *l)
{
	struct series *series = xcalloc(l->n_noted + 1, sizeof(*series));
	if (l->n_noted)
		qsort(l->noted, l->n_noted, sizeof(*l->noted), by_start);
	for (size_t i = 0; i < l->n_noted;) {
		int64_t start = l->noted[i].start_ms;
		size_t n = 0;
		for (; i < l->n_noted && l->noted[i].start_ms == start; i++)
			if (!n || !series_equal(&series[n - 1], &l->noted[i].series))
				series[n++] = l->noted[i].series;
		publish_step(l->publish, series, n, start, put_row, l);
	}
	free(series);
}

static void flush(evutil_socket_t fd, short what, void *arg)
{
	struct live *l = arg;
	(void)fd;
	(void)what;
	if (l->flooded) {
		l->oldest_after_reset = l->next;
		publish_take(l, NULL, "reset", xstrdup("{}"));
	} else {
		publish_noted(l);
	}
	l->n_noted = 0;
	l->flooded = false;
	send_unsent(l);
}

static void beat(evutil_socket_t fd, short what, void *arg)
{
	static const char comment[] = ": still here\n\n";
	struct live *l = arg;
	struct audience *after;
	(void)fd;
	(void)what;
	for (struct audience *a = LIST_FIRST(&l->audiences); a; a = after) {
		after = LIST_NEXT(a, next);
		tell(a, comment, sizeof(comment) - 1);
	}
}

static void row_changed(void *arg, const struct row *r)
{
	struct live *l = arg;
	l->stats.rows++;
	if (l->n_noted == NOTED_MAX) {
		l->flooded = true;
		return;
	}
	l->noted[l->n_noted++] = (struct noted){r->series, r->start_ms};
	event_active(l->flush, EV_TIMEOUT, 0);
}

static void event_changed(void *arg, const struct event *e)
{
	struct live *l = arg;
	const struct rowtext t = {.country = l->publish->country,
				  .now_ms = clock_wall_ms(),
				  .min_probes = l->publish->min_probes};
	struct event shown = *e;
	struct buf out;
	struct jsonw j;
	l->stats.events++;
	publish_event(l->publish, &shown);
	buf_init(&out, MESSAGE_MAX);
	jsonw_begin(&j, &out);
	rowtext_event_json(&j, &t, &shown);
	publish_take(l, &e->series, "event", out.data);
}

struct live *live_new(struct event_base *base, const struct publish *publish)
{
	const struct timeval every = {BEAT_S, 0};
	struct live *l = xcalloc(1, sizeof(*l));
	l->publish = publish;
	l->next = 1;
	l->oldest_after_reset = 1;
	l->boot_ms = clock_wall_ms();
	l->noted = xcalloc(NOTED_MAX, sizeof(*l->noted));
	l->unsent = 1;
	LIST_INIT(&l->audiences);
	l->flush = event_new(base, -1, 0, flush, l);
	l->beat = event_new(base, -1, EV_PERSIST, beat, l);
	if (!l->flush || !l->beat || event_add(l->beat, &every) < 0)
		abort();
	return l;
}

void live_free(struct live *l)
{
	if (!l)
		return;
	event_free(l->flush);
	event_free(l->beat);
	for (size_t i = 0; i < RING_LEN; i++)
		free(l->ring[i].text);
	free(l->noted);
	free(l);
}

struct views_listener live_listener(struct live *l)
{
	return (struct views_listener){.row = row_changed, .event = event_changed, .arg = l};
}

static void reader_gone(void *arg)
{
	struct reader *r = arg;
	struct audience *a = r->audience;
	LIST_REMOVE(r, next);
	free(r);
	a->live->stats.readers--;
	if (!LIST_EMPTY(&a->readers))
		return;
	LIST_REMOVE(a, next);
	free(a->query);
	free(a);
}

/* Whether the message after that id, and all after it, are still there. False for an id that is from another life, or none. */
static bool can_resume(const struct live *l, const char *id, uint64_t *next)
{
	char again[ID_LEN];
	const char *dash = strchr(id, '-');
	uint64_t oldest = l->next > RING_LEN ? l->next - RING_LEN : 1;
	uint64_t n = dash ? strtoull(dash + 1, NULL, 10) : 0;
	put_id(l, again, n);
	*next = n + 1;
	return !strcmp(again, id) && *next <= l->next && *next >= oldest &&
	       *next >= l->oldest_after_reset;
}

/* What the reader has missed since last_id, into out. */
static void put_missed(const struct live *l, const struct params *filter, const char *last_id,
		       struct buf *out)
{
	uint64_t next;
	if (!can_resume(l, last_id, &next)) {
		buf_puts(out, "event: reset\ndata: {}\n\n");
		return;
	}
	put_messages(l, filter, next, out);
}

static struct audience *audience_of(struct live *l, const char *query, const struct params *filter)
{
	struct audience *a;
	LIST_FOREACH(a, &l->audiences, next)
	{
		if (!strcmp(a->query, query))
			return a;
	}
	a = xcalloc(1, sizeof(*a));
	a->live = l;
	a->query = xstrdup(query);
	a->filter = *filter;
	LIST_INIT(&a->readers);
	LIST_INSERT_HEAD(&l->audiences, a, next);
	return a;
}

void live_subscribe_take(struct live *l, struct request *request, struct reply *head,
			 const struct params *filter, const char *last_id)
{
	struct reader *r = xcalloc(1, sizeof(*r));
	char id[ID_LEN];
	send_unsent(l); /* he gets it as what he missed, or not at all */
	r->audience = audience_of(l, request_query(request), filter);
	r->request = request;
	LIST_INSERT_HEAD(&r->audience->readers, r, next);
	l->stats.readers++;
	if (last_id)
		put_missed(l, filter, last_id, &head->body);
	/* without data: no message, but what the reader will name as the last that he got */
	put_id(l, id, l->next - 1);
	buf_printf(&head->body, "id: %s\nretry: 5000\n\n", id);
	request_stream(request, head, reader_gone, r);
}

void live_stats(const struct live *l, struct live_stats *out)
{
	*out = l->stats;
}
