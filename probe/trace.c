/* trace.c: copies, because the runner's steps are gone when its call returns. */
#include "probe/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "probe/row.h"
#include "probe/runner.h"
#include "probe/wire_cert.h"

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* Only the handshake of a try with a harmless name is marked by the runner; the connection for it is
 * the one that follows a broken handshake on the same address. */
static bool is_aside(const struct trace *t, const struct trace_step *s)
{
	if (s->result.kind != KIND_TCP)
		return s->result.v[RESULT_SNI] > 0;
	for (size_t i = t->n - 1; i-- > 0;) {
		const struct result *r = &t->steps[i].result;
		if (r->kind != KIND_DNS && !strcmp(t->steps[i].addr, s->addr))
			return r->kind == KIND_TLS && r->v[RESULT_FAILURE] != FAIL_NONE &&
			       r->v[RESULT_HOP] == s->result.v[RESULT_HOP];
	}
	return false;
}

void trace_add(struct trace *t, const struct runner_step *step)
{
	if (t->n == t->room) {
		t->room = t->room ? 2 * t->room : 8;
		t->steps = xrealloc(t->steps, t->room * sizeof(*t->steps));
	}
	struct trace_step *s = &t->steps[t->n++];
	*s = (struct trace_step){
		.result = *step->result,
		.resolver = copy(step->resolver),
		.fp = copy(step->fp),
		.fp_addr = copy(step->fp_addr),
		.cname = copy(step->cname),
		.sni = copy(step->sni),
		.location = copy(step->location),
		.path = copy(step->path),
		.alpn = step->alpn,
	};
	if (step->addr)
		snprintf(s->addr, sizeof(s->addr), "%s", step->addr);
	for (; s->n_answers < step->n_answers && s->n_answers < RESULT_ANSWERS_MAX; s->n_answers++)
		snprintf(s->answers[s->n_answers], sizeof(s->answers[0]), "%s",
			 step->answers[s->n_answers]);
	if (step->n_certs) {
		s->certs = xcalloc(step->n_certs, sizeof(*s->certs));
		memcpy(s->certs, step->certs, step->n_certs * sizeof(*s->certs));
		s->n_certs = step->n_certs;
	}
	s->aside = is_aside(t, s);
	t->target = step->target;
	t->done |= step->last;
}

void trace_clear(struct trace *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct trace_step *s = &t->steps[i];
		free(s->resolver);
		free(s->fp);
		free(s->fp_addr);
		free(s->cname);
		free(s->sni);
		free(s->location);
		free(s->path);
		free(s->certs);
	}
	free(t->steps);
	*t = (struct trace){0};
}

const struct trace_step *trace_find(const struct trace *t, enum kind kind)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->steps[i].result.kind == kind)
			return &t->steps[i];
	return NULL;
}

bool trace_is_up(const struct trace *t)
{
	for (size_t i = 0; t->target && i < t->n; i++) {
		const struct result *r = &t->steps[i].result;
		if (r->kind == row_final_kind(t->target) && r->v[RESULT_FAILURE] == FAIL_NONE &&
		    !t->steps[i].aside && r->v[RESULT_NEXT] <= 0 && r->v[RESULT_NTH] <= 0)
			return true;
	}
	return false;
}
