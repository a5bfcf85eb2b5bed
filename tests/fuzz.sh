#!/bin/sh
# Explores each parser of hostile bytes with libFuzzer (clang); new inputs stay in build/fuzz: fuzz.sh [SECONDS]
set -eu
seconds=${1:-${SECONDS_EACH:-60}}
mkdir -p build/fuzz
for src in tests/fuzz/fuzz_*.c; do
	name=$(basename "$src" .c)
	corpus=build/fuzz/${name#fuzz_}
	mkdir -p "$corpus"
	clang -std=gnu11 -O1 -g -fsanitize=fuzzer,address,undefined -I. -Ibuild/release/obj -D_GNU_SOURCE \
		-DVERSION='"fuzz"' -DSHAREDIR='"/nonexistent"' -o "build/fuzz/$name" "$src" common/*.c \
		$(ls probe/*.c collector/*.c | grep -v '/main.c$') build/release/obj/collector/assets.c \
		-lcurl -lcares -levent_core -levent_extra -lssl -lcrypto -ljansson -lsodium -lzstd -linih \
		-lmaxminddb -lsqlite3 -lz -lm
	echo "== $name, $seconds s"
	"build/fuzz/$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 "$corpus" \
		"tests/fuzz/corpus/${name#fuzz_}" 2>&1 | tail -3
done
