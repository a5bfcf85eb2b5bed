/* test_sandbox.c: what can't be done in the box, and that everything that measuring needs can. Each
 * test is a process of its own, since there is no way out of a box. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <ares.h>
#include <curl/curl.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/sandbox.h"
#include "probe/sandbox_calls.h"
#include "tests/probe/tempdir.h"

static char *dir;
static int page_fd; /* a listening socket of another process */
static in_port_t page_port;
static pid_t page_pid;

/* In a box nothing may be printed by a failing check but its line. */
#define NEED(x)                                                                                    \
	do {                                                                                       \
		if (!(x)) {                                                                        \
			fprintf(stderr, "line %d: %s (%s)\n", __LINE__, #x, strerror(errno));      \
			return 1;                                                                  \
		}                                                                                  \
	} while (0)

static int set_up(void **state)
{
	(void)state;
	dir = tempdir_new();
	mkdir(tempdir_path(dir, "state"), 0700);
	mkdir(tempdir_path(dir, "state/spool"), 0700);
	mkdir(tempdir_path(dir, "net"), 0700);
	tempdir_put(dir, "net/resolv.conf", "nameserver 127.0.0.1\n");
	tempdir_put(dir, "mine", "a diary");
	tempdir_put(dir, "export", "");
	tempdir_put(dir, "ca.pem", "no certificates");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tempdir_free(dir);
	return 0;
}

/* How a process ended that did this in a box: as waitpid says. */
static int boxed(int (*what)(void))
{
	char *state = xstrdup(tempdir_path(dir, "state")),
	     *ca = xstrdup(tempdir_path(dir, "ca.pem"));
	char *names = xstrdup(tempdir_path(dir, "net/resolv.conf"));
	char *file = xstrdup(tempdir_path(dir, "export"));
	unsigned int want = sandbox_available();
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct sandbox_config config = {.state_dir = state,
						.write_file = file,
						.ca_file = ca,
						.resolv_conf = names};
		_exit(sandbox_enter(&config) == want ? what() : 99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(state);
	free(ca);
	free(names);
	free(file);
	return status;
}

static void works(int (*what)(void))
{
	int status = boxed(what);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("status %x", (unsigned int)status);
}

static void deadly(int (*what)(void))
{
	int status = boxed(what);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS)
		fail_msg("status %x", (unsigned int)status);
}

/* --- what can't be done --- */

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
	deadly(try_execve);
	deadly(try_execveat);
	deadly(try_mount);
	deadly(try_bpf);
	deadly(try_setuid);
	deadly(try_unshare);
	if (!SANDBOX_SANITIZED)
		deadly(try_ptrace);
}

static int try_sockets(void)
{
	NEED(socket(AF_PACKET, SOCK_RAW, 0) < 0 && errno == ENOSYS);
	NEED(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) < 0 && errno == ENOSYS);
	NEED(socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW) < 0 && errno == ENOSYS);
	NEED(socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT) < 0 && errno == ENOSYS);
	NEED(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == ENOSYS);
	NEED(socket(AF_ALG, SOCK_SEQPACKET, 0) < 0 && errno == ENOSYS);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	NEED(fd >= 0);
	NEED(listen(fd, 1) < 0 && errno == EPERM);
	NEED(accept(page_fd, NULL, NULL) < 0 && errno == EPERM);
	NEED(accept4(page_fd, NULL, NULL, SOCK_NONBLOCK) < 0 && errno == EPERM);
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
	works(try_sockets);
	works(try_processes);
	works(try_privileges);
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
	NEED(open_errno(tempdir_path(dir, "mine"), O_RDONLY) == EACCES);
	NEED(open_errno(tempdir_path(dir, "mine"), O_WRONLY) == EACCES);
	NEED(open_errno(tempdir_path(dir, "new"), O_WRONLY | O_CREAT) == EACCES);
	NEED(open_errno(dir, O_RDONLY | O_DIRECTORY) == EACCES);
	NEED(!home || open_errno(home, O_RDONLY | O_DIRECTORY) == EACCES);
	NEED(open_errno(tempdir_path(dir, "net/resolv.conf"), O_WRONLY) == EACCES);
	NEED(open_errno(tempdir_path(dir, "ca.pem"), O_WRONLY) == EACCES);
	NEED(rename(tempdir_path(dir, "mine"), "/tmp/fanous_moved") < 0);
	NEED(unlink(tempdir_path(dir, "mine")) < 0 && errno == EACCES);
	NEED(symlink("/", tempdir_path(dir, "state/link")) < 0);
	NEED(SANDBOX_SANITIZED || open_errno("/proc/1/cmdline", O_RDONLY) != 0);
	return 0;
}

