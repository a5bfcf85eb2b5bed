/* bench_collector.c: what a million results cost the collector, step by step of the line that they take: unsealing, verifying
 * and decoding; judging their form and place; the archive, made durable in groups; folding into cells; and judging what has
 * ended (pulses, detectors, rows, events). Then the same for results that come late.
 *
 *	bench_collector DIR PROBES MINUTES
 *
 * so many probes in each of 31 provinces x 12 networks, all of which send a cycle of the country's whole list every five
 * minutes, with simulated times of receipt on a real archive and a real store. What the probes need for making and sealing
 * is not counted. One line of JSON. */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "collector/archive.h"
#include "collector/country.h"
#include "collector/place.h"
#include "collector/store.h"
#include "collector/validate.h"
#include "collector/views.h"
#include "common/clock.h"
#include "common/keys.h"
#include "common/log.h"

#define T0_MS	 1767247200000LL /* 2026-01-01T06:00:00Z */
#define CYCLE_MS 300000
#define MARK_MS	 60000
#define NETWORKS 12
#define GROUP	 32 /* batches to one sync, as in ingest.c under load */
#define LATE_MS	 (6 * 3600 * 1000LL)
#define LATE_IN	 10 /* one probe in so many finds a way out only LATE_MS after the others */

enum part { OPEN, PLACE, ARCHIVE, FOLD, JUDGE, PARTS };
static const char *const part_names[PARTS] = {"open", "place", "archive", "fold", "judge"};

struct bench {
	struct country *country;
	struct place *place;
	struct archive *archive;
	struct store *store;
	struct views *views;
	struct keys_box box;
	char *dir;
	double cpu_s[PARTS];
	uint64_t results, batches, waiting;
	int64_t last_ms;
};

static double cpu_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool good, const char *what)
{
	if (!good)
		log_fatalx(1, "bench: %s", what);
}

static double resident_mib(void)
{
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	must(f && fscanf(f, "%*s %ld", &pages) == 1, "no /proc");
	fclose(f);
	return (double)pages * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}

/* Each target by all its steps, over one address. */
static void add_target(struct batch *b, const struct country_target *t, size_t i, int64_t t_ms)
{
	static const enum kind steps[] = {KIND_DNS, KIND_TCP, KIND_TLS, KIND_HTTP};
	char addr[32];
	snprintf(addr, sizeof(addr), "203.0.113.%zu", 1 + i % 250);
	for (size_t k = 0; k < sizeof(steps) / sizeof(*steps); k++) {
		if (steps[k] > t->last)
			break;
		struct result r;
		result_init(&r, steps[k]);
		r.v[RESULT_T] = t_ms + (int64_t)k * 20;
		r.v[RESULT_TARGET] = batch_target(b, t->url, t->class);
		r.v[RESULT_US] = 20000 + (int64_t)(i * 137 % 9000);
		if (steps[k] != KIND_DNS)
			r.v[RESULT_ADDR] = batch_addr(b, addr);
		if (t->class == CLASS_FILTERED && steps[k] == KIND_TLS) {
			r.v[RESULT_FAILURE] = FAIL_TLS_RESET;
			batch_add(b, &r);
			break;
		}
		batch_add(b, &r);
	}
}

static void make_batch(const struct bench *n, struct batch *b, size_t leaf, int64_t t_ms)
{
	const struct country *c = n->country;
	const struct isp *isp = &c->isps[leaf % NETWORKS];
	batch_init(b);
	strcpy(b->software, "fanous-probe/bench");
	strcpy(b->country, c->code);
	strcpy(b->region, c->regions[leaf / NETWORKS].code);
	b->isp = isp->asn;
	b->access = isp->access;
	b->epoch = clock_epoch_day(t_ms);
	b->t0_ms = t_ms;
	b->sealed_wall_ms = t_ms + 30000;
	struct result r;
	result_init(&r, KIND_LINK);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_IPV4] = r.v[RESULT_GATEWAY] = r.v[RESULT_NS] = 1;
	batch_add(b, &r);
	for (size_t i = 0; i < c->n_targets; i++)
		if (!c->targets[i].inside)
			add_target(b, &c->targets[i], i, t_ms + (int64_t)i * 400);
}

