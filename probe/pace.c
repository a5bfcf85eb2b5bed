/* pace.c: the table of multiples, and the words that change it. */
#include "probe/pace.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/targets.h"

#define SPEED_S 1800

static const int times[CLASSES] = {
	[CLASS_DOMESTIC] = 1, [CLASS_OPEN] = 1, [CLASS_FILTERED] = 2, [CLASS_CANARY] = 1,
	[CLASS_RESOLVER] = 1, [CLASS_LINK] = 1, [CLASS_OTHER] = 4,
};

void pace_init(struct pace *p, int64_t interval_s)
{
	for (enum target_class c = 0; c < CLASSES; c++)
		p->class_ms[c] = 1000 * interval_s * times[c];
	p->quic_ms = 0;
	p->speed_ms = 1000 * (interval_s > SPEED_S ? interval_s : SPEED_S);
}

/* Where the interval of this word is kept, or NULL. */
static int64_t *find(struct pace *p, const char *word)
{
	enum target_class c = class_parse(word);
	if (c != CLASSES && c != CLASS_LINK)
		return &p->class_ms[c];
	if (!strcmp(word, "quic"))
		return &p->quic_ms;
	return strcmp(word, "speed") ? NULL : &p->speed_ms;
}

int pace_set(struct pace *p, const char *text, char *err, size_t errlen)
{
	const char *colon = strchr(text, ':');
	char word[32], *end = NULL;
	snprintf(word, sizeof(word), "%.*s", colon ? (int)(colon - text) : 0, text);
	int64_t *ms = find(p, word);
	int64_t s = colon ? strtoll(colon + 1, &end, 10) : 0;
	if (ms && end != colon + 1 && !*end && s >= 1 && s <= PACE_S_MAX) {
		*ms = 1000 * s;
		return 0;
	}
	snprintf(
		err, errlen,
		"class_interval_s '%.64s' is not CLASS:SECONDS, as filtered:600: a class (or quic, "
		"or speed), and 1 to %d",
		text, PACE_S_MAX);
	return -1;
}

int64_t pace_ms(const struct pace *p, const struct target *t)
{
	if (t->scheme == TARGET_SPEED)
		return p->speed_ms;
	if (t->scheme == TARGET_QUIC)
		return p->quic_ms ? p->quic_ms : 2 * p->class_ms[t->class];
	return p->class_ms[t->class];
}
