/* nation.c: tables in memory instead of files. */
#include "tests/collector/nation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_url(const void *a, const void *b)
{
	return strcmp(((const struct country_target *)a)->url,
		      ((const struct country_target *)b)->url);
}

void nation_target(struct country *c, const char *url, enum target_class class, enum kind last,
		   int slot)
{
	c->targets = xrealloc(c->targets, (c->n_targets + 1) * sizeof(*c->targets));
	c->targets[c->n_targets++] = (struct country_target){
		.url = xstrdup(url), .class = class, .last = last, .slot = slot};
	qsort(c->targets, c->n_targets, sizeof(*c->targets), by_url);
}

static void add_targets(struct country *c, enum target_class class, const char *scheme,
			enum kind last, int n)
{
	for (int i = 0; i < n; i++) {
		char *url = xasprintf("%s%s%d.example/", scheme, class_str(class), i);
		nation_target(c, url, class, last, i);
		free(url);
	}
}

struct country *nation_new(void)
{
	static const struct isp isps[] = {
		{100, "One", "یک", ACCESS_MOBILE, 60},	    {200, "Two", "دو", ACCESS_MOBILE, 40},
		{300, "Three", "سه", ACCESS_FIXED, 0},	    {400, "Four", "چهار", ACCESS_FIXED, 0},
		{500, "Five", "پنج", ACCESS_DATACENTRE, 0},
	};
	static const int64_t people[] = {1000000, 3000000, 2000000};
	struct country *c = xcalloc(1, sizeof(*c));
	strcpy(c->code, "XX");
	c->n_regions = 3;
	c->regions = xcalloc(c->n_regions, sizeof(*c->regions));
	for (size_t i = 0; i < c->n_regions; i++) {
		snprintf(c->regions[i].code, sizeof(c->regions[i].code), "XX-%02u",
			 (unsigned int)(i + 1) % 100);
		c->regions[i].population = people[i];
	}
	c->n_isps = sizeof(isps) / sizeof(isps[0]);
	c->isps = xcalloc(c->n_isps, sizeof(*c->isps));
	memcpy(c->isps, isps, sizeof(isps));
	add_targets(c, CLASS_DOMESTIC, "https://", KIND_HTTP, 4);
	add_targets(c, CLASS_OPEN, "https://", KIND_HTTP, 4);
	add_targets(c, CLASS_FILTERED, "https://", KIND_HTTP, 4);
	add_targets(c, CLASS_CANARY, "tcp://", KIND_TCP, 2);
	add_targets(c, CLASS_RESOLVER, "dns://", KIND_DNS, 1);
	return c;
}

static bool is_reached(const struct country_target *t, enum nation_weather w)
{
	switch (w) {
	case NATION_NORMAL: return t->class != CLASS_FILTERED;
	case NATION_LIST:
		return t->class == CLASS_DOMESTIC || (t->class == CLASS_OPEN && t->slot < 2);
	case NATION_DOMESTIC: return t->class == CLASS_DOMESTIC;
	default: return false;
	}
}

static void add_target(struct batch *b, const struct country_target *t, int64_t t_ms,
		       enum nation_weather w)
{
	struct result r;
	result_init(&r, t->last);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_TARGET] = batch_target(b, t->url, t->class);
	if (!is_reached(t, w))
		r.v[RESULT_FAILURE] =
			w == NATION_NO_LINK ? FAIL_NETWORK_UNREACHABLE : FAIL_GENERIC_TIMEOUT;
	if (t->class == CLASS_FILTERED && w == NATION_NORMAL)
		r.v[RESULT_FP] = batch_fp(b, "block_page");
	batch_add(b, &r);
}

void nation_add(struct batch *b, const struct country *c, int64_t t_ms, enum nation_weather w)
{
	struct result r;
	result_init(&r, KIND_LINK);
	r.v[RESULT_T] = t_ms;
	r.v[RESULT_IPV4] = r.v[RESULT_GATEWAY] = r.v[RESULT_NS] = w != NATION_NO_LINK;
	batch_add(b, &r);
	for (size_t i = 0; i < c->n_targets; i++)
		add_target(b, &c->targets[i], t_ms, w);
}

void nation_batch(struct batch *b, const struct country *c, int64_t t_ms, enum nation_weather w)
{
	batch_init(b);
	strcpy(b->country, c->code);
	b->t0_ms = t_ms;
	nation_add(b, c, t_ms, w);
}

struct placement nation_place(const struct country *c, const char *region, uint32_t isp)
{
	struct placement p = {
		.isp = isp, .region_source = PLACE_DECLARED, .isp_source = PLACE_DECLARED};
	const struct isp *i = country_isp(c, isp);
	snprintf(p.country, sizeof(p.country), "%s", c->code);
	snprintf(p.region, sizeof(p.region), "%s", region);
	p.access = i ? i->access : ACCESS_UNKNOWN;
	return p;
}
