//! Nodes: for each pool with a known operating system one script, and the files that it brings to the hosts.

mod audit;
mod file;
mod firewall;
mod kernel;
mod kubelet;
mod rsyslog;
mod runtime;
mod script;
mod system;

use crate::{
    base::Artifact,
    plan::{Held, HostOs, HostRule, NodePlan, Plan, SettingKey},
};

use super::{Mark, Target};

use file::HostFile;

/// The script and the files of every pool.
pub(super) const TARGET: Target = Target {
    name: "nodes",
    wanted: |plan| plan.pools.values().any(|pool| Pool::of(plan, pool).is_some()),
    emit,
    marks: &[
        Mark { path: "nodes/*/harden-node.sh", says: "Hardens a node of pool" },
        Mark { path: "nodes/*/files/**", says: file::BROUGHT },
        // JSON has no comments: the path alone tells.
        Mark { path: "nodes/*/files/etc/docker/daemon.json", says: "" },
        Mark { path: "nodes/*/files/etc/rsyslog.d/60-harden.conf", says: "Ships the logs of a node of pool" },
    ],
};

fn emit(plan: &Plan) -> Vec<Artifact> {
    plan.pools.values().filter_map(|pool| Pool::of(plan, pool)).flat_map(|pool| pool.emit()).collect()
}

/// A pool for which a script is made.
struct Pool<'a> {
    plan: &'a Plan,
    node: &'a NodePlan,
    os: HostOs,
    /// Everything that a script can hold, in the order of the names.
    rules: Vec<Rule<'a>>,
}

/// A rule of a pool: what it is, its key and its value with the reasons.
struct Rule<'a> {
    rule: HostRule<'a>,
    key: SettingKey,
    held: &'a Held<String>,
}

impl<'a> Pool<'a> {
    /// The pool, where its system is known and something of it can be held by a script.
    fn of(plan: &'a Plan, node: &'a NodePlan) -> Option<Self> {
        let os = node.host_os()?;
        let rule = |(rule, held): (&'a String, &'a Held<String>)| {
            let key = SettingKey::Node(format!("{}/{rule}", node.name));
            Some(Rule { rule: HostRule::of(rule)?, key, held })
        };
        let rules: Vec<Rule<'a>> = node.file_rules.iter().filter_map(rule).collect();
        let held = !rules.is_empty() || plan.logs.shipping.is_some();
        held.then_some(Pool { plan, node, os, rules })
    }

    /// Everything that a script can hold, in the order of the names.
    fn rules(&self) -> impl Iterator<Item = &Rule<'a>> {
        self.rules.iter()
    }

    fn emit(&self) -> Vec<Artifact> {
        let files: Vec<HostFile> =
            [kernel::files, system::files, audit::files, rsyslog::files, firewall::files, runtime::files, kubelet::files]
                .into_iter()
                .flat_map(|make| make(self))
                .collect();
        let script = script::emit(self, &files);
        files.iter().filter_map(|file| file.artifact(self)).chain(script).collect()
    }
}
