/* main.c: the collector's command line. */
#include <stdio.h>
#include <string.h>

#include "collector/options.h"
#include "collector/verbs.h"
#include "common/keys.h"
#include "common/log.h"

static int help(void)
{
	struct buf text;
	buf_init(&text, 64 * 1024);
	options_help(&text);
	int rc = fputs(text.data, stdout) < 0 ? 1 : 0;
	buf_clear(&text);
	return rc;
}

static int run(const struct options *o)
{
	switch (o->verb) {
	case VERB_INIT: return verb_init(o->conf);
	case VERB_SERVE: return verb_serve(o);
	case VERB_REBUILD: return verb_rebuild(o->conf);
	case VERB_EXPORT: return verb_export(o);
	case VERB_HELP: return help();
	case VERB_VERSION: return puts("fanous-collector " VERSION) < 0 ? 1 : 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	struct options o;
	char err[512];
	log_init("collector", LOG_LEVEL_INFO);
	if (keys_init() < 0)
		log_fatalx(1, "libsodium cannot start");
	int rc = options_read(&o, argc, argv, err, sizeof(err));
	if (rc) {
		log_warnx("%s", err);
		return rc;
	}
	rc = run(&o);
	options_clear(&o);
	return rc;
}
