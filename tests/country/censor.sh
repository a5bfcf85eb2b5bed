#!/usr/bin/env bash
# Change what the censor does, at once and reversibly.
#   censor.sh set ISP PROVINCE STATE[+STATE...] [ISP PROVINCE STATE[+STATE...]]...
#                                                 ISP: isp1|AS64497|nin|all   PROVINCE: 1..31|IR-23|all
#   censor.sh reset                               everything back to normal
#   censor.sh show                                cells that are not normal
#   censor.sh block|unblock NAME|ADDRESS          edit the lists while running
#   censor.sh states                              the names of all states
# A set replaces the cell's earlier state; several at once are one change. PROVINCE all covers the ISP's own
# resolver too (its queries to the world are then filtered at the gateway); nin is the domestic data centre. Every
# change is added to the truth log, STATE_DIR/truth.jsonl: {"start","end"} the Unix times within which it took
# effect, and {"cells"} the state of every cell after it, keyed "AS64497 IR-00".
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$HERE/lines.sh"

declare -A CELL=() # "isp province" -> mask; isp 0 is nin; province 0 is the ISP's own servers
declare -A WAS=()  # the same before the change

load_cells() {
	local i p mask
	while read -r i p mask; do CELL["$i $p"]=$mask WAS["$i $p"]=$mask; done <"$DIR/cells"
}

save_cells() {
	local key
	for key in "${!CELL[@]}"; do
		[[ ${CELL[$key]} == 0 ]] || echo "$key ${CELL[$key]}"
	done >"$DIR/cells.new"
	mv "$DIR/cells.new" "$DIR/cells"
}

load_maps() { # NODE ELEMENTS4 ELEMENTS6: one transaction, so it takes effect at once, for open connections too
	{
		echo "flush map inet censor st4"
		echo "flush map inet censor st6"
		[[ -z $2 ]] || echo "add element inet censor st4 { $2 }; add element inet censor st6 { $3 }"
	} | in_ns "$1" nft -f -
}

apply_isp() { # ISP: its router's maps from CELL
	local i=$1 p mask elements4='' elements6=''
	for ((p = 1; p <= P; p++)); do
		mask=${CELL["$i $p"]:-0}
		((mask)) || continue
		elements4+="198.19.$(((i - 1) * 32 + p)).0/24 : $mask, " # net4, net6 without a fork for each cell
		elements6+="2001:db8:$i:$p::/64 : $mask, "
	done
	load_maps "isp$i" "$elements4" "$elements6"
}

apply_gw() { # what the gateway sees: the ISPs' own servers, and the domestic data centre
	local i mask elements4='' elements6=''
	for ((i = 1; i <= I; i++)); do
		mask=${CELL["$i 0"]:-0}
		((mask)) || continue
		elements4+="$(net4 "$i" 0) : $mask, "
		elements6+="$(net6 "$i" 0) : $mask, "
	done
	mask=${CELL["0 0"]:-0}
	if ((mask)); then
		elements4+="198.51.100.0/24 : $mask, "
		elements6+="2001:db8:e::/48 : $mask, "
	fi
	load_maps gw "$elements4" "$elements6"
}

apply() { # ISP...: these routers and the gateway, all at the same time
	local i pids=() pid bad=0
	for i; do
		apply_isp "$i" &
		pids+=($!)
	done
	apply_gw &
	pids+=($!)
	for pid in "${pids[@]}"; do wait "$pid" || bad=1; done
	return $bad
}

# The line and the power of a cell's hosts, where they change.

switch_lines() { # ISP
	local i=$1 p h was now lines
	lines=$(for ((p = 1; p <= P; p++)); do
		was=$((${WAS["$i $p"]:-0} & BIT[no-link])) now=$((${CELL["$i $p"]:-0} & BIT[no-link]))
		((was != now)) || continue
		for ((h = 1; h <= H; h++)); do
			if ((now)); then line_down "$i" "$p" "$h"; else line_up "$i" "$p" "$h"; fi
		done
	done)
	[[ -z $lines ]] || ip -n "$NAME-isp$i" -batch - <<<"$lines"
}

is_off() { # MASK HOST
	(($1 & BIT[power-cut] || ($1 & BIT[power-part] && $2 > 1)))
}

switch_power() { # ISP
	local i=$1 p h was now
	for ((p = 1; p <= P; p++)); do
		was=${WAS["$i $p"]:-0} now=${CELL["$i $p"]:-0}
		(((was ^ now) & POWER)) || continue
		for ((h = 1; h <= H; h++)); do
			if is_off "$now" "$h"; then power STOP "$i" "$p" "$h"; else power CONT "$i" "$p" "$h"; fi
		done
	done
}

