/* openapi_schema.c: one table per object, in the order in which its fields are written. */
#include "collector/openapi_schema.h"

#include <stdio.h>
#include <string.h>

#include "collector/row.h"

enum type { TIME, SHARE, INTEGER, NUMBER, BOOLEAN, STRING, REF, LIST, MAP };

static const char *state_word(int i)
{
	return i < STATES ? state_str((enum state)i) : NULL;
}

static const char *access_word(int i)
{
	return i < ACCESSES ? access_str((enum access_type)i) : NULL;
}

static const char *class_word(int i)
{
	return i < CLASSES ? class_str((enum target_class)i) : NULL;
}

static const char *sign_word(int i)
{
	return i < SIGNS ? sign_str((enum sign)i) : NULL;
}

static const char *why_word(int i)
{
	return i < WHYS ? why_str((enum why)i) : NULL;
}

static const char *kind_word(int i)
{
	return i < KINDS ? kind_str((enum kind)i) : NULL;
}

/* What a field may be besides its type. */
#define NIL   1u /* null: any, withheld, not known */
#define MAYBE 2u /* not always there */

struct field {
	const char *name;
	enum type type;
	unsigned int may; /* NIL, MAYBE */
	const char
		*of; /* of REF, LIST, MAP: names of objects, with | between; NULL in a MAP: texts */
	const char *(*word)(int i); /* of STRING: all that it may be; NULL: anything */
};

#define SERIES                                                                                     \
	{"region", STRING, NIL, NULL, NULL}, {"isp", STRING, NIL, NULL, NULL},                     \
		{"access", STRING, NIL, NULL, access_word},                                        \
		{"region_name", STRING, NIL | MAYBE, NULL, NULL},                                  \
	{                                                                                          \
		"isp_name", STRING, NIL | MAYBE, NULL, NULL                                        \
	}
#define ENVELOPE                                                                                   \
	{"country", STRING, 0, NULL, NULL}, {"from", TIME, 0, NULL, NULL},                         \
		{"until", TIME, 0, NULL, NULL}, {"step", INTEGER, MAYBE, NULL, NULL},              \
		{"asof", TIME, MAYBE, NULL, NULL},                                                 \
	{                                                                                          \
		"synthetic", BOOLEAN, MAYBE, NULL, NULL                                            \
	}
#define INTERVAL                                                                                   \
	{"up", SHARE, NIL, NULL, NULL}, {"lo", SHARE, NIL, NULL, NULL},                            \
	{                                                                                          \
		"hi", SHARE, NIL, NULL, NULL                                                       \
	}
#define REVISION                                                                                   \
	{"method", INTEGER, NIL, NULL, NULL}, {"why", STRING, NIL, NULL, why_word},                \
	{                                                                                          \
		"revised", TIME, NIL, NULL, NULL                                                   \
	}

