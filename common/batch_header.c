/* batch_header.c: the header line of a batch, both ways, and which addresses may stand in it.
 *
 *	{"v":1,"software":"fanous-probe/0.1.0","country":"IR","region":"IR-23","isp":44244,"access":"mobile",
 *	 "epoch":20461,"t0":1767889800000,"clock":{"wall":1767890100000,"mono":523000,"offset":-120},
 *	 "list":"9f86...","targets":[["https://a.example/","open"]],"addrs":["203.0.113.1"],
 *	 "resolvers":["system"],"fps":[],"certs":[["bZ0q1T7mZ8w2v3xY","a1B2c3D4",1767225600,1775001600]],"columns":{"tcp":["t","target","us","failure","addr","port"]}}
 *
 * Every key is required but certs, which older probes did not have; region, isp, offset and list may be null. An unknown key is refused: what
 * a collector does not understand it must not acknowledge. */
#include "common/batch_header.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "common/batch.h"
#include "common/jsonw.h"

#define HEADER_VERSION 1

static void encode_names(struct jsonw *j, const char *key, char *const *names, size_t n)
{
	jsonw_array(j, key);
	for (size_t i = 0; i < n; i++)
		jsonw_str(j, NULL, names[i]);
	jsonw_end(j);
}

static void encode_targets(struct jsonw *j, const struct batch *b)
{
	jsonw_array(j, "targets");
	for (size_t i = 0; i < b->n_targets; i++) {
		jsonw_array(j, NULL);
		jsonw_str(j, NULL, b->targets[i].url);
		jsonw_str(j, NULL, class_str(b->targets[i].class));
		jsonw_end(j);
	}
	jsonw_end(j);
}

static bool has_kind(const struct batch *b, enum kind k)
{
	for (size_t i = 0; i < b->n_results; i++)
		if (b->results[i].kind == k)
			return true;
	return false;
}

static void encode_certs(struct jsonw *j, const struct batch *b)
{
	jsonw_array(j, "certs");
	for (size_t i = 0; i < b->n_certs; i++) {
		jsonw_array(j, NULL);
		jsonw_str(j, NULL, b->certs[i].id);
		jsonw_str(j, NULL, b->certs[i].issuer);
		jsonw_int(j, NULL, b->certs[i].not_before);
		jsonw_int(j, NULL, b->certs[i].not_after);
		jsonw_end(j);
	}
	jsonw_end(j);
}

/* Only the kinds that occur: the names cost bytes in every batch. */
static void encode_columns(struct jsonw *j, const struct batch *b)
{
	jsonw_object(j, "columns");
	for (enum kind k = 0; k < KINDS; k++) {
		if (!has_kind(b, k))
			continue;
		jsonw_array(j, kind_str(k));
		for (const enum result_field *f = kind_columns(k); *f != RESULT_FIELDS; f++)
			jsonw_str(j, NULL, field_str(*f));
		jsonw_end(j);
	}
	jsonw_end(j);
}

static void encode_clock(struct jsonw *j, const struct batch *b)
{
	jsonw_object(j, "clock");
	jsonw_int(j, "wall", b->sealed_wall_ms);
	jsonw_int(j, "mono", b->sealed_mono_ms);
	if (b->offset_known)
		jsonw_int(j, "offset", b->offset_ms);
	else
		jsonw_null(j, "offset");
	jsonw_end(j);
}

void batch_header_encode(struct buf *out, const struct batch *b)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_int(&j, "v", HEADER_VERSION);
	jsonw_str(&j, "software", b->software);
	jsonw_str(&j, "country", b->country);
	jsonw_str(&j, "region", *b->region ? b->region : NULL);
	if (b->isp)
		jsonw_int(&j, "isp", b->isp);
	else
		jsonw_null(&j, "isp");
	jsonw_str(&j, "access", access_str(b->access));
	jsonw_int(&j, "epoch", b->epoch);
	jsonw_int(&j, "t0", b->t0_ms);
	encode_clock(&j, b);
	jsonw_str(&j, "list", *b->list_hash ? b->list_hash : NULL);
	encode_targets(&j, b);
	encode_names(&j, "addrs", b->addrs, b->n_addrs);
	encode_names(&j, "resolvers", b->resolvers, b->n_resolvers);
	encode_names(&j, "fps", b->fps, b->n_fps);
	encode_certs(&j, b);
	encode_columns(&j, b);
	jsonw_end(&j);
}

