/* fuzz_country.c: any bytes as one of the tables of a country; the first byte says which. What
 * loads must keep the promises of country.h, and what does not must say where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/country.h"
#include "common/buf.h"
#include "common/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct {
	const char *name, *good;
} files[] = {
	{"country.conf", "[country]\ncode = XA\nname_en = A\nname_fa = B\ntimezone = UTC\n"
			 "utc_offset_min = 0\n"},
	{"regions.tsv", "# iso\tiso_pre2020\thasc\tname_en\tname_fa\tpopulation\n"
			"XA-N\t-\t-\tNorth\tn\t-\n"},
	{"isps.tsv", "# asn\tname_en\tname_fa\taccess\tsubscribers_million\tnote\n"},
	{"targets.csv", "url,class,level,notes\nhttps://a.example/,open,0,\n"
			"https://b.example/,domestic,0,\n"},
	{"inside.csv", "url,notes\nhttps://in.example/,\n"},
};
#define FILES (sizeof(files) / sizeof(*files))

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct country *c)
{
	must(c->n_regions > 0 && c->n_targets > 0 && strlen(c->list_hash) == 64);
	for (size_t i = 0; i < c->n_regions; i++)
		must(country_region(c, c->regions[i].code) == &c->regions[i]);
	for (size_t i = 0; i < c->n_isps; i++)
		must(c->isps[i].asn && country_isp(c, c->isps[i].asn) == &c->isps[i]);
	uint64_t slots[2][CLASSES] = {0};
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct country_target *t = &c->targets[i];
		/* A host inside shares the bits of the domestic targets. */
		enum target_class class = t->inside ? CLASS_DOMESTIC : t->class;
		uint64_t *of = &slots[t->last == KIND_QUIC][class];
		must(country_target(c, t->url) == t);
		must(t->slot >= -1 && t->slot < CELL_TARGETS_MAX && t->last < KINDS);
		must(t->class != CLASS_LINK && t->class < CLASSES);
		must(t->slot < 0 || !(*of & 1ULL << t->slot));
		*of |= t->slot < 0 ? 0 : 1ULL << t->slot;
	}
	must(!(c->abroad & ~slots[0][CLASS_RESOLVER]) && !(c->tools & ~slots[0][CLASS_FILTERED]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *tmp = getenv("TMPDIR");
	char err[512] = "", *dir = xasprintf("%s/fuzz-country-XXXXXX", tmp ? tmp : "/tmp");
	must(mkdtemp(dir) != NULL);
	char *sub = xasprintf("%s/XA", dir);
	must(mkdir(sub, 0700) == 0);
	for (size_t i = 0; i < FILES; i++) {
		bool ours = len && data[0] % FILES == i;
		char *path = xasprintf("%s/%s", sub, files[i].name);
		must(buf_write_file(path, ours ? (const void *)(data + 1) : files[i].good,
				    ours ? len - 1 : strlen(files[i].good), 0600) == 0);
		free(path);
	}
	struct country *c = country_load(dir, "XA", err, sizeof(err));
	if (c)
		check(c);
	else
		must(!strncmp(err, sub, strlen(sub))); /* the message begins with the file */
	country_free(c);
	for (size_t i = 0; i < FILES; i++) {
		char *path = xasprintf("%s/%s", sub, files[i].name);
		must(unlink(path) == 0);
		free(path);
	}
	must(rmdir(sub) == 0 && rmdir(dir) == 0);
	free(sub);
	free(dir);
	return 0;
}
