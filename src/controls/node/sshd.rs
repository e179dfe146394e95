//! Keywords of sshd, on the pools that people reach by ssh.

use crate::{facts, plan::Lowering, resolve::Resolved, spec::words::Access};

use super::pools::{self, Here};

/// Asks for keywords where sshd runs; where nobody comes by ssh it is switched off instead.
pub(super) fn keywords(cluster: &Resolved, out: &mut Lowering<'_>, keywords: &[(&str, &str)]) {
    pools::on_each(out, |out, pool, _| {
        if cluster.hosts.pools.get(&pool.name).is_some_and(|answers| answers.access == Access::None) {
            return Here::Absent(facts::id::NO_SSH);
        }
        Here::Held(keywords.iter().map(|(key, value)| out.host_rule(&pool.name, key, value)).collect())
    });
}
