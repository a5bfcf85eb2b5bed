#!/usr/bin/env bash
# A normal day without any filtering: every ISP x province reads `open`, figures and all.
. "$(dirname "$0")/lib.sh"

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor reset # opens the truth log
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "every cell has 4 buckets of open" buckets open 4 "$from"
expect "the timeline differs from the truth" truthful "$from" "$(now_s)" --need open=8
timeline "$from" "$(now_s)" >"$WORK/timeline.json"
expect "a row without its figures" jq -e \
	'[.rows[] | select(.state == "open")] | all(.probes == 3 and .up == 1 and .lo > 0 and .lo < 1 and .hi == 1)' \
	"$WORK/timeline.json" >/dev/null
# nobody's address is in any answer or log
for address in 198.19 2001:db8:1: 2001:db8:2:; do
	if grep -F "$address" "$WORK/timeline.json" "$WORK/log/collector"; then
		fail "an address of a probe was published or logged"
	fi
done
