//! Strokes for controls of hosts: rules for every pool with a known operating system, and what is said of the others.

use crate::{
    base::FactId,
    facts,
    plan::{Ground, HostOs, Lowering, NodePlan, Outcome, Scope, SettingKey},
};

/// The pools that a script is made for, as the spec describes them, with what is known of them.
pub(in crate::controls) fn hardened(out: &Lowering<'_>) -> Vec<(NodePlan, HostOs)> {
    out.plan().pools.values().filter_map(|pool| Some((pool.described(), pool.host_os()?))).collect()
}

/// Writes rules of the pools that a script is made for. The others cannot be hardened, and that is said.
pub(in crate::controls) fn on_each(
    out: &mut Lowering<'_>,
    write: impl FnMut(&mut Lowering<'_>, &NodePlan, HostOs) -> Vec<SettingKey>,
) {
    on_each_unless(out, |_| None, write);
}

/// As [`on_each`]; on the systems that `short` has an answer for the rules do not hold everything: why, and what would.
pub(in crate::controls) fn on_each_unless(
    out: &mut Lowering<'_>,
    short: impl Fn(HostOs) -> Option<(FactId, &'static str)>,
    mut write: impl FnMut(&mut Lowering<'_>, &NodePlan, HostOs) -> Vec<SettingKey>,
) {
    let pools = hardened(out);
    let others: Vec<String> =
        out.plan().pools.values().filter(|pool| pool.host_os().is_none()).map(|pool| pool.name.clone()).collect();
    let alike = others.is_empty() && pools.iter().all(|(pool, os)| short(*os).is_none() && !out.spares(&pool.name));
    for (pool, os) in &pools {
        let keys = write(out, pool, *os);
        // What became of a pool that a waiver takes out, the pen says.
        if keys.is_empty() || out.spares(&pool.name) {
            continue;
        }
        match short(*os) {
            Some((fact, detail)) => out.verdict(Scope::Pool(pool.name.clone()), Outcome::Weaker, fact, detail),
            None if alike => {}
            None => out.verdict_on(Scope::Pool(pool.name.clone()), Outcome::Enforced, Ground::Settings(keys), ""),
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
    on_each(out, |out, pool, _| {
        values.iter().map(|(key, value)| out.host_rule(&pool.name, &format!("sysctl/{key}"), value)).collect()
    });
}

/// Modules that are never loaded, on every such pool.
pub(in crate::controls) fn modules_off(out: &mut Lowering<'_>, modules: &[&str]) {
    on_each(out, |out, pool, _| {
        modules.iter().map(|module| out.host_rule(&pool.name, &format!("module/off/{module}"), "off")).collect()
    });
}

/// The same rules on every such pool.
pub(in crate::controls) fn rules(out: &mut Lowering<'_>, rules: &[(&str, &str)]) {
    on_each(out, |out, pool, _| rules.iter().map(|(name, value)| out.host_rule(&pool.name, name, value)).collect());
}

/// Says that the control does not arise in the whole cluster.
pub(in crate::controls) fn not_here(out: &mut Lowering<'_>, fact: FactId, detail: &str) {
    out.verdict(Scope::Cluster, Outcome::NotApplicable, fact, detail);
}
