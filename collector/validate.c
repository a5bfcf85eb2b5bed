/* validate.c: what a signature can't say about a batch. */
#include "collector/validate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "collector/country.h"
#include "collector/place.h"
#include "common/batch.h"
#include "common/clock.h"
#include "common/countries.h"
#include "common/limits.h"

/* The Date that an offset is learnt from has whole seconds, and took its time to arrive: a smaller one is none. */
#define OFFSET_MIN_MS 3000

struct refusal {
	char *reason;
	size_t len;
};

static int __attribute__((format(printf, 2, 3)))
refuse(const struct refusal *to, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(to->reason, to->len, fmt, ap);
	va_end(ap);
	return -1;
}

/* What a country that we have no tables of calls its regions can't be known, only whether it might. */
static int check_control(const struct batch *b, const struct country *c,
			 const struct placement *seen, const struct refusal *to)
{
	if (!countries_is_code(b->country))
		return refuse(to, "country is not a code of two capital letters");
	if (place_is_inside(c, seen))
		return refuse(
			to,
			"this says that it was measured in %s, but it comes from a network in %s: "
			"a control has to be outside, without a tunnel through %s",
			b->country, c->code, c->code);
	if (*b->region && !countries_is_region(b->region, b->country))
		return refuse(to, "%s is not an ISO 3166-2 code of %s", b->region, b->country);
	return 0;
}

static int check_vantage(const struct batch *b, const struct country *c,
			 const struct placement *seen, const struct refusal *to)
{
	if (strcmp(b->country, c->code))
		return check_control(b, c, seen, to);
	if (*b->region && !country_region(c, b->region))
		return refuse(to, "%s is not a region of %s", b->region, c->code);
	return 0;
}

/* NULL, or what is wrong with the time of a result. */
static const char *time_fault(int64_t t_ms, int64_t now_ms)
{
	if (t_ms > now_ms + RESULT_FUTURE_MAX_MS)
		return "is from the future: is the clock right?";
	if (t_ms < now_ms - RESULT_AGE_MAX_MS)
		return "is older than 400 days";
	return NULL;
}

/* Days are those of the clock that the probe has. */
static bool is_of_day(int64_t t_ms, int64_t epoch)
{
	int64_t day = epoch * CLOCK_DAY_MS, slack = RESULT_FUTURE_MAX_MS;
	return t_ms >= day - slack && t_ms < day + CLOCK_DAY_MS + slack;
}

/* An offset that would move a result to where none can be is not believed. */
static void correct_times(struct batch *b, int64_t now_ms)
{
	int64_t by = b->offset_known ? b->offset_ms : 0;
	if (by > -OFFSET_MIN_MS && by < OFFSET_MIN_MS)
		return;
	for (size_t i = 0; i < b->n_results; i++)
		if (time_fault(b->results[i].v[RESULT_T] + by, now_ms))
			return;
	for (size_t i = 0; i < b->n_results; i++)
		b->results[i].v[RESULT_T] += by;
	b->t0_ms += by;
	b->sealed_wall_ms += by;
	b->offset_ms = 0;
}

static void correct_classes(struct batch *b, const struct country *country)
{
	for (size_t i = 0; i < b->n_targets; i++) {
		const struct country_target *t = country_target(country, b->targets[i].url);
		b->targets[i].class = t ? t->class : CLASS_OTHER;
	}
}

void validate_correct(struct batch *b, const struct country *country, int64_t received_ms)
{
	correct_times(b, received_ms);
	correct_classes(b, country);
}

static bool needs_target(enum kind k)
{
	for (const enum result_field *f = kind_columns(k); *f != RESULT_FIELDS; f++)
		if (*f == RESULT_TARGET)
			return true;
	return false;
}

int validate_batch(struct batch *b, const struct country *country, const struct placement *seen,
		   int64_t now_ms, char *reason, size_t reason_len)
{
	struct refusal to = {reason, reason_len};
	char when[CLOCK_RFC3339_LEN];
	if (check_vantage(b, country, seen, &to) < 0)
		return -1;
	int64_t told_ms = b->t0_ms;
	validate_correct(b, country, now_ms);
	int64_t moved_ms = b->t0_ms - told_ms;
	for (size_t i = 0; i < b->n_results; i++) {
		const struct result *r = &b->results[i];
		int64_t t_ms = r->v[RESULT_T];
		const char *why = time_fault(t_ms, now_ms);
		if (!why && !is_of_day(t_ms - moved_ms, b->epoch))
			why = "is not of the day whose key signed it";
		if (why)
			return refuse(&to, "a result of %s %s", clock_rfc3339(when, t_ms), why);
		if (r->v[RESULT_TARGET] < 0 && needs_target(r->kind))
			return refuse(&to, "a %s result names no target", kind_str(r->kind));
	}
	return 0;
}
