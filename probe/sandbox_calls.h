/* sandbox_calls.h: the part of the sandbox that is about system calls (seccomp). */
#ifndef PROBE_SANDBOX_CALLS_H
#define PROBE_SANDBOX_CALLS_H

#include <stdbool.h>

bool sandbox_calls_available(void);
/* 0, or -1 when calls stay as free as they were. */
int sandbox_calls_close(void);

/* A sanitizer works inside this process and needs calls and files of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
	__has_feature(memory_sanitizer)
#define SANDBOX_SANITIZED true
#endif
#endif
#ifndef SANDBOX_SANITIZED
#define SANDBOX_SANITIZED false
#endif

#endif
