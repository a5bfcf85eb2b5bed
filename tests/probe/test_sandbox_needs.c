/* test_sandbox_needs.c: everything that measuring needs can be done in the box. */
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
#include <net/if.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "tests/probe/boxed.h"
#include "tests/probe/elsewhere.h"
#include "tests/probe/tempdir.h"

static in_port_t page_port; /* of a server in another process */

static int keep(void)
{
	struct statvfs fs;
	struct buf b;
	char *a = xstrdup(tempdir_path(boxed_dir(), "state/spool/a")), *spool;
	NEED(buf_write_file(a, "batch", 5, 0600) == 0);
	NEED(buf_read_file(&b, a, 64) == 0 && b.len == 5);
	NEED(rename(a, tempdir_path(boxed_dir(), "state/moved")) == 0);
	NEED(unlink(tempdir_path(boxed_dir(), "state/moved")) == 0);
	spool = xstrdup(tempdir_path(boxed_dir(), "state/spool"));
	NEED(tempdir_count(spool) == 0);
	NEED(statvfs(spool, &fs) == 0);
	NEED(mkdir(tempdir_path(boxed_dir(), "state/more"), 0700) == 0);
	NEED(rmdir(tempdir_path(boxed_dir(), "state/more")) == 0);
	int fd = open(tempdir_path(boxed_dir(), "state/lock"), O_RDWR | O_CREAT, 0600);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	NEED(fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0);
	NEED(ftruncate(fd, 100) == 0 && posix_fallocate(fd, 0, 100) == 0 && fdatasync(fd) == 0);
	close(fd);
	fd = open(tempdir_path(boxed_dir(), "export"), O_WRONLY | O_TRUNC);
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
	const char *path = tempdir_path(boxed_dir(), "net/resolv.conf");
	NEED(buf_read_file(&b, path, 64) == 0);
	buf_clear(&b);
	while (access(tempdir_path(boxed_dir(), "net/again"), F_OK) < 0)
		usleep(1000);
	NEED(buf_read_file(&b, tempdir_path(boxed_dir(), "net/resolv.conf"), 64) == 0);
	NEED(strstr(b.data, "192.0.2.2"));
	buf_clear(&b);
	NEED(buf_read_file(&b, tempdir_path(boxed_dir(), "ca.pem"), 64) == 0);
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
	boxed_works(keep);
	boxed_works(read_proc);
	boxed_works(be_random);
}

static void resolv_conf_is_replaced(void **state)
{
	(void)state;
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		tempdir_put(boxed_dir(), "net/resolv.conf", "nameserver 192.0.2.2\n");
		tempdir_put(boxed_dir(), "net/again", "");
		_exit(0);
	}
	boxed_works(read_on);
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
	char name[IF_NAMESIZE];
	NEED(if_nametoindex("lo") == 1 && if_indextoname(1, name) && !strcmp(name, "lo"));
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
	boxed_works(find_names);
	boxed_works(make_thread);
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
	int pair[2];
	NEED(fd >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
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
	NEED(curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
	NEED(status > 0 && got > 0);
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
	boxed_works(speak_tcp);
	boxed_works(speak_udp);
	boxed_works(use_curl);
	boxed_works(use_ares);
	boxed_works(tell_time);
	int status = boxed_status(end_badly);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, boxed_set_up, boxed_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_of_the_probe),
		TEST(resolv_conf_is_replaced),
		TEST(names),
		TEST(network),
	};
	struct elsewhere elsewhere;
	elsewhere_begin(&elsewhere);
	page_port = htons(elsewhere.collector);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	elsewhere_end(&elsewhere);
	return failed;
}
