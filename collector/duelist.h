/* duelist.h: steps that need rows, each with the leaves that have something new in it. Pure. */
#ifndef COLLECTOR_DUELIST_H
#define COLLECTOR_DUELIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct due_step {
	int64_t start_ms;
	uint32_t *leaves; /* numbers of the caller; owned */
	size_t n, room;
	bool fresh;   /* something came since the caller last looked */
	bool stale;   /* the caller's: a part of it was looked at already */
	bool unsaved; /* something came since the caller last wrote it down */
};

/* All zero is an empty list. */
struct duelist {
	struct due_step *steps; /* ascending by start; owned */
	size_t n, room;
};

void duelist_clear(struct duelist *d);
void duelist_add(struct duelist *d, int64_t start_ms, uint32_t leaf);
/* Index of the first step that starts at or after a time; n when there is none. */
size_t duelist_find(const struct duelist *d, int64_t start_ms);
/* The step that starts then, NULL when nothing is due in it. */
struct due_step *duelist_at(struct duelist *d, int64_t start_ms);
void duelist_remove(struct duelist *d, int64_t start_ms);

#endif
