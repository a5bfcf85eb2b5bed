/* control.c: what is learned from controls stands in known.c. */
#include "collector/control.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "collector/known.h"
#include "common/clock.h"
#include "common/limits.h"

struct control {
	struct known_days known;
};

/* --- reach --- */

static const enum target_class abroad[] = {CLASS_OPEN, CLASS_FILTERED, CLASS_CANARY};

static int bits(uint64_t mask)
{
	return __builtin_popcountll(mask);
}

/* The vote of a probe; asked for probes in ascending order, as votes are. */
static const struct cell_vote *next_vote(const struct cell *c, size_t *at, uint64_t probe)
{
	while (c && *at < c->n && c->votes[*at].probe < probe)
		++*at;
	return c && *at < c->n && c->votes[*at].probe == probe ? &c->votes[*at] : NULL;
}

void control_no_say(uint64_t no_say[static CLASSES], const struct cell *const cells[static CLASSES])
{
	unsigned int tried[CLASSES][CELL_TARGETS_MAX] = {0},
		     failed[CLASSES][CELL_TARGETS_MAX] = {0};
	const struct cell *open = cells[CLASS_OPEN];
	size_t at[CLASSES] = {0};
	memset(no_say, 0, CLASSES * sizeof(*no_say));
	for (size_t i = 0; open && i < open->n; i++) {
		const struct cell_vote *own = &open->votes[i];
		if (!own->tried || 2 * bits(own->ok) < bits(own->tried))
			continue; /* this control's own line is in trouble */
		for (size_t a = 0; a < sizeof(abroad) / sizeof(*abroad); a++) {
			enum target_class class = abroad[a];
			const struct cell_vote *v = next_vote(cells[class], &at[class], own->probe);
			for (int slot = 0; v && slot < CELL_TARGETS_MAX; slot++) {
				tried[class][slot] += v->tried >> slot & 1;
				failed[class][slot] += (v->tried & ~v->ok) >> slot & 1;
			}
		}
	}
	for (size_t class = 0; class < CLASSES; class ++)
		for (int slot = 0; slot < CELL_TARGETS_MAX; slot++)
			if (2 * failed[class][slot] > tried[class][slot])
				no_say[class] |= 1ULL << slot;
}

/* --- the table --- */

struct control *control_new(void)
{
	return xcalloc(1, sizeof(struct control));
}

void control_reset(struct control *c)
{
	known_clear(&c->known);
}

void control_free(struct control *c)
{
	if (!c)
		return;
	control_reset(c);
	free(c);
}

bool control_unsaved(const struct control *c, int64_t *day)
{
	for (size_t i = 0; i < c->known.n; i++)
		if (c->known.list[i].unsaved) {
			*day = c->known.list[i].day;
			return true;
		}
	return false;
}

void control_encode(struct control *c, int64_t day, struct buf *out)
{
	known_encode(&c->known, day, out);
}

int control_decode(struct control *c, int64_t day, const void *data, size_t len)
{
	return known_decode(&c->known, day, data, len);
}

/* --- learning --- */

/* To a target abroad: at home a control is a foreigner. */
static bool covers(const struct visit *v)
{
	const struct country_target *t = v->target;
	if (t->slot < 0 || t->last == KIND_QUIC)
		return false;
	for (size_t i = 0; i < sizeof(abroad) / sizeof(*abroad); i++)
		if (t->class == abroad[i])
			return true;
	return t->class == CLASS_RESOLVER && v->evidence->country->abroad >> t->slot & 1;
}

/* A page that somebody on the way can exchange. */
static bool is_page(const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	return r->kind == KIND_HTTP && r->v[RESULT_HOP] <= 0 &&
	       !strncasecmp(v->target->url, "http:", 5);
}

static uint32_t length_of(const struct result *r)
{
	return r->v[RESULT_BYTES] > 0 ? (uint32_t)r->v[RESULT_BYTES] : 0;
}

static uint32_t status_of(const struct result *r)
{
	return r->v[RESULT_STATUS] > 0 ? (uint32_t)r->v[RESULT_STATUS] : 0;
}

/* Of a visit to a target abroad, or to a host inside. */
static void learn_result(struct control *c, const struct visit *v, size_t i)
{
	const struct evidence *e = v->evidence;
	const struct result *r = v->results[i];
	int64_t day = r->v[RESULT_T] / CLOCK_DAY_MS;
	uint32_t key = known_key(v->target->class, v->target->slot);
	const struct known_page page = {e->probe, status_of(r), length_of(r)};
	if (covers(v) && is_page(v, i))
		known_learn_page(&c->known, day, key, &page);
	for (size_t a = 0; r->kind == KIND_DNS && a < r->n_list; a++)
		known_learn_prefix(&c->known, day, key, known_code(e->batch->addrs[r->list[a]]),
				   visit_network(v, r->list[a]));
}

