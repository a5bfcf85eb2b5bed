/* page.h: what the pages share: a view of some series over a time, and its parts as HTML.
 *
 * A page is gathered first (page_view.c), so that its title can say what the figures say, and then
 * written from top to bottom (page.c, page_parts.c). It is complete without JavaScript. */
#ifndef COLLECTOR_PAGE_H
#define COLLECTOR_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/api.h"
#include "collector/chart.h"
#include "collector/chart_look.h"
#include "collector/chart_map.h"
#include "collector/chart_scale.h"
#include "collector/chart_share.h"
#include "collector/html.h"

/* One series: its states and where it stands at the end. */
struct strip {
	struct series series;
	struct chart chart;
	struct chart_share share; /* without points unless its strips have shares */
	struct row current; /* newest step that says something, of the last few; else too few */
	bool heard;	    /* a probe was heard or expected in the time shown */
	int64_t since_ms;   /* of the current state; 0: the steps are too coarse to say */
	bool since_before;  /* it was so when the time shown began */
};

struct strips {
	struct strip *items; /* owned */
	size_t n, room;
	bool shares; /* set by the caller: keep the share of each step too */
};

struct view {
	struct call *call; /* borrowed */
	const struct country *country;
	enum lang lang;
	int64_t from_ms, until_ms, step_ms; /* from is on a step, until on one of stored rows */
	int64_t range_ms;		    /* 0: of a fixed time */
	int offset_min;			    /* local time, or 0 when tz=UTC was asked for */
	enum calendar calendar;		    /* of axes and tables */
	struct event *events;		    /* newest first, owned */
	size_t n_events, events_room;
	uint32_t revision; /* highest and newest of the rows shown */
	int64_t revised_ms;
	bool failed; /* the store could not be read */
};

void view_init(struct view *v, struct call *c);
void view_clear(struct view *v);
/* When nobody asked for a range and s is young, the shortest range that holds all of it: a new
 * collector shows what it has, not a day of nothing. True when the view has changed. */
bool view_fit(struct view *v, const struct strip *s);
/* Adds an empty strip, for a series that must be shown even when it has no rows. */
struct strip *view_strip(const struct view *v, struct strips *s, const struct series *series);
/* Fills strips with the series of q (its times are set here), new ones at the end. */
void view_gather(struct view *v, struct strips *strips, struct series_query q);
void view_gather_events(struct view *v, struct series_query q);
/* The newest step is often still being reported; where a series stands is asked of up to this many, until one says more
 * than "too few". */
#define VIEW_NEWEST_STEPS 3
/* Whether a row says better where its series stands than the one before. */
bool view_is_newer(const struct row *r, const struct row *before);
/* Worst state first; among equals the one with more people, then as they came. */
void view_sort(const struct view *v, struct strips *strips);
void strips_clear(struct strips *s);
/* Whether any probe was ever heard. */
bool view_has_history(const struct view *v);

/* What a page is, for its frame. */
struct page {
	const char *path;     /* without language and time: "/region/IR-23" */
	const char *headline; /* plain text; also the title */
	const char *
		picture; /* the path of its main chart without suffix, with its parameters; NULL for none */
	const char *data;	/* the path of the same as data, without suffix; NULL for none */
	const char *data_query; /* of the same series in the API: "by=region" */
	bool ranges;		/* its time can be chosen */
	const char *stream; /* query of the stream whose changes make it stale; NULL: not live */
};

/* Everything before and after the parts of a page. */
void page_begin(struct html *h, const struct view *v, const struct page *p);
void page_end(struct html *h, const struct view *v, const struct page *p);
/* Answers with a whole page. */
void page_answer_take(struct call *c, struct reply *reply);
/* How long an answer may be kept: for ever when it is pinned to a moment that has passed. */
int page_max_age(const struct call *c);
/* The event that an address names behind /event/, as it was known at a moment (0: as it is). 1, 0 when there is no
 * such event, -1. */
int page_find_event(const struct call *c, const char *name, int64_t asof_ms, struct event *out);
/* A problem for a person. */
void page_problem(struct call *c, const struct problem *p);
/* What an address keeps of the present one, as plain text behind a path: the time shown, when times, the version of the
 * data, and how times are written. some: the path has parameters already. */
void page_keep(struct buf *out, const struct view *v, bool times, bool some);
/* The address of a page in the language of v, with all of that. */
void page_href(struct buf *out, const struct view *v, const char *path);
/* "https://host" as the reader typed it, as far as it is safe to repeat. */
void page_origin(struct buf *out, const struct call *c);
/* The whole address of a page as it is now, with absolute times and the version of the data. */
void page_permalink(struct buf *out, const struct view *v, const char *path);

/* The axis of all charts of a view; its end is that of the last step. */
struct chart_scale view_scale(const struct view *v);

