#!/bin/sh
# Everything `make test` promises, cheapest first; MODE=asan runs the programs of the end-to-end tests under
# ASan and UBSan too (unit tests and fuzz corpora run under them in either mode).
set -u
mode=${MODE:-release}
jobs=$(nproc)
passed=0
failed=0

stage() { # NAME COMMAND...: one line when it passes, everything it said when it fails
	name=$1
	shift
	start=$(date +%s)
	echo "== $name"
	if "$@"; then
		passed=$((passed + 1))
		echo "== $name: ok ($(($(date +%s) - start)) s)"
	else
		failed=$((failed + 1))
		echo "== $name: FAILED"
	fi
}
make() { command make --no-print-directory "$@"; }

stage "build: gcc, $mode" make -j"$jobs" MODE="$mode" all
[ $failed = 0 ] || exit 1
stage "build: clang" make -j"$jobs" CC=clang MODE=release all
stage "layers" make layers
stage "languages" make -j"$jobs" languages
stage "headers compile alone" make headers
stage "format" make format-check
stage "unit tests, release" make -j"$jobs" MODE=release unit
stage "unit tests, ASan and UBSan" make -j"$jobs" MODE=asan unit
stage "how good it must be" make MODE=release sim-short
stage "fuzz corpora, ASan and UBSan" make -j"$jobs" MODE=asan fuzz-replay
stage "pages in a browser" make MODE=release web
stage "end to end, $mode" make MODE="$mode" e2e
echo "$passed passed, $failed failed"
[ $failed = 0 ]
