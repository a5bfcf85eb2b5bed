/* bench_probe.c: the real line of the probe, from runner to spool, over many targets of one shape; what it
 * cost goes out as one JSON object.
 *
 * Usage: bench_probe [-n TARGETS] [-k CYCLES] [-c IN_FLIGHT] [-a HOSTS] [-r RESOLVER] [-s] SPOOL URL
 *	In URL # stands for the number of the target, @ for 1..HOSTS and % for 1..5 by turns.
 *	-s samples open files and memory every 50 ms, which costs time of its own.
 *
 * As in a cycle of the daemon, results are sealed and written when all targets are through. The CPU
 * time is that of the whole process, from its first instruction. */
#include <dirent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/clock.h"
#include "common/jsonw.h"
#include "probe/commands.h"
#include "probe/gather.h"
#include "probe/runner.h"
#include "probe/spool.h"

#define PORTS	  5
#define SPOOL_CAP (1ULL << 30)

struct bench {
	/* the question */
	size_t n, cycles, in_flight, hosts;
	const char *resolvers[2], *spool_dir, *url;
	bool sample;
	/* the machinery */
	struct event_base *base;
	struct runner *runner;
	struct gather *gather;
	struct spool *spool;
	struct targets targets;
	size_t *order;
	/* the answer */
	size_t steps[KINDS], good[KINDS];
	unsigned int failures[FAILURES];
	size_t files_max, rss_kb;
	bool broken;
};

static int parse(struct bench *b, int argc, char **argv)
{
	*b = (struct bench){.n = 1000, .cycles = 1, .in_flight = 100, .hosts = 8};
	b->resolvers[0] = "udp://203.0.113.53";
	for (int o; (o = getopt(argc, argv, "n:k:c:a:r:s")) != -1;)
		switch (o) {
		case 'n': b->n = strtoul(optarg, NULL, 10); break;
		case 'k': b->cycles = strtoul(optarg, NULL, 10); break;
		case 'c': b->in_flight = strtoul(optarg, NULL, 10); break;
		case 'a': b->hosts = strtoul(optarg, NULL, 10); break;
		case 'r': b->resolvers[0] = optarg; break;
		case 's': b->sample = true; break;
		default: return -1;
		}
	if (argc - optind != 2 || !b->n || !b->cycles || !b->hosts)
		return -1;
	b->spool_dir = argv[optind];
	b->url = argv[optind + 1];
	return 0;
}

static int make_targets(struct bench *b)
{
	b->targets.list = xcalloc(b->n, sizeof(*b->targets.list));
	b->targets.n = b->n;
	b->order = xcalloc(b->n, sizeof(*b->order));
	for (size_t i = 0; i < b->n; i++) {
		struct buf url;
		char err[256];
		b->order[i] = i;
		buf_init(&url, TARGET_URL_MAX);
		for (const char *p = b->url; *p; p++)
			if (*p == '#')
				buf_printf(&url, "%zu", i);
			else if (*p == '@')
				buf_printf(&url, "%zu", 1 + i % b->hosts);
			else if (*p == '%')
				buf_printf(&url, "%zu", 1 + i / b->hosts % PORTS);
			else
				buf_putc(&url, *p);
		int rc = targets_parse_one(&b->targets.list[i], url.data, err, sizeof(err));
		buf_clear(&url);
		if (rc < 0) {
			fprintf(stderr, "bench_probe: %s\n", err);
			return -1;
		}
	}
	return 0;
}

/* A field of /proc/self/status in KiB. */
static size_t status_kb(const char *field)
{
	struct buf text;
	size_t kb = 0;
	if (buf_read_file(&text, "/proc/self/status", 65536) == 0) {
		const char *at = strstr(text.data, field);
		kb = at ? strtoul(at + strlen(field), NULL, 10) : 0;
	}
	buf_clear(&text);
	return kb;
}

static void on_sample(evutil_socket_t fd, short what, void *arg)
{
	struct bench *b = arg;
	size_t files = 0;
	DIR *d = opendir("/proc/self/fd");
	(void)fd;
	(void)what;
	while (d && readdir(d))
		files++;
	if (d)
		closedir(d);
	if (files >= b->files_max) {
		b->files_max = files;
		b->rss_kb = status_kb("VmRSS:");
	}
}

