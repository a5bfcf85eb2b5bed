/* chart.c: runs, bands, ticks. */
#include "collector/chart.h"

#include <inttypes.h>
#include <stdlib.h>

#include "collector/words.h"

#define MINUTE_MS 60000LL
#define HOUR_MS	  (60 * MINUTE_MS)
#define DAY_MS	  (24 * HOUR_MS)

/* More ticks than this run into one another on a phone. */
#define TICKS_MAX 8
/* A tick nearer to the edge than this has no room for its label; on the left the rows of labels are
 * named. */
#define LEFT_PERCENT  13.0
#define RIGHT_PERCENT 96.0

/* Beyond this a band's runs get no tooltips: noise that nobody would hover through. */
#define TITLES_MAX 60

/* What is drawn over the colour of a state, in a tile of SIZE; NULL for plain colour. Neighbours in
 * severity differ in lightness or in pattern, so colour is never the only sign. */
#define TILE 8
static const char *const patterns[STATES] = {
	[STATE_INSUFFICIENT] = "M-1 1l2-2M0 8l8-8M7 9l2-2",
	[STATE_RESTRICTED] = "M2 2h1M6 6h1",
	[STATE_THROTTLED] = "M0 2h8M0 6h8",
	[STATE_WHITELIST] = "M0 4h8",
	[STATE_PARTIAL_DOMESTIC] = "M2 0v8M6 0v8",
	[STATE_NO_LINK] = "M0 0l8 8M0 8l8-8",
	[STATE_SILENT] = "M-1 7l2 2M0 0l8 8M7-1l2 2",
};

void chart_init(struct chart *c, int64_t from_ms, int64_t until_ms)
{
	*c = (struct chart){.from_ms = from_ms, .until_ms = until_ms};
}

void chart_clear(struct chart *c)
{
	free(c->runs);
	c->runs = NULL;
	c->n = c->room = 0;
}

void chart_add(struct chart *c, int64_t start_ms, int64_t end_ms, enum state state)
{
	struct chart_run *last = c->n ? &c->runs[c->n - 1] : NULL;
	if (start_ms < c->from_ms)
		start_ms = c->from_ms;
	if (end_ms > c->until_ms)
		end_ms = c->until_ms;
	if (start_ms >= end_ms)
		return;
	if (last && last->state == state && last->end_ms == start_ms) {
		last->end_ms = end_ms;
		return;
	}
	if (c->n == c->room) {
		c->room = c->room ? 2 * c->room : 8;
		c->runs = xrealloc(c->runs, c->room * sizeof(*c->runs));
	}
	c->runs[c->n++] = (struct chart_run){state, start_ms, end_ms};
}

size_t chart_changes(const struct chart *c)
{
	enum state before = STATE_INSUFFICIENT;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		enum state s = c->runs[i].state;
		if (s == STATE_INSUFFICIENT)
			continue;
		n += before != STATE_INSUFFICIENT && s != before;
		before = s;
	}
	return n;
}

/* The attribute that gives a shape the look of a state. */
static void put_look(struct html *h, enum state s)
{
	html_putf(h, patterns[s] ? "fill=\"url(#p%d)\"" : "class=\"s%d\"", (int)s);
}

void chart_patterns(struct html *h)
{
	html_put(h, "<svg class=\"defs\" aria-hidden=\"true\"><defs>");
	for (int s = 0; s < STATES; s++)
		if (patterns[s])
			html_putf(
				h,
				"<pattern id=\"p%d\" width=\"%d\" height=\"%d\" "
				"patternUnits=\"userSpaceOnUse\"><rect class=\"s%d\" width=\"%d\" "
				"height=\"%d\"/><path class=\"h%d\" d=\"%s\"/></pattern>",
				s, TILE, TILE, s, TILE, TILE, s, patterns[s]);
	html_put(h, "</defs></svg>");
}

void chart_swatch(struct html *h, enum state s)
{
	html_put(h, "<svg class=\"sw\" aria-hidden=\"true\"><rect width=\"100%\" height=\"100%\" ");
	put_look(h, s);
	html_put(h, "/></svg>");
}

static double percent(const struct chart *c, int64_t ms)
{
	return 100.0 * (double)(ms - c->from_ms) / (double)(c->until_ms - c->from_ms);
}

