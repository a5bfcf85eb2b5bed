#!/bin/sh
# package.sh BASE FOLDER: the collector at BASE, whose clock has passed the end of January by a day, makes the package of
# it by itself; what it serves of it has to be, file by file, what `collector export` made in FOLDER.
set -eu
got=$2.served
for i in $(seq 240); do
	! curl -sf "$1/data/2026-01/SHA256SUMS" -o "$2.sums" || break
	sleep 0.5
done
rm -rf "$got"
mkdir "$got"
for file in SHA256SUMS $(sed 's/.*  //' "$2.sums"); do
	curl -sSf --compressed -o "$got/$file" "$1/data/2026-01/$file"
done
diff -r "$2" "$got"
curl -sSf -o "$2.html" "$1/fa/data"
grep -q '"/data/2026-01/datapackage.json"' "$2.html"
