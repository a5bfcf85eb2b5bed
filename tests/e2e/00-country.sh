#!/usr/bin/env bash
# The country itself: sites answer, the censor does what it says and undoes it. When this fails, the other
# tests have nothing to stand on. Needs neither probe nor collector.
. "$(dirname "$0")/lib.sh"

page() { # NODE URL [CURL OPTION...]: prints the page, or curl's exit code
	local node=$1 url=$2
	shift 2
	at "$node" curl -sS -m 3 "$@" "$url" 2>/dev/null || echo "curl $?"
}
shows() { # TEXT CMD...
	local want=$1
	shift
	[[ $("$@") == *"$want"* ]] || fail "no '$want' from: $*"
}
address() { at "$1" getent ahostsv4 "$2" | awk 'NR == 1 {print $1}'; }
VIDEO="--resolve video.example:443:203.0.113.11"

"$COUNTRY/country.sh" up 2 2 1
for url in https://video.example/ https://search.example/ https://bank.nin.test/; do
	shows "<title>" page p1.1 $url -4
	shows "<title>" page p2.2 $url -6
done

censor set isp1 IR-00 dns-poison
[[ $(address p1.1 video.example) == 10.10.34.36 ]] || fail "dns-poison does not poison"
[[ $(address p1.1 search.example) == 203.0.113.21 ]] || fail "dns-poison poisons too much"
[[ $(address p1.2 video.example) == 203.0.113.11 ]] || fail "dns-poison leaks into another province"

censor set isp1 IR-00 tls-sni-rst
# shellcheck disable=SC2086  # an option and its value
shows "curl 35" page p1.1 https://video.example/ $VIDEO
shows "<title>" page p1.1 https://cdn-good.example/

censor set all all intl-cut
shows "curl 28" page p2.1 https://search.example/ --resolve search.example:443:203.0.113.21
shows "<title>" page p2.1 https://bank.nin.test/

censor set all all intl-allowlist
shows "<title>" page p2.1 https://gov.example/
shows "curl 28" page p2.1 https://news.example/ --resolve news.example:443:203.0.113.22

censor set all all total-cut
shows "curl 28" page p1.2 https://bank.nin.test/ --resolve bank.nin.test:443:198.51.100.11

censor reset
shows "<title>" page p1.2 https://video.example/

# a line goes down with its carrier, and comes back with all that it had
censor set isp1 IR-00 no-link
ip -n ct-p1.1.1 link show eth0 | grep -q NO-CARRIER || fail "no-link leaves the carrier"
shows "<title>" page p1.2 https://video.example/
censor set isp1 IR-00 normal isp2 IR-01 total-cut
shows "<title>" page p1.1 https://video.example/ -4
shows "<title>" page p1.1 https://video.example/ -6

# without power a host's processes stand still, and then go on
start_at sleeper p2.1.1 sleep 1000
is() { [[ $(awk '{print $3}' "/proc/${PID[sleeper]}/stat") == "$1" ]]; }
until_ok 10 "the process has begun" is S
censor set isp2 IR-00 power-part
expect "the first host has no power" is S
censor set isp2 IR-00 power-cut
until_ok 10 "the process stands still" is T
censor reset
until_ok 10 "the process goes on" is S
stop KILL sleeper

python3 -m json.tool --json-lines "$COUNTRY_DIR/truth.jsonl" >/dev/null || fail "the truth log is not JSON"
[[ $(wc -l <"$COUNTRY_DIR/truth.jsonl") == 11 ]] || fail "the truth log has not one line per change"

# what the probe makes of every state is tested, but of those in which there is no probe
for state in $("$COUNTRY/censor.sh" states | grep -v ^power-); do
	grep -qE "^judge $state( |$)" "$ROOT"/tests/e2e/3*.sh || fail "no test judges a probe in the state $state"
done
