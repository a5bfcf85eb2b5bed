/* api_targets.c: /api/v1/targets: what probes are given to measure, so that a reader knows what a class stands for.
 *
 * Every volunteer has the same file on disk, so this tells a censor nothing that joining would not. Notes are
 * left out: they are the operator's own. */
#include "collector/api.h"
#include "collector/country.h"
#include "common/limits.h"

#define BODY_MAX  (TARGETS_MAX * (TARGET_URL_MAX + 256u))
#define MAX_AGE_S 300

/* In the share of its class: services over QUIC and downloads are evidence beside it, hosts inside a kind of their own. */
static bool counts(const struct country_target *t)
{
	return t->class != CLASS_OTHER && t->last != KIND_QUIC && t->slot >= 0;
}

static const char *measured_by(const struct country_target *t)
{
	return t->inside ? "controls" : "all";
}

static void put_json(struct buf *out, const struct country *c, bool synthetic)
{
	struct jsonw j;
	jsonw_begin(&j, out);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "country", c->code);
	jsonw_str(&j, "list", c->targets_hash);
	if (synthetic)
		jsonw_bool(&j, "synthetic", true);
	jsonw_array(&j, "targets");
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct country_target *t = &c->targets[i];
		jsonw_object(&j, NULL);
		jsonw_str(&j, "url", t->url);
		jsonw_str(&j, "class", class_str(t->class));
		jsonw_str(&j, "step", kind_str(t->last));
		jsonw_bool(&j, "counts", counts(t));
		jsonw_str(&j, "measured_by", measured_by(t));
		jsonw_end(&j);
	}
	jsonw_end(&j);
	jsonw_end(&j);
	buf_putc(out, '\n');
}

static void put_csv(struct buf *out, const struct country *c)
{
	buf_puts(out, "url,class,step,counts,measured_by,list\r\n");
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct country_target *t = &c->targets[i];
		rowtext_csv_field(out, t->url);
		buf_printf(out, ",%s,%s,%d,%s,%s\r\n", class_str(t->class), kind_str(t->last),
			   counts(t), measured_by(t), t->inside ? "" : c->targets_hash);
	}
}

void api_targets(struct call *c)
{
	struct reply reply;
	reply_init(&reply, 200, BODY_MAX);
	if (c->params.format == FORMAT_CSV)
		put_csv(&reply.body, c->api->country);
	else
		put_json(&reply.body, c->api->country, c->api->synthetic);
	respond_table(c, &reply, "targets", MAX_AGE_S);
}
