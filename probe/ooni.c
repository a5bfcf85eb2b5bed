/* ooni.c: the top level and test_keys. The parts that make up test_keys are ooni_part.c's. */
#include "probe/ooni.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/batch.h"
#include "common/buf.h"
#include "common/jsonw.h"
#include "probe/ooni_end.h"
#include "probe/ooni_part.h"
#include "probe/row.h"
#include "probe/targets.h"
#include "probe/vantage.h"
#include "probe/wire_addr.h"

#define FORMAT_VERSION "0.2.0"
#define SOFTWARE       "fanous-probe"

/* OONI's placeholders for addresses that are nobody's business. */
#define PROBE_IP    "127.0.0.1"
#define RESOLVER_IP "127.0.0.2"

static const char *test_name(const struct target *t)
{
	switch (t->scheme) {
	case TARGET_HTTPS:
	case TARGET_HTTP: return "web_connectivity";
	case TARGET_QUIC: return "x_quic";
	case TARGET_SPEED: return "x_speed";
	case TARGET_TCP:
	case TARGET_DNS: break;
	}
	return "urlgetter";
}

static bool is_private(const char *host)
{
	union wire_addr a;
	return wire_addr_make(&a, host, 0) && !batch_addr_is_public(host);
}

/* A name by which only private addresses were gone to is one of the volunteer's own network. Where
 * none was gone to, a forged answer may have been the reason, and that is worth telling. */
static bool is_own_network(const struct trace *t)
{
	bool tried = false;
	if (is_private(t->target->host))
		return t->target->scheme != TARGET_DNS;
	for (size_t i = 0; i < t->n; i++) {
		const struct trace_step *s = &t->steps[i];
		if (!*s->addr || s->result.v[RESULT_FAILURE] == FAIL_PRIVATE_ADDRESS)
			continue;
		if (batch_addr_is_public(s->addr))
			return false;
		tried = true;
	}
	return tried;
}

static void put_input(struct jsonw *j, const struct target *t)
{
	char text[TARGET_URL_MAX + 16];
	if (t->scheme == TARGET_TCP)
		snprintf(text, sizeof(text),
			 strchr(t->host, ':') ? "tcpconnect://[%s]:%u" : "tcpconnect://%s:%u",
			 t->host, t->port);
	else if (t->scheme == TARGET_DNS)
		snprintf(text, sizeof(text), "dnslookup://%s", t->path);
	else
		snprintf(text, sizeof(text), "%s", t->url);
	jsonw_str(j, "input", text);
}

