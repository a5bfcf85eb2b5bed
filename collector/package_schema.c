/* package_schema.c: datapackage.json: the Data Package standard, version 2.0 (https://datapackage.org/standard/).
 *
 * Which columns there are say the heads of the tables themselves; the table below says what each is. Keys that the
 * standard does not know ("unit", "method", "synthetic", "minProbes") are allowed by it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/country.h"
#include "collector/month.h"
#include "collector/packageint.h"
#include "common/clock.h"
#include "common/jsonw.h"

#define PROFILE	    "https://datapackage.org/profiles/2.0/"
#define COLUMNS_MAX 16384

/* What a text can be. */
enum words { ANY, STATE, ACCESS, WHY, SIGN, BASIS, SCOPE, KIND };

static const struct column {
	const char *name; /* "*" at either end: any beginning, any end */
	const char *type;
	enum words words;
	const char *unit; /* NULL: none */
	const char *doc;
} columns[] = {
	{"start", "datetime", ANY, NULL, "when the step begins"},
	{"step", "integer", ANY, "s", "how long it is"},
	{"region", "string", ANY, NULL, "ISO 3166-2 code of 2020; empty: all"},
	{"isp", "string", ANY, NULL, "AS number; empty: all"},
	{"access", "string", ACCESS, NULL, "kind of line; empty: all"},
	{"state", "string", STATE, NULL, "what was reachable; of an event the worst"},
	{"up", "share", ANY, NULL, "share of probes that reached open international targets"},
	{"lo", "share", ANY, NULL, "lower end of its 95% interval (Wilson)"},
	{"hi", "share", ANY, NULL, "upper end of its 95% interval (Wilson)"},
	{"probes", "integer", ANY, "probes", "that were heard"},
	{"expected", "integer", ANY, "probes", "that usually report at that time"},
	{"late", "integer", ANY, "probes", "that were heard only later"},
	{"revision", "integer", ANY, NULL, "1 at first, one more for each change"},
	{"rule", "string", ANY, NULL, "the rule of the method that decided the state"},
	{"provisional", "boolean", ANY, NULL, "whether it could still change"},
	{"fragility", "integer", ANY, "probes",
	 "the fewest without which the state would be another"},
	{"part_lo", "share", ANY, NULL, "the least share among its parts"},
	{"part_hi", "share", ANY, NULL, "the largest share among its parts"},
	{"method", "integer", ANY, NULL, "version of the method"},
	{"why", "string", WHY, NULL, "why there is this revision"},
	{"revised", "datetime", ANY, NULL, "when this revision was made"},
	{"late_share", "share", ANY, NULL, "late as a share of probes"},
	{"class_*_up", "integer", ANY, "probes",
	 "that reached at least half of the targets of this class"},
	{"class_*_n", "integer", ANY, "probes", "that tried targets of this class"},
	{"sign_*_n", "integer", ANY, "probes", "that showed this sign"},
	{"sign_*_of", "integer", ANY, "probes", "that could have shown it"},
	{"mech_*_n", "integer", ANY, "probes", "that met this way of blocking"},
	{"mech_*_of", "integer", ANY, "probes", "that could have met it"},
	{"synthetic", "boolean", ANY, NULL, "true: simulated, about no real network"},
	{"id", "string", ANY, NULL, "stays the same through revisions"},
	{"scope", "string", SCOPE, NULL, "what it is about"},
	{"onset", "datetime", ANY, NULL, "when it began"},
	{"onset_lo", "datetime", ANY, NULL,
	 "not before; empty: it was there from the first report"},
	{"onset_hi", "datetime", ANY, NULL, "not after"},
	{"end", "datetime", ANY, NULL, "when it ended; empty: it lasts"},
	{"end_lo", "datetime", ANY, NULL, "not before"},
	{"end_hi", "datetime", ANY, NULL, "not after"},
	{"detected", "datetime", ANY, NULL, "when it was known"},
	{"severity", "number", ANY, "h", "share lost times hours"},
	{"kind", "string", KIND, NULL, "what kind it is"},
	{"returning_since", "datetime", ANY, NULL, "it seems to be over since then"},
	{"basis", "string", BASIS, NULL, "measured (votes), presumed (silence), or both"},
	{"lost_lo", "share", ANY, NULL, "share lost in the least affected part"},
	{"lost_hi", "share", ANY, NULL, "share lost in the most affected part"},
	{"returns", "integer", ANY, NULL, "times that access came back and went again"},
	{"returns_partial", "integer", ANY, NULL, "of these, for a part of the probes only"},
	{"returns_total_s", "integer", ANY, "s", "how long these were together"},
	{"returns_last", "datetime", ANY, NULL, "when the last one began"},
	{"hours_days", "integer", ANY, "d", "days on which it began at the same time"},
	{"hours_from", "string", ANY, NULL, "time of day (UTC) at which it begins"},
	{"hours_until", "string", ANY, NULL, "time of day (UTC) at which it ends"},
	{"votes_n", "integer", ANY, "probes", "that had lost access when it was worst"},
	{"votes_of", "integer", ANY, "probes", "that had lately spoken then"},
	{"sentence_*", "string", ANY, NULL, "all of it in words, in the language of this code"},
	{"code", "string", ANY, NULL, "as in the columns region and isp"},
	{"name_en", "string", ANY, NULL, "English name"},
	{"name_fa", "string", ANY, NULL, "Persian name"},
	{"iso_pre2020", "string", ANY, NULL, "ISO 3166-2 code before 2020"},
	{"hasc", "string", ANY, NULL, "HASC code"},
	{"population", "integer", ANY, "people", "of the province"},
	{"subscribers_million", "number", ANY, "10^6 subscribers", "of the network"},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static bool is_column(const struct column *c, const char *name)
{
	const char *star = strchr(c->name, '*');
	if (!star)
		return !strcmp(c->name, name);
	size_t begin = (size_t)(star - c->name), end = strlen(star + 1), len = strlen(name);
	return len > begin + end && !strncmp(name, c->name, begin) &&
	       !strcmp(name + len - end, star + 1);
}

static const struct column *find_column(const char *name)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (is_column(&columns[i], name))
			return &columns[i];
	return NULL;
}

