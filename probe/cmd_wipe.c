/* cmd_wipe.c: `probe wipe --yes`: keys first, then everything, in under a second, also while the
 * probe runs. */
#include <stdio.h>
#include <stdlib.h>

#include "probe/commands.h"
#include "probe/state.h"

static void tell(const struct state_wiped *w, const struct options *o, const char *dir)
{
	printf("%s, %zu file%s removed from %s\n",
	       w->had_seed ? "keys destroyed" : "no keys were there", w->files,
	       w->files == 1 ? "" : "s", dir);
	if (w->holder > 0)
		printf("the running probe (process %d) %s\n", (int)w->holder,
		       w->holder_gone ? "has ended" : "was told to end and has not yet");
	else if (w->holder < 0)
		puts("a probe in another container still runs; it ends before it measures again");
	printf("the configuration %s, the program and messages of a service manager are still "
	       "there\n",
	       o->file);
}

int cmd_wipe(const struct options *o)
{
	struct state_wiped wiped;
	char err[512], *dir = options_state_dir(o);
	int code = EXIT_DONE;
	if (!(o->switches & SWITCH_YES))
		code = command_fail(EXIT_USAGE_ERROR,
				    "this destroys the keys and all waiting batches in %s; "
				    "`probe wipe --yes` does it",
				    dir);
	else if (state_wipe(dir, &wiped, err, sizeof(err)) < 0)
		code = command_fail(EXIT_INTERNAL, "%s", err);
	else {
		tell(&wiped, o, dir);
		if (wiped.left)
			code = command_fail(EXIT_INTERNAL, "%zu files could not be removed from %s",
					    wiped.left, dir);
	}
	free(dir);
	return code;
}
