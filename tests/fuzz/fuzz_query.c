/* fuzz_query.c: a query string of any bytes is either taken or refused with one sentence, by the
 * parser and by the parameters behind it. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/params.h"
#include "collector/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_params(const struct query *q)
{
	struct region regions[] = {{.code = "IR-07"}, {.code = "IR-23"}};
	const struct country country = {
		.code = "IR", .timezone = "Asia/Tehran", .regions = regions, .n_regions = 2};
	const struct params_env env = {.country = &country,
				       .now_ms = 1767902400000,
				       .began_ms = 1767800000000,
				       .settled_ms = 1767902340000,
				       .row_step_ms = 300000,
				       .allowed = ~0u,
				       .formats = ~0u};
	struct params p = {.format = FORMAT_JSON};
	struct problem why = {0};
	struct series_query series;
	if (params_read(&p, q, &env, &why) < 0) {
		assert(why.status == 400 && why.detail[0]);
		return;
	}
	assert(p.from_ms < p.until_ms && p.step_ms % env.row_step_ms == 0);
	params_series(&p, &series);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct query *q = malloc(sizeof(*q));
	char *raw = malloc(len + 1);
	if (!q || !raw)
		abort();
	memcpy(raw, data, len);
	raw[len] = '\0';
	const char *why = query_parse(q, raw);
	if (why) {
		assert(*why);
	} else {
		for (size_t i = 0; i < q->n; i++)
			assert(query_get(q, q->pairs[i].name) && strlen(q->pairs[i].value) <= len);
		read_params(q);
	}
	free(raw);
	free(q);
	return 0;
}
