/* fuzz_coding.c: an Accept-Encoding of any bytes names a coding that there is. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/coding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *accept = malloc(len + 1);
	if (!accept)
		abort();
	memcpy(accept, data, len);
	accept[len] = '\0';
	assert(coding_choose(accept) < CODINGS);
	free(accept);
	return 0;
}
