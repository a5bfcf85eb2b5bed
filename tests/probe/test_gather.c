/* test_gather.c: what was measured arrives, what must not leave this device doesn't: steps go in,
 * and the batches are opened again with the collector's key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sodium.h>
#include <unistd.h>

#include "common/clock.h"
#include "probe/gather.h"
#include "probe/runner.h"
#include "probe/spool.h"
#include "tests/probe/tempdir.h"

#define NOON (20461 * CLOCK_DAY_MS + CLOCK_DAY_MS / 2)

struct place {
	char *dir;
	struct spool *spool;
	struct gather *gather;
	struct keys_box box;
};

static char err[512];

static void open_place(struct place *p, uint64_t cap)
{
	struct gather_config config = {
		.vantage = {"IR", "IR-23", 44244, ACCESS_MOBILE}, .list_hash = "abc", .seed = {7}};
	p->dir = tempdir_new();
	p->spool = spool_open(tempdir_path(p->dir, "spool"), cap, err, sizeof(err));
	assert_non_null(p->spool);
	crypto_box_keypair(p->box.pk, p->box.sk);
	memcpy(config.box_pk, p->box.pk, sizeof(config.box_pk));
	config.spool = p->spool;
	p->gather = gather_new(&config);
}

static void close_place(struct place *p)
{
	gather_free(p->gather);
	spool_close(p->spool);
	tempdir_free(p->dir);
}

/* The oldest batch as the collector sees it; it leaves the spool. */
static void take(struct place *p, struct batch *b, uint8_t pk[static KEYS_SIGN_PK])
{
	struct spool_batch waiting;
	struct buf sealed, inner;
	uint8_t id[BATCH_ID];
	char detail[128];
	assert_int_equal(spool_next(p->spool, NULL, &waiting), 1);
	assert_int_equal(spool_read(p->spool, waiting.name, &sealed), 0);
	assert_int_equal(batch_unseal(&inner, sealed.data, sealed.len, &p->box), BATCH_OK);
	enum batch_error e =
		batch_open(b, pk, id, inner.data, inner.len, p->box.pk, detail, sizeof(detail));
	if (e != BATCH_OK)
		fail_msg("%s: %s", batch_error_str(e), detail);
	assert_memory_equal(id, waiting.id, BATCH_ID);
	buf_clear(&sealed);
	buf_clear(&inner);
	spool_drop(p->spool, waiting.name);
}

static int step(struct place *p, enum kind kind, int64_t t_ms, const char *addr,
		const char *resolver)
{
	static const struct target target = {
		.url = "https://a.example/", .scheme = TARGET_HTTPS, .class = CLASS_OPEN};
	static const char *const answers[] = {"203.0.113.7", "10.10.34.36", "192.168.1.9",
					      "2001:db8::7"};
	struct result r;
	result_init(&r, kind);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_US] = 1000;
	bool dns = kind == KIND_DNS;
	struct runner_step s = {
		.target = kind == KIND_LINK ? NULL : &target,
		.result = &r,
		.addr = addr,
		.resolver = resolver,
		.fp = dns ? "ir_bogon" : NULL,
		.answers = answers,
		.n_answers = dns ? 4 : 0,
	};
	return gather_step(p->gather, &s);
}

static size_t waiting(const struct place *p)
{
	struct spool_info info;
	spool_info(p->spool, &info);
	return info.batches;
}

