/* explain.c: the ways to the addresses of a target, and what they say together.
 *
 * A way is what happened on one address: its last real step, and how a try with a harmless name
 * went after it. Each way has one main finding; ways with the same one are told as one. */
#include "probe/explain.h"

#include <openssl/x509_vfy.h>
#include <string.h>

#include "probe/explain_name.h"
#include "probe/row.h"
#include "probe/targets.h"
#include "probe/wire_addr.h"
#include "probe/wire_cert.h"

#define WAYS_MAX (2 * CHAIN_ADDRS_MAX)

enum harmless { HARMLESS_UNTRIED, HARMLESS_ANSWERED, HARMLESS_SAME, HARMLESS_NO_WAY };

struct way {
	const char *addr;
	const struct trace_step *end; /* last step with the true name */
	const struct trace_step *sni; /* the handshake with the harmless name, NULL for none */
	enum harmless harmless;
	bool up, told, encrypted;
	enum finding_id id;
};

static const struct {
	const char *id;
	enum finding_tone tone;
} table[FINDINGS] = {
#define FINDING(sym, id, tone, en, fa) [FINDING_##sym] = {id, TONE_##tone},
#include "probe/findings.def"
#undef FINDING
};

const char *finding_str(enum finding_id id)
{
	return table[id].id;
}

enum finding_tone finding_tone(enum finding_id id)
{
	return table[id].tone;
}

static enum failure failure_of(const struct trace_step *s)
{
	return (enum failure)s->result.v[RESULT_FAILURE];
}

static bool is_six(const char *addr)
{
	return strchr(addr, ':');
}

/* --- one way --- */

/* Whatever the certificate of another name is worth: somebody spoke TLS. */
static bool spoke_tls(enum failure f)
{
	return f == FAIL_NONE || f == FAIL_SSL_INVALID_HOSTNAME ||
	       f == FAIL_SSL_INVALID_CERTIFICATE || f == FAIL_SSL_UNKNOWN_AUTHORITY;
}

static void end_harmless(struct way *w, const struct trace_step *s)
{
	enum failure was = failure_of(w->end), is = failure_of(s);
	w->sni = s;
	/* An alert is an answer too, to somebody who had none before. */
	bool answered = spoke_tls(is) ||
			(is == FAIL_SSL_FAILED_HANDSHAKE && was != FAIL_SSL_FAILED_HANDSHAKE);
	w->harmless = answered ? HARMLESS_ANSWERED : HARMLESS_SAME;
}

static void add_step(struct way *w, const struct trace_step *s, enum kind final)
{
	bool good = failure_of(s) == FAIL_NONE;
	if (s->aside && w->end) {
		if (s->result.kind == KIND_TLS)
			end_harmless(w, s);
		else if (!good)
			w->harmless = HARMLESS_NO_WAY;
		return;
	}
	w->end = s;
	w->encrypted |= s->result.kind == KIND_TLS && good;
	w->encrypted &= s->result.kind != KIND_TCP; /* a connection begins */
	w->up |= s->result.kind == final && good && s->result.v[RESULT_NEXT] <= 0;
}

static size_t collect(struct way list[static WAYS_MAX], const struct trace *t)
{
	enum kind final = row_final_kind(t->target);
	size_t n = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		size_t k = 0;
		if (s->result.kind == KIND_DNS || !*s->addr)
			continue;
		while (k < n && strcmp(list[k].addr, s->addr))
			k++;
		if (k == WAYS_MAX)
			continue;
		if (k == n)
			list[n++] = (struct way){.addr = s->addr};
		add_step(&list[k], s, final);
	}
	return n;
}

/* --- what broke it --- */

static enum finding_id of_tcp(enum failure f, bool six)
{
	switch (f) {
	case FAIL_TCP_TIMEOUT:
	case FAIL_TIMED_OUT:
	case FAIL_GENERIC_TIMEOUT: return FINDING_NO_ANSWER;
	case FAIL_CONNECTION_REFUSED: return FINDING_REFUSED;
	case FAIL_CONNECTION_RESET:
	case FAIL_CONNECTION_ABORTED: return FINDING_RESET_AT_ONCE;
	case FAIL_HOST_UNREACHABLE: return FINDING_UNREACHABLE;
	case FAIL_NETWORK_UNREACHABLE: return six ? FINDING_NO_IPV6 : FINDING_NO_ROUTE;
	case FAIL_NETWORK_DOWN: return FINDING_NO_ROUTE;
	default: return FINDING_CONNECT_FAILED;
	}
}