names_of() { # MASK -> dns-poison+tls-sni-rst
	local state out=
	for state in $(printf '%s\n' "${!BIT[@]}" | sort); do
		(($1 & ${BIT[$state]})) && out+=+$state
	done
	echo "${out:1}"
}

log_truth() { # START: the whole country after a change
	local i p code mask out=
	local -A name=([0]=normal)
	while IFS=$'\t' read -r p code _; do
		for ((i = 1; i <= I; i++)); do
			mask=${CELL["$i $p"]:-0}
			[[ -n ${name[$mask]:-} ]] || name[$mask]=$(names_of "$mask")
			out+=",\"AS$((64496 + i)) $code\":\"${name[$mask]}\""
		done
	done < <(regions | head -"$P")
	printf '{"start":%s,"end":%s,"cells":{%s}}\n' "$1" "$(date +%s.%N)" "${out:1}" >>"$DIR/truth.jsonl"
}

isps_of() {
	case $1 in
	all) echo 0 && seq "$I" ;;
	nin) echo 0 ;;
	isp[1-8]) echo "${1#isp}" ;;
	AS*) echo $((${1#AS} - 64496)) ;;
	*) die "unknown ISP: $1" ;;
	esac
}

provinces_of() {
	case $1 in
	all) echo 0 && seq "$P" ;;
	IR-*) regions | awk -F'\t' -v c="$1" '$2 == c {print $1}' | grep . || die "unknown province: $1" ;;
	*) echo $(($1)) ;;
	esac
}

mask_of() { # STATE[+STATE...]
	local mask=0 state
	for state in ${1//+/ }; do
		[[ -n ${BIT[$state]:-} ]] || die "unknown state: $state"
		mask=$((mask | BIT[$state]))
	done
	echo $mask
}

need_dpi() { # without their daemon these states would drop packets instead
	local pid start log
	read -r pid start log < <(grep ' dpi$' "$DIR/pids")
	running "$pid" "$start" || die "dpi.py is not running ($log)"
}

put_cells() { # ISP PROVINCE STATES: into CELL
	local isps provinces mask i p
	isps=$(isps_of "$1") provinces=$(provinces_of "$2") mask=$(mask_of "$3")
	((!(mask & (DPI_DNS | DPI_TLS | DPI_HTTP | DPI_DELAY)))) || need_dpi
	for i in $isps; do
		((i <= I)) || die "no such ISP: $1"
		if ((i == 0)); then
			[[ $2 != all ]] || CELL["0 0"]=$mask
			continue
		fi
		for p in $provinces; do
			((p <= P)) || die "no such province: $2"
			CELL["$i $p"]=$mask
		done
	done
}

change() { # START: the country becomes what CELL says
	local i
	# shellcheck disable=SC2046  # a list
	apply $(seq "$I")
	for ((i = 1; i <= I; i++)); do
		switch_lines "$i"
		switch_power "$i"
	done
	save_cells
	log_truth "$1"
}

set_cells() { # ISP PROVINCE STATES ...
	local start
	start=$(date +%s.%N)
	load_cells
	while (($#)); do
		put_cells "$1" "$2" "$3"
		shift 3
	done
	change "$start"
}

reset_cells() {
	local start
	start=$(date +%s.%N)
	load_cells
	CELL=()
	change "$start"
}

show_cells() {
	local i p mask
	sort -n "$DIR/cells" | while read -r i p mask; do
		echo "$( ((i)) && echo "isp$i" || echo nin) $( ((p)) && echo "$p" || echo servers) $(names_of "$mask")"
	done
}

edit_address() { # add|delete ADDRESS
	local set=bl4 node
	[[ $2 != *:* ]] || set=bl6
	for node in gw $(isp_nodes); do in_ns "$node" nft "$1" element inet censor $set "{ $2 }"; done
}

edit_list() { # block|unblock NAME|ADDRESS
	if [[ $2 == *:* || $2 =~ ^[0-9.]+$ ]]; then
		if [[ $1 == block ]]; then edit_address add "$2"; else edit_address delete "$2"; fi
		return
	fi
	{
		grep -vxF "$2" "$DIR/names" || true
		[[ $1 == unblock ]] || echo "$2"
	} >"$DIR/names.new"
	mv "$DIR/names.new" "$DIR/names"
}

read_size
exec 9>"$DIR/lock"
flock 9
case ${1:-}:$# in
set:*)
	(($# > 1 && $# % 3 == 1)) || die "set takes ISP PROVINCE STATE, once or more often"
	set_cells "${@:2}"
	;;
reset:1) reset_cells ;;
show:1) show_cells ;;
block:2 | unblock:2) edit_list "$1" "$2" ;;
states:1) printf '%s\n' "${!BIT[@]}" | sort ;;
*) sed -n '2,8p' "${BASH_SOURCE[0]}" && exit 2 ;;
esac
