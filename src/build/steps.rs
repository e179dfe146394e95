//! The steps that a person takes to apply a tree, in order: for a new cluster, for a running one, for another installer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use crate::{
    base::{Artifact, Cause, Platform},
    facts,
    plan::{
        Action, CloudPlan, EncryptionProvider, EncryptionStage, Ground, Held, HostRule, KubeadmCluster, NodePlan, PER_NODE, Plan,
        Program,
        cloud::{CloudValue, Owner, Stage},
        host_paths,
    },
    report::{StepList, code},
    targets,
};

/// The lists of steps, as Markdown sentences.
pub(super) fn steps(plan: &Plan, artifacts: &[Artifact]) -> Vec<StepList> {
    match (plan.cluster.platform, &plan.cluster.kubeadm) {
        (Platform::Kubeadm, Some(kubeadm)) => {
            let tree = Tree { plan, kubeadm, artifacts };
            vec![
                StepList { title: "A new cluster", steps: tree.new_cluster() },
                StepList { title: "A running cluster", steps: tree.running_cluster() },
                StepList { title: "Another installer", steps: vec![other_installer()] },
            ]
        }
        (Platform::Kubeadm | Platform::Eks | Platform::Aks, _) => {
            let ways = provider(plan, artifacts);
            let people = plan.cloud.iter().flat_map(|_| for_people(artifacts));
            let objects = applied(plan, artifacts, |stage| plan.cloud.is_none() || !FOR_PEOPLE.contains(&stage));
            let steps: Vec<String> = ways
                .before
                .into_iter()
                .chain(people)
                .chain(ways.open)
                .chain(objects)
                .chain(ways.after)
                .chain(trials(plan, artifacts))
                .collect();
            let objects = applied(plan, artifacts, |_| true);
            let new = new_at_provider(plan, artifacts).into_iter().chain(objects).chain(trials(plan, artifacts)).collect();
            let running = StepList { title: "A running cluster", steps };
            if running.steps.is_empty() { Vec::new() } else { vec![StepList { title: "A new cluster", steps: new }, running] }
        }
    }
}

/// How a static pod takes changed files: its manifest stays the same, so the kubelet sees nothing to do.
const RESTART: &str =
    "move `/etc/kubernetes/manifests/kube-apiserver.yaml` out of the folder, wait until the container is gone, move it back";

struct Tree<'a> {
    plan: &'a Plan,
    kubeadm: &'a KubeadmCluster,
    artifacts: &'a [Artifact],
}

