/* sandbox_calls.c: the system calls that the probe and its libraries make, as an allow-list.
 *
 * Found with strace(1) over whole cycles, and widened by what other versions of libc use for the
 * same: names that a machine or this libseccomp does not know are passed over. What is not listed
 * answers ENOSYS and not EPERM, because a libc tries its older way after ENOSYS alone: clone3 then
 * becomes clone, which can be looked into. What nobody needs who only measures ends the process
 * instead: whoever asks for it has taken the probe over.
 *
 * AF_UNIX is not among the families: over /run/user/UID/bus any program may be started outside of
 * the box. Names still resolve, since nsswitch.conf goes on to dns where nscd, resolved or avahi
 * can't be asked. */
#include "probe/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/seccomp.h>

static const char *const allowed[] = {
	/* memory */
	"brk", "munmap", "mremap", "madvise", "mlock", "munlock", "membarrier",
	/* files that are open */
	"read", "pread64", "readv", "write", "pwrite64", "writev", "close", "lseek", "_llseek",
	"dup", "dup2", "dup3", "fcntl", "fcntl64", "fsync", "fdatasync", "ftruncate", "ftruncate64",
	"fallocate", "fchmod", "flock", "fadvise64", "fadvise64_64", "arm_fadvise64_64",
	"sync_file_range", "pipe", "pipe2",
	/* files by name: Landlock says which */
	"open", "openat", "access", "faccessat", "faccessat2", "stat", "stat64", "lstat", "lstat64",
	"fstat", "fstat64", "fstatat64", "newfstatat", "statx", "statfs", "statfs64", "fstatfs",
	"fstatfs64", "readlink", "readlinkat", "getcwd", "getdents", "getdents64", "mkdir",
	"mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "umask",
	/* sockets; which ones can be made is below */
	"connect", "bind", "shutdown", "getsockname", "getpeername", "getsockopt", "setsockopt",
	"send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg", "recvmmsg",
	"recvmmsg_time64",
	/* waiting */
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2",
	"poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
	"eventfd", "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_settime64",
	"timerfd_gettime", "timerfd_gettime64", "nanosleep", "clock_nanosleep",
	"clock_nanosleep_time64", "restart_syscall", "sched_yield",
	/* time; without a capability adjtimex can only ask */
	"time", "gettimeofday", "times", "clock_gettime", "clock_gettime64", "clock_getres",
	"clock_getres_time64", "adjtimex", "clock_adjtime", "clock_adjtime64", "getitimer",
	"setitimer", "alarm",
	/* threads and signals */
	"futex", "futex_time64", "futex_waitv", "set_robust_list", "get_robust_list",
	"set_thread_area", "set_tls", "arch_prctl", "rseq", "set_tid_address", "sched_getaffinity",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "rt_sigtimedwait",
	"rt_sigpending", "rt_sigsuspend", "sigaltstack", "cacheflush", "exit", "exit_group",
	/* who and where am I */
	"getpid", "gettid", "getppid", "getuid", "getuid32", "geteuid", "geteuid32", "getgid",
	"getgid32", "getegid", "getegid32", "getresuid", "getresgid", "getgroups", "getpgrp",
	"getpgid", "getsid", "getrlimit", "ugetrlimit", "getrusage", "getpriority", "sysinfo",
	"uname", "capget", "getcpu", "getrandom"};

/* Refused politely: a program that is asked to do so by its user may try. */
static const char *const refused[] = {"listen", "accept", "accept4", "fork",
				      "vfork",	"kill",	  "tkill"};

static const char *const deadly[] = {
	/* other programs, and other processes */
	"execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise",
	"pidfd_getfd", "kcmp",
	/* the kernel, the disk and the machine */
	"init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "bpf",
	"perf_event_open", "reboot", "swapon", "swapoff", "acct", "quotactl", "iopl", "ioperm",
	"modify_ldt", "syslog", "settimeofday", "clock_settime", "clock_settime64", "stime",
	"sethostname", "setdomainname",
	/* the tree of files */
	"mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "fsopen",
	"fsconfig", "fsmount", "fspick", "mount_setattr", "mknod", "mknodat", "name_to_handle_at",
	"open_by_handle_at",
	/* another identity */
	"setuid", "setuid32", "setgid", "setgid32", "setreuid", "setreuid32", "setregid",
	"setregid32", "setresuid", "setresuid32", "setresgid", "setresgid32", "setfsuid",
	"setfsuid32", "setfsgid", "setfsgid32", "setgroups", "setgroups32", "setns", "unshare",
	"keyctl", "add_key", "request_key", "personality"};

/* LeakSanitizer stops and reads the process from a clone that shares its memory. */
static const char *const of_sanitizers[] = {
	"clone",       "ptrace",    "wait4",	 "waitid",     "prctl",
	"kill",	       "tkill",	    "tgkill",	 "mmap",       "mmap2",
	"mprotect",    "prlimit64", "setrlimit", "pidfd_open", "process_vm_readv",
	"personality", "fork"};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static bool for_sanitizer(const char *name)
{
	for (size_t i = 0; SANDBOX_SANITIZED && i < COUNT(of_sanitizers); i++)
		if (!strcmp(name, of_sanitizers[i]))
			return true;
	return false;
}

/* The argument of that number has this value; or has it in the bits of the mask. */
static struct scmp_arg_cmp is(unsigned int arg, uint64_t value)
{
	return (struct scmp_arg_cmp){.arg = arg, .op = SCMP_CMP_EQ, .datum_a = value};
}

