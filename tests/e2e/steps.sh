# steps.sh: what a probe says about each step towards a target, in a country of which every province is in another
# state of the censor, all of them at the same time. A province without a censor is always among them: it is the
# control, and shows that no state leaks out of its province.
#   state NAME [OPTION...] TARGET...   what that province's probe measures; then
#   measure_all                        build the country and measure
#   judge NAME                         what follows is about this province: every, some, none, up
# Conditions are jq's, over one line of `probe check --json`; see PRELUDE for the words they may use.
# shellcheck shell=bash disable=SC2016  # the variables in quotes are jq's

TIMEOUT_MS=3000 # deadline of one step: no answer at all is what many states look like
PUBLIC=udp://198.18.8.8

VIDEO=https://video.example/   # listed by name and address
BAD=https://cdn-bad.example/   # listed by name only
GOOD=https://cdn-good.example/ # not listed, at the same address
SEARCH=https://search.example/ # not listed
GOV=https://gov.example/       # on the allow-list
BANK=https://bank.nin.test/    # domestic
SPEED=speed+https://search.example/big.bin
SPEED_NIN=speed+https://bank.nin.test/big.bin

PRELUDE='def ok: .failure == null;
	def fails(f): .failure == f;
	def silent: .failure | IN("x_dns_timeout", "x_tcp_timeout", "x_tls_timeout", "x_http_timeout",
		"x_http_body_timeout");
	def six: .addr | contains(":");
	def system: .resolver == "system";
	def answer(four; six): .answers == [if .qtype == 1 then four else six end];
	def forged: fails("dns_bogon_error") and answer("10.10.34.36"; "2001:db8:e::36") and
		.fp == if .qtype == 1 then "test.dns.v4" else "test.dns.v6" end;
	def true_video: ok and answer("203.0.113.11"; "2001:db8:f::11");
	def page: fails("x_http_blockpage") and .fp == "test.body" and .status == 403;
	def steps(t; c): map(select((.target // "") == t and (c == "" or .check == c)));
	def last_kind: sub("[+:].*"; "") | sub("https"; "http");'

STATES=() # in the order of their provinces
declare -A WORDS=() NODE_OF=()

state() { # NAME [OPTION...] TARGET...
	STATES+=("$1")
	WORDS[$1]="${*:2}" # none has a space
	NODE_OF[$1]=p1.${#STATES[@]}
}

measure() { # STATE
	local node=${NODE_OF[$1]}
	# shellcheck disable=SC2086  # a list of options and targets
	at "$node" "$PROBE" check -c "$WORK/check.conf" --json ${WORDS[$1]} >"$WORK/$1.steps" 2>>"$WORK/log/$node"
}

measure_all() {
	local name pid pids=()
	begin 1 "${#STATES[@]}" 1
	cat >"$WORK/check.conf" <<-C
		[probe]
		countries_dir = $COUNTRY/countries
		country = IR
		region = IR-00
		[schedule]
		check_timeout_ms = $TIMEOUT_MS
		concurrency = 32
	C
	for name in "${STATES[@]}"; do censor set isp1 "${NODE_OF[$name]#p1.}" "$name"; done
	for name in "${STATES[@]}"; do
		measure "$name" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || fail "a probe could not measure"; done
	say "measured ${#STATES[@]} states"
}

judge() { # STATE
	STATE=$1
	say "judging $1: $(wc -l <"$WORK/$1.steps") steps"
}

holds() { # WHAT TARGET CHECK FILTER: the filter, over the list of the steps of this kind ("": of all), gives true
	jq -es --arg t "$2" --arg c "$3" "$PRELUDE steps(\$t; \$c) | $4" "$WORK/$STATE.steps" >/dev/null && return
	say "FAILED: $STATE: ${2:-this device}: $3: not $1"
	jq -cs --arg t "$2" --arg c "$3" "$PRELUDE steps(\$t; \$c) | .[] | del(.t, .target, .class, .last)" "$WORK/$STATE.steps"
	WRONG=$((${WRONG:-0} + 1)) # one run shows all that is wrong; finish fails then
}

every() { # TARGET CHECK CONDITION: there are such steps, and it is true of all of them; TARGET "" is this device
	holds "every $3" "$1" "$2" "length > 0 and all($3)"
}

some() { # TARGET CHECK CONDITION
	holds "some $3" "$1" "$2" "any($3)"
}

none() { # TARGET CHECK [CONDITION]
	holds "none ${3:-}" "$1" "$2" "any(${3:-true}) | not"
}

up() { # TARGET...: reached over IPv4 and over IPv6, with nothing amiss on the way
	local target
	for target; do
		holds "reached over both families" "$target" "" \
			'all(ok) and (map(select(.check == ($t | last_kind))) | any(six) and any(six | not))'
	done
}

same_device() { # the line is fine and nobody answers for others, whatever happens further away
	every "" link 'ok and .ipv4 == 1 and .ipv6 == 1 and .gateway == 1 and .ns == 1 and .gwup == 1 and .nsup == 1'
	every "" guard ok
}
