//! What a cluster that runs can lose, said before the step that takes it: what is stored, what is let in, what can be read.

use crate::{
    plan::{EncryptionStage, Engine, Program, WhenAway},
    report::code,
};

use super::{kubeadm::Tree, pod_security};

/// A document that kubeadm stores in the cluster.
struct Stored {
    kind: &'static str,
    name: &'static str,
    path: &'static str,
    /// What the owner may have said there.
    holds: &'static str,
}

const STORED: [Stored; 3] = [
    Stored {
        kind: "ClusterConfiguration",
        name: "kubeadm-config",
        path: "{.data.ClusterConfiguration}",
        holds: "names in certificates, the registry, arguments of the control plane",
    },
    Stored { kind: "KubeletConfiguration", name: "kubelet-config", path: "{.data.kubelet}", holds: "settings of every kubelet" },
    Stored { kind: "KubeProxyConfiguration", name: "kube-proxy", path: r"{.data.config\.conf}", holds: "settings of kube-proxy" },
];

impl Tree<'_> {
    /// What comes before the first change, in its order.
    pub(super) fn before_changes(&self) -> Vec<String> {
        let mut steps: Vec<String> = self.stored_by_kubeadm().into_iter().collect();
        steps.push(self.snapshot());
        steps.push(self.way_back());
        steps.extend(self.stage_reached());
        steps.extend(pod_security::ask_first(self.plan));
        steps.extend(self.without_credentials());
        steps.extend(self.kubelets_first().map(|_| {
            "The approver of kubelet serving certificates must run from here on: a kubelet that restarts with what the next steps bring asks for its \
             certificate, and until it is approved nobody reads logs of its node or comes into its pods."
                .to_owned()
                + self.approver_is_judged()
        }));
        let limited = self.plan.authentication.as_ref().is_some_and(|held| held.anonymous.is_some());
        steps.extend(limited.then(|| {
            "Where nodes join by a token alone (`kubeadm token create --print-join-command`), that ends when anonymous access is closed: they need \
             `/etc/kubernetes/discovery.conf` first, as the head of `kubeadm/join-worker.yaml` says."
                .to_owned()
        }));
        steps
    }

    /// What kubeadm stored of the owner's and this tree would replace without having seen it.
    fn stored_by_kubeadm(&self) -> Option<String> {
        let seen = |kind: &str| {
            let field = format!("{kind}/");
            self.kubeadm.owner_documents.contains_key(kind) || self.plan.owner.iter().any(|note| note.field.starts_with(&field))
        };
        let asked = STORED.iter().filter(|stored| self.kubeadm.kube_proxy || stored.kind != "KubeProxyConfiguration");
        let unseen: Vec<&Stored> = asked.filter(|stored| !seen(stored.kind)).collect();
        let names: Vec<String> = unseen.iter().map(|stored| format!("{} ({})", code(stored.name), stored.holds)).collect();
        let fetch = |stored: &&Stored| format!("`kubectl -n kube-system get cm {} -o jsonpath='{}'`", stored.name, stored.path);
        let commands: Vec<String> = unseen.iter().map(fetch).collect();
        (!unseen.is_empty()).then(|| {
            format!(
                "This tree does not know what the cluster keeps of your own in {}: a later step replaces it whole, and what the spec does not say is \
                 lost. Write {} into the file that `platform.kubeadm.config` names, a line `---` between two documents, and build again, or be sure \
                 that nothing of your own is there.",
                names.join(", "),
                commands.join(", ")
            )
        })
    }

    /// Copies of what the steps change.
    fn snapshot(&self) -> String {
        let etcd = if self.kubeadm.external_etcd.is_some() {
            "take a snapshot of etcd where it runs (`etcdctl snapshot save`)".to_owned()
        } else {
            let folder = self.plan.component(Program::Etcd).flag_text("data-dir").unwrap_or_else(|| "/var/lib/etcd".to_owned());
            let held_back = self.plan.policies.get("escalated-entry").is_some_and(|policy| policy.engine != Engine::Nothing);
            let spared = if held_back { "; once `policy/escalated-entry` denies, break glass alone may do that" } else { "" };
            format!(
                "take a snapshot of etcd, `{} snapshot save {folder}/before.db` (this folder is one of the host; what is \
                 written elsewhere goes with the container, and its image has no shell to copy with{spared}), and move the file off the node",
                self.etcdctl()
            )
        };
        // Where these documents have none, one that runs is taken away.
        let proxy = if self.kubeadm.kube_proxy {
            " kube-proxy -o yaml > before.yaml`"
        } else {
            " -o yaml > before.yaml`, and `kubectl -n kube-system get daemonset,cm -l k8s-app=kube-proxy -o yaml > kube-proxy.yaml` with \
             `(echo ---; kubectl -n kube-system get cm kube-proxy -o yaml) >> kube-proxy.yaml`, where it runs"
        };
        format!(
            "Before anything: {etcd}. Copy `/etc/kubernetes` of every control-plane node aside, and what the cluster stores: `kubectl -n kube-system get \
             cm kubeadm-config kubelet-config{proxy}. Compare the manifests that run with those of the tree: what was changed \
             on the node by hand is in neither the spec nor the tree."
        )
    }

    /// How to go back, and what does not.
    fn way_back(&self) -> String {
        let mut text = "To go back: put the old manifests and files in place again, one node after the other; put the ConfigMaps of `before.yaml` back \
                        (`kubectl replace`, their `resourceVersion` taken out), or the next `kubeadm upgrade` and join bring the new arguments again, "
            .to_owned();
        text.push_str(if self.kubeadm.kube_proxy {
            "and repeat the steps of kubelets and kube-proxy"
        } else {
            "and repeat the step of kubelets; what `kube-proxy.yaml` holds is applied again"
        });
        if self.has("nodes/") {
            text.push_str("; run `./harden-node.sh rollback` on the hosts");
        }
        let taken = ["policies", "admission", "network", "logging"].map(|stage| format!("k8s/{stage}"));
        let taken: Vec<String> = taken.iter().filter(|stage| self.has(&format!("{stage}/"))).map(|stage| code(stage)).collect();
        if !taken.is_empty() {
            text.push_str("; take objects away by `kubectl delete -k`");
            text.push_str(if taken.len() > 1 { ", in this order: " } else { ": " });
            text.push_str(&taken.join(", "));
        }
        text.push('.');
        if self.plan.gatekeeper_away.as_ref().is_some_and(|away| away.value == WhenAway::Refuses) {
            text.push_str(" The head of `helm/gatekeeper.values.yaml` has the way out of its webhook.");
        }
        if self.has("k8s/rbac/") {
            text.push_str(
                " What `k8s/rbac` gives may stay; of its files delete single roles and bindings, and no service account: the tokens of running pods end \
                 with theirs.",
            );
        }
        if self.has("k8s/namespaces/") {
            text.push_str(" Never delete `k8s/namespaces`: the namespaces go with all that is in them; take their labels off.");
        }
        if matches!(self.stage(), Some(EncryptionStage::Write | EncryptionStage::Enforce)) {
            text.push_str(
                " Once objects were written encrypted, no API server can do without `encryption.yaml` and its flag: leave \
                 `--encryption-provider-config`, its file and the key in every manifest that you go back to.",
            );
        }
        text
    }

    /// What must have been done for the stage of encryption that this tree is for.
    fn stage_reached(&self) -> Option<String> {
        let resources = self.resources();
        match self.stage()? {
            EncryptionStage::Prepare => None,
            EncryptionStage::Write => Some(
                "Where no API server runs with `--encryption-provider-config` yet, set `api.encryptionAtRest.stage: prepare`, build again, and come back \
                 to stage `write` when every server has it: a server without the file cannot list what another one wrote encrypted."
                    .to_owned(),
            ),
            EncryptionStage::Enforce => Some(format!(
                "Encryption stage `enforce`: from the restart of the servers on a plain object can no longer be read. Go on only after every object was \
                 rewritten at stage `write` ({}). {}",
                replaced(&resources),
                self.none_is_plain()
            )),
        }
    }

    /// How it is seen that etcd holds no plain object of what is encrypted.
    fn none_is_plain(&self) -> String {
        let Some(encryption) = &self.plan.encryption else { return String::new() };
        let get = if self.kubeadm.external_etcd.is_some() { "etcdctl".to_owned() } else { self.etcdctl() };
        let prefix = |resource: &String| match resource.split_once('.') {
            Some((name, group)) => format!("`/registry/{group}/{name}/`"),
            None => format!("`/registry/{resource}/`"),
        };
        let prefixes: Vec<String> = encryption.value.resources.iter().map(prefix).collect();
        // `azhzOmVuYzp` is `k8s:enc:` and the first bits of the letter behind it, in base64.
        format!(
            "`{get} get PREFIX --prefix -w json | jq -r '.kvs[]? | select(.value | startswith(\"azhzOmVuYzp\") | not) | .key | @base64d'` names what is still \
             plain and has to print nothing, for PREFIX {}.",
            prefixes.join(", ")
        )
    }

    /// The resources that are encrypted, as kubectl takes them.
    pub(super) fn resources(&self) -> String {
        self.plan.encryption.as_ref().map(|held| held.value.resources.join(",")).unwrap_or_default()
    }

    /// Who asks the API server without credentials today, and will be refused.
    fn without_credentials(&self) -> Option<String> {
        let anonymous = self.plan.authentication.as_ref()?.anonymous.as_ref()?;
        let paths: Vec<String> = anonymous.value.paths.iter().map(|path| code(&path.value)).collect();
        let allowed = if paths.is_empty() { "nothing".to_owned() } else { format!("exactly {}", paths.join(", ")) };
        Some(format!(
            "What asks the API server without credentials (load balancers, uptime checks, installers) gets {allowed} once the servers run with these \
             files, and 401 for everything else, `/version` and `/livez/ping` too: look for `system:anonymous` in the audit log first."
        ))
    }
}

/// How every object is stored anew, and what of it is no failure.
pub(super) fn replaced(resources: &str) -> String {
    format!(
        "`kubectl get {resources} -A -o json | kubectl replace -f -`; objects that changed or went meanwhile are reported as `Conflict` or `NotFound`, and \
         the exit code is 1: run it again until only such are left"
    )
}
