#!/usr/bin/env bash
# Connections reset when the TLS greeting names a listed site, in one ISP only: that ISP reads `filtered`, the
# other one `open`, and a site that shares the address of a listed one is not harmed.
. "$(dirname "$0")/lib.sh"

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor set isp1 all tls-sni-rst
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "both ISPs read as they are" truthful "$from" --need filtered=4 --need open=4

probe_cmd p1.1.1 check https://video.example/ --json >"$WORK/check.json" 2>>"$WORK/log/p1.1.1" || true
expect "the probe does not say x_tls_reset" grep -q x_tls_reset "$WORK/check.json"
probe_cmd p1.1.1 check https://cdn-good.example/ --json >"$WORK/check.json" 2>>"$WORK/log/p1.1.1"
expect "a neighbour on the same address is harmed" \
	jq -es 'map(select(.check == "http")) | length > 0 and all(.failure == null)' "$WORK/check.json" >/dev/null
