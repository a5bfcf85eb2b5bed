#!/usr/bin/env bash
# Forged DNS answers for listed names: `filtered`, because a fingerprint of blocking is seen and all else is up.
. "$(dirname "$0")/lib.sh"

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor set all all dns-poison
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "the timeline equals the truth" truthful "$from" --need filtered=8

# the evidence: the forged answer is recognised by its fingerprint
probe_cmd p1.1.1 check https://video.example/ --json >"$WORK/check.json" 2>>"$WORK/log/p1.1.1" || true
expect "the probe does not say dns_bogon_error" grep -q dns_bogon_error "$WORK/check.json"
