//! Keeps the logs of the control plane for as long as the spec asks.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Control, Param, ParamKind, Stricter},
    facts::{
        self,
        cloud::{cloudwatch_days, workspace_days},
    },
    plan::{
        Ground, Lowering, Outcome, Scope,
        cloud::{CloudValue, LogGroup, Owner, cloud_key, cloud_setting, owner_place},
    },
    resolve::{EksAnswers, Resolved},
};

use super::{control_plane_logs::in_workspace, eks, managed, owner_of, set, strokes};

const ID: &str = "cloud/log-retention";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Logging,
    title: "keep the logs of the control plane for as long as the spec asks",
    level: Level::Baseline,
    doc: include_str!("log_retention.md"),
    params: &[Param {
        name: "days",
        kind: ParamKind::Int { min: 1, max: 36_500 },
        stricter: Stricter::Higher,
        about: "days that the provider keeps logs, unless the spec says `retentionDays`",
    }],
    applies: managed,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let (wanted, cause) = match cluster.audit.retention_days {
        Some(days) => (days, Cause::Spec(retention())),
        None => cluster.int(ID, "days"),
    };
    let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
    out.because(cause);
    match eks(cluster) {
        Some(answers) => lower_eks(cluster, answers, wanted, &asked, out),
        None => lower_aks(cluster, wanted, &asked, out),
    }
}

fn retention() -> SpecPath {
    SpecPath::new("/logging/audit/retentionDays")
}

fn lower_eks(cluster: &Resolved, eks: &EksAnswers, wanted: u32, asked: &Cause, out: &mut Lowering<'_>) {
    let days = out.held(cloudwatch_days(wanted));
    let kept = days.value;
    let detail = match kept {
        0 => format!("CloudWatch has no retention of {wanted} days: events are kept for ever"),
        _ if kept == wanted => String::new(),
        _ => format!("{wanted} days become {kept}, the next that CloudWatch has"),
    };
    if eks.log_group != Owner::Harden {
        set(out, "cloudwatch_log_group_retention_in_days", CloudValue::Number(kept));
    }
    let place = owner_place(cluster.platform, "logGroup");
    out.because(asked.clone());
    let owner = owner_of(cluster, out, &place, eks.log_group);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.log_group = Some(LogGroup { owner, days });
    }
    if eks.log_group == Owner::Harden {
        strokes::intents_by(cluster, out, &retention(), &[cloud_key("log-group/retention")]);
        strokes::intents_by(cluster, out, &place, &[cloud_key("log-group/owner")]);
        strokes::enforced(out, detail);
        return;
    }
    let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
    strokes::intents(cluster, out, &retention(), Outcome::Elsewhere, &ground, &detail);
    strokes::intents(cluster, out, &place, Outcome::Elsewhere, &ground, "");
    let how = "the owner sets `cloudwatch_log_group_retention_in_days` of `terraform/settings`, and `verify.tf` compares";
    out.verdict_on(
        Scope::Cluster,
        Outcome::Elsewhere,
        ground,
        if detail.is_empty() { how.to_owned() } else { format!("{detail}; {how}") },
    );
}

fn lower_aks(cluster: &Resolved, wanted: u32, asked: &Cause, out: &mut Lowering<'_>) {
    if !in_workspace(cluster) {
        out.because(asked.clone());
        let ground = Ground::Fact(facts::id::AKS_RETENTION);
        let detail = format!(
            "no workspace takes them here: no file of this tree holds the {wanted} days, set them where the receiver stores"
        );
        strokes::intents(cluster, out, &retention(), Outcome::Elsewhere, &ground, &detail);
        out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, detail);
        return;
    }
    let kept = workspace_days(wanted);
    set(out, "log_analytics_retention_in_days", CloudValue::Number(kept));
    out.because(asked.clone());
    let ground = Ground::Fact(facts::id::AKS_RETENTION);
    let detail = match kept.cmp(&wanted) {
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Greater => format!("{wanted} days become {kept}, the least of a workspace"),
        std::cmp::Ordering::Less => format!("a workspace keeps {kept} days at most, not {wanted}: archive what must stay longer"),
    };
    strokes::intents(cluster, out, &retention(), Outcome::Elsewhere, &ground, &detail);
    let key = cloud_setting("log_analytics_retention_in_days");
    let how = format!("set `{key}` on it");
    out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, if detail.is_empty() { how } else { format!("{detail}; {how}") });
}
