/* chart_frame.c: lines of text above and below a chart. Heights are added up first, because the size
 * of the picture stands in its first line. */
#include "collector/chart_frame.h"

#include <stdio.h>

#include "collector/assets.h"
#include "collector/words.h"

#define MARGIN	    24
#define SPACE	    14
#define BANNER	    30
#define BANNER_SIZE 13
#define TITLE_SIZE  21
#define NARROW	    500 /* a picture for a phone, where the title is smaller */
#define NARROW_SIZE 18
#define TEXT_SIZE   14
#define KEY_SIZE    12
#define KEY_LINE    20
#define SWATCH	    12
#define KEY_SPACE   18
#define FOOT_SIZE   11
#define SOURCE_MAX  512

/* Where the next line goes; with h NULL nothing is written and only the height is found. */
struct pen {
	struct html *h;
	enum lang lang;
	int x, y, width;
};

int chart_frame_inner(const struct chart_frame *f)
{
	return f->width - 2 * MARGIN;
}

static void put_line(struct html *h, const char *text, size_t len)
{
	char line[SOURCE_MAX];
	snprintf(line, sizeof(line), "%.*s", (int)len, text);
	html_text(h, line);
}

/* Text in lines, from where the pen stands. */
static void put_lines(struct pen *p, const char *text, const char *class, int size, int width,
		      bool ltr)
{
	struct chart_text_line lines[CHART_FRAME_LINES];
	bool rtl = words_rtl(p->lang) && !ltr, far = words_rtl(p->lang);
	size_t n = chart_text_wrap(text, size, width, lines, CHART_FRAME_LINES);
	for (size_t i = 0; i < n; i++) {
		p->y += size + size * 3 / 10;
		if (!p->h)
			continue;
		html_putf(p->h, "<text class=\"%s\" font-size=\"%d\" x=\"%d\" y=\"%d\"%s>", class,
			  size, far ? p->x + p->width : p->x, p->y - size * 3 / 10,
			  rtl	? " direction=\"rtl\""
			  : far ? " text-anchor=\"end\""
				: "");
		put_line(p->h, lines[i].start, lines[i].len);
		html_put(p->h, "</text>\n");
	}
}

static void put_banner(struct pen *p, const struct chart_frame *f)
{
	if (!f->synthetic)
		return;
	if (p->h) {
		html_putf(p->h,
			  "<rect class=\"warn-bg\" width=\"%d\" height=\"%d\"/><text class=\"warn "
			  "strong\" "
			  "font-size=\"%d\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
			  f->width, BANNER, BANNER_SIZE, f->width / 2,
			  BANNER / 2 + BANNER_SIZE / 3);
		html_say(p->h, TEXT_SYNTHETIC, NULL, NULL, NULL);
		html_put(p->h, "</text>\n");
	}
	p->y += BANNER;
}

static void put_top(struct pen *p, const struct chart_frame *f)
{
	put_banner(p, f);
	p->y += MARGIN - 6;
	/* Bold letters are wider than the guess: less of the width is counted on. */
	put_lines(p, f->title, "ink strong", f->width < NARROW ? NARROW_SIZE : TITLE_SIZE,
		  p->width * 85 / 100, false);
	p->y += 2;
	put_lines(p, f->subtitle, "soft", TEXT_SIZE, p->width, false);
	p->y += SPACE;
}

/* One state of the key at x from where lines begin. */
static void put_key(struct pen *p, enum state s, int x)
{
	bool rtl = words_rtl(p->lang);
	int square = rtl ? p->x + p->width - x - SWATCH : p->x + x;
	if (!p->h)
		return;
	html_putf(p->h, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" ", square, p->y + 4,
		  SWATCH, SWATCH);
	chart_look(p->h, s);
	html_putf(p->h, "/><text class=\"ink\" font-size=\"%d\" x=\"%d\" y=\"%d\"%s>", KEY_SIZE,
		  rtl ? square - 6 : square + SWATCH + 6, p->y + 4 + SWATCH - 2,
		  rtl ? " direction=\"rtl\"" : "");
	html_say(p->h, html_state_text(s), NULL, NULL, NULL);
	html_put(p->h, "</text>\n");
}

static void put_keys(struct pen *p, unsigned int states)
{
	int x = 0;
	for (int i = 0; i < STATES; i++) {
		enum state s = chart_order(i);
		if (!(states & 1U << s))
			continue;
		int width = SWATCH + 6 +
			    chart_text_width(html_word(p->lang, html_state_text(s)), KEY_SIZE);
		if (x && x + width > p->width) {
			x = 0;
			p->y += KEY_LINE;
		}
		put_key(p, s, x);
		x += width + KEY_SPACE;
	}
	if (x)
		p->y += KEY_LINE;
}

static void put_bottom(struct pen *p, const struct chart_frame *f)
{
	struct buf source;
	p->y += SPACE;
	put_keys(p, f->states);
	p->y += SPACE;
	if (p->h)
		html_putf(p->h, "<line class=\"rule\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>\n",
			  p->x, p->x + p->width, p->y, p->y);
	p->y += 6;
	buf_init(&source, SOURCE_MAX);
	html_fill(&source, p->lang, TEXT_PICTURE_SOURCE, f->sample, f->version,
		  words_int(p->lang, f->method).s);
	put_lines(p, source.data, "soft", FOOT_SIZE, p->width, false);
	buf_clear(&source);
	put_lines(p, f->url, "soft", FOOT_SIZE, p->width, true);
	p->y += MARGIN - 8;
}

static void put_head(struct html *h, const struct chart_frame *f)
{
	html_putf(h,
		  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
		  "xmlns=\"http://www.w3.org/2000/svg\" lang=\"%s\" width=\"%d\" height=\"%d\" "
		  "viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" role=\"img\" "
		  "aria-labelledby=\"title desc\">\n<title id=\"title\">",
		  lang_of(h->lang)->code, f->width, f->height, f->width, f->height);
	html_text(h, f->title);
	html_put(h, "</title>\n<desc id=\"desc\">");
	html_text(h, f->desc);
	html_put(h, "</desc>\n<style>\n");
	html_put(h, (const char *)asset_chart_css);
	html_put(h, "</style>\n");
	chart_patterns(h, true);
	html_put(h, "\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n");
}

struct chart_place chart_frame_begin(struct html *h, struct chart_frame *f, int height)
{
	struct pen p = {NULL, h->lang, MARGIN, 0, chart_frame_inner(f)};
	put_top(&p, f);
	f->body = (struct chart_place){MARGIN, p.y, p.width, height};
	p.y += height;
	put_bottom(&p, f);
	f->height = p.y;

	put_head(h, f);
	p = (struct pen){h, h->lang, MARGIN, 0, p.width};
	put_top(&p, f);
	return f->body;
}

void chart_frame_end(struct html *h, const struct chart_frame *f)
{
	struct pen p = {h, h->lang, MARGIN, f->body.y + f->body.height, f->body.width};
	html_put(h, "\n");
	put_bottom(&p, f);
	html_put(h, "</svg>\n");
}