static void whole_cycle(void **state)
{
	struct place p;
	struct batch b;
	uint8_t pk[KEYS_SIGN_PK];
	(void)state;
	open_place(&p, 1 << 20);
	assert_int_equal(gather_seal(p.gather), 0); /* nothing is no batch */
	assert_int_equal(step(&p, KIND_TCP, NOON + 500, "203.0.113.7", NULL), 0);
	assert_int_equal(step(&p, KIND_DNS, NOON, NULL, "udp://9.9.9.9"), 0); /* began earlier */
	assert_int_equal(step(&p, KIND_LINK, NOON + 600, NULL, NULL), 0);
	assert_int_equal(gather_seal(p.gather), 1);
	assert_int_equal(gather_seal(p.gather), 0);

	take(&p, &b, pk);
	assert_string_equal(b.country, "IR");
	assert_string_equal(b.region, "IR-23");
	assert_int_equal(b.isp, 44244);
	assert_int_equal(b.access, ACCESS_MOBILE);
	assert_string_equal(b.list_hash, "abc");
	assert_int_equal(b.t0_ms, NOON);
	assert_int_equal(b.epoch, 20461);
	assert_false(b.offset_known);
	assert_int_equal(b.n_results, 3);
	assert_int_equal(b.results[0].v[RESULT_T], NOON + 500);
	assert_string_equal(b.addrs[b.results[0].v[RESULT_ADDR]], "203.0.113.7");
	assert_string_equal(b.targets[b.results[0].v[RESULT_TARGET]].url, "https://a.example/");
	const struct result *dns = &b.results[1];
	assert_string_equal(b.resolvers[dns->v[RESULT_RESOLVER]], "udp://9.9.9.9");
	assert_string_equal(b.fps[dns->v[RESULT_FP]], "ir_bogon");
	assert_int_equal(dns->n_list, 2); /* the public ones */
	assert_string_equal(b.addrs[dns->list[0]], "203.0.113.7");
	assert_string_equal(b.addrs[dns->list[1]], "2001:db8::7");
	assert_int_equal(b.results[2].v[RESULT_TARGET], -1);
	batch_clear(&b);
	close_place(&p);
}

static void private_stays_here(void **state)
{
	static const struct {
		const char *given, *sent;
	} resolvers[] = {
		{"system", "system"},
		{"udp://9.9.9.9:5353", "udp://9.9.9.9:5353"},
		{"udp://[2620:fe::fe]:53", "udp://[2620:fe::fe]:53"},
		{"udp://2620:fe::fe", "udp://2620:fe::fe"},
		{"udp://192.168.1.1", "private"},
		{"udp://10.0.0.1:53", "private"},
		{"udp://[fe80::1]", "private"},
		{"udp://fd00::1", "private"},
		{"udp://[::ffff:192.168.1.1]", "private"},
		{"https://dns.example/dns-query", "https://dns.example/dns-query"},
		{"https://192.168.1.1/dns-query", "private"},
	};
	struct place p;
	struct batch b;
	uint8_t pk[KEYS_SIGN_PK];
	(void)state;
	for (size_t i = 0; i < sizeof(resolvers) / sizeof(*resolvers); i++) {
		open_place(&p, 1 << 20);
		step(&p, KIND_DNS, NOON, NULL, resolvers[i].given);
		step(&p, KIND_TCP, NOON, "192.168.1.9", NULL);
		gather_seal(p.gather);
		take(&p, &b, pk);
		assert_string_equal(b.resolvers[b.results[0].v[RESULT_RESOLVER]],
				    resolvers[i].sent);
		assert_int_equal(b.results[1].v[RESULT_ADDR], -1);
		batch_clear(&b);
		close_place(&p);
	}
}

/* Steps around midnight, out of order: two batches, two keys that nothing links. */
static void midnight(void **state)
{
	const int64_t day = 20462 * CLOCK_DAY_MS;
	struct place p;
	struct batch b;
	uint8_t pk[2][KEYS_SIGN_PK];
	(void)state;
	open_place(&p, 1 << 20);
	for (int i = 0; i < 10; i++)
		step(&p, KIND_TCP, day + (i % 2 ? i : -i - 1), "203.0.113.7", NULL);
	assert_int_equal(gather_seal(p.gather), 2);
	for (int i = 0; i < 2; i++) {
		take(&p, &b, pk[i]);
		assert_int_equal(b.n_results, 5);
		for (size_t k = 0; k < 5; k++)
			assert_int_equal(clock_epoch_day(b.results[k].v[RESULT_T]), b.epoch);
		batch_clear(&b);
	}
	assert_memory_not_equal(pk[0], pk[1], KEYS_SIGN_PK);

	/* two days later the same place is used again, after what was there has been sealed */
	step(&p, KIND_TCP, day, "203.0.113.7", NULL);
	step(&p, KIND_TCP, day + 2 * CLOCK_DAY_MS, "203.0.113.7", NULL);
	assert_int_equal(waiting(&p), 1);
	assert_int_equal(gather_seal(p.gather), 1);
	close_place(&p);
}

