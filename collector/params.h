/* params.h: the common parameters of the API and the pages, from words to values. Pure: the country
 * and the time are arguments.
 *
 * A parameter that a path does not know is refused, never ignored: whoever asks for `asof` and gets
 * today's rows would cite the wrong thing. */
#ifndef COLLECTOR_PARAMS_H
#define COLLECTOR_PARAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/calendar.h"
#include "collector/cursor.h"
#include "collector/format.h"
#include "collector/lang.h"
#include "collector/problem.h"
#include "collector/query.h"
#include "collector/row.h"
#include "collector/store.h"

struct country;

enum param {
	PARAM_FROM = 1 << 0,
	PARAM_UNTIL = 1 << 1,
	PARAM_RANGE = 1 << 2, /* pages: 1h, 6h, 24h, 7d, 30d, 365d */
	PARAM_STEP = 1 << 3,
	PARAM_COUNTRY = 1 << 4,
	PARAM_REGION = 1 << 5,
	PARAM_ISP = 1 << 6,
	PARAM_ACCESS = 1 << 7,
	PARAM_BY = 1 << 8,
	PARAM_TZ = 1 << 9,
	PARAM_LANG = 1 << 10,
	PARAM_FORMAT = 1 << 11,
	PARAM_VERSION = 1 << 12, /* of an asset; makes its address change with its content */
	PARAM_ASOF = 1 << 13,	 /* what was known then */
	PARAM_AT = 1 << 14,	 /* one step instead of a time */
	PARAM_LIMIT = 1 << 15,	 /* no more entries than that in one answer */
	PARAM_CURSOR = 1 << 16,	 /* and the next ones from here */
	PARAM_CALENDAR = 1 << 17,
	PARAM_CLASS = 1 << 18, /* of targets; `by` may name it too */
	/* Of oEmbed, which says what they are; its handler reads them. */
	PARAM_URL = 1 << 19,
	PARAM_MAXWIDTH = 1 << 20,
	PARAM_MAXHEIGHT = 1 << 21,
	PARAM_FORM = 1 << 22, /* `format`: what is not known is answered otherwise than here */
	PARAM_DNT = 1 << 23,
	PARAM_OONI = 1 << 24, /* those that only OONI's shape has */
	PARAM_IODA = 1 << 25, /* IODA's */
};

#define PARAMS_SERIES_MAX	64			  /* regions or ISPs named in one request */
#define PARAMS_CLASSES		((1u << CLASS_OTHER) - 1) /* all but targets that nobody judges by */
#define PARAMS_RANGE_DEFAULT_MS (24LL * 3600 * 1000)

/* What OONI's counts are split by. */
enum axis { AXIS_NONE, AXIS_DAY, AXIS_ASN, AXIS_CC, AXIS_TEST };
enum datasource { DATASOURCE_ALL, DATASOURCE_UP, DATASOURCE_PROBES };

struct params {
	int64_t asof_ms; /* 0: what is known; otherwise it stands for `now` in all other times */
	bool pinned;	 /* asof is a moment that stays the same, not one relative to now */
	int64_t at_ms;	 /* now unless given */
	int64_t from_ms, until_ms;
	int64_t range_ms; /* what `range` or the default says; 0 when from or until were given */
	int64_t step_ms;  /* 0: the step of stored rows */
	size_t limit;	  /* 0: all that there is */
	bool cursor_given;
	struct cursor cursor;
	const char *regions[PARAMS_SERIES_MAX + 1]; /* borrowed from the country, NULL-ended */
	size_t n_regions;
	uint32_t isps[PARAMS_SERIES_MAX];
	size_t n_isps;
	int access;	      /* -1: not given */
	unsigned int classes; /* bit c: class c; 0: not given */
	bool by_given, by_region, by_isp, by_access, by_class;
	bool local_time; /* tz=local: times with the country's offset */
	bool calendar_given;
	enum calendar calendar;
	bool lang_given;
	enum lang lang;
	enum axis axis[2];
	bool hourly; /* AXIS_DAY is of hours */
	enum datasource datasource;
	int64_t max_points; /* 0: all */
	enum format format;
	bool format_given;
};

struct params_env {
	const struct country *country;
	int64_t now_ms;
	int64_t began_ms; /* nothing was known before; 0: nothing is */
	int64_t settled_ms; /* what was known until then changes no more: pages of a list are asof then */
	int64_t row_step_ms;
	unsigned int allowed; /* enum param bits */
	unsigned int formats; /* FORMAT_BIT of each that format= may be */
};

/* Reads q over the defaults (p->lang and p->format are kept as they are unless q says otherwise).
 * 0, or -1 with why. */
int params_read(struct params *p, const struct query *q, const struct params_env *env,
		struct problem *why);

/* What a parameter is, for those who ask. */
struct param_doc {
	const char *name;
	enum param bit;
	bool repeatable;
	const char *type; /* "string" or "integer" */
	const char *const
		*words; /* all that it may be, NULL-ended; NULL: more than can be said so */
	const char *doc;
	const char *
		pattern; /* matches all that it may be, and more; NULL: words say it, or nothing does */
	const char *examples; /* with blanks between; NULL: none that would do in every country */
};
/* The i-th of all; NULL after the last. */
const struct param_doc *params_doc(size_t i);

/* Adds an entity by IODA's word for what it is, "country", "region" or "asn", and its code. 0, or -1 with why. */
int params_entity(struct params *p, const struct country *country, const char *type,
		  const char *code, struct problem *why);

/* The series and the time that p asks for. Borrows from p. */
void params_series(const struct params *p, struct series_query *out);

/* True when a change in this series answers to p. Without `by` every split does. */
bool params_match(const struct params *p, const struct series *s);

#endif
