/* test_control_reach.c: which targets have no say, because controls don't reach them either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collector/control.h"

#define CONTROLS 5

/* A control that tried these targets of a class and reached those. */
static void vote(struct cell *cells, enum target_class class, uint64_t probe, uint64_t tried,
		 uint64_t ok)
{
	const struct cell_vote v = {.probe = probe, .tried = tried, .ok = ok};
	cell_add(&cells[class], &v);
}

static void judge_reach(struct cell *cells, uint64_t no_say[static CLASSES])
{
	const struct cell *list[CLASSES];
	for (size_t i = 0; i < CLASSES; i++)
		list[i] = cells[i].n ? &cells[i] : NULL;
	memset(no_say, 0xff, CLASSES * sizeof(*no_say));
	control_no_say(no_say, list);
	for (size_t i = 0; i < CLASSES; i++)
		cell_clear(&cells[i]);
}

static void test_reach(void **state)
{
	struct cell cells[CLASSES] = {{0}};
	uint64_t no_say[CLASSES];
	(void)state;
	judge_reach(cells, no_say); /* no control */
	for (size_t i = 0; i < CLASSES; i++)
		assert_int_equal(no_say[i], 0);

	vote(cells, CLASS_OPEN, 1, 15, 7);
	vote(cells, CLASS_OPEN, 2, 15, 7);
	vote(cells, CLASS_OPEN, 3, 15, 15);
	vote(cells, CLASS_FILTERED, 1, 3, 0);
	vote(cells, CLASS_FILTERED, 2, 1, 1);
	vote(cells, CLASS_FILTERED, 3, 1, 1);
	vote(cells, CLASS_CANARY, 1, 1ULL << 63, 0);
	vote(cells, CLASS_DOMESTIC, 1, 15, 0);
	vote(cells, CLASS_RESOLVER, 1, 15, 0);
	judge_reach(cells, no_say);
	assert_int_equal(no_say[CLASS_OPEN], 8); /* two of three */
	assert_int_equal(no_say[CLASS_FILTERED],
			 2); /* the only one that tried; the other by one of three */
	assert_int_equal(no_say[CLASS_CANARY], 1ULL << 63);
	assert_int_equal(no_say[CLASS_DOMESTIC], 0);
	assert_int_equal(no_say[CLASS_RESOLVER], 0);
}

/* A control whose own line is down knows nothing about targets, nor does one that tried no open one. */
static void test_own_trouble(void **state)
{
	struct cell cells[CLASSES] = {{0}};
	uint64_t no_say[CLASSES];
	(void)state;
	for (uint64_t probe = 1; probe <= CONTROLS; probe++) {
		vote(cells, CLASS_OPEN, probe, 15, probe == 3 ? 3 : 1);
		vote(cells, CLASS_CANARY, probe, 3, probe == 3 ? 3 : 0);
		vote(cells, CLASS_FILTERED, probe + CONTROLS, 1, 0);
	}
	judge_reach(cells, no_say);
	assert_int_equal(no_say[CLASS_OPEN], 12);
	assert_int_equal(no_say[CLASS_CANARY], 0);
	assert_int_equal(no_say[CLASS_FILTERED], 0);

	vote(cells, CLASS_OPEN, 1, 3, 3); /* one to one */
	vote(cells, CLASS_OPEN, 2, 3, 1);
	judge_reach(cells, no_say);
	assert_int_equal(no_say[CLASS_OPEN], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_own_trouble),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
