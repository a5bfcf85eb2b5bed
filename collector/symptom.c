/* symptom.c: mechanism.def as a table by step and failure, and the rules of symptom.h around it. */
#include "collector/symptom.h"

#include "collector/cell.h"
#include "collector/control.h"
#include "collector/known.h"

#define BIT(m) (1u << (m))

_Static_assert(MECHANISMS < 32, "a bit for each, and one for none");

/* 0 is no mechanism, m + 1 mechanism m. */
static const uint8_t table[KINDS][FAILURES] = {
#define SYMPTOM(kind, failure, mechanism) [KIND_##kind][FAIL_##failure] = MECH_##mechanism + 1,
#include "collector/mechanism.def"
#undef SYMPTOM
};

static const uint8_t fingerprints[KINDS] = {
#define FINGERPRINT(kind, mechanism) [KIND_##kind] = MECH_##mechanism + 1,
#include "collector/mechanism.def"
#undef FINGERPRINT
};

/* Nobody sends these by accident. */
static const uint32_t is_forgery = BIT(MECH_DNS_LIE) | BIT(MECH_HTTP_BLOCKPAGE);

/* What a broken handshake shows when the name in it makes no difference. */
static const uint8_t without_name[MECHANISMS] = {
	[MECH_SNI_RESET] = MECH_TCP_RESET + 1,
	[MECH_SNI_DROP] = MECH_TCP_DROP + 1,
};

/* What became of the addresses of a visit, by family: IPv4, IPv6. */
struct ways {
	bool named; /* a question was answered */
	bool tried[2], connected[2], reached[2];
};

static enum failure failure_of(const struct result *r)
{
	int64_t f = r->v[RESULT_FAILURE];
	return f >= 0 && f < FAILURES ? (enum failure)f : FAILURES;
}

bool symptom_is_good(const struct visit *v, size_t i)
{
	return failure_of(v->results[i]) == FAIL_NONE && !control_contradicts(v, i);
}

bool symptom_is_success(const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	/* A redirect that was followed is not the answer; what it led to is. */
	return r->kind == v->target->last && r->v[RESULT_NEXT] <= 0 && !visit_is_beside(v, i) &&
	       symptom_is_good(v, i);
}

static void look(struct ways *w, const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	bool six = visit_is_six(v, i), good = symptom_is_good(v, i);
	if (visit_is_beside(v, i))
		return;
	w->named |= r->kind == KIND_DNS && good;
	w->tried[six] |= r->kind == KIND_TCP;
	w->connected[six] |= r->kind == KIND_TCP && good;
	w->reached[six] |= symptom_is_success(v, i);
}

/* The same address breaks a handshake with a harmless name as well. */
static bool breaks_any_name(const struct visit *v, size_t i)
{
	int64_t addr = v->results[i]->v[RESULT_ADDR];
	while (++i < v->n) {
		const struct result *r = v->results[i];
		if (r->kind == KIND_TLS && r->v[RESULT_SNI] > 0 && r->v[RESULT_ADDR] == addr)
			return failure_of(r) != FAIL_NONE;
	}
	return false;
}

/* Some address of one answer is a neighbour of one of the other: sites that are in many places give others each time
 * they are asked. */
static bool is_like(const struct visit *v, const struct result *a, const struct result *b)
{
	char *const *addrs = v->evidence->batch->addrs;
	for (size_t i = 0; i < a->n_list; i++)
		for (size_t k = 0; k < b->n_list; k++) {
			uint32_t network = visit_network(v, a->list[i]);
			if ((network && network == visit_network(v, b->list[k])) ||
			    known_code(addrs[a->list[i]]) == known_code(addrs[b->list[k]]))
				return true;
		}
	return false;
}

/* A further answer to a question, and another one; the whole of a truncated answer is the same. */
static bool is_second_answer(const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	for (size_t k = 0; r->v[RESULT_NTH] > 0 && k < v->n; k++) {
		const struct result *first = v->results[k];
		if (first->kind == KIND_DNS && first->v[RESULT_NTH] <= 0 &&
		    first->v[RESULT_RESOLVER] == r->v[RESULT_RESOLVER] &&
		    first->v[RESULT_QTYPE] == r->v[RESULT_QTYPE])
			return first->v[RESULT_TC] <= 0 && !is_like(v, first, r);
	}
	return false;
}

/* Mechanism + 1 that a step shows by itself, or 0. */
static uint8_t shown_by(const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	enum failure failure = failure_of(r);
	if (r->v[RESULT_FP] >= 0 && fingerprints[r->kind])
		return fingerprints[r->kind];
	if (r->kind == KIND_DNS &&
	    (is_second_answer(v, i) || (failure == FAIL_NONE && control_contradicts(v, i))))
		return MECH_DNS_LIE + 1;
	return failure == FAILURES ? 0 : table[r->kind][failure];
}

static uint32_t of_step(const struct visit *v, size_t i, const struct ways *w)
{
	const struct result *r = v->results[i];
	bool six = visit_is_six(v, i);
	uint8_t m = shown_by(v, i);
	if (!m || (is_forgery & BIT(m - 1)))
		return m ? BIT(m - 1) : 0;
	if (visit_is_beside(v, i) || (r->kind == KIND_DNS ? w->named : w->reached[six]))
		return 0;
	if (r->kind == KIND_TCP && six && w->connected[0] && !w->connected[1])
		return 0;
	if (r->kind == KIND_TLS && without_name[m - 1] && breaks_any_name(v, i))
		m = without_name[m - 1];
	return BIT(m - 1);
}

uint32_t symptom_find(const struct visit *v)
{
	struct ways ways = {0};
	uint32_t found = 0;
	for (size_t i = 0; i < v->n; i++)
		look(&ways, v, i);
	if (ways.connected[0] && ways.tried[1] && !ways.connected[1])
		found |= BIT(MECH_IPV6_LOSS);
	for (size_t i = 0; i < v->n; i++)
		found |= of_step(v, i, &ways);
	return found;
}