impl Tree<'_> {
    fn has(&self, prefix: &str) -> bool {
        self.artifacts.iter().any(|artifact| artifact.path.as_str().starts_with(prefix))
    }

    fn stage(&self) -> Option<EncryptionStage> {
        self.plan.encryption.as_ref().map(|held| held.value.stage)
    }

    fn new_cluster(&self) -> Vec<String> {
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

    fn running_cluster(&self) -> Vec<String> {
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

/// A new cluster at a provider: nobody is in it who could be shut out.
fn new_at_provider(plan: &Plan, artifacts: &[Artifact]) -> Option<String> {
    let cloud = plan.cloud.as_ref()?;
    let mut text = "Write the cluster with the lines of every step of `terraform/ADOPT.md` at once: there is nothing to take over, and nothing to \
                    check before it is closed."
        .to_owned();
    if targets::stages(artifacts).next().is_some() {
        let applier = match (plan.cluster.platform, cloud.settings.contains_key("admin_group_object_ids")) {
            (Platform::Aks, true) => "a member of the groups in `admin_group_object_ids` of `terraform/settings`",
            (Platform::Aks, false) => "the local account (`az aks get-credentials --admin`), since the spec declares no Entra ID",
            (Platform::Eks | Platform::Kubeadm, _) if cloud.admins.is_empty() => {
                "a principal with an access entry and a policy of your own, since the spec names none in `identity.breakGlass`"
            }
            (Platform::Eks | Platform::Kubeadm, _) => "break glass, or a principal with an access entry and a policy of your own",
        };
        text.push_str(&format!(" Whoever applies the objects below must be let in by then: {applier}."));
    }
    Some(text)
}

/// The stages that people need before they are let in by another way than today.
const FOR_PEOPLE: [&str; 2] = ["namespaces", "rbac"];

/// What is applied before anybody is let in by another way: an access entry, or a sign-in by Entra ID, counts at once.
fn for_people(artifacts: &[Artifact]) -> Option<String> {
    let folders = folders(artifacts, |stage| FOR_PEOPLE.contains(&stage));
    (!folders.is_empty()).then(|| {
        format!(
            "As whoever comes in today, before anybody comes in by another way: {}, each {APPLY}. Roles of a group that nobody is in yet give \
             nothing, and whoever is let in by apply A finds them there.",
            folders.join(", ")
        )
    })
}

/// What is set at the provider, around the objects of the cluster. The letters are those of `terraform/ADOPT.md`.
#[derive(Default)]
struct Ways {
    /// What comes before everything.
    before: Vec<String>,
    /// What opens the way that stays.
    open: Vec<String>,
    /// What comes after the objects.
    after: Vec<String>,
}

fn provider(plan: &Plan, artifacts: &[Artifact]) -> Ways {
    let Some(cloud) = &plan.cloud else { return Ways::default() };
    let existing = existing(cloud);
    let existing = if existing.is_empty() {
        String::new()
    } else {
        format!(", and take into the state what exists already ({})", existing.join(", "))
    };
    let before = vec![format!(
        "Call the modules `terraform/settings` and `terraform/attach` beside the cluster, with the lines of `terraform/ADOPT.md`{existing}. Read \
         `terraform plan` before every apply: it must change the cluster in place, make nothing that exists, and destroy nothing."
    )];
    let mut open = vec![format!("Apply A: what opens the way that stays, with the logs. {}", opened(plan, cloud))];
    if cloud.settings.contains_key("private_cluster_enabled") {
        open.push(
            "A cluster that has a public address today is made anew when it becomes private: then build a new one beside it."
                .to_owned(),
        );
    }
    let mut after = Vec::new();
    if cloud.has(Stage::Close) {
        after.push(format!("B, checks by people before anything is closed: {}.", before_closing(cloud).join("; ")));
        after.push(format!(
            "Apply C, by itself: close {}. Keep a session open that came in by the way that stays.",
            closing(cloud).join(", ")
        ));
    }
    if cloud.has(Stage::Private) {
        after.push(
            "Apply C2, by itself, after the ranges have held for a while: take the private endpoint away. It closes nothing to anybody outside."
                .to_owned(),
        );
    }
    if cloud.has(Stage::Overlay) {
        after.push(
            "Apply D1, by itself, for a cluster whose pods are not on an overlay yet: give them one. The nodes of all pools are re-imaged at the same \
             time, nothing outside reaches a pod by its address any more, and there is no way back."
                .to_owned(),
        );
    }
    if cloud.has(Stage::Network) {
        after.push(let_policies_act(plan, if cloud.has(Stage::Overlay) { "D2" } else { "D" }));
    }
    if cloud.secrets_key.as_ref().is_some_and(|owner| owner.value == Owner::Harden) {
        after.push(
            "Apply E, by itself, for a cluster that has no key of yours (`aws eks describe-cluster --name NAME --query cluster.encryptionConfig` \
             says `null`): the key of Secrets. There is no way back."
                .to_owned(),
        );
    }
    if has(artifacts, "terraform/attach/verify.tf") {
        after.push(
            "Run `terraform plan` again: the check blocks of `terraform/attach/verify.tf` warn of what is not as planned."
                .to_owned(),
        );
    }
    Ways { before, open, after }
}

/// What `attach` makes, of what a running cluster may have already.
fn existing(cloud: &CloudPlan) -> Vec<&'static str> {
    let ours = |owner: Option<Owner>| owner == Some(Owner::Harden);
    let rows = [
        (ours(cloud.log_group.as_ref().map(|group| group.owner.value)), "the log group"),
        (cloud.forward.is_some(), "the subscription filter"),
        (
            ours(cloud.entries_owner.as_ref().map(|owner| owner.value)) && !cloud.entries.is_empty(),
            "access entries and their policies",
        ),
        (ours(cloud.vpc_cni.as_ref().map(|owner| owner.value)), "the add-on `vpc-cni`"),
        (!cloud.categories.is_empty(), "the diagnostic setting"),
    ];
    rows.into_iter().filter(|(made, _)| *made).map(|(_, what)| what).collect()
}

/// Whom apply A changes something for.
fn opened(plan: &Plan, cloud: &CloudPlan) -> String {
    let mut says = Vec::new();
    if !cloud.entries.is_empty() {
        says.push(
            "An access entry takes the place of what aws-auth gives the same ARN, and of the groups that an entry of it has, at once: whoever needs \
             more than the spec gives (this pipeline, first of all) stays out of `identity.groups` until they have it another way.",
        );
    }
    if cloud.settings.get("endpoint_private_access").is_some_and(|held| held.value == CloudValue::Bool(true)) {
        says.push(
            "Where the private endpoint is new, its name leads to private addresses inside the VPC from then on: a runner or bastion host there needs \
             a rule for port 443 in the security group of the cluster first.",
        );
    }
    if cloud.settings.contains_key("admin_group_object_ids") {
        says.push(
            "Kubeconfigs that lie somewhere go on to work; one that `az aks get-credentials` fetches from then on signs in through Entra ID: what \
             fetches one at every run adds `--admin` until B, or has `kubelogin` and its rights before A.",
        );
    }
    if says.is_empty() && plan.cloud.is_some() {
        says.push("Nobody is shut out by it.");
    }
    says.join(" ")
}

/// What the apply of the engine does to a cluster that runs.
fn let_policies_act(plan: &Plan, letter: &str) -> String {
    let images = match plan.cluster.platform {
        Platform::Aks => " The nodes of all pools are re-imaged at the same time: plan it like an upgrade of the whole cluster.",
        Platform::Eks | Platform::Kubeadm => "",
    };
    format!(
        "Apply {letter}, by itself: let network policies take effect. `kubectl get networkpolicy -A` first: those that lie dormant wake up too.{images}"
    )
}

/// What is to be seen before a way in is closed.
fn before_closing(cloud: &CloudPlan) -> Vec<&'static str> {
    let set = |name: &str| cloud.settings.contains_key(name);
    let mut checks = vec!["every node is Ready, and every runner and person has come in by the way that stays"];
    if set("public_access_cidrs") || set("authorized_ip_ranges") {
        checks.push("the outgoing addresses of nodes, runners and people are among the ranges");
    }
    if cloud.ends_aws_auth() {
        checks.push(
            "`aws eks list-access-entries` lists the roles of all nodes and of everybody and every pipeline whom only aws-auth knows, and \
             somebody who can apply `k8s/` is among them",
        );
    }
    if set("local_account_disabled") {
        checks
            .push("somebody of the administrators' groups has signed in through Entra ID, and no pipeline uses a local account");
    }
    checks
}

