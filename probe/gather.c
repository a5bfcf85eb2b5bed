/* gather.c: enters the texts of each step into the tables of its batch, and seals. What may not
 * leave this device is dropped here, before it is ever written: private addresses (by batch_addr)
 * and private resolvers. */
#include "probe/gather.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/batch.h"
#include "common/clock.h"
#include "common/log.h"
#include "probe/runner.h"
#include "probe/spool.h"
#include "probe/wire_cert.h"

struct gather {
	struct gather_config config; /* list_hash points to ours */
	char list_hash[65];
	bool offset_known;
	int64_t offset_ms;
	struct batch
		open[2]; /* by the parity of the epoch: today's and yesterday's or tomorrow's */
};

struct gather *gather_new(const struct gather_config *config)
{
	struct gather *g = xcalloc(1, sizeof(*g));
	g->config = *config;
	snprintf(g->list_hash, sizeof(g->list_hash), "%s", config->list_hash);
	batch_init(&g->open[0]);
	batch_init(&g->open[1]);
	return g;
}

void gather_free(struct gather *g)
{
	if (!g)
		return;
	batch_clear(&g->open[0]);
	batch_clear(&g->open[1]);
	keys_wipe(g, sizeof(*g));
	free(g);
}

void gather_set_offset(struct gather *g, int64_t offset_ms)
{
	g->offset_known = true;
	g->offset_ms = offset_ms;
}

static void begin(const struct gather *g, struct batch *b, int64_t epoch, int64_t t_ms)
{
	const struct vantage *v = &g->config.vantage;
	snprintf(b->software, sizeof(b->software), "fanous-probe/%s", VERSION);
	memcpy(b->country, v->country, sizeof(b->country));
	memcpy(b->region, v->region, sizeof(b->region));
	b->isp = v->isp;
	b->access = v->access;
	memcpy(b->list_hash, g->list_hash, sizeof(b->list_hash));
	b->epoch = epoch;
	b->t0_ms = t_ms;
}

/* 1 when it is in the spool, 0 when there was nothing, -1 when it could not be put there; then it
 * is still open. */
static int seal(struct gather *g, struct batch *b)
{
	struct keys_sign key;
	struct buf sealed;
	uint8_t id[BATCH_ID];
	int rc = -1;
	if (!b->n_results)
		return 0;
	b->sealed_wall_ms = clock_wall_ms();
	b->sealed_mono_ms = clock_mono_ms();
	b->offset_known = g->offset_known;
	b->offset_ms = g->offset_ms;

	keys_sign_derive(&key, g->config.seed, b->epoch);
	enum batch_error e = batch_seal(&sealed, id, b, &key, g->config.box_pk);
	keys_wipe(&key, sizeof(key));
	if (e != BATCH_OK)
		log_warnx("cannot seal a batch: %s", batch_error_str(e));
	else if (spool_put(g->config.spool, id, sealed.data, sealed.len, b->sealed_wall_ms) < 0)
		log_warn("cannot put a batch into the spool");
	else
		rc = 1;
	buf_clear(&sealed);
	if (rc == 1)
		batch_clear(b);
	return rc;
}

/* Makes an open batch empty, come what may. */
static int close_batch(struct gather *g, struct batch *b)
{
	int rc = seal(g, b);
	if (rc < 0) {
		log_warnx("%zu results are lost", b->n_results);
		batch_clear(b);
	}
	return rc < 0 ? -1 : 0;
}

static bool has_room(const struct batch *b, const struct runner_step *step)
{
	return b->n_results < BATCH_RESULTS_MAX && b->n_targets < BATCH_TARGETS_MAX &&
	       b->n_addrs + step->n_answers + 1 <= BATCH_ADDRS_MAX &&
	       b->n_certs + step->n_certs <= BATCH_CERTS_MAX &&
	       b->n_resolvers < BATCH_RESOLVERS_MAX && b->n_fps < BATCH_FPS_MAX;
}

/* A resolver on the volunteer's own network says something about the volunteer. The name of a
 * public one, like udp://9.9.9.9 or udp://[2620:fe::fe]:53, stays. */
static const char *public_resolver(const char *name)
{
	const char *host = strstr(name, "://");
	char addr[64];
	if (!host)
		return name; /* "system" */
	host += 3;
	bool bracket = *host == '[';
	host += bracket;
	size_t len = strcspn(host, bracket ? "]" : ":/");
	if (!bracket && host[len] == ':' && strchr(host + len + 1, ':'))
		len = strlen(host); /* IPv6 without brackets */
	snprintf(addr, sizeof(addr), "%.*s", (int)len, host);
	bool is_name = !strchr(addr, ':') && strspn(addr, "0123456789.") != strlen(addr);
	return is_name || batch_addr_is_public(addr) ? name : "private";
}

static void enter_texts(struct batch *b, struct result *r, const struct runner_step *step)
{
	if (step->target)
		r->v[RESULT_TARGET] = batch_target(b, step->target->url, step->target->class);
	if (step->addr)
		r->v[RESULT_ADDR] = batch_addr(b, step->addr);
	if (step->resolver)
		r->v[RESULT_RESOLVER] = batch_resolver(b, public_resolver(step->resolver));
	if (step->fp)
		r->v[RESULT_FP] = batch_fp(b, step->fp);
	r->n_list = 0;
	for (size_t i = 0; i < step->n_answers && r->n_list < RESULT_ANSWERS_MAX; i++) {
		int addr = batch_addr(b, step->answers[i]);
		if (addr >= 0)
			r->list[r->n_list++] = (uint16_t)addr;
	}
	for (size_t i = 0; i < step->n_certs && r->n_list < RESULT_CHAIN_MAX; i++)
		r->list[r->n_list++] = (uint16_t)batch_cert(b, &step->certs[i].brief);
}

int gather_step(struct gather *g, const struct runner_step *step)
{
	struct result r = *step->result;
	int64_t epoch = clock_epoch_day(r.v[RESULT_T]);
	struct batch *b = &g->open[epoch & 1];
	int rc = 0;
	if (b->n_results && (b->epoch != epoch || !has_room(b, step)))
		rc = close_batch(g, b);
	if (!b->n_results)
		begin(g, b, epoch, r.v[RESULT_T]);
	if (r.v[RESULT_T] < b->t0_ms) /* steps finish in another order than they begin */
		b->t0_ms = r.v[RESULT_T];
	enter_texts(b, &r, step);
	batch_add(b, &r); /* has_room: it fits */
	return rc;
}

int gather_seal(struct gather *g)
{
	int spooled = 0, rc = 0;
	size_t older = g->open[0].epoch > g->open[1].epoch;
	for (size_t i = 0; i < 2; i++) {
		int one = seal(g, &g->open[older ^ i]);
		if (one < 0)
			rc = -1;
		else
			spooled += one;
	}
	return rc < 0 ? -1 : spooled;
}
