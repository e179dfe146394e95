//! What each Kubernetes minor knows: typed look-ups over const tables that `build.rs` compiles from the rows in this folder.
//! A question about a minor that a table does not cover is answered "not covered", never "absent". `docs/facts.md` says how to add rows.

pub mod benchmarks;
mod config_api;
mod flag;
mod gate;
mod kubeadm_shape;
mod lookup;
mod plugin;
mod program;
mod row;
mod support;
mod tables;

pub use config_api::{ConfigKind, config_api, config_api_read};
pub use flag::{Flag, ValueKind, flag, flags};
pub use gate::{Gate, Stage, gate, gate_of, gates, locked_gate};
pub use kubeadm_shape::{
    kubeadm_ca_folders, kubeadm_etcd_arguments, kubeadm_etcd_image, kubeadm_keeps_argument_order, kubeadm_mounts_flexvolume,
    kubeadm_names_probe_port, kubeadm_probes_scheduler_readiness,
};
pub use lookup::Lookup;
pub use plugin::{Plugin, default_plugins, plugin, plugins};
pub use program::Program;
pub use support::{NEWEST, OLDEST, OLDEST_BUILD, Support, build_minors, support};