static const struct field row[] = {
	{"start", TIME, 0, NULL, NULL},
	{"step", INTEGER, 0, NULL, NULL},
	SERIES,
	{"state", STRING, 0, NULL, state_word},
	INTERVAL,
	{"probes", INTEGER, NIL, NULL, NULL},
	{"expected", INTEGER, 0, NULL, NULL},
	{"late", INTEGER, NIL, NULL, NULL},
	{"revision", INTEGER, 0, NULL, NULL},
	{"rule", STRING, 0, NULL, NULL},
	{"provisional", BOOLEAN, MAYBE, NULL, NULL},
	{"fragility", INTEGER, NIL, NULL, NULL},
	{"part_lo", SHARE, NIL, NULL, NULL},
	{"part_hi", SHARE, NIL, NULL, NULL},
	REVISION,
	{"late_share", SHARE, NIL, NULL, NULL},
	{"classes", MAP, 0, "Reached", NULL},
	{"signs", MAP, 0, "Count", NULL},
	{"mechanisms", MAP, 0, "Count", NULL},
	{"start_jalali", STRING, MAYBE, NULL, NULL},
	{"synthetic", BOOLEAN, MAYBE, NULL, NULL},
};
static const struct field row_of_class[] = {
	{"start", TIME, 0, NULL, NULL},
	{"step", INTEGER, 0, NULL, NULL},
	SERIES,
	{"class", STRING, 0, NULL, class_word},
	{"state", STRING, 0, NULL, state_word},
	INTERVAL,
	{"probes", INTEGER, NIL, NULL, NULL},
	{"revision", INTEGER, 0, NULL, NULL},
	{"provisional", BOOLEAN, MAYBE, NULL, NULL},
	REVISION,
	{"start_jalali", STRING, MAYBE, NULL, NULL},
	{"synthetic", BOOLEAN, MAYBE, NULL, NULL},
};
static const struct field event[] = {
	{"id", STRING, 0, NULL, NULL},
	{"state", STRING, 0, NULL, state_word},
	{"scope", STRING, 0, NULL, NULL},
	SERIES,
	{"onset", TIME, 0, NULL, NULL},
	{"onset_lo", TIME, NIL, NULL, NULL},
	{"onset_hi", TIME, NIL, NULL, NULL},
	{"end", TIME, NIL, NULL, NULL},
	{"detected", TIME, NIL, NULL, NULL},
	{"severity", NUMBER, NIL, NULL, NULL},
	{"probes", INTEGER, NIL, NULL, NULL},
	{"revision", INTEGER, 0, NULL, NULL},
	{"kind", STRING, 0, NULL, sign_word},
	{"end_lo", TIME, NIL, NULL, NULL},
	{"end_hi", TIME, NIL, NULL, NULL},
	{"returning_since", TIME, NIL, NULL, NULL},
	{"basis", STRING, NIL, NULL, NULL},
	{"lost_lo", SHARE, NIL, NULL, NULL},
	{"lost_hi", SHARE, NIL, NULL, NULL},
	{"expected", INTEGER, NIL, NULL, NULL},
	{"votes", REF, NIL, "Count", NULL},
	{"returns", REF, 0, "Returns", NULL},
	{"hours", REF, NIL, "Hours", NULL},
	{"why", STRING, 0, NULL, why_word},
	{"revised", TIME, NIL, NULL, NULL},
	{"sentence", MAP, 0, NULL, NULL},
	{"onset_jalali", STRING, MAYBE, NULL, NULL},
	{"end_jalali", STRING, NIL | MAYBE, NULL, NULL},
	{"synthetic", BOOLEAN, MAYBE, NULL, NULL},
};
static const struct field returns[] = {{"n", INTEGER, 0, NULL, NULL},
				       {"partial", INTEGER, 0, NULL, NULL},
				       {"total_s", INTEGER, 0, NULL, NULL},
				       {"last", TIME, NIL, NULL, NULL}};
static const struct field hours[] = {{"days", INTEGER, 0, NULL, NULL},
				     {"from", STRING, 0, NULL, NULL},
				     {"until", STRING, NIL, NULL, NULL}};
static const struct field reached[] = {{"n", INTEGER, 0, NULL, NULL},
				       {"up", INTEGER, 0, NULL, NULL}};
static const struct field count[] = {{"n", INTEGER, 0, NULL, NULL}, {"of", INTEGER, 0, NULL, NULL}};
static const struct field cell[] = {
	SERIES,
	{"state", STRING, 0, NULL, state_word},
	{"expected", INTEGER, NIL, NULL, NULL},
	{"heard", INTEGER, NIL, NULL, NULL},
	{"silent", INTEGER, NIL, NULL, NULL},
};
static const struct field seen[] = {
	{"start", TIME, 0, NULL, NULL},	      {"step", INTEGER, 0, NULL, NULL},
	{"isp", STRING, NIL, NULL, NULL},     {"isp_name", STRING, NIL | MAYBE, NULL, NULL},
	{"controls", INTEGER, 0, NULL, NULL}, {"tried", INTEGER, 0, NULL, NULL},
	{"reached", INTEGER, 0, NULL, NULL},
};
static const struct field region[] = {
	{"region", STRING, 0, NULL, NULL},    {"name_en", STRING, 0, NULL, NULL},
	{"name_fa", STRING, NIL, NULL, NULL}, {"iso_pre2020", STRING, NIL, NULL, NULL},
	{"hasc", STRING, NIL, NULL, NULL},    {"population", INTEGER, NIL, NULL, NULL},
};
static const struct field isp[] = {
	{"isp", STRING, 0, NULL, NULL},
	{"name_en", STRING, 0, NULL, NULL},
	{"name_fa", STRING, NIL, NULL, NULL},
	{"access", STRING, 0, NULL, access_word},
	{"subscribers_million", NUMBER, NIL, NULL, NULL},
};
static const struct field target[] = {
	{"url", STRING, 0, NULL, NULL},		{"class", STRING, 0, NULL, class_word},
	{"step", STRING, 0, NULL, kind_word},	{"counts", BOOLEAN, 0, NULL, NULL},
	{"measured_by", STRING, 0, NULL, NULL},
};
static const struct field timeline[] = {ENVELOPE,
					{"rows", LIST, 0, "Row|RowOfClass", NULL},
					{"next", STRING, NIL | MAYBE, NULL, NULL}};
