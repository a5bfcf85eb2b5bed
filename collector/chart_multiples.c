/* chart_multiples.c: one tile per series. */
#include "collector/chart_multiples.h"

#include "collector/chart_axis.h"
#include "collector/chart_band.h"
#include "collector/chart_share.h"
#include "collector/chart_text.h"

/* Of a tile in a picture, pixels. */
#define TILE_MIN  300
#define TILE_GAP  28
#define TILE_LINE 24
#define NAME_SIZE 13
#define NOTE_SIZE 11
#define BAND	  16
#define SHARE	  56
#define SPACE	  6
#define CAPTION	  18 /* of the share, above it */

static void put_link(struct html *h, const struct chart_row *r)
{
	html_put(h, "<h3>");
	if (r->href) {
		html_put(h, "<a href=\"");
		html_text(h, r->href);
		html_put(h, "\">");
	}
	html_text(h, r->name);
	html_put(h, r->href ? "</a>" : "");
	if (r->note) {
		html_put(h, " <small>");
		html_text(h, r->note);
		html_put(h, "</small>");
	}
	html_put(h, "</h3>");
}

void chart_multiples_html(struct html *h, const struct chart_multiples *m)
{
	if (!m->n)
		return;
	html_put(h, "<ul class=\"multiples\">\n");
	for (size_t i = 0; i < m->n; i++) {
		const struct chart_row *r = &m->rows[i];
		html_put(h, "<li>");
		put_link(h, r);
		chart_band(h, NULL, r->chart, r->label, &m->scale);
		if (r->share)
			chart_share(h, NULL, r->share, r->label, &m->scale, CHART_PHONE);
		chart_axis(h, NULL, &m->scale, CHART_PHONE);
		html_put(h, "</li>\n");
	}
	html_put(h, "</ul>\n");
}

/* How the tiles of a picture lie. */
struct tiling {
	int columns, width, height;
	bool shares;
};

static struct tiling lay(const struct chart_multiples *m, enum lang lang, int width)
{
	struct tiling t = {.columns = (width + TILE_GAP) / (TILE_MIN + TILE_GAP)};
	if (t.columns < 1)
		t.columns = 1;
	if ((size_t)t.columns > m->n)
		t.columns = m->n ? (int)m->n : 1;
	t.width = (width - (t.columns - 1) * TILE_GAP) / t.columns;
	for (size_t i = 0; i < m->n; i++)
		t.shares |= m->rows[i].share != NULL;
	t.height = TILE_LINE + BAND + (t.shares ? CAPTION + SHARE : 0) +
		   chart_axis_height(&m->scale, lang, t.width) + SPACE;
	return t;
}

int chart_multiples_height(const struct chart_multiples *m, enum lang lang, int width)
{
	struct tiling t = lay(m, lang, width);
	return ((int)m->n + t.columns - 1) / t.columns * t.height;
}

static void put_text(struct html *h, const char *class, int size, int x, int y, bool end,
		     const char *text)
{
	html_putf(h, "<text class=\"%s\" font-size=\"%d\" x=\"%d\" y=\"%d\"%s%s>", class, size, x,
		  y, words_rtl(h->lang) ? " direction=\"rtl\"" : "",
		  end ? " text-anchor=\"end\"" : "");
	html_text(h, text);
	html_put(h, "</text>");
}

/* The name where lines begin, the note where they end. */
static void put_name(struct html *h, const struct chart_row *r, int x, int y, int width)
{
	char name[CHART_TEXT_FIT_LEN];
	bool rtl = words_rtl(h->lang);
	int note = r->note ? chart_text_width(r->note, NOTE_SIZE) + SPACE : 0;
	int baseline = y + TILE_LINE - 8;
	put_text(h, "ink strong", NAME_SIZE, rtl ? x + width : x, baseline, false,
		 chart_text_fit(name, r->name, NAME_SIZE, width - note));
	if (r->note)
		put_text(h, "soft", NOTE_SIZE, rtl ? x : x + width, baseline, true, r->note);
}

static void put_tile(struct html *h, const struct chart_multiples *m, const struct tiling *t,
		     const struct chart_row *r, int x, int y)
{
	const struct chart_place band = {x, y + TILE_LINE, t->width, BAND};
	struct chart_place share = {x, band.y + BAND + CAPTION, t->width, SHARE};
	struct chart_place axis = {x, band.y + BAND, t->width, CHART_AXIS_HEIGHT_TWO};
	put_name(h, r, x, y, t->width);
	chart_band(h, &band, r->chart, r->label, &m->scale);
	if (r->share)
		chart_share(h, &share, r->share, r->label, &m->scale, t->width);
	if (t->shares)
		axis.y = share.y + SHARE;
	chart_axis(h, &axis, &m->scale, t->width);
}

void chart_multiples_svg(struct html *h, const struct chart_multiples *m,
			 const struct chart_place *place)
{
	struct tiling t = lay(m, h->lang, place->width);
	for (size_t i = 0; i < m->n; i++) {
		int column = (int)i % t.columns, row = (int)i / t.columns;
		if (words_rtl(h->lang))
			column = t.columns - 1 - column;
		put_tile(h, m, &t, &m->rows[i], place->x + column * (t.width + TILE_GAP),
			 place->y + row * t.height);
	}
}
