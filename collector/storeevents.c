/* storeevents.c: events of a store; keys are described in store.c. */
#include <stdlib.h>

#include "collector/storeint.h"
#include "collector/storekey.h"
#include "common/log.h"

#define EVENT_MAX 512 /* an encoded event has some 120 bytes */

int store_put_events(struct store *s, const struct series *series, int64_t from_ms,
		     const struct event *events, size_t n)
{
	uint32_t number = store_number(s, series);
	if (number == SERIESMAP_NONE)
		return -1;
	struct store_key from = key_series(number, from_ms > 0 ? from_ms : 0), until = {0};
	key_u32(&until, number + 1);
	int rc = s->ops->erase(s->backend, STORE_EVENT, &from, &until);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct store_key k = key_series(number, events[i].onset_ms);
		struct buf value;
		buf_init(&value, EVENT_MAX);
		event_encode(&events[i], &value);
		rc = s->ops->put(s->backend, STORE_EVENT, &k, value.data, value.len);
		buf_clear(&value);
	}
	return rc;
}

struct events_scan {
	const struct series_query *q;
	const struct series *series;
	int (*fn)(void *arg, const struct event *e);
	void *arg;
};

static int scan_events(void *arg, const struct store_key *k, const void *value, size_t len)
{
	struct events_scan *scan = arg;
	struct event e = {.series = *scan->series};
	(void)k;
	if (event_decode(&e, value, len) < 0) {
		log_warnx("store: an event is damaged; `collector rebuild` makes the views anew");
		return -1;
	}
	if (e.end_ms && e.end_ms <= scan->q->from_ms)
		return 0;
	return scan->fn(scan->arg, &e);
}

int store_events(struct store *s, const struct series_query *q,
		 int (*fn)(void *arg, const struct event *e), void *arg)
{
	struct events_scan scan = {.q = q, .fn = fn, .arg = arg};
	size_t n;
	int rc = 0;
	struct series *series = store_choose(s, q, &n);
	for (size_t i = 0; i < n && rc == 0 && q->until_ms > 0; i++) {
		uint32_t number = seriesmap_find(&s->series, &series[i]);
		struct store_key from = key_series(number, 0),
				 until = key_series(number, q->until_ms);
		scan.series = &series[i];
		rc = s->ops->scan(s->backend, STORE_EVENT, &from, &until, scan_events, &scan);
	}
	free(series);
	return rc;
}
