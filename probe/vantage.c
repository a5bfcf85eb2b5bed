/* vantage.c: reads the declared place and checks it against the country's tables (regions.tsv: iso,
 * iso_pre2020, hasc, name_en, name_fa, population; tab-separated, `#` header). */
#include "probe/vantage.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/conf.h"
#include "common/countries.h"
#include "common/nearest.h"

#define REGIONS_FILE_MAX (64 * 1024) /* the largest country has fewer than 200 regions */

struct region {
	const char *code, *old_code, *name_en, *name_local; /* into the text of the file */
};

struct regions {
	struct buf text;
	struct region *list; /* owned */
	size_t n;
};

static void regions_free(struct regions *r)
{
	buf_clear(&r->text);
	free(r->list);
}

static bool region_split(struct region *r, char *line)
{
	char *code = strsep(&line, "\t"), *old = strsep(&line, "\t"), *hasc = strsep(&line, "\t");
	char *en = strsep(&line, "\t"), *local = strsep(&line, "\t");
	*r = (struct region){code, old, en, local};
	return *code && hasc && en && local;
}

/* 0, or -1 with errno. */
static int regions_load(struct regions *r, const char *countries_dir, const char *country)
{
	char *path = xasprintf("%s/%s/regions.tsv", countries_dir, country), *line;
	int rc = buf_read_file(&r->text, path, REGIONS_FILE_MAX);
	int saved = errno;
	free(path);
	r->list = NULL;
	r->n = 0;
	errno = saved;
	if (rc < 0)
		return -1;
	for (char *rest = r->text.data; (line = strsep(&rest, "\n"));) {
		struct region one;
		if (*line == '#' || !region_split(&one, line))
			continue;
		r->list = xrealloc(r->list, (r->n + 1) * sizeof(*r->list));
		r->list[r->n++] = one;
	}
	return 0;
}

static bool is_name_of(const struct region *r, const char *text)
{
	return !strcasecmp(text, r->name_en) || !strcmp(text, r->name_local);
}

/* The region of this code, or with names allowed of this name; NULL for none. */
static const struct region *region_find(const struct regions *r, const char *text, bool names)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(text, r->list[i].code) || (names && is_name_of(&r->list[i], text)))
			return &r->list[i];
	return NULL;
}

/* The region that a mistyped code or name is nearest to; NULL when there are none. */
static const struct region *region_nearest(const struct regions *r, const char *text)
{
	const struct region *best = region_find(r, text, true);
	size_t best_d = best ? 0 : SIZE_MAX;
	for (size_t i = 0; i < r->n; i++) {
		size_t code = nearest_distance(text, r->list[i].code);
		size_t name = nearest_distance(text, r->list[i].name_en);
		size_t d = code < name ? code : name;
		if (d < best_d) {
			best_d = d;
			best = &r->list[i];
		}
	}
	return best;
}

/* Copies the code of a region as a person gave it. 0, or -1 with err. */
static int region_resolve(char code[static BATCH_REGION_LEN], const char *countries_dir,
			  const char *country, const char *text, bool names, char *err,
			  size_t errlen)
{
	struct regions r;
	int rc = -1;
	if (regions_load(&r, countries_dir, country) < 0) {
		snprintf(err, errlen, "country %s is not known in %s: %s", country, countries_dir,
			 strerror(errno));
		goto out;
	}
	const struct region *found = region_find(&r, text, names);
	const struct region *meant = found ? found : region_nearest(&r, text);
	if (found && strlen(found->code) < BATCH_REGION_LEN) {
		strcpy(code, found->code); /* fits: checked */
		rc = 0;
	} else if (meant) {
		snprintf(err, errlen,
			 "region '%.32s' is not one of %s; the nearest is %s (%s); all of them "
			 "stand in %s/%s/regions.tsv",
			 text, country, meant->code, meant->name_en, countries_dir, country);
	} else {
		snprintf(err, errlen, "%s/%s/regions.tsv has no regions", countries_dir, country);
	}
out:
	regions_free(&r);
	return rc;
}

