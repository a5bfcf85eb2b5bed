/* targets.c: URLs and target lists. What is accepted here is what the checks can rely on: hosts are
 * plain lower-case names or canonical address literals, paths have no spaces or control characters,
 * and so no check and no library has to guess what a URL means.
 *
 * Private and loopback addresses are accepted: `probe check 127.0.0.1` is somebody looking at their
 * own machine. */
#include "probe/targets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/csv.h"

#define FILE_MAX (TARGETS_MAX * 1024)

/* safety.md's level of everyday people's lists: Citizen Lab's contain news and circumvention. */
#define CITIZENLAB_LEVEL 2

/* Universities, operators and shops of a country, visited from another one. */
#define INSIDE_LEVEL 0

static const struct {
	const char *prefix;
	enum target_scheme scheme;
	uint16_t port; /* 0: has to be given */
} schemes[] = {
	{"https://", TARGET_HTTPS, 443}, {"http://", TARGET_HTTP, 80},
	{"tcp://", TARGET_TCP, 0},	 {"dns://", TARGET_DNS, 53},
	{"quic://", TARGET_QUIC, 443},	 {"speed+https://", TARGET_SPEED, 443},
};
#define N_SCHEMES (sizeof(schemes) / sizeof(*schemes))

/* --- one URL: each function returns NULL, or the reason why not --- */

/* A name as DNS and TLS know it (RFC 1123, and the underscore that is in use). A last label of
 * digits only would be read as an IPv4 address by some library. */
static bool is_name(const char *s)
{
	size_t label = 0, digits = 0, len = strlen(s);
	if (!len || len > 253)
		return false;
	for (; *s; s++) {
		if (*s == '.') {
			if (!label)
				return false;
			label = digits = 0;
			continue;
		}
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", *s))
			return false;
		digits += *s >= '0' && *s <= '9';
		if (++label > 63)
			return false;
	}
	return label && digits < label;
}

/* Lower case, without the dot of the root: `Example.COM.` and `example.com` are one host. */
static void fold_name(char *s)
{
	for (char *p = s; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	size_t len = strlen(s);
	if (len && s[len - 1] == '.')
		s[len - 1] = '\0';
}

static const char *take_literal6(struct target *t, const char *text)
{
	struct in6_addr six;
	if (inet_pton(AF_INET6, text, &six) != 1)
		return "not an IPv6 address between the brackets";
	inet_ntop(AF_INET6, &six, t->host, sizeof(t->host));
	return NULL;
}

static const char *take_host(struct target *t, const char *text)
{
	struct in_addr four;
	size_t len = strlen(text);
	if (len >= sizeof(t->host))
		return "the host is too long";
	memcpy(t->host, text, len + 1);
	if (inet_pton(AF_INET, text, &four) == 1)
		return NULL;
	fold_name(t->host);
	return is_name(t->host) ? NULL : "the host is neither a name nor an address";
}

static const char *take_port(struct target *t, const char *text)
{
	size_t len = strlen(text);
	if (!len || len > 5 || strspn(text, "0123456789") != len || atoi(text) < 1 ||
	    atoi(text) > 65535)
		return "the port is not a number from 1 to 65535";
	t->port = (uint16_t)atoi(text);
	return NULL;
}

/* host, host:port, [v6], [v6]:port. text is cut up. */
static const char *take_authority(struct target *t, char *text)
{
	const char *why;
	char *port;
	if (strchr(text, '@'))
		return "a URL with a user name is not measured";
	if (*text == '[') {
		char *close = strchr(text, ']');
		if (!close || (close[1] && close[1] != ':'))
			return "the brackets of the address do not match";
		port = close[1] ? close + 2 : NULL;
		*close = '\0';
		why = take_literal6(t, text + 1);
	} else {
		port = strchr(text, ':');
		if (port)
			*port++ = '\0';
		why = take_host(t, text);
	}
	if (!why && port)
		why = take_port(t, port);
	return why || t->port ? why : "tcp:// needs a port";
}

static bool is_literal(const char *host)
{
	struct in6_addr any;
	return inet_pton(AF_INET, host, &any) == 1 || inet_pton(AF_INET6, host, &any) == 1;
}

/* rest begins with '/', '?', '#' or is empty. */
static const char *take_path(struct target *t, const char *rest)
{
	int len = (int)strcspn(rest, "#");
	switch (t->scheme) {
	case TARGET_TCP:
	case TARGET_QUIC:
		if (*rest && strcmp(rest, "/"))
			return "tcp:// and quic:// have no path";
		break;
	case TARGET_DNS:
		snprintf(t->path, sizeof(t->path), "%s", *rest == '/' ? rest + 1 : "");
		fold_name(t->path);
		if (!is_literal(t->host))
			return "the resolver has to be an address: dns://ADDRESS/NAME";
		if (!is_name(t->path) || is_literal(t->path))
			return "there is no name to ask for: dns://ADDRESS/NAME";
		break;
	default:
		/* One byte shorter than the URL it comes from, so the slash always fits. */
		snprintf(t->path, sizeof(t->path), "%s%.*s", *rest == '/' ? "" : "/", len, rest);
	}
	return NULL;
}

static const char *parse_url(struct target *t, const char *url)
{
	char authority[TARGET_URL_MAX];
	size_t i = 0, len = strlen(url);
	if (len >= sizeof(t->url))
		return "the URL is too long";
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 127)
			return "a space or control character in the URL";
	memcpy(t->url, url, len + 1);
	while (i < N_SCHEMES && strncasecmp(url, schemes[i].prefix, strlen(schemes[i].prefix)))
		i++;
	if (i == N_SCHEMES)
		return "a URL has to begin with https://, http://, tcp://, dns://, quic:// or "
		       "speed+https://";
	t->scheme = schemes[i].scheme;
	t->port = schemes[i].port;

	const char *start = url + strlen(schemes[i].prefix);
	size_t n = strcspn(start, "/?#");
	memcpy(authority, start, n);
	authority[n] = '\0';
	const char *why = take_authority(t, authority);
	return why ? why : take_path(t, start + n);
}

