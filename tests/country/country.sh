#!/usr/bin/env bash
# Build and enter the simulated country; README.md has the picture.
#   country.sh up [ISPS [PROVINCES [HOSTS]]]   build (default 2 x 2 x 1); no-op when that is already up
#   country.sh down                            end our processes, remove our namespaces and state
#   country.sh exec NODE CMD...                run in world|nin|gw|isp<N>|p<ISP>.<PROVINCE>[.<HOST>]
#   country.sh probes | nets | status          tab-separated lists
set -Eeuo pipefail
trap 'echo "country.sh: failed at line $LINENO: $BASH_COMMAND" >&2' ERR
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$HERE/lines.sh"
. "$HERE/rules.sh"
. "$HERE/servers.sh"

ours() { # names of our namespaces
	local file
	for file in /run/netns/"$NAME"-*; do [[ ! -e $file ]] || echo "${file##*/}"; done
}

spawn() { # LOG NODE CMD...: start in a namespace, remember pid and start time
	local log=$1 node=$2
	shift 2
	setsid nsenter --net="$(netns_file "$node")" "$@" >"$DIR/log/$log" 2>&1 </dev/null &
	echo "$! $(awk '{print $22}' "/proc/$!/stat" 2>/dev/null || true) $log" >>"$DIR/pids"
}

all_alive() {
	local pid start log
	while read -r pid start log; do
		running "$pid" "$start" || return 1
	done <"$DIR/pids"
}

wait_tcp() { # NODE ADDRESS PORT
	local _
	for _ in $(seq 100); do
		in_ns "$1" bash -c "exec 3<>/dev/tcp/$2/$3" 2>/dev/null && return
		sleep 0.05
	done
	die "no listener on $2:$3 in $1 (see $DIR/log)"
}

# --- building ---------------------------------------------------------------------------------------------

check_request() {
	((I >= 1 && I <= 8 && P >= 1 && P <= 31 && H >= 1 && H <= 240)) ||
		die "at most 8 ISPs x 31 provinces x 240 hosts"
	[[ $(id -u) == 0 ]] || die "needs root, or rootless.sh (see README.md)"
	local cmd
	for cmd in ip nft iptables-legacy-restore unbound nginx openssl python3; do
		command -v $cmd >/dev/null || die "missing: $cmd (see deps.txt)"
	done
}

already_up() {
	[[ -n $DIR && -e $DIR/ready && $(cat "$DIR/ready") == "$I $P $H" ]] &&
		(($(ours | wc -l) == 3 + I + I * P * H)) && all_alive
}

make_state_folder() {
	DIR=${COUNTRY_DIR:-$(mktemp -d)}
	mkdir -p "$DIR"/{log,www,tmp}
	DIR=$(cd "$DIR" && pwd)
	[[ -n ${COUNTRY_DIR:-} ]] || echo "$DIR" >"$HERE/.current"
	echo "$I $P $H" >"$DIR/size"
	: >"$DIR/pids"
	: >"$DIR/cells"
	head -c 1048576 /dev/zero | tr '\0' x >"$DIR/www/big.bin"
}

make_namespaces() {
	local i p h node
	{
		for node in world nin gw $(isp_nodes); do echo "netns add $NAME-$node"; done
		for ((i = 1; i <= I; i++)); do for ((p = 1; p <= P; p++)); do for ((h = 1; h <= H; h++)); do
			echo "netns add $NAME-p$i.$p.$h"
		done; done; done
	} | ip -batch -
	for node in world nin gw $(isp_nodes); do tune "$node"; done
}

tune() { # NODE: routers forward; no reverse-path filter, no ICMP rate limit, no waiting for duplicate addresses
	# shellcheck disable=SC2016  # for the inner shell
	in_ns "$1" bash -c 'cd /proc/sys/net
		put() { [[ ! -e $2 ]] || echo "$1" >"$2"; }
		case $0 in gw|isp*) put 1 ipv4/ip_forward; put 1 ipv6/conf/all/forwarding;; esac
		put 0 ipv4/conf/all/rp_filter; put 0 ipv4/conf/default/rp_filter
		put 0 ipv4/icmp_ratelimit; put 0 ipv6/icmp/ratelimit; put 0 ipv6/conf/default/accept_dad
		put 0 ipv4/conf/default/send_redirects; put 0 ipv4/conf/all/send_redirects
		put 1000000 ipv4/icmp_msgs_per_sec; put 10000 ipv4/icmp_msgs_burst' "$1"
}

