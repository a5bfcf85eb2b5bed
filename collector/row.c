/* row.c: series in order and as text; the stored form of rows and events.
 *
 * Varints throughout. A row, whose series, start and step are in its key:
 *
 *	state, revision, revised_ms, why, method, probes, expected, late
 *	up, lo, hi			each 0 for NaN, else 1 + 10000 times the share
 *	classes				bit c when anybody tried class c
 *	n, n - up, n - some, fp		for each of those classes
 *	part_lo, part_hi, fragile
 *	signs, mechanisms		bit k when any probe could have shown sign or mechanism k
 *	n, hit				for each of those
 *	length, rule
 *
 * An event:
 *
 *	kind, state, basis
 *	onset_ms, onset_ms - onset_lo_ms, onset_hi_ms - onset_lo_ms
 *	end_ms, and unless 0: end_ms - end_lo_ms, end_hi_ms - end_lo_ms
 *	back_ms, detected_ms, severity (bits of the double)
 *	lost_lo, lost_hi		each 0 for NaN, else 1 + 10000 times the share
 *	probes, n, n - hit, expected
 *	returns: n, and unless 0: partial, total_ms, last_ms
 *	hours: days, and unless 0: from_min, until_min
 *	revision, why, revised_ms, length, id
 *
 * Rows repeat each other, which is left to the compressor of the chunk that they stand in (chunk.c). */
#include "collector/row.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/varint.h"

#define DECIMALS 10000.0
#define DAY_MIN	 1440 /* minutes */

static const char *const whys[WHYS] = {
#define WHY(sym, name) [WHY_##sym] = (name),
#include "collector/why.def"
#undef WHY
};

const char *why_str(enum why w)
{
	return (unsigned int)w < WHYS ? whys[w] : "unknown";
}

bool region_is_place(const char *region)
{
	return *region && strcmp(region, REGION_UNPLACED) && strcmp(region, REGION_CONTROLS) &&
	       strcmp(region, REGION_OUTSIDE_IN);
}

bool series_equal(const struct series *a, const struct series *b)
{
	return a->isp == b->isp && a->access == b->access && !strcmp(a->region, b->region);
}

int series_cmp(const void *a, const void *b)
{
	const struct series *x = a, *y = b;
	int c = strcmp(x->region, y->region);
	if (c)
		return c;
	if (x->isp != y->isp)
		return x->isp < y->isp ? -1 : 1;
	return (x->access > y->access) - (x->access < y->access);
}

bool series_is_leaf(const struct series *s)
{
	return *s->region && s->isp != ISP_ANY && s->access != ACCESS_ANY;
}

const char *series_text(char out[static SERIES_TEXT_LEN], const struct series *s)
{
	char isp[16] = "all";
	if (s->isp != ISP_ANY)
		snprintf(isp, sizeof(isp), "AS%u", s->isp);
	snprintf(out, SERIES_TEXT_LEN, "%s.%s.%s", *s->region ? s->region : "all", isp,
		 s->access == ACCESS_ANY ? "all" : access_str(s->access));
	return out;
}

/* One word of an id, ended by a dot or the end of the text; NULL when it is longer than room. */
static const char *take_word(char *word, size_t room, const char *text)
{
	size_t len = strcspn(text, ".");
	if (!len || len >= room)
		return NULL;
	snprintf(word, room, "%.*s", (int)len, text);
	return text + len;
}

const char *series_parse(struct series *out, const char *text)
{
	char region[BATCH_REGION_LEN], isp[16], access[16], *end = "";
	*out = (struct series){.isp = ISP_ANY, .access = ACCESS_ANY};
	text = take_word(region, sizeof(region), text);
	if (!text || *text != '.' || !(text = take_word(isp, sizeof(isp), text + 1)) ||
	    *text != '.' || !(text = take_word(access, sizeof(access), text + 1)))
		return NULL;
	if (strcmp(region, "all"))
		memcpy(out->region, region, sizeof(region));
	if (strcmp(access, "all") && (out->access = access_parse(access)) == ACCESSES)
		return NULL;
	if (!strcmp(isp, "all"))
		return text;
	unsigned long asn = strtoul(isp + 2, &end, 10);
	if (strncmp(isp, "AS", 2) || !isdigit((unsigned char)isp[2]) || *end || asn >= ISP_ANY)
		return NULL;
	out->isp = (uint32_t)asn;
	return text;
}

static void put_share(struct buf *out, double share)
{
	varint_put(out, isnan(share) ? 0 : 1 + (uint64_t)llround(share * DECIMALS));
}

static double get_share(struct varint_in *in)
{
	uint64_t v = varint_get_max(in, 1 + (uint64_t)DECIMALS);
	return v ? (double)(v - 1) / DECIMALS : NAN;
}