/// What is closed.
fn closing(cloud: &CloudPlan) -> Vec<&'static str> {
    let closed = |name: &str| cloud.settings.get(name).is_some_and(|held| CloudPlan::stage(name, &held.value) == Stage::Close);
    let rows = [
        ("public_access_cidrs", "the public endpoint to all but the ranges"),
        ("authorized_ip_ranges", "the API server to all but the ranges"),
        ("private_cluster_enabled", "the public address"),
        ("local_account_disabled", "local accounts"),
        ("run_command_enabled", "commands through the provider's API"),
        ("authentication_mode", "aws-auth (the mode does not go back)"),
    ];
    let mut out: Vec<&str> = rows.iter().filter(|(name, _)| closed(name)).map(|(_, what)| *what).collect();
    if cloud.settings.get("endpoint_public_access").is_some_and(|held| held.value == CloudValue::Bool(false)) {
        out.insert(0, "the public endpoint");
    }
    out
}

/// Whether a tree has a file.
fn has(artifacts: &[Artifact], path: &str) -> bool {
    artifacts.iter().any(|artifact| artifact.path.as_str() == path)
}

/// The objects of the cluster, stage by stage, with what they need to be there, and how they are tried.
fn objects(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    applied(plan, artifacts, |_| true).into_iter().chain(trials(plan, artifacts)).collect()
}

/// How one stage is applied.
const APPLY: &str = "`kubectl apply --server-side -k FOLDER` (`kubectl diff --server-side -k FOLDER` shows first what changes; where another manager \
     owns a field, a label that somebody set by hand, read it, then add `--force-conflicts`)";

