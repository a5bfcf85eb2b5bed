/* doctor_device.c: what this device gives a probe: a place to keep things, time, authorities, and a
 * kernel that can close it in. */
#include <errno.h>
#include <inttypes.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/keys.h"
#include "probe/commands.h"
#include "probe/doctor.h"
#include "probe/sandbox.h"
#include "probe/spool.h"
#include "probe/state.h"

#define AUTHORITIES "/etc/ssl/certs/ca-certificates.crt" /* Debian's ca-certificates */

/* This program was written after the first and will not be run after the second. */
#define EARLIEST_MS 1767225600000LL /* 2026-01-01 */
#define LATEST_MS   4102444800000LL /* 2100-01-01 */

#define MIB	     (1024.0 * 1024.0)
#define FREE_MIN_MIB 1.0 /* a batch and the folder it is in */

static void look_at_seed(struct doctor *d)
{
	char *path = state_path(d->state_dir, "seed");
	struct stat st;
	if (stat(path, &st) < 0)
		doctor_say(d, DOCTOR_PROBLEM, "seed",
			   errno == EACCES ? "look as the user that the probe runs as"
					   : "run `probe init`",
			   "%s: %s", path, strerror(errno));
	else if (st.st_size != KEYS_SEED)
		doctor_say(d, DOCTOR_PROBLEM, "seed", "remove it, and run `probe init`",
			   "%s has %" PRId64 " bytes and not %d", path, (int64_t)st.st_size,
			   KEYS_SEED);
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		doctor_say(d, DOCTOR_PROBLEM, "seed", "chmod 600 it",
			   "others on this device may read %s, and sign as this probe", path);
	else
		doctor_say(d, DOCTOR_OK, "seed", NULL, "there, private");
	free(path);
}

static double free_mib(const char *dir)
{
	struct statvfs fs;
	if (statvfs(dir, &fs) < 0)
		return -1;
	return (double)fs.f_bavail * (double)fs.f_frsize / MIB;
}

static void judge_spool(struct doctor *d, const struct spool_info *info)
{
	double cap = (double)conf_int(d->o->conf, "spool", "cap_mb");
	double used = (double)info->bytes / MIB, room = free_mib(d->state_dir);
	char oldest[CLOCK_RFC3339_LEN] = "";
	if (info->batches)
		clock_rfc3339(oldest, info->oldest_ms);
	const char *since = info->batches ? ", the oldest of " : "";
	if (room < FREE_MIN_MIB)
		doctor_say(d, DOCTOR_PROBLEM, "spool", "make room on this disk",
			   "no space left in %s: results are lost", d->state_dir);
	else if (room < cap - used)
		doctor_say(d, DOCTOR_WARNING, "spool", "make room on this disk, or lower cap_mb",
			   "%zu waiting%s%s; the disk is full before the %.0f MiB that it may "
			   "take: %.0f MiB are free",
			   info->batches, since, oldest, cap, room);
	else if (used > 0.9 * cap)
		doctor_say(d, DOCTOR_WARNING, "spool",
			   "raise cap_mb, or find a way to the collector",
			   "%zu waiting%s%s; %.1f of %.0f MiB: it thins out evenly from now on",
			   info->batches, since, oldest, used, cap);
	else
		doctor_say(d, DOCTOR_OK, "spool", NULL,
			   "%zu waiting%s%s; %.1f of %.0f MiB, %.0f MiB free on the disk",
			   info->batches, since, oldest, used, cap, room);
}

/* Looking must not make the folder. */
static void look_at_spool(struct doctor *d)
{
	struct spool_info info = {0};
	char err[512];
	if (access(d->state_dir, F_OK) < 0)
		return; /* consent and seed have said so */
	if (access(d->state_dir, R_OK | W_OK | X_OK) < 0) {
		doctor_say(d, DOCTOR_PROBLEM, "spool", "look as the user that the probe runs as",
			   "%s: %s", d->state_dir, strerror(errno));
		return;
	}
	if (command_has_spool(d->o)) {
		struct spool *s = command_spool(d->o, err, sizeof(err));
		if (!s) {
			doctor_say(d, DOCTOR_PROBLEM, "spool",
				   "look as the user that the probe runs as", "%s", err);
			return;
		}
		spool_info(s, &info);
		spool_close(s);
	}
	judge_spool(d, &info);
	pid_t holder = state_holder(d->state_dir);
	if (holder > 0)
		doctor_say(d, DOCTOR_OK, "probe", NULL, "measures now (process %d)", (int)holder);
	else
		doctor_say(d, DOCTOR_OK, "probe", NULL, "%s",
			   holder ? "measures now" : "is not running");
}

static void look_at_clock(struct doctor *d)
{
	struct timex t = {0};
	char now[CLOCK_RFC3339_LEN];
	int64_t ms = clock_wall_ms();
	clock_rfc3339(now, ms);
	if (ms < EARLIEST_MS || ms > LATEST_MS)
		doctor_say(d, DOCTOR_PROBLEM, "clock", "set it: date -u -s 'YYYY-MM-DD HH:MM'",
			   "%s can't be: the collector would refuse the results", now);
	else if (adjtimex(&t) < 0 || t.status & STA_UNSYNC)
		doctor_say(d, DOCTOR_WARNING, "clock",
			   "compare it with another clock; install chrony or systemd-timesyncd",
			   "%s, and nothing says that it is right (no time service)", now);
	else
		doctor_say(d, DOCTOR_OK, "clock", NULL, "%s, kept right by a time service", now);
}

static size_t count_certificates(FILE *f)
{
	size_t n = 0;
	X509 *x;
	while ((x = PEM_read_X509(f, NULL, NULL, NULL))) {
		X509_free(x);
		n++;
	}
	return n;
}

static void look_at_authorities(struct doctor *d)
{
	static const char advice[] = "install the package ca-certificates";
	const char *path = getenv("SSL_CERT_FILE");
	path = path ? path : AUTHORITIES;
	FILE *f = fopen(path, "re");
	size_t n = f ? count_certificates(f) : 0;
	if (!f)
		doctor_say(d, DOCTOR_PROBLEM, "authorities", advice, "%s: %s", path,
			   strerror(errno));
	else if (!n)
		doctor_say(d, DOCTOR_PROBLEM, "authorities", advice,
			   "no certificate in %s: no site could be verified", path);
	else
		doctor_say(d, DOCTOR_OK, "authorities", NULL, "%zu certificate%s in %s", n,
			   n == 1 ? "" : "s", path);
	if (f)
		fclose(f);
}

static void look_at_sandbox(struct doctor *d)
{
	char text[SANDBOX_TEXT];
	unsigned int has = sandbox_available(), lacks = SANDBOX_ALL & ~has;
	if (!conf_bool(d->o->conf, "probe", "sandbox"))
		doctor_say(d, DOCTOR_WARNING, "sandbox", "set [probe] sandbox = yes",
			   "switched off; this kernel has %s", sandbox_str(text, has));
	else if (lacks)
		doctor_say(d, DOCTOR_WARNING, "sandbox",
			   "Linux 5.13 or later with Landlock and seccomp has all of it",
			   "this kernel has no way to close in: %s", sandbox_str(text, lacks));
	else
		doctor_say(d, DOCTOR_OK, "sandbox", NULL, "%s", sandbox_str(text, has));
}

void doctor_device(struct doctor *d)
{
	look_at_seed(d);
	look_at_spool(d);
	look_at_clock(d);
	look_at_authorities(d);
	look_at_sandbox(d);
}
