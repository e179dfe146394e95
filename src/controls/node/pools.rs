//! Strokes for controls of hosts: rules for every pool with a known operating system, and what is said of the others.

use crate::{
    base::FactId,
    facts,
    plan::{Ground, HostOs, Lowering, NodePlan, Outcome, PoolRole, Scope, SettingKey},
};

/// What becomes of a control on one pool that a script is made for.
pub(in crate::controls) enum Here {
    /// Its rules hold it.
    Held(Vec<SettingKey>),
    /// Its rules do not hold everything: why, and what would.
    Weaker(FactId, &'static str),
    /// It does not arise.
    Absent(FactId),
}

impl From<Vec<SettingKey>> for Here {
    fn from(keys: Vec<SettingKey>) -> Self {
        Here::Held(keys)
    }
}

/// The pools that a script is made for, as the spec describes them, with what is known of them.
pub(in crate::controls) fn hardened(out: &Lowering<'_>) -> Vec<(NodePlan, HostOs)> {
    out.plan().pools.values().filter_map(|pool| Some((pool.described(), pool.host_os()?))).collect()
}

/// Those of them whose nodes belong to the cluster: how etcd runs on hosts of its own, under which runtime and kubelet if any, the spec does
/// not say.
pub(in crate::controls) fn members(out: &Lowering<'_>) -> Vec<(NodePlan, HostOs)> {
    hardened(out).into_iter().filter(|(pool, _)| pool.role != PoolRole::Etcd).collect()
}

/// Writes rules of the pools that a script is made for. The others cannot be hardened, and that is said. Where the pools are not alike each
/// has a verdict of its own.
pub(in crate::controls) fn on_each<W: Into<Here>>(
    out: &mut Lowering<'_>,
    mut write: impl FnMut(&mut Lowering<'_>, &NodePlan, HostOs) -> W,
) {
    let mut written: Vec<(String, Here)> = Vec::new();
    let mut spared = false;
    for (pool, os) in hardened(out) {
        let here = write(out, &pool, os).into();
        // What became of a pool that a waiver takes out, the pen says.
        if out.spares(&pool.name) {
            spared = true;
        } else {
            written.push((pool.name, here));
        }
    }
    let others: Vec<String> =
        out.plan().pools.values().filter(|pool| pool.host_os().is_none()).map(|pool| pool.name.clone()).collect();
    let alike = others.is_empty() && !spared && written.iter().all(|(_, here)| matches!(here, Here::Held(_)));
    for (pool, here) in written {
        let scope = Scope::Pool(pool);
        match here {
            Here::Held(keys) if alike || keys.is_empty() => {}
            Here::Held(keys) => out.verdict_on(scope, Outcome::Enforced, Ground::Settings(keys), ""),
            Here::Weaker(fact, detail) => out.verdict(scope, Outcome::Weaker, fact, detail),
            Here::Absent(fact) => out.verdict(scope, Outcome::NotApplicable, fact, ""),
        }
    }
    unscripted(out, &others);
}

/// Says of pools that no script is made for their system.
pub(in crate::controls) fn unscripted(out: &mut Lowering<'_>, pools: &[String]) {
    for pool in pools {
        let system = out.plan().pools.get(pool).map(|pool| pool.os.clone()).unwrap_or_default();
        out.verdict(Scope::Pool(pool.clone()), Outcome::Impossible, facts::id::OS_NOT_HARDENED, format!("`{system}`"));
    }
}

/// Kernel settings on every such pool.
pub(in crate::controls) fn sysctls(out: &mut Lowering<'_>, values: &[(&str, &str)]) {
    on_each(out, |out, pool, _| -> Vec<SettingKey> {
        values.iter().map(|(key, value)| out.host_rule(&pool.name, &format!("sysctl/{key}"), value)).collect()
    });
}

/// Modules that are never loaded, on every such pool.
pub(in crate::controls) fn modules_off(out: &mut Lowering<'_>, modules: &[&str]) {
    on_each(out, |out, pool, _| -> Vec<SettingKey> {
        modules.iter().map(|module| out.host_rule(&pool.name, &format!("module/off/{module}"), "off")).collect()
    });
}

/// The same rules on every such pool.
pub(in crate::controls) fn rules(out: &mut Lowering<'_>, rules: &[(&str, &str)]) {
    on_each(out, |out, pool, _| each_rule(out, pool, rules));
}

/// The same rules on every such pool of the cluster's own nodes.
pub(in crate::controls) fn rules_of_members(out: &mut Lowering<'_>, rules: &[(&str, &str)]) {
    on_each(out, |out, pool, _| match pool.role {
        PoolRole::Etcd => Here::Absent(facts::id::ETCD_HOSTS),
        PoolRole::ControlPlane | PoolRole::Worker => each_rule(out, pool, rules).into(),
    });
}

fn each_rule(out: &mut Lowering<'_>, pool: &NodePlan, rules: &[(&str, &str)]) -> Vec<SettingKey> {
    rules.iter().map(|(name, value)| out.host_rule(&pool.name, name, value)).collect()
}

/// Says that the control does not arise in the whole cluster.
pub(in crate::controls) fn not_here(out: &mut Lowering<'_>, fact: FactId, detail: &str) {
    out.verdict(Scope::Cluster, Outcome::NotApplicable, fact, detail);
}
