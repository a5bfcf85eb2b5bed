/* chart_multiples.h: small multiples: each series with its name, its band and, when there is one, its
 * share, all over the same time. Pure.
 *
 * In a page a list, <ul class="multiples">, that the stylesheet sets in columns. */
#ifndef COLLECTOR_CHART_MULTIPLES_H
#define COLLECTOR_CHART_MULTIPLES_H

#include "collector/chart.h"
#include "collector/chart_look.h"
#include "collector/chart_scale.h"

struct chart_multiples {
	struct chart_scale scale;
	const struct chart_row *rows;
	size_t n;
};

void chart_multiples_html(struct html *h, const struct chart_multiples *m);

/* In a picture. Its height follows from its width. */
int chart_multiples_height(const struct chart_multiples *m, enum lang lang, int width);
void chart_multiples_svg(struct html *h, const struct chart_multiples *m,
			 const struct chart_place *place);

#endif