static uint32_t get_u32(struct varint_in *in)
{
	return (uint32_t)varint_get_max(in, UINT32_MAX);
}

static int64_t get_time(struct varint_in *in)
{
	return (int64_t)varint_get_max(in, INT64_MAX);
}

static void put_text(struct buf *out, const char *text)
{
	size_t len = strlen(text);
	varint_put(out, len);
	buf_put(out, text, len);
}

static void get_text(struct varint_in *in, char *out, size_t outlen)
{
	size_t len = varint_get_max(in, outlen - 1);
	const uint8_t *text = varint_bytes(in, len);
	in->bad |= text && memchr(text, '\0', len);
	if (text)
		memcpy(out, text, len);
	out[text ? len : 0] = '\0';
}

static uint64_t which(const struct verdict_count *c, size_t n)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < n; i++)
		bits |= c[i].n ? 1ULL << i : 0;
	return bits;
}

static void put_counts(struct buf *out, const struct verdict_count *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!c[i].n)
			continue;
		varint_put(out, c[i].n);
		varint_put(out, c[i].hit);
	}
}

void row_encode(const struct row *r, struct buf *out)
{
	const struct verdict *v = &r->v;
	uint64_t classes = 0;
	for (size_t c = 0; c < CLASSES; c++)
		classes |= v->share[c].n ? 1ULL << c : 0;
	varint_put(out, v->state);
	varint_put(out, r->revision);
	varint_put(out, (uint64_t)r->revised_ms);
	varint_put(out, r->why);
	varint_put(out, r->method);
	varint_put(out, v->probes);
	varint_put(out, v->expected);
	varint_put(out, v->late);
	put_share(out, v->up);
	put_share(out, v->lo);
	put_share(out, v->hi);
	varint_put(out, classes);
	for (size_t c = 0; c < CLASSES; c++) {
		const struct verdict_share *s = &v->share[c];
		if (!s->n)
			continue;
		varint_put(out, s->n);
		varint_put(out, s->n - s->up);
		varint_put(out, s->n - s->some);
		varint_put(out, s->fp);
	}
	put_share(out, v->part_lo);
	put_share(out, v->part_hi);
	varint_put(out, v->fragile);
	varint_put(out, which(v->sign, SIGNS));
	varint_put(out, which(v->mech, MECHANISMS));
	put_counts(out, v->sign, SIGNS);
	put_counts(out, v->mech, MECHANISMS);
	put_text(out, v->rule);
}

static void get_share_counts(struct varint_in *in, struct verdict_share *s)
{
	s->n = get_u32(in);
	s->up = s->n - (uint32_t)varint_get_max(in, s->n);
	s->some = s->n - (uint32_t)varint_get_max(in, s->n);
	s->fp = (uint32_t)varint_get_max(in, s->n);
	in->bad |= !s->n;
}

static void get_counts(struct varint_in *in, uint64_t which, struct verdict_count *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!(which & 1ULL << i))
			continue;
		c[i].n = get_u32(in);
		c[i].hit = (uint32_t)varint_get_max(in, c[i].n);
		in->bad |= !c[i].n;
	}
}

int row_decode(struct row *r, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	struct verdict *v = &r->v;
	*v = (struct verdict){.state = (enum state)varint_get_max(&in, STATES - 1)};
	r->revision = get_u32(&in);
	r->revised_ms = get_time(&in);
	r->why = (enum why)varint_get_max(&in, WHYS - 1);
	r->method = get_u32(&in);
	v->probes = get_u32(&in);
	v->expected = get_u32(&in);
	v->late = get_u32(&in);
	v->up = get_share(&in);
	v->lo = get_share(&in);
	v->hi = get_share(&in);
	uint64_t classes = varint_get_max(&in, (1ULL << CLASSES) - 1);
	for (size_t c = 0; c < CLASSES; c++)
		if (classes & 1ULL << c)
			get_share_counts(&in, &v->share[c]);
	v->part_lo = get_share(&in);
	v->part_hi = get_share(&in);
	v->fragile = get_u32(&in);
	uint64_t signs = varint_get_max(&in, (1ULL << SIGNS) - 1),
		 mechs = varint_get_max(&in, (1ULL << MECHANISMS) - 1);
	get_counts(&in, signs, v->sign, SIGNS);
	get_counts(&in, mechs, v->mech, MECHANISMS);
	get_text(&in, v->rule, sizeof(v->rule));
	return varint_done(&in) ? 0 : -1;
}

static void put_since(struct buf *out, int64_t from_ms, int64_t ms)
{
	varint_put(out, (uint64_t)(ms - from_ms));
}

