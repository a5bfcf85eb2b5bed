# lib.sh: what every end-to-end test starts with: a country, a collector in its outside world, probes in its
# provinces, and ways to wait and to ask. A test is a script that ends with 0; it runs in namespaces of its own.
# Waiting is always for a condition, with a generous cap; no sleep decides a test.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
COUNTRY=$ROOT/tests/country
BUILD=${BUILD:-$ROOT/build/release}
PROBE=$BUILD/probe
COLLECTOR=$BUILD/collector
: "${COUNTRY_DIR:?start a test with run.sh, or with tests/country/rootless.sh}"
WORK=$COUNTRY_DIR/work
URL=http://203.0.113.200:8080
STEP_S=6       # bucket and published row
CHECK_MS=1000  # deadline of one check: silence must be noticed well within a bucket
# Probe cycle: the next one begins a quarter of this after the end of the last, and no more than twice this after its
# begin if it was short. The longest is half a second of waiting for further DNS answers and a silent connection over
# each family: VISIT_S. So a cycle begins in each bucket, even when this machine stands still for half a bucket.
INTERVAL_S=1
VISIT_S=3
COUNTRIES=$COUNTRY/countries # of the collector and its probes
SCHEDULE=      # more lines of a probe's [schedule]
LEVEL=1        # of its targets
BUCKET_S=      # a part of STEP_S; empty for the same
MIN_PROBES=2   # in a cell
FILTERING=dns-poison+tls-sni-rst # the normal day of a filtered country
export PYTHONDONTWRITEBYTECODE=1
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}

mkdir -p "$WORK/log"
declare -A PID=() # of the collector and of every probe, by name

say() { echo "$(date +%T) $*"; }

# --- failing --------------------------------------------------------------------------------------------------

show_logs() {
	local file
	for file in "$WORK"/log/*; do
		[[ -s $file ]] || continue
		echo "--- ${file##*/}"
		if [[ $file == */p* ]]; then tail -n 2 "$file"; else tail -n 30 "$file"; fi
	done
}

fail() {
	say "FAILED: $*" >&2
	FAILED=1
	exit 1
}

