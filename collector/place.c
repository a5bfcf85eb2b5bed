/* place.c: two mmdb files, asked once per batch.
 *
 * MaxMind's shape (GeoLite2 City, ASN)	       country.iso_code  subdivisions[0].iso_code "23",
 * .names.en
 * the flat shape (ip-location-db)	       country_code	 state1 "Tehran" or "Kermanshah
 * Province" both					       autonomous_system_number
 *
 * A province is looked up by its English name first and by its code only when the name says
 * nothing: Iran's codes were dealt out anew in 2020, and a database of before calls Tehran "07",
 * which is Fars today. What an address says counts only inside the country that is watched: a batch
 * that came through a tunnel arrives from the tunnel's network, and that is not where it was
 * measured. */
#include "collector/place.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "collector/country.h"

struct place {
	MMDB_s *city, *asn; /* NULL when not configured */
	const struct country *country;
};

const char *place_source_str(enum place_source s)
{
	static const char *const names[] = {
		[PLACE_NONE] = "none", [PLACE_DECLARED] = "declared", [PLACE_MMDB] = "mmdb"};
	return (size_t)s < sizeof(names) / sizeof(*names) ? names[s] : "unknown";
}

/* NULL path: no database, which is not an error. */
static int open_db(MMDB_s **out, const char *path, char *err, size_t errlen)
{
	*out = NULL;
	if (!path)
		return 0;
	MMDB_s *db = xcalloc(1, sizeof(*db));
	int rc = MMDB_open(path, MMDB_MODE_MMAP, db);
	if (rc == MMDB_SUCCESS) {
		*out = db;
		return 0;
	}
	snprintf(err, errlen, "%s: %s", path,
		 rc == MMDB_FILE_OPEN_ERROR || rc == MMDB_IO_ERROR ? strerror(errno)
								   : MMDB_strerror(rc));
	free(db);
	return -1;
}

static void close_db(MMDB_s *db)
{
	if (db)
		MMDB_close(db);
	free(db);
}

struct place *place_open(const char *city_mmdb, const char *asn_mmdb, const struct country *country,
			 char *err, size_t errlen)
{
	struct place *p = xcalloc(1, sizeof(*p));
	p->country = country;
	if (open_db(&p->city, city_mmdb, err, errlen) == 0 &&
	    open_db(&p->asn, asn_mmdb, err, errlen) == 0)
		return p;
	place_close(p);
	return NULL;
}

void place_close(struct place *p)
{
	if (!p)
		return;
	close_db(p->city);
	close_db(p->asn);
	free(p);
}

uint64_t place_built(const struct place *p)
{
	return p->asn ? p->asn->metadata.build_epoch : 0;
}

/* The entry of an address; an IPv6 address in a file that holds only IPv4 has none. */
static bool find(MMDB_s *db, const struct sockaddr *peer, MMDB_entry_s *entry)
{
	int trouble = MMDB_SUCCESS;
	if (!db)
		return false;
	MMDB_lookup_result_s r = MMDB_lookup_sockaddr(db, peer, &trouble);
	*entry = r.entry;
	return trouble == MMDB_SUCCESS && r.found_entry;
}

/* Text at a path, cut never: what does not fit is no name that we could know. */
static bool get_text(MMDB_entry_s *entry, char *out, size_t outlen, const char *const *path)
{
	MMDB_entry_data_s data;
	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data ||
	    data.type != MMDB_DATA_TYPE_UTF8_STRING || !data.data_size || data.data_size >= outlen)
		return false;
	memcpy(out, data.utf8_string, data.data_size);
	out[data.data_size] = '\0';
	return true;
}

static uint32_t get_number(MMDB_entry_s *entry, const char *const *path)
{
	MMDB_entry_data_s data;
	if (MMDB_aget_value(entry, &data, path) != MMDB_SUCCESS || !data.has_data)
		return 0;
	if (data.type == MMDB_DATA_TYPE_UINT32)
		return data.uint32;
	if (data.type == MMDB_DATA_TYPE_UINT16)
		return data.uint16;
	return data.type == MMDB_DATA_TYPE_UINT64 && data.uint64 <= UINT32_MAX
		       ? (uint32_t)data.uint64
		       : 0;
}

static bool is_word(const char *word, size_t len, const char *known)
{
	return strlen(known) == len && !memcmp(word, known, len);
}

/* "Ostan-e Kermanshah" and "Kermanshah Province" both become "kermanshah". */
static void plain_name(char *out, size_t outlen, const char *name)
{
	size_t n = 0;
	bool ostan = false;
	while (*(name += strspn(name, " -"))) {
		size_t start = n, len = strcspn(name, " -");
		if (start && start + 1 < outlen)
			out[n++] = ' ';
		size_t word = n;
		for (size_t i = 0; i < len && n + 1 < outlen; i++)
			out[n++] = (char)tolower((unsigned char)name[i]);
		bool is_ostan = is_word(out + word, n - word, "ostan");
		if (is_ostan || is_word(out + word, n - word, "province") ||
		    (ostan && is_word(out + word, n - word, "e")))
			n = start;
		ostan = is_ostan;
		name += len;
	}
	out[n] = '\0';
}

