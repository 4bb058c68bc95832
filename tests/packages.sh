#!/usr/bin/env bash
# Installs the Debian packages that some tests drive: a real PostgreSQL, nginx, Prometheus, browsers and Java; builds kustomize and geckodriver.
# Without root, or where one cannot be had, it says which tests will be skipped; it never fails the run.
set -uo pipefail

missing=()
skipped=()

# need PACKAGES TESTS TEST-COMMAND…: when the command fails, the packages are wanted.
need() {
    local packages=$1 tests=$2
    shift 2
    "$@" >/dev/null 2>&1 && return
    missing+=("$packages")
    skipped+=("$tests")
}

have_postgres() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }

need "postgresql" "PostgreSQL" have_postgres
need "nginx-light" "nginx" command -v nginx
need "openssl" "TLS" command -v openssl
need "redis-server" "Redis over TLS" command -v /usr/bin/redis-server
need "prometheus" "dashboards and alerts" command -v promtool
need "prometheus-alertmanager" "Alertmanager" command -v amtool
for exporter in redis postgres elasticsearch nginx node; do
    need "prometheus-$exporter-exporter" "exporters" command -v "prometheus-$exporter-exporter"
done
need "chromium fonts-dejavu-core" "browser" command -v chromium
need "default-jdk-headless" "Elasticsearch" command -v javac
need "maven" "Elasticsearch" command -v mvn
need "firefox-esr" "Firefox" command -v firefox-esr
need "webkit2gtk-driver xvfb" "WebKit" command -v WebKitWebDriver
# Playwright's driver is a Node of its own, and wants it.
need "libatomic1" "browser" compgen -G '/usr/lib/*/libatomic.so.1'
need "wrk" "benchmarks" command -v wrk
need "faketime" "clocks" command -v faketime
need "iproute2" "many hosts" command -v ip
need "golang-go" "Kubernetes" command -v go

install_missing() {
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        echo "Not root: tests are skipped that need ${missing[*]} (${skipped[*]})."
        return
    fi

    echo "Installing ${missing[*]}…"
    export DEBIAN_FRONTEND=noninteractive
    # Tests start these servers themselves, on ports of their own: none is to run as a service of this machine.
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod +x "$policy"
        trap 'rm -f "$policy"' EXIT
    fi
    apt-get update -qq || echo "The package lists could not be refreshed."
    for index in "${!missing[@]}"; do
        # shellcheck disable=SC2086  # several packages in one word are meant
        apt-get install -y -qq --no-install-recommends ${missing[index]} >/dev/null \
            || echo "Could not install ${missing[index]}: the ${skipped[index]} tests are skipped."
    done
}

# Debian has no package of it. This is the last one that Debian 12's Go builds; the user's cache keeps it for every clone.
build_kustomize() {
    local folder=${XDG_CACHE_HOME:-$HOME/.cache}/toasoan-kustomize/v5.0.3 said
    [[ ! -x $folder/kustomize ]] || return
    echo "Building kustomize…"
    said=$(cd / && GOBIN=$folder CGO_ENABLED=0 go install sigs.k8s.io/kustomize/kustomize/v5@v5.0.3 2>&1) \
        || echo "Could not build kustomize: the Kubernetes tests are skipped (${said##*$'\n'})."
}

# Debian has none, and its own Rust is too old to build one.
build_geckodriver() {
    local folder=${XDG_CACHE_HOME:-$HOME/.cache}/toasoan-geckodriver said
    [[ ! -x $folder/bin/geckodriver ]] && ! command -v geckodriver >/dev/null || return
    if ! command -v cargo >/dev/null; then
        echo "Neither geckodriver nor cargo to build it: the Firefox tests are skipped."
        return
    fi
    echo "Building geckodriver…"
    said=$(cd / && cargo install --quiet --locked --root "$folder" geckodriver@0.37.1 2>&1) \
        || echo "Could not build geckodriver: the Firefox tests are skipped (${said##*$'\n'})."
}

(( ! ${#missing[@]} )) || install_missing
build_kustomize
build_geckodriver
exit 0
