/* store_sqlite.c: the views in one SQLite file (store_sqlite.sql).
 *
 * A transaction is open from the first write to the commit; of one that is read only, from the first
 * read to the end: it is a snapshot. Statements are prepared once per map
 * and verb; a scan that starts inside another of the same map prepares one of its own. Trouble is
 * logged here, where its cause is known.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collector/assets.h"
#include "collector/store.h"
#include "common/buf.h"
#include "common/log.h"

#define BUSY_TIMEOUT_MS 5000 /* another process may be exporting */

extern const struct store_ops store_sqlite; /* its row is in store.c */

enum verb { GET, PUT, ERASE, ERASE_REST, SCAN, SCAN_REST, VERBS };

static const char *const maps[STORE_MAPS] = {
	[STORE_META] = "meta",	     [STORE_BATCH] = "batch", [STORE_SERIES] = "series",
	[STORE_CELL] = "cell",	     [STORE_ROW] = "row",     [STORE_EVENT] = "event",
	[STORE_DUE] = "due",	     [STORE_PULSE] = "pulse", [STORE_USUAL] = "usual",
	[STORE_MACHINE] = "machine", [STORE_PAST] = "past",   [STORE_EVENT_PAST] = "event_past",
	[STORE_ROSTER] = "roster",
};

static const char *const verbs[VERBS] = {
	[GET] = "SELECT v FROM %s WHERE k = ?1",
	[PUT] = "INSERT INTO %s (k, v) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET v = ?2",
	[ERASE] = "DELETE FROM %s WHERE k >= ?1 AND k < ?2",
	[ERASE_REST] = "DELETE FROM %s WHERE k >= ?1",
	[SCAN] = "SELECT k, v FROM %s WHERE k >= ?1 AND k < ?2 ORDER BY k",
	[SCAN_REST] = "SELECT k, v FROM %s WHERE k >= ?1 ORDER BY k",
};

struct sqlite {
	sqlite3 *db;
	sqlite3_stmt *stmt[STORE_MAPS][VERBS]; /* prepared when first needed */
	bool writing;			       /* a transaction is open */
};

static int trouble(struct sqlite *s, const char *what)
{
	log_warnx("store: %s: %s", what, sqlite3_errmsg(s->db));
	return -1;
}

static void sqlite_close(void *backend)
{
	struct sqlite *s = backend;
	for (size_t m = 0; m < STORE_MAPS; m++)
		for (size_t v = 0; v < VERBS; v++)
			sqlite3_finalize(s->stmt[m][v]);
	sqlite3_close(s->db);
	free(s);
}

