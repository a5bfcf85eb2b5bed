/* wire_redirect.c: the five forms of a reference (RFC 3986 section 4.2), with everything refused that
 * a browser and this file could read differently and that would matter: another host, a user name, a
 * port that is none. */
#include "probe/wire_redirect.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HTTPS_PORT 443

/* Room for a path of the target and one of the Location behind it. */
#define PATH_ROOM (2 * TARGET_URL_MAX)

/* Copies what counts of a Location: no space around it, no fragment. False when there is anything in
 * it that has no place in a URL. */
static bool clean(char out[static TARGET_URL_MAX], const char *location)
{
	location += strspn(location, " \t");
	size_t len = strcspn(location, "#"), end = len;
	while (end && (location[end - 1] == ' ' || location[end - 1] == '\t'))
		end--;
	if (end >= TARGET_URL_MAX)
		return false;
	for (size_t i = 0; i < end; i++)
		if (location[i] <= ' ' || location[i] > '~')
			return false;
	memcpy(out, location, end);
	out[end] = '\0';
	return true;
}

/* Length of "scheme:" at the beginning, or 0. */
static size_t scheme_length(const char *ref)
{
	size_t n = strspn(ref, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
	return n && ref[n] == ':' ? n + 1 : 0;
}

static bool is_same_host(const char *host, const char *text, size_t len)
{
	char name[256];
	struct in6_addr a, b;
	bool six = len > 1 && text[0] == '[' && text[len - 1] == ']';
	if (six) {
		text++;
		len -= 2;
	} else if (len && text[len - 1] == '.') {
		len--; /* the dot of the root */
	}
	if (!len || len >= sizeof(name))
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	if (six)
		return inet_pton(AF_INET6, name, &a) == 1 && inet_pton(AF_INET6, host, &b) == 1 &&
		       !memcmp(&a, &b, sizeof(a));
	return !strcasecmp(name, host);
}

/* "host", "host:port", "[address]:port"; false for another host, or anything else. */
static bool take_authority(uint16_t *port, const char *host, const char *text, size_t len)
{
	size_t name = len;
	while (name && text[name - 1] >= '0' && text[name - 1] <= '9')
		name--;
	*port = HTTPS_PORT;
	if (name && text[name - 1] == ':') {
		size_t digits = len - name;
		int n = digits && digits <= 5 ? atoi(text + name) : 0;
		if (digits && (n < 1 || n > 65535))
			return false;
		if (digits)
			*port = (uint16_t)n;
		name--;
	} else {
		name = len;
	}
	return is_same_host(host, text, name);
}

/* Takes "." and ".." out of a path that begins with a slash, in place, up to its query (RFC 3986
 * section 5.2.4). */
static void remove_dots(char *path)
{
	char *in = path, *out = path;
	while (*in == '/') {
		size_t len = strcspn(in + 1, "/?");
		bool last = in[len + 1] != '/';
		if ((len == 1 && in[1] == '.') || (len == 2 && in[1] == '.' && in[2] == '.')) {
			while (len == 2 && out > path && *--out != '/')
				;
			in += len + 1;
			if (last)
				*out++ = '/';
			continue;
		}
		memmove(out, in, len + 1);
		out += len + 1;
		in += len + 1;
	}
	memmove(out, in, strlen(in) + 1);
}

/* The path of a reference without scheme and authority, against the one that was asked for. */
static void merge(char out[static PATH_ROOM], const char *base, const char *ref)
{
	size_t keep = strcspn(base, "?");
	if (*ref == '/')
		keep = 0;
	else if (!*ref)
		keep = strlen(base);
	else if (*ref != '?')
		while (keep && base[keep - 1] != '/')
			keep--;
	snprintf(out, PATH_ROOM, "%.*s%s", (int)keep, base, ref);
}

bool wire_redirect(char out[static TARGET_URL_MAX], const struct wire_place *from,
		   const char *location)
{
	char ref[TARGET_URL_MAX], path[PATH_ROOM], port[8] = "";
	uint16_t number = from->port;
	bool secure = !strcmp(from->scheme, "https");
	if (!clean(ref, location))
		return false;
	size_t at = scheme_length(ref);
	if (at) {
		secure = at == strlen("https:") && !strncasecmp(ref, "https:", at);
		if (strncmp(ref + at, "//", 2))
			return false;
	}
	if (!secure)
		return false;
	if (!strncmp(ref + at, "//", 2)) {
		const char *authority = ref + at + 2;
		size_t len = strcspn(authority, "/?");
		if (!take_authority(&number, from->host, authority, len))
			return false;
		snprintf(path, sizeof(path), "%s%s", authority[len] == '/' ? "" : "/",
			 authority + len);
	} else {
		merge(path, from->path, ref);
	}
	remove_dots(path);
	if (number != HTTPS_PORT)
		snprintf(port, sizeof(port), ":%u", number);
	bool six = strchr(from->host, ':');
	int n = snprintf(out, TARGET_URL_MAX, "https://%s%s%s%s%s", six ? "[" : "", from->host,
			 six ? "]" : "", port, path);
	return *path == '/' && n > 0 && n < TARGET_URL_MAX && clean(path, out);
}
