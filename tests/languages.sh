#!/bin/sh
# Holds every file of collector/lang against en.def: languages.sh [FILE...]. Without files it also shows that a file is
# all that a language takes: one is made up, built in without a change to any source, and its pages are asked for.
set -u
english=collector/lang/en.def

check() { # FILE: what is wrong with it, line by line
	awk '
		function places(text,   found, i) { # "{0} {2}", each once, in order
			for (i = 0; i <= 9; i++) if (index(text, "{" i "}")) found = found "{" i "} "
			return found
		}
		FNR == 1 {
			if (FNR != NR) second = 1
			code = FILENAME; sub(/.*\//, "", code); sub(/\.def$/, "", code)
			if ($0 !~ "^LANGUAGE\\(" toupper(code) ", \"" code "\", \"[^\"]+\", \"(ltr|rtl)\", \"[^\" ]+\", [A-Z]+\\)$")
				print FILENAME ":1: not LANGUAGE(" toupper(code) ", \"" code "\", \"own name\", \"ltr\" or \"rtl\", \"digits\", CALENDAR)"
			next
		}
		/^TEXT\(/ {
			if (!match($0, /^TEXT\([A-Z0-9_]+, "([^"\\]|\\.)+"\)$/)) {
				print FILENAME ":" FNR ": not TEXT(SYMBOL, \"text\")"
				next
			}
			symbol = $0; sub(/^TEXT\(/, "", symbol); sub(/,.*/, "", symbol)
			if (seen[second, symbol]++) print FILENAME ":" FNR ": " symbol " is there already"
			if (!second) { is[symbol] = places($0); order[++n] = symbol; next }
			if (!(symbol in is)) print FILENAME ":" FNR ": en.def has no " symbol
			else if (is[symbol] != places($0))
				print FILENAME ":" FNR ": " symbol " fills in " places($0) "instead of " is[symbol]
		}
		END { for (i = 1; second && i <= n; i++) if (!((1, order[i]) in seen)) print FILENAME ": lacks " order[i] }
	' "$english" "$1"
}

refuses() { # SED WORDS: the file made by that command is found to be wrong
	sed "$1" $english >"$dir/fa.def"
	check "$dir/fa.def" | grep -q "$2" || {
		echo "a language of which '$1' was done passes"
		failed=1
	}
}

failed=0
[ $# != 0 ] || set -- collector/lang/*.def
for file; do
	wrong=$(check "$file")
	[ -z "$wrong" ] || {
		echo "$wrong"
		failed=1
	}
done
[ "$*" = "$(echo collector/lang/*.def)" ] || exit $failed

dir=build/language
mkdir -p $dir
refuses '1s/.*/LANGUAGE(FA, "fa", "X", "rtl", "0123456789", JALALI)/; /^TEXT(COMPARE,/d' 'lacks COMPARE$'
refuses '1s/.*/LANGUAGE(FA, "fa", "X", "rtl", "0123456789", JALALI)/; 2i TEXT(NEW_ONE, "x")' 'no NEW_ONE$'
refuses '1s/.*/LANGUAGE(FA, "fa", "X", "rtl", "0123456789", JALALI)/; /^TEXT(HEAD_LOST,/s/{1}/{2}/' 'HEAD_LOST fills in {0} {2} instead'
refuses '1s/.*/LANGUAGE(FA, "fa", "X", "up", "0123456789", JALALI)/' ':1: not LANGUAGE'
refuses '1s/.*/LANGUAGE(EN, "en", "X", "ltr", "0123456789", JALALI)/' ':1: not LANGUAGE'

# qaa is a code that no language has (ISO 639-2).
sed '1s/.*/LANGUAGE(QAA, "qaa", "Qaa", "rtl", "٠١٢٣٤٥٦٧٨٩", JALALI)/; s/"Fanous"/"Qanous"/' $english >$dir/qaa.def.new
cmp -s $dir/qaa.def.new $dir/qaa.def || mv $dir/qaa.def.new $dir/qaa.def
make -s --no-print-directory MODE=release B=$dir CFLAGS_release=-O0 \
	LANGUAGES="$(echo collector/lang/*.def) $dir/qaa.def" $dir/tests/collector/test_lang || exit 1
grep -q 'qaa\.def' $dir/obj/collector/languages.def || exit 1
sh tests/unit.sh $dir/tests/collector/test_lang || failed=1
exit $failed
