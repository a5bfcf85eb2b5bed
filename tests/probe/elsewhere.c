/* elsewhere.c: a fork with an event loop; a pipe brings the ports first and the counts in the end.
 * Trouble ends the test program: there is nothing to test without it. */
#include "tests/probe/elsewhere.h"

#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/probe/baddns.h"
#include "tests/probe/fakecollector.h"

static void on_term(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(arg);
}

static int be_elsewhere(int out)
{
	static const enum fake_answer script[] = {FAKE_NEW, FAKE_END};
	static const struct bad_name names[] = {{.name = NULL}};
	struct event_base *base = event_base_new();
	struct fake *fake = fake_new(base, script, NULL);
	struct baddns *dns = baddns_new(base);
	uint16_t ports[2] = {fake_port(fake), baddns_serve(dns, names, 0)};
	event_add(evsignal_new(base, SIGTERM, on_term, base), NULL);
	if (write(out, ports, sizeof(ports)) != sizeof(ports))
		return 1;
	event_base_dispatch(base);
	struct elsewhere_seen seen = {fake_requests(fake), baddns_queries(dns)};
	return write(out, &seen, sizeof(seen)) != sizeof(seen);
}

static void must_read(int fd, void *to, size_t len)
{
	if (read(fd, to, len) != (ssize_t)len)
		abort();
}

void elsewhere_begin(struct elsewhere *e)
{
	uint16_t ports[2];
	int ends[2];
	if (pipe(ends) < 0 || (e->pid = fork()) < 0)
		abort();
	if (e->pid == 0)
		_exit(be_elsewhere(ends[1]));
	close(ends[1]);
	e->pipe = ends[0];
	must_read(e->pipe, ports, sizeof(ports));
	e->collector = ports[0];
	e->dns = ports[1];
}

struct elsewhere_seen elsewhere_end(struct elsewhere *e)
{
	struct elsewhere_seen seen;
	kill(e->pid, SIGTERM);
	must_read(e->pipe, &seen, sizeof(seen));
	waitpid(e->pid, NULL, 0);
	close(e->pipe);
	return seen;
}
