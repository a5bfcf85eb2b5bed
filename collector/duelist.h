/* duelist.h: steps that need rows, each with the leaves that have something new in it. Pure. */
#ifndef COLLECTOR_DUELIST_H
#define COLLECTOR_DUELIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due_leaf {
	uint32_t number; /* of the caller */
	bool stale;	 /* something came for a part of the step that was looked at already */
};

struct due_step {
	int64_t start_ms;
	struct due_leaf *leaves; /* owned */
	size_t n, room;
	bool fresh;   /* something came since the caller last looked */
	bool unsaved; /* something came since the caller last wrote it down */
};

/* All zero is an empty list. */
struct duelist {
	struct due_step *steps; /* ascending by start; owned */
	size_t n, room;
};

void duelist_clear(struct duelist *d);
void duelist_add(struct duelist *d, int64_t start_ms, struct due_leaf leaf);
/* Index of the first step that starts at or after a time; n when there is none. */
size_t duelist_find(const struct duelist *d, int64_t start_ms);
/* The step that starts then, NULL when nothing is due in it. */
struct due_step *duelist_at(struct duelist *d, int64_t start_ms);
/* Is any of its leaves stale? */
bool duelist_is_stale(const struct due_step *s);
void duelist_remove(struct duelist *d, int64_t start_ms);

#endif
