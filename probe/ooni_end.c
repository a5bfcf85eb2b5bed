/* ooni_end.c: a trace has many ends, one for each address and resolver; a measurement has one. */
#include "probe/ooni_end.h"

#include <string.h>

#include "probe/row.h"

const char *ooni_failure(const struct trace_step *s)
{
	enum failure f = (enum failure)s->result.v[RESULT_FAILURE];
	return f == FAIL_NONE ? NULL : failure_str(f);
}

const char *ooni_operation(enum kind kind)
{
	switch (kind) {
	case KIND_DNS: return "resolve";
	case KIND_TCP: return "connect";
	case KIND_TLS: return "tls_handshake";
	case KIND_QUIC: return "x_quic";
	case KIND_SPEED: return "x_speed";
	default: return "http_round_trip";
	}
}

/* Kinds stand in the order of the way; a redirect begins it again, further on. */
static bool is_further(const struct trace_step *a, const struct trace_step *b)
{
	int64_t hop_a = a->result.v[RESULT_HOP], hop_b = b->result.v[RESULT_HOP];
	return hop_a != hop_b ? hop_a > hop_b : a->result.kind > b->result.kind;
}

const struct trace_step *ooni_end_step(const struct trace *t)
{
	const struct trace_step *end = NULL;
	enum kind final = row_final_kind(t->target);
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		const int64_t *v = s->result.v;
		if (s->aside || v[RESULT_NTH] > 0)
			continue;
		if (v[RESULT_FAILURE] != FAIL_NONE) {
			if (!end || is_further(s, end))
				end = s;
		} else if (s->result.kind == final && v[RESULT_NEXT] <= 0) {
			return s;
		}
	}
	return end;
}

const char *ooni_end_failure(const struct trace *t)
{
	const struct trace_step *s = ooni_end_step(t);
	return s ? ooni_failure(s) : NULL;
}

const char *ooni_dns_failure(const struct trace *t, const char *main_resolver)
{
	const char *first = NULL;
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		if (s->result.kind != KIND_DNS || s->result.v[RESULT_NTH] > 0 ||
		    (main_resolver && s->resolver && strcmp(main_resolver, s->resolver)))
			continue;
		if (!ooni_failure(s))
			return NULL;
		if (!first)
			first = ooni_failure(s);
	}
	return first;
}
