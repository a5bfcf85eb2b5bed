#!/usr/bin/env bash
# One province for each way to lie about names: what the probe says about every question and answer.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/steps.sh"

both=(--resolver system --resolver "$PUBLIC")
state normal "${both[@]}" "$VIDEO" "$SEARCH" "$BANK" http://upgrade.example/ dns://198.18.8.8/video.example
for name in dns-poison dns-race dns-lie dns-nxdomain dns-timeout dns-refused udp53-drop; do
	state $name "${both[@]}" "$VIDEO" "$SEARCH" "$BANK"
done
measure_all

judge normal
up "$VIDEO" "$SEARCH" "$BANK"
every "$VIDEO" dns 'true_video and .nth == 0 and .copies == 0 and .rcode == 0 and .tc == 0 and .fp == null'
holds "two answers from each resolver" "$VIDEO" dns '[.[].resolver] | sort == ["system", "system", "'$PUBLIC'", "'$PUBLIC'"]'
every "$VIDEO" tls '.verify == 0 and .tls == 772 and .sni == null and .certs[0].subject == "video.example"'
every "$VIDEO" http '.status == 200 and .bytes > 0'
every dns://198.18.8.8/video.example dns true_video
same_device
# a redirect to https at the same host is followed, on both families
every http://upgrade.example/ http 'ok and if .hop == 0 then .status == 301 and .next == 1 else .status == 200 end'
every http://upgrade.example/ tls 'ok and .hop == 1'
holds "two hops on each family" http://upgrade.example/ http '[.[] | [six, .hop]] | sort == [[false, 0], [false, 1], [true, 0], [true, 1]]'

judge dns-poison # whoever is asked
every "$VIDEO" dns 'forged and .nth == 0'
none "$VIDEO" tcp
up "$SEARCH" "$BANK"
same_device

judge dns-race # the true answer is second, and is where the probe goes
every "$VIDEO" dns 'if .nth == 0 then forged else .nth == 1 and true_video end'
holds "two answers to each question" "$VIDEO" dns \
	'group_by([.resolver, .qtype]) | length == 4 and all(map(.nth) | sort == [0, 1])'
every "$VIDEO" tcp '.addr == "203.0.113.11" or .addr == "2001:db8:f::11"'
every "$VIDEO" http ok
holds "reached over both families" "$VIDEO" http 'any(six) and any(six | not)'
up "$SEARCH" "$BANK"

judge dns-lie # of the operator's own resolver
every "$VIDEO" dns 'if system then forged else true_video end'
some "$VIDEO" dns 'system | not'
none "$VIDEO" tcp
up "$SEARCH" "$BANK"

judge dns-nxdomain
every "$VIDEO" dns 'fails("dns_nxdomain_error") and .rcode == 3 and .answers == []'
none "$VIDEO" tcp
up "$SEARCH" "$BANK"

judge dns-timeout
every "$VIDEO" dns 'fails("x_dns_timeout") and .rcode == null and .answers == []'
none "$VIDEO" tcp
up "$SEARCH" "$BANK"
same_device

judge dns-refused
every "$VIDEO" dns 'fails("dns_refused_error") and .rcode == 5 and .answers == []'
none "$VIDEO" tcp
up "$SEARCH" "$BANK"

judge udp53-drop # of resolvers abroad, and of any name; who asks the operator's is spared
for target in "$VIDEO" "$SEARCH" "$BANK"; do
	every "$target" dns 'if system then ok else fails("x_dns_timeout") and .rcode == null end'
	some "$target" dns 'system | not'
	every "$target" http ok
done
same_device
