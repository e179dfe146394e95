
readonly state=/var/lib/harden-node
readonly aside=/var/lib/harden-node-kept
readonly words=6
# Gone with a reboot, as the rules are that wait there.
readonly waiting=/run/harden-node.confirm

usage() {
    cat <<USAGE
usage: harden-node.sh [audit|apply|confirm|rollback] [--only CONTROL]... [--confirm SECONDS] [--dry-run] [--json] [--ignore-lock-out]

audit      says of each control whether this node holds it; changes nothing (exit 1 when something is left)
apply      brings the node there; files are judged by their own programs before they are put in place
confirm    keeps the firewall that apply --confirm has loaded, and puts its files in place
rollback   puts back what stood there before the first apply
--only     this control alone (with apply, a file that several controls share is written whole)
--confirm  with apply: loads the firewall for so many seconds, and writes none of its files. Log in ANEW from outside meanwhile (on the
           control plane try kubectl too), then run confirm; without it what was loaded before comes back by itself. The exit code is 1
           until then. It holds the firewall alone: everything else is applied as ever. A process of this node waits: a reboot ends
           it and loads what a boot loaded before; where logind kills processes of ended sessions (KillUserProcesses=yes) it does not
           come to its end, and the rules stay until a reboot or the next run of this script
--dry-run  with apply or rollback: shows what would be done
--json     one object a line: control, status, detail
--ignore-lock-out  goes on where the script refuses to shut somebody out: open sessions, logins of root, a node of another pool

status: ok, changed, not-observable (cannot be known here), absent (its program is not installed), reboot-needed, drift, refused, failed
exit:   0 clean or done, 1 something is left (with audit a reboot too), 2 wrong use, 3 refused or failed
USAGE
}

die() {
    printf 'harden-node.sh: %s\n' "$*" >&2
    exit 2
}

action=''
dry_run=no
json=no
confirm=''
ignore_lock_out=no
declare -A only=()
while (($#)); do
    case $1 in
        audit | apply | confirm | rollback)
            [[ -z $action ]] || die "one action at a time: $action or $1"
            action=$1
            ;;
        --only)
            (($# > 1)) || die "--only needs the id of a control"
            only[$2]=yes
            shift
            ;;
        --confirm)
            [[ ${2:-} =~ ^[1-9][0-9]{0,4}$ ]] || die "--confirm needs seconds, from 1 to 99999"
            confirm=$2
            shift
            ;;
        --dry-run) dry_run=yes ;;
        --json) json=yes ;;
        --ignore-lock-out) ignore_lock_out=yes ;;
        -h | --help)
            usage
            exit
            ;;
        *) die "unknown argument $1 (see --help)" ;;
    esac
    shift
