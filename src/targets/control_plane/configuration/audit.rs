//! The audit policy: what the log records, each rule under what it is for.

use crate::{
    base::{Artifact, Mode},
    kube::audit,
    plan::{Plan, SettingKey, host_paths},
    targets::origins,
};

use super::{artifact, path_of};

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let rules = plan.audit_rules.as_ref()?;
    let path = path_of(plan, "audit-policy-file", host_paths::AUDIT_POLICY);
    let origin = origins::setting(&SettingKey::File("audit-policy", "rules".to_owned()), rules);
    let document = audit::document(&rules.value, |_| origin.clone());
    let purpose = [
        "What the API server writes into its audit log. The first rule that matches a request decides.",
        "Read at start only: restart kube-apiserver on each control-plane node after a change.",
    ];
    artifact(&path, Mode::Plain, &purpose, document, "audit-document")
}
