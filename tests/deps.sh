#!/bin/sh
# Installs the Debian packages of the named sections of deps.txt that are missing: deps.sh build [test|bench]
set -eu
want=
for section; do
	want="$want $(awk -v s="# $section" '/^# /{on = ($0 == s); next} on && NF' deps.txt)"
done
# What another package provides is there too: nodejs from elsewhere than Debian brings npm along.
provided=$(dpkg-query -W -f='${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null | sed -n 's/^installed //p' |
	tr -d , | tr ' ' '\n')
missing=
for p in $want; do
	echo "$provided" | grep -qx "$p" || missing="$missing $p"
done
[ -n "$missing" ] || exit 0

command -v apt-get >/dev/null || {
	echo "Missing packages:$missing" >&2
	echo "This is not Debian: please install their equivalents and run make again." >&2
	exit 1
}
sudo=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "Missing packages:$missing" >&2
		echo "As root: apt-get install --no-install-recommends$missing" >&2
		exit 1
	}
	sudo=sudo
fi
echo "Installing:$missing" >&2
# Servers among the test packages (nginx, unbound) must not start by themselves: policy-rc.d says no while we install.
policy=/usr/sbin/policy-rc.d
ours=
if [ ! -e $policy ]; then
	ours=1
	printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
	$sudo chmod 755 $policy
fi
trap '[ -z "$ours" ] || $sudo rm -f $policy' EXIT
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq >/dev/null
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
# Nor at the next boot: only the tests use them, and those start their own.
for unit in nginx unbound prometheus-blackbox-exporter; do
	case " $missing " in
	*" $unit "* | *" $unit-light "*)
		! command -v systemctl >/dev/null || $sudo systemctl -q disable "$unit" 2>/dev/null || true
		;;
	esac
done
