#!/bin/sh
# Compiles every header alone, and twice in a row, with gcc and clang; one line per failure, 1 if there is any.
# CPPFLAGS and CFLAGS from the environment are those of the build.
set -u
cd "$(dirname "$0")/.." || exit 1
export CPPFLAGS="${CPPFLAGS:--I. -D_GNU_SOURCE}"
export CFLAGS="${CFLAGS:--std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes -Wundef}"
export LOG="${TMPDIR:-/tmp}/headers.$$"
trap 'rm -f "$LOG"' EXIT

# shellcheck disable=SC2016  # for the inner shell
find common probe collector tests -name '*.h' | sort | xargs -P "$(nproc)" -n 4 sh -c '
	for header; do
		for cc in gcc clang; do
			printf "#include \"%s\"\n#include \"%s\"\n" "$header" "$header" |
				$cc $CPPFLAGS $CFLAGS -fsyntax-only -x c - >"$LOG.$$" 2>&1 ||
				echo "$header: $cc: $(grep -m1 -E "error|fatal" "$LOG.$$")"
		done
	done
	rm -f "$LOG.$$"' sh >"$LOG"
[ ! -s "$LOG" ] || {
	cat "$LOG"
	exit 1
}
