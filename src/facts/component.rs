//! The catalogue of system components: what clusters run beside applications, and what each needs.

use super::row::nearest;
use crate::base::Platform;

/// A level of Pod Security, from weakest to strictest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodLevel {
    /// Everything is allowed.
    Privileged,
    /// Known escalations are refused.
    Baseline,
    /// Hardened.
    Restricted,
}

impl PodLevel {
    /// Every level, from weakest to strictest.
    pub const ALL: [PodLevel; 3] = [PodLevel::Privileged, PodLevel::Baseline, PodLevel::Restricted];

    /// The level of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Its name, as labels take it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            PodLevel::Privileged => "privileged",
            PodLevel::Baseline => "baseline",
            PodLevel::Restricted => "restricted",
        }
    }
}

/// What makes a component part of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The spec names it among the addons.
    Addon,
    /// The spec names another component among the addons, which brings it with the values of its chart.
    AddonNamed(&'static str),
    /// The spec names it as the approver of serving certificates.
    Approver,
    /// The spec names Calico as what enforces network policies on AKS, which installs its operator.
    AzureCalico,
    /// The spec names the Azure Policy add-on as an engine.
    AzurePolicyEngine,
    /// The spec names it as the scanner of what runs.
    ClusterScanner,
    /// The spec names Gatekeeper as an engine.
    GatekeeperEngine,
    /// The spec names it as the network plugin.
    Cni,
    /// The platform always has it.
    Platform(Platform),
    /// kube-proxy runs.
    KubeProxy,
    /// A DNS cache runs on every node.
    NodeLocalDns,
}

/// A protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// Its name in objects.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Protocol::Tcp => "TCP",
            Protocol::Udp => "UDP",
        }
    }
}

/// Where a port is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Listens {
    /// On the address of the pod.
    Pod,
    /// On the addresses of the node: the pod uses the host's network.
    Node(Callers),
    /// In the pod, and a `hostPort` of the node leads to it: what comes that way is forwarded, and no input rule sees it.
    Host,
    /// On loopback (or a link-local address) of the node.
    Loopback,
}

/// Who calls a port of a node from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Callers {
    /// Whoever collects metrics: a pod, or one in the network of another node.
    Scrapers,
    /// The same workload on other nodes.
    Nodes,
    /// Pods of the cluster.
    Pods,
    /// The kubelet of the same node, which comes over loopback: nobody from elsewhere.
    Kubelet,
    /// Callers that rules of their own know: the API server, etcd, the network plug-in's way, DNS.
    Ruled,
}

/// A port that a workload listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: &'static str,
    /// The number in the pod, which may differ from that of a Service.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
    /// Where it is open.
    pub on: Listens,
}

/// Pods of one kind that a component runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the fields of a pod spec, each of its own")]
pub struct Workload {
    /// The name of the Deployment, DaemonSet or Job.
    pub name: &'static str,
    /// Its namespace in the published manifests.
    pub namespace: &'static str,
    /// Its service account; static pods have none.
    pub account: Option<&'static str>,
    /// Labels that pick its pods.
    pub labels: &'static [(&'static str, &'static str)],
    /// Its images: registry and repository, without tag; `*` stands for one segment of a host name. A shorter path stands for all below it.
    pub images: &'static [&'static str],
    /// The strictest level that its pods pass.
    pub passes: PodLevel,
    /// Whether it talks to the API server with its token.
    pub token: bool,
    /// Whether a container is privileged.
    pub privileged: bool,
    /// Whether it uses the network of the host.
    pub host_network: bool,
    /// Whether it sees the processes of the host.
    pub host_pid: bool,
    /// Whether it shares the memory of the host.
    pub host_ipc: bool,
    /// Paths of the host that it mounts.
    pub host_paths: &'static [&'static str],
    /// Capabilities that it adds.
    pub capabilities: &'static [&'static str],
    /// Ports that it listens on.
    pub ports: &'static [Port],
}

/// What the API server calls a component for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Calls {
    /// It serves an aggregated API.
    Aggregated,
    /// It converts custom resources.
    Conversion,
    /// It changes objects.
    Mutating,
    /// It judges objects.
    Validating,
}

/// What the API server does with a request while a webhook does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Failure {
    /// It refuses it.
    Fail,
    /// It lets it pass.
    Ignore,
}

/// An endpoint that the API server calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Webhook {
    /// The Service.
    pub service: &'static str,
    /// The workload behind it.
    pub workload: &'static str,
    /// The port of the pod (not of the Service).
    pub port: u16,
    /// What it is called for.
    pub kinds: &'static [Calls],
    /// What happens while it does not answer; empty where that was not read, and for aggregated APIs.
    pub failure: &'static [Failure],
}

