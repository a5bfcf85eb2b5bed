/* sandbox_files.c: one Landlock rule set: what may be read, and the one folder that may be written.
 *
 * The rights come in versions of the kernel's interface (landlock.rst, "Previous limitations"):
 * 1 (Linux 5.13) has the first thirteen, 2 (5.19) REFER, 3 (6.2) TRUNCATE, 5 (6.10) IOCTL_DEV,
 * 6 (6.12) keeps signals and abstract sockets inside. Headers of Debian 12 are older than some of
 * them, so the numbers stand here. A right that the kernel does not know must not be asked for; one
 * that is asked for and not given by a rule is refused everywhere. */
#include "probe/sandbox_files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/sandbox.h"
#include "probe/sandbox_calls.h"

#define FS_TRUNCATE  (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define SCOPE_ALL    3ULL /* abstract sockets and signals */

#define ALL_OF_1   ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define READ_FILE  LANDLOCK_ACCESS_FS_READ_FILE
#define READ_ALL   (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)
#define WRITE_ALL                                                                                  \
	(READ_ALL | WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |  \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)

/* struct landlock_ruleset_attr as of version 6; a kernel that knows less takes the first size bytes
 * of it. */
struct ruleset {
	uint64_t fs, net, scoped;
};

/* What libraries read while they work: names (nsswitch.conf(5), gai.conf(5)) and the modules that
 * look them up, authorities, random numbers, the state of the network. */
static const struct {
	const char *path;
	uint64_t rights;
	bool pinned; /* see add_rule */
} readable[] = {
	{"/etc/hosts", READ_FILE, false},
	{"/etc/nsswitch.conf", READ_FILE, false},
	{"/etc/gai.conf", READ_FILE, false},
	{"/etc/host.conf", READ_FILE, false},
	{"/etc/services", READ_FILE, false},
	{"/etc/protocols", READ_FILE, false},
	{"/etc/ld.so.cache", READ_FILE, false},
	{"/etc/localtime", READ_FILE, false},
	{"/etc/ssl", READ_ALL, false},
	{"/etc/pki", READ_ALL, false},
	{"/etc/ca-certificates", READ_ALL, false},
	{"/usr/share/ca-certificates", READ_ALL, false},
	{"/usr/local/share/ca-certificates", READ_ALL, false},
	{"/usr/share/zoneinfo", READ_FILE, false},
	{"/lib", READ_ALL, false},
	{"/lib64", READ_ALL, false},
	{"/usr/lib", READ_ALL, false},
	{"/usr/lib64", READ_ALL, false},
	{"/usr/local/lib", READ_ALL, false},
	{"/dev/urandom", READ_FILE, false},
	{"/dev/random", READ_FILE, false},
	{"/dev/null", READ_FILE | WRITE_FILE, false},
	{"/proc/self/net", READ_ALL, true},
	{"/proc/self", READ_ALL, false},
	{"/sys/class/power_supply", READ_ALL, false}, /* power.h; its links end in the next */
	{"/sys/devices", READ_ALL, false},
};

static int version(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static uint64_t rights_of(int v)
{
	return ALL_OF_1 | (v >= 2 ? LANDLOCK_ACCESS_FS_REFER : 0) | (v >= 3 ? FS_TRUNCATE : 0) |
	       (v >= 5 ? FS_IOCTL_DEV : 0);
}

/* What is not there needs no rule. A folder of /proc is made anew whenever the kernel has forgotten
 * it, and the rule would be for the old one: so it is kept open, which
 * keeps it and those above it in mind. */
static int add_rule(int rules, const char *path, uint64_t rights, bool pinned)
{
	const uint64_t of_files = READ_FILE | WRITE_FILE | FS_IOCTL_DEV;
	struct stat st;
	int fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR ? 0 : -1;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= of_files;
	struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
	int rc = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (!pinned)
		close(fd);
	return rc;
}

/* resolv.conf is replaced by a new file whenever the network changes (rename(2)), so the folder
 * in which it really is must be readable, and the links on the way need no right. */
static int add_resolv_conf(int rules, const char *path)
{
	char *real = realpath(path, NULL);
	int rc = real ? add_rule(rules, dirname(real), READ_FILE, false) : 0;
	free(real);
	return rc;
}

static int add_all(int rules, const struct sandbox_config *c, uint64_t known)
{
	int bad = 0;
	for (size_t i = 0; i < sizeof(readable) / sizeof(*readable); i++)
		bad |= add_rule(rules, readable[i].path, readable[i].rights & known,
				readable[i].pinned);
	bad |= add_resolv_conf(rules, c->resolv_conf ? c->resolv_conf : "/etc/resolv.conf");
	if (c->ca_file)
		bad |= add_rule(rules, c->ca_file, READ_ALL & known, false);
	if (c->state_dir)
		bad |= add_rule(rules, c->state_dir, WRITE_ALL & known, false);
	if (c->write_file)
		bad |= add_rule(rules, c->write_file, (READ_FILE | WRITE_FILE) & known, false);
	if (SANDBOX_SANITIZED) /* its own maps, by whichever thread */
		bad |= add_rule(rules, "/proc", READ_ALL & known, false);
	return bad;
}

bool sandbox_files_available(void)
{
	return version() >= 1;
}

int sandbox_files_close(const struct sandbox_config *config)
{
	int v = version();
	if (v < 1)
		return -1;
	uint64_t known = rights_of(v);
	struct ruleset attr = {.fs = known, .scoped = SCOPE_ALL};
	size_t size = v >= 6 ? sizeof(attr) : sizeof(attr.fs);
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, size, 0);
	if (rules < 0)
		return -1;
	int rc = add_all(rules, config, known);
	if (rc == 0)
		rc = (int)syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
	return rc;
}
