/* mmdb.c: a search tree of two records of 24 bits a node, 16 zero bytes, the data, the metadata
 * (https://maxmind.github.io/MaxMind-DB/). A record below the number of nodes is a node, that
 * number itself is "nothing known", anything above is the place of its data. */
#include "tests/collector/mmdb.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define DATA_MAX (1024 * 1024)
#define NOTHING	 (-1)

struct node {
	int64_t side[2]; /* a node, NOTHING, or DATA_MAX + place of data */
};

struct mmdb {
	int ip_version;
	struct node *nodes;
	size_t n;
	struct buf data;
};

static size_t add_node(struct mmdb *m, int64_t inherited)
{
	m->nodes = xrealloc(m->nodes, (m->n + 1) * sizeof(*m->nodes));
	m->nodes[m->n] = (struct node){{inherited, inherited}};
	return m->n++;
}

struct mmdb *mmdb_new(int ip_version)
{
	struct mmdb *m = xcalloc(1, sizeof(*m));
	m->ip_version = ip_version;
	buf_init(&m->data, DATA_MAX);
	add_node(m, NOTHING);
	return m;
}

static void insert(struct mmdb *m, const uint8_t *bits, size_t length, int64_t value)
{
	size_t at = 0;
	for (size_t i = 0; i + 1 < length; i++) {
		int b = bits[i / 8] >> (7 - i % 8) & 1;
		int64_t below = m->nodes[at].side[b];
		if (below == NOTHING || below >= DATA_MAX)
			m->nodes[at].side[b] = below = (int64_t)add_node(m, below);
		at = (size_t)below;
	}
	m->nodes[at].side[bits[(length - 1) / 8] >> (7 - (length - 1) % 8) & 1] = value;
}

void mmdb_insert(struct mmdb *m, const char *network, const struct buf *data)
{
	uint8_t bits[16] = {0};
	char addr[64];
	size_t slash = strcspn(network, "/");
	size_t length = strtoul(network + slash + 1, NULL, 10);
	memcpy(addr, network, slash);
	addr[slash] = '\0';
	if (strchr(addr, ':')) {
		assert(m->ip_version == 6 && inet_pton(AF_INET6, addr, bits) == 1);
	} else if (m->ip_version == 6) {
		assert(inet_pton(AF_INET, addr, bits + 12) == 1);
		length += 96;
	} else {
		assert(inet_pton(AF_INET, addr, bits) == 1);
	}
	insert(m, bits, length, DATA_MAX + (int64_t)m->data.len);
	buf_put(&m->data, data->data, data->len);
}

/* A control byte: type and size, sizes up to 28 inside it. */
static void put_head(struct buf *out, unsigned int type, size_t size)
{
	assert(size < 285);
	size_t inside = size < 29 ? size : 29;
	buf_putc(out, (char)((type < 8 ? type << 5 : 0) | inside));
	if (type >= 8)
		buf_putc(out, (char)(type - 7));
	if (size >= 29)
		buf_putc(out, (char)(size - 29));
}

static void put_number(struct buf *out, unsigned int type, uint64_t v)
{
	size_t bytes = 0;
	while (bytes < 8 && v >> 8 * bytes)
		bytes++;
	put_head(out, type, bytes);
	while (bytes--)
		buf_putc(out, (char)(v >> 8 * bytes));
}

void mmdb_map(struct buf *out, size_t n)
{
	put_head(out, 7, n);
}

void mmdb_array(struct buf *out, size_t n)
{
	put_head(out, 11, n);
}

void mmdb_text(struct buf *out, const char *text)
{
	put_head(out, 2, strlen(text));
	buf_puts(out, text);
}

void mmdb_u16(struct buf *out, uint16_t v)
{
	put_number(out, 5, v);
}

void mmdb_u32(struct buf *out, uint32_t v)
{
	put_number(out, 6, v);
}

void mmdb_u64(struct buf *out, uint64_t v)
{
	put_number(out, 9, v);
}

static void put_metadata(struct buf *out, const struct mmdb *m)
{
	buf_puts(out, "\xab\xcd\xef"
		      "MaxMind.com");
	mmdb_map(out, 9);
	mmdb_text(out, "binary_format_major_version");
	mmdb_u16(out, 2);
	mmdb_text(out, "binary_format_minor_version");
	mmdb_u16(out, 0);
	mmdb_text(out, "build_epoch");
	mmdb_u64(out, 1767889800);
	mmdb_text(out, "database_type");
	mmdb_text(out, "Test");
	mmdb_text(out, "description");
	mmdb_map(out, 0);
	mmdb_text(out, "ip_version");
	mmdb_u16(out, (uint16_t)m->ip_version);
	mmdb_text(out, "languages");
	mmdb_array(out, 0);
	mmdb_text(out, "node_count");
	mmdb_u32(out, (uint32_t)m->n);
	mmdb_text(out, "record_size");
	mmdb_u16(out, 24);
}

void mmdb_write(struct mmdb *m, const char *path)
{
	static const char separator[16];
	struct buf out;
	buf_init(&out, 2 * DATA_MAX);
	for (size_t i = 0; i < 2 * m->n; i++) {
		int64_t v = m->nodes[i / 2].side[i % 2];
		uint64_t record = v == NOTHING	  ? m->n
				  : v >= DATA_MAX ? m->n + 16 + (uint64_t)(v - DATA_MAX)
						  : (uint64_t)v;
		for (int shift = 16; shift >= 0; shift -= 8)
			buf_putc(&out, (char)(record >> shift));
	}
	buf_put(&out, separator, sizeof(separator));
	buf_put(&out, m->data.data, m->data.len);
	put_metadata(&out, m);
	if (out.overflow || buf_write_file(path, out.data, out.len, 0600) < 0)
		abort();
	buf_clear(&out);
	buf_clear(&m->data);
	free(m->nodes);
	free(m);
}
