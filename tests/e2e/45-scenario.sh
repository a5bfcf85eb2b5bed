#!/usr/bin/env bash
# A whole blackout, in minutes, for 4 ISPs x 3 provinces with three probes each: tests/country/blackout.scenario. What
# the collector says of it, by cell, province, network and country, is compared with the censor's log (scenario.py).
# cap: 540 s
. "$(dirname "$0")/lib.sh"

STEP_S=10
BUCKET_S=1
LEVEL=0
INTERVAL_S=3 # everything in each cycle, a download too: two cores carry 36 such probes with room to spare
SCHEDULE="class_interval_s = filtered:$INTERVAL_S
class_interval_s = quic:$INTERVAL_S
class_interval_s = speed:$INTERVAL_S"
SETTLE_S=3 # a result belongs to the moment at which its target was begun with
export DNS_TTL=1
export LINE_RATE=8mbit # a download takes a tenth of a second, and not as long as the machine happens to need

# Handshakes are most of what a cycle costs. Only where a name can be filtered TLS is needed.
COUNTRIES=$WORK/countries
cp -r "$COUNTRY/countries" "$COUNTRIES"
sed -i '/,filtered,/!s#^https:#http:#' "$COUNTRIES/IR/targets.csv"
rm "$COUNTRIES/IR/inside.csv" # there are no controls, and it has some of the same

until_second() { # N: of the scenario
	local left=$(($1 - ($(now_s) - from)))
	((left <= 0)) || sleep $left
}
views() { # FOLDER UNTIL [PARAMETER]: what the API says of every shape
	local shape until=$2 more=${3:-}
	mkdir -p "$1"
	for shape in cell=region,isp region=region isp=isp country=country; do
		api "/api/v1/timeline?from=$from&until=$until&step=$STEP_S&by=${shape#*=}$more" >"$1/${shape%=*}.timeline.json"
		api "/api/v1/events?from=$from&until=$until&by=${shape#*=}$more" >"$1/${shape%=*}.events.json"
	done
}
true_to_it() { # UNTIL
	views "$WORK/views" "$1"
	"$ROOT/tests/e2e/scenario.py" --truth "$COUNTRY_DIR/truth.jsonl" --views "$WORK/views" --early "$WORK/early" \
		--early-at "$early" --until "$1" --settle $SETTLE_S --visit "$VISIT_S" --bucket $BUCKET_S --tolerance 6
}

begin 4 3 3
collector_start
probe_init "${NODES[@]}"
probe_start "${NODES[@]}"
from=$((($(now_s) / STEP_S + 1) * STEP_S))
"$COUNTRY/play.sh" "$COUNTRY/blackout.scenario" $from &
play=$!

# the border is closed, nobody can report, and that is said
until_second 222
early=$(now_s)
views "$WORK/early" "$early" "&asof=$early"

wait $play || fail "the scenario could not be played"
until_second 345
until=$(now_s)
until_ok 60 "everything has arrived" delivered "$until" "${NODES[@]}"
until_ok 40 "what is said is true" true_to_it "$until"
sed 's/^/# /' "$WORK/until"

# what was silent is what was measured now, by a revision that says so; and what was known then still is
timeline "$((from + 160))" "$((from + 200))" >"$WORK/late.json"
expect "a row of the cut is no late revision" jq -e \
	'(.rows | length == 48) and all(.rows[]; .revision > 1 and .late > 0 and .why == "late" and .state != "silent")' \
	"$WORK/late.json" >/dev/null
views "$WORK/again" "$early" "&asof=$early"
diff -r "$WORK/early" "$WORK/again" >&2 || fail "what was known while the border was closed is told otherwise now"
rebuild_shows_same "$from" "$((until - 3 * STEP_S))"
