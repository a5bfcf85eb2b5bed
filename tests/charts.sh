#!/bin/sh
# Draws samples of every chart into build/charts, as SVG and as PNG on light and on dark paper, to be looked at.
set -eu
dir=build/charts
mkdir -p $dir
rm -f $dir/*
CHARTS=$dir "build/${MODE:-release}/tests/collector/test_chart_pictures"
for svg in $dir/*.svg; do
	rsvg-convert -z 1.5 -o "${svg%.svg}.png" "$svg"
	# The rules for dark paper last, without their condition.
	sed '/^@media/d; /^}$/d' "$svg" | rsvg-convert -z 1.5 -o "${svg%.svg}-dark.png"
done
ls $dir/*.png
