/* chart_event.c: marks above, through band and share alike. */
#include "collector/chart_event.h"

#include "collector/chart_axis.h"
#include "collector/chart_band.h"
#include "collector/chart_text.h"

/* Pixels. */
#define MARK_LINE 20 /* of each label: those of an onset and an end may be close together */
#define MARK_SIZE 12
#define BAND	  32
#define CAPTION	  26
#define SHARE	  120

static int marks_height(const struct chart_event *e)
{
	return (int)e->n * MARK_LINE;
}

int chart_event_height(const struct chart_event *e, enum lang lang, int width)
{
	return marks_height(e) + BAND + CAPTION + SHARE + chart_axis_height(&e->scale, lang, width);
}

static double x_of(const struct chart_event *e, const struct chart_place *place, int64_t ms)
{
	double percent = chart_scale_percent(&e->scale, ms);
	percent = percent < 0 ? 0 : percent > 100 ? 100 : percent;
	return place->x + percent * place->width / 100;
}

static bool is_seen(const struct chart_event *e, int64_t ms)
{
	return ms >= e->scale.from_ms && ms <= e->scale.until_ms;
}

static void put_interval(struct html *h, const struct chart_event *e, const struct chart_mark *m,
			 const struct chart_place *place)
{
	double lo = x_of(e, place, m->lo_ms), hi = x_of(e, place, m->hi_ms);
	if (m->lo_ms && hi > lo)
		html_putf(
			h,
			"<rect class=\"range\" x=\"%.1f\" width=\"%.1f\" y=\"%d\" height=\"%d\"/>",
			lo, hi - lo, place->y, marks_height(e) + BAND + CAPTION + SHARE);
}

/* The label stands beside its line, on the side where there is room. */
static void put_mark(struct html *h, const struct chart_event *e, size_t i,
		     const struct chart_place *place)
{
	const struct chart_mark *m = &e->marks[i];
	double x = x_of(e, place, m->at_ms);
	int top = place->y + (int)i * MARK_LINE, baseline = top + MARK_LINE - 6;
	bool left = x + chart_text_width(m->label, MARK_SIZE) + 8 > place->x + place->width;
	bool end = left != words_rtl(h->lang);
	if (!is_seen(e, m->at_ms))
		return;
	html_putf(h, "<path class=\"up\" d=\"M%.1f %dV%d\"/>", x, top,
		  place->y + marks_height(e) + BAND + CAPTION + SHARE);
	html_putf(h, "<text class=\"ink\" font-size=\"%d\" x=\"%.1f\" y=\"%d\"%s%s>", MARK_SIZE,
		  x + (left ? -4 : 4), baseline, words_rtl(h->lang) ? " direction=\"rtl\"" : "",
		  end ? " text-anchor=\"end\"" : "");
	html_text(h, m->label);
	html_put(h, "</text>");
}

void chart_event_svg(struct html *h, const struct chart_event *e, const struct chart_place *place)
{
	const struct chart_place band = {place->x, place->y + marks_height(e), place->width, BAND};
	const struct chart_place share = {place->x, band.y + BAND + CAPTION, place->width, SHARE};
	const struct chart_place axis = {place->x, share.y + SHARE, place->width,
					 CHART_AXIS_HEIGHT_TWO};
	for (size_t i = 0; i < e->n; i++)
		put_interval(h, e, &e->marks[i], place);
	chart_band(h, &band, e->chart, e->label, &e->scale);
	chart_share(h, &share, e->share, e->label, &e->scale, place->width);
	for (size_t i = 0; i < e->n; i++)
		put_mark(h, e, i, place);
	chart_axis(h, &axis, &e->scale, place->width);
}
