/* test_sandbox.c: what can't be done in the box. What can is in test_sandbox_needs.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <signal.h>
#include <unistd.h>

#include "probe/sandbox.h"
#include "probe/sandbox_calls.h"
#include "tests/probe/boxed.h"
#include "tests/probe/tempdir.h"

static int try_execve(void)
{
	execl("/bin/true", "true", NULL);
	return 0;
}

static int try_execveat(void)
{
	syscall(SYS_execveat, -1, "/bin/true", NULL, NULL, 0);
	return 0;
}

static int try_mount(void)
{
	syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL);
	return 0;
}

static int try_bpf(void)
{
	syscall(SYS_bpf, 0, NULL, 0);
	return 0;
}

static int try_setuid(void)
{
	syscall(SYS_setuid, getuid());
	return 0;
}

static int try_unshare(void)
{
	syscall(SYS_unshare, CLONE_NEWUSER);
	return 0;
}

static int try_ptrace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	return 0;
}

static void killed(void **state)
{
	(void)state;
	boxed_deadly(try_execve);
	boxed_deadly(try_execveat);
	boxed_deadly(try_mount);
	boxed_deadly(try_bpf);
	boxed_deadly(try_setuid);
	boxed_deadly(try_unshare);
	if (!SANDBOX_SANITIZED)
		boxed_deadly(try_ptrace);
}

static int try_sockets(void)
{
	NEED(socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == ENOSYS);
	NEED(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 && errno == ENOSYS);
	NEED(socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW) < 0 && errno == ENOSYS);
	NEED(socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT) < 0 && errno == ENOSYS);
	NEED(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == ENOSYS);
	NEED(socket(AF_ALG, SOCK_SEQPACKET, 0) < 0 && errno == ENOSYS);
	NEED(socketpair(AF_UNIX, SOCK_DGRAM, 0, (int[2]){0}) < 0 && errno == ENOSYS);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	NEED(fd >= 0);
	NEED(listen(fd, 1) < 0 && errno == EPERM);
	NEED(accept(fd, NULL, NULL) < 0 && errno == EPERM);
	NEED(accept4(fd, NULL, NULL, SOCK_NONBLOCK) < 0 && errno == EPERM);
	return 0;
}

static int try_processes(void)
{
	NEED(syscall(SYS_clone3, NULL, 0) < 0 && errno == ENOSYS);
	NEED(syscall(SYS_io_uring_setup, 1, NULL) < 0 && errno == ENOSYS);
	if (SANDBOX_SANITIZED)
		return 0;
	NEED(fork() < 0);
	NEED(kill(getppid(), 0) < 0 && errno == EPERM);
	NEED(prctl(PR_SET_DUMPABLE, 1) < 0);
	NEED(mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	     MAP_FAILED);
	void *page = mmap(NULL, 4096, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	NEED(page != MAP_FAILED);
	NEED(mprotect(page, 4096, PROT_EXEC) < 0);
	return 0;
}

static int try_privileges(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];
	NEED(syscall(SYS_capget, &header, data) == 0);
	NEED(!data[0].effective && !data[0].permitted && !data[0].inheritable);
	NEED(!data[1].effective && !data[1].permitted && !data[1].inheritable);
	NEED(access("/", W_OK) < 0 || geteuid() == 0);
	return 0;
}

static void refused(void **state)
{
	(void)state;
	boxed_works(try_sockets);
	boxed_works(try_processes);
	boxed_works(try_privileges);
}

static int open_errno(const char *path, int flags)
{
	int fd = open(path, flags, 0600);
	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static int try_files(void)
{
	const char *home = getenv("HOME");
	NEED(open_errno("/etc/passwd", O_RDONLY) == EACCES);
	NEED(open_errno("/etc/machine-id", O_RDONLY) != 0);
	NEED(open_errno(tempdir_path(boxed_dir(), "mine"), O_RDONLY) == EACCES);
	NEED(open_errno(tempdir_path(boxed_dir(), "mine"), O_WRONLY) == EACCES);
	NEED(open_errno(tempdir_path(boxed_dir(), "new"), O_WRONLY | O_CREAT) == EACCES);
	NEED(open_errno(boxed_dir(), O_RDONLY | O_DIRECTORY) == EACCES);
	NEED(!home || open_errno(home, O_RDONLY | O_DIRECTORY) == EACCES);
	NEED(open_errno(tempdir_path(boxed_dir(), "net/resolv.conf"), O_WRONLY) == EACCES);
	NEED(open_errno(tempdir_path(boxed_dir(), "ca.pem"), O_WRONLY) == EACCES);
	NEED(rename(tempdir_path(boxed_dir(), "mine"), "/tmp/fanous_moved") < 0);
	NEED(unlink(tempdir_path(boxed_dir(), "mine")) < 0 && errno == EACCES);
	NEED(symlink("/", tempdir_path(boxed_dir(), "state/link")) < 0);
	NEED(SANDBOX_SANITIZED || open_errno("/proc/1/cmdline", O_RDONLY) != 0);
	return 0;
}

static void files_of_others(void **state)
{
	(void)state;
	if (!(sandbox_available() & SANDBOX_FILES))
		skip();
	boxed_works(try_files);
}

static void parts_as_text(void **state)
{
	char text[SANDBOX_TEXT];
	(void)state;
	assert_string_equal(sandbox_str(text, 0), "nothing");
	assert_string_equal(sandbox_str(text, SANDBOX_FILES | SANDBOX_CALLS), "files, calls");
	assert_string_equal(sandbox_str(text, SANDBOX_ALL),
			    "privileges, capabilities, files, calls");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, boxed_set_up, boxed_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed),
		TEST(refused),
		TEST(files_of_others),
		TEST(parts_as_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
