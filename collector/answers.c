/* answers.c: a list of kept answers, the one used last first; the last ones go when there is no room. */
#include "collector/answers.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/buf.h"
#include "common/limits.h"

struct answer {
	TAILQ_ENTRY(answer) next;
	char *key; /* owned */
	uint64_t version;
	int64_t until_ms;
	struct reply reply;
};

TAILQ_HEAD(answer_list, answer);

struct answers {
	struct answer_list list;
	size_t n, bytes; /* of bodies */
};

struct answers *answers_new(void)
{
	struct answers *a = xcalloc(1, sizeof(*a));
	TAILQ_INIT(&a->list);
	return a;
}

static void drop(struct answers *a, struct answer *one)
{
	TAILQ_REMOVE(&a->list, one, next);
	a->n--;
	a->bytes -= one->reply.body.len;
	reply_clear(&one->reply);
	free(one->key);
	free(one);
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	while (!TAILQ_EMPTY(&a->list))
		drop(a, TAILQ_FIRST(&a->list));
	free(a);
}

void answers_key(struct buf *out, const struct request *r)
{
	/* Addresses in pages are those that the reader typed. */
	static const char *const headers[] = {"Host", "X-Forwarded-Proto", "Accept-Encoding"};
	buf_printf(out, "%s?%s", request_path(r), request_query(r));
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		const char *value = request_header(r, headers[i]);
		buf_printf(out, "\n%s", value ? value : "");
	}
}

static struct answer *find(struct answers *a, const char *key)
{
	struct answer *one;
	TAILQ_FOREACH(one, &a->list, next)
	{
		if (!strcmp(one->key, key))
			return one;
	}
	return NULL;
}

static void copy(struct reply *to, const struct reply *from)
{
	reply_init(to, from->status, from->body.len);
	buf_put(&to->body, from->body.len ? from->body.data : "", from->body.len);
	for (size_t i = 0; i < from->n_headers; i++)
		reply_header(to, from->names[i], "%s", from->values[i]);
}

void answers_keep(struct answers *a, const char *key, uint64_t version, int64_t until_ms,
		  const struct reply *r)
{
	struct answer *old = find(a, key);
	if (old)
		drop(a, old);
	if (r->body.len > ANSWERS_KEPT_ONE_MAX)
		return;
	while (a->n &&
	       (a->n == ANSWERS_KEPT_MAX || a->bytes + r->body.len > ANSWERS_KEPT_BYTES_MAX))
		drop(a, TAILQ_LAST(&a->list, answer_list));
	struct answer *one = xcalloc(1, sizeof(*one));
	one->key = xstrdup(key);
	one->version = version;
	one->until_ms = until_ms;
	copy(&one->reply, r);
	TAILQ_INSERT_HEAD(&a->list, one, next);
	a->n++;
	a->bytes += r->body.len;
}

bool answers_find(struct answers *a, const char *key, uint64_t version, int64_t now_ms,
		  struct reply *out)
{
	struct answer *one = find(a, key);
	if (!one)
		return false;
	if (now_ms >= one->until_ms ||
	    (one->version != version && one->version != ANSWERS_ANY_VERSION)) {
		drop(a, one);
		return false;
	}
	TAILQ_REMOVE(&a->list, one, next);
	TAILQ_INSERT_HEAD(&a->list, one, next);
	copy(out, &one->reply);
	return true;
}
