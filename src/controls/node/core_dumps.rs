//! Writes no core dumps.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{HostOs, Lowering},
    resolve::Resolved,
};

use super::pools::{self, Here};

/// The rules.
const RULES: &[(&str, &str)] = &[
    ("coredump/ProcessSizeMax", "0"),
    ("coredump/Storage", "none"),
    ("limits/core", "0"),
    ("manager/DefaultLimitCORE", "0"),
    ("sysctl/fs.suid_dumpable", "0"),
];

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/core-dumps",
    area: Area::Node,
    title: "write no core dumps",
    level: Level::Baseline,
    doc: include_str!("core_dumps.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::on_each(out, |out, pool, os| {
        let keys = RULES.iter().map(|(name, value)| out.host_rule(&pool.name, name, value)).collect();
        match os {
            // It brings a service that opens the setting again after it was made.
            HostOs::Ubuntu2404 => Here::Weaker(facts::id::APPORT_DUMPS, "`systemctl disable --now apport.service`"),
            HostOs::Debian12 | HostOs::Debian13 => Here::Held(keys),
        }
    });
}
