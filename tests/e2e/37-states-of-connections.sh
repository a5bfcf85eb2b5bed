#!/usr/bin/env bash
# One province for each way to break connections: at which step the probe sees it, and as what.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/steps.sh"

PLAIN=http://video.example/
PLAIN_BAD=http://cdn-bad.example/
QUIC=quic://video.example
state normal "$VIDEO" "$BAD" "$GOOD" "$SEARCH" "$BANK" $PLAIN $PLAIN_BAD $QUIC quic://bank.nin.test
for name in tcp-drop tcp-rst host-unreachable; do state $name "$VIDEO" "$BAD" "$SEARCH" "$BANK" $QUIC; done
for name in tls-sni-rst tls-sni-drop; do state $name "$VIDEO" "$BAD" "$GOOD" "$SEARCH" "$BANK" $PLAIN; done
for name in http-blockpage http-inject; do
	state $name $PLAIN $PLAIN_BAD "$VIDEO" http://search.example/ http://bank.nin.test/
done
state udp443-drop $QUIC quic://bank.nin.test "$VIDEO" "$BANK"
state intercept "$VIDEO" $PLAIN $QUIC "$SEARCH" http://search.example/ "$BANK"
measure_all

judge normal
up "$VIDEO" "$BAD" "$GOOD" "$SEARCH" "$BANK" $PLAIN $PLAIN_BAD $QUIC quic://bank.nin.test
none "$VIDEO" tls .sni
every $QUIC quic '.quicver == 1 and .port == 443'
same_device

broken_at_tcp() { # FAILURE: listed addresses, and only they
	every "$VIDEO" dns ok
	every "$VIDEO" tcp "fails(\"$1\")"
	holds "tried over both families" "$VIDEO" tcp 'any(six) and any(six | not)'
	none "$VIDEO" tls
	up "$BAD" "$SEARCH" "$BANK"
	same_device
}
judge tcp-drop
broken_at_tcp x_tcp_timeout
up $QUIC
judge tcp-rst
broken_at_tcp connection_refused
up $QUIC
judge host-unreachable
broken_at_tcp host_unreachable
every $QUIC quic 'fails("host_unreachable")'

broken_by_name() { # FAILURE: the same address answers when a harmless name is sent
	local target
	for target in "$VIDEO" "$BAD"; do
		every "$target" tcp ok
		every "$target" tls "if .sni then ok else fails(\"$1\") end"
		holds "each way on each family" "$target" tls '[.[] | [six, .sni != null]] | length == 4 and (unique | length) == 4'
		none "$target" http
	done
	up "$GOOD" "$SEARCH" "$BANK" $PLAIN
	same_device
}
judge tls-sni-rst
broken_by_name x_tls_reset
judge tls-sni-drop
broken_by_name x_tls_timeout

blocked_by_page() { # TARGET: with all signs of it
	every "$1" tcp ok
	every "$1" http 'page and .bytes > 0'
	holds "seen over both families" "$1" http 'any(six) and any(six | not)'
}
judge http-blockpage # by address
blocked_by_page $PLAIN
up $PLAIN_BAD "$VIDEO" http://search.example/ http://bank.nin.test/
judge http-inject # by name
blocked_by_page $PLAIN
blocked_by_page $PLAIN_BAD
up "$VIDEO" http://search.example/ http://bank.nin.test/

judge udp443-drop
for target in $QUIC quic://bank.nin.test; do
	every "$target" quic 'fails("x_quic_timeout") and .quicver == null'
	holds "tried over both families" "$target" quic 'any(six) and any(six | not)'
done
up "$VIDEO" "$BANK"
same_device

judge intercept # connections succeed that should not
every "" guard 'fails("x_intercepted")'
holds "both ports" "" guard 'map(.port) | sort == [80, 443]'
every "$VIDEO" tcp ok
every "$VIDEO" tls 'fails("x_tls_plaintext") and .fp == "test.body"'
none "$VIDEO" http
blocked_by_page $PLAIN
up "$SEARCH" http://search.example/ "$BANK" $QUIC
every "" link 'ok and .gwup == 1 and .nsup == 1'
