/* main.c: sim [-sv] [-r SEED,SEED...] [PART...]: runs the parts with each seed and prints the table; 1 when a goal is missed, but
 * not where that is known and it is no worse than it was (table.c).
 * -s: the short form. -v: tells of each cut and of each false event and return. Without parts: all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/sim/parts.h"
#include "tests/sim/table.h"

static void usage(void)
{
	fprintf(stderr, "usage: sim [-sv] [-r SEED,SEED...] [PART...]; parts:");
	for (enum part p = 0; p < PARTS; p++)
		fprintf(stderr, " %s", part_str(p));
	fprintf(stderr, "\n");
	exit(2);
}

static void run_all(struct results *r, const bool *wanted, const char *seeds, bool is_short)
{
	for (enum part p = 0; p < PARTS; p++) {
		char *rest;
		if (!wanted[p])
			continue;
		for (const char *s = seeds; *s; s = *rest ? rest + 1 : rest) {
			uint64_t seed = strtoull(s, &rest, 10);
			if (rest == s)
				usage();
			part_run(r, p, seed, is_short);
		}
		const struct trial_cost *c = &r->cost[p];
		fprintf(stderr,
			"%-8s seeds %s: %.0f s, %.1f million rounds, %llu batches refused\n",
			part_str(p), seeds, c->cpu_s, (double)c->rounds / 1e6,
			(unsigned long long)c->counts.refused);
	}
}

int main(int argc, char **argv)
{
	static struct results results;
	bool wanted[PARTS] = {false}, is_short = false;
	const char *seeds = "1";
	int opt;
	log_init("sim", LOG_LEVEL_WARN);
	while ((opt = getopt(argc, argv, "svr:")) != -1) {
		is_short |= opt == 's';
		if (opt == 'v')
			results_tell(&results, stderr);
		seeds = opt == 'r' ? optarg : seeds;
		if (opt == '?')
			usage();
	}
	for (int i = optind; i < argc; i++) {
		enum part p = part_parse(argv[i]);
		if (p == PARTS)
			usage();
		wanted[p] = true;
	}
	for (enum part p = 0; optind == argc && p < PARTS; p++)
		wanted[p] = true;
	run_all(&results, wanted, seeds, is_short);
	unsigned int missed = table_print(&results);
	results_clear(&results);
	return missed ? 1 : 0;
}
