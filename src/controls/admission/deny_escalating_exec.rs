//! Refuses to go into pods that could take over their node. The plugin of old is gone; its successor is an admission policy.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{
        Applies, Control,
        policy::{self, Asked},
    },
    facts::{self, Lookup},
    plan::{Lowering, Scope},
    policy::{ESCALATED_ENTRY, ParamValue},
    resolve::{GatekeeperAnswers, Resolved},
};

use super::enable;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/deny-escalating-exec",
    area: Area::Admission,
    title: "refuse exec and attach into pods that can take over their node",
    level: Level::Restricted,
    doc: include_str!("deny_escalating_exec.md"),
    params: &[],
    applies,
    lower,
};

const PLUGIN: &str = "DenyEscalatingExec";

/// The door beside it.
const UNSEEN: &str = "a container that is added to such a pod (`kubectl debug`) is asked about by `policy/privileged`, and in the namespaces that it \
    spares by nothing but the right to update `pods/ephemeralcontainers`";

/// The policy that replaces the plugin works wherever admission policies do.
fn applies(_: &Resolved) -> Applies {
    Applies::Yes
}

/// How the webhook comes to be called for CONNECT.
fn connect(gatekeeper: &GatekeeperAnswers) -> &'static str {
    let is_older = gatekeeper.version.is_some_and(|version| !facts::GATEKEEPER_CONNECT.is_met((version.major, version.minor)));
    if is_older {
        "before 3.17 give its webhook a rule for CONNECT of pods/exec and pods/attach, keep the SyncSet, and say \
            `policies.engines.gatekeeper.connect: true`"
    } else {
        "install it with `helm/gatekeeper.values.yaml` and say `installed: values`, or set `enableConnectOperations: true` in values of \
            your own, keep the SyncSet, and say `policies.engines.gatekeeper.connect: true`"
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let detail = match facts::plugin(PLUGIN, cluster.minor()) {
        Lookup::Known(_) => return enable(out, PLUGIN),
        Lookup::Removed { in_, replacement } => {
            format!("the plugin {PLUGIN} is gone since {in_}: {}", replacement.unwrap_or("an admission policy takes its place"))
        }
        Lookup::NotYet { .. } | Lookup::Unknown { .. } | Lookup::NotCovered => String::new(),
    };
    let Some(gatekeeper) = cluster.engines.gatekeeper else {
        let (outcome, ground, way) = policy::without_engine(cluster);
        return out.verdict_on(Scope::Cluster, outcome, ground, if detail.is_empty() { way } else { format!("{detail}; {way}") });
    };
    // The webhook is shown the groups of a token: they are named as they are bound.
    let exempt: Vec<String> = cluster.identity.break_glass.iter().filter_map(|group| group.rbac.clone()).collect();
    let cause = if exempt.is_empty() { out.reason().cause } else { Cause::Spec(SpecPath::new("/identity/breakGlass")) };
    let asked = Asked {
        policy: ESCALATED_ENTRY,
        params: vec![("exemptGroups", ParamValue::Texts(exempt), cause)],
        places: Vec::new(),
        // The values that are built here let the webhook see CONNECT.
        but: (!gatekeeper.connect && !cluster.engines.has_our_values())
            .then_some((facts::id::GATEKEEPER_CONNECT, connect(&gatekeeper))),
        unseen: UNSEEN,
    };
    policy::write(cluster, out, CONTROL.id, &asked);
}