static enum finding_id of_certificate(const struct result *r)
{
	switch (r->v[RESULT_VERIFY]) {
	case X509_V_ERR_CERT_HAS_EXPIRED: return FINDING_CERT_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID: return FINDING_CERT_NOT_YET;
	default: return FINDING_CERT_INVALID;
	}
}

static enum finding_id of_tls(const struct result *r, enum failure f, bool six)
{
	switch (f) {
	case FAIL_TLS_RESET: return FINDING_TLS_RESET;
	case FAIL_TLS_EOF:
	case FAIL_EOF_ERROR: return FINDING_TLS_CLOSED;
	case FAIL_TLS_TIMEOUT:
	case FAIL_GENERIC_TIMEOUT: return FINDING_TLS_SILENT;
	case FAIL_TLS_PLAINTEXT: return FINDING_TLS_PLAINTEXT;
	case FAIL_SSL_FAILED_HANDSHAKE:
		return r->v[RESULT_ALERT] >= 0 ? FINDING_TLS_ALERT : FINDING_TLS_BROKEN;
	case FAIL_SSL_UNKNOWN_AUTHORITY: return FINDING_CERT_UNTRUSTED;
	case FAIL_SSL_INVALID_HOSTNAME: return FINDING_CERT_OTHER_NAME;
	case FAIL_SSL_INVALID_CERTIFICATE: return of_certificate(r);
	default: return of_tcp(f, six);
	}
}

static enum finding_id of_http(enum failure f)
{
	switch (f) {
	case FAIL_HTTP_BLOCKPAGE: return FINDING_BLOCK_PAGE;
	case FAIL_HTTP_STATUS: return FINDING_HTTP_STATUS;
	case FAIL_HTTP_RESET:
	case FAIL_CONNECTION_RESET: return FINDING_HTTP_RESET;
	case FAIL_HTTP_EOF:
	case FAIL_EOF_ERROR: return FINDING_HTTP_CLOSED;
	case FAIL_HTTP_TIMEOUT:
	case FAIL_GENERIC_TIMEOUT: return FINDING_HTTP_SILENT;
	case FAIL_HTTP_BODY_RESET: return FINDING_BODY_RESET;
	case FAIL_HTTP_BODY_EOF: return FINDING_BODY_CLOSED;
	case FAIL_HTTP_BODY_TIMEOUT: return FINDING_BODY_STALLED;
	case FAIL_HTTP_REDIRECT_LOOP: return FINDING_REDIRECT_LOOP;
	case FAIL_HTTP_REDIRECT: return FINDING_REDIRECT_AWAY;
	default: return FINDING_HTTP_FAILED;
	}
}

static enum finding_id of_quic(enum failure f, bool six)
{
	switch (f) {
	case FAIL_QUIC_TIMEOUT: return FINDING_QUIC_SILENT;
	case FAIL_CONNECTION_REFUSED: return FINDING_QUIC_REFUSED; /* ICMP: nobody at this port */
	case FAIL_QUIC_GARBAGE: return FINDING_QUIC_GARBAGE;
	default: return of_tcp(f, six);
	}
}

static enum finding_id cause(const struct way *w)
{
	const struct result *r = &w->end->result;
	enum failure f = failure_of(w->end);
	bool six = is_six(w->addr);
	switch (f) {
	case FAIL_CLOCK_JUMP: return FINDING_CLOCK_JUMP;
	case FAIL_LOCAL_ERROR: return FINDING_LOCAL_TROUBLE;
	case FAIL_PRIVATE_ADDRESS: return FINDING_PRIVATE;
	default: break;
	}
	switch (r->kind) {
	case KIND_TLS: return of_tls(r, f, six);
	case KIND_HTTP: return of_http(f);
	case KIND_SPEED: return f == FAIL_HTTP_STATUS ? FINDING_HTTP_STATUS : FINDING_SPEED_FAILED;
	case KIND_QUIC: return of_quic(f, six);
	default: return of_tcp(f, six);
	}
}

/* --- telling it --- */