/* Strips as rows of charts: each named by what sets it apart from own, the series of the page, with
 * the finding in words. */
struct page_rows {
	struct chart_row *rows;
	struct row_words *words; /* what the rows borrow; page_rows.c */
	size_t n;
};
void page_rows_init(struct page_rows *r, const struct view *v, const struct series *own,
		    const struct strips *s);
void page_rows_clear(struct page_rows *r);
/* "domestic only since 20:00, up 10% (2–31%), n 20 of 22" */
void page_finding(struct buf *out, const struct view *v, const struct strip *s);
/* "up 10% (2–31%), n 20 of 22"; of fewer than min_probes only that: "n<5"; nothing of what gives
 * away such a number. */
void page_figures(struct buf *out, const struct view *v, const struct row *r);
const char *page_country_name(const struct view *v);
/* "Wed 7 Jan 2026 23:30 – Thu 8 Jan 2026 23:30" */
void page_span(struct buf *out, const struct view *v);
/* "Probes heard: 300. Usually reporting: 302." */
void page_heard(struct buf *out, const struct view *v, const struct verdict *d);
/* The states that strips show, and where they stand now: a bit each. */
unsigned int strips_states(const struct strips *s);

/* Regions that have a shape, where they stand now. */
struct page_areas {
	struct page_rows rows;
	struct chart_area *areas;
	size_t n;
	unsigned int states;
};
void page_areas_init(struct page_areas *a, const struct view *v, const struct strips *regions);
void page_areas_clear(struct page_areas *a);

/* Charts, each with its table. finding is plain text. */
void part_map(struct html *h, const struct view *v, const struct strips *regions,
	      const char *finding);
struct page_grid {
	const char *id; /* a word that no other chart of the page has */
	enum text heading, names;
	const struct series *own; /* what the page is about */
	const struct strips *strips;
	const char *finding; /* of all of them, plain text */
	bool newest;	     /* with a table of the newest figures too */
};
/* Nothing when there are no strips. */
void part_grid(struct html *h, const struct view *v, const struct page_grid *g);
/* The same charts as pictures that stand alone. */
void page_picture_grid(struct html *h, const struct view *v, const struct page *p,
		       const struct page_grid *g, const struct strip *whole);
void page_picture_map(struct html *h, const struct view *v, const struct page *p,
		      const struct strips *regions, const struct strip *whole);
/* Bands and shares side by side. */
void page_picture_multiples(struct html *h, const struct view *v, const struct page *p,
			    const struct page_grid *g);
/* where: what the event is about, plain text. */
void page_picture_event(struct html *h, const struct view *v, const struct page *p,
			const struct event *e, const struct strip *whole, const char *where);
/* Answers with such a picture, SVG in reply, in the format that was asked for. */
void page_picture_answer_take(struct call *c, struct reply *reply);

/* The same as data: JSON, CSV or NDJSON was asked for. */
bool page_is_data(const struct call *c);
/* The rows of each query over the time of the page, and in JSON its events; newest: only where each series stands at the
 * end. Answers the call. */
struct page_figures {
	const char *name; /* for the file that a browser saves */
	const struct series_query *queries;
	size_t n;
	bool newest;
};
void page_figures_answer(struct view *v, const struct page_figures *f);
/* The events of v are the revisions of one, newest first: these, and in JSON the rows of its series. */
void page_figures_answer_event(struct view *v);

/* Where s stands, its states and its share up over time. */
void part_hero(struct html *h, const struct view *v, const struct strip *s, const char *name);

/* Other parts. */
/* How to cite the page; id is a word for it that programs of literature take as a key. */
void part_cite(struct html *h, const struct view *v, const struct page *p, const char *id);
void part_reach(struct html *h, const struct view *v, const struct strip *s);
/* mech: one count per mechanism. Nothing when no probe saw any. */
void part_mechanisms(struct html *h, const struct verdict_count *mech, enum text note);
/* Which time is shown, and how to choose another. */
void part_times(struct html *h, const struct view *v, const struct page *p);
void part_events(struct html *h, const struct view *v, const struct page *p);
void part_legend(struct html *h, const struct view *v);
/* How to start a probe that sends to this collector. */
void page_commands(struct html *h, const struct view *v);

/* "Observed loss of international access in 3 of 31 provinces": from provinces, or from the one
 * series when there are no more than one. Plain text. */
void headline_provinces(struct buf *out, const struct view *v, const struct strips *provinces,
			const struct strip *whole);
void headline_series(struct buf *out, enum lang lang, const char *name, const struct strip *s);
/* "At 20:15 local time ...", how many were heard, how many provinces can't be judged. */
void part_coverage(struct html *h, const struct view *v, const struct strip *whole,
		   const struct strips *provinces);

#endif
