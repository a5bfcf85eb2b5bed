/* explain_name.c: what a resolver says is first brought down to one word, whatever it said to A and
 * AAAA; then the words are compared. Steps come as they end, so which resolver was the first is not in their order. */
#include "probe/explain_name.h"

#include <string.h>

#define RESOLVERS_MAX 16 /* BATCH_RESOLVERS_MAX: no runner asks more */

/* From the most telling to the least: what one question says stands for both. */
enum word {
	WORD_FORGED,
	WORD_BOGON,
	WORD_TRUE,
	WORD_DENIES, /* no such name */
	WORD_EMPTY,  /* the name, but no address */
	WORD_SERVFAIL,
	WORD_REFUSED,
	WORD_GARBLED,
	WORD_UNREACHABLE,
	WORD_SILENT,
	WORD_NO_RESOLVER,
	WORD_NOTHING, /* this device's own trouble */
};

struct answerer {
	const char *name;
	enum word word;
	const struct trace_step *step; /* that said it */
};

static enum word word_of(const struct trace_step *s)
{
	switch ((enum failure)s->result.v[RESULT_FAILURE]) {
	case FAIL_NONE: return s->n_answers ? WORD_TRUE : WORD_EMPTY;
	case FAIL_DNS_BOGON: return s->fp ? WORD_FORGED : WORD_BOGON;
	case FAIL_DNS_NXDOMAIN: return WORD_DENIES;
	case FAIL_DNS_NO_ANSWER: return WORD_EMPTY;
	case FAIL_DNS_SERVFAIL: return WORD_SERVFAIL;
	case FAIL_DNS_REFUSED: return WORD_REFUSED;
	case FAIL_DNS_MISBEHAVING:
	case FAIL_DNS_WRONG_ID: return WORD_GARBLED;
	case FAIL_DNS_TIMEOUT:
	case FAIL_GENERIC_TIMEOUT: return WORD_SILENT;
	case FAIL_DNS_NO_RESOLVER: return WORD_NO_RESOLVER;
	case FAIL_CLOCK_JUMP:
	case FAIL_LOCAL_ERROR: return WORD_NOTHING;
	default: return WORD_UNREACHABLE;
	}
}

static size_t collect(struct answerer list[static RESOLVERS_MAX], const struct trace *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		size_t k = 0;
		if (s->result.kind != KIND_DNS || !s->resolver || s->result.v[RESULT_NTH] > 0)
			continue;
		while (k < n && strcmp(list[k].name, s->resolver))
			k++;
		if (k == RESOLVERS_MAX)
			continue;
		enum word word = word_of(s);
		if (k == n)
			list[n++] = (struct answerer){s->resolver, word, s};
		else if (word < list[k].word)
			list[k] = (struct answerer){s->resolver, word, s};
	}
	return n;
}

static size_t find_main(const struct answerer *list, size_t n, const char *name)
{
	for (size_t i = 0; name && i < n; i++)
		if (!strcmp(list[i].name, name))
			return i;
	return 0;
}

struct finding *finding_add(struct findings *f, enum finding_id id, const struct trace_step *step)
{
	struct finding *one = &f->list[f->n < FINDINGS_MAX ? f->n++ : FINDINGS_MAX - 1];
	*one = (struct finding){.id = id, .step = step};
	if (step && step->resolver)
		one->resolver = step->resolver;
	return one;
}

void finding_addr(struct finding *f, const char *addr)
{
	for (size_t i = 0; i < f->n_addrs; i++)
		if (!strcmp(f->addrs[i], addr))
			return;
	if (f->n_addrs < FINDING_ADDRS_MAX)
		f->addrs[f->n_addrs++] = addr;
}

/* The addresses of one resolver: of its first answers that were worth this word, or of later ones.
 */
static void add_answers(struct finding *f, const struct trace *t, const char *resolver,
			enum word word, bool later)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		if (s->result.kind != KIND_DNS || !s->resolver || strcmp(s->resolver, resolver) ||
		    (s->result.v[RESULT_NTH] > 0) != later || word_of(s) != word)
			continue;
		for (size_t k = 0; k < s->n_answers; k++)
			finding_addr(f, s->answers[k]);
	}
}

/* A further answer that differs. */
static void add_second(struct findings *f, const struct trace *t, const struct answerer *a)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		enum word word = word_of(s);
		if (s->result.kind != KIND_DNS || s->result.v[RESULT_NTH] <= 0 || !s->resolver ||
		    strcmp(s->resolver, a->name) || word > WORD_TRUE)
			continue;
		bool forged = a->word < WORD_TRUE && word == WORD_TRUE;
		struct finding *one =
			finding_add(f, forged ? FINDING_NAME_RACED : FINDING_NAME_TWO_ANSWERS, s);
		add_answers(one, t, a->name, word, true);
		return;
	}
}

