/* watch.c: counts outcomes, and decides what is news. */
#include "probe/watch.h"

/* Shares up at which a state is entered, and left: apart from each other, so that one target that
 * comes and goes does not make a state come and go. */
#define UP_ENTER   0.70
#define UP_LEAVE   0.50
#define DOWN_ENTER 0.30
#define DOWN_LEAVE 0.50

#define CALM_ENOUGH 2

/* Targets in a round of a burst. Of a class of ten that goes down by a half, four all stay as they
 * were in 6% of the cases; and four cost some 60 kB. A suspicion takes less: it is mostly wrong. */
#define SAMPLE		 4
#define SAMPLE_SUSPICION 3
#define SAMPLE_LINK	 2
#define SAMPLE_OTHERS	 1

void watch_init(struct watch *w)
{
	*w = (struct watch){0};
}

void watch_heard(struct watch *w, enum target_class class, enum watch_outcome before,
		 enum watch_outcome now)
{
	struct watch_class *c = &w->of[class];
	c->heard++;
	c->known += before == WATCH_NOT_KNOWN;
	c->up += now == WATCH_IS_UP;
	c->up -= before == WATCH_IS_UP;
	c->compared += before != WATCH_NOT_KNOWN;
	c->rose += before == WATCH_IS_DOWN && now == WATCH_IS_UP;
	c->fell += before == WATCH_IS_UP && now == WATCH_IS_DOWN;
}

void watch_link(struct watch *w, unsigned int link)
{
	w->link_changed = w->link_known && link != w->link;
	w->link_known = true;
	w->link = link;
}

static enum watch_state state_of(const struct watch_class *c)
{
	double share = (double)c->up / (double)c->known;
	if (c->state == WATCH_UP && share >= UP_LEAVE)
		return WATCH_UP;
	if (c->state == WATCH_DOWN && share <= DOWN_LEAVE)
		return WATCH_DOWN;
	return share >= UP_ENTER ? WATCH_UP : share <= DOWN_ENTER ? WATCH_DOWN : WATCH_MIXED;
}

static void begin_burst(struct watch_class *c, unsigned int rounds, size_t sample)
{
	c->left = rounds;
	c->sample = sample;
	c->calm = 0;
	c->may_grow = rounds < WATCH_BURST;
}

/* In a class of some size a fourth of what was compared must have changed, and two at least: single
 * targets fail every day. */
static void judge(struct watch_class *c)
{
	size_t changed = c->rose > c->fell ? c->rose : c->fell;
	enum watch_state before = c->state;
	bool burst = c->left > 0, in_passing = !burst || c->sample == SAMPLE_OTHERS;
	c->state = state_of(c);
	bool turned = changed && before != WATCH_UNKNOWN && c->state != before;
	bool news = turned || (changed >= 2 && 4 * changed >= c->compared);
	if (burst)
		c->left--;
	c->calm = news ? 0 : c->calm + 1;
	if (news && (!burst || c->may_grow))
		begin_burst(c, WATCH_BURST, SAMPLE);
	else if (changed && c->compared <= 2 && in_passing)
		begin_burst(c, 1, SAMPLE_SUSPICION);
	else if (c->calm >= CALM_ENOUGH)
		c->left = 0;
}

/* So many rounds at least for all classes; but for `other`, which stands for nothing. */
static void ask_all(struct watch *w, unsigned int rounds, size_t sample)
{
	for (size_t i = 0; i < CLASSES; i++)
		if (i != CLASS_OTHER && w->of[i].known && w->of[i].left < rounds)
			begin_burst(&w->of[i], rounds, sample);
}

bool watch_end(struct watch *w)
{
	bool soon = false;
	for (size_t i = 0; i < CLASSES; i++) {
		struct watch_class *c = &w->of[i];
		if (c->heard)
			judge(c);
		c->heard = c->compared = c->rose = c->fell = 0;
	}
	w->of[CLASS_OTHER].left = 0;
	if (w->link_changed)
		ask_all(w, 2, SAMPLE_LINK);
	w->link_changed = false;
	for (size_t i = 0; i < CLASSES; i++)
		soon |= w->of[i].left > 0;
	if (soon)
		ask_all(w, 1, SAMPLE_OTHERS);
	return soon;
}

size_t watch_wants(const struct watch *w, enum target_class c)
{
	return w->of[c].left ? w->of[c].sample : 0;
}

bool watch_is_fine(const struct watch *w, enum target_class c)
{
	return w->of[c].state == WATCH_UP;
}
