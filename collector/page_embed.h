/* page_embed.h: a page's chart inside a page of another site: what stands around it there, and the markup that
 * shows it. /embed/region/IR-23 is the chart of /region/IR-23. */
#ifndef COLLECTOR_PAGE_EMBED_H
#define COLLECTOR_PAGE_EMBED_H

#include <stdbool.h>

#include "collector/page.h"

/* Asked for by such an address: no way around the chart, no script, and it may be framed by anyone. */
bool embed_is_asked(const struct call *c);
/* The path of the chart of a page, without language; false when it has none to be shown elsewhere. */
#define EMBED_PATH_LEN 128
bool embed_path(char out[static EMBED_PATH_LEN], const char *path);
/* Pixels that the chart of a page needs. */
struct embed_size {
	int width, height;
};
struct embed_size embed_size(const char *path);
/* <iframe ...>: src is the whole address, title what it shows; both plain text. */
void embed_iframe(struct buf *out, const char *src, const char *title, struct embed_size size);
/* "Tehran: internet access over time – Fanous" */
void embed_title(struct buf *out, enum lang lang, const char *name);

/* In the head of the page: where its markup can be had (oembed.com, discovery). Nothing when it has no chart. */
void embed_discovery(struct html *h, const struct view *v, const struct page *p);
/* In the page: the markup, to be copied. */
void embed_code(struct html *h, const struct view *v, const struct page *p);
/* Below the chart: where it is from, and what version of the data it shows. */
void embed_source(struct html *h, const struct view *v, const struct page *p);

#endif
