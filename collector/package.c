/* package.c: the folder is made under another name, beside, and gets its own when every file is on disk. */
#include "collector/packageint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "collector/bulk.h"
#include "collector/entities.h"
#include "collector/month.h"

#define TEXT_MAX (4u * 1024 * 1024)

const struct package_table package_tables[PACKAGE_TABLES] = {
	{"timeline", PACKAGE_ROWS, true, false, {"start", "region"}, "Provinces, step by step"},
	{"country", PACKAGE_ROWS, false, false, {"start"}, "The whole country, step by step"},
	{"networks", PACKAGE_ROWS, false, true, {"start", "isp"}, "Networks, step by step"},
	{"events", PACKAGE_EVENTS, true, true, {"id"}, "Losses of access and their signs"},
	{"entities", PACKAGE_ENTITIES, false, false, {"code"}, "Provinces and networks"},
};

static const char *const files[] = {
	"datapackage.json", "README.md",      "timeline.csv", "timeline.csv.gz",
	"country.csv",	    "country.csv.gz", "networks.csv", "networks.csv.gz",
	"events.csv",	    "events.csv.gz",  "entities.csv", "entities.csv.gz",
	"CITATION.cff",	    "LICENSE",	      "SHA256SUMS",   NULL,
};

const char *const *package_files(void)
{
	return files;
}

/* --- files --- */

struct making {
	const struct package *p;
	char *dir; /* owned */
	struct package_sum sums[PACKAGE_TABLES];
};

/* Owned by the caller. */
static char *path_in(const struct making *m, const char *name, const char *suffix)
{
	return xasprintf("%s/%s%s", m->dir, name, suffix);
}

/* Never 0: not every library says what went wrong. */
static int trouble(void)
{
	return errno ? errno : EIO;
}

struct file {
	FILE *plain;
	gzFile packed;
};

static int put(void *arg, const void *data, size_t len)
{
	struct file *f = arg;
	if (fwrite(data, 1, len, f->plain) != len ||
	    gzwrite(f->packed, data, (unsigned int)len) != (int)len)
		return trouble();
	return 0;
}

/* Opens NAME.csv and NAME.csv.gz for the table to be written into. */
static int open_file(const struct making *m, const char *name, struct file *f)
{
	char *plain = path_in(m, name, ".csv"), *packed = path_in(m, name, ".csv.gz");
	f->plain = fopen(plain, "wxe");
	f->packed = gzopen(packed, "wbxe");
	free(plain);
	free(packed);
	return f->plain && f->packed ? 0 : -1;
}

static int close_file(struct file *f)
{
	int rc = 0;
	if (f->plain && fclose(f->plain) != 0)
		rc = -1;
	if (f->packed && gzclose(f->packed) != Z_OK)
		rc = -1;
	return rc;
}

/* Hashes what has been written, once it is on disk. 0 or -1. */
static int sum_file(const struct making *m, const char *name, struct package_sum *out)
{
	unsigned char hash[crypto_hash_sha256_BYTES], bytes[65536];
	crypto_hash_sha256_state state;
	char *path = path_in(m, name, "");
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fsync(fd);
	crypto_hash_sha256_init(&state);
	out->bytes = 0;
	while (n >= 0 && (n = read(fd, bytes, sizeof(bytes))) > 0) {
		crypto_hash_sha256_update(&state, bytes, (size_t)n);
		out->bytes += n;
	}
	if (fd >= 0)
		close(fd);
	free(path);
	crypto_hash_sha256_final(&state, hash);
	sodium_bin2hex(out->sha256, sizeof(out->sha256), hash, sizeof(hash));
	return n < 0 ? -1 : 0;
}

/* --- tables --- */

static struct params params_of(const struct package *p, bool by_region, bool by_isp)
{
	return (struct params){.from_ms = month_start_ms(p->month),
			       .until_ms = month_start_ms(p->month + 1),
			       .asof_ms = p->asof_ms,
			       .access = -1,
			       .by_region = by_region,
			       .by_isp = by_isp,
			       .format = FORMAT_CSV};
}

static struct rowtext text_of(const struct package *p, const struct params *params)
{
	return rowtext_of(params, p->publish, p->synthetic, p->asof_ms);
}

static int write_bulk(const struct package *p, const struct package_table *t, bool by_region,
		      bool by_isp, bool goes_on, struct file *f)
{
	const struct params params = params_of(p, by_region, by_isp);
	const struct bulk b = {.publish = p->publish,
			       .params = &params,
			       .text = text_of(p, &params),
			       .goes_on = goes_on,
			       .put = put,
			       .arg = f};
	return t->kind == PACKAGE_ROWS ? bulk_rows(&b) : bulk_events(&b);
}

/* Events of every split that has some, one after the other. */
static int write_events(const struct package *p, const struct package_table *t, struct file *f)
{
	int rc = 0;
	for (int split = 0; split < 4 && rc == 0; split++)
		rc = write_bulk(p, t, split & 1, split & 2, split > 0, f);
	return rc;
}

