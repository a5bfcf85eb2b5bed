/* page_package.c: /data/2026-01/: the files of packages, as they lie there. Only names that a package can have become
 * paths. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/api.h"
#include "collector/coding.h"
#include "collector/package.h"
#include "collector/server.h"
#include "collector/shelf.h"

#define FILE_BYTES_MAX (160u * 1024 * 1024)

static const char *type_of(const char *file)
{
	static const struct {
		const char *suffix, *type;
	} table[] = {
		{".csv", "text/csv; charset=utf-8"},
		{".gz", "application/gzip"},
		{".json", "application/json"},
		{".md", "text/markdown; charset=utf-8"},
	};
	const char *dot = strrchr(file, '.');
	for (size_t i = 0; dot && i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(dot, table[i].suffix))
			return table[i].type;
	return "text/plain; charset=utf-8";
}

/* "2026-01/timeline.csv" into a folder and a file that a package has. 0 or -1. */
static int read_tail(const char *tail, char folder[static SHELF_NAME_LEN], const char **file)
{
	struct shelf_item item;
	const char *slash = strchr(tail, '/');
	if (!slash || slash - tail >= SHELF_NAME_LEN)
		return -1;
	snprintf(folder, SHELF_NAME_LEN, "%.*s", (int)(slash - tail), tail);
	if (shelf_parse(folder, &item) < 0)
		return -1;
	for (const char *const *f = package_files(); *f; f++) {
		*file = *f;
		if (!strcmp(slash + 1, *f))
			return 0;
	}
	return -1;
}

/* A table comes as its compressed twin where that is understood. */
static int load(struct call *c, const char *folder, const char *file, struct reply *reply)
{
	const char *accept = request_header(c->request, "Accept-Encoding");
	bool table = !strcmp(type_of(file), "text/csv; charset=utf-8");
	bool packed = table && coding_takes(accept, CODING_GZIP);
	char *path = xasprintf("%s/%s/%s%s", c->api->packages, folder, file, packed ? ".gz" : "");
	int rc = buf_read_file(&reply->body, path, FILE_BYTES_MAX);
	if (packed)
		reply_header(reply, "Content-Encoding", "%s", coding_str(CODING_GZIP));
	reply->coded = table || strstr(file, ".gz");
	free(path);
	return rc;
}

void page_package(struct call *c)
{
	struct problem why = {.example = "/data"};
	char folder[SHELF_NAME_LEN];
	const char *file;
	struct reply reply;
	if (server_is_full(c->api->server)) {
		why.retry_after_s = 10;
		problem_set(&why, 503, "", "too many large answers are under way");
		respond_problem(c, &why);
		return;
	}
	reply_init(&reply, 200, FILE_BYTES_MAX);
	if (c->api->packages && read_tail(c->tail, folder, &file) == 0 &&
	    load(c, folder, file, &reply) == 0) {
		respond_take(c, &reply, type_of(file), RESPOND_FOREVER);
		return;
	}
	reply_clear(&reply);
	problem_set(&why, 404, "",
		    "there is no such file; /data lists the packages that there are");
	respond_problem(c, &why);
}
