-- The views in SQLite: one ordered map per kind of view, keys as bytes with dimensions first and time last.
-- WITHOUT ROWID keeps value beside key, so a timeline is one run of pages. All of it can be thrown away.
PRAGMA page_size = 8192;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL; -- the archive is the truth; a lost commit is folded again
PRAGMA cache_size = -16384;  -- KiB
PRAGMA temp_store = MEMORY;
CREATE TABLE IF NOT EXISTS meta       (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- name
CREATE TABLE IF NOT EXISTS batch      (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- batch id
CREATE TABLE IF NOT EXISTS series     (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series number
CREATE TABLE IF NOT EXISTS cell       (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, bucket, class
CREATE TABLE IF NOT EXISTS row        (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, chunk
CREATE TABLE IF NOT EXISTS event      (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, onset, kind
CREATE TABLE IF NOT EXISTS due        (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- step
CREATE TABLE IF NOT EXISTS pulse      (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, chunk
CREATE TABLE IF NOT EXISTS usual      (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, day
CREATE TABLE IF NOT EXISTS machine    (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, day
CREATE TABLE IF NOT EXISTS past       (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, chunk, revision
CREATE TABLE IF NOT EXISTS event_past (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series, onset, kind, revision
CREATE TABLE IF NOT EXISTS roster     (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; -- series
