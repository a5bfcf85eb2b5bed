/* targets.h: what to measure: one list of URLs, each with a class and a level.
 *
 * Two CSV shapes are read (RFC 4180 quoting): our own, `url,class,level,notes`, and a Citizen
 * Lab test list, `url,category_code,...`, whose rows become class `other`, level 2. A row that
 * can't be used is an error with file, line and reason: a list is a promise to a volunteer, so
 * it is never half read. */
#ifndef PROBE_TARGETS_H
#define PROBE_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#include "common/limits.h"
#include "common/result.h"

enum target_scheme {
	TARGET_HTTPS,
	TARGET_HTTP,
	TARGET_TCP,
	TARGET_DNS,
	TARGET_QUIC,  /* quic://HOST[:443]: does UDP get through, does QUIC answer */
	TARGET_SPEED, /* speed+https://...: how fast a bounded download is */
};

struct target {
	char url[TARGET_URL_MAX]; /* as in the list: the name under which results are reported */
	enum target_scheme scheme;
	char host[256]; /* name or address literal without brackets; for dns:// the resolver */
	uint16_t port;
	char path[TARGET_URL_MAX]; /* with the leading slash and query; for dns:// the name asked */
	enum target_class class;
	int level;	   /* 0 reachability .. 3 political (safety.md) */
	int expect_status; /* the only status that counts, 0 for 200..399 */
};

struct targets {
	struct target *list; /* owned */
	size_t n;
	char hash[65]; /* SHA-256 of the file, hex */
};

/* 0, or -1 with one sentence in err. */
int targets_load(struct targets *t, const char *path, char *err, size_t errlen);
/* Adds the hosts inside a country, `url,notes`, that it is measured by from outside: class `other`, level 0. Empties
 * the list on an error. */
int targets_add_inside(struct targets *t, const char *path, char *err, size_t errlen);
/* One URL or HOST[:PORT] as typed by a person (`probe check`); class other. A bare host means
 * https. */
int targets_parse_one(struct target *t, const char *text, char *err, size_t errlen);
/* Removes the targets above the volunteer's level. */
void targets_keep_level(struct targets *t, int level);
void targets_clear(struct targets *t);

#endif
