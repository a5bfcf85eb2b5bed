/* init.c: `collector init`: the data folder, the key, the archive. Safe to run again: an existing
 * key is never replaced, since batches sealed to a lost key are lost. The public key is all that
 * goes to stdout, so that a script can hand it to `probe init --key`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collector/options.h"
#include "collector/verbs.h"
#include "common/keys.h"
#include "common/log.h"

/* Makes a folder and those above it; only the last one is private. */
static int make_folder(const char *path)
{
	char *copy = xstrdup(path);
	int rc = 0;
	for (char *p = copy + 1; rc == 0 && (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		rc = mkdir(copy, 0755) < 0 && errno != EEXIST ? -1 : 0;
	}
	free(copy);
	if (rc == 0 && mkdir(path, 0700) < 0 && errno != EEXIST)
		rc = -1;
	return rc;
}

static int check_private(const char *dir)
{
	struct stat st;
	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode)) {
		log_warnx("%s is not a folder", dir);
		return -1;
	}
	if (st.st_mode & 077)
		log_warnx("%s can be read by others; chmod 700 keeps what probes sent private",
			  dir);
	return 0;
}

static int get_key(struct keys_box *box, const char *path)
{
	if (keys_box_create(box, path) == 0) {
		log_info("made a key: %s", path);
		return 0;
	}
	if (errno == EEXIST && keys_box_load(box, path) == 0)
		return 0;
	log_warn("%s", path);
	return -1;
}

int verb_init(const struct conf *c)
{
	const char *dir = conf_str(c, "collector", "data_dir");
	char *archive = options_data_path(c, DATA_ARCHIVE);
	char *key = options_data_path(c, DATA_BOX_KEY);
	char text[KEYS_TEXT_LEN];
	struct keys_box box = {0};
	int rc = 1;
	if (make_folder(dir) < 0 || make_folder(archive) < 0) {
		log_warn("cannot make %s", archive);
		goto out;
	}
	if (check_private(dir) < 0 || get_key(&box, key) < 0)
		goto out;
	keys_text(text, box.pk);
	if (printf("%s\n", text) > 0 && fflush(stdout) == 0)
		rc = 0;
out:
	keys_wipe(&box, sizeof(box));
	free(archive);
	free(key);
	return rc;
}