/* --- what a person types --- */

int targets_parse_one(struct target *t, const char *text, char *err, size_t errlen)
{
	char url[TARGET_URL_MAX + 16];
	struct in6_addr six;
	const char *why;
	memset(t, 0, sizeof(*t));
	t->class = CLASS_OTHER;
	if (strstr(text, "://")) {
		why = parse_url(t, text);
	} else {
		bool bare6 = inet_pton(AF_INET6, text, &six) == 1;
		const char *port = bare6 ? NULL : strrchr(text, ':');
		if (port && strchr(port, ']'))
			port = NULL;
		/* A port says the protocol where it is a well-known one. */
		const char *scheme = "https", *path = "/";
		if (port && strcmp(port, ":443"))
			scheme = strcmp(port, ":80") ? "tcp" : "http";
		if (*scheme == 't')
			path = "";
		snprintf(url, sizeof(url), bare6 ? "%s://[%.*s]%s" : "%s://%.*s%s", scheme,
			 TARGET_URL_MAX, text, path);
		why = strpbrk(text, "/?#") ? "neither a URL nor HOST or HOST:PORT"
					   : parse_url(t, url);
	}
	if (!why)
		return 0;
	snprintf(err, errlen, "%.200s: %s", text, why);
	return -1;
}

/* --- lists --- */

struct columns {
	int url, class, level, notes;
	size_t n;
	bool unclassed; /* a Citizen Lab list, or one of hosts inside: every row has the same class and level */
	int unclassed_level;
};

static const char *find_columns(struct columns *col, struct csv *c, bool inside)
{
	int got = csv_next(c);
	if (got <= 0)
		return got ? c->error : "the file is empty";
	col->url = csv_column(c, "url");
	col->class = csv_column(c, "class");
	col->level = csv_column(c, "level");
	col->notes = csv_column(c, "notes");
	col->n = c->n;
	col->unclassed = col->class < 0 && (inside || csv_column(c, "category_code") >= 0);
	col->unclassed_level = inside ? INSIDE_LEVEL : CITIZENLAB_LEVEL;
	if (col->url >= 0 && (col->unclassed || (!inside && col->class >= 0 && col->level >= 0)))
		return NULL;
	return inside ? "the first line must be url,notes"
		      : "the first line must be url,class,level,notes, or that of a Citizen Lab "
			"list";
}

/* Tokens among the words of a note; every other word is for people. */
static const char *take_notes(struct target *t, const char *notes)
{
	const char *at = strstr(notes, "expect:");
	if (!at)
		return NULL;
	at += strlen("expect:");
	size_t digits = strspn(at, "0123456789");
	t->expect_status = digits == 3 ? atoi(at) : 0;
	if (t->expect_status < 100 || t->expect_status > 599)
		return "expect: has to be followed by an HTTP status, as in expect:204";
	return NULL;
}

