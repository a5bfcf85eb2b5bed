#!/usr/bin/env bash
# Play a scenario: each of its changes at its second (README.md has the format). Ends with the last change; what was
# done, and when, is in the truth log.
#   play.sh FILE [START]     START: the Unix second that is second 0; now without it
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

lines() { # FILE: without comments
	sed 's/#.*//' "$1" | awk 'NF'
}

check() { # FILE: all of it, before anything is changed
	local second last=0 states state known
	known=$("$HERE/censor.sh" states)
	while read -r second _ _ states; do
		[[ $second =~ ^[0-9]+$ && -n $states ]] || die "want SECONDS ISP PROVINCE STATE[+STATE...]: $second"
		((second >= last)) || die "time goes backwards: $second"
		last=$second
		for state in ${states//+/ }; do
			grep -qxF "$state" <<<"$known" || die "unknown state: $state"
		done
	done < <(lines "$1")
}

changes() { # FILE: one line for each second: it, and then what censor.sh is to set
	lines "$1" | awk '
		NR > 1 && $1 != second {print line}
		NR == 1 || $1 != second {line = second = $1}
		{line = line " " $2 " " $3 " " $4}
		END {print line}'
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

wait_until() { # MILLISECONDS since the epoch
	local left=$(($1 - $(now_ms)))
	((left <= 0)) || sleep "$((left / 1000)).$(printf %03d $((left % 1000)))"
}

play() { # FILE START_MS
	local second sets
	while read -r second sets; do
		wait_until $(($2 + 1000 * second))
		echo "$(date +%T) $second s: $sets"
		# shellcheck disable=SC2086  # words
		"$HERE/censor.sh" set $sets
	done < <(changes "$1")
}

(($# == 1 || $# == 2)) || { sed -n '2,4p' "${BASH_SOURCE[0]}" && exit 2; }
read_size
check "$1"
if (($# == 2)); then play "$1" "${2}000"; else play "$1" "$(now_ms)"; fi
