//! Stages of encryption at rest.

use crate::{
    diag::{Label, Place, Problem, Severity},
    plan::EncryptionStage,
};

/// The spec no longer declares the encryption that the last build wrote.
#[derive(Debug)]
pub(in crate::controls) struct EncryptionDropped {
    pub(in crate::controls) last: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for EncryptionDropped {
    const CODE: &'static str = "encryption-dropped";
    const MEANING: &'static str = "The last build encrypted stored objects, and the spec no longer asks for it. Without its key the API \
        server cannot read an encrypted object: the secrets of the cluster would be lost to it. The way back goes stage by stage.";

    fn message(&self) -> String {
        format!("`api.encryptionAtRest` is gone, and the last build was at stage `{}`", self.last)
    }

    fn help(&self) -> String {
        "declare it again and go back one stage in each build, from `enforce` to `write` to `prepare`; rewrite every object at \
         `prepare`, then move the cluster's folder away and declare nothing"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "nothing is declared here")).collect()
    }
}

/// The first build of a cluster is at a later stage of encryption.
#[derive(Debug)]
pub(in crate::controls) struct EncryptionStageFirst {
    pub(in crate::controls) stage: EncryptionStage,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for EncryptionStageFirst {
    const CODE: &'static str = "encryption-stage-first";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The first build of a cluster asks for stage `write` or `enforce`, and no earlier build says that the \
        stages before it were rolled out. In a running cluster a server without the key could not read what another has encrypted, and \
        at `enforce` no server could read the objects that are still plain.";

    fn message(&self) -> String {
        format!("nothing was built before stage `{}` of encryption", self.stage.name())
    }

    fn help(&self) -> String {
        let before = match self.stage {
            EncryptionStage::Prepare | EncryptionStage::Write => "every server already has the key",
            EncryptionStage::Enforce => "every server already has the key and every object is encrypted",
        };
        format!("right for a new cluster without objects, or where {before}; otherwise begin with `stage: prepare`")
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the first stage of this cluster")).collect()
    }
}

/// The spec encrypts otherwise than the last build did.
#[derive(Debug)]
pub(in crate::controls) struct EncryptionChanged {
    pub(in crate::controls) what: String,
    pub(in crate::controls) last: &'static str,
    pub(in crate::controls) help: &'static str,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for EncryptionChanged {
    const CODE: &'static str = "encryption-changed";
    const MEANING: &'static str = "Provider, KMS name or resources are not those of the last build. The API server reads an encrypted object \
        only with the provider and the name that wrote it, and only while its resource is listed; at `enforce` it does not read a plain \
        object of a listed resource. The objects would be lost to it.";

    fn message(&self) -> String {
        format!("encryption is not that of the last build, at stage `{}`: {}", self.last, self.what)
    }

    fn help(&self) -> String {
        self.help.to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "not as the last build had it")).collect()
    }
}

/// The spec goes more than one stage of encryption at once.
#[derive(Debug)]
pub(in crate::controls) struct EncryptionStageSkipped {
    pub(in crate::controls) last: &'static str,
    pub(in crate::controls) wanted: &'static str,
    pub(in crate::controls) next: &'static str,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for EncryptionStageSkipped {
    const CODE: &'static str = "encryption-stage-skipped";
    const MEANING: &'static str = "API servers take a new encryption file one by one. Between two neighbouring stages each of them reads \
        what the others write; over a skipped stage one server would write what another cannot read.";

    fn message(&self) -> String {
        format!("encryption goes from stage `{}` to `{}` at once", self.last, self.wanted)
    }

    fn help(&self) -> String {
        format!(
            "write `stage: {}`, build, and roll it out to every control-plane node first; if no cluster was made from the last build, \
             move its folder away",
            self.next
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), format!("the last build was at stage `{}`", self.last))).collect()
    }
}
