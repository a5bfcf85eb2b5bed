/* fuzz_conf.c: a configuration file of any bytes is either taken or refused with one sentence. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct conf_option table[] = {
	{"probe", "level", "level", CONF_INT, "1", 0, 3, NULL, "level"},
	{"probe", "access", "access", CONF_STR, NULL, 0, 0, "mobile|fixed", "access"},
	{"collector", "url", "collector", CONF_LIST, NULL, 0, 0, NULL, "urls"},
	{"targets", "file", "targets", CONF_PATH, NULL, 0, 0, NULL, "list"},
	{.key = NULL},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char path[] = "/tmp/fuzz_conf_XXXXXX", err[512] = "";
	int fd = mkstemp(path);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
	struct conf *c = conf_new(table, "FUZZ_");
	if (conf_load_file(c, path, err, sizeof(err)) < 0)
		assert(*err);
	conf_set_flag(c, "level", "2", err, sizeof(err));
	if (conf_write_flags(c, path, err, sizeof(err)) < 0)
		assert(*err);
	conf_free(c);
	unlink(path);
	return 0;
}
