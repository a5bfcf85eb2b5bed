#!/bin/sh
# What `make demo` does once everything is built: a collector filled with a synthetic month that follows the published
# course of January 2026 in Iran. Every page says that it is synthetic. LISTEN=ADDR:PORT chooses another address.
set -eu
listen=${LISTEN:-127.0.0.1:8080}
bin=build/${MODE:-release}
dir=build/demo
mkdir -p $dir
cat >$dir/collector.conf <<C
[collector]
data_dir = data
listen = $listen
country = IR
countries_dir = $(pwd)/configs/countries
[publish]
step_s = 900
bucket_s = 900
C
"$bin/collector" init -c $dir/collector.conf >$dir/key 2>$dir/log
if [ ! -e $dir/made ] || [ "$bin/demo" -nt $dir/made ]; then
	echo "Making a synthetic month (31 provinces, 12 ISPs) ..."
	"$bin/demo" $dir/data
	touch $dir/made
fi
echo "Synthetic January 2026:  http://$listen/?range=30d   (Ctrl-C stops)"
exec "$bin/collector" serve -c $dir/collector.conf
