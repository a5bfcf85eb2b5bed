#!/bin/sh
# Checks what layers.txt says, and the sizes of files and functions; one line per violation, 1 if there is any.
set -u
cd "$(dirname "$0")/.." || exit 1
LC_ALL=C
export LC_ALL
FILE_LINES_MAX=450
FUNCTION_LINES_MAX=80

c_files() { # DIR...: C sources, headers and tables
	find "$@" -name node_modules -prune -o \( -name '*.[ch]' -o -name '*.def' \) -print | sort
}

# "FILE INCLUDED" for each include of a file of this project
# shellcheck disable=SC2016  # for awk
includes() {
	c_files common probe collector tests | xargs awk '
		/^[ \t]*#[ \t]*include[ \t]*"/ { split($0, part, "\""); print FILENAME, part[2] }'
}

check_allowed() { # includes on stdin
	awk '
		function matches(name, glob) { # shell pattern with * only
			gsub(/[.+^$()|{}\[\]]/, "\\\\&", glob); gsub(/\*/, ".*", glob)
			return name ~ ("^" glob "$")
		}
		function any(name, list,   word, n, i) {
			n = split(list, word, " ")
			for (i = 1; i <= n; i++) if (matches(name, word[i])) return 1
			return 0
		}
		FNR == NR {
			if ($1 == "allow") {
				sub(/^allow[ \t]+/, ""); split($0, side, /[ \t]*:[ \t]*/)
				files[++rules] = side[1]; may[rules] = side[2]
			}
			next
		}
		{
			for (r = 1; r <= rules && !any($1, files[r]); r++);
			if (r <= rules && !any($2, may[r])) print $1 ": may not include " $2
		}' tests/layers.txt -
}

# A header of common/ is used by both programs: directly, or because a module that they use needs it.
check_common() { # includes on stdin
	awk '
		{ n[$1]++; to[$1, n[$1]] = $2 }
		$1 ~ /^common\// { known[$1] = 1 }
		function module(file) { sub(/\.[ch]$/, "", file); return file }
		function visit(file, who,   i, m) {
			if ((file, who) in seen) return
			seen[file, who] = 1
			for (i = 1; i <= n[file]; i++) visit(to[file, i], who)
			m = module(file)
			if (file ~ /^common\/.*\.h$/ && (m ".c") in known) visit(m ".c", who)
		}
		END {
			for (f in n) {
				if (f ~ /^probe\//) visit(f, "probe")
				if (f ~ /^collector\//) visit(f, "collector")
			}
			while (("ls common/*.h" | getline header) > 0) {
				if (!((header, "probe") in seen)) print header ": not used by the probe"
				if (!((header, "collector") in seen)) print header ": not used by the collector"
			}
		}'
}

files_of() { # KEYWORD: the existing files that layers.txt names for it
	sed -n "s/^$1 //p" tests/layers.txt | while read -r patterns; do
		for file in $patterns; do [ ! -e "$file" ] || echo "$file"; done
	done
}

check_plugins() {
	for file in $(files_of plugin); do
		[ ! -e "${file%.c}.h" ] || echo "${file%.c}.h: a plug-in has no header"
	done
}

check_pure() {
	impure='(clock_(wall|mono|boot)_[a-z]+|log_[a-z]+|time|clock_gettime|gettimeofday|f?printf|puts|fopen|open|openat|read|write|socket|connect|send|recv|getenv|rand|random|randombytes_[a-z]+)'
	for file in $(files_of pure); do
		grep -nE "(^|[^a-zA-Z0-9_.>])$impure\(" "$file" | grep -vE '^[0-9]+:[ 	]*(/?\*|//)' |
			sed "s|^\([0-9]*\):.*|$file:\1: pure, but does I/O or reads a clock|"
	done
}

check_names() {
	find common probe collector configs tests -name node_modules -prune -o \
		-regex '.*/\(.*_\)?\(util\|utils\|misc\|helper\|helpers\)\(_.*\|\..*\)?' -print |
		sed 's/$/: a name that says nothing/'
}

check_sizes() {
	c_files common probe collector tests | grep '\.c$' | xargs wc -l |
		awk -v max=$FILE_LINES_MAX '$2 != "total" && $1 > max {print $2 ": " $1 " lines, at most " max}'
	c_files common probe collector tests | grep '\.c$' |
		ctags --options=NONE -L - -f - --languages=C --kinds-C=f --fields=ne 2>/dev/null |
		awk -F'\t' -v max=$FUNCTION_LINES_MAX '
			{
				for (i = 4; i <= NF; i++) {
					if ($i ~ /^line:/) start = substr($i, 6)
					if ($i ~ /^end:/) end = substr($i, 5)
				}
				if (end - start + 1 > max)
					print $2 ":" start ": " $1 " has " end - start + 1 " lines, at most " max
			}'
}

# The bracket expressions keep this file from finding itself; a stub resolver is a term of DNS.
check_words() {
	grep -rnIE --exclude-dir=node_modules --include='*.[ch]' --include='*.def' --include='*.sql' --include='*.sh' \
		--include='*.py' --include='*.conf' --include=Makefile --include='*.md' \
		'TOD[O]|FIXM[E]|\bXX[X]\b|\bHAC[K]\b|\b[Ss]tu[b](bed|s)?\b|for no[w]\b|not (yet )?implemente[d]' \
		Makefile common probe collector configs tests .ci .github README.md 2>/dev/null |
		grep -viE 'stu[b] resolver' | cut -c1-160 | sed 's/$/  <- unfinished?/'
}

violations=$({
	includes | check_allowed
	includes | check_common
	check_plugins
	check_pure
	check_names
	check_sizes
	check_words
} 2>&1)
[ -n "$violations" ] || exit 0
echo "$violations"
exit 1