static const struct region *region_by_name(const struct country *c, const char *name)
{
	char wanted[sizeof(c->regions->name_en)], known[sizeof(wanted)];
	plain_name(wanted, sizeof(wanted), name);
	for (size_t i = 0; i < c->n_regions; i++) {
		plain_name(known, sizeof(known), c->regions[i].name_en);
		if (!strcmp(wanted, known))
			return &c->regions[i];
	}
	return NULL;
}

/* GeoLite2 gives the code without the country. */
static const struct region *region_by_code(const struct country *c, const char *code)
{
	char full[BATCH_REGION_LEN];
	int n = snprintf(full, sizeof(full), "%s-%s", c->code, code);
	return n < (int)sizeof(full) ? country_region(c, full) : NULL;
}

static const struct region *find_region(const struct country *c, MMDB_entry_s *entry)
{
	static const char *const names[][5] = {{"subdivisions", "0", "names", "en"}, {"state1"}};
	static const char *const code[] = {"subdivisions", "0", "iso_code", NULL};
	char text[sizeof(c->regions->name_en)];
	const struct region *r = NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names) && !r; i++)
		if (get_text(entry, text, sizeof(text), names[i]))
			r = region_by_name(c, text);
	if (!r && get_text(entry, text, sizeof(text), code))
		r = region_by_code(c, text);
	return r;
}

/* An IPv4 peer of a dual-stack socket comes as ::ffff:a.b.c.d. */
static const struct sockaddr *unmap(const struct sockaddr *peer, struct sockaddr_in *v4)
{
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)peer;
	if (peer->sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return peer;
	*v4 = (struct sockaddr_in){.sin_family = AF_INET};
	memcpy(&v4->sin_addr, v6->sin6_addr.s6_addr + 12, 4);
	return (const struct sockaddr *)v4;
}

static uint32_t find_network(const struct place *p, const struct sockaddr *addr)
{
	static const char *const path[] = {"autonomous_system_number", NULL};
	MMDB_entry_s entry;
	return find(p->asn, addr, &entry) ? get_number(&entry, path) : 0;
}

uint32_t *place_networks(const struct place *p, const struct batch *b)
{
	uint32_t *out = xcalloc(b->n_addrs + 1, sizeof(*out));
	for (size_t i = 0; i < b->n_addrs; i++) {
		struct sockaddr_in four = {.sin_family = AF_INET};
		struct sockaddr_in6 six = {.sin6_family = AF_INET6};
		if (inet_pton(AF_INET, b->addrs[i], &four.sin_addr) == 1)
			out[i] = find_network(p, (const struct sockaddr *)&four);
		else if (inet_pton(AF_INET6, b->addrs[i], &six.sin6_addr) == 1)
			out[i] = find_network(p, (const struct sockaddr *)&six);
	}
	return out;
}

void place_lookup(const struct place *p, const struct sockaddr *peer, struct placement *out)
{
	static const char *const country_paths[][3] = {{"country", "iso_code"}, {"country_code"}};
	MMDB_entry_s entry;
	struct sockaddr_in v4;

	*out = (struct placement){0};
	if (!peer || (peer->sa_family != AF_INET && peer->sa_family != AF_INET6))
		return;
	peer = unmap(peer, &v4);
	out->isp = find_network(p, peer);
	out->isp_source = out->isp ? PLACE_MMDB : PLACE_NONE;
	if (!find(p->city, peer, &entry))
		return;
	if (!get_text(&entry, out->country, sizeof(out->country), country_paths[0]))
		get_text(&entry, out->country, sizeof(out->country), country_paths[1]);
	const struct region *r = NULL;
	if (!strcmp(out->country, p->country->code))
		r = find_region(p->country, &entry);
	if (r) {
		strcpy(out->region, r->code);
		out->region_source = PLACE_MMDB;
	}
}

bool place_is_inside(const struct country *country, const struct placement *seen)
{
	if (*seen->country)
		return !strcmp(seen->country, country->code);
	return country_isp(country, seen->isp) != NULL;
}

void place_batch(const struct place *p, const struct batch *b, const struct placement *seen,
		 struct placement *out)
{
	bool inside = !strcmp(b->country, p->country->code) && place_is_inside(p->country, seen);
	*out = (struct placement){.isp = b->isp, .access = b->access};
	strcpy(out->country, b->country);
	if (*b->region) {
		strcpy(out->region, b->region);
		out->region_source = PLACE_DECLARED;
	} else if (inside && *seen->region) {
		strcpy(out->region, seen->region);
		out->region_source = PLACE_MMDB;
	}
	if (b->isp) {
		out->isp_source = PLACE_DECLARED;
	} else if (inside && seen->isp) {
		out->isp = seen->isp;
		out->isp_source = PLACE_MMDB;
	}
	const struct isp *isp = country_isp(p->country, out->isp);
	if (out->access == ACCESS_UNKNOWN && isp)
		out->access = isp->access;
}
