/* bench_batch.c: how many bytes a result takes on its way, from batches like those of real cycles: the real
 * encoder, compressor and seal over invented results with a fixed seed.
 *
 * A target is asked for by two resolvers, A and AAAA; it has one or two IPv4 and often an IPv6
 * address, each measured by tcp, tls and http; one in twelve is reset at the handshake and tried again
 * with a harmless name. Addresses are random (nothing is shared between targets but the issuers of
 * certificates: worse than the truth, where many sites stand at few hosters), durations are
 * lognormal, and sixteen chains run at a time, so that lines of several targets are mixed. */
#include <math.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/batch.h"
#include "common/buf.h"

#define LANES	  16
#define RESOLVERS 2
#define ADDRS	  3
#define ISSUERS	  12
#define T0_MS	  1767889800000LL

static const char *const resolvers[RESOLVERS] = {"system", "udp://9.9.9.9"};

struct issuer {
	struct batch_cert cert;
	char name[BATCH_CERT_ISSUER]; /* by which its certificates call it */
};

struct site {
	char url[64];
	char addrs[ADDRS][INET6_ADDRSTRLEN];
	size_t n_addrs, n4;
	struct batch_cert leaf, between;
	double dns_us, path_us, server_us; /* medians */
	bool reset;
	int64_t ttl;
};

struct line {
	int64_t end_us;
	size_t site;
	struct result r;
	int addr; /* of the site, or -1 */
	int resolver;
};

struct world {
	uint64_t random; /* splitmix64 (Steele, Lea, Flood 2014): the same batches in every run */
	struct site *sites;
	size_t n_sites;
	struct line *lines;
	size_t n_lines, room;
};

static uint64_t next(struct world *w)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static double uniform(struct world *w)
{
	return (double)((next(w) >> 11) + 1) / 9007199254740993.0;
}

/* Lognormal around a median, by Box and Muller. */
static double about(struct world *w, double median, double sigma)
{
	double n = sqrt(-2 * log(uniform(w))) * cos(2 * M_PI * uniform(w));
	return median * exp(sigma * n);
}

