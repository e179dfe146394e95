//! Lets people in by their identity at the provider, each by name.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Control, Param, ParamKind, Stricter},
    facts::{self, cloud::EKS_RESERVED_GROUPS},
    plan::{
        Ground, Lowering, Outcome, Scope, SettingKey,
        cloud::{CloudValue, Owner, admin_key, cloud_key, entry_key, owner_place},
    },
    resolve::{AksAnswers, CloudGroup, Nodes, Resolved},
};

use super::{adopted, adopted_intents, aks, answers, diagnostics::ReservedGroup, eks, managed, set, strokes};

const ID: &str = "cloud/identities";

/// Who administers a cluster of AKS.
const ADMINS: [&str; 1] = ["admin_group_object_ids"];

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authentication,
    title: "let people in by their own identity at the provider",
    level: Level::Baseline,
    doc: include_str!("identities.md"),
    params: &[Param {
        name: "authentication-mode",
        kind: ParamKind::Choice(&["API_AND_CONFIG_MAP", "API"]),
        stricter: Stricter::Later,
        about: "whether EKS still reads the ConfigMap aws-auth beside its access entries; no step back from the later word",
    }],
    applies: managed,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    if let Some(eks) = eks(cluster) {
        mode(cluster, eks.nodes, out);
        entries(cluster, eks.entries, out);
    }
    if let Some(aks) = aks(cluster) {
        entra(cluster, aks, out);
    }
}

/// Nodes of own auto scaling groups may be known to aws-auth alone.
fn mode(cluster: &Resolved, nodes: Nodes, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let (wanted, cause) = cluster.text(ID, "authentication-mode");
    let kept = if nodes == Nodes::SelfManaged { "API_AND_CONFIG_MAP".to_owned() } else { wanted.clone() };
    out.because(cause);
    set(out, "authentication_mode", CloudValue::Text(kept.clone()));
    out.because(asked);
    adopted(out, &["authentication_mode"], "");
    if kept != wanted {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::EKS_AWS_AUTH, format!("`{kept}` instead of `{wanted}`"));
    }
}

fn entries(cluster: &Resolved, owner: Owner, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    owned(cluster, owner, out);
    let Some(answers) = answers(cluster) else { return };
    for group in answers.groups.iter().filter(|group| !group.aws.is_empty()) {
        if !group.used {
            let ground = Ground::Fact(facts::id::CLOUD_GROUP_UNUSED);
            out.intent(group.path.clone(), Outcome::NotApplicable, ground, "");
            continue;
        }
        if !group.is_named() {
            out.intent(group.path.clone(), Outcome::Impossible, Ground::Fact(facts::id::CLOUD_GROUP_NAMELESS), "");
            continue;
        }
        entry(group, out);
        let keys: Vec<_> = group.aws.iter().map(|principal| entry_key(principal)).collect();
        let_in(group, owner, &keys, out);
    }
    if let Some(group) = answers.break_glass.as_ref().filter(|group| !group.aws.is_empty()) {
        entry(group, out);
        let reason = out.because(Cause::Spec(group.path.clone())).reason();
        if let Some(cloud) = &mut out.plan_mut().cloud {
            for principal in &group.aws {
                cloud.admins.entry(principal.clone()).or_default().insert(reason.clone());
            }
        }
        let keys: Vec<_> = group.aws.iter().map(|principal| admin_key(principal)).collect();
        let_in(group, owner, &keys, out);
    }
    out.because(asked);
}

/// Who makes the entries.
fn owned(cluster: &Resolved, owner: Owner, out: &mut Lowering<'_>) {
    let place = owner_place(cluster.platform, "accessEntries");
    let said = cluster.intents.contains(&place);
    let cause = if said { Cause::Spec(place.clone()) } else { out.reason().cause };
    let asked = out.reason().cause;
    let held = out.because(cause).held(owner);
    if let Some(cloud) = &mut out.plan_mut().cloud {
        cloud.entries_owner = Some(held);
    }
    out.because(asked);
    if owner == Owner::Harden {
        strokes::intents_by(cluster, out, &place, &[cloud_key("access-entries/owner")]);
        return;
    }
    let ground = Ground::Fact(facts::id::CLOUD_EXISTING);
    strokes::intents(cluster, out, &place, Outcome::Elsewhere, &ground, "");
    let detail = "the owner makes the entries that `access_entries` of `terraform/settings` lists";
    out.verdict_on(Scope::Cluster, Outcome::Elsewhere, ground, detail);
}

