#!/usr/bin/env bash
# What a collector prints beside one that serves is, byte for byte, what that one answers; a folder that somebody can
# read and a flag that nobody knows are told apart by their exit codes.
. "$(dirname "$0")/lib.sh"

MIN_PROBES=1
begin 1 2 2
collector_start
probe_init "${NODES[@]}"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 90 "every cell has 3 buckets" buckets open 3 "$from"
asof=$(now_s)

export_() { "$COLLECTOR" export -c "$WORK/collector.conf" --what "$@"; }

same() { # PATH QUERY WHAT FLAG...: of what was known at a moment, once it is committed
	local path=$1 query=$2
	shift 2
	api "$path?from=$from&asof=$asof$query" >"$WORK/answer"
	export_ "$@" --from "$from" --asof "$asof" >"$WORK/exported" 2>"$WORK/said"
	[[ ! -s $WORK/said ]] || fail "standard error is no terminal: $(cat "$WORK/said")"
	[[ -s $WORK/answer ]] && cmp "$WORK/answer" "$WORK/exported"
}
until_ok 20 "rows by province" same /api/v1/timeline.csv '&by=region' timeline
until_ok 20 "rows of an hour by network" same /api/v1/timeline.ndjson '&by=isp&step=3600' \
	timeline --by isp --step 3600 --format ndjson
until_ok 20 "cells" same /api/v1/timeline.csv '&by=region,isp,access&tz=local&lang=fa' cells --tz local --lang fa

api "/api/v1/events.csv?from=$from" >"$WORK/answer"
export_ events --from "$from" | cmp "$WORK/answer" - || fail "events are others"

code() { # CODE COMMAND...
	local code=$1 rc=0
	shift
	"$@" >"$WORK/exported" 2>"$WORK/said" || rc=$?
	((rc == code)) || fail "$*: exit $rc instead of $code: $(cat "$WORK/said")"
	[[ ! -s $WORK/exported ]] || fail "$*: something on standard output"
	say "$(tail -1 "$WORK/said")"
}
code 2 export_ results
code 2 export_ cells --fron -1d
code 78 "$COLLECTOR" export -c "$WORK/missing.conf" --what cells
code 1 export_ cells --data-dir "$WORK/missing"