static bool tells(const struct answerer *a)
{
	return a->word == WORD_TRUE;
}

static bool forges(const struct answerer *a)
{
	return a->word < WORD_TRUE;
}

static bool fails(const struct answerer *a)
{
	return a->word > WORD_TRUE;
}

static bool is_silent(const struct answerer *a)
{
	return a->word == WORD_SILENT || a->word == WORD_UNREACHABLE;
}

static size_t count(const struct answerer *list, size_t n, bool (*is)(const struct answerer *))
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		found += is(&list[i]);
	return found;
}

static enum finding_id id_of(const struct answerer *list, size_t n, const struct answerer *a)
{
	switch (a->word) {
	case WORD_FORGED: return FINDING_NAME_FORGED;
	case WORD_BOGON: return FINDING_NAME_BOGON;
	case WORD_TRUE: return FINDING_NAME_KNOWN;
	case WORD_DENIES:
	case WORD_EMPTY: break;
	case WORD_SERVFAIL: return FINDING_RESOLVER_SERVFAIL;
	case WORD_REFUSED: return FINDING_RESOLVER_REFUSED;
	case WORD_GARBLED: return FINDING_RESOLVER_GARBLED;
	case WORD_UNREACHABLE:
	case WORD_SILENT:
		if (n > 1 && count(list, n, is_silent) == n)
			return FINDING_ALL_RESOLVERS_SILENT;
		return a->word == WORD_SILENT ? FINDING_RESOLVER_SILENT
					      : FINDING_RESOLVER_UNREACHABLE;
	case WORD_NO_RESOLVER: return FINDING_NO_RESOLVER;
	case WORD_NOTHING:
		return a->step->result.v[RESULT_FAILURE] == FAIL_CLOCK_JUMP ? FINDING_CLOCK_JUMP
									    : FINDING_LOCAL_TROUBLE;
	}
	if (count(list, n, tells))
		return FINDING_NAME_DENIED;
	if (a->word == WORD_EMPTY)
		return FINDING_NAME_NO_ADDRESS;
	size_t denying = 0;
	for (size_t i = 0; i < n; i++)
		denying += list[i].word == WORD_DENIES;
	return denying > 1 ? FINDING_NAME_UNKNOWN_TO_ALL : FINDING_NAME_UNKNOWN;
}

static void add_others(struct finding *f, const struct answerer *list, size_t n,
		       const struct answerer *but, bool (*is)(const struct answerer *))
{
	for (size_t i = 0; i < n; i++)
		if (&list[i] != but && is(&list[i]) && f->n_others < FINDING_RESOLVERS_MAX)
			f->others[f->n_others++] = list[i].name;
}

/* What the other resolvers say, as far as it is not the same. That they fail too is worth a line,
 * unless the finding about the first speaks of all. */
static void compare(struct findings *f, const struct trace *t, const struct answerer *list,
		    size_t n, const struct answerer *first)
{
	static const struct {
		enum finding_id id;
		bool (*is)(const struct answerer *);
	} groups[] = {{FINDING_OTHERS_TELL, tells},
		      {FINDING_OTHERS_FORGE, forges},
		      {FINDING_OTHERS_FAIL, fails}};
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		size_t same = groups[g].is(first);
		if ((same && !fails(first)) || count(list, n, groups[g].is) == same)
			continue;
		struct finding *one = finding_add(f, groups[g].id, NULL);
		add_others(one, list, n, first, groups[g].is);
		for (size_t i = 0; i < n; i++)
			if (&list[i] != first && groups[g].is(&list[i]))
				add_answers(one, t, list[i].name, list[i].word, false);
	}
}

void explain_name(struct findings *f, const struct trace *t, const char *resolver)
{
	struct answerer list[RESOLVERS_MAX];
	size_t n = collect(list, t);
	if (!n)
		return;
	const struct answerer *first = &list[find_main(list, n, resolver)];
	enum finding_id id = id_of(list, n, first);
	struct finding *one = finding_add(f, id, first->step);
	add_answers(one, t, first->name, first->word, false);
	if (id == FINDING_ALL_RESOLVERS_SILENT)
		add_others(one, list, n, first, is_silent);
	add_second(f, t, first);
	if (id != FINDING_ALL_RESOLVERS_SILENT && id != FINDING_NAME_UNKNOWN_TO_ALL)
		compare(f, t, list, n, first);
}