wire_core() { # world and nin hang on gw
	ip -n "$NAME-gw" -batch - <<B
link set lo up
link add world type veth peer name gw netns $NAME-world
link add nin type veth peer name gw netns $NAME-nin
link set world up
link set nin up
addr add 198.18.254.0/31 dev world
addr add 198.18.254.2/31 dev nin
addr add 2001:db8:ff:fe::1/64 dev world nodad
addr add 2001:db8:ff:fd::1/64 dev nin nodad
B
	wire_zone world 198.18.254.1 198.18.254.0 2001:db8:ff:fe
	wire_zone nin 198.18.254.3 198.18.254.2 2001:db8:ff:fd
	ip -n "$NAME-nin" -batch - <<B
addr add $BLOCKPAGE4/32 dev lo
addr add $BLOCKPAGE6/128 dev lo nodad
addr add $BOX4/32 dev lo
addr add $BOX6/128 dev lo nodad
B
	ip -n "$NAME-gw" -batch - <<B
route add default via 198.18.254.1
route add default via 2001:db8:ff:fe::2
route add 198.51.100.0/24 via 198.18.254.3
route add $BLOCKPAGE4/32 via 198.18.254.3
route add $BOX4/32 via 198.18.254.3
route add 2001:db8:e::/48 via 2001:db8:ff:fd::2
B
	# The block page's address answers HTTP only; HTTPS to it hangs, as in the field.
	in_ns nin nft -f - <<B
table inet blockpage { chain in { type filter hook input priority 0;
	ip daddr $BLOCKPAGE4 tcp dport 443 drop; ip6 daddr $BLOCKPAGE6 tcp dport 443 drop; }; }
B
}

wire_zone() { # NODE OWN4 GATEWAY4 PREFIX6: its servers' addresses are on lo
	{
		cat <<B
link set lo up
link set gw up
addr add $2/31 dev gw
addr add $4::2/64 dev gw nodad
route add default via $3
route add default via $4::1
B
		hosts | awk -v z="$1" '$1 == z && !seen[$3]++ {
			print "addr add " $3 "/32 dev lo\naddr add " $4 "/128 dev lo nodad" }'
	} | ip -n "$NAME-$1" -batch -
}

wire_isp() { # ISP
	local i=$1 p h
	ip -n "$NAME-gw" -batch - <<B
link add isp$i type veth peer name gw netns $NAME-isp$i
link set isp$i up
addr add 198.18.255.$((2 * i))/31 dev isp$i
addr add 2001:db8:ff:$i::1/64 dev isp$i nodad
route add 198.19.$(octet "$i" 0).0/19 via 198.18.255.$((2 * i + 1))
route add 2001:db8:$i::/48 via 2001:db8:ff:$i::2
B
	{
		cat <<B
link set lo up
link set gw up
addr add 198.18.255.$((2 * i + 1))/31 dev gw
addr add 2001:db8:ff:$i::2/64 dev gw nodad
addr add $GW4/32 dev lo
addr add $(resolver4 "$i")/32 dev lo
addr add $(resolver6 "$i")/128 dev lo nodad
route add default via 198.18.255.$((2 * i))
route add default via 2001:db8:ff:$i::1
route add blackhole 198.19.$(octet "$i" 0).0/19
route add blackhole 2001:db8:$i::/48
B
		for ((p = 1; p <= P; p++)); do for ((h = 1; h <= H; h++)); do router_end "$i" "$p" "$h"; done; done
	} | ip -n "$NAME-isp$i" -batch -
	for ((p = 1; p <= P; p++)); do for ((h = 1; h <= H; h++)); do line_rate "$i" "$p" "$h"; done; done |
		tc -n "$NAME-isp$i" -batch -
	for ((p = 1; p <= P; p++)); do for ((h = 1; h <= H; h++)); do
		probe_end "$i" "$p" "$h" | ip -n "$NAME-p$i.$p.$h" -batch -
	done; done
}

