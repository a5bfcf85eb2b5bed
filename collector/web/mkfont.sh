#!/bin/sh
# Makes vazirmatn.woff2, the letters of Persian pages, from the font in the npm package vazirmatn: mkfont.sh
# Needs npm and the Debian packages fonttools and python3-brotli; the build needs none of them. What it holds is said
# once more as unicode-range in style.css; tests/font.py compares both with what the pages write.
set -eu
cd "$(dirname "$0")"
version=33.0.3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
npm pack --silent --pack-destination "$tmp" vazirmatn@$version >/dev/null
tar -xzf "$tmp/vazirmatn-$version.tgz" -C "$tmp" package/OFL.txt 'package/fonts/variable/Vazirmatn[wght].ttf'
# From regular to bold, of which pages need every step that a heading may have.
fonttools varLib.instancer -q "$tmp/package/fonts/variable/Vazirmatn[wght].ttf" wght=400:700 -o "$tmp/font.ttf"
pyftsubset "$tmp/font.ttf" --flavor=woff2 --layout-features='*' --name-IDs='*' --no-hinting --output-file=vazirmatn.woff2 \
	--unicodes=20,AB,BB,60C,61B,61F,621-63A,640-655,66A-66C,67E,686,698,6A9,6AF,6C0,6CC,6F0-6F9,200C-200F
{ printf 'vazirmatn.woff2 is a part of the font Vazirmatn %s (npm package vazirmatn), weights 400 to 700.\n\n' $version
  cat "$tmp/package/OFL.txt"; } >vazirmatn.LICENSE
wc -c vazirmatn.woff2