/// The folders of the stages that are wanted, in their order.
fn folders(artifacts: &[Artifact], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    targets::stages(artifacts).filter(|stage| wanted(stage)).map(|stage| format!("`k8s/{stage}`")).collect()
}

/// How the objects of the wanted stages are applied.
fn applied(plan: &Plan, artifacts: &[Artifact], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let folders = folders(artifacts, wanted);
    if folders.is_empty() {
        return Vec::new();
    }
    let mut steps = Vec::new();
    let cni = plan.host.cni.as_str();
    if has(artifacts, "k8s/network/cluster.yaml") && !cni.is_empty() {
        steps.push(format!(
            "`k8s/network/cluster.yaml` holds objects of {cni} itself: {cni} must be installed{}, before that stage. What it denies for the whole \
             cluster cuts off every namespace that it does not spare: compare `kubectl get namespaces` with its list first.",
            if cni == "calico" { " with its API server, which takes `projectcalico.org/v3`" } else { "" }
        ));
    }
    if plan.gatekeeper.is_some() {
        steps.push(
            "Gatekeeper must run before `k8s/policy-templates`: install it with `helm/gatekeeper.values.yaml` (its head has the command, and the way \
             out): its webhook then sees what the policies judge, CONNECT too, and fails as the spec says. Then write \
             `policies.engines.gatekeeper.installed: values`. Where policies are to deny from a later day on, build again on that day and run the \
             command once more."
                .to_owned(),
        );
    }
    if plan.gatekeeper.is_some() && plan.policies.values().any(|policy| policy.action.value == Action::Deny) {
        steps.push(
            "The policies deny from the moment on which they are applied, in every namespace that they do not name: what breaks one is refused when \
             it is next created or changed, a new pod of an old workload too. In a cluster that runs write `policies.rollout` with days to come \
             first, and read what is recorded (`kubectl get constraints -o yaml`, `status.violations`)."
                .to_owned(),
        );
    }
    let wait = if plan.gatekeeper.is_some() {
        " After the templates wait until Gatekeeper has made a kind of each: `kubectl wait --for=jsonpath='{.status.created}'=true \
         constrainttemplates --all`."
    } else {
        ""
    };
    let network = if plan.cloud.is_some() && has(artifacts, "k8s/network/kustomization.yaml") {
        " Where an engine enforces policies already, `k8s/network` takes effect at once: a namespace without flows is closed from then on."
    } else {
        ""
    };
    steps.push(format!("The objects of the cluster, in this order, each {APPLY}: {}.{wait}{network}", folders.join(", ")));
    steps
}

/// How the tables of `tests/` are tried on the cluster.
fn trials(plan: &Plan, artifacts: &[Artifact]) -> Option<String> {
    let folders = targets::stages(artifacts).next().is_some();
    let connections = if plan.host.cni == "aws-vpc-cni" {
        "`tests/connectivity.csv` (which connection goes through: one a row, from a pod of a Deployment, since this plug-in does not hold a pod that is \
         made by hand)"
    } else {
        "`tests/connectivity.csv` (which connection goes through: one a row)"
    };
    let known = [
        ("tests/gator/suite.yaml", "`gator verify tests/gator/suite.yaml` (the policies, without a cluster)"),
        (
            "tests/can-i.csv",
            "`tests/can-i.csv` (who may do what, a row each: `kubectl auth can-i VERB RESOURCE.APIGROUP/NAME --subresource=S -n NS --as USER --as-group GROUP`; what is empty is left out, `-A` stands for an empty namespace, and the group `authentication.k8s.io` needs a SubjectAccessReview)",
        ),
        ("tests/connectivity.csv", connections),
    ];
    let found: Vec<&str> = known.iter().filter(|(path, _)| folders && has(artifacts, path)).map(|(_, says)| *says).collect();
    (!found.is_empty()).then(|| format!("What should hold now, to be tried: {}.", found.join("; ")))
}

const KUBELETS: &str = "Kubelets: on one node after the other `kubeadm upgrade node phase kubelet-config`, then restart the kubelet and wait until the \
     node is ready. kubeadm writes the file 0644: where the node has a `harden-node.sh`, apply it again.";

fn other_installer() -> String {
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
