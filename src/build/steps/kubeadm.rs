//! A control plane that kubeadm sets up: a new one, a running one, and the same by another installer.

use std::collections::BTreeMap;

use crate::{
    base::{Artifact, Cause, Cidr},
    facts,
    plan::{EncryptionStage, Engine, Held, KubeadmCluster, NodePlan, PER_NODE, Plan, PoolRole, Program},
};

use super::{TO_ANOTHER_VERSION, objects::to_objects, pod_security, running::replaced};

/// How a static pod takes changed files: its manifest stays the same, so the kubelet sees nothing to do.
const RESTART: &str =
    "move `/etc/kubernetes/manifests/kube-apiserver.yaml` out of the folder, wait until the container is gone, move it back";

/// What a cluster without a pool of workers comes to.
const NO_WORKERS: &str = "The spec declares no pool of workers, and kubeadm taints every control-plane node (`node-role.kubernetes.io/control-plane:NoSchedule`): pods that \
     do not tolerate that start nowhere. Declare a pool of workers, or let them in beside etcd and its keys: `kubectl taint nodes --all \
     node-role.kubernetes.io/control-plane-` (for new nodes `nodeRegistration: { taints: [] }` in your configuration, `platform.kubeadm.config`).";

pub(super) struct Tree<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kubeadm: &'a KubeadmCluster,
    pub(super) artifacts: &'a [Artifact],
}

