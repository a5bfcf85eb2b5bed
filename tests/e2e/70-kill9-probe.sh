#!/usr/bin/env bash
# A probe is killed in mid-flight, again and again, while the collector is away: its spool stays whole, batches that
# were there stay there, and everything arrives once the collector is back.
. "$(dirname "$0")/lib.sh"

begin 1 1 1
node=p1.1.1
collector_init # never started so far: there is only the key
probe_init $node

whole() { # every file of the spool has the size of a size class: a power of two from 1 KiB
	local size name
	while read -r size name; do
		((size >= 1024 && (size & (size - 1)) == 0)) || fail "torn: $name has $size bytes"
	done < <(spool_files $node | xargs -r stat -c '%s %n')
}
grown() { (($(spooled $node) >= $1)); }

for round in 1 2 3 4 5 6 7 8 9 10; do
	probe_start $node
	if ((round % 2)); then
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))" # somewhere in the first cycle
	else
		until_ok 30 "round $round: another batch is on disk" grown $(($(spooled $node) + 1))
		sleep "0.$((RANDOM % 10))"
	fi
	spool_files $node >"$WORK/before"
	stop KILL $node
	whole
	while read -r file; do
		[[ -e $file ]] || fail "a kill has lost $file"
	done <"$WORK/before"
done

mapfile -t batches < <(spool_files $node)
mkdir "$WORK/copies"
cp "${batches[@]}" "$WORK/copies"
collector_start
probe_start $node
gone() { # all that were waiting at the last kill
	local file
	for file in "${batches[@]}"; do [[ ! -e $file ]] || return 1; done
}
until_ok 120 "all ${#batches[@]} batches are delivered" gone
[[ -z $(find "$(spool_of $node)" -type f ! -regex '.*/[0-9]+-[0-9a-f]+' -mmin +1) ]] || fail "litter in the spool"
for file in "$WORK"/copies/*; do
	[[ $(post "$file") == 200 && $(jq -r .status "$WORK/answer") == duplicate ]] ||
		fail "${file##*/} never arrived: $(cat "$WORK/answer")"
done
