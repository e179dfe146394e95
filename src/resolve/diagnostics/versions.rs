//! What is to be said of versions: unsupported, skipped, ended.

use crate::{
    base::{Date, KubeVersion, Minor},
    diag::{Label, Place, Problem, Severity},
};

/// The tables do not reach this version.
#[derive(Debug)]
pub(in crate::resolve) struct UnsupportedVersion {
    pub(in crate::resolve) cannot: &'static str,
    pub(in crate::resolve) version: String,
    pub(in crate::resolve) why: String,
    pub(in crate::resolve) help: String,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for UnsupportedVersion {
    const CODE: &'static str = "unsupported-version";
    const MEANING: &'static str = "Artifacts are built only for the minors whose flags, gates, plugins and fields are known by table. \
        Older minors can be checked, not built; newer ones need rows first.";

    fn message(&self) -> String {
        format!("cannot {} for Kubernetes {}: {}", self.cannot, self.version, self.why)
    }

    fn help(&self) -> String {
        self.help.clone()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the version is set here")).collect()
    }
}

/// The version is more than one minor above that of the last build.
#[derive(Debug)]
pub(in crate::resolve) struct MinorSkipped {
    pub(in crate::resolve) last: KubeVersion,
    pub(in crate::resolve) wanted: KubeVersion,
    pub(in crate::resolve) next: Minor,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for MinorSkipped {
    const CODE: &'static str = "minor-skipped";
    const MEANING: &'static str = "A cluster goes up one minor at a time: API servers may be one minor apart, kubeadm and the providers refuse to \
        skip one, and objects and files may need the version in between to be read.";

    fn message(&self) -> String {
        format!("the last build was for Kubernetes {}, and this one is for {}: a minor is skipped", self.last, self.wanted)
    }

    fn help(&self) -> String {
        format!(
            "ask `kubectl version`: where the cluster runs {}, write a version of {}, build, and bring it there first; where it runs another \
             version already, or none was made from the last build, move the folder of that build away",
            self.last, self.next
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the version is set here")).collect()
    }
}

/// The version is below that of the last build.
#[derive(Debug)]
pub(in crate::resolve) struct VersionBack {
    pub(in crate::resolve) last: KubeVersion,
    pub(in crate::resolve) wanted: KubeVersion,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for VersionBack {
    const CODE: &'static str = "version-back";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "No cluster goes back to an older version: etcd may hold what the older API server cannot read, and kubeadm and \
        the providers refuse it. A build that goes back is right only where the newer one was never applied.";

    fn message(&self) -> String {
        format!("the last build was for Kubernetes {}, and this one goes back to {}", self.last, self.wanted)
    }

    fn help(&self) -> String {
        "go on only if the newer tree was never applied; a cluster that runs it stays there, or is restored from a snapshot"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the version is set here")).collect()
    }
}

/// Something declared gets no security fixes any more.
#[derive(Debug)]
pub(in crate::resolve) struct SupportEnded {
    pub(in crate::resolve) says: &'static str,
    pub(in crate::resolve) end: Option<Date>,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for SupportEnded {
    const CODE: &'static str = "support-ended";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A release that the spec declares had no support any more on the day of the build: holes found since stay \
        open. What is written is right for that release all the same.";

    fn message(&self) -> String {
        match self.end {
            Some(end) => format!("{} until {end}: that day is over", self.says),
            None => format!("{}: no longer", self.says),
        }
    }

    fn help(&self) -> String {
        "upgrade to a release that gets security fixes, or declare the one that runs; `due` tells the next such day ahead"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "declared here")).collect()
    }
}

/// A network plug-in that nobody repairs any more.
#[derive(Debug)]
pub(in crate::resolve) struct PluginEnded {
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for PluginEnded {
    const CODE: &'static str = "plugin-ended";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The declared network plug-in has come to its end: holes in it stay open. What is built for it holds as far \
        as it goes.";

    fn message(&self) -> String {
        "Weave Net is archived since June 2024: nobody repairs it".to_owned()
    }

    fn help(&self) -> String {
        "move to a network plug-in that is maintained, such as Calico or Cilium".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this plug-in enforces the network policies")).collect()
    }
}
