//! Binds groups to the least roles that their duties need, and the group for emergencies to the role that may do everything.

use std::collections::BTreeSet;

use crate::{
    base::{Area, Cause, FactId, Level, Platform, SpecPath},
    controls::{
        Applies, Control,
        diagnostics::{BreakGlassShared, ReservedIdentity},
        strokes,
    },
    facts,
    kube::rbac::Subject,
    plan::{CLUSTER_ADMIN, Ground, Lowering, Outcome, Scope, ScopedName, SettingKey},
    resolve::{DutyAnswer, GroupAnswer, Resolved},
    spec::words::May,
};

use super::{Holder, Reach, grant, rules_of, tell_of_strength, unbuilt};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "rbac/duties",
    area: Area::Authorization,
    title: "bind groups to the least roles that their duties need",
    level: Level::Baseline,
    doc: include_str!("duties.md"),
    params: &[],
    applies,
    lower,
};

const NOT_BUILT: FactId = FactId("not-built-yet");

fn applies(cluster: &Resolved) -> Applies {
    if cluster.identity.duties.is_empty() && cluster.identity.break_glass.is_none() {
        return Applies::No(Outcome::NotApplicable, facts::id::NO_DUTIES);
    }
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let mut granted = false;
    for duty in &cluster.identity.duties {
        granted |= one(cluster, out, duty).is_some();
    }
    if let Some(group) = &cluster.identity.break_glass {
        granted |= break_glass(cluster, out, group).is_some();
    }
    unused(cluster, out);
    out.because(asked);
    if granted {
        strokes::enforced(out, "");
    }
}

/// Nothing where no role can be written for it.
fn one(cluster: &Resolved, out: &mut Lowering<'_>, duty: &DutyAnswer) -> Option<()> {
    let missing = unbuilt(&duty.may, cluster.minor());
    if !missing.is_empty() {
        impossible(out, &duty.path, NOT_BUILT, &format!("of duty `{}`: {}", duty.name, missing.join(", ")));
    }
    let built: Vec<May> = duty.may.iter().copied().filter(|word| !missing.contains(&word.name())).collect();
    let group = named(out, &duty.group, &duty.path)?;
    members(cluster, out, &duty.group, &duty.path);
    if built.is_empty() {
        return None;
    }
    let role = format!("harden:duty:{}", duty.name);
    let subject = Subject::Group(group);
    let may = |reach| rules_of(&built, reach, cluster.minor());
    let namespaces = duty.namespaces.as_deref();
    let keys = grant(out, &role, &subject, namespaces, may, &duty.path);
    strokes::intents_by(cluster, out, &duty.path, &keys);
    out.intent_by(duty.group.path.clone(), &keys);
    let (who, rules) = (format!("duty `{}`", duty.name), may(Reach::Namespace));
    tell_of_strength(cluster, out, Outcome::Weaker, &Holder { who: &who, namespaces, rules: &rules, keys: &keys });
    Some(())
}

/// The name of a group in RBAC; without one, what asked for it is impossible.
pub(in crate::controls) fn named(out: &mut Lowering<'_>, group: &GroupAnswer, asker: &SpecPath) -> Option<String> {
    if let Some(name) = &group.rbac {
        if name.starts_with("system:") {
            let at = out.place(&Cause::Spec(group.path.child("kubernetes")));
            out.diagnostics().push(ReservedIdentity { what: "group", name: name.clone(), at });
        }
        if let Some(unused) = &group.unused_name {
            let detail = format!("roles are bound to `{name}`; `{unused}` is its name elsewhere");
            out.intent(group.path.clone(), Outcome::NotApplicable, Ground::Fact(facts::id::AKS_GROUP_ID), detail);
        }
        return Some(name.clone());
    }
    impossible(out, asker, facts::id::GROUP_WITHOUT_RBAC_NAME, &format!("`{}` has none", group.path));
    out.intent(group.path.clone(), Outcome::Impossible, Ground::Fact(facts::id::GROUP_WITHOUT_RBAC_NAME), "");
    None
}

