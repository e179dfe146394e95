//! A control plane that kubeadm sets up: a new one, a running one, and the same by another installer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::{
    base::{Artifact, Cause},
    facts,
    plan::{
        EncryptionProvider, EncryptionStage, Ground, Held, HostRule, KubeadmCluster, NodePlan, PER_NODE, Plan, Program,
        host_paths,
    },
    report::code,
};

use super::objects::objects;

/// How a static pod takes changed files: its manifest stays the same, so the kubelet sees nothing to do.
const RESTART: &str =
    "move `/etc/kubernetes/manifests/kube-apiserver.yaml` out of the folder, wait until the container is gone, move it back";

pub(super) struct Tree<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kubeadm: &'a KubeadmCluster,
    pub(super) artifacts: &'a [Artifact],
}

impl Tree<'_> {
    fn has(&self, prefix: &str) -> bool {
        self.artifacts.iter().any(|artifact| artifact.path.as_str().starts_with(prefix))
    }

    fn stage(&self) -> Option<EncryptionStage> {
        self.plan.encryption.as_ref().map(|held| held.value.stage)
    }

    pub(super) fn new_cluster(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if self.stage().is_some_and(|stage| stage != EncryptionStage::Enforce) {
            steps.push(
                "A new cluster holds no plain objects: set `api.encryptionAtRest.stage: enforce` and build again before you begin. The other stages \
                 are for a cluster that already holds some."
                    .to_owned(),
            );
        }
        steps.extend(self.packages());
        steps.extend(self.count_first());
        steps.extend(self.hosts());
        steps.extend(self.files());
        if self.kubeadm.external_etcd.is_some() {
            steps.push(
                "Bring the CA of etcd and the API server's client pair for it to the paths that the spec names, on every control-plane node, \
                 before `kubeadm init`."
                    .to_owned(),
            );
        }
        steps.push(
            "On the first control-plane node: `kubeadm config validate --config kubeadm/init.yaml`, then `kubeadm init --config \
             kubeadm/init.yaml --upload-certs`."
                .to_owned(),
        );
        steps.extend(self.network_plugin());
        steps.extend(self.joins());
        steps.extend(self.serving_certificates());
        steps.extend(objects(self.plan, self.artifacts));
        steps
    }

    /// What must be on the nodes before their script can judge and bring its files.
    fn packages(&self) -> Option<String> {
        let mut packages: BTreeSet<&str> = BTreeSet::new();
        let mut there: BTreeSet<String> = BTreeSet::new();
        for (name, held) in self.plan.pools.values().flat_map(|pool| &pool.file_rules) {
            match HostRule::of(name) {
                Some(HostRule::Program(_)) => _ = packages.insert(&held.value),
                Some(HostRule::There(path)) => match held.value.strip_prefix("install the package ") {
                    Some(package) => _ = packages.insert(package),
                    None => _ = there.insert(format!("{} ({})", code(path), held.value)),
                },
                _ => {}
            }
        }
        let (runtime, version) = (&self.plan.host.runtime, &self.plan.cluster.version);
        self.has("nodes/").then(|| {
            let runtime = format!("{runtime} {}", self.plan.host.runtime_version);
            let mut text = format!(
                "Install on every node, before its script runs: {}, kubelet and kubeadm {version}",
                if self.plan.host.runtime.is_empty() { "the container runtime" } else { runtime.trim() }
            );
            for package in packages {
                let _ = write!(text, ", {package}");
            }
            if !there.is_empty() {
                let _ = write!(text, ". These files must be there: {}", there.into_iter().collect::<Vec<_>>().join(", "));
            }
            text.push_str(
                ". The script leaves out what belongs to a program that is not there, and kubeadm would then start with the program's own defaults.",
            );
            text
        })
    }

    /// The plug-in that carries the pods' packets: nothing becomes ready before it.
    fn network_plugin(&self) -> Option<String> {
        let cni = &self.plan.host.cni;
        (!cni.is_empty()).then(|| {
            let way = match nftables_beside(self.plan) {
                Some(way) => format!(": {way}"),
                None => String::new(),
            };
            format!("Install the network plug-in ({cni}), as its makers say{way}. Nodes are not ready before, and no pod of the next steps starts.")
        })
    }

    fn joins(&self) -> [String; 2] {
        let join = if self.kubeadm.nodes.len() > 1 {
            "the document of the node in `kubeadm/nodes/<node>/join-control-plane.yaml`, which has its name and address"
        } else {
            "`kubeadm/join-control-plane.yaml`, which takes the host's name and the address of its default route"
        };
        let certificates = "the certificates of the first one, by the key that `--upload-certs` printed (`controlPlane.certificateKey`; it ends \
                            after two hours, `kubeadm init phase upload-certs --upload-certs` makes a new one) or copied by hand";
        [
            format!("Further control-plane nodes: {join}. Each needs {certificates}, and its discovery file as below."),
            "Workers: `kubeadm/join-worker.yaml`. Each node that joins needs `/etc/kubernetes/discovery.conf` first (also `kubeadm config validate` \
             does); the head of the document has the command that makes it, with credentials that end after an hour. Joining by token does not \
             work while anonymous access is closed."
                .to_owned(),
        ]
    }

    pub(super) fn running_cluster(&self) -> Vec<String> {
        let mut steps = vec![
            "Before anything: take a snapshot of etcd (`etcdctl snapshot save`, inside the pod of etcd: `kubectl -n kube-system exec etcd-<node> -- \
             etcdctl --cacert ... --cert ... --key ...` with the files of `/etc/kubernetes/pki/etcd`), and copy `/etc/kubernetes` of every \
             control-plane node aside. Compare \
             the manifests that run with those of the tree: what was changed on the node by hand is in neither the spec nor the tree."
                .to_owned(),
        ];
        steps.push(self.way_back());
        if self.stage() == Some(EncryptionStage::Write) {
            steps.push(
                "Where no API server runs with `--encryption-provider-config` yet, set `api.encryptionAtRest.stage: prepare`, build again, and come back \
                 to stage `write` when every server has it: a server without the file cannot list what another one wrote encrypted."
                    .to_owned(),
            );
        }
        steps.extend(self.count_first());
        steps.extend(self.hosts());
        steps.extend(self.files());
        steps.extend(self.without_credentials());
        steps.push(
            "Where nodes join by a token alone (`kubeadm token create --print-join-command`), that ends when anonymous access is closed: they need \
             `/etc/kubernetes/discovery.conf` first, as the head of `kubeadm/join-worker.yaml` says."
                .to_owned(),
        );
        steps.push(
            "Store the configuration first, so that the next join or upgrade does not undo it: on one control-plane node `kubeadm init phase \
             upload-config all --config kubeadm/init.yaml`. Without `--config` kubeadm would store its defaults."
                .to_owned(),
        );
        if let Some(kubelets) = self.kubelets_first() {
            steps.push(kubelets.to_owned());
        }
        steps.extend(self.old_issuers());
        steps.push(self.control_plane());
        steps.extend(self.rewrite());
        if self.kubelets_first().is_none() {
            steps.push(KUBELETS.to_owned());
        }
        steps.push(self.kube_proxy());
        steps.extend(objects(self.plan, self.artifacts));
        steps
    }

    /// How to go back, and what does not.
    fn way_back(&self) -> String {
        let but = match self.stage() {
            Some(EncryptionStage::Write | EncryptionStage::Enforce) => {
                " But once objects were written encrypted, no API server can do without `encryption.yaml` and its flag: leave \
                 `--encryption-provider-config`, its file and the key in every manifest that you go back to."
            }
            Some(EncryptionStage::Prepare) | None => "",
        };
        format!("To go back, put the old manifests and files in place again, one node after the other.{but}")
    }

    /// Who asks the API server without credentials today, and will be refused.
    fn without_credentials(&self) -> Option<String> {
        let anonymous = self.plan.authentication.as_ref()?.anonymous.as_ref()?;
        let paths: Vec<String> = anonymous.value.paths.iter().map(|path| code(&path.value)).collect();
        let allowed = if paths.is_empty() { "nothing".to_owned() } else { format!("exactly {}", paths.join(", ")) };
        Some(format!(
            "What asks the API server without credentials (load balancers, uptime checks, installers) gets {allowed} from then on, and 401 for \
             everything else, `/version` and `/livez/ping` too: look for `system:anonymous` in the audit log first."
        ))
    }

    /// A firewall that drops is tried before it drops.
    fn count_first(&self) -> Option<String> {
        let drops = |pool: &NodePlan| pool.file_rules.get("firewall/mode").is_some_and(|mode| mode.value == "enforce");
        self.plan.pools.values().any(drops).then(|| {
            "The firewall of the nodes drops what is not declared. Let it count for some days first: write `controls: { node/firewall: { with: { mode: \
             count }, waiver: ID } }` and a waiver of that id with an end, build, go through the next step, read the counter of `nft list table inet \
             harden_node` and the log lines `harden-input:`, add `open` entries for what is missed, then take both out and build again."
                .to_owned()
        })
    }

    /// The scripts of the pools: kernel settings must be there before a kubelet looks for them.
    fn hosts(&self) -> Vec<String> {
        if !self.has("nodes/") {
            return Vec::new();
        }
        vec![
            "The hosts, one node at a time and one pool after the other: copy `nodes/<pool>/` to the node, read `./harden-node.sh apply --dry-run`, \
             then run `./harden-node.sh apply --confirm 300`: it loads the firewall for five minutes and writes none of its files (exit 1 until \
             confirmed). From outside log in anew, since an open session survives any rules, on a control-plane node also run a new `kubectl`; then \
             run `./harden-node.sh confirm`. Without it what was loaded before comes back by itself. The rest (sshd, kernel, runtime) is applied at \
             once. The script refuses a node of another pool, and closing root's logins where no other account has sudo. What changes for logins, the firewall and the runtime stands in the tables below. `./harden-node.sh audit` tells what does not \
             hold. `./harden-node.sh rollback` brings every file back that a script can; what a reboot alone undoes (kexec, BPF, loaded modules) and swap stay as they are."
                .to_owned(),
            "The runtime: the script's configuration takes the place of yours. The dry run lists the settings of yours that go (proxies, \
             credentials): bring them to `/etc/containerd/conf.d` first, drain the node, restart the runtime."
                .to_owned(),
            "Run the script again after `kubeadm init`, `join` or `upgrade`: files of Kubernetes are there only then. Kubelets also read the drop-in \
             that it brings (`/etc/kubernetes/kubelet.conf.d`), which wins over what kubeadm hands out: a changed kubelet setting needs the script on \
             every node and a restart of the kubelet. Remove `/etc/kubernetes/discovery.conf` after the join: its audit tells of it until then."
                .to_owned(),
            "On a control-plane node the script removes `super-admin.conf`. Whoever holds the CA's key can make it anew (`kubeadm init phase kubeconfig \
             super-admin`); keep a copy of it or of `admin.conf` off the nodes, where your secrets are kept, for the day on which your identity \
             provider is down."
                .to_owned(),
        ]
    }

    /// Files that must lie on the nodes before a manifest names them.
    fn files(&self) -> Vec<String> {
        let mut steps = Vec::new();
        if self.has("control-plane/etc/") {
            steps.push(
                "Copy `control-plane/etc/kubernetes/` to `/etc/kubernetes/` of every control-plane node, owner root:root, folders 0755, files \
                 with the modes of `manifest.json` (a checkout of git has lost them). A missing file keeps the API server's pod from starting, so this comes before its manifest."
                    .to_owned(),
            );
        }
        if self.has("kubeadm/patches/") {
            let folder = host_paths::patches(self.kubeadm);
            steps.push(format!(
                "Copy `kubeadm/patches/` to `{folder}` of every control-plane node. The documents name the folder; `kubeadm upgrade` needs it again."
            ));
        }
        steps.extend(self.plan.encryption.as_ref().map(|held| self.key(&held.value.provider)));
        steps
    }

    fn key(&self, provider: &EncryptionProvider) -> String {
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

    /// What it takes to sign with a new issuer while tokens of an old one are in use, and how the old one goes.
    fn old_issuers(&self) -> Option<String> {
        let flag = self.plan.component(Program::KubeApiserver).flags.get("service-account-issuer")?;
        let of_earlier =
            |also: &&Held<String>| also.reasons.iter().any(|reason| reason.cause == Cause::Shape(facts::id::OLD_ISSUER));
        let old: Vec<&str> = flag.also.iter().filter(of_earlier).map(|also| also.value.as_str()).collect();
        let (signs, listed) = (flag.held.value.to_string(), old.join(", "));
        let several = if self.kubeadm.nodes.len() == 1 {
            ""
        } else {
            " Where more than one API server runs, those that still have the old arguments refuse its tokens: unless it stands second with \
             all of them already, name it second in your configuration first (`service-account-issuer` twice, the old one before it), build, \
             apply that everywhere, and let it sign then."
        };
        (!old.is_empty()).then(|| {
            format!(
                "`{signs}` signs service-account tokens; those of {listed}, from an earlier build, stay good.{several} Once no token of \
                 {listed} is in use, set `controls: {{ apiserver/service-account-keys: {{ with: {{ retired-issuers: [{listed}] }} }} }}` and build \
                 again: pods get a new token within an hour, but a client that never reads its token again keeps the old one for up to a year \
                 where `--service-account-extend-token-expiration` is on."
            )
        })
    }

    /// The manifests, one node at a time.
    fn control_plane(&self) -> String {
        let etcd = self.kubeadm.external_etcd.is_none();
        let wait = "wait until `/readyz` of its API server answers";
        let member = if etcd { " and `etcdctl endpoint health` is well" } else { "" };
        let manifests = if self.kubeadm.nodes.is_empty() {
            let of_etcd = if etcd { ", and for etcd `kubeadm init phase etcd local --config ...`" } else { "" };
            format!(
                "run `kubeadm init phase control-plane all --config kubeadm/init.yaml`{of_etcd}, with that node's own name and \
                 `localAPIEndpoint.advertiseAddress` in the document (the spec names no control-plane nodes, so this tree has no static pods): the \
                 address of another node would make its probes and the `kubernetes` Service point there"
            )
        } else {
            let of_etcd = if etcd { " (etcd.yaml first)" } else { "" };
            format!(
                "bring `control-plane/<node>/manifests/` of that very node to `/etc/kubernetes/manifests/` (0600, root){of_etcd}"
            )
        };
        format!(
            "The control plane, one node after the other: {manifests}; {wait}{member}, then take the next node. Where the manifest is the same and \
             only a mounted file changed (audit, admission, authentication, encryption), restart the server by hand: {RESTART}."
        )
    }

    /// What comes after every server runs with the encryption file.
    fn rewrite(&self) -> Option<String> {
        Some(match self.stage()? {
            EncryptionStage::Prepare => {
                "Encryption stage `prepare`: when every API server runs with the file (each can read encrypted objects, all still write plain ones), \
                 set `stage: write`, build again and go through these steps again."
                    .to_owned()
            }
            EncryptionStage::Write => {
                let resources = self.plan.encryption.as_ref().map(|held| held.value.resources.join(","));
                format!(
                    "Encryption stage `write`: only when every API server runs with the file, rewrite what is stored plain (`kubectl get {} -A -o \
                     json | kubectl replace -f -`). Then set `stage: enforce`, build again and go through these steps again.",
                    resources.unwrap_or_default()
                )
            }
            EncryptionStage::Enforce => {
                "Encryption stage `enforce`: a plain object can no longer be read. Only after every object was rewritten at stage `write`.".to_owned()
            }
        })
    }

    /// Kubelets that are to serve with certificates of the cluster's CA come before API servers that check them.
    fn kubelets_first(&self) -> Option<&'static str> {
        let checks = self.plan.component(Program::KubeApiserver).flags.contains_key("kubelet-certificate-authority");
        checks.then_some(
            "Kubelets before API servers, since the servers will check the kubelets' certificates: the declared approver must run; on one node \
             after the other `kubeadm upgrade node phase kubelet-config`, restart the kubelet, and wait until its certificate is issued (`kubectl \
             get csr`). An API server that checks too early cuts off logs, exec and metrics of that node.",
        )
    }

    fn serving_certificates(&self) -> Option<String> {
        self.kubelets_first().map(|_| {
            "The approver of kubelet serving certificates runs in the cluster, so until it does, logs, exec and metrics do not work: approve the \
             first requests by hand (`kubectl certificate approve`) or deploy it at once."
                .to_owned()
        })
    }

    fn kube_proxy(&self) -> String {
        if self.kubeadm.kube_proxy {
            "kube-proxy: `kubeadm init phase addon kube-proxy --config kubeadm/init.yaml` stores its configuration (upload-config does not), then \
             `kubectl -n kube-system rollout restart daemonset kube-proxy`. A change of mode replaces the Service rules of every node."
                .to_owned()
                + &nftables_beside(self.plan).map(|way| format!(" The network plug-in must run {way} before.")).unwrap_or_default()
        } else {
            "kube-proxy is not deployed by these documents; one that still runs from earlier is removed by hand (`kubectl -n kube-system delete \
             daemonset,configmap kube-proxy`), after the CNI has taken over its work."
                .to_owned()
        }
    }
}

