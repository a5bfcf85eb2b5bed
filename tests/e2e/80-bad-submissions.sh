#!/usr/bin/env bash
# Everything that a stranger may throw at the collector is refused with a 4xx, a problem document and a reason, and
# leaves no trace: not in the archive, not among the accepted batches.
. "$(dirname "$0")/lib.sh"

begin 1 1 1
node=p1.1.1
collector_start
probe_init $node
probe_cmd $node run --once --no-upload 2>>"$WORK/log/$node" || true
KINDS="signature magic length compression bomb country region future ancient epoch foreign no-results"
good=$(spool_files $node | head -1)
forge() { "$ROOT/tests/e2e/forge.py" "$WORK/collector/box.key" "$good" "$@"; }

archived() { cat "$WORK"/collector/archive/* | grep -aoF FNB1 | wc -l; } # the magic of a batch

refused() { # NAME FILE CODE-PATTERN
	local code
	code=$(post "$2")
	# shellcheck disable=SC2053  # a pattern
	[[ $code == $3 ]] || fail "$1: status $code, want $3: $(head -c 300 "$WORK/answer")"
	grep -qi '^content-type: application/problem+json' "$WORK/headers" || fail "$1: not a problem document"
	jq -e --argjson code "$code" '.status == $code and (.detail | length > 10)' "$WORK/answer" >/dev/null ||
		fail "$1: no reason: $(cat "$WORK/answer")"
	say "$1: $code $(jq -r .detail "$WORK/answer")"
}

cd "$WORK"
: >empty
head -c 4096 /dev/urandom >garbage
head -c 1000 "$good" >truncated
head -c $(($(stat -c %s "$good") / 2)) "$good" >half-class
cat "$good" "$good" >twice
head -c 262145 /dev/zero >oversized
head -c 20000000 /dev/zero >huge
for kind in $KINDS; do
	forge "$kind" >"forged.$kind"
done
refused empty empty 4??
refused garbage garbage 4??
refused truncated truncated 4??
refused "cut at a size class" half-class 4??
refused "two in one" twice 4??
refused oversized oversized 413
[[ $(post huge) == 413 ]] || fail "huge: $(cat answer)" # refused by its length alone, before anything reads it
for kind in $KINDS; do
	refused "$kind" "forged.$kind" 4??
done
sed "s|^data_dir.*|data_dir = $WORK/other|" collector.conf >other.conf
"$COLLECTOR" init -c other.conf >other.key 2>>log/collector
forge reseal "$(cat other.key)" >other-batch
refused "sealed to another collector" other-batch 4??

[[ $(at world curl -sS -o answer -w '%{http_code}' "$URL/api/v1/submit") == 405 ]] || fail "GET of submit: $(cat answer)"

(($(archived) == 0)) || fail "a refused batch is in the archive"
for counter in 'batches_total{status="new"}' 'batches_total{status="duplicate"}' results_total; do
	[[ $(metric "$counter") == 0 ]] || fail "a refused batch was counted in $counter"
done
say "refused: $(metric 'batches_total{status="refused"}')"
[[ $(post "$good") == 200 && $(jq -r .status answer) == new ]] || fail "the good one is refused: $(cat answer)"
(($(archived) == 1)) || fail "the good one is not in the archive"