/* Time passes as in a collector that runs: a mark a minute, and whenever something becomes final. */
static void pass(struct bench *n, int64_t t_ms)
{
	double begin = cpu_now();
	for (;;) {
		int64_t due = views_due(n->views), at = n->last_ms + MARK_MS;
		at = due < at ? due : at;
		at = at < n->last_ms ? n->last_ms : at;
		if (at > t_ms)
			break;
		must(views_alive(n->views, at) == 0, "the views can't be written");
		n->last_ms = at;
	}
	n->cpu_s[JUDGE] += cpu_now() - begin;
}

static void take(struct bench *n, const struct buf *sealed, int64_t received_ms)
{
	const struct placement unseen = {.access = ACCESS_UNKNOWN};
	struct placement at;
	struct archive_pos pos;
	struct buf inner;
	struct batch b;
	uint8_t pk[KEYS_SIGN_PK], id[BATCH_ID];
	uint64_t probe;
	char why[256];
	double t[PARTS + 1];
	t[OPEN] = cpu_now();
	must(batch_unseal(&inner, sealed->data, sealed->len, &n->box) == BATCH_OK, "unseal");
	must(batch_open(&b, pk, id, inner.data, inner.len, n->box.pk, why, sizeof(why)) == BATCH_OK,
	     why);
	memcpy(&probe, pk, sizeof(probe));
	t[PLACE] = cpu_now();
	if (validate_batch(&b, n->country, &unseen, received_ms, why, sizeof(why)) < 0)
		must(false, why);
	place_batch(n->place, &b, &unseen, &at);
	t[ARCHIVE] = cpu_now();
	const struct archive_record record = {ARCHIVE_BATCH, received_ms, unseen, inner.data,
					      inner.len};
	must(archive_append(n->archive, &record, &pos) == 0, "append");
	if (++n->waiting % GROUP == 0)
		must(archive_sync(n->archive) == 0, "sync");
	t[FOLD] = cpu_now();
	must(views_fold(n->views, &b, probe, &at, received_ms) == 0, "fold");
	n->last_ms = received_ms;
	t[JUDGE] = cpu_now();
	for (size_t i = OPEN; i < JUDGE; i++)
		n->cpu_s[i] += t[i + 1] - t[i];
	n->results += b.n_results;
	n->batches++;
	batch_clear(&b);
	buf_clear(&inner);
}

/* One cycle of one probe, made at t_ms and received then or later. */
static void cycle(struct bench *n, size_t leaf, size_t probe, int64_t t_ms, int64_t received_ms)
{
	uint8_t seed[KEYS_SEED] = {0}, id[BATCH_ID];
	struct keys_sign k;
	struct batch b;
	struct buf sealed;
	memcpy(seed, &leaf, sizeof(leaf));
	memcpy(seed + sizeof(leaf), &probe, sizeof(probe));
	make_batch(n, &b, leaf, t_ms);
	keys_sign_derive(&k, seed, b.epoch);
	must(batch_seal(&sealed, id, &b, &k, n->box.pk) == BATCH_OK, "seal");
	batch_clear(&b);
	take(n, &sealed, received_ms);
	buf_clear(&sealed);
}

/* All of them within a cycle, spread evenly over it; late: those that had no way out, the others else. */
static void run_cycle(struct bench *n, size_t leaves, size_t probes, int64_t t_ms, bool late)
{
	for (size_t i = 0; i < leaves * probes; i++) {
		if ((i % LATE_IN == 0) != late)
			continue;
		int64_t at = t_ms + (int64_t)(i * CYCLE_MS / (leaves * probes));
		int64_t received = late ? T0_MS + LATE_MS + (at - T0_MS) / 60 : at + 30000;
		pass(n, received);
		cycle(n, i % leaves, i / leaves, at, received);
	}
}

