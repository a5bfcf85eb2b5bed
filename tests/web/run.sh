#!/bin/sh
# The pages in a browser, the tables that they rest on, and every export in a program of others: run.sh [shots]. Serves
# a week of the synthetic January on loopback, the same two days later, and beside it a collector that has heard of
# nobody; with "shots" it only takes pictures, into build/shots.
set -eu
bin=build/${MODE:-release}
dir=build/web
here=tests/web
mkdir -p $dir
# What npm ci brings is checked against the hashes of the lock file; none of it may run when it is installed.
cmp -s $here/package-lock.json $here/node_modules/.lock || {
	npm ci --prefix $here --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	cp $here/package-lock.json $here/node_modules/.lock
}
[ -e $dir/made ] && [ ! "$bin/demo" -nt $dir/made ] || {
	rm -rf $dir/demo
	mkdir $dir/demo
	"$bin/demo" $dir/demo/data 2026-01-25
	touch $dir/made
}
rm -rf $dir/empty $dir/later
mkdir $dir/empty $dir/later
cp -r $dir/demo/data $dir/later # two days on
sqlite3 $dir/later/data/views.db \
	"UPDATE meta SET v = CAST(CAST(v AS TEXT) + 172800000 AS BLOB) WHERE k = CAST('now_ms' AS BLOB)"

pids=
trap 'for p in $pids; do kill $p; wait $p || true; done' EXIT
serve() { # NAME STEP_S: sets url
	cat >$dir/$1/collector.conf <<C
[collector]
data_dir = data
listen = 127.0.0.1:0
country = IR
countries_dir = $(pwd)/configs/countries
[publish]
step_s = $2
bucket_s = $2
C
	"$bin/collector" init -c $dir/$1/collector.conf >/dev/null 2>$dir/$1/log
	"$bin/collector" serve -c $dir/$1/collector.conf 2>$dir/$1/log &
	pids="$pids $!"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		url=$(sed -n 's/.*serving on \(http:[^ ]*[0-9]\).*/\1/p' $dir/$1/log)
		[ -z "$url" ] || return 0
		sleep 0.5
	done
	cat $dir/$1/log >&2
	return 1
}
serve demo 900
base=$url
serve later 900
later=$url
serve empty 300

if [ "${1:-}" = shots ]; then
	rm -rf build/shots
	mkdir build/shots
	node $here/shots.mjs collector/routes.def "$base" "$url" build/shots
	exit 0
fi
rc=0
"$bin/web/days" | node $here/tables.mjs configs/countries/IR/regions.tsv || rc=1
/usr/bin/python3 $here/exports.py "$base" "$bin/collector" $dir/demo/collector.conf || rc=1 # Debian's: it has icalendar
/usr/bin/python3 $here/clients.py "$base" || rc=1
rm -rf $dir/month
"$bin/collector" export -c $dir/later/collector.conf --what package --month 2026-01 --asof 2026-02-02 $dir/month || rc=1
python3 $here/package.py $dir/month || rc=1
sh $here/package.sh "$later" $dir/month || rc=1
node $here/documents.mjs "$base" $dir/month || rc=1
node $here/fuzz.mjs "$base" || rc=1
node $here/grafana.mjs configs/grafana/dashboard.json collector/state.def "$base" || rc=1
node $here/pages.mjs collector/routes.def "$base" "$url" || rc=1
exit $rc
