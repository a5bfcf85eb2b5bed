/* log.h: one plain line per trouble, on stderr, for the person who runs the program.
 *
 *	2026-01-08T16:30:00Z collector: archive: cannot write segment 12: No space left on device
 *
 * log_warn and log_fatal append strerror(errno); the x forms do not. Parsers never log. Nothing
 * here may carry an address of a volunteer or of a peer, at any level; remote text goes through
 * log_safe(). log_fatal exits with the given code. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Name of the program and the lowest level shown. The only process-wide state of the project. */
void log_init(const char *program, enum log_level level);

void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warnx(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_fatal(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
void log_fatalx(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));

/* Copies remote text for a log line: control characters become '?', length is cut to the buffer. */
const char *log_safe(char *out, size_t outlen, const char *text);

#endif
