//! The network: flows that the declared plug-in cannot hold to, and plug-ins that hold to nothing.

use std::collections::BTreeSet;

use crate::{
    base::{Artifact, Cause, Reason},
    diag::Source,
    facts::Enforcer,
    kube::network,
    plan::{Held, Plan, Unmatched},
    semantics::network::differences,
    yaml,
};

use super::settings::{Clash, Rule, Side};

pub(super) const FLOW_NOT_MATCHED: Rule = Rule {
    id: "flow-not-matched",
    about: "A flow has an end that the declared network plug-in cannot tell apart in a policy: nodes and the API server by address under \
        Cilium, the API server behind a tunnel under Calico, a host name anywhere but under Cilium, a range of the cluster itself, \
        nodes without an address in the spec, a port on which nobody answers. A policy that opens more, or nothing, would be worse than none.",
    check: flow_not_matched,
};

fn flow_not_matched(plan: &Plan) -> Vec<Clash> {
    // Where nothing is enforced, that alone is to be mended first.
    if plan.network.view.semantics.enforcer == Enforcer::Nobody {
        return Vec::new();
    }
    let clash = |held: &Held<Unmatched>| {
        let reason = Reason { control: None, cause: Cause::Spec(held.value.at.clone()) };
        Clash {
            message: held.value.why.clone(),
            help: held.value.way_out.clone(),
            a: Side { text: "this end".to_owned(), reasons: BTreeSet::from([reason]) },
            b: Some(plug_in(plan, "the network plug-in is declared here")),
        }
    };
    // Two controls may come upon one thing.
    let mut seen = BTreeSet::new();
    plan.network.unmatched.iter().filter(|held| seen.insert(&held.value.why)).map(clash).collect()
}

pub(super) const POLICIES_NOT_ENFORCED: Rule = Rule {
    id: "policies-not-enforced",
    about: "Connections are to be denied, and nothing in the declared network enforces policies: the API server takes them and every \
        connection passes. Flannel alone enforces none.",
    check: policies_not_enforced,
};

fn policies_not_enforced(plan: &Plan) -> Vec<Clash> {
    let nobody = plan.network.view.semantics.enforcer == Enforcer::Nobody;
    let Some(first) = plan.network.isolated.first().filter(|_| nobody) else { return Vec::new() };
    vec![Clash {
        message: "nothing enforces network policies here: every connection would pass".to_owned(),
        help:
            "declare a network plug-in that enforces them, such as Calico or Cilium, and run it in place of this one, or waive \
            `network/default-deny` and take the flows out"
                .to_owned(),
        a: plug_in(plan, "this enforces no policies"),
        b: Some(Side { text: "these pods are to be isolated".to_owned(), reasons: first.reasons.clone() }),
    }]
}

fn plug_in(plan: &Plan, text: &str) -> Side {
    let reason = Reason { control: None, cause: Cause::Spec(plan.network.view.declared.clone()) };
    Side { text: text.to_owned(), reasons: BTreeSet::from([reason]) }
}

/// Where the emitted policies, read back from their bytes, differ from the declared flows. Anything here is a fault of this program.
#[must_use]
pub fn connectivity(plan: &Plan, artifacts: &[Artifact]) -> Vec<String> {
    if plan.network.isolated.is_empty() {
        return Vec::new();
    }
    let mut policies = Vec::new();
    let mut found = Vec::new();
    for artifact in artifacts.iter().filter(|artifact| artifact.path.as_str().starts_with("k8s/network/")) {
        for document in yaml::read(&Source::new(artifact.path.as_str(), artifact.text())) {
            match document.root.as_ref().map(network::read) {
                Some(Ok(policy)) => policies.extend(policy),
                Some(Err(unread)) => found.push(format!("{}: {unread}", artifact.path)),
                None => found.push(format!("{}: not readable", artifact.path)),
            }
        }
    }
    found.extend(differences(&plan.network, policies));
    found
}
