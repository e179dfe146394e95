//! Switches sshd off where the spec says that nobody comes by ssh.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::Lowering,
    resolve::Resolved,
    spec::words::Access,
};

use super::pools::{self, Here};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/remote-access",
    area: Area::Node,
    title: "switch sshd off where nobody comes by ssh",
    level: Level::Baseline,
    doc: include_str!("remote_access.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let closed = |pool: &str| cluster.hosts.pools.get(pool).is_some_and(|answers| answers.access == Access::None);
    if !out.plan().pools.keys().any(|pool| closed(pool)) {
        pools::not_here(out, facts::id::SSH_DECLARED, "");
        return;
    }
    pools::on_each(out, |out, pool, _| {
        if !closed(&pool.name) {
            return Here::Absent(facts::id::SSH_DECLARED);
        }
        Here::Held(["unit/ssh.service", "unit/ssh.socket"].map(|unit| out.host_rule(&pool.name, unit, "masked")).to_vec())
    });
}
