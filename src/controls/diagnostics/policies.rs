//! What policies and their engine do not hold.

use crate::{
    diag::{Label, Place, Problem, Severity},
    facts::{self, GatekeeperNeed, PodLevel},
};

/// A namespace of a known component that no addon declares.
#[derive(Debug)]
pub(in crate::controls) struct ComponentNotDeclared {
    pub(in crate::controls) namespace: String,
    pub(in crate::controls) component: &'static str,
    pub(in crate::controls) says: &'static str,
    /// What would become of its pods.
    pub(in crate::controls) broken: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for ComponentNotDeclared {
    const CODE: &'static str = "component-not-declared";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The spec speaks of a namespace in which a known component is published (governs it, names it as a peer or as that \
        of what delivers), and `platform.addons` does not declare the component. Policies, Pod Security and default deny spare what is declared: if \
        it runs there, its pods will be refused when they are next created, or cut off at once.";

    fn message(&self) -> String {
        format!("no addon declares {}, which is published in `{}`: {}", self.says, self.namespace, self.broken)
    }

    fn help(&self) -> String {
        format!("if it runs there, add `{}` to `platform.addons`; else nothing is to be done", self.component)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "where it is published")).collect()
    }
}

/// An addon that the catalogue does not know.
#[derive(Debug)]
pub(in crate::controls) struct UnknownAddon {
    pub(in crate::controls) name: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for UnknownAddon {
    const CODE: &'static str = "unknown-addon";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`platform.addons` names something that the catalogue has no data about. Nothing is spared for it: policies, Pod \
        Security and default deny treat its namespace as every other.";

    fn message(&self) -> String {
        format!("the catalogue knows no addon `{}`: nothing is spared for it", self.name)
    }

    fn help(&self) -> String {
        if facts::component(&self.name).is_some() {
            return "take it out: what else `platform` says decides whether the cluster has it".to_owned();
        }
        match facts::nearest_addon(&self.name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "name its namespace under `namespaces` with the level that its pods need, and waive there the policies that they break; the \
                 catalogue knows `{}`",
                facts::addons().join("`, `")
            ),
        }
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "no component of the catalogue")).collect()
    }
}

/// The spec asks for a level of a component's namespace that its published pods fail.
#[derive(Debug)]
pub(in crate::controls) struct ComponentBelowLevel {
    pub(in crate::controls) namespace: String,
    pub(in crate::controls) level: String,
    pub(in crate::controls) says: &'static str,
    pub(in crate::controls) passes: &'static str,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) component: Option<Place>,
}

impl Problem for ComponentBelowLevel {
    const CODE: &'static str = "component-below-level";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`podSecurity` asks for a level in the namespace of a system component, and the pods that are published to run there \
        fail it. The level is written as it was asked for: pods of the component will be refused when they are next created. Without \
        `podSecurity` such a namespace gets the level that they pass.";

    fn message(&self) -> String {
        format!(
            "level `{}` of `{}` refuses {} as its manifests were read: its pods pass `{}`",
            self.level, self.namespace, self.says, self.passes
        )
    }

    fn help(&self) -> String {
        "leave `podSecurity` out, or move what fails the level into a namespace of its own; nothing is to be done where the version that you \
         install passes it"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let at = self.at.iter().map(|at| Label::new(at.clone(), "refuses its pods"));
        let component = self.component.iter().map(|at| Label::new(at.clone(), "runs there"));
        at.chain(component).collect()
    }
}

/// The spec asks for a level of kube-system.
#[derive(Debug)]
pub(in crate::controls) struct KubeSystemLevel {
    pub(in crate::controls) level: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for KubeSystemLevel {
    const CODE: &'static str = "kube-system-level";
    const SEVERITY: Severity = Severity::Error;
    const MEANING: &'static str = "`podSecurity` asks for a level in kube-system. Its pods use the network and the paths of their nodes, so no level but \
        `privileged` lets them start: a new node would never become ready.";

    fn message(&self) -> String {
        format!("level `{}` of `kube-system` refuses the pods that make nodes ready", self.level)
    }

    fn help(&self) -> String {
        "leave `podSecurity` out: kube-system is `privileged`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "no pod of the network starts under it")).collect()
    }
}

/// A waiver is limited to a workload that admission cannot tell from others.
#[derive(Debug)]
pub(in crate::controls) struct WaiverNotAtAdmission {
    pub(in crate::controls) id: String,
    pub(in crate::controls) control: String,
    pub(in crate::controls) workload: String,
    pub(in crate::controls) why: &'static str,
    /// Whether the policy changes pods instead of refusing them.
    pub(in crate::controls) set: bool,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for WaiverNotAtAdmission {
    const CODE: &'static str = "waiver-not-at-admission";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A waiver is limited to a workload whose pods admission cannot tell from those of others. `harden check` \
        honours it for the object of that kind and name, and the policy engine does to its pods what it does to all: what it could go by, such as \
        an owner that a pod names, anybody could write.";

    fn message(&self) -> String {
        format!(
            "waiver `{}` for `{}` does not reach admission: the pods of `{}` are {} all the same",
            self.id,
            self.control,
            self.workload,
            if self.set { "set" } else { "refused" }
        )
    }

    fn help(&self) -> String {
        let namespace = "waive a namespace of its own (`scope: { namespace: NAME }`)";
        if self.set {
            return format!("{namespace}: the policy sets what it finds, and spares whole namespaces alone");
        }
        format!("{namespace}, or a DaemonSet, StatefulSet, ReplicaSet, Job or Pod by its name")
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), self.why)).collect()
    }
}