static void put_phase(struct bench *n, json_t *out, const char *name)
{
	double all = 0, million = (double)n->results / 1e6;
	json_t *o = json_object();
	double begin = cpu_now();
	must(archive_sync(n->archive) == 0 &&
		     store_commit(n->store, (struct archive_pos){1, n->batches}) == 0,
	     "commit");
	n->cpu_s[JUDGE] += cpu_now() - begin;
	for (size_t i = 0; i < PARTS; i++) {
		json_object_set_new(o, part_names[i], json_real(n->cpu_s[i] / million));
		all += n->cpu_s[i];
	}
	json_object_set_new(o, "all", json_real(all / million));
	json_object_set_new(o, "results", json_integer((json_int_t)n->results));
	json_object_set_new(out, name, o);
	memset(n->cpu_s, 0, sizeof(n->cpu_s));
	n->results = 0;
}

static int64_t file_bytes(const char *dir, const char *name)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct stat st = {0};
	(void)stat(path, &st);
	free(path);
	return st.st_size;
}

static void set_up(struct bench *n, const char *dir)
{
	char err[256], *path = xasprintf("%s/views.db", dir),
		       *archive = xasprintf("%s/archive", dir);
	const struct views_config config = {60000, CYCLE_MS, 5, NULL};
	must(keys_init() == 0, "no keys");
	memset(n->box.sk, 42, sizeof(n->box.sk));
	crypto_scalarmult_base(n->box.pk, n->box.sk);
	n->country = country_load("configs/countries", "IR", err, sizeof(err));
	must(n->country, err);
	n->place = place_open(NULL, NULL, n->country, err, sizeof(err));
	must(n->place, err);
	n->archive = archive_open(archive, true, err, sizeof(err));
	must(n->archive, err);
	n->store = store_open("sqlite", path, err, sizeof(err));
	must(n->store, err);
	n->views = views_new(n->store, n->country, &config);
	must(n->views && views_start(n->views, T0_MS) == 0, "no views");
	n->last_ms = T0_MS;
	free(path);
	free(archive);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return fprintf(stderr, "usage: bench_collector DIR PROBES MINUTES\n"), 2;
	struct bench n = {.dir = argv[1]};
	size_t probes = strtoul(argv[2], NULL, 10);
	int64_t until = T0_MS + strtol(argv[3], NULL, 10) * 60000;
	set_up(&n, n.dir);
	size_t leaves = n.country->n_regions * NETWORKS;
	json_t *out = json_object();
	double before = resident_mib();
	for (int64_t t = T0_MS; t < until; t += CYCLE_MS)
		run_cycle(&n, leaves, probes, t, false);
	uint64_t first = n.results;
	double grown = resident_mib() - before;
	put_phase(&n, out, "in time");
	json_object_set_new(out, "archive_bytes",
			    json_real((double)archive_bytes(n.archive) / (double)first));
	json_object_set_new(out, "store_bytes",
			    json_real((double)(file_bytes(n.dir, "views.db") +
					       file_bytes(n.dir, "views.db-wal")) /
				      (double)first));
	/* a leaf has a cell a minute for each of the list's six classes */
	json_object_set_new(
		out, "cells",
		json_integer((json_int_t)(leaves * 6 * (size_t)((until - T0_MS) / 60000))));
	json_object_set_new(out, "grown_mib", json_real(grown));
	json_object_set_new(out, "leaves", json_integer((json_int_t)leaves));
	pass(&n, T0_MS + LATE_MS);
	n.cpu_s[JUDGE] = 0;
	for (int64_t t = T0_MS; t < until; t += CYCLE_MS)
		run_cycle(&n, leaves, probes, t, true);
	pass(&n, n.last_ms + CYCLE_MS);
	put_phase(&n, out, "late");
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	json_object_set_new(out, "peak_mib", json_real((double)use.ru_maxrss / 1024.0));
	json_dumpf(out, stdout, 0);
	putchar('\n');
	json_decref(out);
	views_free(n.views);
	store_close(n.store);
	archive_close(n.archive);
	place_close(n.place);
	country_free(n.country);
	return 0;
}
