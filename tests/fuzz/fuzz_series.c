/* fuzz_series.c: any text as the id of an event: what is taken is written again as the same series. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct series s, again;
	char text[SERIES_TEXT_LEN], *id = xcalloc(1, len + 1);
	memcpy(id, data, len);
	if (series_parse(&s, id)) {
		const char *rest = series_parse(&again, series_text(text, &s));
		if (!rest || *rest || !series_equal(&s, &again))
			abort();
	}
	free(id);
	return 0;
}