/// A waiver or an allow list of a policy lets in what Pod Security refuses all the same.
#[derive(Debug)]
pub(in crate::controls) struct RefusedByPodSecurity {
    /// What lets it in.
    pub(in crate::controls) what: String,
    /// The namespace; nothing where it is every one that the policy judges.
    pub(in crate::controls) namespace: Option<String>,
    /// The weakest level that refuses it.
    pub(in crate::controls) level: PodLevel,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for RefusedByPodSecurity {
    const CODE: &'static str = "refused-by-pod-security";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A pod has to pass Pod Security and every policy. A waiver of a policy, or one of its lists of what is allowed, lets \
        in what the level of the namespace refuses all the same: such a pod is not created, and a Deployment shows only missing replicas.";

    fn message(&self) -> String {
        let namespace = self
            .namespace
            .as_ref()
            .map_or_else(|| "every namespace that the policy judges".to_owned(), |name| format!("`{name}`"));
        format!("{} lets no pod in: Pod Security holds {namespace} to level `{}` or a stricter one", self.what, self.level.name())
    }

    fn help(&self) -> String {
        let needed = if self.level == PodLevel::Restricted { PodLevel::Baseline } else { PodLevel::Privileged };
        let namespace =
            self.namespace.as_ref().map_or_else(|| "a namespace for such pods".to_owned(), |name| format!("`{name}`"));
        format!(
            "give {namespace} `podSecurity: {}` under `namespaces`, with a waiver of `admission/pod-security`: best one that holds such pods alone",
            needed.name()
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "a policy lets them in, and no level does")).collect()
    }
}

/// A folder that pods may mount gives the node away.
#[derive(Debug)]
pub(in crate::controls) struct HostFolderOfTheNode {
    pub(in crate::controls) path: String,
    pub(in crate::controls) read_only: bool,
    /// Whether mounting it for reading alone is no harm.
    pub(in crate::controls) eased: bool,
    pub(in crate::controls) why: &'static str,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for HostFolderOfTheNode {
    const CODE: &'static str = "host-folder-of-the-node";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`workloads.hostPaths` lets every pod mount a folder through which it has the node, or what lies in such a folder: \
        keys, tokens, the socket of the container runtime, or what the node runs as root. Refusing privileged pods is worth little then.";

    fn message(&self) -> String {
        let how = if self.read_only { "reads" } else { "mounts" };
        format!("whoever {how} folder `{}` has the node: {}", self.path, self.why)
    }

    fn help(&self) -> String {
        let less = if self.eased { " (or `readOnly: true`, where that is enough)" } else { "" };
        format!(
            "name the folder below it that workloads need{less}, or let the agent that needs it have a namespace of its own with a waiver of \
             `policy/host-filesystem`"
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "any pod may mount this")).collect()
    }
}

/// Gatekeeper lacks what an emitted object needs.
#[derive(Debug)]
pub(in crate::controls) struct GatekeeperTooOld {
    pub(in crate::controls) version: String,
    pub(in crate::controls) need: &'static GatekeeperNeed,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) asked: Option<Place>,
}

impl Problem for GatekeeperTooOld {
    const CODE: &'static str = "gatekeeper-too-old";
    const MEANING: &'static str = "An object that would be written needs something that the declared version of Gatekeeper does not have. The API \
        server would refuse the object, or drop the field that it lives by.";

    fn message(&self) -> String {
        let (major, minor) = self.need.since;
        format!("{} came with Gatekeeper {major}.{minor}, and {} is declared", self.need.what, self.version)
    }

    fn help(&self) -> String {
        let (major, minor) = self.need.since;
        format!("update Gatekeeper to {major}.{minor} or newer, and declare it: {}", self.need.before)
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect();
        labels.extend(self.asked.iter().map(|at| Label::new(at.clone(), "this asks for it")));
        labels
    }
}

/// Gatekeeper in a version that nobody looked at.
#[derive(Debug)]
pub(in crate::controls) struct GatekeeperUnknown {
    pub(in crate::controls) version: String,
    pub(in crate::controls) newest: (u16, u16),
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for GatekeeperUnknown {
    const CODE: &'static str = "gatekeeper-unknown";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The declared version of Gatekeeper is newer than those that this version of harden knows. What is written may \
        still be right; nobody looked.";

    fn message(&self) -> String {
        let (major, minor) = self.newest;
        format!("Gatekeeper {} is not known: {major}.{minor} is the newest version that was looked at", self.version)
    }

    fn help(&self) -> String {
        "run `gator verify tests/gator/suite.yaml` with the gator of that version, or look for a newer harden".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this version")).collect()
    }
}