/// A system component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Its name: the word of the spec, where the spec names it.
    pub name: &'static str,
    /// Other words for it.
    pub also: &'static [&'static str],
    /// Its name in sentences.
    pub says: &'static str,
    /// What makes it part of a cluster.
    pub when: &'static [When],
    /// Its pods.
    pub workloads: &'static [Workload],
    /// What the API server calls of it.
    pub webhooks: &'static [Webhook],
    /// Where it was read: repository, path, and the commit or version; `not read: ` before what was not to be had.
    pub sources: &'static [&'static str],
    /// The day of reading.
    pub read: &'static str,
    /// What of it was not read in a published manifest of today, and is known from elsewhere: rows by name, or parts of them.
    pub unread: &'static [&'static str],
    /// What it starts outside of its own namespaces, and what that needs there; empty where nothing is known.
    pub outside: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/components.rs"));

impl Component {
    /// Whether the spec may call it by this word.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        self.name == word || self.also.contains(&word)
    }

    /// Whether it is the DNS cache that runs on every node.
    #[must_use]
    pub fn is_dns_cache(&self) -> bool {
        self.when.contains(&When::NodeLocalDns)
    }

    /// Its namespaces, sorted.
    #[must_use]
    pub fn namespaces(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = self.workloads.iter().map(|workload| workload.namespace).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The strictest level that all its pods in a namespace pass.
    #[must_use]
    pub fn passes(&self, namespace: &str) -> PodLevel {
        let levels = self.workloads.iter().filter(|workload| workload.namespace == namespace).map(|workload| workload.passes);
        levels.min().unwrap_or(PodLevel::Restricted)
    }

    /// A workload by its name.
    #[must_use]
    pub fn workload(&self, name: &str) -> Option<&'static Workload> {
        self.workloads.iter().find(|workload| workload.name == name)
    }
}

/// Every component, sorted by name.
pub fn components() -> impl Iterator<Item = &'static Component> {
    COMPONENTS.iter()
}

/// Namespaces that are there in every cluster.
const OF_EVERY_CLUSTER: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Whether a namespace is there in every cluster, or one of a component's.
#[must_use]
pub fn is_system_namespace(name: &str) -> bool {
    let component = || components().any(|component| component.workloads.iter().any(|workload| workload.namespace == name));
    OF_EVERY_CLUSTER.contains(&name) || component()
}

/// The component of this name, whatever makes it part of a cluster.
#[must_use]
pub fn component(word: &str) -> Option<&'static Component> {
    COMPONENTS.iter().find(|component| component.is_called(word))
}

/// The component that the spec may name among the addons by this word.
#[must_use]
pub fn addon(word: &str) -> Option<&'static Component> {
    component(word).filter(|component| component.when.contains(&When::Addon))
}

/// Every word by which the spec may name an addon, sorted.
#[must_use]
pub fn addons() -> Vec<&'static str> {
    let named = components().filter(|component| component.when.contains(&When::Addon));
    let mut words: Vec<&str> = named.flat_map(|component| component.also.iter().copied().chain([component.name])).collect();
    words.sort_unstable();
    words
}

/// The word for an addon that is spelt most like one that is none, if any is close.
#[must_use]
pub fn nearest_addon(word: &str) -> Option<&'static str> {
    nearest(word, addons().into_iter())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Date;

    #[test]
    fn words_are_unique() {
        let mut words: Vec<&str> = components().flat_map(|one| one.also.iter().copied().chain([one.name])).collect();
        let all = words.len();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), all);
    }

    #[test]
    fn webhooks_listen() {
        for component in components() {
            for webhook in component.webhooks {
                let workload = component.workload(webhook.workload).unwrap();
                assert!(workload.ports.iter().any(|port| port.port == webhook.port), "{}: {}", component.name, webhook.service);
            }
        }
    }

    #[test]
    fn every_file_names_its_sources() {
        for component in components() {
            let read = component.sources.iter().filter(|source| !source.starts_with("not read: ")).count();
            assert!(!component.sources.is_empty() && component.read.parse::<Date>().is_ok(), "{}", component.name);
            assert!(
                read > 0 || component.unread == ["every row"],
                "{}: nothing of it was read, and it does not say so",
                component.name
            );
        }
    }

    #[test]
    fn an_admission_webhook_says_how_it_fails_or_that_this_was_not_read() {
        for component in components() {
            let unread = component.unread.iter().any(|part| part.starts_with("every row") || part.contains("failure policy"));
            for webhook in component.webhooks.iter().filter(|webhook| webhook.kinds.iter().any(|kind| *kind > Calls::Conversion))
            {
                assert!(unread == webhook.failure.is_empty(), "{}: {}", component.name, webhook.service);
            }
        }
    }

    #[test]
    fn a_component_that_moved_is_known_in_both_namespaces() {
        let calico = components().find(|component| component.name == "calico").unwrap();
        let homes: Vec<&str> =
            calico.workloads.iter().filter(|pods| pods.name == "calico-apiserver").map(|pods| pods.namespace).collect();
        assert_eq!(homes, ["calico-system", "calico-apiserver"]);
    }

    #[test]
    fn a_namespace_passes_what_its_weakest_pod_passes() {
        let stack = component("kube-prometheus-stack").unwrap();
        assert_eq!((stack.namespaces(), stack.passes("monitoring")), (vec!["monitoring"], PodLevel::Privileged));
        assert_eq!(component("cert-manager").unwrap().passes("cert-manager"), PodLevel::Restricted);
    }
}