ended_well() { # the collector and the probes are still there, end with 0 when asked to, and no sanitizer spoke
	local name rc
	for name in "${!PID[@]}"; do
		rc=0
		kill -TERM "${PID[$name]}" 2>/dev/null || true
		wait "${PID[$name]}" || rc=$?
		((rc == 0)) || { say "FAILED: $name ended with $rc" && return 1; }
	done
	! grep -sE 'Sanitizer|runtime error' "$WORK"/log/*
}

finish() {
	local rc=$?
	((rc == 0)) || [[ -n ${FAILED:-} ]] || say "FAILED: a command ended with $rc"
	((rc != 0 || ${WRONG:-0} == 0)) || rc=1
	((rc != 0)) || ended_well || rc=1
	((rc == 0)) || show_logs
	exit $rc
}
trap finish EXIT

until_ok() { # CAP_S WHAT CMD...: polls until CMD succeeds; its last words are shown when it never does
	local deadline=$((SECONDS + $1)) what=$2
	shift 2
	while ! "$@" >"$WORK/until" 2>&1; do
		if ((SECONDS >= deadline)); then
			cat "$WORK/until"
			fail "waited in vain until $what"
		fi
		sleep 0.3
	done
	say "reached: $what"
}

expect() { # WHAT CMD...: must succeed now
	local what=$1
	shift
	"$@" || fail "$what"
}

# --- country --------------------------------------------------------------------------------------------------

censor() { # also: censor set ISP PROVINCE STATES
	say "censor: $*"
	"$COUNTRY/censor.sh" "$@"
}

at() { # NODE CMD...: run there
	"$COUNTRY/country.sh" exec "$@"
}

start_at() { # NAME NODE CMD...: run there in the background; its pid is PID[NAME], its output log/NAME
	local name=$1
	shift
	"$COUNTRY/country.sh" exec "$@" >>"$WORK/log/$name" 2>&1 </dev/null &
	PID[$name]=$!
}

stop() { # SIGNAL NAME...: and wait until they are gone
	local signal=$1 name
	shift
	for name; do kill -"$signal" "${PID[$name]}" 2>/dev/null || true; done
	for name; do
		wait "${PID[$name]}" 2>/dev/null || true
		unset "PID[$name]"
	done
}

begin() { # ISPS PROVINCES HOSTS
	[[ -x $PROBE && -x $COLLECTOR ]] || fail "build first: $BUILD has no programs"
	"$COUNTRY/country.sh" up "$@"
	"$COUNTRY/country.sh" nets | "$COUNTRY/mkmmdb.py" "$WORK"
	mapfile -t NODES < <("$COUNTRY/country.sh" probes | cut -f1)
}

# --- collector ------------------------------------------------------------------------------------------------

collector_init() {
	cat >"$WORK/collector.conf" <<-C
		[collector]
		data_dir = $WORK/collector
		listen = ${URL#http://}
		country = IR
		countries_dir = $COUNTRIES
		[geo]
		city_mmdb = $WORK/city.mmdb
		asn_mmdb = $WORK/asn.mmdb
		[publish]
		bucket_s = ${BUCKET_S:-$STEP_S}
		step_s = $STEP_S
		min_probes = $MIN_PROBES
	C
	KEY=$("$COLLECTOR" init -c "$WORK/collector.conf" 2>>"$WORK/log/collector")
}

healthy() { at world curl -sSf -m 2 -o /dev/null "$URL/healthz"; }

collector_start() {
	[[ -n ${KEY:-} ]] || collector_init
	start_at collector world "$COLLECTOR" serve -c "$WORK/collector.conf"
	until_ok 20 "the collector is healthy" healthy
}

api() { # PATH [CURL OPTION...]
	local path=$1
	shift
	at world curl -sS -m 20 "$@" "$URL$path"
}

metric() { # NAME, with its labels if it has any, without fanous_
	api /metrics | awk -v name="fanous_$1" '$1 == name {print $2; found = 1} END {exit !found}'
}

post() { # FILE: prints the status code; the answer is in $WORK/answer, its headers in $WORK/headers
	at world curl -sS -m 20 -o "$WORK/answer" -D "$WORK/headers" -w '%{http_code}' \
		-H 'Content-Type: application/octet-stream' --data-binary "@$1" "$URL/api/v1/submit"
}

# --- probes ---------------------------------------------------------------------------------------------------

vantage() { # NODE: sets ISP, AS, REGION from the list of probes
	IFS=$'\t' read -r _ ISP AS REGION _ < <("$COUNTRY/country.sh" probes | grep "^$1	")
}

conf_of() { echo "$WORK/$1/probe.conf"; }
spool_of() { echo "$WORK/$1/state/spool"; }

probe_init() { # NODE...: configuration and consent
	local node pid pids=()
	for node; do
		probe_init_one "$node" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || fail "a probe could not be set up"; done
}

probe_init_one() { # NODE
	local node=$1 access=mobile
	vantage "$node"
	[[ $ISP == isp[1357] ]] || access=fixed # as countries/IR/isps.tsv has it
	mkdir -p "$WORK/$node"
	cat >"$(conf_of "$node")" <<-C
		[probe]
		countries_dir = $COUNTRIES
		level = $LEVEL
		[schedule]
		interval_s = $INTERVAL_S
		check_timeout_ms = $CHECK_MS
		concurrency = 32
		budget_mb_per_day = 0
		$SCHEDULE
	C
	at "$node" "$PROBE" init -c "$(conf_of "$node")" --state-dir "$WORK/$node/state" --country IR \
		--region "$REGION" --isp "$AS" --access $access --collector "$URL/" --key "$KEY" --yes \
		>>"$WORK/log/$node" 2>&1
}

probe_start() { # NODE...
	local node
	for node; do start_at "$node" "$node" "$PROBE" run -c "$(conf_of "$node")"; done
}

probe_cmd() { # NODE COMMAND ARG...
	local node=$1 command=$2
	shift 2
	at "$node" "$PROBE" "$command" -c "$(conf_of "$node")" "$@"
}

spooled() { # NODE...: batches that wait on their disks, over all of them
	local node sum=0
	for node; do
		sum=$((sum + $(spool_files "$node" | wc -l)))
	done
	echo $sum
}

spool_files() { # NODE: the batches, by name; none before the probe has made the folder
	[[ -d $(spool_of "$1") ]] || return 0
	find "$(spool_of "$1")" -maxdepth 1 -type f -regex '.*/[0-9]+-[0-9a-f]+' | sort
}