/* Printable ASCII only, so that nothing decoded here can surprise a log, a page or a terminal. */
static bool is_plain(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

static int copy_text(char *out, size_t outlen, const json_t *value, bool may_be_null)
{
	*out = '\0';
	if (json_is_null(value))
		return may_be_null ? 0 : -1;
	const char *s = json_string_value(value);
	if (!s || strlen(s) >= outlen || !is_plain(s))
		return -1;
	strcpy(out, s); /* fits: checked above */
	return 0;
}

static const char *decode_targets(struct batch *b, const json_t *list)
{
	if (!json_is_array(list) || json_array_size(list) > BATCH_TARGETS_MAX)
		return "targets is not a list of at most 1024";
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *pair = json_array_get(list, i);
		const char *url = json_string_value(json_array_get(pair, 0));
		const char *class = json_string_value(json_array_get(pair, 1));
		if (json_array_size(pair) != 2 || !url || !class || !*url || !is_plain(url) ||
		    strlen(url) >= TARGET_URL_MAX)
			return "a target is not [url, class]";
		if (class_parse(class) == CLASSES || class_parse(class) == CLASS_LINK)
			return "a target has an unknown class";
		if (batch_target(b, url, class_parse(class)) != (int)i)
			return "a target is named twice";
	}
	return NULL;
}

/* A table of names: add() gives each its index, which must be its place in the list. */
static const char *decode_names(struct batch *b, const json_t *list, size_t max,
				int (*add)(struct batch *b, const char *name))
{
	if (!json_is_array(list) || json_array_size(list) > max)
		return "a name table is not a list, or too long";
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		if (!name || !*name || strlen(name) >= TARGET_URL_MAX || !is_plain(name))
			return "a name table has something that is not a short plain text";
		if (add(b, name) != (int)i)
			return "a name table has a duplicate or an address that must not be sent";
	}
	return NULL;
}

static bool is_base64url(const char *s)
{
	return s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")] ==
	       '\0';
}

static const char *decode_certs(struct batch *b, json_t *list)
{
	if (!list)
		return NULL;
	if (!json_is_array(list) || json_array_size(list) > BATCH_CERTS_MAX)
		return "certs is not a list of at most 1024";
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id, *issuer;
		json_int_t not_before, not_after;
		struct batch_cert c;
		if (json_unpack(json_array_get(list, i), "[s,s,I,I!]", &id, &issuer, &not_before,
				&not_after) < 0)
			return "a certificate is not [id, issuer, not before, not after]";
		if (strlen(id) != sizeof(c.id) - 1 || strlen(issuer) != sizeof(c.issuer) - 1 ||
		    !is_base64url(id) || !is_base64url(issuer))
			return "a certificate's names are not short hashes in base64url";
		memcpy(c.id, id, sizeof(c.id));
		memcpy(c.issuer, issuer, sizeof(c.issuer));
		c.not_before = not_before;
		c.not_after = not_after;
		if (batch_cert(b, &c) != (int)i)
			return "a certificate is named twice";
	}
	return NULL;
}

static const char *decode_kind_columns(enum result_field *out, const json_t *names)
{
	size_t n = json_array_size(names);
	uint64_t seen = 0;
	_Static_assert(RESULT_FIELDS <= 64, "one bit per field");
	if (!json_is_array(names) || n == 0 || n > RESULT_FIELDS)
		return "the columns of a kind are not a list";
	for (size_t i = 0; i < n; i++) {
		const char *name = json_string_value(json_array_get(names, i));
		enum result_field f = name ? field_parse(name) : RESULT_FIELDS;
		if (f == RESULT_FIELDS)
			return "a column that this version does not know";
		if (seen & 1ULL << f)
			return "a column is named twice";
		seen |= 1ULL << f;
		out[i] = f;
	}
	out[n] = RESULT_FIELDS;
	return seen & 1ULL << RESULT_T ? NULL : "a kind without the column t";
}

static const char *decode_columns(struct result_columns *columns, json_t *object)
{
	const char *name;
	json_t *names;
	for (size_t k = 0; k < KINDS; k++)
		columns->of[k][0] = RESULT_FIELDS;
	if (!json_is_object(object))
		return "columns is not an object";
	json_object_foreach(object, name, names)
	{
		enum kind k = kind_parse(name);
		if (k == KINDS)
			return "columns of a kind that this version does not know";
		const char *why = decode_kind_columns(columns->of[k], names);
		if (why)
			return why;
	}
	return NULL;
}

