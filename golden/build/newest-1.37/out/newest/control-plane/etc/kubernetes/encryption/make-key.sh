#!/usr/bin/env bash
# Makes the key of encryption at rest on a control-plane node of newest, and the file that holds it.
# The key is made once, on one node; copy the file from there to every other control-plane node. Never into git.
# Controls: apiserver/encryption-at-rest
set -euo pipefail
umask 077

readonly stage='prepare'
readonly provider='aescbc'
readonly key_name='harden-1'
readonly placeholder='REPLACED-BY-MAKE-KEY'
readonly template_name='encryption.template.yaml'
readonly file_name='encryption.yaml'
readonly resources='secrets'
readonly reload='false'

usage() {
    cat <<USAGE
usage: make-key.sh [audit|apply|rollback] [--new-key [--empty-cluster]] [--dry-run]

audit      says whether $file_name is what stage $stage asks for; changes nothing (exit 1 when it is not)
apply      writes $file_name from $template_name with the key that is already in it
rollback   puts back the order before the last apply; the key is the same
--new-key  with apply, where there is no $file_name yet: makes a key. Right on the first control-plane node only
--empty-cluster  with --new-key at stage write or enforce: the cluster holds no objects yet
--dry-run  says what would be done
USAGE
}

die() {
    printf 'make-key.sh: %s\n' "$*" >&2
    exit 2
}

action=''
new_key=no
empty_cluster=no
dry_run=no
for argument in "$@"; do
    case $argument in
        audit | apply | rollback)
            [[ -z $action ]] || die "one action at a time: $action or $argument"
            action=$argument
            ;;
        --new-key) new_key=yes ;;
        --empty-cluster) empty_cluster=yes ;;
        --dry-run) dry_run=yes ;;
        -h | --help)
            usage
            exit
            ;;
        *) die "unknown argument $argument (see --help)" ;;
    esac
done
action=${action:-audit}

folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly template=$folder/$template_name file=$folder/$file_name previous=$folder/$file_name.previous

scratch=''
trap '[[ -z $scratch ]] || rm -f -- "$scratch"' EXIT

# Everything that must be right before anything is changed.
check_system() {
    local tool
    for tool in awk base64 cat chmod cmp cp grep head mktemp mv rm stat tr wc; do
        command -v "$tool" >/dev/null || die "$tool is not installed"
    done
    [[ ! -e $folder/../../../../manifest.json ]] ||
        die "this is the tree that harden wrote: copy control-plane/etc/kubernetes to /etc/kubernetes of the node and run it there, so that no key comes into the tree"
    [[ -f $template && ! -L $template ]] || die "$template is missing"
    [[ $(grep -c -- "secret: $placeholder\$" "$template") == 1 ]] || die "$template does not have exactly one place for a key"
    [[ ! -L $file && ! -L $previous ]] || die "$file or $previous is a symbolic link"
    [[ ! -e $file || -f $file ]] || die "$file is no plain file"
}

# The secrets in the file, one a line.
secrets() {
    awk '$1 == "secret:" { print $2 }' "$1"
}

# The key of a file; dies unless it holds exactly one of 32 bytes under our name.
key_of() {
    local key
    key=$(secrets "$1")
    [[ -n $key && $key != *$'\n'* ]] || die "$1 does not hold exactly one key: it was changed by hand, go on by hand"
    grep -q -- "name: $key_name\$" "$1" || die "$1 holds a key with another name than $key_name: go on by hand"
    grep -q -- "- $provider:\$" "$1" || die "$1 encrypts with another provider than $provider: go on by hand"
    [[ $(printf '%s' "$key" | base64 -d 2>/dev/null | wc -c | tr -d ' ') == 32 ]] || die "the key in $1 is not 32 bytes long"
    printf '%s' "$key"
}

# The stage that a file stands for, by the order of its providers.
stage_of() {
    awk '
        $1 == "providers:" { inside = 1; next }
        inside && $1 == "-" && ($2 == "identity:" || $2 == "secretbox:" || $2 == "aescbc:") { order = order $2 }
        END {
            if (order ~ /^identity:./) print "prepare"
            else if (order ~ /.identity:$/) print "write"
            else print "enforce"
        }' "$1"
}

