#!/usr/bin/env bash
# Two whole provinces of one country: in one, both ISPs lose everything, the other one is as always. While it lasts
# the dead province is `silent` (its probes stopped, others did not); after the spools have arrived it was `cut`.
. "$(dirname "$0")/lib.sh"

begin 2 2 3
collector_start
probe_init "${NODES[@]}"
censor set all all "$FILTERING"
from=$(now_s)
probe_start "${NODES[@]}"
until_ok 90 "every cell has 6 buckets of filtered" buckets filtered 6 "$from"

dead=(p1.1.1 p1.1.2 p1.1.3 p2.1.1 p2.1.2 p2.1.3)
cut=$(now_s)
censor set isp1 IR-00 total-cut
censor set isp2 IR-00 total-cut
silent() {
	timeline "$cut" "$(now_s)" "region=IR-00" | "$ROOT/tests/e2e/timeline.py" count --state silent --at-least 3
}
until_ok 90 "the province is silent" silent
held() { (($(now_s) - cut >= 6 * STEP_S)) && each_spooled 3 "${dead[@]}"; }
until_ok 90 "the cut has lasted for six buckets, and every cut probe has batches waiting" held

censor set all all "$FILTERING"
until_ok 150 "everything has arrived" drained "${NODES[@]}"
until_ok 60 "the timeline equals the truth" truthful "$from" --need filtered=12 --need cut=4