static void put_run(struct html *h, const struct chart *c, const struct chart_run *r,
		    int offset_min)
{
	html_putf(h, "<rect x=\"%.2f%%\" width=\"%.2f%%\" height=\"100%%\" ",
		  percent(c, r->start_ms), percent(c, r->end_ms) - percent(c, r->start_ms));
	put_look(h, r->state);
	if (c->n > TITLES_MAX) {
		html_put(h, "/>");
		return;
	}
	html_put(h, "><title>");
	html_text(h, words_moment(h->lang, r->start_ms, offset_min, c->until_ms).s);
	html_put(h, "–");
	html_text(h, words_moment(h->lang, r->end_ms, offset_min, c->until_ms).s);
	html_put(h, " ");
	html_say(h, html_state_text(r->state), NULL, NULL, NULL);
	html_put(h, "</title></rect>");
}

void chart_band(struct html *h, const struct chart *c, const char *label, int offset_min)
{
	html_put(h, "<svg class=\"band\" role=\"img\" aria-label=\"");
	html_text(h, label);
	html_put(h, "\"><rect width=\"100%\" height=\"100%\" ");
	put_look(h, STATE_INSUFFICIENT);
	html_put(h, "/>");
	for (size_t i = 0; i < c->n; i++)
		if (c->runs[i].state != STATE_INSUFFICIENT)
			put_run(h, c, &c->runs[i], offset_min);
	html_put(h, "</svg>");
}

/* The finest interval that gives no more than TICKS_MAX ticks. */
static int64_t tick_interval(int64_t range_ms)
{
	static const int64_t table[] = {
		MINUTE_MS,   5 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS, HOUR_MS,	2 * HOUR_MS,
		3 * HOUR_MS, 6 * HOUR_MS,   12 * HOUR_MS,   DAY_MS,	    2 * DAY_MS, 7 * DAY_MS,
		14 * DAY_MS, 30 * DAY_MS,   90 * DAY_MS,    365 * DAY_MS,
	};
	size_t n = sizeof(table) / sizeof(table[0]);
	for (size_t i = 0; i < n; i++)
		if (range_ms / table[i] <= TICKS_MAX)
			return table[i];
	return table[n - 1] * (range_ms / table[n - 1] / TICKS_MAX + 1);
}

static void put_tick(struct html *h, double x, int64_t t, int offset_min, bool days)
{
	int64_t local = t + offset_min * MINUTE_MS;
	bool midnight = local % DAY_MS == 0;
	html_putf(h,
		  "<line x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"0\" y2=\"4\"/><text x=\"%.2f%%\" "
		  "y=\"16\"%s>",
		  x, x, x, midnight ? " class=\"day\"" : "");
	if (midnight || days)
		html_text(h, words_day(h->lang, t, offset_min).s);
	else
		html_text(h, words_time(h->lang, t, offset_min).s);
	html_put(h, "</text>");
	if (!offset_min || days)
		return;
	html_putf(h, "<text class=\"utc\" x=\"%.2f%%\" y=\"30\">", x);
	html_text(h, words_time(h->lang, t, 0).s);
	html_put(h, "</text>");
}

void chart_axis(struct html *h, int64_t from_ms, int64_t until_ms, int offset_min)
{
	const struct chart c = {.from_ms = from_ms, .until_ms = until_ms};
	int64_t every = tick_interval(until_ms - from_ms), shift = offset_min * MINUTE_MS;
	int64_t t = (from_ms + shift + every - 1) / every * every - shift;
	bool days = every >= DAY_MS, two = offset_min && !days;
	html_putf(h, "<svg class=\"axis%s\" aria-hidden=\"true\">", two ? " two" : "");
	if (two) {
		html_put(h, "<text class=\"name\" y=\"16\">");
		html_say(h, TEXT_AXIS_LOCAL, NULL, NULL, NULL);
		html_put(h, "</text><text class=\"name utc\" y=\"30\">UTC</text>");
	}
	for (; t <= until_ms; t += every) {
		double x = percent(&c, t);
		if (x >= (two ? LEFT_PERCENT : 100 - RIGHT_PERCENT) && x <= RIGHT_PERCENT)
			put_tick(h, x, t, offset_min, days);
	}
	html_put(h, "</svg>");
}
