#!/bin/sh
# Explores each parser of hostile bytes with libFuzzer (clang); called by make fuzz, which builds the programs. New
# inputs, and what breaks a parser, stay in build/fuzz: fuzz.sh [SECONDS]
set -eu
seconds=${1:-${SECONDS_EACH:-60}}
for program in build/fuzz-clang/explore/fuzz_*; do
	name=${program##*/fuzz_}
	found=build/fuzz/$name
	mkdir -p "$found"
	echo "== $name, $seconds s"
	"$program" -artifact_prefix=build/fuzz/ -max_total_time="$seconds" -timeout=5 -rss_limit_mb=2048 \
		"$found" "tests/fuzz/corpus/$name" 2>"build/fuzz/$name.log" ||
		{ tail -n 40 "build/fuzz/$name.log" && exit 1; }
	tail -n 3 "build/fuzz/$name.log"
done
