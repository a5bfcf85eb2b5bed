/* month.c: months on top of calendar.h and timegm(3). */
#include "collector/month.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "collector/calendar.h"

int month_of(int64_t wall_ms)
{
	struct calendar_date d = calendar_gregorian(wall_ms, 0);
	return (d.year - 1970) * 12 + d.month - 1;
}

int64_t month_start_ms(int month)
{
	struct tm tm = {.tm_year = 70 + month / 12, .tm_mon = month % 12, .tm_mday = 1};
	return (int64_t)timegm(&tm) * 1000;
}

const char *month_text(char out[static MONTH_LEN], int month)
{
	snprintf(out, MONTH_LEN, "%04d-%02d", 1970 + month / 12, month % 12 + 1);
	return out;
}

int month_parse(const char *text, int *month)
{
	for (size_t i = 0; i < 7; i++)
		if (i == 4 ? text[i] != '-' : !isdigit((unsigned char)text[i]))
			return -1;
	int y = atoi(text), m = atoi(text + 5);
	if (text[7] || y < 1970 || m < 1 || m > 12)
		return -1;
	*month = (y - 1970) * 12 + m - 1;
	return 0;
}