static void base64ish(struct world *w, char *out, size_t len)
{
	static const char set[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	for (size_t i = 0; i + 1 < len; i++)
		out[i] = set[next(w) % 64];
	out[len - 1] = '\0';
}

static void make_addrs(struct world *w, struct site *s)
{
	s->n4 = 1 + next(w) % 2;
	s->n_addrs = s->n4 + next(w) % 2;
	for (size_t i = 0; i < s->n_addrs; i++)
		do {
			uint64_t u = next(w);
			if (i < s->n4)
				snprintf(s->addrs[i], sizeof(s->addrs[i]), "%u.%u.%u.%u",
					 (unsigned int)(u & 255), (unsigned int)(u >> 8 & 255),
					 (unsigned int)(u >> 16 & 255),
					 (unsigned int)(u >> 24 & 255));
			else
				snprintf(s->addrs[i], sizeof(s->addrs[i]), "2a0%x:%x:%x::%x",
					 (unsigned int)(u & 15), (unsigned int)(u >> 8 & 0xffff),
					 (unsigned int)(u >> 24 & 0xffff),
					 (unsigned int)(u >> 40 & 0xffff));
		} while (!batch_addr_is_public(s->addrs[i]));
}

static void make_site(struct world *w, struct site *s, const struct issuer *issuers)
{
	static const char *const tops[] = {"com", "org", "ir", "net", "co.uk"};
	static const int64_t ttls[] = {60, 300, 300, 3600, 86400};
	char name[24];
	size_t len = 5 + next(w) % 10;
	for (size_t i = 0; i < len; i++)
		name[i] = (char)('a' + next(w) % 26);
	name[len] = '\0';
	snprintf(s->url, sizeof(s->url), "https://%s%s.%s/", next(w) % 2 ? "www." : "", name,
		 tops[next(w) % 5]);
	make_addrs(w, s);
	const struct issuer *by = &issuers[next(w) % ISSUERS];
	s->between = by->cert;
	base64ish(w, s->leaf.id, sizeof(s->leaf.id));
	memcpy(s->leaf.issuer, by->name, sizeof(s->leaf.issuer));
	s->leaf.not_before = 1767225600 - (int64_t)(next(w) % 7776000);
	s->leaf.not_after = s->leaf.not_before + 7775999;
	s->dns_us = about(w, 30000, 0.7);
	s->path_us = about(w, 90000, 0.6);
	s->server_us = about(w, 40000, 0.9);
	s->reset = next(w) % 12 == 0;
	s->ttl = ttls[next(w) % 5];
}

static void make_world(struct world *w, size_t n_sites)
{
	struct issuer issuers[ISSUERS];
	*w = (struct world){.random = 20260108, .n_sites = n_sites};
	for (size_t i = 0; i < ISSUERS; i++) {
		struct issuer *one = &issuers[i];
		base64ish(w, one->name, sizeof(one->name));
		base64ish(w, one->cert.id, sizeof(one->cert.id));
		base64ish(w, one->cert.issuer, sizeof(one->cert.issuer));
		one->cert.not_before = 1577836800 + (int64_t)(next(w) % 94608000);
		one->cert.not_after = one->cert.not_before + 315359999;
	}
	w->sites = xcalloc(n_sites, sizeof(*w->sites));
	for (size_t i = 0; i < n_sites; i++)
		make_site(w, &w->sites[i], issuers);
}

/* A line that begins at at_us; gives back when it ends. */
static int64_t add(struct world *w, size_t site, enum kind kind, int addr, int64_t at_us, double us,
		   const struct result *like)
{
	if (w->n_lines == w->room) {
		w->room = w->room ? 2 * w->room : 256;
		w->lines = xrealloc(w->lines, w->room * sizeof(*w->lines));
	}
	struct line *l = &w->lines[w->n_lines++];
	*l = (struct line){.site = site, .addr = addr, .r = *like, .resolver = -1};
	l->r.kind = kind;
	l->r.v[RESULT_T] = T0_MS + at_us / 1000;
	l->r.v[RESULT_US] = (int64_t)us;
	l->end_us = at_us + (int64_t)us;
	return l->end_us;
}

static int64_t ask(struct world *w, size_t site, int64_t at_us)
{
	struct site *s = &w->sites[site];
	int64_t ready = at_us;
	for (int i = 0; i < 2 * RESOLVERS; i++) {
		struct result r;
		result_init(&r, KIND_DNS);
		r.v[RESULT_QTYPE] = i % 2 ? 28 : 1;
		r.v[RESULT_RCODE] = 0;
		bool none = i % 2 && s->n_addrs == s->n4;
		r.v[RESULT_FAILURE] = none ? FAIL_DNS_NO_ANSWER : FAIL_NONE;
		r.v[RESULT_IPTTL] = i / 2 ? 55 : 64;
		/* What a cache has left, unless nobody asked for it lately. */
		r.v[RESULT_TTL] = none		? -1
				  : next(w) % 3 ? 1 + (int64_t)(next(w) % (uint64_t)s->ttl)
						: s->ttl;
		int64_t end = add(w, site, KIND_DNS, -1, at_us, about(w, s->dns_us, 0.3), &r);
		w->lines[w->n_lines - 1].resolver = i / 2;
		if (i < 2 && end > ready)
			ready = end;
	}
	return ready;
}

static int64_t connect_to(struct world *w, size_t site, int addr, int64_t at, bool harmless)
{
	struct site *s = &w->sites[site];
	struct result r;
	double path = s->path_us * (1 + 0.3 * addr);
	result_init(&r, KIND_TCP);
	r.v[RESULT_PORT] = 443;
	at = add(w, site, KIND_TCP, addr, at, about(w, path, 0.05), &r);
	result_init(&r, KIND_TLS);
	r.v[RESULT_SNI] = harmless;
	if (s->reset && !harmless) {
		r.v[RESULT_FAILURE] = FAIL_TLS_RESET;
		return add(w, site, KIND_TLS, addr, at, about(w, 20000, 0.2), &r);
	}
	r.v[RESULT_TLSVER] = 772;
	r.v[RESULT_CIPHER] = 0x1301 + (int64_t)(site % 2);
	r.v[RESULT_VERIFY] = 0;
	r.n_list = 2;
	at = add(w, site, KIND_TLS, addr, at, about(w, path + 3000, 0.06), &r);
	if (harmless)
		return at;
	result_init(&r, KIND_HTTP);
	r.v[RESULT_STATUS] = site % 4 ? 200 : 301;
	r.v[RESULT_BYTES] = site % 4 ? (int64_t)about(w, 20000, 1) % 65536 : 162;
	r.v[RESULT_NEXT] = 0;
	r.v[RESULT_TTFB] = (int64_t)about(w, path + s->server_us, 0.1);
	return add(w, site, KIND_HTTP, addr, at, (double)r.v[RESULT_TTFB] + about(w, 8000, 0.8),
		   &r);
}

static int by_end(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	return (x->end_us > y->end_us) - (x->end_us < y->end_us);
}

static void make_cycle(struct world *w)
{
	int64_t lane[LANES] = {0};
	w->n_lines = 0;
	for (size_t i = 0; i < w->n_sites; i++) {
		size_t free_lane = 0;
		for (size_t k = 1; k < LANES; k++)
			if (lane[k] < lane[free_lane])
				free_lane = k;
		int64_t at = ask(w, i, lane[free_lane]);
		for (int a = 0; a < (int)w->sites[i].n_addrs; a++) {
			at = connect_to(w, i, a, at, false);
			if (w->sites[i].reset)
				at = connect_to(w, i, a, at, true);
		}
		lane[free_lane] = at;
	}
	qsort(w->lines, w->n_lines, sizeof(*w->lines), by_end);
}

static void enter(struct batch *b, const struct world *w, const struct line *l)
{
	const struct site *s = &w->sites[l->site];
	struct result r = l->r;
	bool six = r.v[RESULT_QTYPE] == 28;
	r.v[RESULT_TARGET] = batch_target(b, s->url, CLASS_OPEN);
	if (l->resolver >= 0)
		r.v[RESULT_RESOLVER] = batch_resolver(b, resolvers[l->resolver]);
	if (l->addr >= 0)
		r.v[RESULT_ADDR] = batch_addr(b, s->addrs[l->addr]);
	if (r.kind == KIND_DNS)
		for (size_t i = six ? s->n4 : 0; i < (six ? s->n_addrs : s->n4); i++)
			r.list[r.n_list++] = (uint16_t)batch_addr(b, s->addrs[i]);
	if (r.kind == KIND_TLS && r.n_list) {
		r.list[0] = (uint16_t)batch_cert(b, &s->leaf);
		r.list[1] = (uint16_t)batch_cert(b, &s->between);
	}
	if (l == w->lines || r.v[RESULT_T] < b->t0_ms)
		b->t0_ms = r.v[RESULT_T];
	batch_add(b, &r);
}

struct sizes {
	size_t results, plain, payload, padded;
};

static void weigh(struct sizes *sum, struct batch *b, const struct keys_box *box)
{
	struct keys_sign key;
	struct buf sealed, inner, line;
	uint8_t id[BATCH_ID], seed[KEYS_SEED] = {0};
	keys_sign_derive(&key, seed, b->epoch);
	if (batch_seal(&sealed, id, b, &key, box->pk) != BATCH_OK ||
	    batch_unseal(&inner, sealed.data, sealed.len, box) != BATCH_OK)
		abort();
	buf_init(&line, BATCH_PLAIN_MAX);
	for (size_t i = 0; i < b->n_results; i++)
		result_encode(&line, &b->results[i], b->t0_ms);
	sum->results += b->n_results;
	sum->plain += line.len + b->n_results;
	sum->payload += inner.len + 4 + crypto_box_SEALBYTES;
	sum->padded += sealed.len;
	buf_clear(&sealed);
	buf_clear(&inner);
	buf_clear(&line);
}

/* Cuts cycles over n_sites into batches of so many results, and weighs the whole ones. */
static void measure(struct buf *out, size_t per_batch, size_t n_sites, int64_t goal)
{
	struct world w;
	struct sizes sum = {0};
	struct keys_box box;
	crypto_box_keypair(box.pk, box.sk);
	make_world(&w, n_sites);
	make_cycle(&w);
	for (size_t from = 0; from + per_batch <= w.n_lines; from += per_batch) {
		struct batch b;
		batch_init(&b);
		snprintf(b.software, sizeof(b.software), "fanous-probe/%s", VERSION);
		memcpy(b.country, "IR", sizeof(b.country));
		memcpy(b.region, "IR-23", sizeof("IR-23"));
		b.isp = 44244;
		b.access = ACCESS_MOBILE;
		b.epoch = 20461;
		b.t0_ms = w.lines[from].r.v[RESULT_T];
		b.sealed_wall_ms = T0_MS + 300000;
		b.sealed_mono_ms = 523000;
		memset(b.list_hash, '7', sizeof(b.list_hash) - 1);
		for (size_t i = 0; i < 32; i++)
			snprintf(b.list_hash + 2 * i, 3, "%02x", (unsigned int)(next(&w) & 255));
		for (size_t i = 0; i < per_batch; i++)
			enter(&b, &w, &w.lines[from + i]);
		weigh(&sum, &b, &box);
		batch_clear(&b);
	}
	double n = (double)sum.results;
	buf_printf(out,
		   "%s{\"results\":%zu,\"sites\":%zu,\"batches\":%zu,\"goal\":%d,\"plain\":%.1f,"
		   "\"payload\":%.1f,"
		   "\"padded\":%.1f}",
		   out->len > 1 ? "," : "", per_batch, n_sites, sum.results / per_batch, (int)goal,
		   (double)sum.plain / n, (double)sum.payload / n, (double)sum.padded / n);
	free(w.sites);
	free(w.lines);
}

int main(void)
{
	struct buf out;
	if (keys_init() < 0)
		return 1;
	buf_init(&out, 4096);
	buf_putc(&out, '[');
	measure(&out, 50, 50, 40);
	measure(&out, 1000, 300, 25);
	buf_putc(&out, ']');
	puts(out.data);
	buf_clear(&out);
	return 0;
}
