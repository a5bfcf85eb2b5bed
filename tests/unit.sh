#!/bin/sh
# Runs the given test programs; prints a failing one's output whole, and one line for each that passes. They run
# in a network of their own, which has nothing but a loopback interface: no test can reach further.
[ "${UNIT_INSIDE:-}" ] || UNIT_INSIDE=1 exec "$(dirname "$0")/country/rootless.sh" sh "$0" "$@"
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
passed=0
failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for t; do
	if timeout 300 "$t" >"$out" 2>&1; then
		passed=$((passed + 1))
		echo "ok   ${t#build/}: $(grep -c '\[       OK \]' "$out") tests"
	else
		failed=$((failed + 1))
		echo "FAIL ${t#build/}"
		cat "$out"
	fi
done
echo "$passed passed, $failed failed"
[ $failed = 0 ] && [ $passed != 0 ]
