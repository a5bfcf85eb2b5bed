#!/usr/bin/env bash
# A normal day without any filtering: every ISP x province reads `open`, figures and all.
. "$(dirname "$0")/lib.sh"

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor reset # opens the truth log
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "the timeline equals the truth" truthful "$from" --need open=8
timeline "$from" "$(($(now_s) - ARRIVAL_S))" >"$WORK/timeline.json"
bad=$(jq -c '.rows[] | select(.state == "open") |
	select((.probes >= 2 and .probes <= 3 and .up == 1 and .lo > 0 and .lo < 1 and .hi == 1) | not)' "$WORK/timeline.json")
[[ -z $bad ]] || fail "rows with wrong figures: $bad"
# nobody's address is in any answer or log
for address in 198.19 2001:db8:1: 2001:db8:2:; do
	if grep -F "$address" "$WORK/timeline.json" "$WORK/log/collector"; then
		fail "an address of a probe was published or logged"
	fi
done
