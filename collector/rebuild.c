/* rebuild.c: `collector rebuild`: throws the views away and makes them again from the archive. The
 * lock of the archive keeps it from running beside a collector that serves. */
#include <inttypes.h>
#include <stdio.h>

#include "collector/rig.h"
#include "collector/verbs.h"
#include "common/clock.h"
#include "common/log.h"

int verb_rebuild(const struct conf *c)
{
	int64_t start = clock_mono_ms();
	struct rig rig;
	char err[512];
	int rc = rig_open(&rig, c, NULL, err, sizeof(err));
	if (rc == 0 && rig.synthetic) {
		snprintf(err, sizeof(err), "simulated views have no archive to be made from");
		rc = 1;
	}
	if (rc == 0 && rig_rebuild(&rig, c, err, sizeof(err)) < 0)
		rc = 1;
	if (rc)
		log_warnx("%s", err);
	else
		log_info("rebuilt the views from %" PRIu64 " bytes of archive in %" PRId64 " ms",
			 archive_bytes(rig.archive), clock_mono_ms() - start);
	rig_close(&rig);
	return rc;
}