static void files_of_others(void **state)
{
	(void)state;
	if (!(sandbox_available() & SANDBOX_FILES))
		skip();
	works(try_files);
}

/* --- what measuring needs --- */

static int keep(void)
{
	struct statvfs fs;
	struct buf b;
	char *a = xstrdup(tempdir_path(dir, "state/spool/a")), *spool;
	NEED(buf_write_file(a, "batch", 5, 0600) == 0);
	NEED(buf_read_file(&b, a, 64) == 0 && b.len == 5);
	NEED(rename(a, tempdir_path(dir, "state/moved")) == 0);
	NEED(unlink(tempdir_path(dir, "state/moved")) == 0);
	spool = xstrdup(tempdir_path(dir, "state/spool"));
	NEED(tempdir_count(spool) == 0);
	NEED(statvfs(spool, &fs) == 0);
	NEED(mkdir(tempdir_path(dir, "state/more"), 0700) == 0);
	NEED(rmdir(tempdir_path(dir, "state/more")) == 0);
	int fd = open(tempdir_path(dir, "state/lock"), O_RDWR | O_CREAT, 0600);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	NEED(fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0);
	NEED(ftruncate(fd, 100) == 0 && posix_fallocate(fd, 0, 100) == 0 && fdatasync(fd) == 0);
	close(fd);
	fd = open(tempdir_path(dir, "export"), O_WRONLY | O_TRUNC);
	NEED(fd >= 0 && write(fd, "{}", 2) == 2);
	close(fd);
	buf_clear(&b);
	free(spool);
	free(a);
	return 0;
}

/* The network changes, and with it the file as a whole. */
static int read_on(void)
{
	struct buf b;
	const char *path = tempdir_path(dir, "net/resolv.conf");
	NEED(buf_read_file(&b, path, 64) == 0);
	buf_clear(&b);
	NEED(kill(getpid(), 0) == 0 || errno == EPERM);
	while (access(tempdir_path(dir, "net/again"), F_OK) < 0)
		usleep(1000);
	NEED(buf_read_file(&b, tempdir_path(dir, "net/resolv.conf"), 64) == 0);
	NEED(strstr(b.data, "192.0.2.2"));
	buf_clear(&b);
	NEED(buf_read_file(&b, tempdir_path(dir, "ca.pem"), 64) == 0);
	buf_clear(&b);
	return 0;
}

static int read_proc(void)
{
	char line[256];
	FILE *f = fopen("/proc/net/route", "re");
	NEED(f && fgets(line, sizeof(line), f));
	fclose(f);
	f = fopen("/proc/net/if_inet6", "re");
	NEED(f || errno == ENOENT);
	if (f)
		fclose(f);
	return 0;
}

static int be_random(void)
{
	unsigned char a[16], b[16];
	FILE *f = fopen("/dev/urandom", "rb");
	NEED(f && fread(a, 1, sizeof(a), f) == sizeof(a));
	fclose(f);
	NEED(syscall(SYS_getrandom, b, sizeof(b), 0) == sizeof(b));
	NEED(memcmp(a, b, sizeof(a)) != 0);
	return 0;
}

static void files_of_the_probe(void **state)
{
	(void)state;
	works(keep);
	works(read_proc);
	works(be_random);
}

static void resolv_conf_is_replaced(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		tempdir_put(dir, "net/resolv.conf", "nameserver 192.0.2.2\n");
		tempdir_put(dir, "net/again", "");
		_exit(0);
	}
	works(read_on);
	waitpid(pid, &status, 0);
}

static int find_names(void)
{
	struct addrinfo *ai = NULL, hints = {.ai_socktype = SOCK_STREAM};
	NEED(getaddrinfo("localhost", "80", &hints, &ai) == 0 && ai);
	freeaddrinfo(ai);
	NEED(getaddrinfo("127.0.0.1", "http", &hints, &ai) == 0);
	freeaddrinfo(ai);
	struct ifaddrs *list;
	NEED(getifaddrs(&list) == 0 && list);
	freeifaddrs(list);
	return 0;
}

static void *in_thread(void *arg)
{
	prctl(PR_SET_NAME, "lookup");
	*(int *)arg = find_names() ? 0 : 7;
	return arg;
}

static int make_thread(void)
{
	pthread_t thread;
	int seen = 0;
	NEED(pthread_create(&thread, NULL, in_thread, &seen) == 0);
	NEED(pthread_join(thread, NULL) == 0 && seen == 7);
	return 0;
}

static void names(void **state)
{
	(void)state;
	works(find_names);
	works(make_thread);
}

static struct sockaddr_in page(void)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				    .sin_port = page_port};
}

