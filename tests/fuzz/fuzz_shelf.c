/* fuzz_shelf.c: of any bytes only the name of a package is taken for one, and it becomes that name again: nothing else
 * gets into a path. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "collector/month.h"
#include "collector/shelf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char name[SHELF_NAME_LEN], *text = malloc(len + 1);
	struct shelf_item item;
	if (!text)
		return 0;
	memcpy(text, data, len);
	text[len] = '\0';
	if (shelf_parse(text, &item) == 0) {
		assert(!strcmp(shelf_name(name, &item), text));
		assert(!strpbrk(text, "/\\") && !strstr(text, ".."));
		assert(shelf_asof_ms(&item) > month_start_ms(item.month + 1));
	}
	free(text);
	return 0;
}
