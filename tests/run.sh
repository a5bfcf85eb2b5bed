#!/bin/sh
# What `make run` does once everything is built: a collector with its dashboard for "this network", and one probe
# that measures this machine's own network and submits to it. All of it stays on this machine, in ./run/.
# LISTEN=ADDR:PORT chooses another address.
set -eu
listen=${LISTEN:-127.0.0.1:8080}
bin=build/${MODE:-release}
mkdir -p run
here=$(pwd)

cat >run/collector.conf <<C
# Written by make run. One probe is enough here: nothing is published.
[collector]
data_dir = collector
listen = $listen
country = ZZ
countries_dir = $here/configs/countries
[publish]
min_probes = 1
bucket_s = 60
step_s = 60
C
key=$("$bin/collector" init -c run/collector.conf 2>run/collector.log) || {
	cat run/collector.log >&2
	exit 1
}
cat >run/probe.conf <<C
# Written by make run. It submits to the collector on this machine and to nobody else.
[probe]
countries_dir = $here/configs/countries
[schedule]
interval_s = 40
budget_mb_per_day = 200
C
"$bin/probe" init -c run/probe.conf --state-dir run/probe --country ZZ --region ZZ-00 --isp auto \
	--access unknown --collector "http://$listen/" --key "$key" --yes >run/probe.log 2>&1 || {
	cat run/probe.log >&2
	exit 1
}

collector=
probe=
stop() {
	trap - INT TERM EXIT
	[ -z "$probe" ] || kill "$probe" 2>/dev/null || true
	[ -z "$probe" ] || wait "$probe" 2>/dev/null || true
	[ -z "$collector" ] || kill "$collector" 2>/dev/null || true
	[ -z "$collector" ] || wait "$collector" 2>/dev/null || true
	exit "${1:-0}"
}
trap 'stop 0' INT TERM
trap 'stop 1' EXIT

"$bin/collector" serve -c run/collector.conf 2>>run/collector.log &
collector=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
	grep -q "serving on" run/collector.log && break
	kill -0 $collector 2>/dev/null || {
		tail -n 3 run/collector.log >&2
		echo "The collector did not start. Another address: LISTEN=127.0.0.1:8081 make run" >&2
		exit 1
	}
	sleep 0.3
done
echo "Fanous is running:  http://$listen/   (Ctrl-C stops both; logs and data are in run/)"
"$bin/probe" run -c run/probe.conf &
probe=$!
wait "$probe" || {
	echo "The probe stopped: see above." >&2
	stop 1
}
stop 0
