/* page_asset.c: /web/: script, icon and font out of the binary, and the stylesheet that stands in every page. */
#include "collector/page_asset.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "collector/api.h"
#include "collector/assets.h"

#define PLAIN_AGE_S 3600

const char *page_asset_version(char out[static PAGE_ASSET_VERSION_LEN], const void *data,
			       size_t len)
{
	snprintf(out, PAGE_ASSET_VERSION_LEN, "%08" PRIx32,
		 (uint32_t)crc32(0, (const Bytef *)data, (uInt)len));
	return out;
}

const char *page_asset_source(char out[static PAGE_ASSET_SOURCE_LEN], const void *data, size_t len)
{
	static const char prefix[] = "sha256-";
	unsigned char hash[crypto_hash_sha256_BYTES];
	crypto_hash_sha256(hash, data, len);
	memcpy(out, prefix, sizeof(prefix));
	sodium_bin2base64(out + sizeof(prefix) - 1, PAGE_ASSET_SOURCE_LEN - sizeof(prefix) + 1,
			  hash, sizeof(hash), sodium_base64_VARIANT_ORIGINAL);
	return out;
}

static void answer(struct call *c, const void *data, size_t len, const char *type)
{
	char version[PAGE_ASSET_VERSION_LEN];
	const char *asked = query_get(&c->query, "v");
	bool same = asked && !strcmp(asked, page_asset_version(version, data, len));
	struct reply reply;
	reply_init(&reply, 200, len);
	buf_put(&reply.body, data, len);
	respond_take(c, &reply, type, same ? RESPOND_FOREVER : PLAIN_AGE_S);
}

void page_asset(struct call *c)
{
	struct problem p = {0};
	if (!strcmp(c->tail, "page.js")) {
		answer(c, asset_page_js, asset_page_js_len, "text/javascript; charset=utf-8");
	} else if (!strcmp(c->tail, "icon.svg")) {
		answer(c, asset_icon_svg, asset_icon_svg_len, "image/svg+xml");
	} else if (!strcmp(c->tail, "vazirmatn.woff2")) {
		answer(c, asset_vazirmatn_woff2, asset_vazirmatn_woff2_len, "font/woff2");
	} else {
		problem_set(&p, 404, "", "there is no such file");
		respond_problem(c, &p);
	}
}
