/* page_cite.c: how to cite a page, in each style: what the page says, and an address that will say the same. */
#include "collector/cite.h"
#include "collector/page.h"
#include "collector/words.h"

#define TEXT_MAX 8192

void part_cite(struct html *h, const struct view *v, const struct page *p, const char *id)
{
	struct buf url, text;
	buf_init(&url, TEXT_MAX);
	buf_init(&text, TEXT_MAX);
	page_permalink(&url, v, p->path);
	const struct cite c = {
		.id = id,
		.title = p->headline,
		.site = html_word(h->lang, TEXT_SITE),
		.url = url.data,
		.lang = h->lang,
		.version_ms = v->call->now_ms,
		.method = METHOD_VERSION,
		.synthetic = v->call->api->synthetic,
	};
	html_put(h, "<section class=\"cite\">\n<h2>");
	html_say(h, TEXT_CITE, NULL, NULL, NULL);
	html_put(h, "</h2>\n");
	for (int s = 0; s < CITE_STYLES; s++) {
		buf_reset(&text);
		cite_put(&text, (enum cite_style)s, &c);
		html_put(h, s == CITE_TEXT ? "<details open>" : "<details>");
		if (s == CITE_TEXT)
			html_putf(h, "<summary>%s</summary>\n<pre>",
				  html_word(h->lang, TEXT_CITE_PLAIN));
		else
			html_putf(h, "<summary lang=\"en\">%s</summary>\n<pre dir=\"ltr\">",
				  cite_style_name((enum cite_style)s));
		html_text(h, text.data);
		html_put(h, "</pre></details>\n");
	}
	html_put(h, "</section>\n");
	buf_clear(&url);
	buf_clear(&text);
}
