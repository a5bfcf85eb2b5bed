/* ooni_file.c: collects the steps of the targets under way, and writes each measurement with one
 * write, so that a crash leaves whole lines. */
#include "probe/ooni_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "probe/ooni.h"
#include "probe/runner.h"

struct ooni_file {
	int fd;
	const struct vantage *vantage;
	const char *main_resolver;
	struct trace *open; /* owned, targets under way */
	size_t n, room, written;
	int error; /* errno of the first write that failed */
};

struct ooni_file *ooni_file_open(const char *path, const struct vantage *vantage,
				 const char *main_resolver)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	struct ooni_file *f = xcalloc(1, sizeof(*f));
	f->fd = fd;
	f->vantage = vantage;
	f->main_resolver = main_resolver;
	return f;
}

static struct trace *trace_of(struct ooni_file *f, const struct target *target)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->open[i].target == target)
			return &f->open[i];
	if (f->n == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		f->open = xrealloc(f->open, f->room * sizeof(*f->open));
	}
	f->open[f->n] = (struct trace){.target = target};
	return &f->open[f->n++];
}

static void write_line(struct ooni_file *f, const struct buf *line)
{
	ssize_t n;
	do
		n = write(f->fd, line->data, line->len);
	while (n < 0 && errno == EINTR);
	if (n >= 0 && (size_t)n == line->len)
		f->written++;
	else if (!f->error)
		f->error = n < 0 ? errno : ENOSPC;
}

static void finish(struct ooni_file *f, struct trace *t)
{
	struct buf line;
	buf_init(&line, OONI_LINE_MAX);
	if (ooni_put(&line, t, f->vantage, f->main_resolver) == 0) {
		buf_putc(&line, '\n');
		if (line.overflow)
			f->error = f->error ? f->error : EFBIG;
		else
			write_line(f, &line);
	}
	buf_clear(&line);
	trace_clear(t);
	*t = f->open[--f->n];
}

void ooni_file_step(struct ooni_file *f, const struct runner_step *step)
{
	if (!f || !step->target)
		return;
	struct trace *t = trace_of(f, step->target);
	trace_add(t, step);
	if (t->done)
		finish(f, t);
}

size_t ooni_file_count(const struct ooni_file *f)
{
	return f->written;
}

int ooni_file_close(struct ooni_file *f)
{
	if (!f)
		return 0;
	int error = f->error;
	if (fsync(f->fd) < 0 && errno != EINVAL && errno != EROFS && !error)
		error = errno; /* a pipe or a terminal has no disk */
	close(f->fd);
	for (size_t i = 0; i < f->n; i++)
		trace_clear(&f->open[i]);
	free(f->open);
	free(f);
	errno = error;
	return error ? -1 : 0;
}
