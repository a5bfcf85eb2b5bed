/* press.c: looks once a minute; a child that is gone closes the pipe that it has for its standard output. */
#include "collector/press.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collector/shelf.h"
#include "collector/store.h"
#include "common/buf.h"
#include "common/clock.h"
#include "common/log.h"

#define FIRST_S	 2
#define EVERY_S	 60
#define AGAIN_S	 3600 /* after one that could not be made */
#define NICENESS 10

struct press {
	struct press_config config;
	struct event *timer;
	struct event *gone; /* NULL: no child */
	struct shelf_item item;
	pid_t pid;
	int fd;
};

static void wake_in(struct press *p, int seconds)
{
	const struct timeval t = {seconds, 0};
	event_add(p->timer, &t);
}

static int wait_child(struct press *p)
{
	int status = -1;
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	event_free(p->gone);
	close(p->fd);
	p->gone = NULL;
	return status;
}

static void on_gone(evutil_socket_t fd, short what, void *arg)
{
	struct press *p = arg;
	char name[SHELF_NAME_LEN], bytes[256];
	(void)what;
	if (read(fd, bytes, sizeof(bytes)) > 0)
		return;
	shelf_name(name, &p->item);
	if (wait_child(p) == 0) {
		log_info("package %s is made", name);
		wake_in(p, 1); /* another one may be due */
	} else {
		log_warnx("package %s could not be made; again in an hour", name);
		wake_in(p, AGAIN_S);
	}
}

/* export, the settings, and what is to be made; all of it lives until the child is another program. */
static void become_child(const struct press *p, int out)
{
	char name[SHELF_NAME_LEN], asof[CLOCK_RFC3339_LEN], month[SHELF_NAME_LEN];
	const struct shelf_item first = {p->item.month, 1};
	const struct press_config *c = &p->config;
	char **argv = xcalloc(c->n_args + 10, sizeof(*argv));
	size_t n = 0;
	argv[n++] = "collector";
	argv[n++] = "export";
	for (size_t i = 0; i < c->n_args; i++)
		argv[n++] = c->args[i];
	argv[n++] = "--what";
	argv[n++] = "package";
	argv[n++] = "--month";
	argv[n++] = (char *)shelf_name(month, &first);
	argv[n++] = "--asof";
	argv[n++] = (char *)clock_rfc3339(asof, shelf_asof_ms(&p->item));
	argv[n++] = xasprintf("%s/%s", c->dir, shelf_name(name, &p->item));
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setpriority(PRIO_PROCESS, 0, NICENESS);
	if (dup2(out, STDOUT_FILENO) < 0)
		_exit(1);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	execv("/proc/self/exe", argv);
	_exit(127);
}

static int start_child(struct press *p)
{
	int out[2];
	if (mkdir(p->config.dir, 0755) < 0 && errno != EEXIST)
		return -1;
	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	p->pid = fork();
	if (p->pid == 0)
		become_child(p, out[1]);
	close(out[1]);
	if (p->pid < 0) {
		close(out[0]);
		return -1;
	}
	p->fd = out[0];
	p->gone = event_new(p->config.base, p->fd, EV_READ | EV_PERSIST, on_gone, p);
	if (!p->gone || event_add(p->gone, NULL) < 0)
		abort(); /* out of memory */
	return 0;
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct press *p = arg;
	const struct press_config *c = &p->config;
	int64_t now_ms = c->now_ms ? c->now_ms : clock_wall_ms();
	(void)fd;
	(void)what;
	if (!shelf_due(c->dir, store_began(c->store), now_ms, &p->item)) {
		wake_in(p, EVERY_S);
	} else if (start_child(p) < 0) {
		log_warn("%s: a package can't be made", c->dir);
		wake_in(p, AGAIN_S);
	}
}

struct press *press_new(const struct press_config *c)
{
	struct press *p = xcalloc(1, sizeof(*p));
	p->config = *c;
	p->timer = evtimer_new(c->base, on_time, p);
	if (!p->timer)
		abort(); /* out of memory */
	wake_in(p, FIRST_S);
	return p;
}

void press_free(struct press *p)
{
	if (!p)
		return;
	if (p->gone) {
		kill(p->pid, SIGTERM);
		wait_child(p);
	}
	event_free(p->timer);
	free(p);
}