const KUBELETS: &str = "Kubelets: on one node after the other `kubeadm upgrade node phase kubelet-config`, then restart the kubelet and wait until the \
     node is ready. kubeadm writes the file 0644: where the node has a `harden-node.sh`, apply it again.";

pub(super) fn other_installer() -> String {
    format!(
        "`control-plane/flags/` holds the flags of each program, one a line, with kubeadm's paths; the files that they name are in \
         `control-plane/etc/`, the key of encryption is made as said above, nodes and objects are done as said above. What belongs to one node \
         is left out and has to be added there: {}.",
        of_one_node()
    )
}

/// The flags that no file for every node can hold.
fn of_one_node() -> String {
    let mut by_program: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (program, flag) in PER_NODE {
        by_program.entry(program.name()).or_default().push(format!("`--{flag}`"));
    }
    let program = |(name, flags): (&str, Vec<String>)| format!("{name}: {}", flags.join(", "));
    by_program.into_iter().map(program).collect::<Vec<_>>().join("; ")
}

/// What Calico needs beside a kube-proxy that writes nftables, where it does not follow by itself.
fn nftables_beside(plan: &Plan) -> Option<&'static str> {
    let mode = plan.verdicts.iter().find(|control| control.id.0 == "kube-proxy/mode")?;
    let told = mode.verdicts.iter().any(|verdict| verdict.ground == Ground::Fact(facts::id::CALICO_DATA_PLANE));
    told.then_some("with its own rules in nftables, as kube-proxy's are (`linuxDataplane: Nftables` of its Installation)")
}
