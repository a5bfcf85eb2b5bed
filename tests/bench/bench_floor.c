/* bench_floor.c: what the kernel alone takes of a check: the least system calls that do the same, in a bare
 * loop, on the same servers. A probe can't be faster than this on this machine, today.
 *
 * Usage: bench_floor dns|tcp N IN_FLIGHT     prints checks per CPU-second
 *	dns  socket, connect, send, epoll_ctl, epoll_wait, recv, close
 *	tcp  socket, connect, epoll_ctl, epoll_wait, getsockopt, close */
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
#define TCP_HOSTS 200
#define TCP_PORTS 5

static const unsigned char question[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02n1\x05"
					"bench\x07"
					"example\x00\x00\x01\x00\x01";

static void begin(int epoll, bool dns, unsigned int i)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(53)};
	a.sin_addr.s_addr = htonl(0xcb007100 + (dns ? 53 : 1 + i % TCP_HOSTS));
	if (!dns)
		a.sin_port = htons((uint16_t)(9001 + i / TCP_HOSTS % TCP_PORTS));
	int fd =
		socket(AF_INET, (dns ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)!connect(fd, (struct sockaddr *)&a, sizeof(a));
	if (dns)
		(void)!send(fd, question, sizeof(question) - 1, 0);
	struct epoll_event want = {dns ? EPOLLIN : EPOLLOUT, {.fd = fd}};
	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &want);
}

static bool end(bool dns, int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	char answer[512];
	bool good = dns ? recv(fd, answer, sizeof(answer), 0) > 0
			: getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
				    info.tcpi_state != TCP_CLOSE;
	close(fd);
	return good;
}

int main(int argc, char **argv)
{
	bool dns = argc == 4 && !strcmp(argv[1], "dns");
	unsigned int n = argc == 4 ? (unsigned int)atoi(argv[2]) : 0;
	unsigned int flight = argc == 4 ? (unsigned int)atoi(argv[3]) : 0;
	unsigned int begun = 0, ended = 0, good = 0;
	struct epoll_event events[EVENTS];
	struct rusage u;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	while (begun < flight && begun < n)
		begin(epoll, dns, begun++);
	while (ended < n) {
		int got = epoll_wait(epoll, events, EVENTS, 5000);
		if (got <= 0)
			return 1;
		for (int i = 0; i < got; i++) {
			good += end(dns, events[i].data.fd);
			ended++;
			if (begun < n)
				begin(epoll, dns, begun++);
		}
	}
	getrusage(RUSAGE_SELF, &u);
	double s = (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
		   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
	printf("%.0f\n", good / s);
	return 0;
}
