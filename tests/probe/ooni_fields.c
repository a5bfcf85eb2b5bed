/* ooni_fields.c: the tables, and the walk over a measurement. */
#include "tests/probe/ooni_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* Types of one key; several where the format allows null. */
enum type { STR = 1, INT = 2, NUM = 4, BOOL = 8, ARR = 16, OBJ = 32, NUL = 64 };

struct field {
	const char *key;
	unsigned int types;
};

static const struct field top[] = {
	{"annotations", OBJ},
	{"data_format_version", STR},
	{"extensions", OBJ},
	{"input", STR | NUL},
	{"measurement_start_time", STR},
	{"options", ARR},
	{"probe_asn", STR},
	{"probe_cc", STR},
	{"probe_ip", STR},
	{"probe_network_name", STR},
	{"report_id", STR},
	{"resolver_asn", STR},
	{"resolver_ip", STR},
	{"resolver_network_name", STR},
	{"software_name", STR},
	{"software_version", STR},
	{"test_helpers", OBJ},
	{"test_keys", OBJ},
	{"test_name", STR},
	{"test_runtime", NUM},
	{"test_start_time", STR},
	{"test_version", STR},
	{0},
};

static const struct field all_keys[] = {
	{"agent", STR},	   {"socksproxy", STR | NUL}, {"network_events", ARR}, {"queries", ARR},
	{"requests", ARR}, {"tcp_connect", ARR},      {"tls_handshakes", ARR}, {0},
};

static const struct field web_connectivity[] = {
	{"client_resolver", STR},
	{"retries", INT | NUL},
	{"control", OBJ},
	{"control_failure", STR | NUL},
	{"dns_experiment_failure", STR | NUL},
	{"dns_consistency", STR | NUL},
	{"http_experiment_failure", STR | NUL},
	{"body_proportion", NUM | NUL},
	{"body_length_match", BOOL | NUL},
	{"headers_match", BOOL | NUL},
	{"status_code_match", BOOL | NUL},
	{"title_match", BOOL | NUL},
	{"blocking", STR | BOOL | NUL},
	{"accessible", BOOL | NUL},
	{0},
};

static const struct field urlgetter[] = {
	{"failed_operation", STR | NUL}, {"failure", STR | NUL}, {0}};

static const struct field query[] = {
	{"answers", ARR},
	{"engine", STR},
	{"failure", STR | NUL},
	{"hostname", STR},
	{"query_type", STR},
	{"resolver_address", STR},
	{"resolver_hostname", NUL},
	{"resolver_port", STR | NUL},
	{"t0", NUM},
	{"t", NUM},
	{"tags", ARR},
	{"transaction_id", INT},
	{0},
};

static const struct field answer[] = {{"answer_type", STR}, {"ttl", INT | NUL}, {0}};

static const struct field tcp_connect[] = {
	{"ip", STR}, {"port", INT}, {"status", OBJ},	     {"t0", NUM},
	{"t", NUM},  {"tags", ARR}, {"transaction_id", INT}, {0},
};

static const struct field status[] = {{"failure", STR | NUL}, {"success", BOOL}, {0}};

static const struct field handshake[] = {
	{"network", STR},
	{"address", STR},
	{"cipher_suite", STR},
	{"failure", STR | NUL},
	{"so_error", INT | NUL},
	{"negotiated_protocol", STR},
	{"no_tls_verify", BOOL},
	{"peer_certificates", ARR},
	{"server_name", STR},
	{"t0", NUM},
	{"t", NUM},
	{"tags", ARR},
	{"tls_version", STR},
	{"transaction_id", INT},
	{0},
};

static const struct field exchange[] = {
	{"network", STR}, {"address", STR},	   {"alpn", STR}, {"failure", STR | NUL},
	{"request", OBJ}, {"response", OBJ},	   {"t0", NUM},	  {"t", NUM},
	{"tags", ARR},	  {"transaction_id", INT}, {0},
};

static const struct field request[] = {
	{"url", STR},	       {"method", STR},	     {"headers", OBJ},
	{"headers_list", ARR}, {"body", STR},	     {"body_is_truncated", BOOL},
	{"tor", OBJ},	       {"x_transport", STR}, {0},
};

static const struct field response[] = {
	{"code", INT},	  {"body", STR},	 {"body_is_truncated", BOOL},
	{"headers", OBJ}, {"headers_list", ARR}, {0},
};

static unsigned int type_of(const json_t *j)
{
	switch (json_typeof(j)) {
	case JSON_STRING: return STR;
	case JSON_INTEGER: return INT;
	case JSON_REAL: return NUM;
	case JSON_TRUE:
	case JSON_FALSE: return BOOL;
	case JSON_ARRAY: return ARR;
	case JSON_OBJECT: return OBJ;
	default: return NUL;
	}
}

/* Each key of the table, and besides them only x_ keys and those of `also`. */
static void has_fields(const json_t *j, const struct field *table, const struct field *also)
{
	const char *key;
	json_t *value;
	for (const struct field *f = table; f->key; f++) {
		value = json_object_get(j, f->key);
		if (!value || !(type_of(value) & f->types))
			fail_msg("%s is %s", f->key, value ? "of another type" : "missing");
	}
	json_object_foreach((json_t *)j, key, value)
	{
		bool known = !strncmp(key, "x_", 2);
		for (const struct field *f = table; f->key; f++)
			known |= !strcmp(f->key, key);
		for (const struct field *f = also; f && f->key; f++)
			known |= !strcmp(f->key, key);
		if (!known)
			fail_msg("the format has no '%s'", key);
	}
}

static void each(const json_t *keys, const char *name, const struct field *table)
{
	const json_t *list = json_object_get(keys, name);
	for (size_t i = 0; i < json_array_size(list); i++)
		has_fields(json_array_get(list, i), table, NULL);
}

void ooni_fields_check(const json_t *j)
{
	static const struct field addresses[] = {{"ipv4", STR}, {"ipv6", STR}, {0}};
	static const struct field optional[] = {{"rcode", INT}, {0}};
	const json_t *keys = json_object_get(j, "test_keys"), *list;
	bool web = !strcmp(json_string_value(json_object_get(j, "test_name")), "web_connectivity");
	has_fields(j, top, NULL);
	has_fields(keys, all_keys, web ? web_connectivity : urlgetter);
	has_fields(keys, web ? web_connectivity : urlgetter, all_keys);
	list = json_object_get(keys, "queries");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *q = json_array_get(list, i);
		has_fields(q, query, optional);
		for (size_t k = 0; k < json_array_size(json_object_get(q, "answers")); k++)
			has_fields(json_array_get(json_object_get(q, "answers"), k), answer,
				   addresses);
	}
	each(keys, "tcp_connect", tcp_connect);
	each(keys, "tls_handshakes", handshake);
	each(keys, "requests", exchange);
	list = json_object_get(keys, "tcp_connect");
	for (size_t i = 0; i < json_array_size(list); i++)
		has_fields(json_object_get(json_array_get(list, i), "status"), status, NULL);
	list = json_object_get(keys, "requests");
	for (size_t i = 0; i < json_array_size(list); i++) {
		has_fields(json_object_get(json_array_get(list, i), "request"), request, NULL);
		has_fields(json_object_get(json_array_get(list, i), "response"), response, NULL);
	}
}
