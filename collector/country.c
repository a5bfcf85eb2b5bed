/* country.c: reads a country's folder. A table that can't be used as a whole is refused as a whole:
 * a region or a target that silently fell out would make figures that nobody can explain. */
#include "collector/country.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/country_list.h"
#include "collector/table.h"
#include "common/conf.h"
#include "common/countries.h"

static const char regions_header[] = "# iso\tiso_pre2020\thasc\tname_en\tname_fa\tpopulation";
static const char isps_header[] = "# asn\tname_en\tname_fa\taccess\tsubscribers_million\tnote";

static bool is_digits(const char *s)
{
	return *s && !s[strspn(s, "0123456789")];
}

/* "-" stands for unknown in every table. */
static bool is_unknown(const char *s)
{
	return !strcmp(s, "-");
}

static int copy(struct table *t, const char *what, char *out, size_t outlen, const char *text)
{
	if (!*text)
		return table_fail(t, "%s is empty", what);
	if (strlen(text) >= outlen)
		return table_fail(t, "%s is longer than %zu bytes", what, outlen - 1);
	strcpy(out, text); /* fits: checked above */
	return 0;
}

/* Tables name their columns in the first line, so that an older or a foreign shape is not half
 * understood. */
static int open_tsv(struct table *t, const char *path, const char *header, size_t columns,
		    char *err, size_t errlen)
{
	if (table_open(t, path, err, errlen) < 0)
		return -1;
	size_t len = strcspn(t->at, "\r\n");
	t->line = 1;
	if (len != strlen(header) || memcmp(t->at, header, len))
		return table_fail(t, "the first line must name the %zu columns: %s", columns,
				  header);
	return 0;
}

/* 1 with a row of exactly that many columns, 0 at the end, -1 with err. */
static int next_row(struct table *t, size_t columns)
{
	int rc = table_next_tsv(t);
	if (rc == 1 && t->n != columns)
		return table_fail(t, "%zu columns instead of %zu", t->n, columns);
	return rc;
}

static int parse_region(struct table *t, struct country *c, struct region *r)
{
	char **col = t->column;
	*r = (struct region){0};
	if (!countries_is_region(col[0], c->code))
		return table_fail(t, "'%.20s' is not an ISO 3166-2 code of %s", col[0], c->code);
	if (!is_unknown(col[1]) && !countries_is_region(col[1], c->code))
		return table_fail(t, "iso_pre2020 is neither such a code nor '-'");
	if (!is_unknown(col[5]) && (!is_digits(col[5]) || strlen(col[5]) > 10))
		return table_fail(t, "population is neither a number nor '-'");
	for (size_t i = 0; i < c->n_regions; i++) {
		if (!strcmp(c->regions[i].code, col[0]))
			return table_fail(t, "%s is there already", col[0]);
		if (!strcasecmp(c->regions[i].name_en, col[3]))
			return table_fail(t, "the name '%s' is that of %s already", col[3],
					  c->regions[i].code);
	}
	strcpy(r->code, col[0]); /* both fit: countries_is_region */
	strcpy(r->code_old, is_unknown(col[1]) ? "" : col[1]);
	r->population = is_unknown(col[5]) ? 0 : strtoll(col[5], NULL, 10);
	if (copy(t, "hasc", r->hasc, sizeof(r->hasc), col[2]) < 0 ||
	    copy(t, "name_en", r->name_en, sizeof(r->name_en), col[3]) < 0 ||
	    copy(t, "name_fa", r->name_fa, sizeof(r->name_fa), col[4]) < 0)
		return -1;
	if (is_unknown(r->hasc))
		*r->hasc = '\0';
	return 0;
}