wire_isps() {
	local i pids=() pid
	for ((i = 1; i <= I; i++)); do
		wire_isp "$i" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || die "an ISP could not be set up"; done
}

load_censor() {
	nft_rules >"$DIR/censor.nft"
	xt_rules >"$DIR/censor.xt"
	local node
	for node in gw $(isp_nodes); do
		in_ns "$node" sh -c "nft -f '$DIR/censor.nft' && iptables-legacy-restore <'$DIR/censor.xt' &&
			ip6tables-legacy-restore <'$DIR/censor.xt'"
	done
	hosts | awk '$5 == "blocked" || $5 == "name" {print $2}' >"$DIR/names"
}

start_servers() {
	local zone i node files=()
	for zone in world nin; do
		nginx_conf $zone >"$DIR/nginx-$zone.conf"
		spawn nginx-$zone $zone nginx -e stderr -p "$DIR" -c "$DIR/nginx-$zone.conf"
		# shellcheck disable=SC2046  # a list
		spawn quicvn-$zone $zone python3 "$HERE/quicvn.py" $(site_addresses $zone)
	done
	public_resolver >"$DIR/unbound-world.conf"
	domestic_resolver >"$DIR/unbound-nin.conf"
	for zone in world nin; do spawn unbound-$zone $zone unbound -d -c "$DIR/unbound-$zone.conf"; done
	for ((i = 1; i <= I; i++)); do
		isp_resolver "$i" >"$DIR/unbound-isp$i.conf"
		spawn "unbound-isp$i" "isp$i" unbound -d -c "$DIR/unbound-isp$i.conf"
		printf 'nameserver %s\noptions timeout:2 attempts:2\n' "$(resolver4 "$i")" >"$DIR/resolv.isp$i"
	done
	echo "nameserver $PUBLIC_DNS4" >"$DIR/resolv.world"
	echo "nameserver $NIN_DNS4" >"$DIR/resolv.nin"
	for node in gw $(isp_nodes); do files+=("$(netns_file "$node")"); done
	spawn dpi gw python3 "$HERE/dpi.py" "$DIR" "$BLOCKPAGE4" "$BLOCKPAGE6" "${DELAY_MS:-100}" "${files[@]}"
}

wait_servers() {
	local i _
	wait_tcp world 203.0.113.11 443
	wait_tcp nin 198.51.100.11 443
	wait_tcp world "$PUBLIC_DNS4" 53
	wait_tcp nin "$NIN_DNS4" 53
	for ((i = 1; i <= I; i++)); do wait_tcp "isp$i" "$(resolver4 "$i")" 53; done
	for _ in $(seq 100); do
		[[ ! -e $DIR/dpi.ready ]] || return 0
		sleep 0.05
	done
	die "dpi.py did not start (see $DIR/log/dpi)"
}

up() {
	local I=${1:-2} P=${2:-2} H=${3:-1} pki_job
	check_request
	if already_up; then
		echo "already up: $DIR"
		return
	fi
	down
	make_state_folder
	make_pki &
	pki_job=$!
	make_namespaces
	wire_core
	wire_isps
	load_censor
	wait $pki_job
	start_servers
	wait_servers
	echo "$I $P $H" >"$DIR/ready"
	echo "up: $((I * P * H)) probes, state in $DIR"
}

# --- taking down ------------------------------------------------------------------------------------------

end_processes() { # by pid what we started
	local pid start log
	[[ -n $DIR && -e $DIR/pids ]] || return 0
	while read -r pid start log; do
		! running "$pid" "$start" || kill "$pid" 2>/dev/null || true
	done <"$DIR/pids"
}

pids_inside() { # what runs in our namespaces, whoever started it
	local name inode file
	local -A inode_ours=()
	for name in $(ours); do inode_ours[$(stat -Lc %i "/run/netns/$name")]=1; done
	while read -r inode file; do
		[[ -z ${inode_ours[$inode]:-} ]] || awk -F/ '{print $3}' <<<"$file"
	done < <(stat -Lc '%i %n' /proc/[0-9]*/ns/net 2>/dev/null || true)
}

