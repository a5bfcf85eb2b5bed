/* bench_floor.c: what the kernel alone takes of a check: the least system calls that do the same, in a bare
 * loop, on the same servers. A probe can't be faster than this on this machine, today.
 *
 * Usage: bench_floor dns|tcp|http N IN_FLIGHT     prints checks per CPU-second
 *	dns   socket, connect, send, epoll_ctl, epoll_wait, recv, close
 *	tcp   socket, connect, epoll_ctl, epoll_wait, getsockopt, close
 *	http  the same, and send, epoll_ctl, epoll_wait, recv before the close */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS	  64
#define SINKS	  200
#define PORTS	  5
#define WEB_HOSTS 8
#define WAITING	  (1ULL << 32) /* beside the descriptor: the request is sent */

enum what { DNS, TCP, HTTP };

static const char question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02n1\x05"
			       "bench\x07"
			       "example\x00\x00\x01\x00\x01";
static const char request[] = "GET / HTTP/1.1\r\nHost: 203.0.113.1\r\nConnection: close\r\n\r\n";

struct floor {
	enum what what;
	int epoll;
	unsigned int n, begun, ended, good;
};

static void begin(struct floor *f)
{
	unsigned int i = f->begun++;
	struct sockaddr_in a = {.sin_family = AF_INET};
	uint32_t host = f->what == DNS ? 53 : 1 + i % (f->what == TCP ? SINKS : WEB_HOSTS);
	uint16_t port = f->what == DNS	  ? 53
			: f->what == HTTP ? 80
					  : (uint16_t)(9001 + i / SINKS % PORTS);
	a.sin_addr.s_addr = htonl(0xcb007100 + host);
	a.sin_port = htons(port);
	int type = f->what == DNS ? SOCK_DGRAM : SOCK_STREAM;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)!connect(fd, (struct sockaddr *)&a, sizeof(a));
	if (f->what == DNS)
		(void)!send(fd, question, sizeof(question) - 1, 0);
	struct epoll_event want = {f->what == DNS ? EPOLLIN : EPOLLOUT, {.u64 = (uint64_t)fd}};
	epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &want);
}

static bool is_connected(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
	       info.tcpi_state != TCP_CLOSE;
}

static void end(struct floor *f, int fd, bool good)
{
	close(fd);
	f->ended++;
	f->good += good;
	if (f->begun < f->n)
		begin(f);
}

static void on_event(struct floor *f, uint64_t about)
{
	int fd = (int)(uint32_t)about;
	char answer[2048];
	if (f->what == HTTP && !(about & WAITING)) {
		struct epoll_event want = {EPOLLIN, {.u64 = about | WAITING}};
		if (!is_connected(fd) || send(fd, request, sizeof(request) - 1, 0) < 0)
			end(f, fd, false);
		else
			epoll_ctl(f->epoll, EPOLL_CTL_MOD, fd, &want);
		return;
	}
	end(f, fd, f->what == TCP ? is_connected(fd) : recv(fd, answer, sizeof(answer), 0) > 0);
}

int main(int argc, char **argv)
{
	struct floor f = {.epoll = epoll_create1(EPOLL_CLOEXEC)};
	struct epoll_event events[EVENTS];
	struct rusage u;
	if (argc != 4)
		return 64;
	f.what = !strcmp(argv[1], "dns") ? DNS : !strcmp(argv[1], "tcp") ? TCP : HTTP;
	f.n = (unsigned int)atoi(argv[2]);
	while (f.begun < f.n && f.begun < (unsigned int)atoi(argv[3]))
		begin(&f);
	while (f.ended < f.n) {
		int got = epoll_wait(f.epoll, events, EVENTS, 5000);
		if (got <= 0)
			return 1;
		for (int i = 0; i < got; i++)
			on_event(&f, events[i].data.u64);
	}
	getrusage(RUSAGE_SELF, &u);
	double s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf("%.0f\n", f.good / s);
	return 0;
}
