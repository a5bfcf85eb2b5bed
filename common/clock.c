/* clock.c: clocks, and the few spellings of a time that people type. */
#include "common/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
	struct timespec ts;
	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_wall_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

int64_t clock_mono_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t clock_boot_ms(void)
{
	return read_us(CLOCK_BOOTTIME) / 1000;
}

/* Division that rounds down for times before 1970 too. */
static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t clock_epoch_day(int64_t wall_ms)
{
	return floor_div(wall_ms, CLOCK_DAY_MS);
}

const char *clock_rfc3339(char out[static CLOCK_RFC3339_LEN], int64_t wall_ms)
{
	time_t t = (time_t)floor_div(wall_ms, 1000);
	struct tm tm;
	if (!gmtime_r(&t, &tm) || tm.tm_year > 8099)
		snprintf(out, CLOCK_RFC3339_LEN, "invalid");
	else
		strftime(out, CLOCK_RFC3339_LEN, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return out;
}

/* Exactly n digits at *p, which moves on; -1 otherwise. */
static int digits(const char **p, int n)
{
	int v = 0;
	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)(*p)[i]))
			return -1;
		v = v * 10 + ((*p)[i] - '0');
	}
	*p += n;
	return v;
}

static int parse_zone(const char **p, int64_t *offset_s)
{
	*offset_s = 0;
	if (**p == 'Z' || **p == 'z') {
		(*p)++;
		return 0;
	}
	if (**p != '+' && **p != '-')
		return -1;
	int sign = *(*p)++ == '-' ? -1 : 1;
	int h = digits(p, 2);
	if (**p == ':')
		(*p)++;
	int m = digits(p, 2);
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return -1;
	*offset_s = (int64_t)sign * (h * 3600 + m * 60);
	return 0;
}

/* "HH:MM[:SS[.fraction]]" and a zone, which RFC 3339 requires. */
static int parse_time(const char **p, struct tm *tm, int64_t *ms, int64_t *offset_s)
{
	tm->tm_hour = digits(p, 2);
	if (tm->tm_hour < 0 || tm->tm_hour > 23 || *(*p)++ != ':')
		return -1;
	tm->tm_min = digits(p, 2);
	if (tm->tm_min < 0 || tm->tm_min > 59)
		return -1;
	if (**p == ':') {
		(*p)++;
		tm->tm_sec = digits(p, 2);
		if (tm->tm_sec < 0 || tm->tm_sec > 60)
			return -1;
	}
	if (**p == '.') {
		(*p)++;
		if (!isdigit((unsigned char)**p))
			return -1;
		for (int scale = 100; isdigit((unsigned char)**p); (*p)++, scale /= 10)
			*ms += scale * (**p - '0');
	}
	return parse_zone(p, offset_s);
}

static int parse_date(const char *p, int64_t *out)
{
	struct tm tm = {0};
	int64_t ms = 0, offset_s = 0;
	int year = digits(&p, 4);
	if (year < 1970 || *p++ != '-')
		return -1;
	tm.tm_year = year - 1900;
	tm.tm_mon = digits(&p, 2) - 1;
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || *p++ != '-')
		return -1;
	int day = tm.tm_mday = digits(&p, 2);
	int mon = tm.tm_mon;
	if (day < 1 || day > 31)
		return -1;
	if (*p == 'T' || *p == 't' || *p == ' ') {
		p++;
		if (parse_time(&p, &tm, &ms, &offset_s) < 0)
			return -1;
	}
	if (*p)
		return -1;
	time_t t = timegm(&tm);
	if (tm.tm_mday != day || tm.tm_mon != mon) /* timegm turns 30 February into March */
		return -1;
	*out = ((int64_t)t - offset_s) * 1000 + ms;
	return 0;
}

static int parse_relative(const char *p, int64_t now_ms, int64_t *out)
{
	static const char units[] = "smhdw";
	static const int64_t unit_s[] = {1, 60, 3600, 86400, 7 * 86400};
	char *end;
	if (!isdigit((unsigned char)p[1]))
		return -1;
	long n = strtol(p + 1, &end, 10);
	const char *u = *end ? strchr(units, *end) : NULL;
	if (!u || end[1] || n > 1000000)
		return -1;
	*out = now_ms - n * unit_s[u - units] * 1000;
	return 0;
}

int clock_parse(const char *text, int64_t now_ms, int64_t *out)
{
	if (!strcmp(text, "now")) {
		*out = now_ms;
		return 0;
	}
	if (*text == '-')
		return parse_relative(text, now_ms, out);
	size_t n = strspn(text, "0123456789");
	if (n && !text[n] && n <= 11 && n != 4 && n != 8) {
		*out = strtoll(text, NULL, 10) * 1000;
		return 0;
	}
	return parse_date(text, out);
}

bool clock_is_relative(const char *text)
{
	return *text == '-' || !strcmp(text, "now");
}
