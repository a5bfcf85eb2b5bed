#!/usr/bin/env bash
# The collector comes back with a corrected folder of its country, in which a network is gone. What it published before is
# still to be read asof any moment before, what differs is a new revision, and being killed on the way changes nothing.
. "$(dirname "$0")/lib.sh"

begin 2 1 3
collector_start
probe_init "${NODES[@]}"
probe_start "${NODES[@]}"
from=$(now_s)
until_ok 120 "both networks are seen" buckets open 4 "$from"
until_s=$(($(now_s) - 2 * STEP_S)) # what is final by then
sleep $((3 * STEP_S))
stop TERM "${NODES[@]}"
moment=$(now_s)

cells() { # [PARAMETER...]: without the gaps of those that nothing was said of
	timeline "$from" "$until_s" "$@" | jq -cS '.rows[] | select(.revision > 0)'
}
cells >"$WORK/rows.published"
grep -q '"isp":"AS64498"' "$WORK/rows.published" || fail "the second network has no rows"
grep -q '"provisional":true' "$WORK/rows.published" && fail "rows that are not final"
sleep 2 # a moment of its own
stop TERM collector

cp -r "$COUNTRY/countries" "$WORK/countries"
sed -i '/^64498\t/d' "$WORK/countries/IR/isps.tsv"
sed -i "s|^countries_dir = .*|countries_dir = $WORK/countries|" "$WORK/collector.conf"
for tenth in 0 0 1 2; do
	start_at collector world "$COLLECTOR" serve -c "$WORK/collector.conf"
	sleep "0.$tenth"
	stop KILL collector
done
collector_start

cells >"$WORK/rows.corrected"
cells "asof=$moment" >"$WORK/rows.asof"
diff "$WORK/rows.published" "$WORK/rows.asof" || fail "what was published is not what is read asof then"
expect "the corrected rows say so" grep -q '"why":"correction"' "$WORK/rows.corrected"
expect "nothing is said of the lost network any more" [ "$(grep -c '"isp":"AS64498"' "$WORK/rows.corrected")" = 0 ]
rebuild_shows_same "$from" "$until_s"
cells "asof=$moment" >"$WORK/rows.asof"
diff "$WORK/rows.published" "$WORK/rows.asof" || fail "after a rebuild, what was published is not what is read asof then"