end_inside() {
	local signal left
	for signal in TERM TERM KILL; do
		left=$(pids_inside)
		[[ -n $left ]] || return 0
		# shellcheck disable=SC2086  # a list of pids
		kill -$signal $left 2>/dev/null || true
		sleep 0.2
	done
}

remove_state() { # only in a folder that we made
	[[ -n $DIR && -e $DIR/size ]] || return 0
	rm -rf "${DIR:?}"/{log,www,tmp,pki,pids,size,cells,ready,names,lock,truth.jsonl,dpi.ready,resolv.*,*.conf,*.pid,censor.nft,censor.xt}
	rmdir "$DIR" 2>/dev/null || true
	[[ $(cat "$HERE/.current" 2>/dev/null) != "$DIR" ]] || rm -f "$HERE/.current"
}

down() {
	end_processes
	end_inside
	ours | sed 's/^/netns del /' | ip -batch - || true
	remove_state
}

# --- using ------------------------------------------------------------------------------------------------

enter() { # NODE CMD...: with that network's resolver, and the test CA as the only trusted one
	local node=$1 resolv
	shift
	[[ $node =~ ^p[0-9]+\.[0-9]+$ ]] && node+=.1
	[[ -n $DIR && -e $(netns_file "$node") ]] || die "no such node (or the country is not up): $node"
	case $node in
	p*) resolv=${node#p} resolv=isp${resolv%%.*} ;;
	gw) resolv=nin ;;
	*) resolv=$node ;;
	esac
	export CURL_CA_BUNDLE=$DIR/pki/ca.pem SSL_CERT_FILE=$DIR/pki/ca.pem
	# shellcheck disable=SC2016  # for the inner shell
	exec nsenter --net="$(netns_file "$node")" unshare -m --propagation private sh -c \
		'mount --bind "$0" /etc/resolv.conf && exec "$@"' "$DIR/resolv.$resolv" "$@"
}

list_probes() { # node, ISP, AS, province, its name, addresses
	local i p h region
	read_size
	while IFS=$'\t' read -r p region; do
		for ((i = 1; i <= I; i++)); do for ((h = 1; h <= H; h++)); do
			printf '%s\tisp%s\tAS%s\t%s\t%s\t%s\n' "p$i.$p.$h" "$i" "$(asn "$i")" "$region" \
				"$(ip4 "$i" "$p" "$h")" "$(ip6 "$i" "$p" "$h")"
		done; done
	done < <(regions | head -"$P")
}

list_nets() { # what mkmmdb.py wants: network, AS, organisation, country, region, its name
	local i p code name
	read_size
	printf '%s\t64510\tTest National Network\tIR\t-\t-\n' 198.51.100.0/24 2001:db8:e::/48
	printf '%s\t64511\tTest World\tZZ\t-\t-\n' 203.0.113.0/24 198.18.8.0/24 2001:db8:f::/48
	for ((i = 1; i <= I; i++)); do
		printf "%s\t$(asn "$i")\tTest ISP $i\tIR\t-\t-\n" "198.19.$(octet "$i" 0).0/19" "2001:db8:$i::/48"
		while IFS=$'\t' read -r p code name; do
			printf "%s\t$(asn "$i")\tTest ISP $i\tIR\t$code\t$name\n" "$(net4 "$i" "$p")" "$(net6 "$i" "$p")"
		done < <(regions | head -"$P")
	done
}

status() {
	local pid start log
	read_size
	echo "dir $DIR; size $I $P $H; namespaces $(ours | wc -l)"
	while read -r pid start log; do
		if running "$pid" "$start"; then
			echo "$log pid $pid rss $(awk '/VmRSS/ {print $2}' "/proc/$pid/status") kB"
		else
			echo "$log DEAD"
		fi
	done <"$DIR/pids"
}

case ${1:-} in
up) shift && up "$@" ;;
down) down ;;
exec) shift && enter "$@" ;;
probes) list_probes ;;
nets) list_nets ;;
status) status ;;
*) sed -n '2,6p' "${BASH_SOURCE[0]}" && exit 2 ;;
esac