static const char *take_class(struct target *t, const char *class, const char *level)
{
	t->class = class_parse(class);
	if (t->class == CLASSES || t->class == CLASS_LINK)
		return "the class has to be domestic, open, filtered, canary, resolver or other";
	if (strlen(level) != 1 || *level < '0' || *level > '3')
		return "the level has to be 0, 1, 2 or 3";
	t->level = *level - '0';
	return NULL;
}

static const char *parse_row(struct target *t, const struct csv *c, const struct columns *col)
{
	const char *why;
	if (c->n != col->n)
		return "not as many columns as the first line (a comma in a note needs quotes)";
	why = parse_url(t, c->field[col->url]);
	if (why)
		return why;
	if (col->unclassed) {
		t->class = CLASS_OTHER;
		t->level = col->unclassed_level;
		return NULL;
	}
	why = take_class(t, c->field[col->class], c->field[col->level]);
	if (!why && col->notes >= 0)
		why = take_notes(t, c->field[col->notes]);
	return why;
}

static int by_url(const void *a, const void *b)
{
	const struct target *const *x = a, *const *y = b;
	return strcmp((*x)->url, (*y)->url);
}

/* Results are reported by URL, so a URL that is there twice would be two targets under one name. */
static const char *find_double(const struct targets *t)
{
	const struct target **sorted = xcalloc(t->n + 1, sizeof(*sorted));
	const char *found = NULL;
	for (size_t i = 0; i < t->n; i++)
		sorted[i] = &t->list[i];
	qsort(sorted, t->n, sizeof(*sorted), by_url);
	for (size_t i = 1; i < t->n && !found; i++)
		if (!strcmp(sorted[i - 1]->url, sorted[i]->url))
			found = sorted[i]->url;
	free(sorted);
	return found;
}

/* Adds to what is there. 0, or -1 with err. c is left on the line at fault. */
static int parse_list(struct targets *t, struct csv *c, bool inside, const char *path, char *err,
		      size_t errlen)
{
	struct columns col = {0};
	size_t room = t->n;
	int got = 1;
	const char *why = find_columns(&col, c, inside);
	while (!why && (got = csv_next(c)) > 0) {
		if (t->n == TARGETS_MAX) {
			why = "too many targets";
			break;
		}
		if (t->n == room) {
			room = room ? 2 * room : 64;
			t->list = xrealloc(t->list, room * sizeof(*t->list));
		}
		memset(&t->list[t->n], 0, sizeof(*t->list));
		why = parse_row(&t->list[t->n], c, &col);
		t->n += !why;
	}
	if (!why && got < 0)
		why = c->error;
	if (why) {
		snprintf(err, errlen, "%s: line %zu: %s", path, c->line, why);
		return -1;
	}
	const char *twice = find_double(t);
	if (!t->n || twice)
		snprintf(err, errlen, "%s: %s%s", path, twice ? twice : "there are no targets",
			 twice ? " is there twice" : "");
	return !t->n || twice ? -1 : 0;
}

static int read_list(struct targets *t, bool inside, const char *path, char *err, size_t errlen)
{
	unsigned char sum[crypto_hash_sha256_BYTES];
	struct buf text;
	struct csv c;
	int r = -1;
	if (buf_read_file(&text, path, FILE_MAX) < 0) {
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
		goto out;
	}
	crypto_hash_sha256(sum, (const unsigned char *)(text.data ? text.data : ""), text.len);
	if (!inside)
		sodium_bin2hex(t->hash, sizeof(t->hash), sum, sizeof(sum));
	buf_put(&text, "", 0);
	csv_begin(&c, text.data, text.len);
	r = parse_list(t, &c, inside, path, err, errlen);
out:
	if (r < 0)
		targets_clear(t);
	buf_clear(&text);
	return r;
}

int targets_load(struct targets *t, const char *path, char *err, size_t errlen)
{
	memset(t, 0, sizeof(*t));
	return read_list(t, false, path, err, errlen);
}

int targets_add_inside(struct targets *t, const char *path, char *err, size_t errlen)
{
	return read_list(t, true, path, err, errlen);
}

void targets_keep_level(struct targets *t, int level)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->n; i++) {
		if (t->list[i].level > level)
			continue;
		if (kept != i)
			t->list[kept] = t->list[i];
		kept++;
	}
	t->n = kept;
}

void targets_clear(struct targets *t)
{
	free(t->list);
	memset(t, 0, sizeof(*t));
}
