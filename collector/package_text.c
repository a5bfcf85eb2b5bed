/* package_text.c: what people read of a package: how to read the tables, how to cite them, what may be done with them. */
#include "collector/packageint.h"

#include <inttypes.h>
#include <stdio.h>

#include "collector/country.h"
#include "collector/method.h"
#include "collector/month.h"
#include "collector/telling.h"
#include "common/clock.h"

const char *package_title(char out[static PACKAGE_TITLE_LEN], const struct package *p)
{
	char month[MONTH_LEN];
	snprintf(out, PACKAGE_TITLE_LEN, "%sInternet access in %s, %s, as probes inside saw it",
		 p->synthetic ? "SYNTHETIC: " : "", p->publish->country->name_en,
		 month_text(month, p->month));
	return out;
}

static void put_again(const struct package *p, struct buf *out)
{
	char month[MONTH_LEN], asof[CLOCK_RFC3339_LEN];
	buf_printf(out,
		   "Whoever runs the collector makes the same bytes again with\n\n"
		   "    fanous-collector export --what package --month %s --asof %s FOLDER\n\n"
		   "and finer or longer tables, of networks in provinces by access, with\n\n"
		   "    fanous-collector export --what cells --from ... --until ... --asof %s\n\n",
		   month_text(month, p->month), clock_rfc3339(asof, p->asof_ms), asof);
}

void package_readme(const struct package *p, struct buf *out)
{
	char title[PACKAGE_TITLE_LEN], asof[CLOCK_RFC3339_LEN];
	buf_printf(out, "# %s\n\n", package_title(title, p));
	if (p->synthetic)
		buf_puts(out, "**These figures come from a simulation and say nothing about any "
			      "real network.**\n\n");
	buf_printf(out,
		   "Data version %s, method %d: what was known then, and never anything that came "
		   "later. The month is that of the Gregorian calendar in UTC.\n\n",
		   clock_rfc3339(asof, p->asof_ms), METHOD_VERSION);
	for (size_t i = 0; i < PACKAGE_TABLES; i++)
		buf_printf(out, "- `%s.csv`: %s\n", package_tables[i].name,
			   package_tables[i].title);
	buf_puts(out,
		 "- `datapackage.json`: every column with type, unit and words, in the words of "
		 "the Data Package standard 2.0\n"
		 "- `SHA256SUMS`: `sha256sum -c SHA256SUMS` says whether all is as it was made\n\n"
		 "Each table is there a second time with `.gz`: the same bytes, compressed. Tables "
		 "are UTF-8, with commas, as RFC 4180 wants them. There is no Parquet: Debian 12 "
		 "has no library that writes it; DuckDB makes it of the CSV in one line.\n\n"
		 "An empty field is no zero: nobody measured it, or it is withheld, or it stands "
		 "for all of a kind. Every step is a row, also when nobody was heard "
		 "(`insufficient`), and a silence is called so (`silent`).\n\n");
	if (p->publish->min_probes > 1)
		buf_printf(out,
			   "Figures of fewer than %" PRIu32
			   " probes are withheld, and those from which they could be computed.\n\n",
			   p->publish->min_probes);
	put_again(p, out);
}

void package_citation(const struct package *p, struct buf *out)
{
	char title[PACKAGE_TITLE_LEN], asof[CLOCK_RFC3339_LEN];
	buf_printf(out,
		   "cff-version: 1.2.0\n"
		   "message: \"If you use these data, please cite them as below.\"\n"
		   "type: dataset\n"
		   "title: \"%s\"\n"
		   "authors:\n"
		   "  - name: \"Fanous\"\n"
		   "version: \"%s, method %d\"\n"
		   "date-released: %.10s\n"
		   "license: CC-BY-4.0\n",
		   package_title(title, p), clock_rfc3339(asof, p->asof_ms), METHOD_VERSION, asof);
}

void package_licence(const struct package *p, struct buf *out)
{
	(void)p;
	buf_puts(out, "SPDX-License-Identifier: CC-BY-4.0\n\n"
		      "These data may be shared and adapted, also commercially, as long as their "
		      "source, \"Fanous\", is named, the\nlicence is linked, and changes are said: "
		      "Creative Commons Attribution 4.0 International,\n" PACKAGE_LICENCE_URL "\n");
}
