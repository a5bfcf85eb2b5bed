/* page_asset.h: the files of collector/web, embedded by the build. */
#ifndef COLLECTOR_PAGE_ASSET_H
#define COLLECTOR_PAGE_ASSET_H

#include <stddef.h>

/* A few letters that change with the content: browsers may keep the file for ever. */
#define PAGE_ASSET_VERSION_LEN 12
const char *page_asset_version(char out[static PAGE_ASSET_VERSION_LEN], const void *data,
			       size_t len);

/* What a policy says to let this content through where it stands inside a page: "sha256-...", in base64 (CSP level 3, 2.3.1). */
#define PAGE_ASSET_SOURCE_LEN 52
const char *page_asset_source(char out[static PAGE_ASSET_SOURCE_LEN], const void *data, size_t len);

#endif