done
action=${action:-audit}
[[ $action != audit ]] || dry_run=no
[[ $action != confirm || (${#only[@]} == 0 && $dry_run == no) ]] || die "confirm takes no --only and no --dry-run"
[[ -z $confirm || ($action == apply && $dry_run == no) ]] || die "--confirm goes with apply, and without --dry-run"
[[ $action != rollback || $json == no ]] || die "rollback says in words what it does: it does not take --json"
[[ $action != rollback || ${#only[@]} == 0 ]] || die "rollback puts back everything: it does not take --only"

unset CDPATH
folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
readonly folder
shopt -s globstar nullglob

scratch=''
beside=''
trap '[[ -z $beside ]] || rm -f -- "$beside"; [[ -z $scratch ]] || rm -rf -- "$scratch"' EXIT
# A command that must not fail did: a full disk, a file system that is read-only. What was done until then is noted in the state.
trap 'printf "harden-node.sh: %s failed (line %s): what came after it was not done. Mend the cause, then run %s again; rollback works too\n" "$BASH_COMMAND" "$LINENO" "${action:-it}" >&2; exit 3' ERR
set -E

# Where systemd runs, this is the node itself; elsewhere (an image that is being built, a chroot) the kernel belongs to another system.
live=no
[[ ! -d /run/systemd/system ]] || live=yes

declare -a order=()
# Controls whose program every node of the pool must have, as the cluster is declared.
declare -A needed=()
declare -A status_of=() detail_of=() rank=([ok]=0 [not-observable]=1 [changed]=2 [absent]=3 [reboot-needed]=4 [drift]=5 [refused]=6 [failed]=7)

# Notes what was found for every control of a list; the gravest status stays.
note() {
    local controls=$1 status=$2 detail=${3:-} control
    for control in ${controls//,/ }; do
        ((${#only[@]} == 0)) || [[ -n ${only[$control]:-} ]] || continue
        if [[ -z ${status_of[$control]:-} ]]; then
            order+=("$control")
            status_of[$control]=$status
        elif ((rank[$status] > rank[${status_of[$control]}])); then
            status_of[$control]=$status
        fi
        [[ -z $detail || $status == ok || ${detail_of[$control]:-} == *"$detail"* ]] ||
            detail_of[$control]+="${detail_of[$control]:+; }$detail"
    done
}

# A text as it stands between the quotes of JSON.
json_text() {
    local text=$1
    text=${text//\\/\\\\}
    text=${text//\"/\\\"}
    text=${text//[[:cntrl:]]/ }
    printf '%s' "$text"
}

report() {
    local control code=0 sorted
    mapfile -t sorted < <(printf '%s\n' "${order[@]}" | sort)
    for control in "${sorted[@]}"; do
        [[ -n $control ]] || continue
        if [[ $json == yes ]]; then
            printf '{"control":"%s","status":"%s","detail":"%s"}\n' "$control" "${status_of[$control]}" "$(json_text "${detail_of[$control]:-}")"
        else
            printf '%-38s %-15s %s\n' "$control" "${status_of[$control]}" "${detail_of[$control]:-}"
        fi
        case ${status_of[$control]} in
            drift) ((code >= 1)) || code=1 ;;
            reboot-needed) [[ $action == apply ]] || ((code >= 1)) || code=1 ;;
            absent) [[ -z ${needed[$control]:-} ]] || ((code >= 1)) || code=1 ;;
            refused | failed) code=3 ;;
        esac
    done
    [[ $action == apply && $dry_run == yes && $code == 1 ]] && code=0
    exit "$code"
}

# Everything that must be right before anything is changed.
check_system() {
    local tool n id version
    ((EUID == 0)) || die "must run as root"
    [[ -e /dev/fd ]] || die "/dev/fd is not there: mount /proc, and link it to /proc/self/fd (the shell reads from there)"
    for tool in awk basename cat chmod chown cmp comm cp cut dirname flock grep head ln mkdir mktemp mv readlink rm rmdir sed sha256sum sort stat sync tac tail tr uname; do
        command -v "$tool" >/dev/null || die "$tool is not installed"
    done
    [[ -z $confirm || $live == yes ]] || die "--confirm needs a running system"
    [[ -z $confirm ]] || command -v setsid >/dev/null || die "setsid is not installed: --confirm needs it"
    [[ $dry_run == no ]] || command -v diff >/dev/null || die "diff is not installed: --dry-run needs it"
    [[ -r /etc/os-release ]] || die "there is no /etc/os-release"
    # shellcheck disable=SC1091 # the file of the node
    id=$(. /etc/os-release && printf '%s' "${ID:-}")
    # shellcheck disable=SC1091 # the file of the node
    version=$(. /etc/os-release && printf '%s' "${VERSION_ID:-}")
    [[ $id == "$os_id" && $version == "$os_version" ]] ||
        die "this is $id $version, and pool $pool is declared as $os_id $os_version: nothing was changed"
    [[ $action != rollback ]] || return 0
    check_pool
    ((${#rows[@]} % words == 0)) || die "the rows are damaged"
    for ((n = 0; n < ${#rows[@]}; n += words)); do
        case ${rows[n + 1]} in
            file | head | audit-rules)
                local source want=${rows[n + 3]}
                source=$(source_of "${rows[n + 1]}" "${rows[n + 2]}")
                [[ -f $source ]] || die "$source is missing: copy the whole folder of the pool"
                [[ $(sha256sum <"$source" | cut -c1-16) == "${want#* }" ]] ||
                    die "$source is not the one that belongs to this script: copy the whole folder of the pool"
                ;;
        esac
    done
    local control
    for control in "${!only[@]}"; do
        [[ " ${rows[*]//,/ } " == *" $control "* ]] || die "this script has no control $control"
    done
}

# A script of another pool would close what this node needs: nothing is applied, and an audit says it.
check_pool() {
    local wrong=''
    if [[ $role != control-plane ]] && compgen -G '/etc/kubernetes/manifests/kube-*.yaml' >/dev/null; then
        wrong="this node runs the control plane (/etc/kubernetes/manifests), and pool $pool does not"
    elif [[ $role == worker && (-e /etc/kubernetes/manifests/etcd.yaml || -d /var/lib/etcd/member) ]]; then
        wrong="this node runs etcd, and pool $pool does not"
    elif [[ $role == control-plane && -e /etc/kubernetes/kubelet.conf ]] && ! compgen -G '/etc/kubernetes/manifests/kube-*.yaml' >/dev/null; then
        wrong="this node has joined without a control plane, and pool $pool runs it"
    elif [[ $live == yes && -n $ranges ]] && ! in_ranges; then
        wrong="no address of this node lies in the ranges of pool $pool (${ranges// /, }): $(addresses | tr '\n' ' ')"
    fi
    [[ -n $wrong ]] || return 0
    if [[ $action == audit || $ignore_lock_out == yes ]]; then
        note pool "$([[ $action == audit ]] && echo drift || echo not-observable)" "$wrong"
    else
        die "$wrong: nothing was changed (--ignore-lock-out goes on)"
    fi
}

# The addresses of this node, of its own loopback and links alone left out.
addresses() {
    { cat /proc/net/fib_trie 2>/dev/null || true; } | awk '/\|-- / { address = $2 } /host LOCAL/ && address !~ /^127\./ { print address }' | sort -u
    { cat /proc/net/if_inet6 2>/dev/null || true; } | awk '$1 !~ /^fe[89ab]/ && $6 != "lo" { text = substr($1, 1, 4); for (n = 5; n < 32; n += 4) text = text ":" substr($1, n, 4); print text }' | sort -u
}

# Whether an address of this node lies in the ranges of the pool; a node without addresses cannot tell.
in_ranges() {
    addresses | awk -v ranges="$ranges" '
        # The bits of an address, behind a letter of its family.
        function bits(text, out, halves, left, right, n, m, digit, value, parts, after) {
            if (text !~ /:/) {
                split(text, parts, ".")
                out = "4"
                for (n = 1; n <= 4; n++) for (m = 7; m >= 0; m--) out = out (int(parts[n] / 2 ^ m) % 2)
                return out
            }
            n = split(text, halves, "::")
            left = split(halves[1], parts, ":")
            if (n == 2) {
                right = split(halves[2], after, ":")
                for (m = left + 1; m <= 8 - right; m++) parts[m] = "0"
                for (m = 1; m <= right; m++) parts[8 - right + m] = after[m]
            }
            out = "6"
            for (n = 1; n <= 8; n++) {
                parts[n] = substr("0000" tolower(parts[n]), length(parts[n]) + 1)
                for (m = 1; m <= 4; m++) {
                    value = index("0123456789abcdef", substr(parts[n], m, 1)) - 1
                    for (digit = 3; digit >= 0; digit--) out = out (int(value / 2 ^ digit) % 2)
                }
            }
            return out
        }
        BEGIN {
            wanted = split(ranges, range, " ")
            for (k = 1; k <= wanted; k++) {
                split(range[k], ends, "/")
                prefix[k] = substr(bits(ends[1]), 1, 1 + ends[2])
            }
        }
        NF { seen = 1; own = bits($1); for (k = 1; k <= wanted; k++) if (index(own, prefix[k]) == 1) found = 1 }
        END { exit seen && !found }'
}

# The file of the folder that a row brings to the node.
source_of() {
    case $1 in
        head) printf '%s' "$folder/files$2.head" ;;
        *) printf '%s' "$folder/files$2" ;;
    esac
}

# --- state: what stood there before the first apply -------------------------------------------------------------------------------------

# The log is replaced whole: a full disk or a kill leaves the old one or the new one, never half a line.
record() {
    (umask 077 && mkdir -p -- "$state/files")
    {
        [[ ! -f $state/log ]] || cat -- "$state/log"
        printf '%s\n' "$1"
    } >"$state/log.new"
    sync -- "$state/log.new"
    mv -f -- "$state/log.new" "$state/log"
}

recorded() { [[ -f $state/log ]] && grep -Fxq -- "$1" "$state/log"; }

# Keeps the first version of a path, or that there was none.
remember() {
    local path=$1
    if recorded "file $path" || recorded "new $path"; then return; fi
    if [[ -e $path || -L $path ]]; then
        (umask 077 && mkdir -p -- "$state/files$(dirname -- "$path")")
        cp -a --remove-destination -- "$path" "$state/files$path"
        [[ -L $path ]] || sync -- "$state/files$path"
        record "file $path"
    else
        record "new $path"
    fi
}

# Makes a folder and those above it, each noted.
make_folder() {
    [[ ! -d $1 ]] || return 0
    make_folder "$(dirname -- "$1")"
    record "dir $1"
    mkdir -m 0755 -- "$1"
}

# The digest of a text, and that of what was put at a path last; nothing where nothing was.
digest() { sha256sum | cut -c1-16; }
digest_put() {
    [[ ! -f $state/log ]] ||
        awk -v path="$1" '$1 == "put" && substr($0, length($2) + 6) == path { found = $2 } END { print found }' "$state/log"
}

# Puts a text in the place of a file, whole or not at all. What was put is noted, so that a later change by hand is known.
put() {
    local text=$1 target=$2 mode=$3 owner=$4
    rm -f -- "$(dirname -- "$target")"/.harden.??????
    beside=$(mktemp -- "$(dirname -- "$target")/.harden.XXXXXX")
    cp -- "$text" "$beside"
    chown -- "$owner" "$beside"
    chmod -- "$mode" "$beside"
    sync -- "$beside"
    record "put $(digest <"$text") $target"
    mv -fT -- "$beside" "$target"
    beside=''
}

# Whether a file is not the one that was put there.
changed_by_hand() {
    local put
    put=$(digest_put "$1")
    [[ -n $put && -f $1 && ! -L $1 && $(digest <"$1") != "$put" ]]
}

declare -a left=()

keep_aside() {
    (umask 077 && mkdir -p -- "$aside$(dirname -- "$1")")
    cp -a --remove-destination -- "$1" "$aside$1"
    left+=("$1 was changed after it was put there: what it was now lies at $aside$1")
}

# Without the lines that are ours.
without_ours() {
    awk '$0 == "# harden: begin" { inside = 1 } !inside { sub(/^# harden: /, ""); print } $0 == "# harden: end" { inside = 0 }' "$1"
}

# Brings the first version of a file back. Of one that was changed by hand since, our lines alone are taken out where they can be told.
undo_file() {
    local path=$1 kept=$state/files$1
    rm -f -- "$(dirname -- "$path")"/.harden.??????
    if changed_by_hand "$path"; then
        if grep -q '^# harden: ' -- "$path"; then
            without_ours "$path" >"$scratch/undone"
            beside=$(mktemp -- "$(dirname -- "$path")/.harden.XXXXXX")
            cp -- "$scratch/undone" "$beside"
            chown --reference="$kept" -- "$beside"
            chmod --reference="$kept" -- "$beside"
            mv -fT -- "$beside" "$path"
            beside=''
            left+=("$path was changed after it was put there: the lines of harden are taken out, the rest stays")
            return
        fi
        # Files of the owner's where our lines are marked: without one there is nothing to take back, and the first version may be years old.
        case $path in
            /etc/fstab | /etc/ssh/sshd_config)
                left+=("$path was changed after it was put there and holds no line of harden: it stays as it is")
                return
                ;;
        esac
        keep_aside "$path"
    fi
    beside=$(dirname -- "$path")/.harden.undone
    rm -f -- "$beside"
    cp -a -- "$kept" "$beside"
    mv -fT -- "$beside" "$path"
    beside=''
}

undo_new() {
    rm -f -- "$(dirname -- "$1")"/.harden.??????
    if [[ -d $1 && ! -L $1 ]]; then
        left+=("$1 has become a folder and stays")
        return
    fi
    ! changed_by_hand "$1" || keep_aside "$1"
    rm -f -- "$1"
}

# --- files ------------------------------------------------------------------------------------------------------------------------------

# The program that must be there for a file to mean anything; nothing where none is asked for.
program_of() {
    case ${1%%:*} in
        nft) echo nft ;;
        sshd) echo sshd ;;
        audit) echo augenrules ;;
        containerd) echo containerd ;;
        dockerd) echo dockerd ;;
        crio) echo crio ;;
        kubelet | kubelet-unit) echo kubelet ;;
        visudo) echo visudo ;;
        apt) echo apt-config ;;
        rsyslog) echo rsyslogd ;;
    esac
}

# The settings of a TOML file, one a line, as one writer would write them.
settings_of() { sed -n "s/^[[:space:]]*\\([A-Za-z0-9_]* = .*\\)$/\\1/p" "$1" | tr "'" '"' | { grep -v '^version = \|^imports = ' || true; }; }

# What would be lost when a file of the runtime is replaced. Handlers, and where containers and images lie, are a reason to refuse; other
# settings are told.
lost_of() {
    local validator=$1 old=$2 new=$3 lost
    case $validator in
        containerd:*)
            lost=$(lost_handlers "$old")
            [[ -z ${lost// /} ]] || {
                echo "${lost}would be lost: bring their sections to /etc/containerd/conf.d first (containerd 2.0 or later)"
                return 1
            }
            lost=$(lost_folders "$old")
            [[ -z $lost ]] || {
                echo "${lost%, } would be lost, and with it every container and image of this node: bring it to /etc/containerd/conf.d first (containerd 2.0 or later), or move the folder on a drained node"
                return 1
            }
            lost_settings "$old"
            ;;
        dockerd)
            lost=$(lost_keys "$old" "$new" | awk -F '\t' '
                $1 ~ /^(data-root|default-runtime|exec-root|graph|runtimes|userns-remap)$/ && $2 !~ /^"(\/var\/lib\/docker|\/var\/run\/docker|runc)"$/ {
                    all = all (all == "" ? "" : ", ") $1
                }
                END { print all }')
            [[ -z $lost ]] || {
                echo "$lost would be lost, and with it containers, images or handlers of this node: give them to dockerd as flags in a drop-in of docker.service first, and take them out of the file"
                return 1
            }
            lost_keys "$old" "$new" | cut -f 1 | sed 's/$/; /' | tr -d '\n'
            ;;
    esac
}

# The keys of a JSON object and what stands behind them, one a line.
json_keys() {
    awk '
        { text = text $0 " " }
        END {
            length_of = length(text)
            for (n = 1; n <= length_of; n++) {
                c = substr(text, n, 1)
                if (quoted) {
                    if (c == "\\") { word = word c substr(text, n + 1, 1); value = value c; c = substr(text, ++n, 1) }
                    else if (c == "\"") quoted = 0
                    else word = word c
                } else if (c == "\"") { quoted = 1; word = "" }
                else if (c == "{" || c == "[") depth++
                else if (c == "}" || c == "]") depth--
                else if (c == ":" && depth == 1 && !behind) { key = word; behind = 1; value = ""; continue }
                else if (c ~ /[ \t\r]/) continue
                if (behind && !quoted && ((c == "," && depth == 1) || depth == 0)) { print key "\t" value; behind = 0 }
                else if (behind) value = value c
            }
        }' "$1"
}

# Keys of the old configuration of Docker that the new one has not, with what stands behind them.
lost_keys() {
    json_keys "$1" | while IFS= read -r line; do grep -Fxq -- "${line%%$'\t'*}" <(json_keys "$2" | cut -f 1) || printf '%s\n' "$line"; done
}

# Where the old configuration of containerd keeps containers and images, where the new one would not.
lost_folders() {
    awk '/^[[:space:]]*\[/ { exit } /^[[:space:]]*(root|state)[[:space:]]*=/' "$1" | tr "'" '"' | sed -E 's/^[[:space:]]*//; s/[[:space:]]*=[[:space:]]*/ = /; s/[[:space:]]*(#.*)?$//' |
        while IFS= read -r line; do grep -Fxq -- "$line" <(settings_of "$scratch/dump") || printf '%s, ' "$line"; done
}

lost_handlers() {
    local old new
    old=$(grep -oE 'runtimes\.[A-Za-z0-9_-]+' "$1" | sort -u) || old=''
    new=$(grep -oE 'runtimes\.[A-Za-z0-9_-]+' "$scratch/dump" | sort -u) || new=''
    comm -23 <(printf '%s\n' "$old") <(printf '%s\n' "$new") | tr '\n' ' '
}

lost_settings() {
    settings_of "$1" | while IFS= read -r line; do grep -Fxq -- "$line" <(settings_of "$scratch/dump") || printf '%s; ' "$line"; done
}

# Lets the program of a file judge it; says what is wrong.
judge() {
    local validator=$1 file=$2 said version made=no
    case ${validator%%:*} in
        nft) said=$(nft -c -f "$file" 2>&1) || { echo "nft refuses it: ${said%%$'\n'*}"; return 1; } ;;
        sshd)
            [[ -d /run/sshd ]] || { mkdir -m 0755 /run/sshd && made=yes; }
            said=$(sshd -t -f "$file" 2>&1) || { echo "sshd refuses it: ${said%%$'\n'*}"; [[ $made == no ]] || rmdir /run/sshd; return 1; }
            [[ $made == no ]] || rmdir /run/sshd
            ;;
        logrotate)
            if command -v logrotate >/dev/null; then
                said=$(logrotate -d -s /dev/null "$file" 2>&1) || { echo "logrotate refuses it: $(grep -m 1 -i error <<<"$said")"; return 1; }
            fi
            ;;
        visudo) said=$(visudo -cf "$file" 2>&1) || { echo "visudo refuses it: ${said%%$'\n'*}"; return 1; } ;;
        rsyslog) judge_rsyslog "$file" || return 1 ;;
        apt) said=$(apt-config -c "$file" dump 2>&1 >/dev/null) || { echo "apt refuses it: ${said%%$'\n'*}"; return 1; } ;;
        systemd)
            if command -v systemd-analyze >/dev/null; then
                said=$(SYSTEMD_LOG_LEVEL=err systemd-analyze --man=no --recursive-errors=no verify "$file" 2>&1) || { echo "systemd refuses it: ${said%%$'\n'*}"; return 1; }
            fi
            ;;
        containerd)
            version=$(containerd --version 2>/dev/null | tr ' ' '\n' | grep -E '^v?[0-9]+\.[0-9]+' | head -n 1) || version=''
            version=${version#v}
            [[ $version == "${validator#*:}".* || $version == "${validator#*:}" ]] || { echo "the file is for containerd ${validator#*:}, and here is ${version:-another}"; return 1; }
            said=$(containerd -c "$file" config dump 2>&1 >"$scratch/dump") || { echo "containerd refuses it: ${said%%$'\n'*}"; return 1; }
            ! grep -qi 'unknown key' <<<"$said" || { echo "containerd does not know a key: $(grep -i -m 1 'unknown key' <<<"$said")"; return 1; }
            # What it would run with, further files included.
            said=$(settings_of "$file" | while IFS= read -r line; do grep -Fxq -- "$line" <(settings_of "$scratch/dump") || printf '%s\n' "$line"; done)
            [[ -z $said ]] || { echo "containerd would not run with ${said//$'\n'/, }: see the files that imports names"; return 1; }
            ;;
        crio)
            version=$(crio --version 2>/dev/null | grep -oE '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1) || version=''
            [[ $validator != *:* || $version == "${validator#*:}".* || $version == "${validator#*:}" ]] || { echo "the file is for CRI-O ${validator#*:}, and here is ${version:-another}"; return 1; }
            judge_crio "$file" || return 1
            ;;
        kubelet)
            version=$(kubelet --version 2>/dev/null) || version=''
            version=${version##* v}
            [[ $version == "${validator#*:}".* ]] || { echo "the file is for kubelet ${validator#*:}, and here is ${version:-another}"; return 1; }
            ;;
        kubelet-unit) kubelet_arguments || return 1 ;;
        dockerd) said=$(dockerd --validate --config-file "$file" 2>&1) || { echo "dockerd refuses it: ${said%%$'\n'*}"; return 1; } ;;
    esac
}

