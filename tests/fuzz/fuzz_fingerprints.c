/* fuzz_fingerprints.c: any bytes as a list of fingerprints, and the same bytes as what is
 * searched. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/fingerprints.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void search(const struct fingerprints *f, const uint8_t *data, size_t len)
{
	char *text = xmalloc(len + 1);
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	const char *found = fingerprints_body(f, text, len);
	assert(!found || *found);
	found = fingerprints_location(f, text);
	assert(!found || *found);
	found = fingerprints_dns(f, text);
	assert(!found || *found);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char path[] = "/tmp/fuzz_fingerprints_XXXXXX", err[512] = "";
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
	struct fingerprints *f = fingerprints_load(path, err, sizeof(err));
	if (f) {
		search(f, data, len);
		(void)fingerprints_count(f);
	} else {
		assert(*err);
	}
	fingerprints_free(f);
	unlink(path);
	return 0;
}
