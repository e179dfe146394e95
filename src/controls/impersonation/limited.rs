//! Lets groups act as others only as declared: by constrained verbs where the version has them, by names alone before.

use crate::{
    base::{Area, Cause, FactId, KubeVersion, Level},
    controls::{
        Applies, Control,
        diagnostics::{HandsOutClusterAdmin, ReservedIdentity},
        rbac::{Holder, Reach, WHILE_ACTING, audited, grant, impossible, members, named, rules_of, tell_of_strength, unbuilt},
        strokes,
    },
    facts,
    kube::rbac::{Rule, Subject},
    plan::{Ground, KUBEADM_ADMINS, Lowering, Outcome, Plan, Program, Scope},
    resolve::{ImpersonationAnswer, Resolved},
    spec::words::May,
};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "impersonation/limited",
    area: Area::Impersonation,
    title: "let groups act as others only as declared",
    level: Level::Baseline,
    doc: include_str!("limited.md"),
    params: &[],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    if cluster.identity.impersonation.is_empty() {
        return Applies::No(Outcome::NotApplicable, facts::id::NO_IMPERSONATION);
    }
    Applies::Yes
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let mut granted = false;
    for grant in &cluster.identity.impersonation {
        granted |= one(cluster, out, grant).is_some();
    }
    out.because(asked);
    if granted {
        strokes::enforced(out, "");
    }
}

/// Who acts, and the groups that may be taken on.
struct Names {
    by: Subject,
    groups: Vec<String>,
}

/// Nothing where no role can be written for it.
fn one(cluster: &Resolved, out: &mut Lowering<'_>, declared: &ImpersonationAnswer) -> Option<()> {
    let missing = unbuilt(&declared.may, cluster.minor());
    if !missing.is_empty() {
        let detail = format!("of impersonation `{}`: {}", declared.name, missing.join(", "));
        impossible(out, &declared.path, FactId("not-built-yet"), &detail);
    }
    for user in declared.users.iter().filter(|user| user.starts_with("system:")) {
        let at = out.place(&Cause::Spec(declared.path.child("as").child("users")));
        out.diagnostics().push(ReservedIdentity { what: "user", name: user.clone(), at });
    }
    let names = names(out, declared)?;
    judge_groups(cluster, out, declared);
    members(cluster, out, &declared.by, &declared.path);
    let built: Vec<May> = declared.may.iter().copied().filter(|word| !missing.contains(&word.name())).collect();
    if built.is_empty() {
        return None;
    }
    let role = format!("harden:impersonate:{}", declared.name);
    let mut keys = match lacking(cluster, out.plan()) {
        None => constrained(cluster, out, declared, &names, &built, &role),
        Some((fact, why)) => {
            let keys = plain(out, declared, &names, &role);
            let detail =
                format!("of `{}` neither `namespaces` nor `may` is held: the users and groups alone are{why}", declared.name);
            out.verdict(Scope::Cluster, Outcome::Weaker, fact, detail.clone());
            out.intent(declared.path.clone(), Outcome::Weaker, Ground::Fact(fact), detail);
            keys
        }
    };
    let by = names.by.name();
    let why =
        "a group that may act as others: everything that it does, with bodies but for those of secrets, config maps and tokens";
    keys.extend(audited(cluster, out, by, why, &declared.path));
    strokes::intents_by(cluster, out, &declared.path, &keys);
    for group in declared.groups.iter().chain([&declared.by]) {
        out.intent_by(group.path.clone(), &keys);
    }
    Some(())
}

/// Refuses groups that may do everything.
fn judge_groups(cluster: &Resolved, out: &mut Lowering<'_>, declared: &ImpersonationAnswer) {
    let break_glass = cluster.identity.break_glass.as_ref();
    for (n, group) in declared.groups.iter().enumerate() {
        let Some(name) = &group.rbac else { continue };
        let emergency = break_glass.filter(|other| other.is_named(name));
        let (whose, other) = match emergency {
            Some(other) => ("the group for emergencies", &other.path),
            None if name == KUBEADM_ADMINS => ("the group of kubeadm's administrators", &group.path),
            None => continue,
        };
        let (at, other) = (declared.path.child("as").child("groups").index(n), Cause::Spec(other.clone()));
        let (at, other) = (out.place(&Cause::Spec(at)), out.place(&other));
        let impersonation = declared.name.clone();
        out.diagnostics().push(HandsOutClusterAdmin { impersonation, group: name.clone(), whose, at, other });
    }
}

