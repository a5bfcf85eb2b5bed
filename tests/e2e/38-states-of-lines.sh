#!/usr/bin/env bash
# One province for each way to degrade or to cut the line itself, whatever is asked for.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/steps.sh"

QUIC=quic://search.example
all=("$SEARCH" "$BANK" "$GOV" "$QUIC" quic://bank.nin.test)
NEWS_NIN=https://news.nin.test/
REPORTS=tcp://collector.example:8080 # nobody listens there in this test
state normal "${all[@]}" "$SPEED" "$SPEED_NIN" "$NEWS_NIN" $REPORTS
state ipv6-cut "${all[@]}"
state loss --check-timeout-ms 5000 "$SEARCH" "$BANK" "$GOV"
state throttle --check-timeout-ms 20000 "$SPEED" "$SPEED_NIN" "$SEARCH" "$GOV"
state delay "$SEARCH" "$BANK" "$SPEED"
state intl-cut "${all[@]}" "dns://198.18.8.8/search.example"
state intl-allowlist "${all[@]}"
state nin-part "${all[@]}" "$NEWS_NIN"
state report-cut "${all[@]}" $REPORTS
state total-cut "${all[@]}"
state no-link "${all[@]}"
measure_all

judge normal
up "${all[@]}" "$SPEED" "$SPEED_NIN"
every "$SPEED" speed '.status == 200 and .bytes > 65000 and .us > 0 and .rtt > 0'
up "$NEWS_NIN"
every $REPORTS tcp 'fails("connection_refused")'
same_device

judge ipv6-cut
every "$SEARCH" tcp 'if six then fails("x_tcp_timeout") else ok end'
every "$BANK" tcp 'if six then fails("x_tcp_timeout") else ok end'
every "$BANK" http 'ok and (six | not)'
every "$SEARCH" http 'ok and (six | not)'
every "$QUIC" quic 'if six then fails("x_quic_timeout") else ok end'
some "$SEARCH" tcp six
same_device

judge loss # sometimes silence and sometimes success, never an answer that nobody gave
lossy() {
	for target in "$SEARCH" "$BANK" "$GOV"; do
		for check in dns tcp tls http; do
			holds "success or silence" "$target" $check 'all(ok or silent)'
		done
	done
	# a second is the least that a lost SYN costs (RFC 6298)
	jq -es 'any(.check == "http" and .failure == null) and any(.failure != null or (.check == "tcp" and .us > 1000000))' \
		"$WORK/loss.steps" || { measure loss && false; }
}
until_ok 100 "the probe gets through, and packets were lost" lossy

judge throttle # the border lets 32 KiB of each connection pass at once (the bucket of nft's limit holds its burst and a
# second of its rate), and then 16 KiB a second; pages are smaller than that, and nobody slows the domestic site
up "$SEARCH" "$GOV"
every "$SPEED" speed '.bytes > 0 and .bytes <= 32768 + 16384 * (.ttfb + .us) / 1000000'
every "$SPEED_NIN" speed 'ok and .bytes > 65000'
rate() { # STATE TARGET: bytes a second, the best
	jq -s --arg t "$2" '[.[] | select(.target == $t and .check == "speed") | .bytes * 1000000 / .us] | max | floor' \
		"$WORK/$1.steps"
}
slow=$(rate throttle "$SPEED") free=$(rate normal "$SPEED") nin=$(rate throttle "$SPEED_NIN")
say "bytes a second: throttled $slow, domestic at the same time $nin, in the province without a censor $free"
((free > 5 * slow && nin > 5 * slow)) || fail "throttle: it does not show"

judge delay # nothing is faster than light: 100 ms each way
every "$SEARCH" tcp 'ok and .us >= 200000'
every "$BANK" tcp 'ok and .us >= 200000'
every "$SPEED" speed 'ok and .rtt >= 200000'
up "$SEARCH" "$BANK"
same_device

judge intl-cut
every "$SEARCH" dns ok # the operator's resolver is not behind this cut
every "$SEARCH" tcp 'fails("x_tcp_timeout")'
every "$GOV" tcp 'fails("x_tcp_timeout")'
every "$QUIC" quic 'fails("x_quic_timeout")'
every dns://198.18.8.8/search.example dns 'fails("x_dns_timeout")'
up "$BANK" quic://bank.nin.test
same_device

judge intl-allowlist
every "$SEARCH" tcp 'fails("x_tcp_timeout")'
every "$QUIC" quic 'fails("x_quic_timeout")'
up "$GOV" "$BANK" quic://bank.nin.test
same_device

judge nin-part # a part of the domestic sites is gone, by every protocol; the rest and the world are there
for target in "$BANK" quic://bank.nin.test; do
	every "$target" dns ok
	every "$target" "$([[ $target == quic* ]] && echo quic || echo tcp)" '.failure | IN("x_tcp_timeout", "x_quic_timeout")'
done
up "$NEWS_NIN" "$SEARCH" "$GOV" "$QUIC"
same_device

judge report-cut # only the way to the collector is gone
every $REPORTS tcp 'fails("x_tcp_timeout")'
up "${all[@]}"
same_device

judge total-cut
for target in "${all[@]}"; do
	every "$target" dns 'fails("x_dns_timeout")'
	none "$target" tcp
	none "$target" quic
done
every "" link '.ipv4 == 1 and .ipv6 == 1 and .gateway == 1 and .ns == 1 and .gwup == 1 and .nsup == 0'

judge no-link # the device sees that it is cut off, whatever addresses it still has
every "" link 'fails("x_no_carrier") and .ipv4 == 0 and .ipv6 == 0'
for target in "${all[@]}"; do
	every "$target" dns 'fails("x_dns_timeout")'
	none "$target" tcp
	none "$target" quic
done