static void *sqlite_open(const char *where, bool readonly, char *err, size_t errlen)
{
	struct sqlite *s = xcalloc(1, sizeof(*s));
	int flags = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc = sqlite3_open_v2(where, &s->db, flags, NULL);
	if (rc == SQLITE_OK)
		sqlite3_busy_timeout(s->db, BUSY_TIMEOUT_MS);
	const char *first = readonly ? "BEGIN" : (const char *)asset_store_sqlite_sql;
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(s->db, first, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		return s;
	snprintf(err, errlen, "%s: %s", where, sqlite3_errmsg(s->db));
	sqlite_close(s);
	return NULL;
}

static sqlite3_stmt *prepare(struct sqlite *s, enum store_map m, enum verb v)
{
	char sql[160];
	sqlite3_stmt *stmt = NULL;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* from the table above */
	snprintf(sql, sizeof(sql), verbs[v], maps[m]);
#pragma GCC diagnostic pop
	if (sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		trouble(s, sql);
	return stmt;
}

/* The statement of a map and verb with its first key bound; NULL on trouble. */
static sqlite3_stmt *statement(struct sqlite *s, enum store_map m, enum verb v,
			       const struct store_key *k)
{
	if (!s->stmt[m][v])
		s->stmt[m][v] = prepare(s, m, v);
	sqlite3_stmt *stmt = s->stmt[m][v];
	if (stmt && sqlite3_stmt_busy(stmt))
		stmt = prepare(s, m, v);
	if (stmt)
		sqlite3_bind_blob(stmt, 1, k->bytes, (int)k->len, SQLITE_STATIC);
	return stmt;
}

/* Gives a statement back; one that was prepared beside the kept one goes. */
static void release(struct sqlite *s, enum store_map m, enum verb v, sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	if (stmt != s->stmt[m][v])
		sqlite3_finalize(stmt);
}

static int sqlite_get(void *backend, enum store_map m, const struct store_key *k, struct buf *out)
{
	struct sqlite *s = backend;
	sqlite3_stmt *stmt = statement(s, m, GET, k);
	if (!stmt)
		return -1;
	int step = sqlite3_step(stmt), rc = 0;
	if (step == SQLITE_ROW) {
		const void *v = sqlite3_column_blob(stmt, 0);
		rc = buf_put(out, v, (size_t)sqlite3_column_bytes(stmt, 0)) < 0 ? -1 : 1;
	} else if (step != SQLITE_DONE) {
		rc = trouble(s, "cannot read");
	}
	release(s, m, GET, stmt);
	return rc;
}

static int begin(struct sqlite *s)
{
	if (s->writing)
		return 0;
	if (sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return trouble(s, "cannot begin to write");
	s->writing = true;
	return 0;
}

static int run(struct sqlite *s, enum store_map m, enum verb v, sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt) == SQLITE_DONE ? 0 : trouble(s, "cannot write");
	release(s, m, v, stmt);
	return rc;
}

static int sqlite_put(void *backend, enum store_map m, const struct store_key *k, const void *value,
		      size_t len)
{
	struct sqlite *s = backend;
	sqlite3_stmt *stmt = begin(s) < 0 ? NULL : statement(s, m, PUT, k);
	if (!stmt)
		return -1;
	sqlite3_bind_blob64(stmt, 2, len ? value : "", len, SQLITE_STATIC);
	return run(s, m, PUT, stmt);
}

static int sqlite_erase(void *backend, enum store_map m, const struct store_key *from,
			const struct store_key *until)
{
	struct sqlite *s = backend;
	enum verb v = until ? ERASE : ERASE_REST;
	sqlite3_stmt *stmt = begin(s) < 0 ? NULL : statement(s, m, v, from);
	if (!stmt)
		return -1;
	if (until)
		sqlite3_bind_blob(stmt, 2, until->bytes, (int)until->len, SQLITE_STATIC);
	return run(s, m, v, stmt);
}

static int sqlite_scan(void *backend, enum store_map m, const struct store_key *from,
		       const struct store_key *until,
		       int (*fn)(void *arg, const struct store_key *k, const void *value,
				 size_t len),
		       void *arg)
{
	struct sqlite *s = backend;
	enum verb v = until ? SCAN : SCAN_REST;
	sqlite3_stmt *stmt = statement(s, m, v, from);
	int rc = stmt ? 0 : -1, step = SQLITE_DONE;
	if (stmt && until)
		sqlite3_bind_blob(stmt, 2, until->bytes, (int)until->len, SQLITE_STATIC);
	while (rc == 0 && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
		struct store_key k = {.len = (size_t)sqlite3_column_bytes(stmt, 0)};
		if (k.len > sizeof(k.bytes))
			continue;
		memcpy(k.bytes, sqlite3_column_blob(stmt, 0), k.len);
		const void *value = sqlite3_column_blob(stmt, 1);
		rc = fn(arg, &k, value, (size_t)sqlite3_column_bytes(stmt, 1));
	}
	if (stmt && step != SQLITE_ROW && step != SQLITE_DONE)
		rc = trouble(s, "cannot read");
	if (stmt)
		release(s, m, v, stmt);
	return rc;
}

static int sqlite_commit(void *backend)
{
	struct sqlite *s = backend;
	if (!s->writing)
		return 0;
	if (sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		return trouble(s, "cannot commit");
	s->writing = false;
	return 0;
}

const struct store_ops store_sqlite = {
	.name = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.commit = sqlite_commit,
	.get = sqlite_get,
	.put = sqlite_put,
	.erase = sqlite_erase,
	.scan = sqlite_scan,
};
