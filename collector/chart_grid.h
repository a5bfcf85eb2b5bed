/* chart_grid.h: many series over one time: a row each, a cell per step. Pure.
 *
 * In a page: names that are links, each with its finding for those who can't see, and beside them one
 * SVG of all cells, in whole columns and rows, a path per state:
 *
 *	<div class="cells" data-from="MS" data-step="MS" data-columns="720" data-offset="MINUTES">
 *	  <div class="narrow"><svg class="axis"></div>  <div class="broad">...</div>
 *	  <ol><li><a href>Tehran<span class="unseen">: finding</span></a>  <svg class="plot">
 *
 * A path of the plot is made of pieces "mX YhWv11h-Wz", X and Y counted from the piece before: W columns
 * of the row Y / 12. The state is that of the path's class or id. A script that lets keys walk from cell to
 * cell (web/page.js) finds all it needs in that, and the names of states in the key (chart_look.h) before
 * it; without it there is the table (chart_twin.h). */
#ifndef COLLECTOR_CHART_GRID_H
#define COLLECTOR_CHART_GRID_H

#include "collector/chart.h"
#include "collector/chart_look.h"
#include "collector/chart_scale.h"

struct chart_grid {
	const char *id;	   /* a word that no other chart of the page has */
	const char *label; /* what the whole says, for those who can't see it */
	struct chart_scale scale;
	int64_t step_ms;
	const struct chart_row *rows; /* their charts have the times of scale */
	size_t n;
};

void chart_grid_html(struct html *h, const struct chart_grid *g);

/* In a picture: names, cells and axis. Its height follows from its width. */
int chart_grid_height(const struct chart_grid *g, enum lang lang, int width);
void chart_grid_svg(struct html *h, const struct chart_grid *g, const struct chart_place *place);

#endif