each_spooled() { # N NODE...: every one of them has at least N batches waiting
	local n=$1 node
	shift
	for node; do
		(($(spooled "$node") >= n)) || { echo "$node has $(spooled "$node")" && return 1; }
	done
}

drained() { # NODE...: all has been delivered
	local left
	left=$(spooled "$@")
	echo "$left batches left"
	((left == 0))
}

delivered() { # UNTIL NODE...: all that was sealed before has been, whatever comes meanwhile
	local until=$1 node file left=0
	shift
	for node; do
		for file in $(spool_files "$node"); do
			file=${file##*/} # its time in milliseconds, and its id
			((10#${file%-*} >= 1000 * until)) || left=$((left + 1))
		done
	done
	echo "$left batches left"
	((left == 0))
}

# --- the timeline ---------------------------------------------------------------------------------------------

now_s() { date +%s; }

timeline() { # FROM UNTIL [PARAMETER...]: rows of every ISP x province, as JSON
	local from=$1 until=$2
	shift 2
	api "/api/v1/timeline?from=$from&until=$until&by=region,isp&step=$STEP_S$(printf '&%s' "$@")"
}

buckets() { # STATE N FROM [PARAMETER...]: every cell has at least N buckets of this state since FROM
	local state=$1 n=$2 from=$3
	shift 3
	timeline "$from" "$(now_s)" "$@" | "$ROOT/tests/e2e/timeline.py" count --state "$state" --at-least "$n"
}

# SETTLE_S: how long after a change a bucket may still show the state before: one bucket, one cycle (at most
# twice the interval), and the checks that were under way.
SETTLE_S=$((STEP_S + 2 * INTERVAL_S + 5))

# How long after its end a bucket may still wait for results: one cycle, and its way to the collector.
ARRIVAL_S=$((2 * INTERVAL_S + 5))

truthful() { # FROM OPTION...: up to now, the timeline says what the censor's log says; options of timeline.py check
	local from=$1 until=$(($(now_s) - ARRIVAL_S))
	shift
	timeline "$from" "$until" | "$ROOT/tests/e2e/timeline.py" check --truth "$COUNTRY_DIR/truth.jsonl" \
		--from "$from" --until "$until" --step "$STEP_S" --settle "$SETTLE_S" --visit "$VISIT_S" "$@"
}

published_rows() { # FROM UNTIL: one line each; when a provisional row was made last depends on when somebody looked
	timeline "$1" "$2" | jq -c '.rows[] | if .provisional then del(.revised) else . end | del(.provisional)'
}

rebuild_shows_same() { # FROM UNTIL: views made anew from the archive show the same rows; of a time that is settled
	published_rows "$@" >"$WORK/rows.live"
	stop TERM collector
	"$COLLECTOR" rebuild -c "$WORK/collector.conf" >>"$WORK/log/collector" 2>&1
	collector_start
	published_rows "$@" >"$WORK/rows.rebuilt"
	[[ -s $WORK/rows.live ]] || fail "no rows to compare"
	diff "$WORK/rows.live" "$WORK/rows.rebuilt" || fail "after a rebuild the timeline is another one"
	say "a rebuild shows the same $(wc -l <"$WORK/rows.live") rows"
}
