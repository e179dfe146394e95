//! Service accounts that files and the spec speak of: whether they mount their token unasked.

use std::collections::BTreeMap;

use crate::{plan::Plan, yaml::Node};

use super::{Against, File, documents, moved::Moves};

/// What is known of service accounts.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    /// By namespace and name: whether the token is mounted unasked.
    known: BTreeMap<(String, String), bool>,
    /// What holds of every other.
    others: Option<bool>,
}

impl Accounts {
    /// Those of static pods: the kubelet mounts no token into them.
    pub(super) fn of_static_pods() -> Self {
        Accounts { others: Some(false), ..Accounts::default() }
    }

    /// Whether they are those of static pods, which have none.
    pub(super) fn are_of_static_pods(&self) -> bool {
        self.others == Some(false)
    }

    /// Reads the accounts of files, which are also where kustomizations move them; those of the plan count where the files say
    /// nothing.
    pub(super) fn of(files: &[File], moves: &Moves, against: &Against<'_>) -> Self {
        let mut found = Accounts::planned(against.plan);
        for (file, root) in documents::roots_with(files, "ServiceAccount") {
            if file.named || documents::is_yaml(&file.name) {
                let given = moves.get(&file.name).into_iter().flat_map(|given| given.keys().map(String::as_str));
                for namespace in std::iter::once(against.namespace).chain(given) {
                    documents::objects(&root).iter().for_each(|(object, _)| found.object(object, namespace));
                }
            }
        }
        found
    }

    fn planned(plan: &Plan) -> Self {
        let known = plan.rbac.accounts.iter().map(|(name, automount)| (name.clone(), automount.value)).collect();
        Accounts { known, others: None }
    }

    fn object(&mut self, object: &Node, namespace: &str) {
        let text = |pointer| object.at_pointer(pointer).and_then(Node::as_str).filter(|text| !text.is_empty());
        if (text("/apiVersion"), text("/kind")) != (Some("v1"), Some("ServiceAccount")) {
            return;
        }
        let Some(name) = text("/metadata/name") else { return };
        let automount = object.get("automountServiceAccountToken").and_then(Node::as_bool).unwrap_or(true);
        self.known.insert((text("/metadata/namespace").unwrap_or(namespace).to_owned(), name.to_owned()), automount);
    }

    /// Whether an account mounts its token unasked; nothing where neither the files nor the spec speak of it.
    pub(super) fn mounts(&self, account: &(String, String)) -> Option<bool> {
        self.known.get(account).copied().or(self.others)
    }
}
