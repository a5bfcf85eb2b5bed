#!/usr/bin/env bash
# No network at all: a probe starts, measures, keeps what it found, and says how it went by its exit code. Then the
# same with a link that leads nowhere. What it kept is delivered later.
. "$(dirname "$0")/lib.sh"

begin 1 1 1
node=p1.1.1
collector_init
probe_init $node

once() { # CODE WHAT CMD...: one cycle ends with CODE and leaves one more batch
	local code=$1 what=$2 rc=0 before
	shift 2
	before=$(spooled $node)
	"$@" "$PROBE" run -c "$(conf_of $node)" --once >>"$WORK/log/$node" 2>&1 || rc=$?
	((rc == code)) || fail "$what: exit $rc instead of $code"
	(($(spooled $node) == before + 1)) || fail "$what: $(spooled $node) batches, there were $before"
	say "$what: exit $rc, kept"
}
once 4 "no interface, no address, no resolver" unshare -n --mount sh -c 'mount --bind /dev/null /etc/resolv.conf && exec "$@"' -
once 3 "a link, but no collector" at $node
censor set all all total-cut
once 3 "a link that leads nowhere" at $node
censor reset

# the daemon does not end either
start_at $node $node unshare -n "$PROBE" run -c "$(conf_of $node)"
until_ok 60 "the daemon without any network keeps batches" each_spooled 5 $node
kill -0 "${PID[$node]}" || fail "the daemon has ended"
stop TERM $node

collector_start
expect "the batches can't be delivered" probe_cmd $node upload >>"$WORK/log/$node" 2>&1
expect "batches are left" drained $node
