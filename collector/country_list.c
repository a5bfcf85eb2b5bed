/* country_list.c: rows of URLs, and the slots that they get in the order of the file. */
#include "collector/country_list.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "collector/country.h"
#include "collector/table.h"
#include "common/limits.h"

/* Which column of a target list is what; the class is absent in a Citizen Lab list. */
struct columns {
	size_t n;
	int url, class, level, notes;
};

struct list {
	struct table table;
	struct country *country;
	struct columns col;
	unsigned int lines[TARGETS_MAX]; /* where each target stands */
	/* Slots that were given. */
	int used[CLASSES], used_quic[CLASSES];
};

static int column_of(const struct table *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (!strcmp(t->column[i], name))
			return (int)i;
	return -1;
}

static int find_columns(struct list *l)
{
	struct table *t = &l->table;
	int rc = table_next_csv(t);
	if (rc == 0)
		t->line = 1;
	l->col = (struct columns){t->n, column_of(t, "url"), column_of(t, "class"),
				  column_of(t, "level"), column_of(t, "notes")};
	return rc < 0 ? -1 : 0;
}

static int read_header(struct list *l)
{
	if (find_columns(l) < 0)
		return -1;
	bool citizenlab = l->col.class < 0 && column_of(&l->table, "category_code") >= 0;
	if (l->col.url < 0 || (!citizenlab && (l->col.class < 0 || l->col.level < 0)))
		return table_fail(&l->table, "the first line must be url,class,level,notes, "
					     "or that of a Citizen Lab list");
	return 0;
}

static int read_inside_header(struct list *l)
{
	if (find_columns(l) < 0)
		return -1;
	if (l->col.url < 0 || l->col.class >= 0)
		return table_fail(&l->table, "the first line must be url,notes");
	return 0;
}

/* The step that decides about a URL; KINDS when it is none. */
static enum kind last_step(const char *url)
{
	static const struct {
		const char *scheme;
		enum kind last;
	} schemes[] = {{"https://", KIND_HTTP}, {"http://", KIND_HTTP},
		       {"tcp://", KIND_TCP},	{"dns://", KIND_DNS},
		       {"quic://", KIND_QUIC},	{"speed+https://", KIND_SPEED}};
	for (const char *p = url; *p; p++)
		if (*p <= 0x20 || *p > 0x7e)
			return KINDS;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t len = strlen(schemes[i].scheme);
		if (!strncasecmp(url, schemes[i].scheme, len) && url[len])
			return schemes[i].last;
	}
	return KINDS;
}

/* How fast a download is, is evidence beside what is reached: as a target of its class it would draw
 * the share down where nothing is blocked. The same goes for QUIC, which is counted apart. */
static int give_slot(struct list *l, const struct country_target *t)
{
	int *used = t->last == KIND_QUIC ? l->used_quic : l->used;
	return t->last == KIND_SPEED || used[t->class] == CELL_TARGETS_MAX ? -1 : used[t->class]++;
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = text; (at = strstr(at, word)); at += len)
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	return false;
}

static int parse_url(struct list *l, struct country_target *out)
{
	struct table *t = &l->table;
	if (t->n != l->col.n)
		return table_fail(t, "%zu columns instead of %zu", t->n, l->col.n);
	const char *url = t->column[l->col.url];
	enum kind last = last_step(url);
	if (last == KINDS || strlen(url) >= TARGET_URL_MAX)
		return table_fail(
			t, "'%.64s' is not a URL with https, http, tcp, dns, quic or speed+https",
			url);
	*out = (struct country_target){.url = xstrdup(url), .class = CLASS_OTHER, .last = last};
	return 0;
}

static int parse_class(struct list *l, struct country_target *out)
{
	struct table *t = &l->table;
	if (l->col.class < 0)
		return 0;
	const char *level = t->column[l->col.level];
	out->class = class_parse(t->column[l->col.class]);
	if (out->class == CLASSES || out->class == CLASS_LINK)
		return table_fail(t, "class is not one of domestic, open, filtered, canary, "
				     "resolver, other");
	if (strlen(level) != 1 || *level < '0' || *level > '3')
		return table_fail(t, "level is not a number from 0 to 3");
	return 0;
}

static int take_target(struct list *l, struct country_target *out)
{
	const struct columns *col = &l->col;
	if (parse_class(l, out) < 0)
		return -1;
	out->slot = give_slot(l, out);
	if (out->class == CLASS_FILTERED && out->last != KIND_QUIC && out->slot >= 0 &&
	    col->notes >= 0 && has_word(l->table.column[col->notes], "tool"))
		l->country->tools |= 1ULL << out->slot;
	return 0;
}

/* Hosts inside come behind the domestic targets: both are seen from outside, in the same cells. */
static int take_inside(struct list *l, struct country_target *out)
{
	int *used = &l->used[CLASS_DOMESTIC];
	if (out->last != KIND_HTTP && out->last != KIND_TCP)
		return table_fail(&l->table, "'%.64s' is not a URL with https, http or tcp",
				  out->url);
	const struct country *c = l->country;
	for (size_t i = 0; i + 1 < c->n_targets; i++)
		if (!strcmp(c->targets[i].url, out->url))
			return table_fail(&l->table, "%.128s is there already", out->url);
	if (*used == CELL_TARGETS_MAX)
		return table_fail(&l->table, "more than %d with the domestic targets",
				  CELL_TARGETS_MAX);
	out->inside = true;
	out->slot = (*used)++;
	return 0;
}

