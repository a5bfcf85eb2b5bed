#!/usr/bin/env bash
# The same sealed batch sent twice is one batch: status new, then duplicate, also after the collector has started
# again, also after it was killed. The answer is a receipt, and figures do not change.
. "$(dirname "$0")/lib.sh"

MIN_PROBES=1
begin 1 1 1
node=p1.1.1
collector_start
probe_init $node
from=$(now_s)
probe_cmd $node run --once --no-upload 2>>"$WORK/log/$node" || true
batch=$(spool_files $node | head -1)
[[ -n $batch ]] || fail "no batch on disk after one cycle"
id=${batch##*-}

receipt() { # STATUS: the batch is sent, the receipt says so
	local code
	code=$(post "$batch")
	[[ $code == 200 ]] || fail "status $code: $(cat "$WORK/answer")"
	jq -e --arg status "$1" --arg id "$id" '.status == $status and .batch == $id and .received > 1e12' \
		"$WORK/answer" >/dev/null || fail "want $1 for $id: $(cat "$WORK/answer")"
}

rows() { # what the collector shows of the minute in question, whichever revision
	timeline "$from" "$((from + 60))" | jq -c '.rows[] | select(.probes > 0) | [.start, .state, .probes, .up]'
}
shown() { [[ $(rows) != "" ]]; }

receipt new
until_ok 30 "the batch is on the timeline" shown
rows >"$WORK/rows"
results=$(metric results_total)
((results > 10)) || fail "only $results results"
receipt duplicate
[[ $(metric results_total) == "$results" ]] || fail "a duplicate was counted: $(metric results_total)"
stop TERM collector
collector_start
receipt duplicate
stop KILL collector
collector_start
receipt duplicate
rows | diff "$WORK/rows" - || fail "the timeline has changed"