static int read_regions(struct country *c, const char *path, char *err, size_t errlen)
{
	struct table t;
	int rc = open_tsv(&t, path, regions_header, 6, err, errlen);
	while (rc == 0 && (rc = next_row(&t, 6)) == 1) {
		c->regions = xrealloc(c->regions, (c->n_regions + 1) * sizeof(*c->regions));
		rc = parse_region(&t, c, &c->regions[c->n_regions]);
		if (rc == 0)
			c->n_regions++;
		else
			break;
	}
	if (rc == 0 && !c->n_regions)
		rc = table_fail(&t, "no region");
	table_close(&t);
	return rc;
}

/* A gateway carries other networks and has no subscriber line of its own: its access is unknown. */
static enum access_type parse_access(const char *s)
{
	if (!strcmp(s, "gateway"))
		return ACCESS_UNKNOWN;
	enum access_type a = access_parse(s);
	return a == ACCESS_UNKNOWN ? ACCESSES : a;
}

static int parse_isp(struct table *t, const struct country *c, struct isp *p)
{
	char **col = t->column, *end;
	*p = (struct isp){0};
	/* 0 is the unknown network and 2^32-1 stands for all of them (row.h); both are reserved,
	 * RFC 7607 and 7300. */
	unsigned long long asn =
		is_digits(col[0]) && strlen(col[0]) <= 10 ? strtoull(col[0], NULL, 10) : 0;
	if (!asn || asn >= UINT32_MAX)
		return table_fail(t, "'%.20s' is not an AS number", col[0]);
	p->asn = (uint32_t)asn;
	if (country_isp(c, p->asn))
		return table_fail(t, "AS%u is there already", p->asn);
	p->access = parse_access(col[3]);
	if (p->access == ACCESSES)
		return table_fail(t, "access is not one of mobile, fixed, datacentre, gateway");
	if (!is_unknown(col[4])) {
		p->subscribers_million = strtod(col[4], &end);
		if (!isdigit((unsigned char)*col[4]) || col[4][strspn(col[4], "0123456789.")] ||
		    *end || p->subscribers_million > 10000)
			return table_fail(t, "subscribers_million is neither a number nor '-'");
	}
	if (copy(t, "name_en", p->name_en, sizeof(p->name_en), col[1]) < 0)
		return -1;
	return copy(t, "name_fa", p->name_fa, sizeof(p->name_fa), col[2]);
}

static int read_isps(struct country *c, const char *path, char *err, size_t errlen)
{
	struct table t;
	int rc = open_tsv(&t, path, isps_header, 6, err, errlen);
	while (rc == 0 && (rc = next_row(&t, 6)) == 1) {
		c->isps = xrealloc(c->isps, (c->n_isps + 1) * sizeof(*c->isps));
		rc = parse_isp(&t, c, &c->isps[c->n_isps]);
		if (rc == 0)
			c->n_isps++;
		else
			break;
	}
	table_close(&t);
	return rc;
}

static const struct conf_option options[] = {
	{"country", "code", "code", CONF_STR, NULL, 0, 0, NULL, "ISO 3166-1 alpha-2"},
	{"country", "name_en", "name-en", CONF_STR, NULL, 0, 0, NULL, "name in English"},
	{"country", "name_fa", "name-fa", CONF_STR, NULL, 0, 0, NULL, "name in Persian"},
	{"country", "timezone", "timezone", CONF_STR, NULL, 0, 0, NULL, "name in the tz database"},
	/* From Baker Island to Kiribati. */
	{"country", "utc_offset_min", "utc-offset-min", CONF_INT, NULL, -720, 840, NULL,
	 "minutes that local time is ahead of UTC"},
	{0},
};

static int copy_conf(const struct conf *conf, const char *key, char *out, size_t outlen,
		     const char *path, char *err, size_t errlen)
{
	const char *text = conf_str(conf, "country", key);
	if (text && strlen(text) < outlen) {
		strcpy(out, text); /* fits: checked above */
		return 0;
	}
	snprintf(err, errlen, "%s: %s is %s", path, key, text ? "too long" : "missing");
	return -1;
}

