/* handed.h: a collector with some steps behind it, that stops and comes back with other tables, another step or another version.
 */
#ifndef TESTS_COLLECTOR_HANDED_H
#define TESTS_COLLECTOR_HANDED_H

#include <stdint.h>

#include "collector/handover.h"
#include "collector/options.h"
#include "collector/rig.h"
#include "tests/collector/sender.h"

#define HANDED_SENDERS 6
#define HANDED_STEP_MS 5000
#define HANDED_STEPS   16

struct handed {
	char *dir;
	int64_t t0_ms;
	struct sender sender[HANDED_SENDERS];
	struct options o;
	struct rig rig;
};

/* For cmocka: *state is a struct handed that has lived through its steps with two networks. */
int handed_setup(void **state);
int handed_teardown(void **state);

/* The tables of the country; with one network, the other was a mistake. */
void handed_two_networks(const struct handed *w);
void handed_one_network(const struct handed *w);

/* Opens it with the tables as they are by now: 0, or what rig_open says; the others fail the test. start catches up, too. */
int handed_try_open(struct handed *w, const char *step_s, char *err, size_t errlen);
void handed_open(struct handed *w, const char *step_s);
void handed_start(struct handed *w);
void handed_catch_up(struct handed *w);
void handed_rebuild(struct handed *w);
void handed_close(struct handed *w);
void handed_append(struct handed *w, enum archive_type type, int64_t t_ms, const struct buf *inner);

/* All rows of steps that were final long before the change, as text, to be freed; asof 0: as they stand. */
char *handed_said(struct handed *w, int64_t asof_ms);
void handed_expect_said(struct handed *w, int64_t asof_ms, const char *wanted);
int64_t handed_last_moment(const struct handed *w);
void handed_expect_there(const struct handed *w, const char *name, bool there);

#endif
