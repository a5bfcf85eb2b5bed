#!/usr/bin/env bash
# What must not become a blackout: probes that leave for good, a collector that is away for a while, and a cell whose power
# is cut. The first two are no event at all, the last one is none beyond its cell.
. "$(dirname "$0")/lib.sh"

BUCKET_S=1
LEVEL=0
INTERVAL_S=2

events() { # BY: of any kind, since the beginning; their ids
	api "/api/v1/events?from=$from&until=$(now_s)&by=$1" | jq -r '.events[].id'
}
no_event() { # BY...
	local by
	for by; do
		events "$by" >"$WORK/events"
		[[ ! -s $WORK/events ]] || { cat "$WORK/events" && fail "an event by $by"; }
	done
}
heard() { # N STEPS: so many probes were heard in each cell in each of the last steps of which all has arrived
	local until=$((($(now_s) - ARRIVAL_S) / STEP_S * STEP_S))
	timeline "$((until - $2 * STEP_S))" "$until" >"$WORK/heard.json"
	jq -e "(.rows | length == 4 * $2) and all(.rows[]; .probes == $1)" "$WORK/heard.json"
}

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor set all all "$FILTERING"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 60 "every cell has 6 buckets of filtered" buckets filtered 6 "$from"

stop TERM p1.1.3 p1.2.3 p2.1.3 p2.2.3
until_ok 60 "each cell has been heard without one of its three probes for four steps" heard 2 4
no_event country region isp region,isp

stop KILL collector
away=$(now_s)
long_away() { (($(now_s) - away >= 4 * STEP_S)); }
until_ok 60 "the collector has been away for four steps" long_away
collector_start
back=$(now_s)
stayed=(p1.1.1 p1.1.2 p1.2.1 p1.2.2 p2.1.1 p2.1.2 p2.2.1 p2.2.2)
until_ok 90 "what was measured meanwhile has arrived" delivered "$back" "${stayed[@]}"
until_ok 60 "four steps have passed since" buckets filtered 4 "$back"
no_event country region isp region,isp

dark=$(now_s)
censor set isp1 IR-00 "$FILTERING+power-cut"
gone() {
	timeline "$dark" "$(now_s)" "region=IR-00" "isp=AS64497" |
		jq -e '[.rows[] | select(.state == "silent" or .state == "insufficient")] | length >= 8'
}
until_ok 90 "the cell without power has 8 steps without a word" gone
no_event country region isp
events region,isp >"$WORK/events"
! grep -v '^IR-00.AS64497' "$WORK/events" || fail "an event of a cell that has power"

censor set isp1 IR-00 "$FILTERING"
until_ok 60 "the cell speaks again" heard 2 2
no_event country region isp
until_ok 60 "the timeline equals the truth" truthful "$from" --need filtered=60 --need silent=2
