/* route.c: builds the list of ways from the settings, and refuses addresses that could not work or
 * would tell somebody else where the volunteer is going. */
#include "probe/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/conf.h"

#define SUBMIT_PATH "/api/v1/submit"

static bool has_prefix(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static int check_url(const char *url, char *err, size_t errlen)
{
	const char *host = strstr(url, "://");
	if ((has_prefix(url, "https://") || has_prefix(url, "http://")) && host[3] &&
	    !strpbrk(host + 3, "?# "))
		return 0;
	snprintf(err, errlen,
		 "collector url '%.128s' is not an http:// or https:// address without query", url);
	return -1;
}

/* With plain socks5:// (and http:// proxies with a local name look-up) the name of the collector
 * would go to the ISP's resolver in the clear, which is what the proxy is there to avoid. */
static int check_proxy(const char *proxy, char *err, size_t errlen)
{
	if (has_prefix(proxy, "socks5h://") && proxy[strlen("socks5h://")])
		return 0;
	snprintf(err, errlen,
		 "proxy '%.128s' must be socks5h://host:port, so that it resolves names", proxy);
	return -1;
}

static void add(struct routes *r, const char *url, const char *proxy)
{
	size_t len = strlen(url);
	while (len && url[len - 1] == '/')
		len--;
	r->list = xrealloc(r->list, (r->n + 1) * sizeof(*r->list));
	r->list[r->n++] = (struct route){xasprintf("%.*s" SUBMIT_PATH, (int)len, url), proxy};
}

int routes_init(struct routes *r, const struct conf *c, char *err, size_t errlen)
{
	size_t n_urls = conf_count(c, "collector", "url");
	size_t n_proxies = conf_count(c, "collector", "proxy");
	*r = (struct routes){0};
	for (size_t p = 0; p <= n_proxies; p++) {
		const char *proxy = p ? conf_at(c, "collector", "proxy", p - 1) : NULL;
		if (proxy && check_proxy(proxy, err, errlen) < 0)
			return -1;
		for (size_t u = 0; u < n_urls; u++) {
			const char *url = conf_at(c, "collector", "url", u);
			if (check_url(url, err, errlen) < 0)
				return -1;
			add(r, url, proxy);
		}
	}
	return 0;
}

void routes_clear(struct routes *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->list[i].url);
	free(r->list);
	*r = (struct routes){0};
}

/* The remembered way, then all others in their own order. */
static size_t index_of(const struct routes *r, size_t k)
{
	if (k == 0)
		return r->first;
	return k <= r->first ? k - 1 : k;
}

const struct route *routes_at(const struct routes *r, size_t k)
{
	return k < r->n ? &r->list[index_of(r, k)] : NULL;
}

void routes_remember(struct routes *r, size_t k)
{
	r->first = index_of(r, k);
}
