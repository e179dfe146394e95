#!/usr/bin/env bash
# Makes what the tests of nodes run on, once: roots of Debian 12 and 13, and runtimes of newer releases, unpacked. From this machine's own
# package sources, into the cache of the user (HARDEN_CONSUMERS names another folder). Needs root and mmdebstrap.
set -euo pipefail
cache=${HARDEN_CONSUMERS:-${XDG_CACHE_HOME:-$HOME/.cache}/harden/consumers}/nodes
sources=/etc/apt/sources.list.d/debian.sources
[[ -f $sources ]] || sources=/etc/apt/sources.list
mkdir -p -- "$cache"

# The root of a Debian with the programs that judge files, made anew where it is of an older list of them: NAME SUITE.
root() {
    local name=$1 suite=$2 start=$SECONDS
    [[ ! -x $cache/$name/usr/sbin/rsyslogd ]] || return 0
    rm -rf -- "${cache:?}/$name.part" "${cache:?}/$name"
    local -a from=("$sources")
    # Another release comes from the first mirror of these sources.
    grep -q "$suite" "$sources" || from=("deb $(sed -n 's/^URIs: //p; s/^deb \([^ ]*\) .*/\1/p' "$sources" | head -n 1) $suite main")
    mmdebstrap --quiet --variant=minbase \
        --include=openssh-server,nftables,auditd,procps,kmod,systemd-sysv,chrony,unattended-upgrades,diffutils,sudo,cron,rsyslog,rsyslog-gnutls \
        "$suite" "$cache/$name.part" "${from[@]}"
    mv -- "$cache/$name.part" "$cache/$name"
    echo "$name: made in $((SECONDS - start)) s"
}

root debian-12 bookworm
root debian-13 trixie

# Packages of another release, unpacked: SUITE PACKAGE.
unpacked() {
    local suite=$1 package=$2 into=$cache/$2-$1 lists=$cache/lists-$1
    [[ ! -d $into ]] || return 0
    mkdir -p -- "$lists/lists/partial" "$lists/archives/partial" "$into.part"
    grep -v -i -E '^(#|Components|Signed-By)' "$sources" >/dev/null
    sed -E "s/bookworm-security/$suite-security/; s/bookworm-updates//; s/bookworm/$suite/" "$sources" | awk 'BEGIN { RS = ""; ORS = "\n\n" } !/-security/' >"$lists/debian.sources"
    local -a options=(-o "Dir::Etc::sourcelist=$lists/debian.sources" -o Dir::Etc::sourceparts=/nowhere -o "Dir::State::lists=$lists/lists" -o "Dir::Cache::archives=$lists/archives" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" -qq update
    (cd -- "$lists" && apt-get "${options[@]}" -qq download "$package")
    dpkg-deb -x "$lists/${package}"_*.deb "$into.part"
    mv -- "$into.part" "$into"
    rm -rf -- "$lists"
}

unpacked bookworm containerd
unpacked trixie containerd
unpacked testing containerd
unpacked trixie docker.io
ls -- "$cache"
echo "CRI-O: not judged: its module cannot be built here (checksums of two requirements are not served); its drop-in has no judge"