static enum finding_id after_harmless(const struct way *w)
{
	switch (w->harmless) {
	case HARMLESS_ANSWERED:
		return w->id == FINDING_TLS_ALERT || w->id == FINDING_TLS_BROKEN
			       ? FINDING_NAME_NOT_WELCOME
			       : FINDING_BY_NAME;
	case HARMLESS_SAME: return FINDING_NOT_BY_NAME;
	case HARMLESS_NO_WAY: return FINDING_CLOSED_AFTERWARDS;
	case HARMLESS_UNTRIED: break;
	}
	return FINDINGS;
}

/* What follows from the main finding of a way, FINDINGS for nothing. */
static enum finding_id consequence(const struct way *w)
{
	switch (w->id) {
	case FINDING_HTTP_RESET:
	case FINDING_HTTP_CLOSED:
	case FINDING_HTTP_SILENT: return w->encrypted ? FINDING_NOT_READABLE : FINDING_READABLE;
	default: return after_harmless(w);
	}
}

static bool same(const struct way *a, const struct way *b)
{
	return a->id == b->id && a->harmless == b->harmless &&
	       failure_of(a->end) == failure_of(b->end) &&
	       a->end->result.v[RESULT_STATUS] == b->end->result.v[RESULT_STATUS] &&
	       a->end->result.v[RESULT_PORT] == b->end->result.v[RESULT_PORT];
}

static void tell_broken(struct findings *f, struct way *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].up || list[i].told)
			continue;
		struct finding *one = finding_add(f, list[i].id, list[i].end);
		for (size_t k = i; k < n; k++)
			if (!list[k].up && same(&list[i], &list[k])) {
				finding_addr(one, list[k].addr);
				list[k].told = true;
			}
		enum finding_id more = consequence(&list[i]);
		if (more != FINDINGS)
			finding_add(f, more, list[i].sni ? list[i].sni : list[i].end);
	}
}

/* What the good ways say about the broken ones. */
static void tell_apart(struct findings *f, const struct way *list, size_t n)
{
	size_t good[2] = {0}, bad[2] = {0};
	bool no_ipv6 = false;
	for (size_t i = 0; i < n; i++) {
		bool six = is_six(list[i].addr);
		good[six] += list[i].up;
		bad[six] += !list[i].up;
		no_ipv6 |= list[i].id == FINDING_NO_IPV6;
	}
	if (!good[0] && !good[1])
		return;
	if (good[0] && !good[1] && bad[1] && !bad[0] && !no_ipv6)
		finding_add(f, FINDING_ONLY_IPV6_FAILS, NULL);
	else if (good[1] && !good[0] && bad[0] && !bad[1])
		finding_add(f, FINDING_ONLY_IPV4_FAILS, NULL);
	else if (bad[0] || (bad[1] && !no_ipv6))
		finding_add(f, FINDING_SOME_FAIL, NULL);
}

static void tell_site(struct findings *f, const struct way *w)
{
	const struct trace_step *end = w->end;
	bool redirects = end->result.v[RESULT_STATUS] >= 300 && end->result.v[RESULT_STATUS] < 400;
	if (end->result.v[RESULT_HOP] > 0)
		finding_add(f, FINDING_REDIRECTED, end);
	finding_add(f, w->encrypted ? FINDING_SITE_ANSWERS : FINDING_SITE_ANSWERS_PLAIN, end);
	if (redirects)
		finding_add(f, FINDING_REDIRECT_AWAY, end);
}

static bool is_intercepted(const struct trace *device)
{
	for (size_t i = 0; device && i < device->n; i++)
		if (failure_of(&device->steps[i]) == FAIL_INTERCEPTED)
			return true;
	return false;
}

static void tell_good(struct findings *f, const struct trace *t, const struct way *list, size_t n,
		      const struct explain_beside *beside)
{
	static const enum finding_id ends[KINDS] = {
		[KIND_TCP] = FINDING_PORT_ANSWERS,
		[KIND_QUIC] = FINDING_QUIC_ANSWERS,
		[KIND_SPEED] = FINDING_SPEED,
	};
	enum kind final = row_final_kind(t->target);
	const struct way *first = NULL;
	for (size_t i = 0; i < n && !first; i++)
		if (list[i].up)
			first = &list[i];
	if (!first)
		return;
	if (final == KIND_HTTP) {
		tell_site(f, first);
		return;
	}
	struct finding *one = finding_add(f, ends[final], first->end);
	for (size_t i = 0; i < n; i++)
		if (list[i].up)
			finding_addr(one, list[i].addr);
	if (final == KIND_TCP && is_intercepted(beside->device))
		finding_add(f, FINDING_PORT_MAY_LIE, first->end);
}