static int speak_tcp(void)
{
	struct sockaddr_in to = page(), own;
	socklen_t len = sizeof(own);
	struct tcp_info info;
	char answer[16];
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
	NEED(fd >= 0);
	NEED(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0);
	NEED(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &(int){0}, sizeof(int)) == 0);
	NEED(connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS);
	struct event_base *base = event_base_new(); /* epoll */
	NEED(base && !strcmp(event_base_get_method(base), "epoll"));
	NEED(event_base_once(base, fd, EV_WRITE, (event_callback_fn)(void *)abs, NULL, NULL) == 0);
	NEED(event_base_loop(base, EVLOOP_ONCE) == 0);
	event_base_free(base);
	NEED(getsockname(fd, (struct sockaddr *)&own, &len) == 0 && own.sin_port);
	len = sizeof(info);
	NEED(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && info.tcpi_state == 1);
	fcntl(fd, F_SETFL, 0);
	NEED(send(fd, "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL) == 18);
	NEED(recv(fd, answer, 8, MSG_WAITALL) == 8 && !memcmp(answer, "HTTP/1.1", 8));
	close(fd);
	return 0;
}

static int speak_udp(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	char data[8], control[512];
	struct iovec iov = {data, sizeof(data)};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	int on = 1, fd = socket(AF_INET, SOCK_DGRAM, 0);
	NEED(fd >= 0 && socket(AF_INET6, SOCK_DGRAM, 0) >= 0);
	NEED(bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0);
	NEED(getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	NEED(setsockopt(fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on)) == 0);
	NEED(setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)) == 0);
	NEED(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) == 0);
	NEED(sendto(fd, "hello", 5, 0, (struct sockaddr *)&a, sizeof(a)) == 5);
	NEED(recvmsg(fd, &m, 0) == 5 && m.msg_controllen > 0);
	NEED(recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0 && errno == EAGAIN);
	close(fd);
	return 0;
}

static size_t swallow(char *data, size_t size, size_t n, void *arg)
{
	(void)data;
	*(size_t *)arg += size * n;
	return size * n;
}

/* By name, so that libcurl looks it up in a thread. */
static int use_curl(void)
{
	char *url = xasprintf("http://localhost:%u/", ntohs(page_port));
	long status = 0;
	size_t got = 0;
	CURL *c = curl_easy_init();
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &got);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	NEED(curl_easy_perform(c) == CURLE_OK);
	NEED(curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK && status == 200);
	NEED(got == 5);
	curl_easy_cleanup(c);
	free(url);
	return 0;
}

static int use_ares(void)
{
	ares_channel a, b;
	NEED(ares_library_init(ARES_LIB_INIT_ALL) == ARES_SUCCESS);
	NEED(ares_init(&a) == ARES_SUCCESS && ares_init(&b) == ARES_SUCCESS);
	ares_destroy(a);
	ares_destroy(b);
	return 0;
}

static int tell_time(void)
{
	static const clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME};
	struct timespec t, nap = {.tv_nsec = 1000};
	for (size_t i = 0; i < 3; i++)
		NEED(syscall(SYS_clock_gettime, clocks[i], &t) == 0);
	NEED(nanosleep(&nap, NULL) == 0);
	time_t now = time(NULL);
	NEED(localtime(&now));
	return 0;
}

static int end_badly(void)
{
	abort();
}

static void network(void **state)
{
	(void)state;
	works(speak_tcp);
	works(speak_udp);
	works(use_curl);
	works(use_ares);
	works(tell_time);
	int status = boxed(end_badly);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
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

/* A page for whoever comes, in another process. */
static int serve(void)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"
				    "Connection: close\r\n\r\nhello";
	struct sockaddr_in a = page();
	socklen_t len = sizeof(a);
	page_fd = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(page_fd, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(page_fd, 16) < 0 ||
	    getsockname(page_fd, (struct sockaddr *)&a, &len) < 0)
		return -1;
	page_port = a.sin_port;
	page_pid = fork();
	if (page_pid)
		return page_pid > 0 ? 0 : -1;
	for (;;) {
		char request[512];
		int fd = accept(page_fd, NULL, NULL);
		if (read(fd, request, sizeof(request)) > 0 && write(fd, reply, strlen(reply)) < 0)
			_exit(1);
		close(fd);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(killed),
		TEST(refused),
		TEST(files_of_others),
		TEST(files_of_the_probe),
		TEST(resolv_conf_is_replaced),
		TEST(names),
		TEST(network),
		TEST(parts_as_text),
	};
	if (serve() < 0)
		return 1;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	kill(page_pid, SIGKILL);
	waitpid(page_pid, NULL, 0);
	return failed;
}
