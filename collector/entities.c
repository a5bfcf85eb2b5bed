/* entities.c: both spellings of each field below one another. */
#include "collector/entities.h"

#include <inttypes.h>

#include "collector/rowtext.h"
#include "common/jsonw.h"

static void json_text(struct jsonw *j, const char *key, const char *text)
{
	jsonw_str(j, key, *text ? text : NULL);
}

static void put_region(struct jsonw *j, const struct region *r)
{
	jsonw_object(j, NULL);
	jsonw_str(j, "region", r->code);
	jsonw_str(j, "name_en", r->name_en);
	json_text(j, "name_fa", r->name_fa);
	json_text(j, "iso_pre2020", r->code_old);
	json_text(j, "hasc", r->hasc);
	if (r->population)
		jsonw_int(j, "population", r->population);
	else
		jsonw_null(j, "population");
	jsonw_end(j);
}

static void put_isp(struct jsonw *j, const struct isp *i)
{
	char asn[ROWTEXT_ISP_LEN];
	jsonw_object(j, NULL);
	jsonw_str(j, "isp", rowtext_isp(asn, i->asn));
	jsonw_str(j, "name_en", i->name_en);
	json_text(j, "name_fa", i->name_fa);
	jsonw_str(j, "access", access_str(i->access));
	if (i->subscribers_million > 0)
		jsonw_num(j, "subscribers_million", i->subscribers_million, 2);
	else
		jsonw_null(j, "subscribers_million");
	jsonw_end(j);
}

void entities_json(struct buf *out, const struct country *c, bool synthetic)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "country", c->code);
	jsonw_str(&j, "name_en", c->name_en);
	json_text(&j, "name_fa", c->name_fa);
	jsonw_str(&j, "timezone", c->timezone);
	if (synthetic)
		jsonw_bool(&j, "synthetic", true);
	jsonw_array(&j, "regions");
	for (size_t i = 0; i < c->n_regions; i++)
		put_region(&j, &c->regions[i]);
	jsonw_end(&j);
	jsonw_array(&j, "isps");
	for (size_t i = 0; i < c->n_isps; i++)
		put_isp(&j, &c->isps[i]);
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
}

static void put_names_csv(struct buf *out, const char *kind, const char *code, const char *en,
			  const char *fa)
{
	buf_printf(out, "%s,%s,", kind, code);
	rowtext_csv_field(out, en);
	buf_putc(out, ',');
	rowtext_csv_field(out, fa);
}

void entities_csv(struct buf *out, const struct country *c)
{
	char asn[ROWTEXT_ISP_LEN];
	buf_puts(out, "kind,code,name_en,name_fa,iso_pre2020,hasc,population,access,"
		      "subscribers_million\r\n");
	for (size_t i = 0; i < c->n_regions; i++) {
		const struct region *r = &c->regions[i];
		put_names_csv(out, "region", r->code, r->name_en, r->name_fa);
		buf_printf(out, ",%s,%s,", r->code_old, r->hasc);
		if (r->population)
			buf_printf(out, "%" PRId64, r->population);
		buf_puts(out, ",,\r\n");
	}
	for (size_t i = 0; i < c->n_isps; i++) {
		const struct isp *p = &c->isps[i];
		put_names_csv(out, "isp", rowtext_isp(asn, p->asn), p->name_en, p->name_fa);
		buf_printf(out, ",,,,%s,", access_str(p->access));
		if (p->subscribers_million > 0)
			buf_printf(out, "%.2f", p->subscribers_million);
		buf_puts(out, "\r\n");
	}
}