static const char *decode_vantage(struct batch *b, const json_t *country, const json_t *region,
				  const json_t *isp, const char *access)
{
	if (copy_text(b->country, sizeof(b->country), country, false) < 0 ||
	    strlen(b->country) != 2)
		return "country is not a two-letter code";
	if (copy_text(b->region, sizeof(b->region), region, true) < 0)
		return "region is not a short text or null";
	int64_t asn = json_integer_value(isp);
	if (!json_is_null(isp) && (!json_is_integer(isp) || asn < 1 || asn >= UINT32_MAX))
		return "isp is not an AS number or null";
	b->isp = (uint32_t)asn;
	b->access = access_parse(access);
	return b->access == ACCESSES ? "access is unknown" : NULL;
}

static const char *decode_clock(struct batch *b, const json_t *offset)
{
	/* Up to the year 2100, so that sums of times can't overflow. */
	const int64_t max = 4102444800000;
	if (b->t0_ms < 0 || b->t0_ms > max || b->sealed_wall_ms < 0 || b->sealed_wall_ms > max ||
	    b->sealed_mono_ms < 0 || b->sealed_mono_ms > max)
		return "a time is out of range";
	if (b->epoch < 0 || b->epoch > max / 86400000)
		return "epoch is out of range";
	b->offset_known = json_is_integer(offset);
	b->offset_ms = json_integer_value(offset);
	if ((!b->offset_known && !json_is_null(offset)) || b->offset_ms > max ||
	    b->offset_ms < -max)
		return "offset is not milliseconds or null";
	return NULL;
}

const char *batch_header_decode(struct batch *b, struct result_columns *columns, const char *line,
				size_t len)
{
	json_t *region, *isp, *offset, *list, *targets, *addrs, *resolvers, *fps,
		*certs = NULL, *cols, *software, *country;
	json_int_t epoch, t0, wall, mono;
	const char *why = "not what a header must be", *access;
	int version;
	json_t *root = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);

	if (json_unpack(root,
			"{s:i,s:o,s:o,s:o,s:o,s:s,s:I,s:I,s:{s:I,s:I,s:o!},s:o,s:o,s:o,s:o,s:o,s?o,"
			"s:o!}",
			"v", &version, "software", &software, "country", &country, "region",
			&region, "isp", &isp, "access", &access, "epoch", &epoch, "t0", &t0,
			"clock", "wall", &wall, "mono", &mono, "offset", &offset, "list", &list,
			"targets", &targets, "addrs", &addrs, "resolvers", &resolvers, "fps", &fps,
			"certs", &certs, "columns", &cols) < 0)
		goto out;
	why = "unknown header version";
	if (version != HEADER_VERSION)
		goto out;
	b->epoch = epoch;
	b->t0_ms = t0;
	b->sealed_wall_ms = wall;
	b->sealed_mono_ms = mono;
	why = "software or list is not a short plain text";
	if (copy_text(b->software, sizeof(b->software), software, false) < 0 ||
	    copy_text(b->list_hash, sizeof(b->list_hash), list, true) < 0)
		goto out;
	if ((why = decode_vantage(b, country, region, isp, access)) ||
	    (why = decode_clock(b, offset)) || (why = decode_targets(b, targets)) ||
	    (why = decode_names(b, addrs, BATCH_ADDRS_MAX, batch_addr)) ||
	    (why = decode_names(b, resolvers, BATCH_RESOLVERS_MAX, batch_resolver)) ||
	    (why = decode_names(b, fps, BATCH_FPS_MAX, batch_fp)) || (why = decode_certs(b, certs)))
		goto out;
	why = decode_columns(columns, cols);
out:
	json_decref(root);
	return why;
}

/* RFC 6890 and its updates; 6to4 and Teredo too, since those carry somebody's IPv4 address inside.
 */
static bool v4_is_public(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} special[] = {
		{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
		{0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0586300, 24},
		{0xc0a80000, 16}, {0xc6120000, 15}, {0xe0000000, 3},
	};
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if ((a ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

bool batch_addr_is_public(const char *addr)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, addr, &v4) == 1)
		return v4_is_public(ntohl(v4.s_addr));
	if (inet_pton(AF_INET6, addr, &v6) != 1)
		return false;
	const uint8_t *a = v6.s6_addr;
	if ((a[0] & 0xe0) != 0x20 && !(a[0] == 0x00 && a[1] == 0x64))
		return false; /* outside global unicast 2000::/3 and NAT64 64:ff9b::/96 */
	bool teredo = a[0] == 0x20 && a[1] == 0x01 && a[2] == 0 && a[3] == 0;
	bool sixtofour = a[0] == 0x20 && a[1] == 0x02;
	bool local_nat64 = a[0] == 0 && (a[2] != 0xff || a[3] != 0x9b || a[4] || a[5]);
	return !teredo && !sixtofour && !local_nat64;
}
