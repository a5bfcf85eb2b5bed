/* address.c: takes off what we put on: origin, language; what follows '#' is the browser's own. */
#include "collector/address.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATH_CHARS  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/%.:_+-"
#define QUERY_CHARS PATH_CHARS "=&"

/* What follows our origin; NULL when url is another's. */
static const char *own_part(const char *origin, const char *url)
{
	const char *host = strstr(origin, "://");
	size_t scheme = !strncasecmp(url, "https:", 6) ? 5 : 4, len = host ? strlen(host) : 0;
	if (*url == '/')
		return url;
	if (!len || strncasecmp(url, "http", 4) || strncasecmp(url + scheme, host, len))
		return NULL;
	url += scheme + len;
	return !*url ? "/" : *url == '/' ? url : NULL;
}

int address_read(struct address *out, const char *origin, const char *url)
{
	const char *path = own_part(origin, url);
	if (!path)
		return -1;
	out->lang = lang_of_path(path);
	path += strlen(lang_prefix(out->lang));
	size_t len = strspn(path, PATH_CHARS);
	if (len >= sizeof(out->path) || (path[len] && !strchr("?#", path[len])))
		return -1;
	snprintf(out->path, sizeof(out->path), "%.*s", (int)len, path);
	out->query = path[len] == '?' ? path + len : "";
	return *out->query && out->query[1 + strspn(out->query + 1, QUERY_CHARS)] ? -1 : 0;
}
