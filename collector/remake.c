/* remake.c: from the state of one morning on. */
#include "collector/remake.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "collector/varint.h"
#include "common/clock.h"
#include "common/log.h"

#define STATE_MAX (SIGNS * 4096)

/* What the pulses alone make of it: without what is said of its event outside, or of an event that is over. */
static struct detector bare(const struct detector *d)
{
	static const struct event nobody;
	struct detector out = *d;
	if (d->phase == DETECTOR_CALM) {
		out.current = nobody;
		out.current.series = d->current.series;
	} else {
		events_identify(&out.current, &nobody);
	}
	return out;
}

/* One zstd frame (RFC 8878), since most of a state repeats itself: all detectors of a series, each with its length before
 * it. */
static void encode(const struct detector d[static SIGNS], struct buf *out)
{
	struct buf one, plain;
	buf_init(&plain, STATE_MAX);
	for (size_t k = 0; k < SIGNS; k++) {
		struct detector bare_one = bare(&d[k]);
		buf_init(&one, STATE_MAX);
		detector_encode(&bare_one, &one);
		varint_put(&plain, one.len);
		buf_put(&plain, one.data, one.len);
		buf_clear(&one);
	}
	char frame[ZSTD_COMPRESSBOUND(STATE_MAX)];
	size_t len = ZSTD_compress(frame, sizeof(frame), plain.data, plain.len, 1);
	buf_init(out, sizeof(frame));
	buf_put(out, frame, ZSTD_isError(len) ? 0 : len);
	buf_clear(&plain);
}

static int decode(struct detector d[static SIGNS], const struct buf *state)
{
	char plain[STATE_MAX];
	size_t n = ZSTD_decompress(plain, sizeof(plain), state->data, state->len);
	if (ZSTD_isError(n))
		return -1;
	struct varint_in in = varint_from(plain, n);
	for (size_t k = 0; k < SIGNS; k++) {
		size_t len = varint_get_max(&in, STATE_MAX);
		const uint8_t *one = varint_bytes(&in, len);
		if (!one || detector_decode(&d[k], one, len) < 0)
			return -1;
	}
	return varint_done(&in) ? 0 : -1;
}

int remake_keep(struct store *store, const struct series *s, int64_t day,
		const struct detector d[static SIGNS])
{
	struct buf state;
	encode(d, &state);
	int rc = state.overflow ? -1 : store_put_machine(store, s, day, state.data, state.len);
	buf_clear(&state);
	return rc;
}

/* The state at the beginning of a day; of a series that was not there then a new one. */
static int load(struct store *store, const struct series *s, int64_t bucket_ms, int64_t day,
		struct detector d[static SIGNS])
{
	struct buf state;
	for (size_t k = 0; k < SIGNS; k++)
		detector_init(&d[k], s, (enum sign)k, bucket_ms);
	int rc = store_get_machine(store, s, day, &state);
	if (rc == 1 && decode(d, &state) < 0) {
		log_warnx("store: the state of a detector is damaged; `collector rebuild` makes "
			  "the views "
			  "anew");
		rc = -1;
	}
	buf_clear(&state);
	return rc < 0 ? -1 : 0;
}

struct run {
	struct store *store;
	const struct series *series;
	struct remade *out;
	int64_t changed_ms, day;
	struct morning {
		int64_t day;
		struct buf state;
	} * mornings; /* that are to be kept; owned */
	size_t n;
};

/* At the beginning of a day: 1 when the detectors stand as they stood and nothing later has changed, 0, -1. */
static int pass_day(struct run *r, int64_t day)
{
	struct buf before, now;
	encode(r->out->of, &now);
	int rc = store_get_machine(r->store, r->series, day, &before);
	bool same = rc == 1 && before.len == now.len && !memcmp(before.data, now.data, now.len);
	buf_clear(&before);
	if (rc < 0 || same) {
		buf_clear(&now);
		return rc < 0 ? -1 : day * CLOCK_DAY_MS >= r->changed_ms;
	}
	r->mornings = xrealloc(r->mornings, (r->n + 1) * sizeof(*r->mornings));
	r->mornings[r->n++] = (struct morning){day, now};
	return 0;
}

/* Nothing may be written while pulses are read. */
static int keep_mornings(struct run *r, int rc)
{
	for (size_t i = 0; i < r->n; i++) {
		struct morning *m = &r->mornings[i];
		if (rc >= 0 &&
		    store_put_machine(r->store, r->series, m->day, m->state.data, m->state.len) < 0)
			rc = -1;
		buf_clear(&m->state);
	}
	free(r->mornings);
	return rc;
}

/* 0, 1 to stop, -1. */
static int pass(struct run *r, int64_t t_ms)
{
	int rc = 0;
	for (int64_t day = r->day + 1; rc == 0 && day <= t_ms / CLOCK_DAY_MS; day++) {
		rc = pass_day(r, day);
		r->day = day;
		if (rc == 1)
			r->out->until_ms = day * CLOCK_DAY_MS;
	}
	return rc;
}

static int on_pulse(void *arg, int64_t start_ms, const struct pulse *p)
{
	struct run *r = arg;
	int rc = pass(r, start_ms);
	for (size_t k = 0; rc == 0 && k < SIGNS; k++)
		if (detector_next(&r->out->of[k], p, start_ms) == DETECTOR_ENDED)
			events_add(&r->out->events, &r->out->of[k].current);
	return rc;
}

int remake(struct store *store, const struct series *s, int64_t bucket_ms, int64_t from_ms,
	   int64_t changed_ms, int64_t until_ms, struct remade *out)
{
	struct run r = {.store = store,
			.series = s,
			.out = out,
			.changed_ms = changed_ms,
			.day = from_ms / CLOCK_DAY_MS};
	*out = (struct remade){.until_ms = until_ms, .present = true};
	if (load(store, s, bucket_ms, r.day, out->of) < 0)
		return -1;
	for (size_t k = 0; k < SIGNS; k++)
		out->since_ms[k] = out->of[k].phase == DETECTOR_CALM ? r.day * CLOCK_DAY_MS
								     : out->of[k].current.onset_ms;
	int rc = store_pulses(store, s, r.day * CLOCK_DAY_MS, until_ms, on_pulse, &r);
	if (rc == 0)
		rc = pass(&r, until_ms - 1);
	out->present = rc == 0;
	return keep_mornings(&r, rc) < 0 ? -1 : 0;
}

void remade_clear(struct remade *r)
{
	events_clear(&r->events);
}
