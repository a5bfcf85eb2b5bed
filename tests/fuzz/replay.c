/* replay.c: runs a fuzzer's entry point once over every file of a corpus folder, for plain `make
 * test`. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int main(int argc, char **argv)
{
	struct dirent *e;
	unsigned int files = 0;
	DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
	if (!dir || keys_init() < 0) {
		fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
		return 2;
	}
	while ((e = readdir(dir))) {
		struct buf b;
		if (e->d_name[0] == '.')
			continue;
		char *path = xasprintf("%s/%s", argv[1], e->d_name);
		if (buf_read_file(&b, path, 4 << 20) == 0) {
			LLVMFuzzerTestOneInput((const uint8_t *)b.data, b.len);
			files++;
		}
		buf_clear(&b);
		free(path);
	}
	closedir(dir);
	printf("%s: %u inputs\n", argv[0], files);
	return files ? 0 : 1;
}
