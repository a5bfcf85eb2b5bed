#!/usr/bin/env bash
# Run a command with a whole country of its own, without root:  rootless.sh CMD...
# User, network, mount and PID namespaces with a /run in memory, where the country keeps its state: nothing
# is visible outside, and when CMD ends, for whatever reason, everything that it started or wrote there is gone.
set -euo pipefail
export COUNTRY_DIR=${COUNTRY_DIR:-/run/country}
flags=-Urnmpf
unshare -U true 2>/dev/null || flags=-nmpf # no user namespaces here: then only root can
# shellcheck disable=SC2016  # for the inner shell
exec unshare $flags --mount-proc --kill-child bash -c \
	'mount -t tmpfs none /run && ip link set lo up && exec "$@"' - "$@"
