/* stream.c: one queue of what happens next, by time.
 */
#include "tests/sim/stream.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/clock.h"
#include "tests/sim/chance.h"

#define HOUR_MS	       (3600 * 1000LL)
#define LIFE_MS	       (150.0 * (double)CLOCK_DAY_MS) /* a volunteer stays so long on average */
#define EMPTY_MS       (30.0 * (double)CLOCK_DAY_MS)  /* and the seat stays empty */
#define TROUBLE_EVERY  (20.0 * (double)CLOCK_DAY_MS)  /* a line of its own trouble */
#define TROUBLE_MS     (1.5 * (double)HOUR_MS)
#define ASLEEP_MS      (15 * 60 * 1000.0)
#define SECOND_LOOK_MS 25000 /* probe/plan.c: after a change */
#define SECOND_LOOKS   2
#define SESSION	       40 /* batches of 1.6 KB in 64 KiB, probe/budget.c */
#define BACKOFF_FIRST  5000.0
#define BACKOFF_MAX    (15 * 60 * 1000.0)

enum happening { MEASURE, SEND, OUTAGE, RETURN };

struct moment {
	int64_t t_ms;
	uint32_t seat;
	enum happening what;
};

struct keeper { /* a seat over time */
	struct chance chance;
	bool present;
	int64_t life_until_ms;
	int64_t trouble_from_ms, trouble_until_ms; /* of its own line */
	enum weather seen;
	unsigned int looks;    /* second looks left */
	unsigned int failures; /* of sending, in a row */
	int64_t send_ms;       /* when it tries next; 0 nothing to send */
	struct round *spool;   /* owned, oldest first from `head` */
	size_t n, head, room;
};

struct stream {
	const struct world *world;
	struct course *course;
	struct subject *subject;
	struct roundbook *book;
	struct keeper *keepers;
	struct moment *heap;
	size_t n_heap, room;
	stream_tap *tap;
	void *tap_arg;
	struct stream_counts counts;
};

/* --- what happens next --- */

static bool is_before(const struct moment *a, const struct moment *b)
{
	return a->t_ms != b->t_ms ? a->t_ms < b->t_ms : a->seat < b->seat;
}

