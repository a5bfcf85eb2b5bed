/* power.h: whether measuring would cost this device what its owner wants to keep: the last of a
 * battery, or data on a line that is paid by the byte.
 *
 * Read from the kernel alone: /sys/class/power_supply (ABI/testing/sysfs-class-power) and the
 * default routes of /proc/net (proc(5)), so it works on a router as on a phone. What can't be read
 * stands in nobody's way. */
#ifndef PROBE_POWER_H
#define PROBE_POWER_H

#include <stddef.h>

#include "common/conf.h"

enum power_pause { POWER_GO, POWER_BATTERY, POWER_METERED };

struct power {
	int min_battery_percent;	      /* pause on battery at or below it; 0 for never */
	const char *metered[CONF_VALUES_MAX]; /* borrowed: names of interfaces, * and ? allowed */
	size_t n_metered;
	const char *sys, *proc; /* borrowed: "/sys", "/proc" */
};

enum power_pause power_look(const struct power *p);
/* "on battery", "the line is metered"; NULL for POWER_GO. */
const char *power_str(enum power_pause why);

#endif