# CRI-O reads its drop-ins over its main file: the new one is judged among those that are there. A file of registries has no judge.
judge_crio() {
    local file=$1 beside said
    local -a others=(/etc/crio/crio.conf.d/*) main=()
    grep -q '^\[crio' -- "$file" || return 0
    [[ ! -f /etc/crio/crio.conf ]] || main=(--config /etc/crio/crio.conf)
    beside=$(mktemp -d -p "$scratch" crio.XXXXXX)
    ((${#others[@]} == 0)) || cp -a -- "${others[@]}" "$beside"
    cp -- "$file" "$beside/50-harden.conf"
    said=$(crio ${main[@]+"${main[@]}"} --config-dir "$beside" config 2>&1 >/dev/null) || {
        said=$(grep -m 1 -iE 'error|fatal|invalid' <<<"$said" || head -n 1 <<<"$said")
        echo "CRI-O refuses it: $said"
        return 1
    }
}

# rsyslog reads its drop-ins as one text with the main file: the new one is judged among those that are there. The copies lie where
# AppArmor lets rsyslog read and root alone writes: the spool belongs to the user of rsyslog, where it has one, who could put links there.
judge_rsyslog() {
    local file=$1 beside said text ok=yes
    local -a others=(/etc/rsyslog.d/*)
    grep -qs '/etc/rsyslog\.d/' /etc/rsyslog.conf || { echo "/etc/rsyslog.conf does not read /etc/rsyslog.d"; return 1; }
    rm -rf -- /etc/rsyslog.d/.harden.??????
    beside=$scratch
    if [[ -d /var/spool/rsyslog && $(stat -c '%u' /var/spool/rsyslog) == 0 ]]; then
        beside=/var/spool/rsyslog
    elif [[ -d /etc/rsyslog.d && -w /etc/rsyslog.d ]]; then
        beside=/etc/rsyslog.d
    fi
    beside=$(mktemp -d -p "$beside" .harden.XXXXXX)
    mkdir -- "$beside/rsyslog.d"
    ((${#others[@]} == 0)) || cp -a -- "${others[@]}" "$beside/rsyslog.d"
    cp -- "$file" "$beside/rsyslog.d/60-harden.conf"
    text=$(</etc/rsyslog.conf)
    printf '%s\n' "${text//\/etc\/rsyslog.d\//"$beside/rsyslog.d/"}" >"$beside/rsyslog.conf"
    said=$(rsyslogd -N1 -f "$beside/rsyslog.conf" 2>&1) || ok=no
    rm -rf -- "$beside"
    [[ $ok == yes ]] || {
        said=$(grep -m 1 -i 'error' <<<"$said" || head -n 1 <<<"$said")
        echo "rsyslog refuses it: ${said//"$beside"//etc}"
        return 1
    }
}

# The files of the kubelet's unit in the order in which systemd reads them: the unit, then drop-ins by name, each name once. A folder that comes
# first here hides files of the same name in the others.
kubelet_unit() {
    local place each
    local -a places=(/etc/systemd/system /run/systemd/system /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system)
    for place in "${places[@]}"; do
        [[ ! -f $place/kubelet.service ]] || {
            printf '%s\n' "$place/kubelet.service"
            break
        }
    done
    for place in "${places[@]}"; do
        for each in "$place"/kubelet.service.d/*.conf; do printf '%s %s\n' "${each##*/}" "$each"; done
    done | sort -s -k 1,1 -u | cut -d ' ' -f 2-
}