static int write_entities(const struct package *p, struct file *f)
{
	struct buf text;
	buf_init(&text, TEXT_MAX);
	entities_csv(&text, p->publish->country);
	int rc = text.overflow ? -1 : put(f, text.data, text.len);
	buf_clear(&text);
	return rc;
}

/* 0, -1 when the store can't be read, or an errno. */
static int write_table(const struct making *m, const struct package_table *t)
{
	struct file f = {0};
	int rc = open_file(m, t->name, &f) < 0 ? trouble() : 0;
	if (rc == 0 && t->kind == PACKAGE_ROWS)
		rc = write_bulk(m->p, t, t->by_region, t->by_isp, false, &f);
	else if (rc == 0 && t->kind == PACKAGE_EVENTS)
		rc = write_events(m->p, t, &f);
	else if (rc == 0)
		rc = write_entities(m->p, &f);
	if (close_file(&f) < 0 && rc == 0)
		rc = trouble();
	return rc;
}

static int write_tables(struct making *m)
{
	int rc = 0;
	for (size_t i = 0; i < PACKAGE_TABLES && rc == 0; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%s.csv", package_tables[i].name);
		rc = write_table(m, &package_tables[i]);
		if (rc == 0 && sum_file(m, name, &m->sums[i]) < 0)
			rc = trouble();
	}
	return rc;
}

void package_columns(const struct package *p, const struct package_table *t, struct buf *out)
{
	const struct params params = params_of(p, t->by_region, t->by_isp);
	const struct rowtext text = text_of(p, &params);
	if (t->kind == PACKAGE_ROWS)
		rowtext_row_csv_head(out, &text);
	else if (t->kind == PACKAGE_EVENTS)
		rowtext_event_csv_head(out, &text);
	else
		entities_csv(out, p->publish->country);
	char *end = out->data ? strchr(out->data, '\r') : NULL;
	if (end) {
		*end = '\0';
		out->len = (size_t)(end - out->data);
	}
}

/* --- the rest --- */

static int write_text(const struct making *m, const char *name, const struct buf *text)
{
	char *path = path_in(m, name, "");
	int rc = text->overflow ? EFBIG : 0;
	if (rc == 0 && buf_write_file(path, text->data, text->len, 0644) < 0)
		rc = trouble();
	free(path);
	return rc;
}

static int write_texts(const struct making *m)
{
	static const struct {
		const char *name;
		void (*put)(const struct package *p, struct buf *out);
	} table[] = {
		{"README.md", package_readme},
		{"CITATION.cff", package_citation},
		{"LICENSE", package_licence},
	};
	struct buf text;
	buf_init(&text, TEXT_MAX);
	package_json(m->p, m->sums, &text);
	int rc = write_text(m, "datapackage.json", &text);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && rc == 0; i++) {
		buf_reset(&text);
		table[i].put(m->p, &text);
		rc = write_text(m, table[i].name, &text);
	}
	buf_clear(&text);
	return rc;
}

/* As sha256sum -c reads it. */
static int write_sums(const struct making *m)
{
	struct package_sum sum;
	struct buf text;
	int rc = 0;
	buf_init(&text, TEXT_MAX);
	for (const char *const *f = files; f[1] && rc == 0; f++) { /* all but itself, the last */
		rc = sum_file(m, *f, &sum) < 0 ? trouble() : 0;
		buf_printf(&text, "%s  %s\n", sum.sha256, *f);
	}
	if (rc == 0)
		rc = write_text(m, "SHA256SUMS", &text);
	buf_clear(&text);
	return rc;
}

static void remove_folder(const struct making *m)
{
	for (const char *const *f = files; *f; f++) {
		char *path = path_in(m, *f, "");
		unlink(path);
		free(path);
	}
	rmdir(m->dir);
}

/* Durably: whoever sees the name finds everything behind it. */
static int give_name(const struct making *m, const char *folder)
{
	char *parent = xstrdup(folder), *slash = strrchr(parent, '/');
	if (slash)
		slash[slash == parent] = '\0';
	int fd = open(slash ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd >= 0 && rename(m->dir, folder) == 0 && fsync(fd) == 0 ? 0 : trouble();
	if (fd >= 0)
		close(fd);
	free(parent);
	return rc;
}

int package_write(const struct package *p, const char *folder, char *err, size_t errlen)
{
	struct making m = {.p = p, .dir = xasprintf("%s.new", folder)};
	int rc = access(folder, F_OK) == 0 ? EEXIST : 0;
	if (rc == 0) {
		remove_folder(&m); /* of one that was killed */
		rc = mkdir(m.dir, 0755) < 0 ? trouble() : write_tables(&m);
		if (rc == 0)
			rc = write_texts(&m);
		if (rc == 0)
			rc = write_sums(&m);
		if (rc == 0)
			rc = give_name(&m, folder);
		if (rc)
			remove_folder(&m);
	}
	if (rc)
		snprintf(err, errlen, "%s: %s", folder,
			 rc < 0 ? "the views can't be read" : strerror(rc));
	free(m.dir);
	return rc ? -1 : 0;
}
