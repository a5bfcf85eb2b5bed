/* records.c: see records.h. */
#include "tests/collector/records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

struct records *records_new(void)
{
	return xcalloc(1, sizeof(struct records));
}

static int see(void *arg, const struct archive_record *r, struct archive_pos end)
{
	struct records *s = arg;
	assert_true(s->n < RECORDS_MAX);
	s->record[s->n] = *r;
	size_t n = r->inner_len < 63 ? r->inner_len : 63;
	if (n)
		memcpy(s->inner[s->n], r->inner, n);
	s->inner[s->n][n] = '\0';
	s->end[s->n++] = end;
	return s->n == s->stop_at ? 7 : 0;
}

int records_replay(struct records *s, struct archive *a, const struct archive_pos *from)
{
	s->n = 0;
	*s->err = '\0';
	return archive_replay(a, from, see, s, s->err, sizeof(s->err));
}

struct archive *records_open(const char *dir)
{
	char err[512] = "";
	struct archive *a = archive_open(dir, true, err, sizeof(err));
	if (!a)
		fail_msg("%s", err);
	return a;
}

struct archive_pos records_append(struct archive *a, int64_t received_ms, const char *inner)
{
	struct archive_record r = {.type = inner ? ARCHIVE_BATCH : ARCHIVE_ALIVE,
				   .received_ms = received_ms,
				   .inner = inner,
				   .inner_len = inner ? strlen(inner) : 0};
	struct archive_pos pos;
	assert_int_equal(archive_append(a, &r, &pos), 0);
	return pos;
}
