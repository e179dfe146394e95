//! Refuses to go into pods that could take over their node. The plugin of old is gone; its successor is an admission policy.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{
        Applies, Control,
        policy::{self, Asked},
    },
    facts::{self, Lookup},
    plan::{Lowering, Outcome, Scope},
    policy::{ESCALATED_ENTRY, ParamValue},
    resolve::Resolved,
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

/// The policy that replaces the plugin works wherever admission policies do.
fn applies(_: &Resolved) -> Applies {
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let detail = match facts::plugin(PLUGIN, cluster.minor()) {
        Lookup::Known(_) => return enable(out, PLUGIN),
        Lookup::Removed { in_, replacement } => {
            format!("the plugin {PLUGIN} is gone since {in_}: {}", replacement.unwrap_or("an admission policy takes its place"))
        }
        Lookup::NotYet { .. } | Lookup::Unknown { .. } | Lookup::NotCovered => String::new(),
    };
    if cluster.engines.gatekeeper.is_none() {
        return out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::NOT_BUILT_YET, detail);
    }
    let exempt: Vec<String> = cluster.engines.break_glass.iter().cloned().collect();
    let cause = if exempt.is_empty() { out.reason().cause } else { Cause::Spec(SpecPath::new("/identity/breakGlass")) };
    let asked = Asked {
        policy: ESCALATED_ENTRY,
        params: vec![("exemptGroups", ParamValue::Texts(exempt), cause)],
        places: Vec::new(),
        // The values that are built here let the webhook see CONNECT.
        but: (!cluster.engines.has_our_values()).then_some((
            facts::id::GATEKEEPER_CONNECT,
            "`helm/gatekeeper.values.yaml` sets `enableConnectOperations: true`; keep the SyncSet",
        )),
        unseen: "",
    };
    policy::write(cluster, out, CONTROL.id, &asked);
}