# The file that the template becomes with a key, on stdout. The comments of the template stay behind.
rendered() {
    local key=$1 line
    printf '# Holds the key of encryption at rest: mode 0600, never into git. Written by make-key.sh, stage %s.\n' "$stage"
    while IFS= read -r line; do
        [[ $line == '#'* ]] || printf '%s\n' "${line/"$placeholder"/$key}"
    done <"$template"
}

# Whether the file is what the template asks for.
is_current() {
    [[ -f $file ]] || return 1
    local key
    key=$(key_of "$file") || exit 2
    cmp -s -- "$file" <(rendered "$key") && [[ $(stat -c %a -- "$file") == 600 ]]
}

# Puts what stands on stdin in the place of the file, in one step.
replace() {
    scratch=$(mktemp -- "$folder/.$file_name.XXXXXX")
    cat >"$scratch"
    chmod 600 -- "$scratch"
    if [[ -f $file ]]; then
        cp -p -- "$file" "$previous"
        chmod 600 -- "$previous"
    fi
    mv -f -- "$scratch" "$file"
    scratch=''
}

next_steps() {
    local taken="restart kube-apiserver on each, one after the other"
    [[ $reload == true ]] && taken="every server takes it within a minute or two; the first time, restart kube-apiserver on each"
    echo "Next: copy $file_name to /etc/kubernetes/encryption on every other control-plane node (owner root, mode 0600), then $taken."
    case $stage in
        prepare) echo "When every server has it, set the stage to write, build again and apply." ;;
        write)
            echo "Then rewrite what is stored plain ($resources), for example:"
            echo "    kubectl get secrets --all-namespaces -o json | kubectl replace -f -"
            echo "When all is rewritten, set the stage to enforce, build again and apply."
            ;;
        enforce) echo "From then on an object that was never rewritten can no longer be read." ;;
    esac
}

audit() {
    if [[ ! -f $file ]]; then
        echo "$file is missing: stage $stage is not applied"
        exit 1
    fi
    if is_current; then
        echo "$file is what stage $stage asks for"
        exit 0
    fi
    echo "$file is at stage $(stage_of "$file"), mode $(stat -c %a -- "$file"): stage $stage is not applied"
    exit 1
}

apply() {
    local key now
    if [[ -f $file ]]; then
        [[ $new_key == no ]] || die "$file holds a key already: a new one would make stored objects unreadable"
        if is_current; then
            echo "$file is what stage $stage asks for: nothing to do"
            return
        fi
        key=$(key_of "$file") || exit 2
        now=$(stage_of "$file")
        [[ $now != prepare || $stage != enforce ]] || die "stage write must come between prepare and enforce: objects are still stored plain"
        [[ $now != enforce || $stage != prepare ]] || die "stage write must come between enforce and prepare: one server would write what another cannot read"
        echo "$file goes from stage $now to stage $stage; the key stays"
    else
        [[ $stage != enforce || $empty_cluster == yes || $new_key == no ]] ||
            die "at stage enforce plain objects cannot be read: only for a cluster without any, said with --empty-cluster; else begin with stage prepare"
        [[ $stage != write || $empty_cluster == yes || $new_key == no ]] ||
            die "at stage write this server writes what a server without the file cannot read: begin with stage prepare; on a new cluster, and where this is the only API server, say --empty-cluster"
        [[ $new_key == yes ]] || die "there is no $file: copy it from the node where the key was made, or say --new-key on the first one"
        key=$(head -c 32 /dev/urandom | base64 | tr -d '\n')
        echo "$file is made with a new key, stage $stage"
    fi
    if [[ $dry_run == yes ]]; then
        echo "(dry run: nothing was changed)"
        return
    fi
    rendered "$key" | replace
    next_steps
}

rollback() {
    local old new
    [[ -f $previous ]] || die "there is no $previous: nothing to go back to"
    old=$(key_of "$previous") || exit 2
    if [[ -f $file ]]; then
        new=$(key_of "$file") || exit 2
        [[ $old == "$new" ]] || die "$previous holds another key: go on by hand"
    fi
    echo "$file goes back to stage $(stage_of "$previous")"
    if [[ $dry_run == yes ]]; then
        echo "(dry run: nothing was changed)"
        return
    fi
    mv -f -- "$previous" "$file"
}

check_system
case $action in
    audit) audit ;;
    apply) apply ;;
    rollback) rollback ;;
esac
