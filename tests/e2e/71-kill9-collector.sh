#!/usr/bin/env bash
# The collector is killed again and again while probes deliver. A receipt is a promise: every batch that a probe
# dropped from its disk is in the archive, and in the views after a restart; nothing is counted twice.
. "$(dirname "$0")/lib.sh"

begin 2 1 3
collector_init
probe_init "${NODES[@]}"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 120 "every probe has 8 batches waiting" each_spooled 8 "${NODES[@]}"
stop TERM "${NODES[@]}" # a clean end also seals what it has
mkdir "$WORK/copies"
for node in "${NODES[@]}"; do spool_files "$node" | xargs -I{} cp {} "$WORK/copies"; done
total=$(spooled "${NODES[@]}")

censor set all all delay # so that the deliveries take a while
deliver() { # NODE: one batch after the other, until all are gone
	local _
	for _ in $(seq 200); do
		probe_cmd "$1" upload >>"$WORK/log/$1" 2>&1 || true
		(($(spooled "$1"))) || return 0
	done
	return 1
}
for node in "${NODES[@]}"; do
	deliver "$node" &
	PID[upload.$node]=$!
done
kills=0
while (($(spooled "${NODES[@]}"))); do
	((kills < 60)) || fail "$(spooled "${NODES[@]}") of $total batches not delivered after $kills kills"
	start_at collector world "$COLLECTOR" serve -c "$WORK/collector.conf"
	sleep "0.$((300 + RANDOM % 500))" # let it come up and take a few
	((kills < 10)) || sleep 1
	stop KILL collector
	kills=$((kills + 1))
done
for node in "${NODES[@]}"; do
	wait "${PID[upload.$node]}" || fail "$node could not deliver"
	unset "PID[upload.$node]"
done
((kills >= 3)) || fail "all was delivered before there were three kills"
delivered=$(now_s)
say "$total batches delivered through $kills kills"

censor reset
collector_start
for file in "$WORK"/copies/*; do
	[[ $(post "$file") == 200 && $(jq -r .status "$WORK/answer") == duplicate ]] ||
		fail "there was a receipt for ${file##*/}, but it is not there: $(cat "$WORK/answer")"
done
rebuild_shows_same "$from" "$delivered"