static struct scmp_arg_cmp masked(unsigned int arg, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){
		.arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

/* A rule for one call; several for the same one add up. */
static int rule_if(scmp_filter_ctx f, uint32_t action, const char *name, unsigned int n,
		   const struct scmp_arg_cmp *args)
{
	int call = seccomp_syscall_resolve_name(name);
	if (call == __NR_SCMP_ERROR || (for_sanitizer(name) && n))
		return 0;
	return seccomp_rule_add_array(f, action, call, n, args);
}

static int rules(scmp_filter_ctx f, uint32_t action, const char *const *names, size_t n)
{
	int bad = 0;
	for (size_t i = 0; i < n; i++)
		if (action == SCMP_ACT_ALLOW || !for_sanitizer(names[i]))
			bad |= rule_if(f, action, names[i], 0, NULL);
	return bad;
}

/* Streams and datagrams of the internet, and the kernel's own word on links and routes; pairs for
 * libraries to wake themselves, as streams, since a datagram one can be connected elsewhere. */
static int add_sockets(scmp_filter_ctx f)
{
	static const int families[] = {AF_INET, AF_INET6};
	static const int types[] = {SOCK_STREAM, SOCK_DGRAM};
	const uint64_t type_mask = 0xf; /* without SOCK_CLOEXEC and SOCK_NONBLOCK: socket(2) */
	int bad = 0;
	for (size_t i = 0; i < COUNT(families); i++)
		for (size_t k = 0; k < COUNT(types); k++) {
			struct scmp_arg_cmp inet[] = {is(0, (uint64_t)families[i]),
						      masked(1, type_mask, (uint64_t)types[k])};
			bad |= rule_if(f, SCMP_ACT_ALLOW, "socket", COUNT(inet), inet);
		}
	struct scmp_arg_cmp route[] = {is(0, AF_NETLINK), is(2, NETLINK_ROUTE)};
	struct scmp_arg_cmp pair[] = {is(0, AF_UNIX), masked(1, type_mask, SOCK_STREAM)};
	return bad | rule_if(f, SCMP_ACT_ALLOW, "socketpair", COUNT(pair), pair) |
	       rule_if(f, SCMP_ACT_ALLOW, "socket", COUNT(route), route);
}

/* Memory is written or run, never both: modules of libc can be loaded, and code can't be made. */
static int add_memory(scmp_filter_ctx f)
{
	static const char *const names[] = {"mmap", "mmap2"};
	struct scmp_arg_cmp not_run[] = {masked(2, PROT_EXEC, 0)};
	struct scmp_arg_cmp not_written[] = {masked(2, PROT_WRITE, 0)};
	int bad = rule_if(f, SCMP_ACT_ALLOW, "mprotect", 1, not_run);
	for (size_t i = 0; i < COUNT(names); i++) {
		bad |= rule_if(f, SCMP_ACT_ALLOW, names[i], 1, not_run);
		bad |= rule_if(f, SCMP_ACT_ALLOW, names[i], 1, not_written);
	}
	return bad;
}

/* A terminal's size, what waits in a socket, names of interfaces. */
static int add_ioctls(scmp_filter_ctx f)
{
	static const unsigned long requests[] = {TIOCGWINSZ,   TCGETS,	    FIONREAD,
						 FIONBIO,      TIOCOUTQ,    SIOCGIFNAME,
						 SIOCGIFINDEX, SIOCGIFFLAGS};
	int bad = 0;
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct scmp_arg_cmp request[] = {is(1, requests[i])};
		bad |= rule_if(f, SCMP_ACT_ALLOW, "ioctl", 1, request);
	}
	return bad;
}

/* Threads but no processes (the flags come first on every machine that Debian 12 has but s390x);
 * their names; limits to be read; a signal to this process alone, which is how abort(3) works. */
static int add_processes(scmp_filter_ctx f)
{
	struct scmp_arg_cmp thread[] = {masked(0, CLONE_THREAD, CLONE_THREAD)};
	struct scmp_arg_cmp name[] = {is(0, PR_SET_NAME)};
	struct scmp_arg_cmp read_only[] = {is(2, 0)};
	struct scmp_arg_cmp self[] = {is(0, (uint64_t)getpid())};
	return rule_if(f, SCMP_ACT_ALLOW, "clone", 1, thread) |
	       rule_if(f, SCMP_ACT_ALLOW, "prctl", 1, name) |
	       rule_if(f, SCMP_ACT_ALLOW, "prlimit64", 1, read_only) |
	       rule_if(f, SCMP_ACT_ALLOW, "tgkill", 1, self);
}

static int add_all(scmp_filter_ctx f)
{
	int bad = rules(f, SCMP_ACT_ALLOW, allowed, COUNT(allowed)) |
		  rules(f, SCMP_ACT_ERRNO(EPERM), refused, COUNT(refused)) |
		  rules(f, SCMP_ACT_KILL_PROCESS, deadly, COUNT(deadly)) | add_sockets(f) |
		  add_memory(f) | add_ioctls(f) | add_processes(f);
	if (SANDBOX_SANITIZED)
		bad |= rules(f, SCMP_ACT_ALLOW, of_sanitizers, COUNT(of_sanitizers));
	return bad;
}

/* The kernel looks at the address only when it knows filters at all (seccomp(2), EFAULT). */
bool sandbox_calls_available(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 && errno == EFAULT;
}

int sandbox_calls_close(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int rc = f ? add_all(f) : -1;
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	return rc ? -1 : 0;
}