/* A time that is not before `from`, and the other way round. */
static int64_t get_after(struct varint_in *in, int64_t from_ms)
{
	return from_ms + (int64_t)varint_get_max(in, (uint64_t)(INT64_MAX - from_ms));
}

static int64_t get_before(struct varint_in *in, int64_t ms)
{
	return ms - (int64_t)varint_get_max(in, (uint64_t)ms);
}

static void put_end(struct buf *out, const struct event *e)
{
	varint_put(out, (uint64_t)e->end_ms);
	if (!e->end_ms)
		return;
	put_since(out, e->end_lo_ms, e->end_ms);
	put_since(out, e->end_lo_ms, e->end_hi_ms);
}

static void get_end(struct varint_in *in, struct event *e)
{
	e->end_ms = get_time(in);
	e->end_lo_ms = e->end_ms ? get_before(in, e->end_ms) : 0;
	e->end_hi_ms = e->end_ms ? get_after(in, e->end_lo_ms) : 0;
}

static void put_course(struct buf *out, const struct event *e)
{
	const struct event_returns *r = &e->returns;
	varint_put(out, r->n);
	if (r->n) {
		varint_put(out, r->partial);
		varint_put(out, (uint64_t)r->total_ms);
		varint_put(out, (uint64_t)r->last_ms);
	}
	varint_put(out, e->hours.days);
	if (e->hours.days) {
		varint_put(out, e->hours.from_min);
		varint_put(out, e->hours.until_min);
	}
}

static void get_course(struct varint_in *in, struct event *e)
{
	e->returns = (struct event_returns){.n = get_u32(in)};
	if (e->returns.n) {
		e->returns.partial = (uint32_t)varint_get_max(in, e->returns.n);
		e->returns.total_ms = get_time(in);
		e->returns.last_ms = get_time(in);
	}
	e->hours = (struct event_hours){.days = get_u32(in)};
	if (e->hours.days) {
		e->hours.from_min = (uint16_t)varint_get_max(in, DAY_MIN - 1);
		e->hours.until_min = (uint16_t)varint_get_max(in, DAY_MIN - 1);
	}
}

void event_encode(const struct event *e, struct buf *out)
{
	uint64_t severity;
	memcpy(&severity, &e->severity, sizeof(severity));
	varint_put(out, e->kind);
	varint_put(out, e->state);
	varint_put(out, e->basis);
	varint_put(out, (uint64_t)e->onset_ms);
	put_since(out, e->onset_lo_ms, e->onset_ms);
	put_since(out, e->onset_lo_ms, e->onset_hi_ms);
	put_end(out, e);
	varint_put(out, (uint64_t)e->back_ms);
	varint_put(out, (uint64_t)e->detected_ms);
	varint_put(out, severity);
	put_share(out, e->lost_lo);
	put_share(out, e->lost_hi);
	varint_put(out, e->probes);
	varint_put(out, e->n);
	varint_put(out, e->n - e->hit);
	varint_put(out, e->expected);
	put_course(out, e);
	varint_put(out, e->revision);
	varint_put(out, e->why);
	varint_put(out, (uint64_t)e->revised_ms);
	put_text(out, e->id);
}

int event_decode(struct event *e, const void *data, size_t len)
{
	struct varint_in in = varint_from(data, len);
	e->kind = (enum sign)varint_get_max(&in, SIGNS - 1);
	e->state = (enum state)varint_get_max(&in, STATES - 1);
	e->basis = (unsigned int)varint_get_max(&in, EVENT_VOTES | EVENT_SILENCE);
	e->onset_ms = get_time(&in);
	e->onset_lo_ms = get_before(&in, e->onset_ms);
	e->onset_hi_ms = get_after(&in, e->onset_lo_ms);
	get_end(&in, e);
	e->back_ms = get_time(&in);
	e->detected_ms = get_time(&in);
	uint64_t severity = varint_get(&in);
	memcpy(&e->severity, &severity, sizeof(severity));
	e->lost_lo = get_share(&in);
	e->lost_hi = get_share(&in);
	e->probes = get_u32(&in);
	e->n = get_u32(&in);
	e->hit = e->n - (uint32_t)varint_get_max(&in, e->n);
	e->expected = get_u32(&in);
	get_course(&in, e);
	e->revision = get_u32(&in);
	e->why = (enum why)varint_get_max(&in, WHYS - 1);
	e->revised_ms = get_time(&in);
	get_text(&in, e->id, sizeof(e->id));
	return varint_done(&in) ? 0 : -1;
}

void event_forget_growth(struct event *e)
{
	e->severity = e->lost_lo = e->lost_hi = NAN;
	e->probes = e->n = e->hit = e->expected = 0;
	e->returns = (struct event_returns){0};
}
