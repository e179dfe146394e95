//! What became of what the spec says of a pool: the pool itself, how people reach it, the ports that stay open.

use std::collections::BTreeMap;

use crate::{
    base::{Cause, Platform, SpecPath},
    facts,
    plan::{Ground, HostRule, NodePlan, Outcome, Plan, Scope, SettingKey, Verdict},
    resolve::{PoolAnswers, Resolved},
    spec::words::Access,
};

use super::{firewall, remote_access};

/// Answers for every pool by what the plan holds of it; what a control said counts more.
pub(in crate::controls) fn intents(cluster: &Resolved, plan: &Plan, lowered: &mut BTreeMap<SpecPath, Vec<Verdict>>) {
    for pool in plan.pools.values() {
        let Some(answers) = cluster.hosts.pools.get(&pool.name) else { continue };
        let mut answer = |path: SpecPath, found: Vec<Verdict>| {
            if !found.is_empty() && cluster.intents.contains(&path) {
                let own = |verdict: Verdict| Verdict { cause: Cause::Spec(path.clone()), ..verdict };
                lowered.entry(path.clone()).or_insert_with(|| found.into_iter().map(own).collect());
            }
        };
        let scripts = unscripted(cluster, pool);
        let script = scripts.as_ref().filter(|_| cluster.platform == Platform::Kubeadm);
        answer(
            answers.path.clone(),
            script.map(|verdict| Verdict { outcome: Outcome::Weaker, ..verdict.clone() }).into_iter().collect(),
        );
        answer(answers.path.child("access"), access(plan, pool, answers, scripts.as_ref()));
        for opening in &answers.open {
            answer(opening.path.clone(), open(plan, pool, &opening.group, scripts.as_ref()));
        }
    }
}

/// Why no script holds anything of a pool, where none does.
fn unscripted(cluster: &Resolved, pool: &NodePlan) -> Option<Verdict> {
    let fact = match cluster.platform {
        Platform::Kubeadm if pool.host_os().is_some() => return None,
        Platform::Kubeadm => facts::id::OS_NOT_HARDENED,
        Platform::Eks => facts::id::EKS_NODES,
        Platform::Aks => facts::id::AKS_NODES,
    };
    let system = if cluster.platform == Platform::Kubeadm { format!("`{}`", pool.os) } else { String::new() };
    Some(verdict(Outcome::Impossible, Ground::Fact(fact), system))
}

fn verdict(outcome: Outcome, ground: Ground, detail: String) -> Verdict {
    Verdict { scope: Scope::Cluster, outcome, ground, detail, cause: Cause::Spec(SpecPath::root()) }
}

/// By ssh people come where nothing of ours keeps them out; that nobody comes is a rule.
fn access(plan: &Plan, pool: &NodePlan, answers: &PoolAnswers, scripts: Option<&Verdict>) -> Vec<Verdict> {
    match answers.access {
        Access::Ssh => vec![verdict(Outcome::Elsewhere, Ground::Fact(facts::id::SSH_DECLARED), String::new())],
        Access::None => held(plan, pool, remote_access::CONTROL.id, scripts, |rule| {
            matches!(rule, HostRule::UnitMasked("ssh.service" | "ssh.socket"))
        }),
    }
}

/// An entry of a pool, by its group.
fn open(plan: &Plan, pool: &NodePlan, group: &str, scripts: Option<&Verdict>) -> Vec<Verdict> {
    held(plan, pool, firewall::CONTROL.id, scripts, |rule| matches!(rule, HostRule::FirewallAllow(.., of) if of == group))
}

/// By the rules of a pool that answer to a description; without any as the control that writes them.
fn held(
    plan: &Plan,
    pool: &NodePlan,
    control: &str,
    scripts: Option<&Verdict>,
    is_it: impl Fn(HostRule<'_>) -> bool,
) -> Vec<Verdict> {
    if let Some(none) = scripts {
        return vec![none.clone()];
    }
    let rules = pool.file_rules.keys().filter(|name| HostRule::of(name).is_some_and(&is_it));
    let keys: Vec<SettingKey> = rules.map(|name| SettingKey::Node(format!("{}/{name}", pool.name))).collect();
    if !keys.is_empty() {
        return vec![verdict(Outcome::Enforced, Ground::Settings(keys), String::new())];
    }
    // Not selected, or waived: then it has one verdict for the whole cluster.
    let of_control = plan.verdicts.iter().filter(|found| found.id.0 == control).flat_map(|found| &found.verdicts);
    of_control.filter(|verdict| verdict.scope == Scope::Cluster).cloned().collect()
}
