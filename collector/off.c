/* off.c: what came of a silence, beside what came after it.
 *
 * Probes send what they kept oldest first, as far as their data goes, so they are given as long again as the silence lasted: a
 * day at least, two weeks at most. They were off when those who came back sent less than a fifth of what they would have
 * measured in it. That is said only when half of the usual reports came on the day after, and three at least are missing. */
#include "collector/off.h"

#include "common/clock.h"

#define WAIT_MIN_MS CLOCK_DAY_MS
#define WAIT_MAX_MS (14 * CLOCK_DAY_MS)
#define GIVE_UP_MS  (28 * CLOCK_DAY_MS)
#define MISSING_MIN 300 /* hundredths */
#define FIFTH	    5

const char *off_str(enum off_answer a)
{
	static const char *const names[] = {"wait", "no", "yes"};
	return (unsigned int)a < sizeof(names) / sizeof(names[0]) ? names[a] : "unknown";
}

int64_t off_until_ms(const struct event *e)
{
	return e->end_hi_ms + CLOCK_DAY_MS;
}

int64_t off_due_ms(const struct event *e)
{
	int64_t wait = e->end_ms - e->onset_ms;
	wait = wait < WAIT_MIN_MS ? WAIT_MIN_MS : wait > WAIT_MAX_MS ? WAIT_MAX_MS : wait;
	return e->end_hi_ms + wait;
}

void off_add(struct off *o, const struct event *e, const struct pulse *p, int64_t start_ms)
{
	if (start_ms >= e->onset_hi_ms && start_ms < e->end_lo_ms) {
		o->silent_c += p->reports_c;
		o->silent_usual_c += p->expected_c;
	} else if (start_ms >= e->end_hi_ms && start_ms < off_until_ms(e)) {
		o->after_c += p->reports_c;
		o->after_usual_c += p->expected_c;
	}
}

enum off_answer off_judge(const struct off *o, const struct event *e, int64_t now_ms)
{
	if (!e->end_ms)
		return OFF_WAIT;
	if (e->basis != EVENT_SILENCE || o->silent_usual_c < MISSING_MIN)
		return OFF_NO;
	if (now_ms < off_due_ms(e))
		return OFF_WAIT;
	if (!o->after_usual_c || 2 * o->after_c < o->after_usual_c)
		return now_ms < e->end_ms + GIVE_UP_MS ? OFF_WAIT : OFF_NO;
	double sent = (double)o->silent_c / (double)o->silent_usual_c,
	       back = (double)o->after_c / (double)o->after_usual_c;
	return FIFTH * sent < back ? OFF_YES : OFF_NO;
}
