#!/usr/bin/env bash
# The border closes, and the collector is behind it: probes keep what they measure on disk. When it opens again they
# deliver, and the timeline says what they saw, `domestic-only`, as a later revision.
. "$(dirname "$0")/lib.sh"

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor set all all "$FILTERING"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "every cell has 3 buckets of filtered" buckets filtered 3 "$from"

cut=$(now_s)
censor set all all intl-cut
held() { (($(now_s) - cut >= 6 * STEP_S)) && each_spooled 3 "${NODES[@]}"; }
until_ok 90 "the cut has lasted for six buckets, and every probe has batches waiting" held
during=$(now_s)
timeline "$cut" "$during" >"$WORK/during.json"
expect "the collector knows what it can't know" jq -e '[.rows[].state] | index("domestic-only") == null' \
	"$WORK/during.json" >/dev/null

censor set all all "$FILTERING"
until_ok 150 "everything has arrived" drained "${NODES[@]}"
until_ok 60 "the timeline equals the truth" truthful "$from" --need filtered=8 --need domestic-only=8

timeline "$cut" "$during" >"$WORK/after.json"
expect "no row of the cut is a revision that says how many results came late" jq -e \
	'[.rows[] | select(.state == "domestic-only")] | any(.revision > 1 and .late > 0)' "$WORK/after.json" >/dev/null
rebuild_shows_same "$from" "$during"
