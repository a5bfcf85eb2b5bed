/* power.c: reads two small folders of the kernel's. */
#include "probe/power.h"

#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <net/if.h>
#include <net/route.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

const char *power_str(enum power_pause why)
{
	switch (why) {
	case POWER_GO: break;
	case POWER_BATTERY: return "on battery";
	case POWER_METERED: return "the line is metered";
	}
	return NULL;
}

/* --- battery --- */

/* The first line of supplies/name/file; empty when there is none. */
static void read_word(char *out, size_t room, const char *supplies, const char *name,
		      const char *file)
{
	char *path = xasprintf("%s/%s/%s", supplies, name, file);
	FILE *f = fopen(path, "re");
	free(path);
	*out = '\0';
	if (f && fgets(out, (int)room, f))
		out[strcspn(out, "\n")] = '\0';
	if (f)
		fclose(f);
}

/* A mouse has a battery too; its scope says that it is not this device's. */
static bool is_draining(const char *supplies, const char *name, int percent)
{
	char type[32], scope[32], status[32], capacity[32], *end;
	read_word(type, sizeof(type), supplies, name, "type");
	read_word(scope, sizeof(scope), supplies, name, "scope");
	read_word(status, sizeof(status), supplies, name, "status");
	read_word(capacity, sizeof(capacity), supplies, name, "capacity");
	long left = strtol(capacity, &end, 10);
	return !strcmp(type, "Battery") && strcmp(scope, "Device") != 0 &&
	       !strcmp(status, "Discharging") && end != capacity && left <= percent;
}

static bool is_low(const struct power *p)
{
	bool low = false;
	if (!p->min_battery_percent)
		return false;
	char *supplies = xasprintf("%s/class/power_supply", p->sys);
	DIR *d = opendir(supplies);
	for (struct dirent *e; d && !low && (e = readdir(d));)
		low = *e->d_name != '.' && is_draining(supplies, e->d_name, p->min_battery_percent);
	if (d)
		closedir(d);
	free(supplies);
	return low;
}

/* --- metered --- */

/* The default route that is used has the smallest metric. */
struct way_out {
	char iface[IFNAMSIZ];
	unsigned long metric;
};

static void consider(struct way_out *best, const char *iface, unsigned long metric,
		     unsigned int flags)
{
	if (!(flags & RTF_UP) || flags & RTF_REJECT || !strcmp(iface, "lo") ||
	    metric >= best->metric)
		return;
	snprintf(best->iface, sizeof(best->iface), "%s", iface);
	best->metric = metric;
}

/* interface, destination, gateway, flags, refcount, use, metric, mask, ... the metric in decimal,
 * the rest in hexadecimal */
static void line4(struct way_out *best, const char *line)
{
	char iface[IFNAMSIZ];
	unsigned int dest, flags, mask;
	unsigned long metric;
	if (sscanf(line, "%15s %x %*x %x %*s %*s %lu %x", iface, &dest, &flags, &metric, &mask) ==
		    5 &&
	    !dest && !mask)
		consider(best, iface, metric, flags);
}

/* destination, its length, source, its length, next hop, metric, refcount, use, flags, interface;
 * all in hexadecimal */
static void line6(struct way_out *best, const char *line)
{
	char iface[IFNAMSIZ];
	unsigned int length, flags;
	unsigned long metric;
	if (sscanf(line, "%*s %x %*s %*s %*s %lx %*s %*s %x %15s", &length, &metric, &flags,
		   iface) == 4 &&
	    !length)
		consider(best, iface, metric, flags);
}

static bool leaves_metered(const struct power *p, const char *file,
			   void (*read_line)(struct way_out *best, const char *line))
{
	struct way_out best = {.metric = ULONG_MAX};
	char line[256], *path = xasprintf("%s/net/%s", p->proc, file);
	FILE *f = fopen(path, "re");
	free(path);
	while (f && fgets(line, sizeof(line), f))
		read_line(&best, line);
	if (f)
		fclose(f);
	for (size_t i = 0; *best.iface && i < p->n_metered; i++)
		if (!fnmatch(p->metered[i], best.iface, 0))
			return true;
	return false;
}

enum power_pause power_look(const struct power *p)
{
	if (is_low(p))
		return POWER_BATTERY;
	if (p->n_metered &&
	    (leaves_metered(p, "route", line4) || leaves_metered(p, "ipv6_route", line6)))
		return POWER_METERED;
	return POWER_GO;
}