fn names(out: &mut Lowering<'_>, declared: &ImpersonationAnswer) -> Option<Names> {
    let by = Subject::Group(named(out, &declared.by, &declared.path)?);
    let mut groups = Vec::new();
    for group in &declared.groups {
        groups.push(named(out, group, &declared.path)?);
    }
    Some(Names { by, groups })
}

/// Who may be taken on, asked for at cluster scope.
fn identities(names: &Names, users: &[String], group: &str, verb: &str) -> Vec<Rule> {
    let mut rules = vec![Rule::on(group, &["users"], &[verb]).named(users)];
    if !names.groups.is_empty() {
        rules.push(Rule::on(group, &["groups"], &[verb]).named(&names.groups));
    }
    rules
}

/// What kubectl asks with its headers before it asks for what is meant: discovery, and the schemas where it sends an object
/// (k8s.io/kubectl, pkg/cmd/util/factory_client_access.go, `Validator`).
const DISCOVERY: [&str; 2] = ["/api", "/apis"];
const SCHEMAS: [&str; 3] = ["/openapi/v2", "/openapi/v3", "/openapi/v3/*"];

/// From 1.36 on: who may be taken on, and what may be done meanwhile, each by a verb of its own.
fn constrained(
    cluster: &Resolved,
    out: &mut Lowering<'_>,
    declared: &ImpersonationAnswer,
    names: &Names,
    may: &[May],
    role: &str,
) -> Vec<crate::plan::SettingKey> {
    let minor = out.plan().cluster.minor();
    let on = |reach| {
        let mut rules = rules_of(may, reach, minor);
        for verb in rules.iter_mut().flat_map(|rule| &mut rule.verbs) {
            *verb = format!("{WHILE_ACTING}{verb}");
        }
        rules
    };
    let sends = |rule: &Rule| {
        rule.resources.iter().any(|name| !name.contains('/')) && rule.verbs.iter().any(|verb| verb.ends_with(":create"))
    };
    let mut paths = DISCOVERY.to_vec();
    if on(Reach::Namespace).iter().any(sends) {
        paths.extend(SCHEMAS);
    }
    let across = |reach| {
        let mut rules = identities(names, &declared.users, "authentication.k8s.io", "impersonate:user-info");
        rules.push(Rule::of_paths(&paths, &[&format!("{WHILE_ACTING}get")]));
        if declared.namespaces.is_none() {
            rules.extend(on(reach));
        }
        rules
    };
    let mut keys = grant(out, role, &names.by, None, across, &declared.path);
    if let Some(namespaces) = &declared.namespaces {
        keys.extend(grant(out, role, &names.by, Some(namespaces), on, &declared.path));
    }
    let (who, rules) = (format!("impersonation `{}`", declared.name), on(Reach::Namespace));
    let holder = Holder { who: &who, namespaces: declared.namespaces.as_deref(), rules: &rules, keys: &keys };
    tell_of_strength(cluster, out, Outcome::Weaker, &holder);
    keys
}

/// The gate behind the constrained verbs, a beta from 1.36 on.
const GATE: &str = "ConstrainedImpersonation";

/// Why the API server has no constrained verbs, and what of its settings takes them away.
fn lacking(cluster: &Resolved, plan: &Plan) -> Option<(FactId, String)> {
    const API_SERVER: Program = Program::KubeApiserver;
    if !facts::holds(facts::id::CONSTRAINED_IMPERSONATION, cluster.version) {
        return Some((facts::id::CONSTRAINED_IMPERSONATION, String::new()));
    }
    let fact = facts::id::CONSTRAINED_IMPERSONATION_OFF;
    // Without a word of its own a beta goes as all of them go.
    if let Some(gate) = plan.gate(API_SERVER, GATE).or_else(|| plan.gate(API_SERVER, "AllBeta")) {
        return gate.is_off().then(|| (fact, format!(" (`{}={}`)", gate.name, gate.held.value)));
    }
    let text = plan.component(API_SERVER).flag_text("emulated-version")?;
    let minor = text.split(',').find_map(facts::emulated)?;
    let behaves = KubeVersion { minor, patch: None };
    (!facts::holds(facts::id::CONSTRAINED_IMPERSONATION, behaves)).then(|| (fact, format!(" (`--emulated-version={text}`)")))
}

/// Without constrained verbs: whoever may be taken on, is taken on for everything.
fn plain(out: &mut Lowering<'_>, declared: &ImpersonationAnswer, names: &Names, role: &str) -> Vec<crate::plan::SettingKey> {
    let rules = |_| identities(names, &declared.users, "", "impersonate");
    grant(out, role, &names.by, None, rules, &declared.path)
}
