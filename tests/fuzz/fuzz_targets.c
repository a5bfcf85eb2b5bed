/* fuzz_targets.c: any bytes as a target list and as a URL. What is taken has to keep the promises
 * that the checks rely on. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_promises(const struct target *t)
{
	size_t host = strlen(t->host);
	assert(host && host <= 253 && t->port);
	assert(strspn(t->host, "abcdefghijklmnopqrstuvwxyz0123456789-_.:") == host);
	assert(strlen(t->path) < sizeof(t->path) && strlen(t->url) < sizeof(t->url));
	for (const char *p = t->path; *p; p++)
		assert((unsigned char)*p > ' ' && *p != 127 && *p != '#');
	if (t->scheme == TARGET_HTTP || t->scheme == TARGET_HTTPS)
		assert(*t->path == '/');
	assert(t->level >= 0 && t->level <= 3);
	assert(!t->expect_status || (t->expect_status >= 100 && t->expect_status <= 599));
}

static void fuzz_list(const uint8_t *data, size_t len)
{
	char path[] = "/tmp/fuzz_targets_XXXXXX", err[512] = "";
	struct targets targets;
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
	if (targets_load(&targets, path, err, sizeof(err)) == 0) {
		assert(targets.n && strlen(targets.hash) == 64);
		for (size_t i = 0; i < targets.n; i++)
			check_promises(&targets.list[i]);
		targets_keep_level(&targets, 1);
	} else {
		assert(*err && !targets.list);
	}
	targets_clear(&targets);
	if (targets_add_inside(&targets, path, err, sizeof(err)) == 0)
		for (size_t i = 0; i < targets.n; i++)
			check_promises(&targets.list[i]);
	targets_clear(&targets);
	unlink(path);
}

static void fuzz_url(const uint8_t *data, size_t len)
{
	struct target t;
	char err[512] = "";
	char *text = xmalloc(len + 1);
	if (len)
		memcpy(text, data, len);
	text[len] = '\0';
	if (targets_parse_one(&t, text, err, sizeof(err)) == 0)
		check_promises(&t);
	else
		assert(*err);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_list(data, len);
	fuzz_url(data, len);
	return 0;
}
