//! What policies and their engine do not hold.

use crate::{
    diag::{Label, Place, Problem, Severity},
    facts::GatekeeperNeed,
};

/// A namespace of a known component that no addon declares.
#[derive(Debug)]
pub(in crate::controls) struct ComponentNotDeclared {
    pub(in crate::controls) namespace: String,
    pub(in crate::controls) component: &'static str,
    pub(in crate::controls) says: &'static str,
    pub(in crate::controls) policies: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for ComponentNotDeclared {
    const CODE: &'static str = "component-not-declared";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The spec speaks of a namespace in which a known component is published, and `platform.addons` does not \
        declare the component. Policies spare what is declared: if it runs there, its pods will be refused when they are next created.";

    fn message(&self) -> String {
        format!("policies `{}` would refuse {} in `{}`: no addon declares it", self.policies, self.says, self.namespace)
    }

    fn help(&self) -> String {
        format!("if it runs there, add `{}` to `platform.addons`; else nothing is to be done", self.component)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "where it is published")).collect()
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
