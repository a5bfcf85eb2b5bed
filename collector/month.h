/* month.h: months of the Gregorian calendar in UTC, numbered from January 1970 on. Pure. */
#ifndef COLLECTOR_MONTH_H
#define COLLECTOR_MONTH_H

#include <stdint.h>

int month_of(int64_t wall_ms);
int64_t month_start_ms(int month);

/* "2026-01" */
#define MONTH_LEN 16
const char *month_text(char out[static MONTH_LEN], int month);
/* Exactly that form, from 1970 to 9999. 0 or -1. */
int month_parse(const char *text, int *month);

#endif
