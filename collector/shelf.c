/* shelf.c: names are asked for one by one: a decade has some hundred of them. */
#include "collector/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/month.h"
#include "common/buf.h"
#include "common/clock.h"

/* What was known at a moment is in the views a little later. */
#define SETTLED_MS (10 * 60 * 1000)

static const int days_after[] = {1, 31, 92};
#define VERSIONS ((int)(sizeof(days_after) / sizeof(days_after[0])))

int64_t shelf_asof_ms(const struct shelf_item *i)
{
	return month_start_ms(i->month + 1) + days_after[i->version - 1] * CLOCK_DAY_MS;
}

const char *shelf_name(char out[static SHELF_NAME_LEN], const struct shelf_item *i)
{
	char month[MONTH_LEN];
	month_text(month, i->month);
	if (i->version == 1)
		snprintf(out, SHELF_NAME_LEN, "%s", month);
	else
		snprintf(out, SHELF_NAME_LEN, "%s.%d", month, i->version);
	return out;
}

int shelf_parse(const char *name, struct shelf_item *out)
{
	char month[8], again[SHELF_NAME_LEN];
	snprintf(month, sizeof(month), "%s", name);
	if (month_parse(month, &out->month) < 0)
		return -1;
	out->version = name[7] ? atoi(name + 8) : 1;
	if (out->version < 1 || out->version > VERSIONS)
		return -1;
	return strcmp(name, shelf_name(again, out)) ? -1 : 0;
}

static bool is_there(const char *dir, const struct shelf_item *i)
{
	char name[SHELF_NAME_LEN], *path = xasprintf("%s/%s", dir, shelf_name(name, i));
	bool there = access(path, F_OK) == 0;
	free(path);
	return there;
}

bool shelf_due(const char *dir, int64_t began_ms, int64_t now_ms, struct shelf_item *out)
{
	if (!began_ms)
		return false;
	for (out->month = month_of(began_ms); out->month < month_of(now_ms); out->month++)
		for (out->version = 1; out->version <= VERSIONS; out->version++)
			if (shelf_asof_ms(out) + SETTLED_MS <= now_ms && !is_there(dir, out))
				return true;
	return false;
}

void shelf_list(const char *dir, int64_t began_ms, int64_t now_ms,
		void (*fn)(void *arg, const struct shelf_item *i), void *arg)
{
	struct shelf_item i;
	for (i.month = month_of(now_ms) - 1; began_ms && i.month >= month_of(began_ms); i.month--)
		for (i.version = VERSIONS; i.version >= 1; i.version--)
			if (is_there(dir, &i))
				fn(arg, &i);
}
