/* steps.c: fills in what a runner would. */
#include "tests/probe/steps.h"

#include <string.h>

static void set(struct result *r, enum result_field f, int value)
{
	if (value)
		r->v[f] = value;
}

static void make_result(struct result *r, const struct a_step *s, size_t i)
{
	result_init(r, s->kind);
	r->v[RESULT_T] = STEPS_T0 + (int64_t)i;
	r->v[RESULT_US] = 12345;
	r->v[RESULT_FAILURE] = s->failure;
	r->v[RESULT_QTYPE] = s->qtype ? s->qtype : 1;
	r->v[RESULT_SNI] = s->harmless;
	r->v[RESULT_HOP] = s->hop;
	r->v[RESULT_NTH] = s->nth;
	r->v[RESULT_NEXT] = s->next;
	set(r, RESULT_PORT, s->port ? s->port : 443);
	set(r, RESULT_STATUS, s->status);
	set(r, RESULT_BYTES, s->bytes);
	set(r, RESULT_VERIFY, s->verify);
	set(r, RESULT_ALERT, s->alert);
	set(r, RESULT_TLSVER, s->tls);
	set(r, RESULT_CIPHER, s->cipher);
	set(r, RESULT_QUICVER, s->quic);
	r->v[RESULT_NS] = s->columns[0] - 1;
	r->v[RESULT_NSUP] = s->columns[1] - 1;
	r->v[RESULT_GWUP] = s->columns[2] - 1;
}

void steps_send(const struct target *target, const struct a_step *list, size_t n,
		void (*step)(void *arg, const struct runner_step *step), void *arg)
{
	for (size_t i = 0; i < n; i++) {
		const struct a_step *s = &list[i];
		struct result result;
		size_t answers = 0;
		make_result(&result, s, i);
		while (answers < 3 && s->answers[answers])
			answers++;
		const char *resolver = s->resolver ? s->resolver : "system";
		step(arg, &(struct runner_step){
				  .target = target,
				  .result = &result,
				  .addr = s->addr,
				  .resolver = s->kind == KIND_DNS ? resolver : NULL,
				  .fp = s->fp,
				  .fp_addr = s->fp_addr,
				  .answers = s->answers,
				  .n_answers = answers,
				  .cname = s->cname,
				  .certs = s->cert,
				  .n_certs = s->cert != NULL,
				  .sni = s->harmless ? STEPS_HARMLESS : NULL,
				  .location = s->location,
				  .path = s->path,
				  .alpn = s->alpn,
				  .last = i + 1 == n,
			  });
	}
}

static void add(void *arg, const struct runner_step *step)
{
	trace_add(arg, step);
}

void steps_add(struct trace *t, const struct target *target, const struct a_step *list, size_t n)
{
	steps_send(target, list, n, add, t);
}