static const struct field events[] = {
	ENVELOPE, {"events", LIST, 0, "Event", NULL}, {"next", STRING, NIL | MAYBE, NULL, NULL}};
static const struct field coverage[] = {ENVELOPE, {"rows", LIST, 0, "Cell", NULL}};
static const struct field outside_in[] = {ENVELOPE, {"rows", LIST, 0, "SeenFromOutside", NULL}};
static const struct field figures[] = {
	ENVELOPE, {"rows", LIST, 0, "Row", NULL}, {"events", LIST, MAYBE, "Event", NULL}};
static const struct field entities[] = {
	{"country", STRING, 0, NULL, NULL},
	{"name_en", STRING, 0, NULL, NULL},
	{"name_fa", STRING, NIL, NULL, NULL},
	{"timezone", STRING, 0, NULL, NULL},
	{"synthetic", BOOLEAN, MAYBE, NULL, NULL},
	{"regions", LIST, 0, "Region", NULL},
	{"isps", LIST, 0, "Isp", NULL},
};
static const struct field targets[] = {
	{"country", STRING, 0, NULL, NULL},
	{"list", STRING, 0, NULL, NULL},
	{"synthetic", BOOLEAN, MAYBE, NULL, NULL},
	{"targets", LIST, 0, "Target", NULL},
};
static const struct field whereami[] = {
	{"country", STRING, NIL, NULL, NULL},	  {"region", STRING, NIL, NULL, NULL},
	{"region_name", STRING, NIL, NULL, NULL}, {"region_source", STRING, 0, NULL, NULL},
	{"isp", STRING, NIL, NULL, NULL},	  {"isp_name", STRING, NIL, NULL, NULL},
	{"isp_source", STRING, 0, NULL, NULL},	  {"note", STRING, 0, NULL, NULL},
};
static const struct field receipt[] = {
	{"batch", STRING, 0, NULL, NULL},
	{"status", STRING, 0, NULL, NULL},
	{"received", INTEGER, 0, NULL, NULL},
	{"results", INTEGER, 0, NULL, NULL},
};
static const struct field health[] = {{"status", STRING, 0, NULL, NULL},
				      {"synthetic", BOOLEAN, MAYBE, NULL, NULL}};
/* RFC 9457, with what this API adds. */
static const struct field problem[] = {
	{"type", STRING, 0, NULL, NULL},	  {"title", STRING, 0, NULL, NULL},
	{"status", INTEGER, 0, NULL, NULL},	  {"detail", STRING, 0, NULL, NULL},
	{"parameter", STRING, MAYBE, NULL, NULL}, {"nearest", STRING, MAYBE, NULL, NULL},
	{"example", STRING, MAYBE, NULL, NULL},
};

#define OBJECT(name, fields)                                                                       \
	{                                                                                          \
		name, fields, sizeof(fields) / sizeof((fields)[0])                                 \
	}
static const struct {
	const char *name;
	const struct field *fields;
	size_t n;
} objects[] = {
	OBJECT("Row", row),
	OBJECT("RowOfClass", row_of_class),
	OBJECT("Event", event),
	OBJECT("Returns", returns),
	OBJECT("Hours", hours),
	OBJECT("Reached", reached),
	OBJECT("Count", count),
	OBJECT("Cell", cell),
	OBJECT("SeenFromOutside", seen),
	OBJECT("Region", region),
	OBJECT("Isp", isp),
	OBJECT("Target", target),
	OBJECT("Timeline", timeline),
	OBJECT("Events", events),
	OBJECT("Coverage", coverage),
	OBJECT("OutsideIn", outside_in),
	OBJECT("Figures", figures),
	OBJECT("Entities", entities),
	OBJECT("Targets", targets),
	OBJECT("WhereAmI", whereami),
	OBJECT("Receipt", receipt),
	OBJECT("Health", health),
	OBJECT("Problem", problem),
};

static const struct {
	const char *path, *whole, *line;
} paths[] = {
	{"/api/v1/timeline", "Timeline", "Row|RowOfClass"},
	{"/api/v1/events", "Events", "Event"},
	{"/api/v1/map", "Timeline", NULL},
	{"/api/v1/coverage", "Coverage", NULL},
	{"/api/v1/outside-in", "OutsideIn", NULL},
	{"/api/v1/entities", "Entities", NULL},
	{"/api/v1/targets", "Targets", NULL},
	{"/api/v1/whereami", "WhereAmI", NULL},
	{"/api/v1/submit", "Receipt", NULL},
	{"/healthz", "Health", NULL},
	{"/", "Figures", "Row"},
	{"/country", "Figures", "Row"},
	{"/map", "Figures", "Row"},
	{"/region/*", "Figures", "Row"},
	{"/isp/*", "Figures", "Row"},
	{"/compare", "Figures", "Row"},
	{"/event/*", "Figures", "Event"},
};

