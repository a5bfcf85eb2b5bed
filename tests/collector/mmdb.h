/* mmdb.h: writes small MaxMind DB files (format 2.0), in any shape of record, for tests of place.c.
 */
#ifndef TESTS_COLLECTOR_MMDB_H
#define TESTS_COLLECTOR_MMDB_H

#include <stdint.h>

#include "common/buf.h"

struct mmdb; /* opaque: a search tree and its data */

/* ip_version 4: a file that holds only IPv4; 6: both, IPv4 below ::/96. */
struct mmdb *mmdb_new(int ip_version);
/* The record that an address of this network has; insert shorter prefixes first. data is encoded
 * with the functions below. */
void mmdb_insert(struct mmdb *m, const char *network, const struct buf *data);
/* Writes the file and frees m. */
void mmdb_write(struct mmdb *m, const char *path);

/* One value each; a map is followed by n pairs of text and value, an array by n values. */
void mmdb_map(struct buf *out, size_t n);
void mmdb_array(struct buf *out, size_t n);
void mmdb_text(struct buf *out, const char *text);
void mmdb_u16(struct buf *out, uint16_t v);
void mmdb_u32(struct buf *out, uint32_t v);
void mmdb_u64(struct buf *out, uint64_t v);

#endif