/* --- words --- */

static const char *state_word(int i)
{
	return i < STATES ? state_str((enum state)i) : NULL;
}

static const char *access_word(int i)
{
	return i < ACCESSES ? access_str((enum access_type)i) : NULL;
}

static const char *why_word(int i)
{
	return i < WHYS ? why_str((enum why)i) : NULL;
}

static const char *sign_word(int i)
{
	return i < SIGNS ? sign_str((enum sign)i) : NULL;
}

static const char *basis_word(int i)
{
	static const char *const words[] = {"votes", "silence", "votes+silence", NULL};
	return words[i];
}

static const char *scope_word(int i)
{
	static const char *const words[] = {"country", "region", "isp", "region,isp", NULL};
	return words[i];
}

static const char *kind_word(int i)
{
	static const char *const words[] = {"region", "isp", NULL};
	return words[i];
}

static void put_words(struct jsonw *j, enum words words)
{
	static const char *(*const lists[])(int i) = {
		[STATE] = state_word, [ACCESS] = access_word, [WHY] = why_word,
		[SIGN] = sign_word,   [BASIS] = basis_word,   [SCOPE] = scope_word,
		[KIND] = kind_word,
	};
	const char *word;
	if (words == ANY)
		return;
	jsonw_array(j, "enum");
	for (int i = 0; (word = lists[words](i)); i++)
		jsonw_str(j, NULL, word);
	jsonw_end(j);
}

/* --- a table --- */

static bool is_key(const struct package_table *t, const char *name)
{
	return !strcmp(name, t->key[0]) || (t->key[1] && !strcmp(name, t->key[1]));
}

static void put_constraints(struct jsonw *j, const struct package_table *t, const struct column *c,
			    enum words words, const char *name)
{
	bool number = !strcmp(c->type, "integer") || !strcmp(c->type, "number");
	bool share = !strcmp(c->type, "share");
	jsonw_object(j, "constraints");
	jsonw_bool(j, "required", is_key(t, name));
	if (number || share)
		jsonw_int(j, "minimum", 0);
	if (share)
		jsonw_int(j, "maximum", 1);
	put_words(j, words);
	jsonw_end(j);
}

static void put_boolean(struct jsonw *j)
{
	jsonw_array(j, "trueValues");
	jsonw_str(j, NULL, "1");
	jsonw_end(j);
	jsonw_array(j, "falseValues");
	jsonw_str(j, NULL, "0");
	jsonw_end(j);
}

static void put_field(struct jsonw *j, const struct package_table *t, const char *name)
{
	const struct column *c = find_column(name);
	enum words words = c->words;
	if (words == KIND && t->kind == PACKAGE_EVENTS)
		words = SIGN; /* the one name that two tables have for two things */
	jsonw_object(j, NULL);
	jsonw_str(j, "name", name);
	jsonw_str(j, "type", strcmp(c->type, "share") ? c->type : "number");
	jsonw_str(j, "description", c->doc);
	if (c->unit)
		jsonw_str(j, "unit", c->unit);
	if (!strcmp(c->type, "boolean"))
		put_boolean(j);
	put_constraints(j, t, c, words, name);
	jsonw_end(j);
}

