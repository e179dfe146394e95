//! Hides addresses and messages of the kernel from ordinary users.

use crate::{
    base::{Area, Level},
    controls::Control,
    plan::{HostOs, Lowering},
    resolve::Resolved,
};

use super::pools;

/// The settings of every system.
const SYSCTLS: [(&str, &str); 2] = [("kernel.dmesg_restrict", "1"), ("kernel.kptr_restrict", "2")];

/// The level at which profiling is refused to everybody without the capability: Debian's kernels know 3, Ubuntu's have 4 as their default,
/// and 3 would open it there (patches `perf_event_paranoid` of both).
fn profiling(os: HostOs) -> &'static str {
    match os {
        HostOs::Debian12 | HostOs::Debian13 => "3",
        HostOs::Ubuntu2404 => "4",
    }
}

pub(in crate::controls) const CONTROL: Control = Control {
    id: "node/kernel-information",
    area: Area::Node,
    title: "hide addresses and messages of the kernel",
    level: Level::Baseline,
    doc: include_str!("kernel_information.md"),
    params: &[],
    applies: super::applies,
    lower,
};

fn lower(_: &Resolved, out: &mut Lowering<'_>) {
    pools::on_each(out, |out, pool, os| {
        let values = SYSCTLS.into_iter().chain([("kernel.perf_event_paranoid", profiling(os))]);
        values.map(|(key, value)| out.host_rule(&pool.name, &format!("sysctl/{key}"), value)).collect::<Vec<_>>()
    });
}