static int read_rows(struct list *l, int (*take)(struct list *l, struct country_target *out))
{
	struct country *c = l->country;
	size_t before = c->n_targets;
	int rc;
	while ((rc = table_next_csv(&l->table)) == 1) {
		if (c->n_targets == TARGETS_MAX)
			return table_fail(&l->table, "more than %d targets", TARGETS_MAX);
		if (parse_url(l, &c->targets[c->n_targets]) < 0)
			return -1;
		l->lines[c->n_targets] = l->table.line;
		if (take(l, &c->targets[c->n_targets++]) < 0)
			return -1;
	}
	if (rc == 0 && c->n_targets == before)
		return table_fail(&l->table, "no target");
	return rc;
}

static int compare_url(const void *a, const void *b)
{
	return strcmp(((const struct country_target *)a)->url,
		      ((const struct country_target *)b)->url);
}

/* Sorting loses the lines, so duplicates are looked for in a sorted copy that points back at them.
 */
static int refuse_duplicates(struct list *l)
{
	const struct country *c = l->country;
	struct country_target *sorted = xcalloc(c->n_targets, sizeof(*sorted));
	int rc = 0;
	for (size_t i = 0; i < c->n_targets; i++)
		sorted[i] =
			(struct country_target){.url = c->targets[i].url, .slot = (int)l->lines[i]};
	qsort(sorted, c->n_targets, sizeof(*sorted), compare_url);
	for (size_t i = 1; i < c->n_targets && rc == 0; i++) {
		int a = sorted[i - 1].slot, b = sorted[i].slot;
		if (compare_url(&sorted[i - 1], &sorted[i]))
			continue;
		l->table.line = (unsigned int)(a > b ? a : b);
		rc = table_fail(&l->table, "%.128s is there already, on line %d", sorted[i].url,
				a > b ? b : a);
	}
	free(sorted);
	return rc;
}

/* The host of a URL, up to its port or path. */
static const char *host_of(const char *url, size_t *len)
{
	const char *host = strstr(url, "://") + 3;
	*len = strcspn(host, ":/?#");
	return host;
}

static bool is_domestic_host(const struct country *c, const char *name)
{
	for (size_t i = 0; i < c->n_targets; i++) {
		size_t len;
		const char *host = host_of(c->targets[i].url, &len);
		if (c->targets[i].class == CLASS_DOMESTIC && strlen(name) == len &&
		    !strncasecmp(host, name, len))
			return true;
	}
	return false;
}

/* A resolver is asked dns://ADDRESS/NAME. */
static void find_abroad(struct country *c)
{
	for (size_t i = 0; i < c->n_targets; i++) {
		const struct country_target *t = &c->targets[i];
		const char *name = strrchr(t->url, '/') + 1;
		if (t->class == CLASS_RESOLVER && t->last == KIND_DNS && t->slot >= 0 &&
		    !is_domestic_host(c, name))
			c->abroad |= 1ULL << t->slot;
	}
}

/* Of the list that was read before, if there was one, and this one. */
static void hash_text(char *hash, size_t len, const struct buf *text)
{
	uint8_t digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state sha;
	crypto_hash_sha256_init(&sha);
	crypto_hash_sha256_update(&sha, (const uint8_t *)hash, strlen(hash));
	crypto_hash_sha256_update(&sha, (const uint8_t *)text->data, text->len);
	crypto_hash_sha256_final(&sha, digest);
	sodium_bin2hex(hash, len, digest, sizeof(digest));
}

static struct list *open_list(struct country *c, const char *path, char *err, size_t errlen)
{
	struct list *l = xcalloc(1, sizeof(*l));
	l->country = c;
	if (table_open(&l->table, path, err, errlen) == 0) {
		/* before the rows are cut up */
		hash_text(c->list_hash, sizeof(c->list_hash), &l->table.text);
		return l;
	}
	table_close(&l->table);
	free(l);
	return NULL;
}

static void close_list(struct list *l)
{
	table_close(&l->table);
	qsort(l->country->targets, l->country->n_targets, sizeof(*l->country->targets),
	      compare_url);
	free(l);
}

int country_list_read(struct country *c, const char *path, char *err, size_t errlen)
{
	struct list *l = open_list(c, path, err, errlen);
	if (!l)
		return -1;
	memcpy(c->targets_hash, c->list_hash, sizeof(c->targets_hash));
	c->targets = xcalloc(TARGETS_MAX, sizeof(*c->targets));
	int rc = read_header(l);
	if (rc == 0)
		rc = read_rows(l, take_target);
	if (rc == 0)
		rc = refuse_duplicates(l);
	if (rc == 0)
		find_abroad(c);
	close_list(l);
	return rc;
}

int country_list_read_inside(struct country *c, const char *path, char *err, size_t errlen)
{
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	struct list *l = open_list(c, path, err, errlen);
	if (!l)
		return -1;
	for (size_t i = 0; i < c->n_targets; i++)
		if (c->targets[i].class == CLASS_DOMESTIC && c->targets[i].last != KIND_QUIC &&
		    c->targets[i].slot >= l->used[CLASS_DOMESTIC])
			l->used[CLASS_DOMESTIC] = c->targets[i].slot + 1;
	int rc = read_inside_header(l);
	if (rc == 0)
		rc = read_rows(l, take_inside);
	close_list(l);
	return rc;
}
