#!/usr/bin/env bash
# Builds the real programs that judge the output of `harden`, from the modules in go/, when they are missing
# or what they are built from has changed. Needs nothing but Go. Prints one line for each program.
set -euo pipefail

# SET (a folder of go/), Kubernetes minors (`-` where any will do), MODULE, VERSION, PROGRAMS (cheap ones first). A program is a folder
# of go/mains or else a command of the module.
readonly SETS='
actionlint - github.com/rhysd/actionlint 1.7.12 actionlint
calico - github.com/projectcalico/calico 1.11.0-cni-plugin.0.20250813170300-a0db560f0520 calicoselector
cilium - github.com/cilium/cilium 1.20.2 ciliumpolicy
collector - go.opentelemetry.io/collector/otelcol 0.165.0 collector
containerd23 - github.com/containerd/containerd/v2 2.3.7 registryhosts containerd
containerd24 - github.com/containerd/containerd/v2 2.4.2 containerd
cri - k8s.io/cri-client 0.37.2 criruntime
etcd35 1.31,1.32,1.33 go.etcd.io/etcd/server/v3 3.5.35 etcdctl etcd
etcd36 1.34,1.35,1.36 go.etcd.io/etcd/server/v3 3.6.16 etcdctl etcd
etcd37 1.37 go.etcd.io/etcd/server/v3 3.7.3 etcdctl etcd
helm - helm.sh/helm/v4 4.3.1 helmtemplate
gator - github.com/open-policy-agent/gatekeeper/v3 3.23.1 gator constraintkinds
k131 1.31 k8s.io/kubernetes 1.31.0 kubeadm kube-scheduler kubelet kube-controller-manager kube-apiserver
k132 1.32 k8s.io/kubernetes 1.32.2 kubeadm kube-scheduler kubelet kube-controller-manager kube-apiserver
k133 1.33 k8s.io/kubernetes 1.33.13 kubeadm kube-scheduler kubelet kube-controller-manager kube-apiserver
k134 1.34 k8s.io/kubernetes 1.34.4 kubeadm kube-scheduler kubelet kube-controller-manager kube-apiserver
k135 1.35 k8s.io/kubernetes 1.35.4 kubeadm kube-scheduler kubelet kube-controller-manager kube-apiserver
k136 1.36 k8s.io/kubernetes 1.36.3 strictdecode kubeadm kube-proxy kube-scheduler kubectl kubelet kube-controller-manager kube-apiserver
k137 1.37 k8s.io/kubernetes 1.37.2 strictdecode kubeadm kube-proxy kube-scheduler kubelet kube-controller-manager kube-apiserver
netpol - github.com/mattfenwick/cyclonus 0.5.6 netpolicy
terraform - github.com/hashicorp/terraform 1.13.3 terraform
'
# What is judged on every merge; the other minors are judged on demand.
readonly DEFAULT='1.36 1.37'

usage() {
    cat <<'EOF'
usage: build.sh [--minor 1.31..1.37|default|all] [PROGRAM...]

Builds every program (of the minors 1.36 and 1.37 by default), or only those named, into
${HARDEN_CONSUMERS:-${XDG_CACHE_HOME:-$HOME/.cache}/harden/consumers}/SET/PROGRAM
EOF
}

die() {
    echo "build.sh: $*" >&2
    exit 1
}

minor=default
wanted=' '
while (($#)); do
    case $1 in
        --minor)
            (($# >= 2)) || die "--minor needs a value"
            minor=$2
            shift
            ;;
        -h | --help)
            usage
            exit
            ;;
        -*) die "unknown option $1" ;;
        *) wanted+="$1 " ;;
    esac
    shift
done
case $minor in
    all | default | 1.3[1-7]) ;;
    *) die "no set for minor $minor" ;;
esac

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
bin=${HARDEN_CONSUMERS:-${XDG_CACHE_HOME:-$HOME/.cache}/harden/consumers}
mkdir -p -- "$bin"
bin=$(cd -- "$bin" && pwd)

# Static programs, as upstream ships them: the same with and without a C compiler, and usable in a bare root.
export GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
command -v go >/dev/null || die "go is not installed"

scratch=''
trap '[[ -z $scratch ]] || rm -rf -- "$scratch"' EXIT

# build SET MODULE VERSION PROGRAM
build() {
    local set=$1 module=$2 version=$3 program=$4
    local folder=$here/go/$set target=$bin/$set/$program start=$SECONDS
    local package=$module/cmd/$program ldflags='-s -w' stamp number
    local sources=("$folder/go.mod" "$folder/go.sum")

    grep -Eq "^[[:space:]]*(require )?$module v$version\$" "$folder/go.mod" ||
        die "$set/$program: go.mod does not require $module v$version"
    if [[ -d $here/go/mains/$program ]]; then
        package=harden.test/consumers/mains/$program
        sources+=("$here"/go/mains/"$program"/*.go)
    fi
    # Terraform is the root of its module; one that is installed will do.
    if [[ $program == terraform ]]; then
        if command -v "$program" >/dev/null; then
            echo "$set/$program: $(command -v "$program") is installed, none is built"
            return
        fi
        package=$module
    fi
    if [[ $module == k8s.io/kubernetes ]]; then
        number=k8s.io/component-base/version
        ldflags+=" -X $number.gitVersion=v$version -X $number.gitMajor=${version%%.*}"
        ldflags+=" -X $number.gitMinor=$(cut -d. -f2 <<<"$version")"
    fi
    local recipe=(go build -mod=readonly -buildvcs=false -trimpath -ldflags "$ldflags" "$package")

    stamp=$({
        go version
        echo "CGO_ENABLED=$CGO_ENABLED ${recipe[*]}"
        cat -- "${sources[@]}"
    } | sha256sum | cut -d' ' -f1)
    if [[ -x $target && -f $target.stamp && $(<"$target.stamp") == "$stamp" ]]; then
        echo "$set/$program $version: up to date"
        return
    fi

    mkdir -p -- "$bin/$set"
    scratch=$(mktemp -d "$bin/$set/.building.XXXXXX")
    (cd -- "$folder" && nice -n 10 "${recipe[@]:0:2}" -o "$scratch/$program" "${recipe[@]:2}" </dev/null) ||
        die "$set/$program $version: the build failed"
    [[ -x $scratch/$program ]] || die "$set/$program $version: what was built is no program"
    echo "$stamp" >"$scratch/stamp"
    mv -f -- "$scratch/$program" "$target"
    mv -f -- "$scratch/stamp" "$target.stamp"
    rm -rf -- "$scratch"
    scratch=''
    echo "$set/$program $version: built in $((SECONDS - start)) s"
}

# Whether one of a set's minors is asked for.
is_selected() {
    local one asked=$minor
    [[ $asked != all && $1 != - ]] || return 0
    [[ $asked != default ]] || asked=$DEFAULT
    for one in $asked; do
        [[ ,$1, == *,$one,* ]] && return 0
    done
    return 1
}

selected=''
offered=' '
while read -r set for_minor module version programs; do
    if [[ -z $set ]] || ! is_selected "$for_minor"; then continue; fi
    for program in $programs; do
        offered+="$program "
        if [[ $wanted == ' ' || $wanted == *" $program "* ]]; then
            selected+="$set $module $version $program"$'\n'
        fi
    done
done <<<"$SETS"
for program in $wanted; do
    [[ $offered == *" $program "* ]] || die "no program $program for minor $minor"
done

while read -r set module version program; do
    build "$set" "$module" "$version" "$program"
done <<<"${selected%$'\n'}"