/* Whether anything at all was answered: then this device is not cut off, whatever its link says. */
static bool came_through(const struct trace *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (failure_of(&t->steps[i]) == FAIL_NONE)
			return true;
	return false;
}

static void tell_beside(struct findings *f, const struct trace *t,
			const struct explain_beside *beside)
{
	enum kind final = row_final_kind(t->target);
	bool is_quic = final == KIND_QUIC;
	const struct trace_step *link =
		beside->device ? trace_find(beside->device, KIND_LINK) : NULL;
	if ((is_quic && !f->up && beside->tcp_works) ||
	    (!is_quic && final != KIND_DNS && f->up && beside->quic_silent))
		finding_add(f, FINDING_QUIC_DEAD_TCP_WORKS, NULL);
	if (link && failure_of(link) != FAIL_NONE && !came_through(t))
		finding_add(f, FINDING_OFFLINE, NULL);
}

void explain_target(struct findings *f, const struct trace *t, const struct explain_beside *beside)
{
	struct way list[WAYS_MAX] = {0};
	union wire_addr a;
	*f = (struct findings){.up = trace_is_up(t)};
	f->host = t->target->scheme == TARGET_DNS ? t->target->path : t->target->host;
	f->named = !wire_addr_make(&a, f->host, 0);
	size_t n = collect(list, t);
	for (size_t i = 0; i < n; i++)
		list[i].id = list[i].up ? FINDINGS : cause(&list[i]);
	if (!t->n)
		finding_add(f, FINDING_NOTHING, NULL);
	explain_name(f, t, t->target->scheme == TARGET_DNS ? NULL : beside->resolver);
	tell_broken(f, list, n);
	tell_apart(f, list, n);
	tell_good(f, t, list, n, beside);
	tell_beside(f, t, beside);
}

/* --- this device --- */

static void explain_link(struct findings *f, const struct trace_step *s)
{
	const int64_t *v = s->result.v;
	switch (failure_of(s)) {
	case FAIL_NO_CARRIER: finding_add(f, FINDING_NO_CARRIER, s); return;
	case FAIL_NO_ADDRESS: finding_add(f, FINDING_NO_LEASE, s); return;
	case FAIL_NO_GATEWAY: finding_add(f, FINDING_NO_WAY_OUT, s); break;
	case FAIL_CLOCK_JUMP: finding_add(f, FINDING_CLOCK_JUMP, s); return;
	case FAIL_LOCAL_ERROR: finding_add(f, FINDING_LOCAL_TROUBLE, s); return;
	default: break;
	}
	if (v[RESULT_GWUP] == 0)
		finding_add(f, FINDING_GATEWAY_SILENT, s);
	if (v[RESULT_NS] == 0)
		finding_add(f, FINDING_NO_RESOLVER, s);
	else if (v[RESULT_NSUP] == 0)
		finding_add(f, FINDING_SYSTEM_RESOLVER_SILENT, s);
}

void explain_device(struct findings *f, const struct trace *device)
{
	struct finding *intercepted = NULL;
	*f = (struct findings){.up = true};
	for (size_t i = 0; i < device->n; i++) {
		const struct trace_step *s = &device->steps[i];
		if (s->result.kind == KIND_LINK)
			explain_link(f, s);
		if (failure_of(s) != FAIL_INTERCEPTED)
			continue;
		if (!intercepted)
			intercepted = finding_add(f, FINDING_INTERCEPTED, s);
		finding_addr(intercepted, device->steps[i].addr);
	}
	f->up = !f->n;
}

const struct wire_cert *explain_cert(const struct finding *f)
{
	const struct trace_step *s = f->step;
	if (!s || !s->n_certs)
		return NULL;
	int64_t now = s->result.v[RESULT_T] / 1000;
	for (size_t i = 0; i < s->n_certs; i++)
		if (s->certs[i].brief.not_after < now || s->certs[i].brief.not_before > now)
			return &s->certs[i];
	return &s->certs[0];
}
