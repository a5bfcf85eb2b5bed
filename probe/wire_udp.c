/* wire_udp.c: control messages in, errors out. */
#include "probe/wire_udp.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

/* A host that answers a datagram with this many ICMP messages at once can wait for the rest. */
#define ERRORS_AT_ONCE 8

#define DATAGRAMS_LEFT 4

static int64_t in_us(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000 + t->tv_nsec / 1000;
}

static int tell_everything(int fd, int family)
{
	static const int on = 1;
	bool six = family == AF_INET6;
	int level = six ? IPPROTO_IPV6 : IPPROTO_IP;
	if (setsockopt(fd, level, six ? IPV6_RECVERR : IP_RECVERR, &on, sizeof(on)) < 0)
		return -1;
	if (setsockopt(fd, level, six ? IPV6_RECVHOPLIMIT : IP_RECVTTL, &on, sizeof(on)) < 0)
		return -1;
	return setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

int wire_udp_connect(int fd, const union wire_addr *to)
{
	bool six = to->any.sa_family == AF_INET6;
	return connect(fd, &to->any, six ? sizeof(to->six) : sizeof(to->four));
}

int wire_udp_open(const union wire_addr *to)
{
	int family = to->any.sa_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (wire_udp_connect(fd, to) == 0 && tell_everything(fd, family) == 0)
		return fd;
	int err = errno;
	close(fd);
	errno = err;
	return -1;
}

static struct wire_moment now(void)
{
	struct timespec wall;
	clock_gettime(CLOCK_REALTIME, &wall);
	return (struct wire_moment){in_us(&wall), clock_mono_us()};
}

int wire_udp_send(int fd, const void *data, size_t len, struct wire_moment *at)
{
	*at = now();
	return send(fd, data, len, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* The first message about an error, or 0. All of them are taken, since epoll(7) would come back for
 * each. A packet that was too big for the path is not lost yet: it will be sent again in parts. */
static int take_errors(int fd)
{
	union {
		struct cmsghdr align;
		char room[256];
	} control;
	int first = 0;
	for (int i = 0; i < ERRORS_AT_ONCE; i++) {
		struct msghdr m = {.msg_control = &control, .msg_controllen = sizeof(control)};
		if (recvmsg(fd, &m, MSG_ERRQUEUE) < 0)
			break;
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
			struct sock_extended_err e;
			if (!(c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) &&
			    !(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR))
				continue;
			memcpy(&e, CMSG_DATA(c), sizeof(e));
			if (!first && e.ee_errno != EMSGSIZE)
				first = (int)e.ee_errno;
		}
	}
	return first;
}

static void take_note(struct wire_datagram *d, struct msghdr *m)
{
	d->ttl = -1;
	d->at = (struct wire_moment){-1, clock_mono_us()};
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct timespec stamp;
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&stamp, CMSG_DATA(c), sizeof(stamp));
			d->at.wall_us = in_us(&stamp);
		} else if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
			   (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT)) {
			memcpy(&d->ttl, CMSG_DATA(c), sizeof(d->ttl));
		}
	}
}

int wire_udp_receive(int fd, struct wire_datagram *d)
{
	union {
		struct cmsghdr align;
		char room[256];
	} control;
	struct iovec part = {d->data, d->room};
	struct msghdr m = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(fd, &m, 0);
	if (len < 0) {
		int err = errno, told = take_errors(fd);
		if (told)
			return told;
		return err == EMSGSIZE || err == EINTR ? EAGAIN : err;
	}
	d->len = (size_t)len;
	take_note(d, &m);
	return 0;
}

/* AF_UNSPEC undoes connect(2), and the kernel takes back the port that it chose. What had come in by
 * then is thrown away; a socket that is being flooded is not worth the trouble. */
int wire_udp_disconnect(int fd)
{
	static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	char byte;
	if (connect(fd, &nobody, sizeof(nobody)) < 0)
		return -1;
	for (int i = 0; i < DATAGRAMS_LEFT; i++) {
		if (recv(fd, &byte, sizeof(byte), 0) >= 0)
			continue;
		if (errno == EAGAIN)
			return 0;
		take_errors(fd);
	}
	return -1;
}

int64_t wire_udp_elapsed_us(const struct wire_moment *from, const struct wire_moment *to)
{
	int64_t seen = to->mono_us - from->mono_us, stamped = to->wall_us - from->wall_us;
	/* The loop sees a datagram after the kernel has; anything else is another time of day. */
	return to->wall_us >= 0 && stamped >= 0 && stamped <= seen + 1000 ? stamped : seen;
}

int wire_udp_keep_stamping(void)
{
	static const int on = 1;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	return fd;
}