static void on_step(void *arg, const struct runner_step *step)
{
	struct bench *b = arg;
	const int64_t *v = step->result->v;
	b->steps[step->result->kind]++;
	b->good[step->result->kind] += v[RESULT_FAILURE] == FAIL_NONE;
	b->failures[v[RESULT_FAILURE]]++;
	if (gather_step(b->gather, step) < 0)
		b->broken = true;
}

static void on_done(void *arg)
{
	struct bench *b = arg;
	const struct runner_observer observer = {on_step, on_done, b};
	if (gather_seal(b->gather) < 0)
		b->broken = true;
	if (--b->cycles && !b->broken)
		runner_start(b->runner, &b->targets, b->order, b->n, false, &observer);
	else
		event_base_loopbreak(b->base);
}

static int run(struct bench *b)
{
	const struct runner_observer observer = {on_step, on_done, b};
	const struct runner_config how = {
		.concurrency = b->in_flight,
		.check_timeout_ms = 10000,
		.resolvers = b->resolvers,
		.private_too = true,
	};
	struct gather_config to = {.vantage = {.country = "ZZ", .access = ACCESS_FIXED},
				   .list_hash = ""};
	struct keys_box box;
	char err[256], *key = xasprintf("%s.key", b->spool_dir);
	if (keys_init() < 0 || keys_box_create(&box, key) < 0 ||
	    !(b->spool = spool_open(b->spool_dir, SPOOL_CAP, err, sizeof(err)))) {
		fprintf(stderr, "bench_probe: no key or no spool at %s\n", b->spool_dir);
		free(key);
		return -1;
	}
	memcpy(to.box_pk, box.pk, sizeof(to.box_pk));
	to.spool = b->spool;
	b->base = command_base();
	b->runner = runner_new(b->base, &how);
	b->gather = gather_new(&to);
	struct event *sampler = event_new(b->base, -1, EV_PERSIST, on_sample, b);
	if (b->sample)
		event_add(sampler, &(struct timeval){0, 50 * 1000});
	runner_start(b->runner, &b->targets, b->order, b->n, false, &observer);
	event_base_dispatch(b->base);
	event_free(sampler);
	free(key);
	return b->broken ? -1 : 0;
}

static int64_t cpu_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

static void put_counts(struct jsonw *j, const char *key, const size_t counts[static KINDS])
{
	jsonw_object(j, key);
	for (enum kind k = 0; k < KINDS; k++)
		if (counts[k])
			jsonw_int(j, kind_str(k), (int64_t)counts[k]);
	jsonw_end(j);
}

static void tell(const struct bench *b, int64_t cpu, int64_t wall)
{
	struct spool_info info;
	struct buf out;
	struct jsonw j;
	spool_info(b->spool, &info);
	buf_init(&out, 65536);
	jsonw_begin(&j, &out);
	jsonw_object(&j, NULL);
	put_counts(&j, "steps", b->steps);
	put_counts(&j, "good", b->good);
	jsonw_object(&j, "failures");
	for (size_t f = 1; f < FAILURES; f++)
		if (b->failures[f])
			jsonw_int(&j, failure_str((enum failure)f), b->failures[f]);
	jsonw_end(&j);
	jsonw_int(&j, "cpu_us", cpu);
	jsonw_int(&j, "wall_us", wall);
	jsonw_int(&j, "hwm_kb", (int64_t)status_kb("VmHWM:"));
	jsonw_int(&j, "rss_kb", (int64_t)b->rss_kb);
	jsonw_int(&j, "files", (int64_t)b->files_max);
	jsonw_int(&j, "batches", (int64_t)info.batches);
	jsonw_int(&j, "spooled", (int64_t)info.bytes);
	jsonw_end(&j);
	puts(out.data);
	buf_clear(&out);
}

int main(int argc, char **argv)
{
	struct bench b;
	struct rlimit files = {16384, 16384};
	int64_t start_us = clock_mono_us();
	if (parse(&b, argc, argv) < 0) {
		fputs("usage: bench_probe [-n TARGETS] [-k CYCLES] [-c IN_FLIGHT] [-a HOSTS] "
		      "[-r RESOLVER] [-s] SPOOL URL\n",
		      stderr);
		return 64;
	}
	setrlimit(RLIMIT_NOFILE, &files);
	int rc = make_targets(&b) < 0 || run(&b) < 0;
	if (!rc)
		tell(&b, cpu_us(), clock_mono_us() - start_us);
	gather_free(b.gather);
	runner_free(b.runner);
	spool_close(b.spool);
	targets_clear(&b.targets);
	free(b.order);
	if (b.base)
		event_base_free(b.base);
	return rc;
}
