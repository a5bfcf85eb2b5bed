#!/usr/bin/env bash
# A mistake in a configuration is refused before anything happens, exit 78, with the file, the line and what would be
# right; a program that starts with half of what was meant would be worse than none.
. "$(dirname "$0")/lib.sh"

mkdir -p "$COUNTRY_DIR"
cd "$WORK"
refused() { # PROGRAM COMMAND FILE WORD...: exit 78, each word in the message
	local program=$1 command=$2 file=$3 rc=0 word
	shift 3
	"$program" "$command" -c "$file" >out 2>err || rc=$?
	((rc == 78)) || fail "$file: exit $rc instead of 78: $(cat err)"
	[[ ! -s out ]] || fail "$file: something on standard output: $(cat out)"
	for word in "$file" "$@"; do
		grep -qF -- "$word" err || fail "$file: no '$word' in: $(cat err)"
	done
	say "$(tail -1 err)"
}

cat >probe-key.conf <<E2
[probe]
country = IR

[schedule]
intervall_s = 300
E2
cat >probe-value.conf <<E2
[probe]
country = IR
access = dial-up
E2
cat >probe-section.conf <<E2
[probe]
country = IR
[sheduling]
interval_s = 300
E2
cat >probe-range.conf <<E2
[probe]
level = 9
E2
refused "$PROBE" run probe-key.conf 5 intervall_s interval_s
refused "$PROBE" run probe-value.conf 3 access mobile
refused "$PROBE" run probe-section.conf sheduling
refused "$PROBE" run probe-range.conf 2 level
refused "$PROBE" run missing.conf

cat >collector-key.conf <<E2
[collector]
data_dir = $WORK/data
listne = 127.0.0.1:8080
E2
cat >collector-value.conf <<E2
[collector]
data_dir = $WORK/data
country = IR
countries_dir = $COUNTRY/countries
[publish]
min_probes = many
E2
cat >collector-country.conf <<E2
[collector]
data_dir = $WORK/data
country = QQ
countries_dir = $COUNTRY/countries
E2
refused "$COLLECTOR" serve collector-key.conf 3 listne listen
refused "$COLLECTOR" serve collector-value.conf 6 min_probes
rc=0
"$COLLECTOR" serve -c collector-country.conf >out 2>err || rc=$?
((rc == 78)) || fail "an unknown country: exit $rc instead of 78: $(cat err)"
grep -q QQ err || fail "an unknown country is not named: $(cat err)"
[[ ! -e $WORK/data ]] || fail "a refused configuration has made files"