void control_learn(struct control *c, const struct evidence *e)
{
	struct visits visits;
	visits_find(&visits, e);
	for (size_t i = 0; i < visits.n; i++) {
		const struct visit *v = &visits.list[i];
		bool wanted = covers(v) || visit_is_inside(v);
		for (size_t k = 0; wanted && k < v->n; k++)
			if (v->results[k]->v[RESULT_FAILURE] == FAIL_NONE && !visit_is_beside(v, k))
				learn_result(c, v, k);
	}
	visits_clear(&visits);
}

/* --- judging --- */

/* What is known of a target from the day before to the day after. */
struct memory {
	const struct known *days[3];
};

static struct memory recall(const struct visit *v, int64_t t_ms)
{
	uint32_t key = known_key(v->target->class, v->target->slot);
	int64_t day = t_ms / CLOCK_DAY_MS;
	struct memory m;
	for (int d = 0; d < 3; d++)
		m.days[d] = known_find(&v->evidence->control->known, day - 1 + d, key);
	return m;
}

static bool has_addr(const struct result *r, int64_t addr)
{
	for (size_t a = 0; a < r->n_list; a++)
		if (r->list[a] == addr)
			return true;
	return false;
}

/* How a handshake with an address of an answer went: 1 verified, 0 connections led to none that did, -1 none was
 * gone to. */
static int verified(const struct visit *v, const struct result *answer)
{
	int found = -1;
	for (size_t i = 0; i < v->n; i++) {
		const struct result *r = v->results[i];
		if (r->kind == KIND_DNS || !has_addr(answer, r->v[RESULT_ADDR]))
			continue;
		if (r->kind == KIND_TLS && r->v[RESULT_FAILURE] == FAIL_NONE &&
		    r->v[RESULT_SNI] <= 0)
			return 1;
		found = 0;
	}
	return found;
}

/* One address of an answer in a prefix or network that is known; or one whose network is not. */
static bool may_be(const struct memory *m, const struct visit *v, int64_t addr)
{
	uint64_t code = known_code(v->evidence->batch->addrs[addr]);
	uint32_t network = visit_network(v, addr);
	for (size_t d = 0; d < 3; d++)
		for (size_t i = 0; m->days[d] && i < m->days[d]->n_prefixes; i++) {
			const struct known_prefix *p = &m->days[d]->prefixes[i];
			if (p->code == code || p->network == network)
				return true;
		}
	return !network;
}

/* A full list may lack the one that matters. */
static bool knows_networks(const struct memory *m)
{
	bool any = false;
	for (size_t d = 0; d < 3; d++) {
		const struct known *k = m->days[d];
		if (k && k->n_prefixes == KNOWN_PREFIXES_MAX)
			return false;
		for (size_t i = 0; k && i < k->n_prefixes; i++)
			any |= k->prefixes[i].network != 0;
	}
	return any;
}

static bool contradicts_answer(const struct memory *m, const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	bool encrypted = !strncasecmp(v->target->url, "https:", 6);
	if (!r->n_list || !knows_networks(m))
		return false;
	for (size_t a = 0; a < r->n_list; a++)
		if (may_be(m, v, r->list[a]))
			return false;
	return !encrypted || verified(v, r) == 0;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

static bool contradicts_page(const struct memory *m, const struct result *r)
{
	uint32_t lengths[3 * KNOWN_PAGES_MAX], counts[KNOWN_STATUS_MAX + 1] = {0}, most = 0;
	size_t n = 0, n_lengths = 0;
	for (size_t d = 0; d < 3; d++)
		for (size_t i = 0; m->days[d] && i < m->days[d]->n_pages; i++, n++) {
			uint32_t status = m->days[d]->pages[i].status;
			most = ++counts[status] > counts[most] ? status : most;
		}
	if (2 * counts[most] <= n)
		return false;
	for (size_t d = 0; d < 3; d++)
		for (size_t i = 0; m->days[d] && i < m->days[d]->n_pages; i++)
			if (m->days[d]->pages[i].status == most)
				lengths[n_lengths++] = m->days[d]->pages[i].bytes;
	qsort(lengths, n_lengths, sizeof(*lengths), by_number);
	return status_of(r) != most || 10 * length_of(r) < 7 * lengths[n_lengths / 2];
}

bool control_contradicts(const struct visit *v, size_t i)
{
	const struct result *r = v->results[i];
	if (!v->evidence->control || !covers(v) || (r->kind != KIND_DNS && !is_page(v, i)))
		return false;
	const struct memory m = recall(v, r->v[RESULT_T]);
	return r->kind == KIND_DNS ? contradicts_answer(&m, v, i) : contradicts_page(&m, r);
}

size_t control_networks(const struct visit *v, uint32_t *out, size_t max)
{
	size_t n = 0;
	if (!v->evidence->control)
		return 0;
	const struct memory m = recall(v, v->begun_ms);
	for (size_t d = 0; d < 3; d++)
		for (size_t i = 0; m.days[d] && i < m.days[d]->n_prefixes; i++) {
			uint32_t network = m.days[d]->prefixes[i].network;
			size_t k = 0;
			while (k < n && out[k] != network)
				k++;
			if (network && k == n && n < max)
				out[n++] = network;
		}
	return n;
}