# Whether the unit of the kubelet is started as kubeadm's is: only then is our drop-in right. Of several commands the last that is not taken
# back by an empty one counts, and what a later drop-in or a file of the environment says of the variable wins over ours.
kubelet_arguments() {
    local line file text command='' unit=no later
    local -a files=()
    mapfile -t files < <(kubelet_unit)
    [[ ${files[0]:-} != */kubelet.service ]] || unit=yes
    for file in "${files[@]}" /etc/default/kubelet /var/lib/kubelet/kubeadm-flags.env; do
        [[ -f $file && $file != */50-harden.conf ]] || continue
        later=no
        [[ $file == */kubelet.service || ($file == *.conf && ! ${file##*/} > 50-harden.conf) ]] || later=yes
        while IFS= read -r line; do
            [[ ! $line =~ ^[[:space:]]*ExecStart[[:space:]]*=[[:space:]]*(.*)$ ]] || command=${BASH_REMATCH[1]}
            [[ $line == *KUBELET_CONFIG_ARGS=* && $line != *'#'*KUBELET_CONFIG_ARGS=* ]] || continue
            text=${line#*KUBELET_CONFIG_ARGS=}
            text=${text//[\"\' ]/}
            [[ $text != *--config-dir=/etc/kubernetes/kubelet.conf.d* ]] || continue
            [[ $later == no && $text == --config=/var/lib/kubelet/config.yaml ]] || {
                echo "$file sets KUBELET_CONFIG_ARGS in its own way: add --config-dir=/etc/kubernetes/kubelet.conf.d there"
                return 1
            }
        done < <(sed -e ':a' -e '/\\$/{N;ba' -e '}' -e 's/\\\n/ /g' "$file")
    done
    # shellcheck disable=SC2016 # the name of the variable
    [[ $unit == no || $command == *'$KUBELET_CONFIG_ARGS'* || $command == *'${KUBELET_CONFIG_ARGS}'* ]] || {
        # shellcheck disable=SC2016 # the name of the variable
        echo 'kubelet.service does not pass $KUBELET_CONFIG_ARGS (the package of kubeadm brings a drop-in that does)'
        return 1
    }
}

# How strict a value of a kernel setting is, where values are ordered; nothing for other settings.
strictness() {
    case $1 in
        fs.protected_fifos | fs.protected_regular | kernel.kptr_restrict | kernel.perf_event_paranoid | kernel.yama.ptrace_scope)
            [[ ! $2 =~ ^-?[0-9]+$ ]] || printf '%s' "$2"
            ;;
        kernel.unprivileged_bpf_disabled)
            # 2 can be taken back, 1 cannot.
            case $2 in
                0 | 2) printf '%s' "$2" ;;
                1) printf '3' ;;
            esac
            ;;
    esac
}

# The value of a kernel setting in files, the last that says one.
configured() {
    local key=$1
    shift
    awk -v key="$key" '
        /^[[:space:]]*[#;]/ || !/=/ { next }
        {
            name = value = $0
            sub(/[[:space:]]*=.*/, "", name)
            gsub(/^[[:space:]]*-?|[[:space:]]/, "", name)
            gsub(/\//, ".", name)
            sub(/^[^=]*=[[:space:]]*/, "", value)
            sub(/[[:space:]]+$/, "", value)
            if (name == key) found = value
        }
        END { print found }' /dev/null "$@"
}

# Files of kernel settings that are read before one, or after it, in their order; of one name in several folders the first counts.
read_beside() {
    local place each
    for place in /etc /run /usr/local/lib /usr/lib; do
        for each in "$place"/sysctl.d/*.conf; do printf '%s %s\n' "${each##*/}" "$each"; done
    done | sort -s -k 1,1 -u | awk -v when="$1" -v own="${2##*/}" '(when == "before") ? $1 < own : $1 > own { print $2 }'
}

# Behind all of ours, and before what others call 95-i and later.
readonly ours_end=/etc/sysctl.d/95-harden.conf

# Whether a file that is read after ours loosens a setting at the next boot, whatever holds now.
loosened_at_boot() {
    local key=${1//\//.} want=$2 file value rank
    local -a after=()
    mapfile -t after < <(read_beside after "$ours_end")
    value=$(configured "$key" "${after[@]}")
    [[ -n $value && $value != "$want" ]] || return 1
    rank=$(strictness "$key" "$value")
    [[ -z $rank ]] || ((rank <= $(strictness "$key" "$want"))) || return 1
    for file in "${after[@]}"; do
        [[ $(configured "$key" "$file") != "$value" ]] || printf '%s sets %s to %s at boot, wanted %s' "$file" "$1" "$value" "$want"
    done
}

readonly stricter='# Stricter than asked for: it was so before.'
declare -A floors=()

# The value that a setting is to have, as $floor: what is asked for, or what is stricter and there already, kept by an earlier run, said by
# another file, or live. What is live because our own file says so is not there already.
find_floor() {
    local key=$1 file=$3 value rank best live_value ours='' kept=''
    local -a before=()
    floor=$2
    if [[ -n ${floors[$key]:-} ]]; then
        floor=${floors[$key]}
        return
    fi
    best=$(strictness "$key" "$floor")
    [[ -n $best ]] || return 0
    mapfile -t before < <(read_beside before "$file")
    live_value=''
    if [[ $live == yes && -r $(sysctl_path "$key") ]]; then live_value=$(<"$(sysctl_path "$key")"); fi
    if [[ -f $file ]]; then
        ours=$(configured "$key" "$file")
        ! grep -A 1 -Fx -- "$stricter" "$file" | grep -q "^${key//./\\.} = " || kept=$ours
    fi
    [[ $live_value != "$ours" ]] || live_value=''
    for value in "$(configured "$key" "${before[@]}")" "$kept" "$live_value"; do
        rank=$(strictness "$key" "$value")
        if [[ -n $rank ]] && ((rank > best)); then best=$rank floor=$value; fi
    done
    floors[$key]=$floor
}

# The lines of the machine's own interfaces: those that are there before kernel settings are read keep what they were made with, so what had to
# be set on one is set at every boot. A card that is away (one that a pod has) keeps its line; none is no error (`-`).
lines_of_interfaces() {
    local key=$1 want=$2 file=$3 interface below leaf kept=''
    [[ $live == yes ]] || return 0
    below=${key%.default.*}
    below=${below//.//} leaf=${key##*.}
    [[ ! -f $file ]] || kept=$(sed -n "s|^-$below/\\([^/]*\\)/$leaf = $want\$|\\1|p" "$file")
    while IFS= read -r interface; do
        if [[ $'\n'$kept$'\n' == *$'\n'$interface$'\n'* ]] ||
            { [[ -r /proc/sys/$below/$interface/$leaf ]] && [[ $(<"/proc/sys/$below/$interface/$leaf") != "$want" ]]; }; then
            printf -- '-%s/%s/%s = %s\n' "$below" "$interface" "$leaf" "$want"
        fi
    done < <({ machine_interfaces; [[ -z $kept ]] || printf '%s\n' "$kept"; } | sort -u)
}

# The largest value of an audit option, `-b 8192`: the one that is asked for, or that of a file of another owner.
largest_option() {
    local file
    {
        printf '%s\n' "${1#-? }"
        for file in /etc/audit/rules.d/*.rules; do
            [[ $file == "$2" ]] || sed -nE "s/^[[:space:]]*${1:0:2}[[:space:]]*([0-9]{1,9})[[:space:]]*$/\\1/p" "$file"
        done
    } | sort -n | tail -n 1
}

# The text that a file is to have, at $wanted.
render() {
    local kind=$1 target=$2 source=$3 line path
    case $kind in
        file)
            if [[ $target == /etc/sysctl.d/* ]]; then
                while IFS= read -r line; do
                    if [[ $line == [a-z]*' = '* ]]; then
                        find_floor "${line%% = *}" "${line#* = }" "$target"
                        [[ $floor == "${line#* = }" ]] || printf '%s\n' "$stricter"
                        line="${line%% = *} = $floor"
                    fi
                    printf '%s\n' "$line"
                    [[ $line != net.ipv[46].conf.default.*' = '* ]] || lines_of_interfaces "${line%% = *}" "$floor" "$target"
                done <"$source" >"$wanted"
            else
                cat -- "$source" >"$wanted"
            fi
            ;;
        head)
            {
                echo '# harden: begin'
                cat -- "$source"
                echo '# harden: end'
                awk '$0 == "# harden: begin" { inside = 1 } !inside { print } $0 == "# harden: end" { inside = 0 }' "$target"
            } >"$wanted"
            ;;
        audit-rules)
            # One watch below a folder that is not there would keep every later rule from being loaded. A larger backlog of another file stays,
            # and so does its panic where an event is lost.
            while IFS= read -r line; do
                path=''
                [[ $line != '-w '* ]] || path=${line#-w } path=${path%% *}
                [[ $line != -[bf]' '* ]] || line="${line:0:2} $(largest_option "$line" "$target")"
                [[ -n $path && ! -d $(dirname -- "$path") ]] || printf '%s\n' "$line"
            done <"$source" >"$wanted"
            ;;
    esac
}

declare -A effects=()
# The controls of the firewall, where it is loaded for a time.
pending=''

# What belongs together is brought whole or not at all: once a file of an effect is not, those that follow wait.
declare -A held_back=()
hold_back() {
    note "$1" "$2" "$3"
    [[ -z $4 ]] || held_back[$4]=$2
}

# Whether the kernel has the watches and options of a file: whoever deletes them, an error half way through, or an option of a later file leaves
# the file as it is.
loaded_rules() {
    local controls=$1 file=$2 loaded status line path
    local -a missing=()
    if [[ $live == no ]] || ! loaded=$(auditctl -l 2>/dev/null) || ! status=$(auditctl -s 2>/dev/null); then
        note "$controls" not-observable "which audit rules are loaded is not known"
        return
    fi
    loaded=$(tr ' =' '\n' <<<"$loaded")
    while IFS= read -r line; do
        case $line in
            '-w '*)
                path=${line#-w }
                grep -Fxq -- "${path%% *}" <<<"$loaded" || missing+=("${path%% *}")
                ;;
            '-b '*) grep -Fxq -- "backlog_limit ${line#-b }" <<<"$status" || missing+=("$line") ;;
            '-f '*) grep -Fxq -- "failure ${line#-f }" <<<"$status" || missing+=("$line") ;;
        esac
    done <"$file"
    if ((${#missing[@]} == 0)); then
        note "$controls" ok
    elif grep -q '^enabled 2' <<<"$status"; then
        note "$controls" reboot-needed "audit rules are locked until a reboot, and these are not loaded: ${missing[*]}"
    elif [[ $action == apply && $dry_run == no ]]; then
        effects[audit]=$controls
        note "$controls" changed "audit rules that were not loaded are loaded"
    else
        note "$controls" drift "audit rules of $file are not loaded: ${missing[*]}"
    fi
}

row_file() {
    local kind=$1 controls=$2 target=$3 want=$4 validator=$5 effect=$6
    local source mode program control said current=none
    if [[ -n ${held_back[${effect:-none}]:-} ]]; then
        note "$controls" "${held_back[$effect]}"
        return
    fi
    source=$(source_of "$kind" "$target")
    mode=${want%% *}
    program=$(program_of "$validator")
    if [[ -n $program ]] && ! command -v "$program" >/dev/null; then
        hold_back "$controls" absent "$program is not installed: $target is not written" "$effect"
        case $program in
            containerd | crio | dockerd | kubelet) for control in ${controls//,/ }; do needed[$control]=yes; done ;;
        esac
        return
    fi
    if [[ -L $target || (-e $target && ! -f $target) ]]; then
        hold_back "$controls" refused "$target is no plain file: left alone" "$effect"
        return
    fi
    if [[ $kind == head && ! -f $target ]]; then
        note "$controls" absent "there is no $target"
        return
    fi
    local wanted
    wanted=$scratch/$(basename -- "$target")
    render "$kind" "$target" "$source"
    if [[ -f $target ]]; then
        current=$(stat -c '%a' -- "$target")
        # Never wider than it is.
        mode=$(printf '%o' $((8#$mode & 8#$current)))
        if cmp -s -- "$wanted" "$target" && ((8#$current == 8#$mode)) && [[ $(stat -c '%u:%g' -- "$target") == 0:0 ]]; then
            # The same file may mean something else since its program was upgraded or a file beside it was changed.
            case $validator in
                containerd:* | crio:* | kubelet:* | kubelet-unit)
                    if ! said=$(judge "$validator" "$wanted"); then
                        note "$controls" drift "$target: $said"
                        return
                    fi
                    ;;
                audit)
                    loaded_rules "$controls" "$wanted"
                    return
                    ;;
            esac
            note "$controls" ok
            return
        fi
    fi
    if ! said=$(judge "$validator" "$wanted"); then
        hold_back "$controls" refused "$target: $said" "$effect"
        return
    fi
    local lost=''
    if [[ $current != none ]]; then
        lost=$(lost_of "$validator" "$target" "$wanted") || {
            note "$controls" refused "$target: $lost"
            return
        }
        lost=${lost:+, and these settings of it go: ${lost%; }}
    fi
    if [[ $effect == firewall ]] && ! said=$(other_firewall && lock_out "$wanted"); then
        hold_back "$controls" refused "$said" "$effect"
        return
    fi
    if [[ $effect == ssh && $action == apply ]] && ! said=$(root_lock_out "$wanted"); then
        note "$controls" refused "$said"
        return
    fi
    if [[ $action == audit || $dry_run == yes ]]; then
        if [[ $current == none ]]; then note "$controls" drift "$target is missing"; else note "$controls" drift "$target differs$lost"; fi
        if [[ $dry_run == yes && $json == no ]]; then
            if [[ $current == none ]]; then diff -u --label /dev/null --label "$target" /dev/null "$wanted" || true; else diff -u --label "$target" --label "$target" "$target" "$wanted" || true; fi
        fi
        return
    fi
    if [[ $effect == firewall && -n $confirm ]]; then
        [[ $validator != nft ]] || cp -- "$wanted" "$scratch/pending.nft"
        pending=$controls
        note "$controls" drift "$target waits for confirm"
        return
    fi
    make_folder "$(dirname -- "$target")"
    remember "$target"
    put "$wanted" "$target" "$mode" 0:0
    note "$controls" changed "$target is written$lost"
    [[ -z $effect ]] || effects[$effect]=$controls
}

# What sshd takes from its files now, and nothing where it does not answer.
sshd_settings() {
    local made=no
    [[ -d /run/sshd ]] || { mkdir -m 0755 /run/sshd 2>/dev/null && made=yes; } || true
    sshd -T 2>/dev/null || true
    [[ $made == no ]] || rmdir /run/sshd
}

# Whether somebody came by ssh: sudo and su forget the variable, so the programs above this one are looked at too.
came_by_ssh() {
    local pid=$$ name
    [[ -z ${SSH_CONNECTION:-} ]] || return 0
    while [[ -r /proc/$pid/status ]]; do
        name=$(awk '$1 == "Name:" { print $2 }' "/proc/$pid/status")
        [[ $name != sshd && $name != sshd-session ]] || return 0
        pid=$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")
        ((pid > 0)) || return 1
    done
    return 1
}

# Whether somebody came by an account of their own, and so has a way in that is not root's.
came_by_account() {
    local login
    [[ -z ${SUDO_USER:-} || $SUDO_USER == root ]] || return 0
    login=$(cat /proc/self/loginuid 2>/dev/null) || login=''
    [[ $login =~ ^[0-9]+$ && $login != 0 && $login != 4294967295 ]]
}

# Accounts beside root that sudo lets become root, by name or by group, and that have a shell.
sudo_accounts() {
    local who group shell
    command -v sudo >/dev/null || return 0
    while IFS= read -r who; do
        if [[ $who == %* ]]; then
            group=$(getent group "${who#%}") || continue
            printf '%s\n' "${group##*:}" | tr ',' '\n'
            group=${group#*:*:}
            getent passwd | awk -F : -v id="${group%%:*}" '$4 == id { print $1 }'
        else
            printf '%s\n' "$who"
        fi
    done < <(cat /etc/sudoers /etc/sudoers.d/* 2>/dev/null | sed -nE 's/^[[:space:]]*(%?[A-Za-z_][A-Za-z0-9_.-]*)[[:space:]]+ALL[[:space:]]*=.*/\1/p') | sort -u | while IFS= read -r who; do
        [[ -n $who && $who != root ]] || continue
        shell=$(getent passwd "$who") || continue
        shell=${shell##*:}
        case $shell in
            */nologin | */false) ;;
            *) printf '%s\n' "$who" ;;
        esac
    done
}

# Whether the end of root's logins leaves nobody a way in. In an image that is being built nobody is.
root_lock_out() {
    local file=$1
    [[ $live == yes && $ignore_lock_out == no ]] || return 0
    grep -Eqi '^[[:space:]]*PermitRootLogin[[:space:]]+no' -- "$file" || return 0
    # Not open as it is: nothing is closed.
    ! sshd_settings | grep -Fxiq 'permitrootlogin no' || return 0
    ! came_by_account || return 0
    if came_by_ssh; then
        echo "root is logged in by ssh, and PermitRootLogin no ends such logins: come in by an account that may use sudo, or say --ignore-lock-out"
        return 1
    fi
    [[ -z $(sudo_accounts) ]] || return 0
    echo "PermitRootLogin no ends logins of root, and sudo lets no other account become root: make one, or say --ignore-lock-out (the console stays)"
    return 1
}

# --- the firewall -----------------------------------------------------------------------------------------------------------------------

# Whether the script keeps sshd from being started: the spec says that nobody comes to nodes of this pool by ssh.
ssh_is_closed() { [[ " ${rows[*]} " == *' link /etc/systemd/system/ssh.service /dev/null '* ]]; }

# The ports on which sshd listens or will after a boot, or systemd for it. Its file alone opens none: it is there where sshd is switched off.
ssh_ports() {
    local port on=no
    if systemctl is-active -q ssh.service || systemctl is-enabled -q ssh.service; then on=yes; fi 2>/dev/null
    {
        for port in $(sshd_settings | awk '$1 == "port" { print $2 }'); do
            [[ $on == no && -z $(ss -Htln "( sport = :$port )" 2>/dev/null) ]] || printf '%s\n' "$port"
        done
        ! systemctl is-active -q ssh.socket 2>/dev/null || systemctl show -p Listen --value ssh.socket | sed -nE 's/.*:([0-9]+) \(Stream\).*/\1/p'
    } | sort -u
}

# Addresses that are connected to a port of this node now.
peers() { { ss -Htn state established "( sport = :$1 )" 2>/dev/null || true; } | awk '{ print $NF }' | sed -E 's/:[0-9]+$//; s/^\[(.*)\]$/\1/; s/%.*//; s/^::ffff://'; }

# The sets of addresses that rules let reach a TCP port.
sets_for() {
    awk -v port="$2" '
        $1 ~ /^ip6?$/ && $2 == "saddr" && $4 == "tcp" && $5 == "dport" && $7 == "accept" {
            split($6, ends, "-")
            if ((port + 0 >= ends[1] + 0) && (port + 0 <= (ends[2] == "" ? ends[1] : ends[2]) + 0)) print substr($3, 2)
        }' "$1"
}

# Of the addresses that follow a port, those that rules do not let reach it; asked of nft itself, in a network namespace of its own.
shut_out() {
    local file=$1 port=$2
    shift 2
    # shellcheck disable=SC2016 # for the inner shell
    unshare --net sh -c '
        nft -f "$1" || exit 1
        sets=$2
        shift 2
        for peer; do
            in=no
            for set in $sets; do
                ! nft get element inet harden_node "$set" "{ $peer }" >/dev/null 2>&1 || in=yes
            done
            [ "$in" = yes ] || echo "$peer"
        done' sh "$file" "$(sets_for "$file" "$port" | tr '\n' ' ')" "$@"
}

# The stock unit flushes every table, so it cannot stay beside ours; whoever enabled it may count on its rules. Its stop flushes as well
# (`ExecStop` of the unit of Debian and Ubuntu): it is to be disabled, and never stopped while pods run.
other_firewall() {
    ! compgen -G '/etc/systemd/system/*.wants/nftables.service' >/dev/null || {
        echo "nftables.service is enabled, and would flush our rules at boot: declare what /etc/nftables.conf opens, then run systemctl disable nftables.service, without --now: its stop flushes the rules of kube-proxy and the network plug-in too"
        return 1
    }
}

# Firewalls of other programs that are on. By their defaults they drop what passes through a node (pods, Services), or bring rules of kube-proxy
# back at boot that are of another day.
other_programs() {
    local program
    for program in firewalld netfilter-persistent ufw; do
        compgen -G "/etc/systemd/system/*.wants/$program.service" >/dev/null || continue
        [[ $program != ufw ]] || grep -Eqs '^[[:space:]]*ENABLED="?yes' /etc/ufw/ufw.conf || continue
        printf '%s ' "$program"
    done
}

# Whether the rules let in anew whoever is connected now: by ssh, and on the control plane to the API server and to etcd.
lock_out() {
    local file=$1 port who own out way='declare its range'
    local -a found=()
    [[ $live == yes && $ignore_lock_out == no ]] || return 0
    grep -q 'policy drop' -- "$file" || return 0
    command -v sshd >/dev/null || [[ -n $guarded ]] || return 0
    command -v ss >/dev/null || {
        echo "ss is not installed (package iproute2), so it is not known who is connected: install it, or say --ignore-lock-out"
        return 1
    }
    own=$(addresses)
    for port in $(ssh_ports) $guarded; do
        who="is connected to port $port now"
        [[ " $guarded " == *" $port "* ]] || who='holds an ssh session now'
        if [[ $who == *session* ]] && ssh_is_closed; then
            way='end the session and come by the console'
        elif [[ -z $(sets_for "$file" "$port") ]]; then
            echo "sshd listens on port $port, which the firewall does not let in: declare it under open, or say --ignore-lock-out"
            return 1
        fi
        # What comes from this node itself comes over loopback.
        mapfile -t found < <({
            [[ $who != *session* || -z ${SSH_CONNECTION:-} ]] || printf '%s\n' "${SSH_CONNECTION%% *}"
            peers "$port"
        } | grep -Ev '^(127\..*|::1|)$' | grep -Fxv -f <(printf '%s\n' "${own:-none}") | sort -u)
        ((${#found[@]})) || continue
        out=$(shut_out "$file" "$port" "${found[@]}" 2>/dev/null) || {
            echo "nft does not tell whom the rules let in: see to it, or say --ignore-lock-out"
            return 1
        }
        [[ -z $out ]] || {
            echo "the firewall would refuse ${out//$'\n'/, }, which $who: $way, or say --ignore-lock-out"
            return 1
        }
    done
}

row_firewall() {
    local controls=$1 file=$2 running wanted others
    others=$(other_programs)
    [[ -z $others ]] || note "$controls" drift "${others% } filters beside it, and may drop what pods and Services need: declare what it opens under open, then switch it off for good"
    if [[ $live == no ]]; then
        note "$controls" not-observable "no running system: rules are loaded at boot"
        return
    fi
    [[ ! -d $waiting ]] || note "$controls" drift "rules are loaded and wait for confirm"
    [[ ! -f $scratch/pending.nft ]] || file=$scratch/pending.nft
    command -v nft >/dev/null && [[ -f $file ]] || return 0
    running=$(nft -s list table inet harden_node 2>/dev/null) || running=''
    # shellcheck disable=SC2016 # for the inner shell
    wanted=$(unshare --net sh -c 'nft -f "$1" && nft -s list table inet harden_node' sh "$file" 2>/dev/null) || wanted=''
    if [[ -z $wanted ]]; then
        note "$controls" not-observable "the rules cannot be loaded for comparison"
    elif [[ -n $confirm && ($running != "$wanted" || -n $pending) && -z ${held_back[firewall]:-} ]]; then
        [[ $file != "$2" ]] || cp -- "$file" "$scratch/pending.nft"
        pending=$controls
        note "$controls" drift "rules are loaded for $confirm seconds: log in anew, then run confirm"
    elif [[ $running == "$wanted" ]]; then
        note "$controls" ok
    elif [[ $action == apply && $dry_run == no ]]; then
        effects[firewall]=$controls
        note "$controls" changed "rules are loaded"
    else
        note "$controls" drift "the loaded rules are not those of $file"
    fi
}

# Loads rules that a process of its own takes back, unless they are confirmed before. Nothing is written but below /run.
load_for_a_time() {
    local rules=$1 token=$$.$EPOCHREALTIME
    (umask 077 && mkdir -- "$waiting")
    {
        printf '%s\n' 'table inet harden_node' 'delete table inet harden_node'
        nft -s list table inet harden_node 2>/dev/null || true
    } >"$waiting/before.nft"
    cp -- "$rules" "$waiting/node.nft"
    printf '%s\n' "$((EPOCHSECONDS + confirm))" >"$waiting/until"
    printf '%s\n' "$token" >"$waiting/token"
    # shellcheck disable=SC2016 # for the inner shell
    setsid --fork sh -c '
        sleep "$1"
        exec 9>/run/harden-node.lock
        flock 9
        [ "$(cat "$2/token" 2>/dev/null)" = "$3" ] || exit 0
        nft -f "$2/before.nft" || nft delete table inet harden_node
        rm -rf -- "$2"
        ! command -v logger >/dev/null || logger -t harden-node "the firewall was not confirmed: what was loaded before is back"
        ' sh "$confirm" "$waiting" "$token" </dev/null >/dev/null 2>&1 9>&-
    nft -f "$rules" || {
        rm -rf -- "$waiting"
        return 1
    }
}

take_back() {
    nft -f "$waiting/before.nft" 2>/dev/null || nft delete table inet harden_node 2>/dev/null || true
    rm -rf -- "$waiting"
}

# What becomes of rules that wait, before anything else is done. A process that was killed has left them: their time counts all the same.
settle() {
    local until=0
    [[ -d $waiting ]] || return 0
    [[ ! -s $waiting/until ]] || until=$(<"$waiting/until")
    if [[ $action == rollback ]] || ((EPOCHSECONDS > until + 5)); then
        take_back
    elif [[ $action == apply ]]; then
        die "the firewall waits to be confirmed: run confirm, or wait $((until - EPOCHSECONDS)) seconds"
    fi
}

# Makes the rules that wait lasting.
keep() {
    [[ -d $waiting ]] || die "no rules wait to be confirmed: the time has run out, or the node was started anew"
    cmp -s -- "$(source_of file "$1")" "$waiting/node.nft" || die "the rules that wait are not those of this folder"
    rm -rf -- "$waiting"
    # Whoever confirms has come in.
    ignore_lock_out=yes
    action=apply
}

# --- single rules -----------------------------------------------------------------------------------------------------------------------

# Controls of which a pattern met no file.
declare -A unseen=()

row_mode() {
    local controls=$1 pattern=$2 want=$3 path mode owner now wanted_owner
    mode=${want%% *}
    owner=${want#* }
    local -a found=()
    mapfile -t found < <(compgen -G "$pattern" || true)
    if ((${#found[@]} == 0)); then
        for path in ${controls//,/ }; do unseen[$path]=yes; done
        return
    fi
    note "$controls" ok
    for path in "${found[@]}"; do
        if [[ -L $path ]]; then
            note "$controls" not-observable "$path is a symbolic link: its target is not judged"
            continue
        fi
        [[ -e $path ]] || continue
        now=$(stat -c '%a %U:%G' -- "$path")
        wanted_owner=$owner
        local narrowed
        narrowed=$(printf '%o' $((8#${now%% *} & 8#$mode)))
        if ((8#$narrowed == 8#${now%% *})) && [[ ${now#* } == "$wanted_owner" ]]; then continue; fi
        if [[ $action == apply && $dry_run == no ]]; then
            recorded_mode "$path" || record "mode $(stat -c '%a %u:%g' -- "$path") $path"
            chown -- "$wanted_owner" "$path"
            # Five digits: with fewer a folder keeps its bits of user and group.
            chmod "0$(printf '%04d' "$narrowed")" -- "$path"
            note "$controls" changed "$path is $narrowed $wanted_owner"
        else
            note "$controls" drift "$path is $now, wanted $narrowed $wanted_owner"
        fi
    done
}

recorded_mode() {
    [[ -f $state/log ]] && awk -v path="$1" '$1 == "mode" { line = $0; sub(/^mode [^ ]+ [^ ]+ /, "", line); if (line == path) found = 1 } END { exit !found }' "$state/log"
}

# Settings that the kernel takes back only at a reboot.
is_one_way() {
    case $1 in
        kernel.kexec_load_disabled | kernel.unprivileged_bpf_disabled) return 0 ;;
        *) return 1 ;;
    esac
}

# The file of a kernel setting. `net/ipv4/conf/eth0.5/rp_filter` is one of an interface, whose name may hold dots.
sysctl_path() {
    case $1 in
        */*) printf '/proc/sys/%s' "$1" ;;
        *) printf '/proc/sys/%s' "${1//.//}" ;;
    esac
}

# Interfaces of the machine itself: cards, bonds, VLANs. Those that plug-ins and runtimes make are theirs.
machine_interfaces() {
    local each
    for each in /sys/class/net/*; do
        if [[ -e $each/device || -d $each/bonding || -e /proc/net/vlan/${each##*/} ]]; then printf '%s\n' "${each##*/}"; fi
    done
}

# The kernel hands what is under `default` on to new interfaces alone: those that are there keep what they have, and it counts.
row_sysctl() {
    local controls=$1 key=$2 want=$3 family interface later
    if later=$(loosened_at_boot "$key" "$want"); then
        note "$controls" drift "$later"
    fi
    if [[ $live == no ]]; then
        note "$controls" not-observable "no running system: values are set at boot"
        return
    fi
    hold_sysctl "$controls" "$key" "$want"
    [[ $key == net.ipv[46].conf.default.* ]] || return 0
    family=${key#net.}
    family=${family%%.*}
    while IFS= read -r interface; do
        hold_sysctl "$controls" "net/$family/conf/$interface/${key##*.}" "$want"
    done < <(machine_interfaces)
}

hold_sysctl() {
    local controls=$1 key=$2 want path now
    find_floor "$key" "$3" "$ours_end"
    want=$floor
    path=$(sysctl_path "$key")
    if [[ ! -r $path ]]; then
        note "$controls" not-observable "this kernel has no $key"
        return
    fi
    now=$(tr '\t' ' ' <"$path")
    if [[ $now == "$want" ]]; then
        note "$controls" ok
    elif [[ $action == apply && $dry_run == no ]]; then
        recorded_key "$key" || record "sysctl $key $now"
        if { printf '%s\n' "$want" >"$path"; } 2>/dev/null; then
            note "$controls" changed "$key goes from $now to $want"
        else
            note "$controls" reboot-needed "$key is $now and cannot be set to $want while the system runs"
        fi
    else
        note "$controls" drift "$key is $now, wanted $want"
    fi
}

recorded_key() { [[ -f $state/log ]] && grep -q -- "^sysctl ${1//./\\.} " "$state/log"; }

row_module_off() {
    local controls=$1 module=$2 said
    if [[ $live == yes && -d /sys/module/${module//-/_} ]]; then
        if grep -qs "/${module//[-_]/[-_]}\.ko" "/lib/modules/$(uname -r)/modules.builtin"; then
            note "$controls" drift "$module is built into this kernel: no reboot takes it away"
        else
            note "$controls" reboot-needed "$module is loaded: it stays until a reboot"
        fi
    fi
    if ! command -v modprobe >/dev/null; then
        note "$controls" not-observable "modprobe is not installed"
        return
    fi
    said=$(modprobe -n -v -- "$module" 2>&1) || true
    case $said in
        *'install /bin/false'*) note "$controls" ok ;;
        *) [[ $action == apply && $dry_run == yes ]] || note "$controls" drift "$module could be loaded" ;;
    esac
}

row_module_load() {
    local controls=$1 module=$2
    if [[ $live == no ]]; then
        note "$controls" not-observable "no running system: modules are loaded at boot"
    elif [[ -d /sys/module/${module//-/_} ]]; then
        note "$controls" ok
    elif [[ $action == apply && $dry_run == no ]]; then
        if modprobe -- "$module" 2>/dev/null; then
            note "$controls" changed "$module is loaded"
        else
            note "$controls" not-observable "$module cannot be loaded: not in this kernel, or built in"
        fi
    else
        note "$controls" drift "$module is not loaded"
    fi
}

row_link() {
    local controls=$1 path=$2 target=$3 effect=$4
    # What is refused once is not begun.
    [[ ${status_of[$controls]:-} != refused && -z ${held_back[${effect:-none}]:-} ]] || return 0
    if [[ -L $path && $(readlink -- "$path") == "$target" ]]; then
        note "$controls" ok
    elif [[ -e $path && ! -L $path ]]; then
        note "$controls" refused "$path is a file of its own: left alone"
    elif [[ $effect == firewall && -n $confirm ]]; then
        pending=$controls
        note "$controls" drift "$path waits for confirm"
    elif [[ $action == apply && $dry_run == no ]]; then
        make_folder "$(dirname -- "$path")"
        remember "$path"
        ln -sfn -- "$target" "$path"
        note "$controls" changed "$path leads to $target"
        [[ -z $effect ]] || effects[$effect]=$controls
    else
        note "$controls" drift "$path does not lead to $target"
    fi
    still_runs "$controls" "$path" "$effect"
}

# A unit that is masked is not stopped: what it lets in now it lets in until a reboot.
still_runs() {
    local controls=$1 path=$2 effect=$3 unit=${2##*/}
    [[ $live == yes && -z $effect && -L $path && $(readlink -- "$path") == /dev/null ]] || return 0
    ! systemctl is-active -q "$unit" 2>/dev/null ||
        note "$controls" reboot-needed "$unit runs until a reboot and lets people in: systemctl stop $unit ends that, and leaves open sessions"
}

row_program() {
    local controls=$1 program=$2 package=$3
    if command -v "$program" >/dev/null; then note "$controls" ok; else note "$controls" drift "install the package $package: $program is missing"; fi
}

# A file that others bring, where one of a pattern is enough.
row_there() {
    local controls=$1 path=$2 otherwise=$3
    if [[ -e $path ]] || compgen -G "$path" >/dev/null; then note "$controls" ok; else note "$controls" drift "$path is missing: $otherwise"; fi
}

row_sshd() {
    local controls=$1 key=$2 want=$3 now
    command -v sshd >/dev/null || {
        note "$controls" absent "sshd is not installed"
        return
    }
    if [[ -z ${effective_sshd:-} ]]; then
        effective_sshd=$(sshd_settings)
        effective_sshd=${effective_sshd:-unknown}
    fi
    if [[ $effective_sshd == unknown ]]; then
        note "$controls" not-observable "sshd -T does not answer"
        return
    fi
    now=$(awk -v key="${key,,}" '$1 == key { sub(/^[^ ]+ /, ""); print; exit }' <<<"$effective_sshd")
    if [[ ${now,,} == "${want,,}" ]]; then note "$controls" ok; elif [[ $action == apply && $dry_run == yes ]]; then :; else note "$controls" drift "sshd takes $key as ${now:-nothing}, wanted $want"; fi
}

row_swap() {
    local controls=$1 now
    now=$(awk '!/^[[:space:]]*#/ && $3 == "swap"' /etc/fstab 2>/dev/null) || now=''
    if [[ -n $now ]]; then
        if [[ $action == apply && $dry_run == no ]]; then
            if [[ -L /etc/fstab ]]; then
                note "$controls" refused "/etc/fstab is a symbolic link: left alone"
                return
            fi
            local wanted=$scratch/fstab
            remember /etc/fstab
            awk '!/^[[:space:]]*#/ && $3 == "swap" { print "# harden: " $0; next } { print }' /etc/fstab >"$wanted"
            put "$wanted" /etc/fstab "$(stat -c '%a' /etc/fstab)" "$(stat -c '%u:%g' /etc/fstab)"
            note "$controls" changed "swap is taken out of /etc/fstab"
        else
            note "$controls" drift "/etc/fstab has swap"
        fi
    else
        note "$controls" ok
    fi
    if [[ $live == no ]]; then
        note "$controls" not-observable "no running system: whether swap is on is not known"
    elif [[ $(grep -c . /proc/swaps) -gt 1 ]]; then
        if [[ $action == apply && $dry_run == no ]] && swapoff -a 2>/dev/null; then
            note "$controls" changed "swap is off"
        else
            note "$controls" drift "swap is on"
        fi
    fi
}

# Exactly one of the services that keep the time is enabled.
row_time() {
    local controls=$1 service
    local -a enabled=()
    for service in chrony systemd-timesyncd; do
        local -a links=()
        mapfile -t links < <(compgen -G "/etc/systemd/system/*.wants/$service.service" || true)
        ((${#links[@]} == 0)) || enabled+=("$service")
    done
    case ${#enabled[@]} in
        1) note "$controls" ok ;;
        0) note "$controls" drift "neither chrony nor systemd-timesyncd is enabled" ;;
        *) note "$controls" drift "both chrony and systemd-timesyncd are enabled: disable one" ;;
    esac
}

row_apparmor() {
    local controls=$1
    if [[ $live == no ]]; then
        note "$controls" not-observable "no running system"
    elif [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]]; then
        note "$controls" ok
    else
        note "$controls" drift "the kernel runs without AppArmor: boot it with apparmor=1 security=apparmor"
    fi
}

# Whether the running kubelet has read its drop-in.
row_kubelet() {
    local controls=$1 file=$2 pid start other
    command -v kubelet >/dev/null && [[ -f $file ]] || return 0
    for other in "$(dirname -- "$file")"/*.conf; do
        [[ ! $other > $file ]] || note "$controls" not-observable "$other is read after $file and may win over it"
    done
    if [[ $live == no ]]; then
        note "$controls" not-observable "no running system: the kubelet reads $file when it starts"
        return
    fi
    [[ -z ${effects[kubelet]:-} ]] || return 0
    pid=$(systemctl show -p MainPID --value kubelet.service 2>/dev/null) || pid=0
    if [[ ! -r /proc/${pid:-0}/cmdline ]]; then
        note "$controls" not-observable "the kubelet does not run"
        return
    fi
    start=$(systemctl show --timestamp=unix -p ExecMainStartTimestamp --value kubelet.service 2>/dev/null) || start=''
    start=${start#@}
    if ! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -Fxq -- "--config-dir=$(dirname -- "$file")"; then
        [[ $dry_run == yes ]] || note "$controls" drift "the running kubelet does not read $file: systemctl daemon-reload, then restart it"
    elif [[ $start =~ ^[0-9]+$ ]] && (($(stat -c '%Z' -- "$file") > start)); then
        [[ $dry_run == yes ]] || note "$controls" drift "the kubelet runs since before $file was changed: restart it"
    else
        note "$controls" ok
    fi
}

# The kubeconfig that no RBAC rule limits. Whoever has the key of the CA makes it anew: only then is it taken away.
row_super_admin() {
    local controls=$1 path=$2 key=$3
    if [[ ! -e $path && ! -L $path ]]; then
        note "$controls" ok
    elif [[ $action != apply || $dry_run == yes ]]; then
        note "$controls" drift "$path lies on the node: copy it to a safe if you want to, apply removes it"
    elif [[ -L $path || ! -f $path ]]; then
        note "$controls" refused "$path is no plain file: left alone"
    elif [[ ! -s $key || ! -s ${path%/*}/admin.conf ]]; then
        note "$controls" drift "$path lies on the node and could not be made anew here ($key or admin.conf is missing): move it to a safe by hand"
    else
        record "gone $path"
        rm -f -- "$path"
        note "$controls" changed "$path is removed; kubeadm init phase kubeconfig super-admin makes it anew while $key is here"
    fi
}

# A file that has served once another is there. It may be the only copy: that it stays is told, and it is never removed.
row_served() {
    local controls=$1 path=$2 joined=$3
    if [[ -e $path && -e $joined ]]; then
        note "$controls" drift "$path has served, and this node has joined: remove it"
    else
        note "$controls" ok
    fi
}

row_no_tokens() {
    local controls=$1 pattern=$2 path
    note "$controls" ok
    while IFS= read -r path; do
        [[ ! -f $path ]] || ! grep -Eq '^[[:space:]-]*"?(token|tokenFile|password)"?:' -- "$path" ||
            note "$controls" drift "$path holds a token or a password: replace it by a certificate, or remove the file when it has served"
    done < <(compgen -G "$pattern" || true)
}

# Files of an earlier build that this one does not know any more.
left_over() {
    local path
    local -a known=()
    ((${#only[@]} == 0)) && [[ -f $state/log ]] || return 0
    mapfile -t known < <(sed -n 's/^new //p; s/^file //p' "$state/log" | sort -u)
    for path in "${known[@]}"; do
        [[ " ${rows[*]} " != *" $path "* ]] || continue
        [[ $path != /etc/fstab || " ${rows[*]} " != *" swap swap "* ]] || continue
        if [[ $action == apply && $dry_run == no ]]; then
            if recorded "new $path"; then undo_new "$path"; else undo_file "$path"; fi
            awk -v path="$path" '$0 != "new " path && $0 != "file " path && !($1 == "put" && substr($0, length($2) + 6) == path)' "$state/log" >"$state/log.new"
            mv -f -- "$state/log.new" "$state/log"
            [[ $live == no || $path != */harden/node.nft ]] || nft delete table inet harden_node 2>/dev/null || true
            note left-over changed "$path was of an earlier build and is taken back"
        else
            note left-over drift "$path is of an earlier build and not of this one: apply takes it back"
        fi
    done
    for path in "${left[@]}"; do note left-over changed "$path"; done
}

# --- the three actions ------------------------------------------------------------------------------------------------------------------

walk() {
    local n controls kind target want validator effect chosen
    for ((n = 0; n < ${#rows[@]}; n += words)); do
        controls=${rows[n]} kind=${rows[n + 1]} target=${rows[n + 2]} want=${rows[n + 3]} validator=${rows[n + 4]} effect=${rows[n + 5]}
        [[ $confirmed == no || $effect == firewall || $kind == firewall ]] || continue
        if ((${#only[@]})); then
            chosen=no
            local control
            for control in ${controls//,/ }; do [[ -z ${only[$control]:-} ]] || chosen=yes; done
            [[ $chosen == yes ]] || continue
        fi
        case $kind in
            file | head | audit-rules) row_file "$kind" "$controls" "$target" "$want" "$validator" "$effect" ;;
            mode) row_mode "$controls" "$target" "$want" ;;
            sysctl) row_sysctl "$controls" "$target" "$want" ;;
            module-off) row_module_off "$controls" "$target" ;;
            module-load) row_module_load "$controls" "$target" ;;
            link) row_link "$controls" "$target" "$want" "$effect" ;;
            there) row_there "$controls" "$target" "$want" ;;
            program) row_program "$controls" "$target" "$want" ;;
            sshd) row_sshd "$controls" "$target" "$want" ;;
            firewall) row_firewall "$controls" "$target" ;;
            swap) row_swap "$controls" ;;
            time) row_time "$controls" ;;
            apparmor) row_apparmor "$controls" ;;
            kubelet) row_kubelet "$controls" "$target" ;;
            served) row_served "$controls" "$target" "$want" ;;
            super-admin) row_super_admin "$controls" "$target" "$want" ;;
            no-tokens) row_no_tokens "$controls" "$target" ;;
            *) note "$controls" failed "unknown kind of row $kind" ;;
        esac
    done
    # Where a control found no file at all, nothing of it is known.
    local control
    for control in "${!unseen[@]}"; do
        [[ -n ${status_of[$control]:-} ]] || note "$control" not-observable "none of its files is on this node"
    done
    [[ $confirmed == yes ]] || left_over
}

# Lets running programs take what was changed, each once, and only where the system runs.
take_effect() {
    [[ $live == yes && $dry_run == no ]] || return 0
    local effect
    if [[ -n $pending && -f $scratch/pending.nft ]]; then
        load_for_a_time "$scratch/pending.nft" || note "$pending" failed "nft does not load the rules"
    fi
    for effect in "${!effects[@]}"; do
        case $effect in
            ssh) ! systemctl is-active -q ssh.service || systemctl reload ssh.service || note "${effects[$effect]}" failed "ssh.service was not reloaded" ;;
            journald) systemctl restart systemd-journald.service || note "${effects[$effect]}" failed "systemd-journald was not restarted" ;;
            rsyslog) systemctl restart rsyslog.service || note "${effects[$effect]}" failed "rsyslog.service did not start" ;;
            audit)
                if auditctl -s 2>/dev/null | grep -q '^enabled 2'; then
                    note "${effects[$effect]}" reboot-needed "audit rules are locked until a reboot"
                else
                    augenrules --load >/dev/null 2>&1 || note "${effects[$effect]}" failed "augenrules --load failed"
                fi
                ;;
            firewall)
                systemctl daemon-reload
                systemctl reload-or-restart harden-firewall.service || note "${effects[$effect]}" failed "harden-firewall.service did not start"
                ;;
            runtime) note "${effects[$effect]}" changed "takes effect when the runtime is restarted: drain the node first, one node at a time" ;;
            kubelet)
                systemctl daemon-reload || note "${effects[$effect]}" failed "systemctl daemon-reload failed"
                note "${effects[$effect]}" changed "takes effect when the kubelet is restarted: one node at a time, and wait until it is Ready"
                ;;
        esac
    done
}

