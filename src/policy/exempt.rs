//! Who is spared although a rule refuses it: groups of callers, or single workloads.

use serde_json::Value as Json;

use super::{
    Exemption, Param, ParamKind, Params, Request, WorkloadName,
    json::{at, items, text},
};

/// The parameter for workloads that are spared.
pub(super) const WORKLOADS: Param = Param {
    name: "exemptWorkloads",
    kind: ParamKind::Workloads,
    about: "workloads that may do it all the same: the object itself, and the pods that its own controller makes",
};

/// Kinds whose pods name them as their owner, and the account of the controller that makes these pods. Anybody may write ownerReferences
/// into a pod: they are believed of the controller alone. Pods of a Deployment or a CronJob belong to a ReplicaSet or a Job in between,
/// which anybody may make under any name, so that nobody can tell whose pods they are.
///
/// Accounts: kubernetes 1.36, plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go, where controllers use accounts of
/// their own (`--use-service-account-credentials`); without it the pods are refused.
pub const CONTROLLERS: &[(&str, &str)] = &[
    ("DaemonSet", "system:serviceaccount:kube-system:daemon-set-controller"),
    ("Job", "system:serviceaccount:kube-system:job-controller"),
    ("ReplicaSet", "system:serviceaccount:kube-system:replicaset-controller"),
    ("ReplicationController", "system:serviceaccount:kube-system:replication-controller"),
    ("StatefulSet", "system:serviceaccount:kube-system:statefulset-controller"),
];

/// Whether admission can tell the pods of a workload of this kind from all others.
#[must_use]
pub fn is_told_apart(kind: &str) -> bool {
    kind == "Pod" || CONTROLLERS.iter().any(|(known, _)| *known == kind)
}

impl Exemption {
    /// Whether a request is spared.
    pub(super) fn covers(self, params: &Params, request: &Request<'_>) -> bool {
        match self {
            Exemption::Groups(param) => {
                let exempt = params.texts(param);
                request.groups.iter().filter_map(Json::as_str).any(|group| exempt.iter().any(|exempt| exempt == group))
            }
            Exemption::Workloads(param) => request.object.is_some_and(|object| {
                params.workloads(param).iter().any(|workload| workload.is_in(object) && workload.is_behind(object, request))
            }),
        }
    }
}

impl WorkloadName {
    fn is_in(&self, object: &Json) -> bool {
        self.namespace.as_deref().is_none_or(|namespace| text(object, &["metadata", "namespace"]) == namespace)
    }

    /// Whether the object is the workload, or a pod that it owns. An owner is believed of its controller, and where nobody asks for anything:
    /// an audit looks at what was let in.
    fn is_behind(&self, object: &Json, request: &Request<'_>) -> bool {
        let is_it = |kind: &str, name: &str| kind == self.kind && name == self.name;
        let owns = |owner: &Json| {
            is_it(text(owner, &["kind"]), text(owner, &["name"])) && at(owner, &["controller"]) == Some(&Json::Bool(true))
        };
        let account = CONTROLLERS.iter().find(|(kind, _)| *kind == self.kind).map(|(_, account)| *account);
        let is_believed = request.operation.is_empty() || account == Some(request.user);
        is_it(text(object, &["kind"]), text(object, &["metadata", "name"]))
            || (is_believed && account.is_some() && items(object, &["metadata", "ownerReferences"]).iter().any(owns))
    }
}
