/* fuzz_country_map.c: any bytes as the map of a country. What loads must lie on the map and be fit to stand in a page as it
 * is, and what does not must say where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collector/country.h"
#include "collector/country_map.h"
#include "common/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct country_map *m)
{
	must(m->source && m->width > 0 && m->height > 0 && m->n > 0);
	for (size_t i = 0; i < m->n; i++) {
		const struct country_map_shape *s = &m->shapes[i];
		must(s->region && country_map_shape(m, s->region->code) == s);
		must(s->x >= 0 && s->x <= m->width && s->y >= 0 && s->y <= m->height);
		must(s->path[0] == 'M' && s->path[strlen(s->path) - 1] == 'z');
		must(strspn(s->path, "Mlz -0123456789") == strlen(s->path));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct region regions[] = {{.code = "XA-N", .hasc = "XA.NO"},
				   {.code = "XA-S", .hasc = "XA.SO"},
				   {.code = "XA-X", .hasc = ""}};
	const struct country country = {.code = "XA", .regions = regions, .n_regions = 3};
	const char *tmp = getenv("TMPDIR");
	char err[512] = "", *dir = xasprintf("%s/fuzz-map-XXXXXX", tmp ? tmp : "/tmp");
	struct country_map *m;
	must(mkdtemp(dir) != NULL);
	char *sub = xasprintf("%s/XA", dir), *path = xasprintf("%s/map.json", sub);
	must(mkdir(sub, 0700) == 0);
	FILE *f = fopen(path, "w");
	must(f && fwrite(data, 1, len, f) == len && fclose(f) == 0);
	if (country_map_load(&m, dir, &country, err, sizeof(err)) == 0)
		check(m);
	else
		must(!m &&
		     !strncmp(err, path, strlen(path))); /* the message begins with the file */
	country_map_free(m);
	must(unlink(path) == 0 && rmdir(sub) == 0 && rmdir(dir) == 0);
	free(path);
	free(sub);
	free(dir);
	return 0;
}
