# rules.sh: the censor as packet filter rules. The same text goes into every ISP's router and into the
# gateway, once; what changes later are the maps st4 and st6, from a network to a mark of state bits.
# Sourced by country.sh.
# shellcheck shell=bash

nft_defines() { # one constant per state: $DNS_POISON, $INTL_CUT ...
	local state
	for state in "${!BIT[@]}"; do
		[[ $state == normal ]] || echo "define $(tr a-z- A-Z_ <<<"$state") = ${BIT[$state]}"
	done
}

nft_table() {
	local kbytes="${THROTTLE_RATE:-16} kbytes"
	cat <<R
table inet censor {
	map st4 { type ipv4_addr : mark; flags interval; }
	map st6 { type ipv6_addr : mark; flags interval; }
	set bl4 { type ipv4_addr; }
	set bl6 { type ipv6_addr; }
	set ok4 { type ipv4_addr; }
	set ok6 { type ipv6_addr; }
	set pt4 { type ipv4_addr; }
	set pt6 { type ipv6_addr; }
	set far4 { type ipv4_addr; }
	set far6 { type ipv6_addr; }
	set dom4 { type ipv4_addr; flags interval; elements = {
		198.51.100.0/24, 198.19.0.0/16, 198.18.252.0/22, $BLOCKPAGE4, $BOX4 } }
	set dom6 { type ipv6_addr; flags interval; elements = {
		2001:db8:e::/48, 2001:db8:1::-2001:db8:8:ffff:ffff:ffff:ffff:ffff, 2001:db8:ff::/48 } }
	set up4 { type ipv4_addr . inet_service; flags dynamic; size 65536; timeout 10s; }
	set dn4 { type ipv4_addr . inet_service; flags dynamic; size 65536; timeout 10s; }
	set up6 { type ipv6_addr . inet_service; flags dynamic; size 65536; timeout 10s; }
	set dn6 { type ipv6_addr . inet_service; flags dynamic; size 65536; timeout 10s; }

	chain classify { type filter hook prerouting priority -310;
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit } accept
		meta mark set ip saddr map @st4
		meta mark 0 meta mark set ip daddr map @st4
		meta mark set ip6 saddr map @st6
		meta mark 0 meta mark set ip6 daddr map @st6
	}
	chain enforce { type filter hook prerouting priority -305;
		meta mark 0 accept
		meta mark & \$TOTAL_CUT != 0 drop
		meta mark & \$IPV6_CUT != 0 meta nfproto ipv6 drop
		meta mark & \$INTL_CUT != 0 jump intl
		meta mark & \$INTL_ALLOWLIST != 0 jump allowlist
		meta mark & \$LOSS != 0 numgen random mod 100 < ${LOSS_PERCENT:-30} drop
		meta mark & \$NIN_PART != 0 ip daddr @pt4 drop
		meta mark & \$NIN_PART != 0 ip6 daddr @pt6 drop
		meta mark & \$REPORT_CUT != 0 ip daddr @far4 drop
		meta mark & \$REPORT_CUT != 0 ip6 daddr @far6 drop
		meta mark & \$UDP443_DROP != 0 udp dport 443 drop
		meta mark & \$UDP53_DROP != 0 ip daddr != @dom4 udp dport 53 drop
		meta mark & \$UDP53_DROP != 0 ip6 daddr != @dom6 udp dport 53 drop
		ip daddr @bl4 jump target
		ip6 daddr @bl6 jump target
		meta mark & \$THROTTLE != 0 meta l4proto tcp jump throttle
	}
	chain intl {
		ip saddr != @dom4 drop
		ip daddr != @dom4 drop
		ip6 saddr != @dom6 drop
		ip6 daddr != @dom6 drop
	}
	chain allowlist {
		ip saddr @ok4 return
		ip daddr @ok4 return
		ip6 saddr @ok6 return
		ip6 daddr @ok6 return
		goto intl
	}
	chain target {
		meta mark & \$TCP_DROP != 0 meta l4proto tcp drop
		meta mark & \$TCP_RST != 0 meta l4proto tcp reject with tcp reset
		meta mark & \$HOST_UNREACHABLE != 0 reject with icmpx type host-unreachable
	}
	chain throttle { # police each connection abroad, both ways; the probe's port tells them apart
		ip daddr != @dom4 update @up4 { ip saddr . tcp sport limit rate over $kbytes/second burst $kbytes } drop
		ip saddr != @dom4 update @dn4 { ip daddr . tcp dport limit rate over $kbytes/second burst $kbytes } drop
		ip6 daddr != @dom6 update @up6 { ip6 saddr . tcp sport limit rate over $kbytes/second burst $kbytes } drop
		ip6 saddr != @dom6 update @dn6 { ip6 daddr . tcp dport limit rate over $kbytes/second burst $kbytes } drop
	}
	chain instead { type nat hook prerouting priority dstnat;
		meta mark & \$HTTP_BLOCKPAGE != 0 ip daddr @bl4 tcp dport 80 dnat ip to $BLOCKPAGE4:80
		meta mark & \$HTTP_BLOCKPAGE != 0 ip6 daddr @bl6 tcp dport 80 dnat ip6 to [$BLOCKPAGE6]:80
		meta mark & \$INTERCEPT != 0 ip daddr 192.0.2.0/24 meta l4proto tcp dnat ip to $BOX4
		meta mark & \$INTERCEPT != 0 ip daddr @bl4 meta l4proto tcp dnat ip to $BOX4
		meta mark & \$INTERCEPT != 0 ip6 daddr @bl6 meta l4proto tcp dnat ip6 to $BOX6
	}
	chain out { type filter hook output priority -300; # forged packets must not disturb connection tracking
		meta mark & $INJECTED != 0 notrack
	}
}
R
}