impl Tree<'_> {
    /// Whether the tree has a file whose path begins so.
    pub(super) fn has(&self, prefix: &str) -> bool {
        self.artifacts.iter().any(|artifact| artifact.path.as_str().starts_with(prefix))
    }

    pub(super) fn stage(&self) -> Option<EncryptionStage> {
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
        steps.extend(self.to_nodes());
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
        if self.has("nodes/") {
            let mut text = format!(
                "Run the script of its pool again on every node{}: only now the files of Kubernetes are there, whose modes it holds.",
                self.of_scripts()
            );
            if self.takes_super_admin() {
                text.push_str(" On the node where `kubeadm init` ran copy `super-admin.conf` off it before.");
            }
            steps.push(text);
        }
        steps.extend(self.serving_certificates());
        steps.extend(pod_security::from_the_start(self.plan));
        steps.extend(to_objects(self.plan, self.artifacts));
        steps
    }

    /// Whether the firewall of the only named node lets nobody else to the etcd that runs beside it.
    fn lone_etcd(&self) -> bool {
        let firewall = |pool: &NodePlan| pool.role == PoolRole::ControlPlane && pool.file_rules.contains_key("firewall/mode");
        self.kubeadm.external_etcd.is_none() && self.plan.pools.values().any(firewall)
    }

    fn joins(&self) -> [String; 2] {
        let certificates = "the certificates of the first one, by the key that `--upload-certs` printed (`controlPlane.certificateKey`; it ends \
                            after two hours, `kubeadm init phase upload-certs --upload-certs` makes a new one) or copied by hand";
        let each = format!("Each needs {certificates}, and its discovery file as below.");
        let join = match self.kubeadm.nodes.as_slice() {
            [] => "`kubeadm/join-control-plane.yaml`, which takes the host's name and the address of its default route",
            [_] if self.lone_etcd() => {
                "name each in `nodes` of its pool in the spec and build again, then run the script of the pool on every control-plane node, since the \
                 firewall lets named nodes alone to etcd; each then has its document in `kubeadm/nodes/`"
            }
            [_] => {
                "name each in `nodes` of its pool in the spec and build again: each then has its document in `kubeadm/nodes/`, with its name and address"
            }
            _ => "the document of the node in `kubeadm/nodes/<node>/join-control-plane.yaml`, which has its name and address",
        };
        let discovery = "Each node that joins needs `/etc/kubernetes/discovery.conf` first (also `kubeadm config validate` does); the head of the \
                         document has the command that makes it, with credentials that end after an hour. Joining by token does not work while \
                         anonymous access is closed.";
        let workers = self.plan.pools.values().any(|pool| pool.role == PoolRole::Worker);
        let last = if workers {
            format!("Workers: `kubeadm/join-worker.yaml`. {discovery}")
        } else if self.declares_taints() {
            discovery.to_owned()
        } else {
            format!("{discovery} {NO_WORKERS}")
        };
        [format!("Further control-plane nodes: {join}. {each}"), last]
    }

    /// Whether the owner's configuration says which taints the first node gets.
    fn declares_taints(&self) -> bool {
        let init = |artifact: &&Artifact| artifact.path.as_str() == "kubeadm/init.yaml";
        self.artifacts.iter().filter(init).any(|artifact| artifact.text().to_string().contains("\n  taints:"))
    }

    pub(super) fn running_cluster(&self) -> Vec<String> {
        let version = self.plan.cluster.version;
        let mut steps = vec![format!(
            "Ask `kubectl version`: where the API servers run another version than {version}, the way is {TO_ANOTHER_VERSION}, which comes back \
             here."
        )];
        steps.extend(self.before_changes());
        steps.extend(self.to_nodes());
        steps.push(
            "Store the configuration before the servers have it, so that the next join or upgrade does not undo it: on one control-plane node `kubeadm \
             init phase upload-config all --config kubeadm/init.yaml`. Without `--config` kubeadm would store its defaults."
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
        steps.extend(to_objects(self.plan, self.artifacts));
        steps
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

    /// The command of etcd's own client in a member's pod, with its certificates.
    pub(super) fn etcdctl(&self) -> String {
        let pki = &self.kubeadm.certificates_dir;
        format!(
            "kubectl -n kube-system exec etcd-NODE -- etcdctl --cacert={pki}/etcd/ca.crt --cert={pki}/etcd/server.crt \
             --key={pki}/etcd/server.key"
        )
    }

    /// The manifests, one node at a time.
    fn control_plane(&self) -> String {
        let etcd = self.kubeadm.external_etcd.is_none();
        let wait = format!(
            "wait until its own API server answers (`curl -k https://ADDRESS-OF-THE-NODE:{}/readyz`, not by the load balancer)",
            self.kubeadm.bind_port
        );
        let member = if etcd {
            format!(" and every member of etcd is well (`{} endpoint health --cluster`)", self.etcdctl())
        } else {
            String::new()
        };
        let manifests = if self.kubeadm.nodes.is_empty() {
            let of_etcd = if etcd {
                ", and for etcd `kubeadm init phase etcd local --config \
                              kubeadm/init.yaml`"
            } else {
                ""
            };
            format!(
                "run `kubeadm init phase control-plane all --config kubeadm/init.yaml`{of_etcd}, with that node's own name and \
                 `localAPIEndpoint.advertiseAddress` in the document (the spec names no control-plane nodes, so this tree has no static pods): the \
                 address of another node would make its probes and the `kubernetes` Service point there"
            )
        } else {
            let of_etcd = if etcd { "etcd, " } else { "" };
            let guessed = if etcd && self.plan.cluster.etcd_tag_is_guess() {
                format!(
                    ". The tag of the image in `etcd.yaml` is a guess for {}: compare `kubeadm config images list` and the one that runs first, and \
                     keep the one that runs, since etcd goes to no older minor again",
                    self.plan.cluster.version
                )
            } else {
                String::new()
            };
            format!(
                "bring `control-plane/<node>/manifests/` of that very node to `/etc/kubernetes/manifests/` ({of_etcd}API server, controller manager, \
                 scheduler; wait after each), every file in one go: `install -m 600 FILE /etc/kubernetes/.new.yaml && mv /etc/kubernetes/.new.yaml \
                 /etc/kubernetes/manifests/FILE` (no copy of an old one may lie in that folder: the kubelet runs every file there){guessed}"
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
                let resources = self.resources();
                format!(
                    "Encryption stage `write`: only when every API server runs with the file, rewrite what is stored plain ({}). Then set `stage: \
                     enforce`, build again and go through these steps again.",
                    replaced(&resources)
                )
            }
            EncryptionStage::Enforce => return None,
        })
    }

    /// Kubelets that are to serve with certificates of the cluster's CA come before API servers that check them.
    pub(super) fn kubelets_first(&self) -> Option<&'static str> {
        let checks = self.plan.component(Program::KubeApiserver).flags.contains_key("kubelet-certificate-authority");
        checks.then_some(
            "Kubelets before API servers, since the servers will check the kubelets' certificates: the declared approver must run; on one node \
             after the other `kubeadm upgrade node phase kubelet-config`, `systemctl restart kubelet`, and wait until its certificate is issued (`kubectl \
             get csr`). An API server that checks too early cuts off logs, exec and metrics of that node.",
        )
    }

    /// Where nothing is spared for the approver.
    pub(super) fn approver_is_judged(&self) -> &'static str {
        if self.plan.policies.values().all(|policy| policy.engine == Engine::Nothing) {
            return "";
        }
        " In `kube-system` nothing refuses its pods; in any other namespace policies and Pod Security judge them: waive there what they break."
    }

    fn serving_certificates(&self) -> Option<String> {
        self.kubelets_first().map(|_| {
            "The approver of kubelet serving certificates runs in the cluster, so until it does, logs, exec and metrics do not work: approve the \
             first requests by hand (`kubectl certificate approve`) or deploy it at once."
                .to_owned()
                + self.approver_is_judged()
        })
    }
}

const KUBELETS: &str = "Kubelets: on one node after the other `kubeadm upgrade node phase kubelet-config`, then `systemctl restart kubelet`, and wait until \
     `kubectl get node NODE` says Ready. kubeadm writes the file 0644: where the node has a `harden-node.sh`, apply it again.";

/// Ranges as a step names them.
pub(super) fn ranges(cidrs: &[Cidr]) -> String {
    cidrs.iter().map(|range| format!("`{range}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn other_installer() -> String {
    format!(
        "`control-plane/flags/` holds the flags of each program, one a line, with kubeadm's paths; the files that they name are in \
         `control-plane/etc/`. The parts above that name no `kubeadm` are the same for you. What belongs to one node is left out and has to be added \
         there: {}.",
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
