//! What is done on the nodes, of a new cluster and of a running one alike: packages, the script of the pool, files of the control plane.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{
    plan::{EncryptionProvider, HostRule, NodePlan, PoolRole, host_paths},
    report::code,
};

use super::{
    TO_ANOTHER_VERSION,
    kubeadm::{Tree, ranges},
};

/// The name of the list.
pub(super) const NODES: &str = "The nodes";

/// How a node is emptied.
pub(super) const DRAIN: &str = "`kubectl drain NODE --ignore-daemonsets --delete-emptydir-data` (what pods keep in an `emptyDir` goes with them; a \
     PodDisruptionBudget that allows no disruption, `kubectl get pdb -A`, makes it wait until its pods have another replica elsewhere; a pod that \
     no controller owns stops it, since nobody would make it again)";

impl Tree<'_> {
    /// The steps on the nodes, in their order.
    pub(super) fn on_nodes(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if self.has("nodes/") {
            steps.push(self.packages());
            steps.push(self.kept());
            steps.extend(self.count_first());
            steps.push(self.drained());
            steps.push(self.script());
            steps.push(format!(
                "Restart the runtime, which reads its new file only then: {}. Run the script again after `kubeadm \
                 init`, `join` or `upgrade`: files of Kubernetes are there only then. Kubelets also read the drop-in that it brings \
                 (`/etc/kubernetes/kubelet.conf.d`), which wins over what kubeadm hands out: a changed kubelet setting needs the script on every node \
                 and `systemctl restart kubelet`. When `kubectl get node NODE` says Ready, `kubectl uncordon NODE`, and only then the next node. Remove \
                 `/etc/kubernetes/discovery.conf` after the join: its audit tells of it until then.",
                match self.plan.host.runtime.as_str() {
                    "docker" => "`systemctl restart docker cri-docker`".to_owned(),
                    runtime => format!("`systemctl restart {runtime}`, and `crictl info` answers"),
                }
            ));
            steps.extend(self.by_hand());
        }
        steps.extend(self.files());
        steps
    }

    /// Where the steps on the nodes stand, as a step of another list.
    pub(super) fn to_nodes(&self) -> Option<String> {
        let encryption = self.plan.encryption.as_ref();
        let made = encryption.is_some_and(|held| !matches!(held.value.provider, EncryptionProvider::Kms { .. }));
        let key = if made { " with the encryption key" } else { "" };
        let found = if self.has("nodes/") { "Every node, one after the other" } else { "Every control-plane node" };
        (!self.on_nodes().is_empty()).then(|| format!("{found}: the steps of [{NODES}](#the-nodes){key}."))
    }

    /// Whether the tree has a script for a pool.
    fn has_script(&self, pool: &NodePlan) -> bool {
        self.has(&format!("nodes/{}/", pool.name))
    }

    /// The pools that a script is made for.
    fn scripted(&self) -> impl Iterator<Item = &NodePlan> {
        self.plan.pools.values().filter(|pool| self.has_script(pool))
    }

    /// Which nodes have a script, said after "every node": nothing where all have one.
    pub(super) fn of_scripts(&self) -> String {
        let names: Vec<String> = self.scripted().map(|pool| code(&pool.name)).collect();
        if names.len() == self.plan.pools.len() { String::new() } else { format!(" of {}", names.join(", ")) }
    }

    /// Whether a script takes the credentials of emergencies off a node.
    pub(super) fn takes_super_admin(&self) -> bool {
        let taken =
            |name: &String| matches!(HostRule::of(name), Some(HostRule::Absent(path)) if path.ends_with("/super-admin.conf"));
        self.scripted().any(|pool| pool.file_rules.keys().any(taken))
    }

    /// What nobody does on the hosts of pools without a script but their owner.
    fn by_hand(&self) -> Option<String> {
        let bare: Vec<&NodePlan> = self.plan.pools.values().filter(|pool| !self.has_script(pool)).collect();
        let names: Vec<String> = bare.iter().map(|pool| format!("{} ({})", code(&pool.name), pool.os)).collect();
        let control_plane = bare.iter().any(|pool| pool.role == PoolRole::ControlPlane);
        let of_control_plane = if control_plane {
            ". On the node where `kubeadm init` ran copy `/etc/kubernetes/super-admin.conf` to where your secrets are kept and remove it there: nothing in \
             RBAC holds who has it. The ports of the API server and of etcd are open to whoever reaches the host until a firewall of yours closes them"
        } else {
            ""
        };
        (!bare.is_empty()).then(|| {
            format!(
                "No script is made for {}: their hosts are yours. Before kubeadm they need swap off, `net.ipv4.ip_forward=1` (and the IPv6 twin where pods have \
                 IPv6) over reboots, the runtime with the cgroup driver systemd, kubelet and kubeadm{of_control_plane}. Every control that this report calls \
                 impossible for such a pool is to be done by hand.",
                names.join(", ")
            )
        })
    }

    /// What must be on the nodes before their script can judge and bring its files.
    fn packages(&self) -> String {
        let mut packages: BTreeSet<&str> = BTreeSet::new();
        let mut there: BTreeSet<String> = BTreeSet::new();
        for (name, held) in self.scripted().flat_map(|pool| &pool.file_rules) {
            match HostRule::of(name) {
                Some(HostRule::Program(_)) => _ = packages.insert(&held.value),
                Some(HostRule::There(path)) => match held.value.strip_prefix("install the package ") {
                    Some(package) => _ = packages.insert(package),
                    None => _ = there.insert(format!("{} ({})", code(path), held.value)),
                },
                _ => {}
            }
        }
        let mut text = format!(
            "Install before its script runs, on a node{} that is new: {}, kubelet and kubeadm {}. On one that runs pods these stay as they are: the \
             runtime until the node is drained below, kubelet and kubeadm until {TO_ANOTHER_VERSION} takes them, where the cluster runs another version",
            self.of_scripts(),
            self.runtime(),
            self.plan.cluster.version
        );
        if !packages.is_empty() {
            let _ = write!(text, ". On both: {}", packages.into_iter().collect::<Vec<_>>().join(", "));
        }
        if !there.is_empty() {
            let _ = write!(text, ". These files must be there: {}", there.into_iter().collect::<Vec<_>>().join(", "));
        }
        text.push_str(
            ". The script leaves out what belongs to a program that is not there, and kubeadm would then start with the program's own defaults.",
        );
        let of_etcd: Vec<String> =
            self.scripted().filter(|pool| pool.role == PoolRole::Etcd).map(|pool| code(&pool.name)).collect();
        if !of_etcd.is_empty() {
            let _ = write!(
                text,
                " On the hosts of {} what runs etcd is yours, and neither runtime nor kubelet is configured there.",
                of_etcd.join(", ")
            );
        }
        text
    }

    /// The container runtime with its version, and what it needs to serve the kubelet.
    fn runtime(&self) -> String {
        let host = &self.plan.host;
        let behind = if host.runtime == "docker" { ", cri-dockerd as its CRI" } else { "" };
        if host.runtime.is_empty() {
            "the container runtime".to_owned()
        } else {
            format!("{} {}{behind}", host.runtime, host.runtime_version)
        }
    }

    /// A node is empty before its runtime changes: what follows is done on it to its end, before the next one.
    fn drained(&self) -> String {
        let mut text = format!(
            "One node at a time, from here until it is uncordoned. Where pods run on it: {DRAIN}. Then bring its runtime to {}, where another version is \
             there",
            self.runtime()
        );
        text.push_str(if self.plan.host.runtime == "containerd" {
            ": the script's file is for this version alone, and on a node with another one the script stops."
        } else {
            "."
        });
        text
    }

    /// What is lost by the script, and kept before.
    fn kept(&self) -> String {
        let mut text =
            "Copy `nodes/<pool>/` to the node and read `./harden-node.sh apply --dry-run` before anything is written.".to_owned();
        text.push_str(match self.plan.host.runtime.as_str() {
            "containerd" => {
                " It lists settings of your container runtime that go (proxies, credentials), since the script's file takes the place of yours: bring \
                 them to `/etc/containerd/conf.d`."
            }
            "docker" => {
                " Its `/etc/docker/daemon.json` takes the place of yours: what yours alone says (proxies, a log driver, another data folder) goes, so \
                 compare the two."
            }
            "crio" => {
                " Its drop-in stands beside your files of CRI-O: one of yours in `/etc/crio/crio.conf.d` whose name sorts behind `50-harden.conf` wins."
            }
            _ => "",
        });
        if self.takes_super_admin() {
            let day = if self.plan.authentication.as_ref().is_some_and(|file| !file.issuers.is_empty()) {
                "for the day on which your identity provider is down"
            } else {
                "since the spec declares no issuer, and nobody comes in by another way"
            };
            let _ = write!(
                text,
                " On a control-plane node take a copy of `super-admin.conf` or `admin.conf` off the node, to where your secrets are kept, {day}: the \
                 script removes `super-admin.conf` as soon as it is there. Whoever holds the CA's key can make it anew (`kubeadm init phase kubeconfig \
                 super-admin`)."
            );
        }
        text
    }

    /// A firewall that drops is tried before it drops.
    fn count_first(&self) -> Option<String> {
        let drops = |pool: &NodePlan| pool.file_rules.get("firewall/mode").is_some_and(|mode| mode.value == "enforce");
        let carried = self.plan.host.carried.as_ref().map_or_else(String::new, |word| {
            format!(": between nodes pods' packets pass as `{word}` alone, so the network plug-in must run with that")
        });
        self.plan.pools.values().any(drops).then(|| {
            format!(
                "The firewall of the nodes drops what is not declared{carried}. Let it count first: write `controls: {{ node/firewall: {{ with: {{ mode: count }}, \
                 waiver: ID }} }}` and a waiver of that id with an end, build, and go through the steps below with that tree. When the cluster has run so \
                 for some days, read the counter of `nft list table inet harden_node` and the log lines `harden-input:`, add `open` entries for what \
                 is missed, take both out, build again and run the scripts of that tree. Its rules for pods are made of {}: the pool of the network plug-in \
                 must lie there.",
                ranges(&self.kubeadm.pod_subnets)
            )
        })
    }

    /// The scripts of the pools: kernel settings must be there before a kubelet looks for them.
    fn script(&self) -> String {
        let drops = self.scripted().any(|pool| pool.file_rules.contains_key("firewall/mode"));
        let closed: Vec<&NodePlan> = self.scripted().filter(|pool| pool.file_rules.contains_key("unit/ssh.service")).collect();
        let entered = closed.len() < self.scripted().count();
        let firewall = if !entered {
            "`./harden-node.sh apply`"
        } else if drops {
            "`./harden-node.sh apply --confirm 300`: it loads the firewall for five minutes and writes none of its files (exit 1 until confirmed). From \
             outside log in anew, since an open session survives any rules, and where an API server runs use a new `kubectl` too; then run \
             `./harden-node.sh confirm`. Without it what was loaded before comes back by itself. The rest (sshd, kernel, runtime) is applied at once"
        } else {
            "`./harden-node.sh apply`, and log in anew from outside before you leave"
        };
        let without: Vec<String> = self
            .scripted()
            .filter(|pool| drops && !pool.file_rules.contains_key("firewall/mode"))
            .map(|pool| code(&pool.name))
            .collect();
        let waived = match without.as_slice() {
            [] => String::new(),
            pools => {
                format!(". A waiver leaves the nodes of {} without it: there `./harden-node.sh apply` alone", pools.join(", "))
            }
        };
        let mut text = format!(
            "The hosts, one node at a time and one pool after the other: {firewall}{waived}. The script refuses a node of another pool, and closing root's \
             logins where no other account has sudo. What changes for logins, the firewall and the runtime stands in the tables below. \
             `./harden-node.sh audit` tells what does not hold. `./harden-node.sh rollback` brings every file back that a script can; what a reboot \
             alone undoes (kexec, BPF, loaded modules) and swap stay as they are."
        );
        if drops {
            text.push_str(
                " Where `nftables.service` is enabled the script refuses the firewall: declare what `/etc/nftables.conf` opens, then `systemctl disable \
                 nftables.service`, never with `--now`: its stop flushes the rules of kube-proxy and the network plug-in, and Services are gone.",
            );
        }
        if !closed.is_empty() {
            let names: Vec<String> = closed.iter().map(|pool| code(&pool.name)).collect();
            let _ = write!(
                text,
                " Nobody comes to the nodes of {} by ssh (`access: none`): see that the console, or the session manager of the provider, works first, \
                 bring the folder and run `apply` by it, without `--confirm`, since no new login can be tried. An sshd that runs is not stopped and goes \
                 with the next boot; while an ssh session is open the script refuses the firewall.",
                names.join(", ")
            );
        }
        text
    }

    /// Files that must lie on the nodes before a manifest names them.
    fn files(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if self.has("control-plane/etc/") {
            steps.push(
                "Copy `control-plane/etc/kubernetes/` to `/etc/kubernetes/` of every control-plane node, owner root:root, folders 0755, files \
                 with the modes of `manifest.json` (a checkout of git has lost them). A missing file keeps the API server's pod from starting, so this \
                 comes before its manifest."
                    .to_owned(),
            );
        }
        if self.has("kubeadm/patches/") {
            let folder = host_paths::patches(self.kubeadm);
            steps.push(format!(
                "Copy `kubeadm/patches/` to `{folder}` of every control-plane node. The documents name the folder; `kubeadm upgrade` needs it again."
            ));
        }
        steps.extend(self.plan.encryption.as_ref().map(|held| key(&held.value.provider)));
        steps
    }
}

fn key(provider: &EncryptionProvider) -> String {
    match provider {
        EncryptionProvider::Secretbox | EncryptionProvider::Aescbc => {
            "The encryption key, on the nodes and never in this tree: on the first control-plane node run \
             `/etc/kubernetes/encryption/make-key.sh apply` (the very first time `apply --new-key`; on a cluster that is new and holds no \
             object yet also `--empty-cluster`), then copy the `encryption.yaml` that it \
             writes to `/etc/kubernetes/encryption/` of every other control-plane node (0600, root). Keep a copy of it where your secrets \
             are kept, apart from the snapshots of etcd: without it a snapshot cannot be read."
        }
        EncryptionProvider::Kms { .. } => {
            "Start the KMS plugin on every control-plane node before the API server is told of it; a dead plugin makes the server unready."
        }
    }
    .to_owned()
}