/* "2026-01-08 16:30:00", UTC. */
static void put_time(struct jsonw *j, const char *key, int64_t ms)
{
	char text[32] = "";
	time_t when = (time_t)(ms / 1000);
	struct tm tm;
	if (gmtime_r(&when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	jsonw_str(j, key, text);
}

static int64_t begin_ms(const struct trace *t)
{
	int64_t first = t->steps[0].result.v[RESULT_T];
	for (size_t i = 1; i < t->n; i++)
		if (t->steps[i].result.v[RESULT_T] < first)
			first = t->steps[i].result.v[RESULT_T];
	return first;
}

static double runtime_s(const struct trace *t, int64_t begin)
{
	double last = 0;
	for (size_t i = 0; i < t->n; i++) {
		const int64_t *v = t->steps[i].result.v;
		double end = (double)(v[RESULT_T] - begin) / 1e3 +
			     (v[RESULT_US] > 0 ? (double)v[RESULT_US] / 1e6 : 0);
		last = end > last ? end : last;
	}
	return last;
}

static void put_place(struct jsonw *j, const struct vantage *v)
{
	char asn[16];
	snprintf(asn, sizeof(asn), "AS%u", v ? v->isp : 0);
	jsonw_str(j, "probe_asn", asn);
	jsonw_str(j, "probe_cc", v ? v->country : "ZZ");
	jsonw_str(j, "probe_ip", PROBE_IP);
	jsonw_str(j, "probe_network_name", "");
	jsonw_str(j, "resolver_asn", "AS0");
	jsonw_str(j, "resolver_ip", RESOLVER_IP);
	jsonw_str(j, "resolver_network_name", "");
}

static void put_annotations(struct jsonw *j, const struct target *t, const struct vantage *v)
{
	jsonw_object(j, "annotations");
	jsonw_str(j, "engine_name", SOFTWARE);
	jsonw_str(j, "engine_version", VERSION);
	jsonw_str(j, "platform", "linux");
	jsonw_str(j, "x_target_class", class_str(t->class));
	if (v && *v->region)
		jsonw_str(j, "x_region", v->region);
	if (v)
		jsonw_str(j, "x_access", access_str(v->access));
	jsonw_end(j);
}

static void put_extensions(struct jsonw *j)
{
	static const char *const names[] = {"dnst", "httpt", "tcpconnect", "tlshandshake"};
	jsonw_object(j, "extensions");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		jsonw_int(j, names[i], 0);
	jsonw_end(j);
}

static void put_web_connectivity(struct jsonw *j, const struct trace *t, const char *resolver)
{
	jsonw_str(j, "client_resolver", RESOLVER_IP);
	jsonw_null(j, "retries");
	jsonw_object(j, "control");
	jsonw_end(j);
	jsonw_str(j, "control_failure", "x_no_control");
	jsonw_str(j, "dns_experiment_failure", ooni_dns_failure(t, resolver));
	jsonw_null(j, "dns_consistency");
	jsonw_str(j, "http_experiment_failure", ooni_end_failure(t));
	jsonw_null(j, "body_proportion");
	jsonw_null(j, "body_length_match");
	jsonw_null(j, "headers_match");
	jsonw_null(j, "status_code_match");
	jsonw_null(j, "title_match");
	jsonw_null(j, "blocking");
	if (trace_is_up(t))
		jsonw_bool(j, "accessible", true);
	else
		jsonw_null(j, "accessible");
}

static void put_urlgetter(struct jsonw *j, const struct trace *t)
{
	const struct trace_step *s = ooni_end_step(t);
	bool up = trace_is_up(t);
	jsonw_str(j, "failure", up ? NULL : ooni_end_failure(t));
	jsonw_str(j, "failed_operation", up || !s ? NULL : ooni_operation(s->result.kind));
}

static void put_keys(struct jsonw *j, const struct trace *t, const char *resolver, int64_t begin)
{
	enum target_scheme scheme = t->target->scheme;
	jsonw_object(j, "test_keys");
	jsonw_str(j, "agent", "redirect");
	jsonw_null(j, "socksproxy");
	jsonw_array(j, "network_events");
	jsonw_end(j);
	ooni_put_queries(j, t, begin);
	ooni_put_connects(j, t, begin);
	ooni_put_handshakes(j, t, begin);
	ooni_put_requests(j, t, begin);
	ooni_put_own(j, t, begin);
	if (scheme == TARGET_HTTPS || scheme == TARGET_HTTP)
		put_web_connectivity(j, t, resolver);
	else
		put_urlgetter(j, t);
	jsonw_end(j);
}

int ooni_put(struct buf *out, const struct trace *t, const struct vantage *v,
	     const char *main_resolver)
{
	struct jsonw j;
	if (!t->n || !t->target || is_own_network(t))
		return -1;
	int64_t begin = begin_ms(t);
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	put_annotations(&j, t->target, v);
	jsonw_str(&j, "data_format_version", FORMAT_VERSION);
	put_extensions(&j);
	put_input(&j, t->target);
	put_time(&j, "measurement_start_time", begin);
	jsonw_array(&j, "options");
	jsonw_end(&j);
	put_place(&j, v);
	jsonw_str(&j, "report_id", ""); /* a collector of OONI's gives it */
	jsonw_str(&j, "software_name", SOFTWARE);
	jsonw_str(&j, "software_version", VERSION);
	jsonw_object(&j, "test_helpers");
	jsonw_end(&j);
	put_keys(&j, t, main_resolver, begin);
	jsonw_str(&j, "test_name", test_name(t->target));
	jsonw_num(&j, "test_runtime", runtime_s(t, begin), 6);
	put_time(&j, "test_start_time", begin);
	jsonw_str(&j, "test_version", VERSION);
	jsonw_end(&j);
	return 0;
}
