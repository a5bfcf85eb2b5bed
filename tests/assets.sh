#!/bin/sh
# Turns files into byte arrays: assets.sh OUT FILE... writes OUT.h and OUT.c with asset_NAME[] and asset_NAME_len.
set -eu
out=$1; shift
guard='/* Made by tests/assets.sh from collector/web, the .sql files and METHOD.md. */'
printf '%s\n#ifndef COLLECTOR_ASSETS_H\n#define COLLECTOR_ASSETS_H\n#include <stddef.h>\n' "$guard" >"$out.h.new"
printf '%s\n#include "collector/assets.h"\n' "$guard" >"$out.c.new"
for f; do
	n=asset_$(basename "$f" | tr -c 'a-zA-Z0-9\n' _)
	printf 'extern const unsigned char %s[];\nextern const size_t %s_len;\n' "$n" "$n" >>"$out.h.new"
	# The trailing NUL is not counted in _len; it lets text assets be used as strings.
	{ printf 'const unsigned char %s[] = {\n' "$n"; od -An -v -tx1 "$f" | sed 's/ \(..\)/0x\1,/g'
	  printf '0};\nconst size_t %s_len = sizeof(%s) - 1;\n' "$n" "$n"; } >>"$out.c.new"
done
printf '#endif\n' >>"$out.h.new"
mv "$out.h.new" "$out.h"
mv "$out.c.new" "$out.c"
