/* fuzz_control.c: any bytes as a stored day of what controls saw. What is taken must be written again as the same
 * bytes, and what is not must leave nothing. */
#include <stdlib.h>
#include <string.h>

#include "collector/known.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void must(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct known *k)
{
	must(k->n_prefixes <= KNOWN_PREFIXES_MAX && k->n_pages <= KNOWN_PAGES_MAX);
	for (size_t i = 1; i < k->n_prefixes; i++)
		must(k->prefixes[i - 1].code < k->prefixes[i].code);
	for (size_t i = 1; i < k->n_pages; i++)
		must(k->pages[i - 1].probe < k->pages[i].probe);
	for (size_t i = 0; i < k->n_pages; i++)
		must(k->pages[i].status <= KNOWN_STATUS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct known_days days = {0};
	struct buf out;
	int rc = known_decode(&days, 7, data, len);
	must(days.n == 1 && !days.list[0].unsaved && (rc == 0 || !days.list[0].n));
	for (size_t i = 0; i < days.list[0].n; i++) {
		check(&days.list[0].list[i]);
		must(known_find(&days, 7, days.list[0].list[i].key) == &days.list[0].list[i]);
	}
	buf_init(&out, len + 16);
	known_encode(&days, 7, &out);
	must(rc < 0 || (out.len == len && !memcmp(out.data, data, len)));
	buf_clear(&out);
	known_clear(&days);
	return 0;
}
