#!/bin/sh
# make bench [SECTION=NAME] [PROFILE=1]: each section measures in a network, a process tree and a /run of its own, so
# nothing of it is visible outside or left behind when it ends, for whatever reason. Figures never fail the command.
set -eu
cd "$(dirname "$0")/../.."
flags=-nmpf
[ "$(id -u)" = 0 ] || flags=-Urnmpf
for file in tests/bench/section_*.py; do
	section=${file#tests/bench/section_}
	[ $# = 0 ] || [ "$1.py" = "$section" ] || continue
	# What npm brings comes before there is no network, by the hashes of the lock file; none of it runs when it is installed.
	here=tests/bench/${section%.py}
	[ ! -e "$here/package-lock.json" ] || cmp -s "$here/package-lock.json" "$here/node_modules/.lock" || {
		npm ci --prefix "$here" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
		cp "$here/package-lock.json" "$here/node_modules/.lock"
	}
	# shellcheck disable=SC2016  # for the inner shell
	unshare $flags --mount-proc --kill-child sh -c 'mount -t tmpfs none /run && exec "$@"' - python3 "$file"
done