static void push(struct stream *s, int64_t t_ms, uint32_t seat, enum happening what)
{
	if (s->n_heap == s->room) {
		s->room = s->room ? 2 * s->room : 1024;
		s->heap = xrealloc(s->heap, s->room * sizeof(*s->heap));
	}
	const struct moment m = {t_ms, seat, what};
	size_t i = s->n_heap++;
	for (; i && is_before(&m, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = m;
}

static struct moment pop(struct stream *s)
{
	const struct moment top = s->heap[0], last = s->heap[--s->n_heap];
	size_t i = 0;
	for (size_t child; (child = 2 * i + 1) < s->n_heap; i = child) {
		if (child + 1 < s->n_heap && is_before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!is_before(&s->heap[child], &last))
			break;
		s->heap[i] = s->heap[child];
	}
	s->heap[i] = last;
	return top;
}

/* --- life --- */

static void live(struct keeper *k, int64_t t_ms)
{
	while (t_ms >= k->life_until_ms) {
		k->present = !k->present;
		k->life_until_ms +=
			(int64_t)chance_gap(&k->chance, k->present ? LIFE_MS : EMPTY_MS);
	}
	while (t_ms >= k->trouble_until_ms) {
		k->trouble_from_ms =
			k->trouble_until_ms + (int64_t)chance_gap(&k->chance, TROUBLE_EVERY);
		k->trouble_until_ms =
			k->trouble_from_ms + (int64_t)chance_gap(&k->chance, TROUBLE_MS);
	}
}

static struct sky sky_of(const struct stream *s, uint32_t seat, int64_t t_ms)
{
	const struct seat *d = &s->world->seats[seat];
	const struct keeper *k = &s->keepers[seat];
	const struct line line = {d->id, d->town + 1, d->site};
	struct sky sky = course_at(s->course, d->leaf, &line, t_ms);
	if ((sky.weather == ASLEEP && !d->updates) || (sky.weather == NO_NAMES && !d->own_names))
		sky = (struct sky){NORMAL, true};
	if (t_ms >= k->trouble_from_ms && t_ms < k->trouble_until_ms && sky.weather < CUT)
		sky = (struct sky){CUT, false};
	if (d->way_out || d->lie != LIE_NONE)
		sky.reaches |= sky.weather < OFF;
	return sky;
}

static bool is_off(const struct stream *s, uint32_t seat, enum weather w, int64_t t_ms)
{
	return !s->keepers[seat].present || w == OFF || w == ASLEEP ||
	       !world_is_awake(s->world, &s->world->seats[seat], t_ms);
}

/* --- measuring --- */

static void keep(struct keeper *k, const struct round *r)
{
	if (k->head && k->n == k->room) {
		memmove(k->spool, k->spool + k->head, (k->n - k->head) * sizeof(*k->spool));
		k->n -= k->head;
		k->head = 0;
	}
	if (k->n == k->room) {
		k->room = k->room ? 2 * k->room : 8;
		k->spool = xrealloc(k->spool, k->room * sizeof(*k->spool));
	}
	k->spool[k->n++] = *r;
}

/* probe/schedule.c: half the interval and an exponential of the same mean, at most twice the interval. */
static int64_t next_gap(struct keeper *k, int64_t interval_ms)
{
	double half = (double)interval_ms / 2, gap = half + chance_gap(&k->chance, half);
	return (int64_t)fmin(gap, 2 * (double)interval_ms);
}

/* How much of the network is there, for the question whether more of it is. */
static int amount(enum weather w)
{
	return w < LIST ? 5 : w == LIST ? 4 : w == DOMESTIC ? 3 : w == PARTIAL ? 2 : 0;
}

static void send_at(struct stream *s, uint32_t seat, int64_t t_ms)
{
	s->keepers[seat].send_ms = t_ms;
	push(s, t_ms, seat, SEND);
}

static void measure(struct stream *s, uint32_t seat, int64_t t_ms)
{
	const struct seat *d = &s->world->seats[seat];
	struct keeper *k = &s->keepers[seat];
	live(k, t_ms);
	struct round round = {t_ms, sky_of(s, seat, t_ms).weather};
	if (is_off(s, seat, round.weather, t_ms)) {
		push(s, t_ms + (int64_t)chance_between(&k->chance, 0.5 * ASLEEP_MS, ASLEEP_MS),
		     seat, MEASURE);
		return;
	}
	int before = amount(k->seen), now = amount(round.weather);
	k->seen = round.weather;
	k->looks = now != before ? SECOND_LOOKS : k->looks;
	keep(k, &round);
	s->counts.rounds++;
	s->counts.kept++;
	if (s->tap)
		s->tap(s->tap_arg, d, &round);
	if (now > before)
		k->failures = 0;
	if (now > before || !k->send_ms)
		send_at(s, seat, t_ms + round_takes_ms(&round));
	push(s, t_ms + (k->looks ? SECOND_LOOK_MS : next_gap(k, d->interval_ms)), seat, MEASURE);
	k->looks -= k->looks > 0;
}

/* --- sending --- */

static void send_some(struct stream *s, uint32_t seat, int64_t t_ms)
{
	const struct seat *d = &s->world->seats[seat];
	struct keeper *k = &s->keepers[seat];
	size_t until = k->n - k->head > SESSION ? k->head + SESSION : k->n;
	while (k->head < until) {
		const struct round *first = &k->spool[k->head];
		int64_t day = round_day(d, first);
		size_t n = 1;
		while (k->head + n < until && n < ROUNDS_MAX && round_day(d, first + n) == day)
			n++;
		subject_take(s->subject, round_batch(s->book, s->world, d, first, n),
			     round_probe(d, day), t_ms);
		k->head += n;
		s->counts.kept -= n;
	}
	if (k->head == k->n)
		k->head = k->n = 0;
}

static void send(struct stream *s, uint32_t seat, int64_t t_ms)
{
	struct keeper *k = &s->keepers[seat];
	if (t_ms != k->send_ms) /* another try was made since */
		return;
	k->send_ms = 0;
	if (subject_is_up(s->subject) && sky_of(s, seat, t_ms).reaches) {
		send_some(s, seat, t_ms);
		k->failures = 0;
		return;
	}
	if (s->world->seats[seat].forgets) {
		s->counts.kept -= k->n - k->head;
		k->n = k->head = 0;
		return;
	}
	double wait = fmin(BACKOFF_FIRST * exp2(k->failures++), BACKOFF_MAX);
	send_at(s, seat, t_ms + (int64_t)(wait * chance_between(&k->chance, 0.75, 1.25)));
}

/* --- */

struct stream *stream_new(const struct world *w, struct course *c, struct subject *subject,
			  int64_t from_ms)
{
	struct stream *s = xcalloc(1, sizeof(*s));
	s->world = w;
	s->course = c;
	s->subject = subject;
	s->book = roundbook_new(w->country);
	s->keepers = xcalloc(w->n_seats, sizeof(*s->keepers));
	for (uint32_t i = 0; i < w->n_seats; i++) {
		struct keeper *k = &s->keepers[i];
		k->chance.state = chance_hash(w->seats[i].id, 9, 9);
		k->present = chance_next(&k->chance) < LIFE_MS / (LIFE_MS + EMPTY_MS);
		k->life_until_ms =
			from_ms + (int64_t)chance_gap(&k->chance, k->present ? LIFE_MS : EMPTY_MS);
		k->trouble_until_ms = from_ms;
		push(s,
		     from_ms + (int64_t)(chance_next(&k->chance) * (double)w->seats[i].interval_ms),
		     i, MEASURE);
	}
	subject_start(subject, from_ms);
	return s;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->world->n_seats; i++)
		free(s->keepers[i].spool);
	roundbook_free(s->book);
	free(s->keepers);
	free(s->heap);
	free(s);
}

void stream_listen(struct stream *s, stream_tap *tap, void *arg)
{
	s->tap = tap;
	s->tap_arg = arg;
}

void stream_outage(struct stream *s, int64_t from_ms, int64_t until_ms)
{
	push(s, from_ms, 0, OUTAGE);
	push(s, until_ms, 0, RETURN);
}

void stream_run(struct stream *s, int64_t until_ms)
{
	while (s->n_heap && s->heap[0].t_ms < until_ms) {
		struct moment m = pop(s);
		switch (m.what) {
		case MEASURE: measure(s, m.seat, m.t_ms); break;
		case SEND: send(s, m.seat, m.t_ms); break;
		case OUTAGE: subject_stop(s->subject, m.t_ms); break;
		case RETURN: subject_start(s->subject, m.t_ms); break;
		}
	}
	subject_pass(s->subject, until_ms);
}

struct stream_counts stream_counts(const struct stream *s)
{
	return s->counts;
}
