/* days.c: prints every day from 1950 to 2099: Gregorian date, weekday and Jalali date, for tables.mjs to
 * compare with what others make of them. */
#include <stdio.h>

#include "collector/calendar.h"

#define FROM_DAY  (-7305LL) /* 1950-01-01, in days since 1970-01-01 */
#define UNTIL_DAY 47482LL   /* 2100-01-01 */
#define DAY_MS	  (24 * 3600 * 1000LL)

int main(void)
{
	for (long long day = FROM_DAY; day < UNTIL_DAY; day++) {
		struct calendar_date g = calendar_gregorian(day * DAY_MS, 0);
		struct calendar_date j = calendar_jalali(day * DAY_MS, 0);
		printf("%04d-%02d-%02d %d %d-%02d-%02d\n", g.year, g.month, g.day, g.weekday,
		       j.year, j.month, j.day);
	}
	return 0;
}
