# lines.sh: the two ends of a probe's line, as lines for `ip -batch`, and how a line and its hosts fail.
# Sourced by country.sh and censor.sh.
# shellcheck shell=bash

# One point-to-point link per probe, with fixed MACs and permanent neighbours: no ARP or ND delay, and the
# machine-wide neighbour table does not overflow at some 500 probes.
router_end() { # ISP PROVINCE HOST
	echo "link add p$2-$3 address $MAC_ROUTER type veth peer name eth0 address $MAC_PROBE netns $NAME-p$1.$2.$3"
	echo "link set p$2-$3 addrgenmode none"
	line_up "$@"
}

line_up() { # ISP PROVINCE HOST: what a link that goes down takes with it, for the router
	local dev=p$2-$3 v4 v6
	v4=$(ip4 "$@") v6=$(ip6 "$@")
	cat <<B
link set $dev up
addr add fe80::1/64 dev $dev nodad
route add $v4/32 dev $dev
route add $v6/128 dev $dev
neigh add $v4 lladdr $MAC_PROBE nud permanent dev $dev
neigh add $v6 lladdr $MAC_PROBE nud permanent dev $dev
B
}

line_rate() { # ISP PROVINCE HOST: what comes to the probe, when up was told a LINE_RATE; for tc -batch
	[[ -z ${LINE_RATE:-} ]] ||
		echo "qdisc add dev p$2-$3 root tbf rate $LINE_RATE burst 16k latency 300ms"
}

line_down() { # ISP PROVINCE HOST: the operator's end is gone; the probe's has no carrier
	echo "link set p$2-$3 down"
}

probe_end() { # ISP PROVINCE HOST
	cat <<B
link set lo up
link set eth0 addrgenmode none up
addr add $(ip4 "$@")/32 dev eth0
addr add fe80::2/64 dev eth0 nodad
addr add $(ip6 "$@")/128 dev eth0 nodad
neigh add $GW4 lladdr $MAC_ROUTER nud permanent dev eth0
neigh add fe80::1 lladdr $MAC_ROUTER nud permanent dev eth0
route add default via $GW4 dev eth0 onlink
route add default via fe80::1 dev eth0
B
}

power() { # STOP|CONT ISP PROVINCE HOST: every process of this host
	local pids
	mapfile -t pids < <(ip netns pids "$NAME-p$2.$3.$4")
	((${#pids[@]} == 0)) || kill "-$1" "${pids[@]}" 2>/dev/null || true
}
