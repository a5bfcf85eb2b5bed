/* contact.c: how many reports of controls are usual is a mean that fades over some 64 buckets in which anybody was heard; in the
 * others it stays, however long they last, since they don't teach it anything. Controls are usual from one report in ten buckets on:
 * one control that reports in every fifth is well above that, and one that has been shut down is forgotten within hours. */
#include "collector/contact.h"

#define FADE	  64
#define MILLION	  1000000
#define USUAL_MIN (MILLION / 10)

void contact_init(struct contact *c)
{
	*c = (struct contact){.last = -1};
}

void contact_heard(struct contact *c, bool is_control, int64_t received_ms, int64_t bucket_ms)
{
	int64_t bucket = received_ms / bucket_ms, on = bucket - c->last;
	if (on > 0) {
		c->heard = on < 64 ? c->heard << on : 0;
		c->last = bucket;
		on = 0;
	}
	if (on > -64) /* a clock may be set back */
		c->heard |= 1ULL << -on;
	c->reports += is_control;
}

static bool was_heard(const struct contact *c, int64_t bucket)
{
	int64_t ago = c->last - bucket;
	return ago >= 0 && ago < 64 && c->heard >> ago & 1;
}

bool contact_take(struct contact *c, int64_t start_ms, int64_t bucket_ms)
{
	bool heard = was_heard(c, start_ms / bucket_ms);
	c->unreached = !heard && c->usual >= USUAL_MIN;
	if (heard)
		c->usual += (c->reports * MILLION - c->usual) / FADE;
	c->reports = 0;
	return !c->unreached;
}