static void put_ref(struct jsonw *j, const char *key, const char *name, int len)
{
	char ref[64];
	snprintf(ref, sizeof(ref), "#/components/schemas/%.*s", len, name);
	if (key)
		jsonw_object(j, key);
	jsonw_str(j, "$ref", ref);
	if (key)
		jsonw_end(j);
}

/* One of several objects, or null; into the schema that is open. */
static void put_refs(struct jsonw *j, const char *names, bool nil)
{
	if (!nil && !strchr(names, '|')) {
		put_ref(j, NULL, names, (int)strlen(names));
		return;
	}
	jsonw_array(j, "anyOf");
	for (const char *p = names; *p;) {
		int len = (int)strcspn(p, "|");
		jsonw_object(j, NULL);
		put_ref(j, NULL, p, len);
		jsonw_end(j);
		p += len + (p[len] == '|');
	}
	if (nil) {
		jsonw_object(j, NULL);
		jsonw_str(j, "type", "null");
		jsonw_end(j);
	}
	jsonw_end(j);
}

static void put_type(struct jsonw *j, const char *type, bool nil)
{
	if (!nil) {
		jsonw_str(j, "type", type);
		return;
	}
	jsonw_array(j, "type");
	jsonw_str(j, NULL, type);
	jsonw_str(j, NULL, "null");
	jsonw_end(j);
}

static void put_words(struct jsonw *j, const char *(*word)(int i), bool nil)
{
	const char *w;
	jsonw_array(j, "enum");
	for (int i = 0; (w = word(i)); i++)
		jsonw_str(j, NULL, w);
	if (nil)
		jsonw_null(j, NULL);
	jsonw_end(j);
}

static void put_map(struct jsonw *j, const struct field *f)
{
	jsonw_str(j, "type", "object");
	if (f->of) {
		put_ref(j, "additionalProperties", f->of, (int)strlen(f->of));
		return;
	}
	jsonw_object(j, "additionalProperties");
	jsonw_str(j, "type", "string");
	jsonw_end(j);
}

static void put_list(struct jsonw *j, const struct field *f)
{
	jsonw_str(j, "type", "array");
	jsonw_object(j, "items");
	put_refs(j, f->of, false);
	jsonw_end(j);
}

static void put_field(struct jsonw *j, const struct field *f)
{
	static const char *const names[] = {
		[TIME] = "string",   [SHARE] = "number",    [INTEGER] = "integer",
		[NUMBER] = "number", [BOOLEAN] = "boolean", [STRING] = "string"};
	bool nil = f->may & NIL;
	jsonw_object(j, f->name);
	if (f->type == MAP)
		put_map(j, f);
	else if (f->type == LIST)
		put_list(j, f);
	else if (f->type == REF)
		put_refs(j, f->of, nil);
	else
		put_type(j, names[f->type], nil);
	if (f->type == TIME)
		jsonw_str(j, "format", "date-time");
	if (f->type == SHARE || f->type == INTEGER)
		jsonw_int(j, "minimum", 0);
	if (f->type == SHARE)
		jsonw_int(j, "maximum", 1);
	if (f->word)
		put_words(j, f->word, nil);
	jsonw_end(j);
}

void openapi_schema_all(struct jsonw *j)
{
	for (size_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++) {
		jsonw_object(j, objects[i].name);
		jsonw_str(j, "type", "object");
		jsonw_array(j, "required");
		for (size_t f = 0; f < objects[i].n; f++)
			if (!(objects[i].fields[f].may & MAYBE))
				jsonw_str(j, NULL, objects[i].fields[f].name);
		jsonw_end(j);
		jsonw_object(j, "properties");
		for (size_t f = 0; f < objects[i].n; f++)
			put_field(j, &objects[i].fields[f]);
		jsonw_end(j);
		jsonw_bool(j, "additionalProperties", false);
		jsonw_end(j);
	}
}

bool openapi_schema_of(struct jsonw *j, const char *path, bool line)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *names = line ? paths[i].line : paths[i].whole;
		if (strcmp(paths[i].path, path) || !names)
			continue;
		put_refs(j, names, false);
		return true;
	}
	return false;
}