rollback() {
    local line kind rest
    [[ -f $state/log ]] || die "there is no $state/log: nothing was applied here"
    while IFS= read -r line; do
        [[ $line != 'file '* || -e $state/files${line#file } || -L $state/files${line#file } ]] ||
            die "the state is damaged: $state/files${line#file } is missing, and nothing was undone"
    done <"$state/log"
    while IFS= read -r line; do
        kind=${line%% *}
        rest=${line#* }
        [[ $kind != put ]] || continue
        if [[ $dry_run == yes ]]; then
            printf 'would undo: %s\n' "$line"
            continue
        fi
        case $kind in
            new) undo_new "$rest" ;;
            file) undo_file "$rest" ;;
            dir) [[ ! -d $rest ]] || rmdir -- "$rest" 2>/dev/null || left+=("$rest is not empty and stays") ;;
            gone) left+=("$rest was removed and stays so: kubeadm init phase kubeconfig super-admin makes it anew") ;;
            mode)
                local mode owner path
                mode=${rest%% *} rest=${rest#* }
                owner=${rest%% *} path=${rest#* }
                if [[ -e $path && ! -L $path ]]; then
                    chown -- "$owner" "$path"
                    chmod "$mode" -- "$path"
                fi
                ;;
            sysctl)
                local key value
                key=${rest%% *} value=${rest#* }
                if [[ $live == yes ]]; then
                    if is_one_way "$key" || ! { printf '%s\n' "$value" >"$(sysctl_path "$key")"; } 2>/dev/null; then
                        left+=("$key goes back to $value at the next reboot: reboot needed")
                    fi
                fi
                ;;
        esac
    done < <(tac -- "$state/log")
    if [[ $dry_run == yes ]]; then
        echo "(dry run: nothing was changed)"
        return
    fi
    if [[ $live == yes ]]; then
        [[ -e /etc/systemd/system/harden-firewall.service ]] || ! command -v nft >/dev/null || nft delete table inet harden_node 2>/dev/null || true
        systemctl daemon-reload || true
        ! systemctl is-active -q ssh.service || systemctl reload ssh.service || true
        ! grep -q ' /etc/systemd/journald\.conf\.d/' "$state/log" || systemctl restart systemd-journald.service || true
        if grep -q ' /etc/rsyslog\.d/' "$state/log" && systemctl is-active -q rsyslog.service; then systemctl restart rsyslog.service || true; fi
        ! grep -qx 'file /etc/fstab' "$state/log" || left+=("swap stays off until swapon -a or a reboot")
        left+=("modules that were loaded, audit rules, the runtime and the kubelet keep what they have until they are restarted")
    fi
    rm -rf -- "$state"
    if ((${#left[@]})); then
        printf 'note: %s\n' "${left[@]}"
        echo "everything else is as it was before the first apply"
    else
        echo "everything is as it was before the first apply"
    fi
}

check_system
scratch=$(mktemp -d)
readonly scratch
if [[ $action != audit && $dry_run == no ]]; then
    exec 9>/run/harden-node.lock
    # What a killed run had started may hold it for a moment longer.
    flock -n 9 || {
        echo "another run of this script, or what it had started, is at work: waiting up to 15 seconds" >&2
        flock -w 15 9 || die "another run of this script is still at work: let it end, then run this again"
    }
    settle
fi
confirmed=no
if [[ $action == confirm ]]; then
    keep /etc/harden/node.nft
    confirmed=yes
fi
case $action in
    audit | apply)
        walk
        take_effect
        report
        ;;
    rollback) rollback ;;
esac
