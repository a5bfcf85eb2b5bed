/* page_method.c: /method: METHOD.md, as it was when this program was built. */
#include <stdio.h>
#include <string.h>

#include "collector/assets.h"
#include "collector/page.h"
#include "collector/words.h"

#define METHOD_PAGE_MAX (256u * 1024)

/* The frame of the page brings a headline of its own. */
static const char *without_title(const char *html)
{
	static const char end[] = "</h1>\n";
	const char *p = strstr(html, end);
	return p ? p + sizeof(end) - 1 : html;
}

void page_method(struct call *c)
{
	struct view v;
	struct reply reply;
	const struct page page = {.path = "/method",
				  .headline = html_word(c->params.lang, TEXT_METHOD_TITLE)};
	view_init(&v, c);
	reply_init(&reply, 200, METHOD_PAGE_MAX);
	struct html h = {&reply.body, v.lang};
	page_begin(&h, &v, &page);
	if (v.lang != LANG_EN) {
		html_put(&h, "<p>");
		html_say(&h, TEXT_METHOD_ENGLISH, words_int(v.lang, METHOD_VERSION).s, NULL, NULL);
		html_put(&h, "</p>\n");
	}
	html_put(&h, "<article class=\"text\" lang=\"en\" dir=\"ltr\">\n");
	html_put(&h, without_title((const char *)asset_METHOD_html));
	html_put(&h, "</article>\n");
	page_end(&h, &v, &page);
	view_clear(&v);
	page_answer_take(c, &reply);
}
