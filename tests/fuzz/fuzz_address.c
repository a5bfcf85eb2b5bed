/* fuzz_address.c: any bytes that are said to be the address of one of our pages: what is taken can be written into markup
 * and is read again as the same. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/address.h"

#define ORIGIN "https://fanous.example"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct address a, again;
	char *url = malloc(len + 1), *back = malloc(len + 64);
	if (!url || !back)
		abort();
	memcpy(url, data, len);
	url[len] = '\0';
	if (address_read(&a, ORIGIN, url) == 0) {
		assert(*a.path == '/' && a.lang < LANGS);
		assert(!strpbrk(a.path, "<>\"'&?#") && !strpbrk(a.query, "<>\"'#"));
		snprintf(back, len + 64, ORIGIN "%s%s%s", lang_prefix(a.lang), a.path, a.query);
		assert(address_read(&again, ORIGIN, back) == 0 && again.lang == a.lang);
		assert(!strcmp(again.path, a.path) && !strcmp(again.query, a.query));
	}
	free(url);
	free(back);
	return 0;
}
