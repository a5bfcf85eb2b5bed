# lib.sh: what country.sh and censor.sh share: address plan, node names, state folder, censor states.
# Sourced, never run.
# shellcheck shell=bash disable=SC2034  # used by those who source it
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
NAME=${COUNTRY_NAME:-ct} # prefix of every network namespace
REGIONS=$HERE/countries/IR/regions.tsv
BLOCKPAGE4=10.10.34.36
BLOCKPAGE6=2001:db8:e::36
BOX4=10.10.34.35                # the box that answers for others, see `intercept`
BOX6=2001:db8:e::35
PUBLIC_DNS4=198.18.8.8
PUBLIC_DNS6=2001:db8:f::8888
NIN_DNS4=198.51.100.53
NIN_DNS6=2001:db8:e::53
GW4=198.18.253.1                # every ISP's router, as its probes see it
MAC_ROUTER=02:00:00:00:00:01    # the two ends of each access link
MAC_PROBE=02:00:00:00:00:02

die() {
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# State folder: $COUNTRY_DIR, else the one that the last `up` made (remembered beside the scripts).
DIR=${COUNTRY_DIR:-$(cat "$HERE/.current" 2>/dev/null || true)}

read_size() { # sets I P H: ISPs, provinces per ISP, hosts per province
	[[ -n $DIR && -e $DIR/ready ]] || die "the country is not up"
	read -r I P H <"$DIR/ready"
}

# The address plan. ISP i has 198.19.(32*(i-1)).0/19 and 2001:db8:i::/48; province 0 is its own servers.
octet() { echo $((($1 - 1) * 32 + $2)); }
net4() { echo "198.19.$(octet "$1" "$2").0/24"; }
net6() { echo "2001:db8:$1:$2::/64"; }
ip4() { echo "198.19.$(octet "$1" "$2").$((10 + $3))"; } # ISP PROVINCE HOST
ip6() { printf '2001:db8:%s:%s::%x\n' "$1" "$2" $((10 + $3)); }
resolver4() { echo "198.19.$(octet "$1" 0).53"; }
resolver6() { echo "2001:db8:$1:0::53"; }
asn() { echo $((64496 + $1)); } # documentation AS numbers

# Tables without their comments. Province p is row p of regions.tsv: IR-00 is province 1.
hosts() { grep -v '^#' "$HERE/hosts.txt"; }
regions() { grep -v '^#' "$REGIONS" | awk -F'\t' -v OFS='\t' '{print NR, $1, $4}'; }

isp_nodes() { seq -f isp%g 1 "$I"; }
netns_file() { echo "/run/netns/$NAME-$1"; }
in_ns() { # NODE CMD...: in its network only
	local node=$1
	shift
	nsenter --net="$(netns_file "$node")" "$@"
}

# Is this the process that we started (pid and start time), and not a zombie?
running() { [[ $(awk '$3 != "Z" {print $22}' "/proc/$1/stat" 2>/dev/null) == "$2" ]]; }

# The censor's states: one bit each; a cell (ISP x province) carries any sum of them.
declare -A BIT=(
	[normal]=0
	[dns-poison]=0x1 [dns-race]=0x2 [dns-nxdomain]=0x4 [dns-timeout]=0x8 [dns-lie]=0x10 [dns-refused]=0x200
	[tls-sni-rst]=0x20 [tls-sni-drop]=0x40 [http-inject]=0x80 [delay]=0x100
	[tcp-drop]=0x1000 [tcp-rst]=0x2000 [host-unreachable]=0x4000 [http-blockpage]=0x8000
	[udp443-drop]=0x10000 [throttle]=0x20000 [loss]=0x40000 [ipv6-cut]=0x80000
	[intl-cut]=0x100000 [intl-allowlist]=0x200000 [total-cut]=0x400000 [intercept]=0x800000
	[nin-part]=0x1000000 [report-cut]=0x2000000 [no-link]=0x4000000 [power-cut]=0x8000000 [power-part]=0x10000000
	[udp53-drop]=0x20000000
)
DPI_DNS=0x21f DPI_TLS=0x60 DPI_HTTP=0x80 DPI_DELAY=0x100
POWER=0x18000000
INJECTED=0x40000000 # mark of forged packets