/// Says where nobody comes in a group by what the spec says.
pub(in crate::controls) fn members(cluster: &Resolved, out: &mut Lowering<'_>, group: &GroupAnswer, asker: &SpecPath) {
    let Some(name) = group.rbac.as_ref().filter(|_| group.memberless) else { return };
    let way_out = match cluster.platform {
        Platform::Aks => "name its object id (`entra`)",
        Platform::Eks | Platform::Kubeadm => "name its principals (`aws`), or make an access entry with this group",
    };
    let detail = format!("`{}` is bound as `{name}`, and nobody comes in under it: {way_out}", group.path);
    let ground = Ground::Fact(facts::id::CLOUD_GROUP_ELSEWHERE);
    out.because(Cause::Spec(asker.clone()));
    out.verdict_on(Scope::Cluster, Outcome::Weaker, ground.clone(), detail.clone());
    out.intent(asker.clone(), Outcome::Weaker, ground.clone(), detail.clone());
    if *asker != group.path {
        out.intent(group.path.clone(), Outcome::Weaker, ground, detail);
    }
}

pub(in crate::controls) fn impossible(out: &mut Lowering<'_>, path: &SpecPath, fact: FactId, detail: &str) {
    out.because(Cause::Spec(path.clone()));
    out.verdict(Scope::Cluster, Outcome::Impossible, fact, detail);
    out.intent(path.clone(), Outcome::Impossible, Ground::Fact(fact), detail);
}

/// The group for emergencies may do everything; what it does is in the audit log, with the bodies of its requests but secrets.
fn break_glass(cluster: &Resolved, out: &mut Lowering<'_>, group: &GroupAnswer) -> Option<()> {
    refuse_shared(cluster, out, group);
    let name = named(out, group, &group.path)?;
    members(cluster, out, group, &group.path);
    out.because(Cause::Spec(group.path.clone()));
    let role = ScopedName { namespace: None, name: "harden:break-glass".to_owned() };
    let subject = out.held(Subject::Group(name.clone()));
    let planned = out.plan_mut().rbac.roles.entry(role.clone()).or_default();
    planned.built_in = Some(CLUSTER_ADMIN);
    planned.subjects.push(subject);
    let mut keys = vec![role.binding_key()];
    let why = "the group for emergencies: everything that it does, with bodies but for those of secrets, config maps and tokens";
    keys.extend(audited(cluster, out, &name, why, &group.path));
    strokes::intents_by(cluster, out, &group.path, &keys);
    Some(())
}

/// Refuses a group for emergencies whose people have duties too: they would be administrators every day.
fn refuse_shared(cluster: &Resolved, out: &mut Lowering<'_>, emergency: &GroupAnswer) {
    let identity = &cluster.identity;
    let duties = identity.duties.iter().map(|duty| (&duty.group, duty.path.child("group")));
    let acting = identity.impersonation.iter().map(|grant| (&grant.by, grant.path.child("by")));
    let shared = duties.chain(acting).find_map(|(group, place)| Some((emergency.shares(group)?.to_owned(), place)));
    let Some((name, place)) = shared else { return };
    let (at, other) = (out.place(&Cause::Spec(emergency.path.clone())), out.place(&Cause::Spec(place)));
    out.diagnostics().push(BreakGlassShared { name, at, other });
}

/// Records the requests of a group in detail; where the API server takes no policy of ours, or none is planned, says so.
pub(in crate::controls) fn audited(
    cluster: &Resolved,
    out: &mut Lowering<'_>,
    group: &str,
    why: &'static str,
    path: &SpecPath,
) -> Option<SettingKey> {
    let reason = out.reason();
    if let Some(rules) = &mut out.plan_mut().audit_rules {
        crate::kube::audit::watch_group(&mut rules.value, group, why);
        rules.reasons.insert(reason);
        return Some(super::audit_key());
    }
    let fact = match cluster.platform {
        crate::base::Platform::Kubeadm => facts::id::NO_AUDIT_POLICY,
        crate::base::Platform::Eks => facts::id::EKS_AUDIT_POLICY,
        crate::base::Platform::Aks => facts::id::AKS_AUDIT_POLICY,
    };
    out.verdict(Scope::Cluster, Outcome::Weaker, fact, format!("`{path}` is not recorded in more detail"));
    out.intent(
        path.clone(),
        Outcome::Weaker,
        Ground::Fact(fact),
        "what it does is recorded like everything else, in no more detail",
    );
    None
}

/// Groups that no duty names.
fn unused(cluster: &Resolved, out: &mut Lowering<'_>) {
    let identity = &cluster.identity;
    let mut used: BTreeSet<&SpecPath> = identity.duties.iter().map(|duty| &duty.group.path).collect();
    for grant in &identity.impersonation {
        used.insert(&grant.by.path);
        used.extend(grant.groups.iter().map(|group| &group.path));
    }
    for group in identity.groups.iter().filter(|group| !used.contains(&group.path)) {
        out.intent(group.path.clone(), Outcome::NotApplicable, Ground::Fact(facts::id::GROUP_UNUSED), "");
    }
}
