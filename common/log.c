/* log.c: one line per trouble on stderr. The level and the program's name are the only process-wide
 * state of the project: a logger that had to be passed to every function would be passed to none.
 */
#include "common/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

static struct {
	const char *program;
	enum log_level level;
} state = {.program = "fanous", .level = LOG_LEVEL_INFO};

void log_init(const char *program, enum log_level level)
{
	state.program = program;
	state.level = level;
}

static void __attribute__((format(printf, 3, 0)))
emit(enum log_level level, int err, const char *fmt, va_list ap)
{
	if (level > state.level)
		return;
	char line[1024], when[CLOCK_RFC3339_LEN];
	vsnprintf(line, sizeof(line), fmt, ap);
	for (char *p = line; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	fprintf(stderr, "%s %s: %s%s%s\n", clock_rfc3339(when, clock_wall_ms()), state.program,
		line, err ? ": " : "", err ? strerror(err) : "");
}

void log_debug(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	emit(LOG_LEVEL_DEBUG, 0, fmt, ap);
	va_end(ap);
}

void log_info(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	emit(LOG_LEVEL_INFO, 0, fmt, ap);
	va_end(ap);
}

void log_warn(const char *fmt, ...)
{
	int err = errno;
	va_list ap;
	va_start(ap, fmt);
	emit(LOG_LEVEL_WARN, err, fmt, ap);
	va_end(ap);
}

void log_warnx(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	emit(LOG_LEVEL_WARN, 0, fmt, ap);
	va_end(ap);
}

void log_fatal(int code, const char *fmt, ...)
{
	int err = errno;
	va_list ap;
	va_start(ap, fmt);
	emit(LOG_LEVEL_ERROR, err, fmt, ap);
	va_end(ap);
	exit(code);
}

void log_fatalx(int code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	emit(LOG_LEVEL_ERROR, 0, fmt, ap);
	va_end(ap);
	exit(code);
}

const char *log_safe(char *out, size_t outlen, const char *text)
{
	size_t i = 0;
	for (; text[i] && i + 1 < outlen; i++)
		out[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? '?' : text[i];
	if (outlen)
		out[i] = '\0';
	return out;
}
