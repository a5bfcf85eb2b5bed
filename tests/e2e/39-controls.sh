#!/usr/bin/env bash
# Probes outside the country tell a site's own outage from a block: two of three canaries break down for everybody. Without
# controls that reads as a loss of the world; with them it does not, and they are in no share themselves. What they reach
# inside is told by network.
. "$(dirname "$0")/lib.sh"

control_init() { # NAME NODE: a control by its settings, wherever it is
	mkdir -p "$WORK/$1"
	cat >"$(conf_of "$1")" <<-C
		[probe]
		countries_dir = $COUNTRY/countries
		[schedule]
		interval_s = $INTERVAL_S
		check_timeout_ms = $CHECK_MS
		concurrency = 32
		budget_mb_per_day = 0
	C
	at "$2" "$PROBE" init -c "$(conf_of "$1")" --state-dir "$WORK/$1/state" --country DE --watch IR \
		--access datacentre --collector "$URL/" --key "$KEY" --yes >>"$WORK/log/$1" 2>&1 || fail "probe init of $1"
}

outage() { # of two canaries, for whoever comes
	at world nft add table inet outage
	at world nft add chain inet outage in '{ type filter hook input priority 0; }'
	at world nft add rule inet outage in ip daddr '{ 203.0.113.22, 203.0.113.41 }' tcp dport 443 drop
	at world nft add rule inet outage in ip6 daddr '{ 2001:db8:f::22, 2001:db8:f::41 }' tcp dport 443 drop
	say "two canaries are down"
}

begin 2 2 2
collector_start
probe_init "${NODES[@]}"
censor set all all "$FILTERING"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 90 "every cell has 2 buckets of filtered" buckets filtered 2 "$from"

outage
from=$(now_s)
until_ok 90 "every cell has 2 buckets of whitelist" buckets whitelist 2 "$from"

for name in c1 c2; do
	control_init $name world
	start_at $name world "$PROBE" run -c "$(conf_of $name)"
done
from=$(now_s)
until_ok 90 "with controls every cell has 3 buckets of filtered" buckets filtered 3 "$from"
timeline "$from" "$(now_s)" >"$WORK/timeline.json"
expect "a control is counted among the probes of the country" jq -e 'all(.rows[]; .probes <= 2 and (.region | test("^IR-")))' \
	"$WORK/timeline.json" >/dev/null
api "/api/v1/timeline?from=$from&until=$(now_s)&step=$STEP_S" >"$WORK/country.json"
expect "a control is counted in the whole" jq -e 'all(.rows[]; .probes <= 8)' "$WORK/country.json" >/dev/null

# from inside, nobody is a control
control_init inside p1.1
at p1.1 "$PROBE" run --once --no-upload -c "$(conf_of inside)" >>"$WORK/log/inside" 2>&1 || true
at p1.1 curl -sS -m 20 -o "$WORK/answer" --data-binary "@$(spool_files inside | head -n 1)" "$URL/api/v1/submit"
expect "a control inside the country was believed" grep -q 'measured in DE, but it comes from a network in IR' "$WORK/answer"

# the domestic network is AS64510; its border closes
reached() { # JQ CONDITION: of some row since $from
	api "/api/v1/outside-in?from=$from&until=$(now_s)&step=$STEP_S&isp=AS64510" | jq -e "any(.rows[]; .tried >= 3 and ($1))"
}
until_ok 30 "all that was tried inside was reached from outside" reached '.reached == .tried and .controls == 2'
settled=$(now_s)
since=$from
censor set nin all intl-cut
from=$(now_s)
until_ok 60 "nothing inside is reached from outside" reached '.reached == 0'

# rows are final a step and its grace after their end; what is compared ended long before
long_ago() { (($(now_s) - settled >= 3 * STEP_S + 10)); }
until_ok 60 "all of that is final" long_ago
rebuild_shows_same "$since" "$((settled - STEP_S))"
