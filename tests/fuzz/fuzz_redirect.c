/* fuzz_redirect.c: any text as a Location header. What is followed has to be a target that leads to
 * the same host, and to be what it resolves to. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "probe/targets.h"
#include "probe/wire_redirect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct wire_place places[] = {
	{"http", "site.test", 80, "/"},
	{"https", "site.test", 443, "/a/b?c/d"},
	{"https", "192.0.2.1", 8443, "/a/"},
	{"https", "2001:db8::1", 443, "/"},
};

static void check_promises(const struct wire_place *from, const char *url)
{
	char err[256], again[TARGET_URL_MAX];
	struct target to;
	struct wire_place place = {"https", from->host, 0, NULL};
	assert(targets_parse_one(&to, url, err, sizeof(err)) == 0);
	assert(to.scheme == TARGET_HTTPS && !strcmp(to.host, from->host));
	for (const char *p = url; *p; p++)
		assert(*p > ' ' && *p <= '~' && *p != '#');
	assert(!strstr(to.path, "/../") || strchr(to.path, '?'));
	place.port = to.port;
	place.path = to.path;
	assert(wire_redirect(again, &place, url) && !strcmp(again, url));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *location = xmalloc(len + 1), url[TARGET_URL_MAX];
	if (len)
		memcpy(location, data, len);
	location[len] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (wire_redirect(url, &places[i], location))
			check_promises(&places[i], url);
	free(location);
	return 0;
}
