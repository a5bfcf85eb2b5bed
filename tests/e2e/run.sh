#!/bin/sh
# Runs the end-to-end tests: real probes and a real collector in the simulated country, each test in namespaces
# of its own (tests/country/rootless.sh), so that nothing leaks out and nothing stays behind.
#   run.sh [NAME-PART...]    all, or those whose name contains one of the words
# One line per test, and what it wants to be seen (`# `); the tail of its logs when it failed; a sum at the end; exit 1 if
# any failed.
set -u
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-$PWD/build/${MODE:-release}}
export BUILD
CAP_S=${E2E_CAP_S:-300} # no test may hang for longer, but one that has a line `# cap: N s`

chosen() { # NAME WORD...
	name=$1
	shift
	[ $# != 0 ] || return 0
	for word; do
		case $name in *"$word"*) return 0 ;; esac
	done
	return 1
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
number=0
passed=0
failed=0
for file in tests/e2e/[0-9]*.sh; do
	name=$(basename "$file" .sh)
	chosen "$name" "$@" || continue
	number=$((number + 1))
	cap=$(sed -n 's/^# cap: \([0-9]*\) s$/\1/p' "$file")
	start=$(date +%s)
	if timeout -k 5 "${cap:-$CAP_S}" tests/country/rootless.sh bash "$file" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "ok $number - $name ($(($(date +%s) - start)) s)"
		if [ -n "${E2E_VERBOSE:-}" ]; then sed 's/^/# /' "$log"; else grep '^# ' "$log"; fi
	else
		failed=$((failed + 1))
		echo "not ok $number - $name ($(($(date +%s) - start)) s)"
		tail -n 120 "$log" | sed 's/^/# /'
	fi
done
echo "1..$number"
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