addresses() { # TAG COLUMN: of hosts.txt, comma-separated
	hosts | awk -v tag="$1" -v col="$2" '$5 == tag {printf "%s, ", $col}'
}

nft_lists() {
	echo "add element inet censor bl4 { $(addresses blocked 3) }"
	echo "add element inet censor bl6 { $(addresses blocked 4) }"
	# the public resolver stays reachable in an allow-list: names must resolve for the allowed sites
	echo "add element inet censor ok4 { $(addresses ok 3) $PUBLIC_DNS4 }"
	echo "add element inet censor ok6 { $(addresses ok 4) $PUBLIC_DNS6 }"
	echo "add element inet censor pt4 { $(addresses part 3) }"
	echo "add element inet censor pt6 { $(addresses part 4) }"
	echo "add element inet censor far4 { $(addresses free 3) }"
	echo "add element inet censor far6 { $(addresses free 4) }"
}

nft_rules() {
	nft_defines
	nft_table
	nft_lists
}

# Packets that need looking into go to dpi.py. Legacy iptables, because nft's own `queue` statement needs
# CONFIG_NFT_QUEUE, which small kernels lack.
xt_rules() {
	local hand_over="-m mark ! --mark 0"
	cat <<R
*mangle
-A PREROUTING -m mark --mark 0/$((DPI_DNS | DPI_TLS | DPI_HTTP | DPI_DELAY)) -j RETURN
-A PREROUTING -p udp --dport 53 $hand_over/$((DPI_DNS)) -j NFQUEUE --queue-num 1
-A PREROUTING -p tcp --dport 443 -m length --length 60:65535 $hand_over/$((DPI_TLS)) -j NFQUEUE --queue-num 1
-A PREROUTING -p tcp --dport 80 -m length --length 60:65535 $hand_over/$((DPI_HTTP)) -j NFQUEUE --queue-num 1
-A PREROUTING $hand_over/$((DPI_DELAY)) -j NFQUEUE --queue-num 1
COMMIT
R
}
