/* chain.c: a small state machine. Addresses are tried one after the other, so a chain has one
 * connection at most, and IPv4 is known before IPv6 is tried. */
#include "probe/chain.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define ADDRS (2 * (size_t)CHAIN_ADDRS_MAX)

/* TEST-NET-1 (RFC 5737), and the ports that are intercepted first. */
#define GUARD_ADDR "192.0.2.1"
static const uint16_t guard_ports[] = {443, 80};
#define N_GUARDS (sizeof(guard_ports) / sizeof(*guard_ports))

static int family(const char *host)
{
	struct in6_addr any;
	if (inet_pton(AF_INET, host, &any) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, host, &any) == 1 ? AF_INET6 : AF_UNSPEC;
}

static void add_addr(struct chain *c, const char *addr)
{
	bool six = family(addr) == AF_INET6;
	for (size_t i = 0; i < CHAIN_ADDRS_MAX; i++) {
		char *slot = c->addrs[six][i];
		if (!*slot)
			snprintf(slot, sizeof(c->addrs[0][0]), "%.*s", INET6_ADDRSTRLEN - 1, addr);
		if (!strcmp(slot, addr))
			return;
	}
}

static char *addr_at(struct chain *c, size_t i)
{
	return c->addrs[i / CHAIN_ADDRS_MAX][i % CHAIN_ADDRS_MAX];
}

/* The address at hand begins, or begins again, at the target itself. */
static void begin_addr(struct chain *c)
{
	c->hop = 0;
	c->harmless = c->tried_already = false;
	c->place.port = c->target->port;
	c->place.tls = c->target->scheme == TARGET_HTTPS || c->target->scheme == TARGET_SPEED;
	*c->place.path = '\0';
	c->next = c->target->scheme == TARGET_QUIC ? KIND_QUIC : KIND_TCP;
}

void chain_begin(struct chain *c, const struct target *target, size_t n_resolvers)
{
	memset(c, 0, sizeof(*c));
	c->target = target;
	c->next = KIND_LINK;
	if (!target)
		return;
	begin_addr(c);
	if (target->scheme == TARGET_DNS) {
		c->questions = 1;
	} else if (family(target->host) == AF_UNSPEC) {
		c->questions = 2 * n_resolvers;
		c->awaited = 2;
	} else {
		add_addr(c, target->host);
	}
}

const char *chain_path(const struct chain *c)
{
	return c->hop ? c->place.path : c->target->path;
}

/* The step that follows a successful one on the same connection. */
static enum kind after(const struct chain *c, enum kind done)
{
	enum target_scheme scheme = c->target->scheme;
	if (done == KIND_TCP && c->place.tls)
		return KIND_TLS;
	if (c->harmless || scheme == TARGET_TCP || (done != KIND_TCP && done != KIND_TLS))
		return KINDS;
	return scheme == TARGET_SPEED ? KIND_SPEED : KIND_HTTP;
}

/* A handshake that somebody who reads the name in it may have broken. */
static bool may_be_the_name(const struct chain *c, enum failure failure)
{
	switch (failure) {
	case FAIL_TLS_RESET:
	case FAIL_TLS_EOF:
	case FAIL_TLS_TIMEOUT:
	case FAIL_TLS_PLAINTEXT:
	case FAIL_SSL_FAILED_HANDSHAKE:
		return !c->tried_already && family(c->target->host) == AF_UNSPEC;
	default: return false;
	}
}

static bool next_on_addr(struct chain *c, struct chain_step *step)
{
	if (c->awaited || c->on_addr)
		return false;
	while (c->at < ADDRS && !*addr_at(c, c->at))
		c->at++;
	if (c->at == ADDRS)
		return false;
	step->kind = c->next;
	memcpy(step->addr, addr_at(c, c->at), sizeof(step->addr));
	step->port = c->place.port;
	step->hop = c->hop;
	step->harmless = c->harmless;
	c->on_addr = true;
	return true;
}

static bool next_of_device(struct chain *c, struct chain_step *step)
{
	if (c->next == KIND_LINK) {
		step->kind = KIND_LINK;
		c->next = KIND_GUARD;
		return true;
	}
	if (c->guards == N_GUARDS)
		return false;
	step->kind = KIND_GUARD;
	step->port = guard_ports[c->guards++];
	strcpy(step->addr, GUARD_ADDR); /* fits: an IPv4 address */
	return true;
}

static bool next_question(struct chain *c, struct chain_step *step)
{
	if (c->asked == c->questions)
		return false;
	step->kind = KIND_DNS;
	step->resolver = c->asked / 2;
	step->qtype = c->asked % 2 ? CHAIN_QTYPE_AAAA : CHAIN_QTYPE_A;
	c->asked++;
	return true;
}

bool chain_next(struct chain *c, struct chain_step *step)
{
	memset(step, 0, sizeof(*step));
	bool found = c->target ? next_question(c, step) || next_on_addr(c, step)
			       : next_of_device(c, step);
	c->in_flight += found;
	return found;
}

static void dns_ended(struct chain *c, const struct chain_step *step,
		      const struct chain_outcome *outcome)
{
	if (step->resolver || !c->awaited)
		return;
	c->awaited--;
	for (size_t i = 0; i < outcome->n_addrs; i++)
		add_addr(c, outcome->addrs[i]);
}

static void addr_ended(struct chain *c, const struct chain_step *step,
		       const struct chain_outcome *outcome)
{
	c->on_addr = false;
	if (outcome->follow) {
		c->next = KIND_TCP;
		return;
	}
	c->next = outcome->failure == FAIL_NONE ? after(c, step->kind) : KINDS;
	if (c->next != KINDS)
		return;
	if (may_be_the_name(c, outcome->failure)) {
		c->harmless = c->tried_already = true;
		c->next = KIND_TCP;
		return;
	}
	c->at++;
	begin_addr(c);
}

void chain_ended(struct chain *c, const struct chain_step *step,
		 const struct chain_outcome *outcome)
{
	c->in_flight--;
	if (step->kind == KIND_DNS)
		dns_ended(c, step, outcome);
	else if (c->target)
		addr_ended(c, step, outcome);
}

bool chain_is_over(const struct chain *c)
{
	if (c->in_flight)
		return false;
	if (!c->target)
		return c->next != KIND_LINK && c->guards == N_GUARDS;
	for (size_t i = c->at; i < ADDRS; i++)
		if (*c->addrs[i / CHAIN_ADDRS_MAX][i % CHAIN_ADDRS_MAX])
			return false;
	return !c->awaited && c->asked == c->questions;
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo): only to know a place again. */
static uint64_t hash(const char *path, uint16_t port)
{
	uint64_t h = 0xcbf29ce484222325 ^ port;
	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 0x100000001b3;
	return h;
}

enum chain_redirect chain_redirect(struct chain *c, const struct target *to)
{
	uint64_t h = hash(to->path, to->port);
	if (to->scheme != TARGET_HTTPS || strcmp(to->host, c->target->host))
		return CHAIN_STAY;
	bool same = c->place.tls && to->port == c->place.port && !strcmp(to->path, chain_path(c));
	for (int i = 0; i < c->hop; i++)
		same |= c->visited[i] == h;
	if (same || c->hop == CHAIN_HOPS_MAX)
		return CHAIN_LOOP;
	c->visited[c->hop++] = h;
	c->place.tls = true;
	c->place.port = to->port;
	memcpy(c->place.path, to->path, sizeof(c->place.path));
	c->tried_already = false;
	return CHAIN_FOLLOW;
}