static void many_results(void **state)
{
	struct place p;
	struct batch b;
	uint8_t pk[KEYS_SIGN_PK];
	(void)state;
	open_place(&p, 1 << 20);
	for (int i = 0; i < BATCH_RESULTS_MAX + 10; i++)
		assert_int_equal(step(&p, KIND_TCP, NOON + i, "203.0.113.7", NULL), 0);
	assert_int_equal(waiting(&p), 1);
	assert_int_equal(gather_seal(p.gather), 1);
	take(&p, &b, pk);
	size_t first = b.n_results;
	batch_clear(&b);
	take(&p, &b, pk);
	assert_int_equal(first + b.n_results, BATCH_RESULTS_MAX + 10);
	batch_clear(&b);
	close_place(&p);
}

static void many_addresses(void **state)
{
	struct place p;
	(void)state;
	open_place(&p, 1 << 20);
	for (unsigned int i = 0; i < BATCH_ADDRS_MAX + 100; i++) {
		char addr[32];
		snprintf(addr, sizeof(addr), "198.51.%u.%u", 100 + i / 250, i % 250);
		assert_int_equal(step(&p, KIND_TCP, NOON, addr, NULL), 0);
	}
	assert_int_equal(gather_seal(p.gather), 1);
	assert_int_equal(waiting(&p), 2);
	close_place(&p);
}

static void offset(void **state)
{
	struct place p;
	struct batch b;
	uint8_t pk[KEYS_SIGN_PK];
	(void)state;
	open_place(&p, 1 << 20);
	gather_set_offset(p.gather, -120);
	step(&p, KIND_LINK, NOON, NULL, NULL);
	gather_seal(p.gather);
	take(&p, &b, pk);
	assert_true(b.offset_known);
	assert_int_equal(b.offset_ms, -120);
	batch_clear(&b);
	close_place(&p);
}

/* What the spool can't take now is tried again, and nothing is lost as long as there is room in memory. */
static void spool_in_trouble(void **state)
{
	struct place p;
	struct batch b;
	uint8_t pk[KEYS_SIGN_PK];
	(void)state;
	open_place(&p, 1 << 20);
	step(&p, KIND_TCP, NOON, "203.0.113.7", NULL);
	char *folder = xstrdup(tempdir_path(p.dir, "spool")),
	     *away = xstrdup(tempdir_path(p.dir, "away"));
	assert_int_equal(rename(folder, away), 0);
	assert_int_equal(gather_seal(p.gather), -1);
	assert_int_equal(step(&p, KIND_TCP, NOON + 1000, "203.0.113.7", NULL), 0);
	assert_int_equal(rename(away, folder), 0);
	assert_int_equal(gather_seal(p.gather), 1);
	take(&p, &b, pk);
	assert_int_equal(b.n_results, 2);
	batch_clear(&b);
	free(folder);
	free(away);
	close_place(&p);
}

/* A full memory and no spool: the loss is told, and measuring goes on. */
static void spool_gone(void **state)
{
	struct place p;
	int lost = 0;
	(void)state;
	open_place(&p, 1 << 20);
	assert_int_equal(rmdir(tempdir_path(p.dir, "spool")), 0);
	for (int i = 0; i < 2 * BATCH_RESULTS_MAX + 5; i++)
		lost += step(&p, KIND_TCP, NOON, "203.0.113.7", NULL) < 0;
	assert_int_equal(lost, 2);
	close_place(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_cycle),	    cmocka_unit_test(private_stays_here),
		cmocka_unit_test(midnight),	    cmocka_unit_test(many_results),
		cmocka_unit_test(many_addresses),   cmocka_unit_test(offset),
		cmocka_unit_test(spool_in_trouble), cmocka_unit_test(spool_gone),
	};
	return keys_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
