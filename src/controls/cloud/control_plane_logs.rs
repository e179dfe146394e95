//! Switches every log of the control plane on at the provider.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::Control,
    facts::{self, cloud::EKS_LOG_TYPES},
    kube::audit::Goal,
    plan::{
        Ground, Lowering, Outcome, Scope,
        cloud::{CloudValue, Destination, Owner, category_key, cloud_key, owner_place},
    },
    resolve::Resolved,
};

use super::{adopted, adopted_intents, aks, answers, eks, managed, owner_of, set, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "cloud/control-plane-logs",
    area: Area::Logging,
    title: "have the provider hand out the logs of the control plane",
    level: Level::Baseline,
    doc: include_str!("control_plane_logs.md"),
    params: &[],
    applies: managed,
    lower,
};

/// The logs of the control plane's programs on AKS; the audit log comes with the goals.
const PROGRAMS: [&str; 4] = ["cloud-controller-manager", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let place = SpecPath::new("/logging/sources/kubernetes");
    let fact = if eks(cluster).is_some() {
        lower_eks(cluster, out);
        adopted_intents(cluster, out, &place, &["enabled_cluster_log_types"]);
        facts::id::EKS_AUDIT_POLICY
    } else {
        lower_aks(cluster, out, &place);
        facts::id::AKS_AUDIT_POLICY
    };
    let ground = Ground::Fact(fact);
    for (_, cause) in &cluster.audit.goals {
        if let Cause::Spec(place) = cause {
            strokes::intents(
                cluster,
                out,
                place,
                Outcome::Provider,
                &ground,
                "the log that is switched on carries what it records",
            );
        }
    }
}

fn lower_eks(cluster: &Resolved, out: &mut Lowering<'_>) {
    let mut items: Vec<_> = EKS_LOG_TYPES.iter().map(|name| out.held((*name).to_owned())).collect();
    for item in items.iter_mut().filter(|item| item.value == "audit") {
        let control = out.reason().control;
        item.reasons.extend(cluster.audit.goals.iter().map(|(_, cause)| crate::base::Reason { control, cause: cause.clone() }));
    }
    set(out, "enabled_cluster_log_types", CloudValue::Texts(items));
    adopted(out, &["enabled_cluster_log_types"], "");
}

fn lower_aks(cluster: &Resolved, out: &mut Lowering<'_>, place: &SpecPath) {
    let asked = out.reason();
    let reads: Vec<&Cause> = cluster.audit.goals.iter().filter(|(goal, _)| needs_reads(*goal)).map(|(_, cause)| cause).collect();
    let (audit, causes) = if cluster.audit.goals.is_empty() {
        ("kube-audit", vec![&asked.cause])
    } else if reads.is_empty() {
        ("kube-audit-admin", cluster.audit.goals.iter().map(|(_, cause)| cause).collect())
    } else {
        ("kube-audit", reads)
    };
    let mut keys = Vec::new();
    let entra = aks(cluster).is_some_and(|aks| aks.admin_groups.is_some());
    let destination = destination(cluster, out);
    let Some(cloud) = &mut out.plan_mut().cloud else { return };
    for category in PROGRAMS.into_iter().chain(entra.then_some("guard")) {
        cloud.categories.entry(category).or_default().insert(asked.clone());
        keys.push(category_key(category));
    }
    let reasons = cloud.categories.entry(audit).or_default();
    reasons.insert(asked.clone());
    reasons.extend(causes.into_iter().map(|cause| crate::base::Reason { control: asked.control, cause: cause.clone() }));
    keys.push(category_key(audit));
    cloud.destinations.extend(destination);
    let left_out = "left out: `cluster-autoscaler`, `csi-*`, `fleet-*`, `karpenter-events`";
    let detail = if audit == "kube-audit" {
        format!("{left_out}; `kube-audit-admin` is part of `kube-audit`")
    } else {
        format!("{left_out}; reads are not asked for, so `kube-audit-admin` takes the place of `kube-audit`")
    };
    let owner_at = owner_place(cluster.platform, "diagnosticSetting");
    let owner = owner_of(cluster, out, &owner_at, setting_owner(cluster));
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.diagnostics_owner = Some(owner);
    }
    if setting_owner(cluster) == Owner::Harden {
        strokes::intents_by(cluster, out, place, &keys);
        strokes::intents_by(cluster, out, &owner_at, &[cloud_key("diagnostics/owner")]);
        strokes::enforced(out, detail);
        return;
    }
    let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
    strokes::intents(cluster, out, place, Outcome::Elsewhere, &ground, LOOK_AT_SETTING);
    strokes::intents(cluster, out, &owner_at, Outcome::Elsewhere, &ground, "");
    let how = "the owner of the diagnostic setting sends the categories of `diagnostic_setting` of `terraform/settings`";
    out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, format!("{how}; {LOOK_AT_SETTING}; {detail}"));
}

/// Nothing but a person sees a diagnostic setting that this tree does not make.
pub(super) const LOOK_AT_SETTING: &str =
    "look: `az monitor diagnostic-settings list --resource CLUSTER-ID`; no data source shows it";

/// Who owns the diagnostic setting of the cluster.
pub(super) fn setting_owner(cluster: &Resolved) -> Owner {
    aks(cluster).map_or(Owner::Existing, |aks| aks.diagnostic_setting)
}

/// Whether a goal is about requests that read: `kube-audit-admin` leaves out get and list, and with them exec over WebSockets.
fn needs_reads(goal: Goal) -> bool {
    match goal {
        Goal::SecretsAccess | Goal::Exec | Goal::Impersonation | Goal::AuthenticationFailures => true,
        Goal::RbacChanges | Goal::PolicyChanges | Goal::NodeChanges | Goal::AllWrites => false,
    }
}

/// A diagnostic setting goes somewhere: where nothing forwards logs, into a workspace that the caller of the module names.
/// Another owner has chosen a receiver already.
fn destination(cluster: &Resolved, out: &Lowering<'_>) -> Option<crate::plan::Held<Destination>> {
    (forwards(cluster).is_none() && setting_owner(cluster) == Owner::Harden).then(|| out.held(Destination::Workspace(None)))
}

/// Where logs are forwarded to on AKS.
fn forwards(cluster: &Resolved) -> Option<&Destination> {
    let siem = answers(cluster).and_then(|answers| answers.siem.as_ref())?;
    let asked = cluster.selects("cloud/log-forwarding") && cluster.selects(CONTROL.id);
    siem.azure.as_ref().or(siem.hub.as_ref()).filter(|_| asked)
}

/// Whether a workspace keeps the logs of the control plane on AKS.
pub(super) fn in_workspace(cluster: &Resolved) -> bool {
    match forwards(cluster) {
        None => cluster.selects(CONTROL.id) && setting_owner(cluster) == Owner::Harden,
        Some(Destination::Workspace(_)) => true,
        Some(Destination::EventHub { .. }) => false,
    }
}
