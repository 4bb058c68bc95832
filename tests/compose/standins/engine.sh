#!/usr/bin/env bash
# A Docker engine with Compose of its own, from Debian's packages, on a Debian without systemd; needs root.
#   engine.sh FOLDER      afterwards: DOCKER_HOST=unix://FOLDER/docker.sock DOCKER_CONFIG=FOLDER/config docker compose …
# It ends by `kill $(cat FOLDER/dockerd.pid)`. Debian 12's Compose is too old (1.29): that of Debian testing needs nothing but
# the C library, and is taken out of its package.
set -euo pipefail
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
export DOCKER_HOST=unix://$folder/docker.sock DOCKER_CONFIG=$folder/config
plugins=$DOCKER_CONFIG/cli-plugins
mkdir -p "$plugins"
if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null || ! command -v debootstrap >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        # Not a service of this machine.
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq
    # Newer Debians have the command in a package of its own.
    apt-get install -y -qq --no-install-recommends docker.io debootstrap iptables \
        $(apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli) >/dev/null
fi
if ! docker version >/dev/null 2>&1; then
    setsid nohup dockerd --data-root "$folder/data" --exec-root "$folder/run" -H "$DOCKER_HOST" \
        --pidfile "$folder/dockerd.pid" >"$folder/dockerd.log" 2>&1 </dev/null &
    for _ in $(seq 150); do
        docker version >/dev/null 2>&1 && break
        sleep 0.2
    done
    docker version >/dev/null || { tail -5 "$folder/dockerd.log" >&2; exit 1; }
fi
if [[ ! -x $plugins/docker-compose ]]; then
    docker image inspect standin/forky >/dev/null 2>&1 || "$here/base.sh" forky standin/forky
    docker run --rm -v "$plugins:/out" standin/forky sh -euc 'cd /tmp && apt-get update -qq
        apt-get download -qq docker-compose && dpkg-deb -x docker-compose_*.deb x
        cp x/usr/libexec/docker/cli-plugins/docker-compose /out/'
fi
docker compose version