static int read_conf(struct country *c, const char *path, char *err, size_t errlen)
{
	struct conf *conf = conf_new(options, "COUNTRY_");
	char code[sizeof(c->code)];
	int rc = -1;
	if (conf_load_file(conf, path, err, errlen) < 0 ||
	    copy_conf(conf, "code", code, sizeof(code), path, err, errlen) < 0 ||
	    copy_conf(conf, "name_en", c->name_en, sizeof(c->name_en), path, err, errlen) < 0 ||
	    copy_conf(conf, "name_fa", c->name_fa, sizeof(c->name_fa), path, err, errlen) < 0 ||
	    copy_conf(conf, "timezone", c->timezone, sizeof(c->timezone), path, err, errlen) < 0)
		goto out;
	if (strcmp(code, c->code))
		snprintf(err, errlen, "%s: code is %s, but the folder is %s", path, code, c->code);
	else if (!conf_is_set(conf, "country", "utc_offset_min"))
		snprintf(err, errlen, "%s: utc_offset_min is missing", path);
	else
		rc = 0;
	c->utc_offset_min = (int)conf_int(conf, "country", "utc_offset_min");
out:
	conf_free(conf);
	return rc;
}

/* What figures are made with, and not what is only shown beside them. */
static void hash_places(struct country *c)
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	struct buf text;
	buf_init(&text, (c->n_regions + c->n_isps) * 64);
	for (size_t i = 0; i < c->n_regions; i++)
		buf_printf(&text, "%s %" PRId64 "\n", c->regions[i].code, c->regions[i].population);
	for (size_t i = 0; i < c->n_isps; i++)
		buf_printf(&text, "%" PRIu32 " %d %.9g\n", c->isps[i].asn, (int)c->isps[i].access,
			   c->isps[i].subscribers_million);
	crypto_hash_sha256(digest, (const uint8_t *)text.data, text.len);
	sodium_bin2hex(c->places_hash, sizeof(c->places_hash), digest, sizeof(digest));
	buf_clear(&text);
}

struct country *country_load(const char *dir, const char *code, char *err, size_t errlen)
{
	static const struct {
		const char *file;
		int (*read)(struct country *c, const char *path, char *err, size_t errlen);
	} parts[] = {
		{"country.conf", read_conf},
		{"regions.tsv", read_regions},
		{"isps.tsv", read_isps},
		{"targets.csv", country_list_read},
		{"inside.csv", country_list_read_inside},
	};
	if (!countries_is_code(code)) {
		snprintf(err, errlen, "'%.20s' is not a country code of two capital letters", code);
		return NULL;
	}
	struct country *c = xcalloc(1, sizeof(*c));
	strcpy(c->code, code);
	int rc = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && rc == 0; i++) {
		char *path = xasprintf("%s/%s/%s", dir, code, parts[i].file);
		rc = parts[i].read(c, path, err, errlen);
		free(path);
	}
	if (rc == 0) {
		hash_places(c);
		return c;
	}
	country_free(c);
	return NULL;
}

void country_free(struct country *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_targets; i++)
		free(c->targets[i].url);
	free(c->targets);
	free(c->regions);
	free(c->isps);
	free(c);
}

const struct region *country_region(const struct country *c, const char *code)
{
	for (size_t i = 0; i < c->n_regions; i++)
		if (!strcmp(c->regions[i].code, code))
			return &c->regions[i];
	return NULL;
}

const struct isp *country_isp(const struct country *c, uint32_t asn)
{
	for (size_t i = 0; i < c->n_isps; i++)
		if (c->isps[i].asn == asn)
			return &c->isps[i];
	return NULL;
}

static int compare_url(const void *url, const void *target)
{
	return strcmp(url, ((const struct country_target *)target)->url);
}

const struct country_target *country_target(const struct country *c, const char *url)
{
	return bsearch(url, c->targets, c->n_targets, sizeof(*c->targets), compare_url);
}