/* "auto", "AS44244" or "44244". */
static int parse_isp(const char *text, uint32_t *isp)
{
	*isp = 0;
	if (!strcasecmp(text, "auto"))
		return 0;
	if (!strncasecmp(text, "AS", 2))
		text += 2;
	char *end;
	unsigned long n = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || n == 0 || n >= UINT32_MAX)
		return -1;
	*isp = (uint32_t)n;
	return 0;
}

static bool has_folder(const char *countries_dir, const char *country)
{
	char *path = xasprintf("%s/%s", countries_dir, country);
	bool there = access(path, F_OK) == 0;
	free(path);
	return there;
}

/* The region of a country whose tables are not here, because another one is watched. */
static int take_region(char code[static BATCH_REGION_LEN], const char *country, const char *text,
		       char *err, size_t errlen)
{
	if (countries_is_region(text, country)) {
		strcpy(code, text); /* fits: six letters at most */
		return 0;
	}
	snprintf(err, errlen, "region '%.32s' is not an ISO 3166-2 code of %s; it may be left out",
		 text, country);
	return -1;
}

int vantage_read(struct vantage *v, const struct conf *c, const char *countries_dir, char *err,
		 size_t errlen)
{
	const char *country = conf_str(c, "probe", "country");
	const char *region = conf_str(c, "probe", "region");
	const char *watch = conf_str(c, "probe", "watch");
	const char *isp = conf_str(c, "probe", "isp");
	*v = (struct vantage){.access = access_parse(conf_str(c, "probe", "access"))};
	if (!country || !countries_is_code(country)) {
		snprintf(err, errlen,
			 country ? "country '%.16s' is not a code of two capital letters, like IR"
				 : "no country is set; give its code of two letters with --country",
			 country);
		return -1;
	}
	if (parse_isp(isp, &v->isp) < 0) {
		snprintf(err, errlen, "isp '%.32s' is neither auto nor an AS number like AS44244",
			 isp);
		return -1;
	}
	if (watch && !countries_is_code(watch)) {
		snprintf(err, errlen, "watch '%.16s' is not a code of two capital letters, like IR",
			 watch);
		return -1;
	}
	strcpy(v->country, country); /* two letters: checked above */
	if (!region)
		return 0;
	if (watch && !has_folder(countries_dir, country))
		return take_region(v->region, country, region, err, errlen);
	return region_resolve(v->region, countries_dir, country, region, false, err, errlen);
}

int vantage_region_code(char code[static BATCH_REGION_LEN], const char *countries_dir,
			const char *country, const char *text, char *err, size_t errlen)
{
	if (countries_is_code(country))
		return region_resolve(code, countries_dir, country, text, true, err, errlen);
	snprintf(err, errlen, "country '%.16s' is not a code of two capital letters", country);
	return -1;
}

const char *vantage_text(char out[static VANTAGE_TEXT], const struct vantage *v)
{
	char isp[16] = "any operator";
	if (v->isp)
		snprintf(isp, sizeof(isp), "AS%u", v->isp);
	snprintf(out, VANTAGE_TEXT, "%s, %s, %s", *v->region ? v->region : v->country, isp,
		 v->access == ACCESS_UNKNOWN ? "any line" : access_str(v->access));
	return out;
}

int vantage_list_regions(struct buf *out, const char *countries_dir, const char *country)
{
	struct regions r;
	int rc = countries_is_code(country) ? regions_load(&r, countries_dir, country) : -1;
	if (rc < 0)
		return -1;
	for (size_t i = 0; i < r.n; i++)
		buf_printf(out, "  %-8s %-28s %s\n", r.list[i].code, r.list[i].name_en,
			   r.list[i].name_local);
	regions_free(&r);
	return 0;
}
