/* off.h: were the probes switched off while they were silent? Pure.
 *
 * A probe that is cut off goes on measuring and sends what it kept once it is back. One that had no power has nothing to send.
 * So a silence after which the probes report again, and which stays silent although they have had the time to send, was no loss
 * of access that anybody saw: most likely a power cut. Its event is withdrawn (WHY_OFF), and its rows are insufficient.
 *
 * Fed with the stored pulses of the series from the onset of the event to off_until_ms, as late votes have made them; asked when
 * the archive's time has reached off_due_ms, and again a day later while the answer is OFF_WAIT. */
#ifndef COLLECTOR_OFF_H
#define COLLECTOR_OFF_H

#include <stdint.h>

#include "collector/pulse.h"
#include "collector/row.h"

enum off_answer {
	OFF_WAIT, /* nobody can say yet */
	OFF_NO,	  /* they measured it, or nobody will ever say: it stands as it is */
	OFF_YES,
};

const char *off_str(enum off_answer a);

/* All zero at first. Hundredths of reports: that came, and that are usual. */
struct off {
	uint64_t silent_c, silent_usual_c; /* while it was silent */
	uint64_t after_c, after_usual_c;   /* in the day after */
};

/* Of an event that has ended: when to ask first, and the end of the last pulse that counts. */
int64_t off_due_ms(const struct event *e);
int64_t off_until_ms(const struct event *e);

void off_add(struct off *o, const struct event *e, const struct pulse *p, int64_t start_ms);
enum off_answer off_judge(const struct off *o, const struct event *e, int64_t now_ms);

#endif