static void put_fields(struct jsonw *j, const struct package *p, const struct package_table *t)
{
	struct buf head;
	char *rest, *name;
	buf_init(&head, COLUMNS_MAX);
	package_columns(p, t, &head);
	rest = head.data;
	jsonw_array(j, "fields");
	while ((name = strsep(&rest, ",")))
		put_field(j, t, name);
	jsonw_end(j);
	buf_clear(&head);
}

/* Networks that nobody has a name for are no entities, so only provinces are looked up there. */
static void put_foreign_keys(struct jsonw *j, const struct package_table *t)
{
	if (!t->by_region)
		return;
	jsonw_array(j, "foreignKeys");
	jsonw_object(j, NULL);
	jsonw_array(j, "fields");
	jsonw_str(j, NULL, "region");
	jsonw_end(j);
	jsonw_object(j, "reference");
	jsonw_str(j, "resource", "entities");
	jsonw_array(j, "fields");
	jsonw_str(j, NULL, "code");
	for (int i = 0; i < 4; i++)
		jsonw_end(j);
}

static void put_schema(struct jsonw *j, const struct package *p, const struct package_table *t)
{
	jsonw_object(j, "schema");
	jsonw_str(j, "$schema", PROFILE "tableschema.json");
	put_fields(j, p, t);
	jsonw_array(j, "missingValues");
	jsonw_str(j, NULL, "");
	jsonw_end(j);
	jsonw_array(j, "primaryKey");
	for (size_t i = 0; i < 2 && t->key[i]; i++)
		jsonw_str(j, NULL, t->key[i]);
	jsonw_end(j);
	put_foreign_keys(j, t);
	jsonw_end(j);
}

static void put_resource(struct jsonw *j, const struct package *p, const struct package_table *t,
			 const struct package_sum *sum)
{
	char text[80];
	jsonw_object(j, NULL);
	jsonw_str(j, "$schema", PROFILE "dataresource.json");
	jsonw_str(j, "name", t->name);
	snprintf(text, sizeof(text), "%s.csv", t->name);
	jsonw_str(j, "path", text);
	jsonw_str(j, "type", "table");
	jsonw_str(j, "title", t->title);
	jsonw_str(j, "format", "csv");
	jsonw_str(j, "mediatype", "text/csv");
	jsonw_str(j, "encoding", "utf-8");
	jsonw_int(j, "bytes", sum->bytes);
	snprintf(text, sizeof(text), "sha256:%s", sum->sha256);
	jsonw_str(j, "hash", text);
	put_schema(j, p, t);
	jsonw_end(j);
}

/* --- the package --- */

static void put_name(struct jsonw *j, const struct package *p)
{
	char name[64], month[MONTH_LEN];
	snprintf(name, sizeof(name), "fanous-%s-%s", p->publish->country->code,
		 month_text(month, p->month));
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	jsonw_str(j, "name", name);
}

static void put_licence(struct jsonw *j)
{
	jsonw_array(j, "licenses");
	jsonw_object(j, NULL);
	jsonw_str(j, "name", "CC-BY-4.0");
	jsonw_str(j, "path", PACKAGE_LICENCE_URL);
	jsonw_str(j, "title", "Creative Commons Attribution 4.0 International");
	jsonw_end(j);
	jsonw_end(j);
}

void package_json(const struct package *p, const struct package_sum sums[static PACKAGE_TABLES],
		  struct buf *out)
{
	char title[PACKAGE_TITLE_LEN], asof[CLOCK_RFC3339_LEN];
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "$schema", PROFILE "datapackage.json");
	put_name(&j, p);
	jsonw_str(&j, "title", package_title(title, p));
	jsonw_str(&j, "description",
		  "What probes of volunteers could reach, by step of time, province and network, "
		  "and the losses found in it. README.md says how to read it.");
	jsonw_str(&j, "version", clock_rfc3339(asof, p->asof_ms));
	jsonw_str(&j, "created", asof);
	jsonw_int(&j, "method", METHOD_VERSION);
	jsonw_int(&j, "minProbes", p->publish->min_probes);
	jsonw_bool(&j, "synthetic", p->synthetic);
	put_licence(&j);
	jsonw_array(&j, "contributors");
	jsonw_object(&j, NULL);
	jsonw_str(&j, "title", "Fanous");
	jsonw_end(&j);
	jsonw_end(&j);
	jsonw_array(&j, "resources");
	for (size_t i = 0; i < PACKAGE_TABLES; i++)
		put_resource(&j, p, &package_tables[i], &sums[i]);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
}
