#!/usr/bin/env bash
# Installs Debian's WordPress with what it runs on, for `python -m benchmarks.peers`; starts no service of this machine.
set -euo pipefail

if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    echo "Not root, or no apt-get." >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Each peer is started on ports and in folders of its own: no package is to start its service, or to take port 80.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -y -qq --no-install-recommends \
    wordpress wordpress-theme-twentytwentythree php-fpm php-mysql mariadb-server nginx-light wrk >/dev/null
