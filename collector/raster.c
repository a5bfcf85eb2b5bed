/* raster.c: children, each with the SVG in a file without a name and a pipe for the PNG. */
#include "collector/raster.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"

/* One per core of a small machine; the others may come again. */
#define CHILDREN_MAX 2
#define PNG_MAX	     (16u * 1024 * 1024)
#define SECONDS_MAX  10
#define MEMORY_MAX   (1024u * 1024 * 1024)
#define READ_BYTES   65536

struct job {
	TAILQ_ENTRY(job) next;
	struct raster *raster;
	pid_t pid;
	int fd;
	struct event *readable;
	struct buf png;
	void (*done)(void *arg, const void *png, size_t len);
	void *arg;
};

struct raster {
	struct event_base *base;
	TAILQ_HEAD(, job) jobs;
	size_t n;
};

struct raster *raster_new(struct event_base *base)
{
	struct raster *r = xcalloc(1, sizeof(*r));
	r->base = base;
	TAILQ_INIT(&r->jobs);
	return r;
}

/* The child has closed its end, or is given up. */
static void finish(struct job *j, bool whole)
{
	struct raster *r = j->raster;
	int status = -1;
	if (!whole)
		kill(j->pid, SIGKILL);
	while (waitpid(j->pid, &status, 0) < 0 && errno == EINTR)
		;
	whole = whole && status == 0 && !j->png.overflow && j->png.len;
	TAILQ_REMOVE(&r->jobs, j, next);
	r->n--;
	event_free(j->readable);
	close(j->fd);
	j->done(j->arg, whole ? j->png.data : NULL, whole ? j->png.len : 0);
	buf_clear(&j->png);
	free(j);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct job *j = arg;
	char bytes[READ_BYTES];
	ssize_t n = what & EV_READ ? read(fd, bytes, sizeof(bytes)) : -1;
	if (n < 0 && what & EV_READ && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0)
		finish(j, n == 0);
	else
		buf_put(&j->png, bytes, (size_t)n);
}

static void limit(int resource, rlim_t most)
{
	const struct rlimit l = {most, most};
	setrlimit(resource, &l);
}

static void become_child(int svg, int png)
{
	static char *const argv[] = {"rsvg-convert", "--zoom", "2", NULL};
	if (dup2(svg, STDIN_FILENO) < 0 || dup2(png, STDOUT_FILENO) < 0)
		_exit(1);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	limit(RLIMIT_CPU, SECONDS_MAX);
	limit(RLIMIT_AS, MEMORY_MAX);
	limit(RLIMIT_CORE, 0);
	signal(SIGPIPE, SIG_DFL);
	alarm(SECONDS_MAX);
	execvp(argv[0], argv);
	_exit(127);
}

static int svg_file(const void *svg, size_t len)
{
	int fd = memfd_create("picture", MFD_CLOEXEC);
	const char *p = svg;
	while (fd >= 0 && len) {
		ssize_t n = write(fd, p, len);
		if (n <= 0) {
			close(fd);
			return -1;
		}
		p += n;
		len -= (size_t)n;
	}
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static void watch(struct raster *r, struct job *j)
{
	const struct timeval patience = {SECONDS_MAX + 1, 0};
	j->readable = event_new(r->base, j->fd, EV_READ | EV_PERSIST | EV_TIMEOUT, on_readable, j);
	if (!j->readable || event_add(j->readable, &patience) < 0)
		abort(); /* out of memory */
	TAILQ_INSERT_TAIL(&r->jobs, j, next);
	r->n++;
}

int raster_draw(struct raster *r, const void *svg, size_t len,
		void (*done)(void *arg, const void *png, size_t len), void *arg)
{
	int in = -1, out[2] = {-1, -1};
	pid_t pid = -1;
	if (r->n == CHILDREN_MAX)
		return -1;
	in = svg_file(svg, len);
	if (in >= 0 && pipe2(out, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		become_child(in, out[1]);
	if (in >= 0)
		close(in);
	if (out[1] >= 0)
		close(out[1]);
	if (pid < 0) {
		log_warn("a picture can't be drawn");
		if (out[0] >= 0)
			close(out[0]);
		return -1;
	}
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	struct job *j = xcalloc(1, sizeof(*j));
	*j = (struct job){.raster = r, .pid = pid, .fd = out[0], .done = done, .arg = arg};
	buf_init(&j->png, PNG_MAX);
	watch(r, j);
	return 0;
}

void raster_free(struct raster *r)
{
	if (!r)
		return;
	while (!TAILQ_EMPTY(&r->jobs))
		finish(TAILQ_FIRST(&r->jobs), false);
	free(r);
}
