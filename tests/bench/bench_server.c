/* bench_server.c: the other side of the benchmark where no Debian package is it: fast enough to wait
 * for the measured side, never the other way round.
 *
 *	UDP 53          A: 203.0.113.1..8 by the name asked; anything else: no such data
 *	TCP 9001..9005  accepts and closes
 *	TCP 81          HTTP that answers DELAY_MS after it accepted, to have many in flight
 *
 * Usage: bench_server DELAY_MS. Says "ready" once all of it listens. */
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/buf.h"

#define BURST	   32
#define MESSAGE	   512
#define HEADER	   12
#define HOSTS	   8
#define SINK_FIRST 9001
#define SINKS	   5
#define SLOW_PORT  81

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n"
			     "Connection: close\r\n\r\nhello\n";

struct server {
	struct event_base *base;
	struct timeval delay;
};

struct visit {
	struct event *timer;
	int fd;
};

static int open_socket(int type, uint16_t port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	int one = 1, room = 4 << 20;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (type == SOCK_DGRAM) {
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
	}
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 4096) < 0)) {
		perror("bench_server");
		exit(1);
	}
	return fd;
}

/* Makes the question into its answer, in place. Length, or 0 for what is no question. */
static size_t answer_question(unsigned char *m, size_t len)
{
	size_t at = HEADER;
	unsigned int sum = 0;
	if (len < HEADER + 5)
		return 0;
	for (; at < len && m[at]; at++)
		sum = sum * 31 + m[at];
	at += 5; /* the root, type and class */
	if (at > len || at + 16 > MESSAGE)
		return 0;
	bool is_a = m[at - 4] == 0 && m[at - 3] == 1;
	const unsigned char record[16] = {
		0xc0, HEADER, 0, 1, 0,	 1, 0,	 0,
		1,    44,     0, 4, 203, 0, 113, (uint8_t)(1 + sum % HOSTS)};
	m[2] = 0x81; /* an answer; recursion was asked for */
	m[3] = 0x80; /* and is there */
	memset(m + 6, 0, 6);
	m[7] = is_a;
	memcpy(m + at, record, is_a ? sizeof(record) : 0);
	return at + (is_a ? sizeof(record) : 0);
}

/* The control data goes back as it came, so that an answer leaves from the address that was asked. */
static void on_questions(evutil_socket_t fd, short what, void *arg)
{
	static unsigned char room[BURST][MESSAGE], control[BURST][64];
	struct sockaddr_in from[BURST];
	struct mmsghdr in[BURST];
	struct iovec data[BURST];
	(void)what;
	(void)arg;
	for (size_t i = 0; i < BURST; i++) {
		data[i] = (struct iovec){room[i], MESSAGE};
		in[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
						.msg_namelen = sizeof(from[i]),
						.msg_iov = &data[i],
						.msg_iovlen = 1,
						.msg_control = control[i],
						.msg_controllen = sizeof(control[i])};
	}
	int n = recvmmsg(fd, in, BURST, 0, NULL);
	for (int i = 0; i < n; i++) {
		data[i].iov_len = answer_question(room[i], in[i].msg_len);
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&in[i].msg_hdr); c;
		     c = CMSG_NXTHDR(&in[i].msg_hdr, c)) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			info.ipi_ifindex = 0;
			info.ipi_spec_dst = info.ipi_addr;
			memcpy(CMSG_DATA(c), &info, sizeof(info));
		}
	}
	if (n > 0)
		sendmmsg(fd, in, (unsigned int)n, 0);
}

static void on_sink(evutil_socket_t fd, short what, void *arg)
{
	int one;
	(void)what;
	(void)arg;
	while ((one = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		close(one);
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct visit *v = arg;
	char request[4096];
	(void)fd;
	(void)what;
	/* Read first: closing with something unread would be a reset. */
	if (read(v->fd, request, sizeof(request)) > 0)
		(void)!write(v->fd, answer, sizeof(answer) - 1);
	close(v->fd);
	event_free(v->timer);
	free(v);
}

static void on_slow(evutil_socket_t fd, short what, void *arg)
{
	struct server *s = arg;
	int one;
	(void)what;
	while ((one = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		struct visit *v = xcalloc(1, sizeof(*v));
		v->fd = one;
		v->timer = evtimer_new(s->base, on_time, v);
		event_add(v->timer, &s->delay);
	}
}

static void serve(struct server *s, int fd, event_callback_fn on_what)
{
	event_add(event_new(s->base, fd, EV_READ | EV_PERSIST, on_what, s), NULL);
}

int main(int argc, char **argv)
{
	int delay_ms = argc == 2 ? atoi(argv[1]) : 0;
	struct server s = {event_base_new(), {delay_ms / 1000, delay_ms % 1000 * 1000}};
	struct rlimit files = {16384, 16384};
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	serve(&s, open_socket(SOCK_DGRAM, 53), on_questions);
	serve(&s, open_socket(SOCK_STREAM, SLOW_PORT), on_slow);
	for (uint16_t i = 0; i < SINKS; i++)
		serve(&s, open_socket(SOCK_STREAM, SINK_FIRST + i), on_sink);
	puts("ready");
	fflush(stdout);
	event_base_dispatch(s.base);
	return 1;
}
