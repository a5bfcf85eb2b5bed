/* ooni_part.c: the arrays of a measurement. Certificates are never stored as bytes here, so
 * peer_certificates is empty and what is known of them stands in x_certs. */
#include "probe/ooni_part.h"

#include <stdio.h>
#include <string.h>

#include "common/batch.h"
#include "common/jsonw.h"
#include "probe/ooni_end.h"
#include "probe/row.h"
#include "probe/targets.h"
#include "probe/wire_addr.h"
#include "probe/wire_cert.h"

#define PROTOCOL "http/1.1" /* the only one that is offered */

/* Cipher suites by their names at IANA: those that are met today. */
static const struct {
	int64_t id;
	const char *name;
} suites[] = {
	{0x1301, "TLS_AES_128_GCM_SHA256"},
	{0x1302, "TLS_AES_256_GCM_SHA384"},
	{0x1303, "TLS_CHACHA20_POLY1305_SHA256"},
	{0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"},
	{0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"},
	{0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
	{0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
	{0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
	{0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"},
	{0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"},
	{0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
	{0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"},
	{0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"},
	{0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256"},
	{0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384"},
};

static bool may_tell(const struct trace_step *s, enum kind kind)
{
	return s->result.kind == kind && *s->addr && batch_addr_is_public(s->addr);
}

/* --- what all entries have --- */

static void put_times(struct jsonw *j, const struct trace_step *s, int64_t begin)
{
	const int64_t *v = s->result.v;
	double t0 = (double)(v[RESULT_T] - begin) / 1e3;
	jsonw_num(j, "t0", t0, 6);
	jsonw_num(j, "t", t0 + (v[RESULT_US] > 0 ? (double)v[RESULT_US] / 1e6 : 0), 6);
}

/* A connection begins with its tcp step, and there is one at a time on the way to a target. */
static int transaction(const struct trace *t, const struct trace_step *s)
{
	int id = 0;
	for (const struct trace_step *p = t->steps; p <= s; p++)
		id += p->result.kind == KIND_TCP || p->result.kind == KIND_QUIC;
	return id;
}

static void put_tags(struct jsonw *j, const struct trace_step *s)
{
	char hop[24];
	jsonw_array(j, "tags");
	if (s->result.v[RESULT_HOP] >= 0) {
		snprintf(hop, sizeof(hop), "depth=%d", (int)s->result.v[RESULT_HOP]);
		jsonw_str(j, NULL, hop);
	}
	if (s->aside)
		jsonw_str(j, NULL, "x_harmless_sni");
	jsonw_end(j);
}

static void put_tail(struct jsonw *j, const struct trace *t, const struct trace_step *s,
		     int64_t begin)
{
	put_times(j, s, begin);
	put_tags(j, s);
	jsonw_int(j, "transaction_id", transaction(t, s));
	jsonw_end(j);
}

static void put_known(struct jsonw *j, const char *key, int64_t value)
{
	if (value >= 0)
		jsonw_int(j, key, value);
}

static void put_endpoint(struct jsonw *j, const struct trace_step *s, int port)
{
	char text[INET6_ADDRSTRLEN + 16];
	snprintf(text, sizeof(text), strchr(s->addr, ':') ? "[%s]:%d" : "%s:%d", s->addr, port);
	jsonw_str(j, "address", text);
}

/* The port of the connection that a step is on: only tcp has it itself. */
static int port_of(const struct trace *t, const struct trace_step *s)
{
	for (const struct trace_step *p = s; p >= t->steps; p--)
		if (p->result.kind == KIND_TCP && !strcmp(p->addr, s->addr))
			return (int)p->result.v[RESULT_PORT];
	return t->target->port;
}

/* --- df-002 --- */

static void put_one_answer(struct jsonw *j, const struct trace_step *s, const char *addr)
{
	bool six = strchr(addr, ':');
	jsonw_object(j, NULL);
	jsonw_str(j, "answer_type", six ? "AAAA" : "A");
	jsonw_str(j, six ? "ipv6" : "ipv4", addr);
	if (s->result.v[RESULT_TTL] >= 0)
		jsonw_int(j, "ttl", s->result.v[RESULT_TTL]);
	else
		jsonw_null(j, "ttl");
	jsonw_end(j);
}

/* A block page's may be private: it is known to everybody, and what consumers compare. */
static bool is_known(const struct trace_step *s, const char *addr)
{
	return s->fp_addr && !strcmp(addr, s->fp_addr);
}

/* Aliases are only counted: a resolver that lies can write anything into one. */
static void put_answers(struct jsonw *j, const struct trace_step *s)
{
	jsonw_array(j, "answers");
	for (size_t i = 0; i < s->n_answers; i++)
		if (batch_addr_is_public(s->answers[i]) || is_known(s, s->answers[i]))
			put_one_answer(j, s, s->answers[i]);
	jsonw_end(j);
	put_known(j, "x_aliases", s->result.v[RESULT_CNAMES]);
}

/* The address of a resolver that everybody may use, with its port; "" for any other. */
static void put_resolver(struct jsonw *j, const char *name)
{
	const char *from = name && !strncmp(name, "udp://", 6) ? name + 6 : "";
	char host[INET6_ADDRSTRLEN] = "", text[INET6_ADDRSTRLEN + 16] = "";
	union wire_addr a;
	bool bracket = *from == '[';
	size_t len = strcspn(from + bracket, bracket ? "]" : "");
	if (!bracket && strchr(from, ':') == strrchr(from, ':'))
		len = strcspn(from, ":");
	if (len < sizeof(host)) {
		memcpy(host, from + bracket, len);
		host[len] = '\0';
	}
	const char *port = strrchr(from + bracket + len, ':');
	if (wire_addr_make(&a, host, 0) && batch_addr_is_public(host))
		snprintf(text, sizeof(text), strchr(host, ':') ? "[%s]:%.5s" : "%s:%.5s", host,
			 port ? port + 1 : "53");
	jsonw_str(j, "resolver_address", text);
}

static const char *engine(const char *resolver)
{
	if (!resolver || !strcmp(resolver, "system"))
		return "system";
	if (!strncmp(resolver, "udp://", 6))
		return "udp";
	return strncmp(resolver, "https://", 8) ? "unknown" : "doh";
}

void ooni_put_queries(struct jsonw *j, const struct trace *t, int64_t begin)
{
	const struct target *target = t->target;
	jsonw_array(j, "queries");
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		const int64_t *v = s->result.v;
		if (s->result.kind != KIND_DNS)
			continue;
		jsonw_object(j, NULL);
		put_answers(j, s);
		jsonw_str(j, "engine", engine(s->resolver));
		jsonw_str(j, "failure", ooni_failure(s));
		jsonw_str(j, "hostname",
			  target->scheme == TARGET_DNS ? target->path : target->host);
		jsonw_str(j, "query_type", v[RESULT_QTYPE] == 28 ? "AAAA" : "A");
		put_known(j, "rcode", v[RESULT_RCODE]);
		put_resolver(j, s->resolver);
		jsonw_null(j, "resolver_hostname");
		jsonw_null(j, "resolver_port");
		put_known(j, "x_nth", v[RESULT_NTH]);
		put_known(j, "x_copies", v[RESULT_COPIES]);
		put_known(j, "x_ip_ttl", v[RESULT_IPTTL]);
		if (v[RESULT_TC] >= 0)
			jsonw_bool(j, "x_truncated", v[RESULT_TC] > 0);
		jsonw_str(j, "x_fingerprint", s->fp);
		put_tail(j, t, s, begin);
	}
	jsonw_end(j);
}

/* --- df-005 --- */

void ooni_put_connects(struct jsonw *j, const struct trace *t, int64_t begin)
{
	jsonw_array(j, "tcp_connect");
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		if (!may_tell(s, KIND_TCP))
			continue;
		jsonw_object(j, NULL);
		jsonw_str(j, "ip", s->addr);
		jsonw_int(j, "port", s->result.v[RESULT_PORT]);
		jsonw_object(j, "status");
		jsonw_str(j, "failure", ooni_failure(s));
		jsonw_bool(j, "success", !ooni_failure(s));
		jsonw_end(j);
		put_tail(j, t, s, begin);
	}
	jsonw_end(j);
}

/* --- df-006 --- */

static void put_suite(struct jsonw *j, int64_t id)
{
	const char *name = "";
	for (size_t i = 0; i < sizeof(suites) / sizeof(*suites); i++)
		if (suites[i].id == id)
			name = suites[i].name;
	jsonw_str(j, "cipher_suite", name);
	put_known(j, "x_cipher_suite_id", id);
}

static void put_version(struct jsonw *j, int64_t version)
{
	static const char *const names[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
	bool known = version >= 0x301 && version <= 0x304;
	jsonw_str(j, "tls_version", known ? names[version - 0x301] : "");
}

static void put_certs(struct jsonw *j, const struct trace_step *s)
{
	jsonw_array(j, "peer_certificates");
	jsonw_end(j);
	jsonw_array(j, "x_certs");
	for (size_t i = 0; i < s->n_certs; i++) {
		const struct wire_cert *c = &s->certs[i];
		jsonw_object(j, NULL);
		jsonw_str(j, "sha256_96", c->brief.id);
		jsonw_str(j, "issuer_sha256_48", c->brief.issuer);
		jsonw_str(j, "subject", c->subject);
		jsonw_str(j, "issuer", c->issuer);
		jsonw_time(j, "not_before", 1000 * c->brief.not_before);
		jsonw_time(j, "not_after", 1000 * c->brief.not_after);
		jsonw_end(j);
	}
	jsonw_end(j);
}

static void put_server_name(struct jsonw *j, const struct target *t, const struct trace_step *s)
{
	union wire_addr a;
	bool named = !wire_addr_make(&a, t->host, 0);
	jsonw_str(j, "server_name", s->sni ? s->sni : named ? t->host : "");
}

void ooni_put_handshakes(struct jsonw *j, const struct trace *t, int64_t begin)
{
	jsonw_array(j, "tls_handshakes");
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		if (!may_tell(s, KIND_TLS))
			continue;
		jsonw_object(j, NULL);
		jsonw_str(j, "network", "tcp");
		put_endpoint(j, s, port_of(t, s));
		put_suite(j, s->result.v[RESULT_CIPHER]);
		jsonw_str(j, "failure", ooni_failure(s));
		jsonw_str(j, "negotiated_protocol", s->alpn ? PROTOCOL : "");
		jsonw_bool(j, "no_tls_verify", false);
		put_certs(j, s);
		put_server_name(j, t->target, s);
		put_version(j, s->result.v[RESULT_TLSVER]);
		jsonw_null(j, "so_error");
		put_known(j, "x_verify", s->result.v[RESULT_VERIFY]);
		put_known(j, "x_alert", s->result.v[RESULT_ALERT]);
		put_tail(j, t, s, begin);
	}
	jsonw_end(j);
}

/* --- df-001 --- */

static bool is_encrypted(const struct trace *t, const struct trace_step *s)
{
	return s->result.v[RESULT_HOP] > 0 || t->target->scheme == TARGET_HTTPS;
}

/* Agreed on by the handshake of the connection that a step is on. */
static bool has_alpn(const struct trace *t, const struct trace_step *s)
{
	for (const struct trace_step *p = s; p >= t->steps; p--)
		if (p->result.kind == KIND_TLS && !strcmp(p->addr, s->addr))
			return is_encrypted(t, s) && p->alpn;
	return false;
}

/* Only the target's own path is ours to tell: a redirect's may hold what the server knows of the
 * client. */
static void put_request(struct jsonw *j, const struct trace *t, const struct trace_step *s)
{
	char url[TARGET_URL_MAX + 32];
	bool six = strchr(t->target->host, ':'), redirected = s->result.v[RESULT_HOP] > 0;
	jsonw_object(j, "request");
	snprintf(url, sizeof(url), six ? "%s://[%s]:%d/" : "%s://%s:%d/",
		 is_encrypted(t, s) ? "https" : "http", t->target->host, port_of(t, s));
	jsonw_str(j, "url", redirected ? url : t->target->url);
	jsonw_str(j, "method", "GET");
	jsonw_object(j, "headers");
	jsonw_end(j);
	jsonw_array(j, "headers_list");
	jsonw_end(j);
	jsonw_str(j, "body", "");
	jsonw_bool(j, "body_is_truncated", false);
	jsonw_object(j, "tor");
	jsonw_null(j, "exit_ip");
	jsonw_null(j, "exit_name");
	jsonw_bool(j, "is_tor", false);
	jsonw_end(j);
	jsonw_str(j, "x_transport", "tcp");
	jsonw_bool(j, "x_path_omitted", redirected);
	jsonw_end(j);
}

/* Neither headers nor bodies are ever kept: truncated, as the format calls it. */
static void put_response(struct jsonw *j, const struct trace_step *s)
{
	const int64_t *v = s->result.v;
	jsonw_object(j, "response");
	jsonw_int(j, "code", v[RESULT_STATUS] > 0 ? v[RESULT_STATUS] : 0);
	jsonw_str(j, "body", "");
	jsonw_bool(j, "body_is_truncated", v[RESULT_BYTES] > 0);
	jsonw_object(j, "headers");
	jsonw_end(j);
	jsonw_array(j, "headers_list");
	jsonw_end(j);
	put_known(j, "x_body_bytes", v[RESULT_BYTES]);
	jsonw_str(j, "x_fingerprint", s->fp);
	jsonw_bool(j, "x_redirect_followed", v[RESULT_NEXT] > 0);
	jsonw_end(j);
}

void ooni_put_requests(struct jsonw *j, const struct trace *t, int64_t begin)
{
	jsonw_array(j, "requests");
	for (size_t i = t->n; i-- > 0;) { /* the last comes first */
		const struct trace_step *s = &t->steps[i];
		if (!may_tell(s, KIND_HTTP))
			continue;
		jsonw_object(j, NULL);
		jsonw_str(j, "network", "tcp");
		put_endpoint(j, s, port_of(t, s));
		jsonw_str(j, "alpn", has_alpn(t, s) ? PROTOCOL : "");
		jsonw_str(j, "failure", ooni_failure(s));
		put_request(j, t, s);
		put_response(j, s);
		put_tail(j, t, s, begin);
	}
	jsonw_end(j);
}

/* --- our own --- */

static void put_own_step(struct jsonw *j, const struct trace *t, const struct trace_step *s,
			 int64_t begin)
{
	const int64_t *v = s->result.v;
	bool quic = s->result.kind == KIND_QUIC;
	jsonw_object(j, NULL);
	put_endpoint(j, s, quic ? (int)v[RESULT_PORT] : port_of(t, s));
	jsonw_str(j, "failure", ooni_failure(s));
	put_known(j, "first_version_offered", v[RESULT_QUICVER]);
	put_known(j, "status", v[RESULT_STATUS]);
	put_known(j, "bytes", v[RESULT_BYTES]);
	put_known(j, "first_byte_us", v[RESULT_TTFB]);
	put_known(j, "rtt_us", v[RESULT_RTT]);
	put_known(j, "retransmits", v[RESULT_RETRANS]);
	put_tail(j, t, s, begin);
}

void ooni_put_own(struct jsonw *j, const struct trace *t, int64_t begin)
{
	enum kind kind = row_final_kind(t->target);
	if (kind != KIND_QUIC && kind != KIND_SPEED)
		return;
	jsonw_array(j, ooni_operation(kind));
	for (size_t i = 0; i < t->n; i++)
		if (may_tell(&t->steps[i], kind))
			put_own_step(j, t, &t->steps[i], begin);
	jsonw_end(j);
}
