/* chain.c: a small state machine. Addresses are tried one after the other, so a chain has one
 * connection at most, and IPv4 is known before IPv6 is tried. */
#include "probe/chain.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static int family(const char *host)
{
	struct in6_addr any;
	if (inet_pton(AF_INET, host, &any) == 1)
		return AF_INET;
	return inet_pton(AF_INET6, host, &any) == 1 ? AF_INET6 : AF_UNSPEC;
}

void chain_begin(struct chain *c, const struct target *target, size_t n_resolvers)
{
	memset(c, 0, sizeof(*c));
	c->target = target;
	c->next = KIND_TCP;
	if (!target) {
		c->next = KIND_LINK;
		return;
	}
	if (target->scheme == TARGET_DNS) {
		c->questions = 1;
		return;
	}
	int af = family(target->host);
	if (af == AF_UNSPEC) {
		c->questions = 2 * n_resolvers;
		c->awaited = 2;
	} else {
		snprintf(c->addr[af == AF_INET6], sizeof(c->addr[0]), "%.*s",
			 (int)sizeof(c->addr[0]) - 1, target->host);
	}
}

/* The step that follows a successful one on the same address. */
static enum kind after(enum kind done, enum target_scheme scheme)
{
	if (done == KIND_TCP && scheme == TARGET_HTTPS)
		return KIND_TLS;
	if (done == KIND_TLS || (done == KIND_TCP && scheme == TARGET_HTTP))
		return KIND_HTTP;
	return KINDS;
}

static char *addr_at_hand(struct chain *c)
{
	if (c->awaited || c->on_addr)
		return NULL;
	if (*c->addr[0])
		return c->addr[0];
	return *c->addr[1] ? c->addr[1] : NULL;
}

bool chain_next(struct chain *c, struct chain_step *step)
{
	memset(step, 0, sizeof(*step));
	const char *addr = addr_at_hand(c);
	if (c->asked < c->questions) {
		step->kind = KIND_DNS;
		step->resolver = c->asked / 2;
		step->qtype = c->asked % 2 ? CHAIN_QTYPE_AAAA : CHAIN_QTYPE_A;
		c->asked++;
	} else if (addr) {
		step->kind = c->next;
		memcpy(step->addr, addr, sizeof(step->addr));
		c->on_addr = true;
	} else if (!c->target && c->next == KIND_LINK) {
		step->kind = KIND_LINK;
		c->next = KINDS;
	} else {
		return false;
	}
	c->in_flight++;
	return true;
}

static void dns_ended(struct chain *c, const struct chain_step *step, bool success,
		      const char *addr)
{
	if (step->resolver || !c->awaited)
		return;
	c->awaited--;
	if (success && addr)
		snprintf(c->addr[step->qtype == CHAIN_QTYPE_AAAA], sizeof(c->addr[0]), "%s", addr);
}

void chain_ended(struct chain *c, const struct chain_step *step, bool success, const char *addr)
{
	c->in_flight--;
	if (step->kind == KIND_DNS)
		dns_ended(c, step, success, addr);
	if (step->kind == KIND_DNS || step->kind == KIND_LINK)
		return;
	c->on_addr = false;
	c->next = success ? after(step->kind, c->target->scheme) : KINDS;
	if (c->next != KINDS)
		return;
	/* On to the next address, from the start. */
	*addr_at_hand(c) = '\0';
	c->next = KIND_TCP;
}

bool chain_is_over(const struct chain *c)
{
	return !c->in_flight && !c->awaited && c->asked == c->questions && !*c->addr[0] &&
	       !*c->addr[1] && (c->target || c->next != KIND_LINK);
}
