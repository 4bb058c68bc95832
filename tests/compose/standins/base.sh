#!/usr/bin/env bash
# A Debian base image from Debian's own packages.
#   base.sh SUITE IMAGE
# It knows this machine's mirror, certificates and settings of apt, so that apt-get and pip work in images built on it.
set -euo pipefail
suite=$1 image=$2
mirror=$(awk '/^URIs:/ {print $2; exit} /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /^http/) {print $i; exit}}' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true)
[[ $mirror ]] || { echo "base.sh: apt's mirror is not known" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT

# Suites that are younger than this debootstrap are made as sid is.
script=/usr/share/debootstrap/scripts/$suite
[[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
root=$work/root
debootstrap --variant=minbase --include=ca-certificates,netbase,tzdata "$suite" "$root" "$mirror" "$script" >"$work/log" 2>&1 \
    || { tail -20 "$work/log" >&2; exit 1; }

printf 'deb %s %s main\n' "$mirror" "$suite" > "$root/etc/apt/sources.list"
cp -n /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
printf 'APT::Install-Recommends "0";\nAcquire::Languages "none";\n' > "$root/etc/apt/apt.conf.d/50standin"
printf 'path-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\npath-exclude /usr/share/locale/*\n' \
    > "$root/etc/dpkg/dpkg.cfg.d/slim"
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/*
tar -C "$root" --one-file-system -cf - . | docker import \
    -c 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' -c 'CMD ["bash"]' - "$image" >/dev/null
