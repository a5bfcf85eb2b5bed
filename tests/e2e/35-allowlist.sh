#!/usr/bin/env bash
# Only allow-listed international sites are let through after a cut: `whitelist`, and never anything that could be
# read as restored. Ends with a real restoration.
. "$(dirname "$0")/lib.sh"

begin 2 1 3
collector_start
probe_init "${NODES[@]}"
censor set all all "$FILTERING"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "every cell has 3 buckets of filtered" buckets filtered 3 "$from"
lasted() { (($(now_s) - since >= 6 * STEP_S)) && each_spooled "$1" "${NODES[@]}"; }
since=$(now_s)
censor set all all intl-cut
until_ok 90 "the cut has lasted for six buckets" lasted 2
since=$(now_s)
censor set all all intl-allowlist # the collector is not on the list: probes keep their batches
until_ok 90 "the allow-list has lasted for six buckets" lasted 4
censor set all all "$FILTERING"
until_ok 150 "everything has arrived" drained "${NODES[@]}"
until_ok 60 "the timeline equals the truth" \
	truthful "$from" --need filtered=6 --need domestic-only=2 --need whitelist=2
