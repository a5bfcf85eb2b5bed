#!/usr/bin/env bash
# Only allow-listed international sites are let through after a cut: `whitelist`, and never anything that could be
# read as restored. Ends with a real restoration.
. "$(dirname "$0")/lib.sh"

begin 2 1 3
collector_start
probe_init "${NODES[@]}"
censor set all all $FILTERING
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "every cell has 3 buckets of filtered" buckets filtered 3 "$from"
censor set all all intl-cut
until_ok 60 "every probe has 3 batches waiting" each_spooled 3 "${NODES[@]}"
allowed=$(now_s)
censor set all all intl-allowlist # the collector is not on the list: probes keep their batches
held() { (($(now_s) - allowed >= 4 * STEP_S)) && each_spooled 8 "${NODES[@]}"; }
until_ok 90 "the allow-list has lasted for four buckets" held
censor set all all $FILTERING
until_ok 150 "everything has arrived" drained "${NODES[@]}"
restored() { truthful "$from" "$(now_s)" --need filtered=6 --need domestic-only=2 --need whitelist=2; }
until_ok 60 "the timeline equals the truth" restored