/// What lets a group in: entries of `attach`, or those that their owner makes.
fn let_in(group: &CloudGroup, owner: Owner, keys: &[SettingKey], out: &mut Lowering<'_>) {
    if owner == Owner::Harden {
        out.intent_by(group.path.clone(), keys);
    } else {
        let detail = "by `access_entries` of `terraform/settings`";
        out.intent(group.path.clone(), Outcome::Elsewhere, Ground::Fact(facts::id::CLOUD_EXISTING), detail);
    }
}

/// The principals of a group carry its name in RBAC; one principal may stand in several groups.
fn entry(group: &CloudGroup, out: &mut Lowering<'_>) {
    out.because(Cause::Spec(group.path.clone()));
    let name = group.kubernetes.clone();
    let reserved = name.as_ref().and_then(|name| EKS_RESERVED_GROUPS.into_iter().find(|prefix| name.starts_with(prefix)));
    if let (Some(name), Some(prefix)) = (&name, reserved) {
        let at = out.place(&Cause::Spec(group.path.clone()));
        out.diagnostics().push(ReservedGroup { name: name.clone(), prefix, at });
        return;
    }
    let held = name.map(|name| out.held(name));
    let Some(cloud) = &mut out.plan_mut().cloud else { return };
    for principal in &group.aws {
        let names = cloud.entries.entry(principal.clone()).or_default();
        let Some(held) = &held else { continue };
        match names.iter_mut().find(|present| present.value == held.value) {
            Some(present) => present.reasons.extend(held.reasons.clone()),
            None => names.push(held.clone()),
        }
        names.sort_by(|a, b| a.value.cmp(&b.value));
    }
}

/// Without somebody who administers through Entra ID nobody could get in once local accounts are off.
fn entra(cluster: &Resolved, aks: &AksAnswers, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let place = SpecPath::new("/platform/aks/entra/adminGroups");
    let mut groups = Vec::new();
    for (n, id) in aks.admin_groups.iter().flatten().enumerate() {
        groups.push(out.because(Cause::Spec(place.index(n))).held(id.clone()));
    }
    let break_glass = answers(cluster).and_then(|answers| answers.break_glass.as_ref());
    let emergency = break_glass.and_then(|group| Some((group, group.entra.as_ref()?)));
    if let Some((group, id)) = emergency.filter(|_| aks.admin_groups.is_some()) {
        let held = out.because(Cause::Spec(group.path.clone())).held(id.clone());
        match groups.iter_mut().find(|present| present.value == held.value) {
            Some(present) => present.reasons.extend(held.reasons),
            None => groups.push(held),
        }
        adopted_intents(cluster, out, &group.path, &ADMINS);
    }
    out.because(asked.clone());
    if groups.is_empty() {
        out.verdict(
            Scope::Cluster,
            Outcome::Impossible,
            facts::id::AKS_ENTRA_MISSING,
            "declare `platform.aks.entra.adminGroups`",
        );
        let ground = Ground::Fact(facts::id::AKS_ENTRA_MISSING);
        strokes::intents(cluster, out, &place, Outcome::Impossible, &ground, "the list is empty");
        return;
    }
    out.because(Cause::Spec(SpecPath::new("/platform/aks/entra")));
    set(out, "admin_group_object_ids", CloudValue::Texts(groups));
    out.because(asked);
    set(out, "local_account_disabled", CloudValue::Bool(true));
    adopted_intents(cluster, out, &place, &ADMINS);
    let handed_out =
        "certificates of local accounts that were handed out hold until `az aks rotate-certs`, which makes every node anew";
    adopted(out, &[ADMINS[0], "local_account_disabled"], handed_out);
}
