//! What each Kubernetes minor knows: typed look-ups over const tables that `build.rs` compiles from the rows in this folder.
//! A question about a minor that a table does not cover is answered "not covered", never "absent". `docs/facts.md` says how to add rows.

pub mod benchmarks;
mod cipher;
pub mod cloud;
mod cni;
mod component;
mod config_api;
mod etcd;
mod exclusive;
mod feature;
mod field;
mod flag;
mod flag_limit;
mod gate;
mod gatekeeper;
mod helm;
mod host_folder;
mod kernel;
mod kubeadm;
mod kubelet_flags;
mod lifecycle;
mod limit;
mod lookup;
mod needs;
mod object_api;
mod pause;
mod plugin;
mod ports;
mod program;
mod provider_bounds;
mod risk;
mod row;
mod runtimes;
mod sentence;
mod skew;
mod subnets;
mod support;
mod system;
mod tables;

pub use cipher::{Cipher, CipherClass, cipher, ciphers, is_http2_cipher};
pub use cni::{
    Enforcer, NetworkSemantics, OwnPolicies, ServiceView, aws_vpc_cni_enforces, aws_vpc_cni_takes_cluster_policies,
    calico_follows, network_semantics,
};
pub use component::{
    Callers, Calls, Component, Failure, Listens, PodLevel, Port, Protocol, Webhook, When, Workload, addon, addons, component,
    components, is_system_namespace, nearest_addon,
};
pub use config_api::{ConfigKind, config_api, config_api_read};
pub use etcd::{EtcdFlag, EtcdImage, EtcdVersion, etcd_flag, etcd_flags, etcd_for, etcd_image};
pub use exclusive::{ExclusiveFlag, exclusive_flag};
pub use feature::{Feature, Thing, feature, replacement};
pub use field::{Field, FieldKind, UNKNOWN_FIELD, kube_proxy_field, kube_proxy_fields, kubelet_field, kubelet_fields};
pub use flag::{Flag, ValueKind, flag, flags};
pub use flag_limit::{FlagLimit, emulated, flag_limit};
pub use gate::{Gate, Stage, gate, gate_of, gates, locked_gate};
pub use gatekeeper::{
    GATEKEEPER_CONNECT, GATEKEEPER_MUTATION_OPERATIONS, GATEKEEPER_NEWEST, GATEKEEPER_SYNC_SET, GATEKEEPER_TEMPLATES,
    GatekeeperNeed, gatekeeper_is_unknown,
};
pub use helm::helm_keys;
pub use host_folder::gives_the_node_away;
pub use kernel::KUBELET_SYSCTLS;
pub use kubeadm::{
    API_PORT, ArgumentOrder, FieldForm, KubeadmField, KubeadmKind, PodSeccomp, ProbePort, SchedulerProbes, StaticPods,
    kubeadm_api, kubeadm_api_read, kubeadm_argument_order, kubeadm_ca_folders, kubeadm_ca_volume, kubeadm_etcd_arguments,
    kubeadm_field, kubeadm_gate, kubeadm_kind, kubeadm_patch_targets, kubeadm_paths, static_pods,
};
pub use kubelet_flags::{PODS_FROM_URL, kubelet_field_of_flag, kubelet_flag_fields};
pub use lifecycle::{Lifecycle, lifecycle};
pub use limit::{Limit, kubelet_limits};
pub use lookup::Lookup;
pub use needs::{BRIDGE_CNIS, NEEDS, Need, Needed, NeededBy};
pub use object_api::{CORE_RESOURCES, is_foreign_api, object_api, object_api_gone, object_apis};
pub use pause::pause_tag;
pub use plugin::{Plugin, default_plugins, plugin, plugins};
pub use ports::{CniPort, ETCD_PORTS, KUBELET_PORT, NODE_PORTS, PROXY_HEALTH_PORT, cni_ports, knows_cni_ports, port_range};
pub use program::Program;
pub use provider_bounds::{ProviderBounds, azurerm_moves_networks, read_bounds};
pub use risk::{Risk, RiskWhen, risk_item, risks};
pub use runtimes::{Listed, containerd_config, containerd_merges_imports, containerd_versions};
pub use sentence::{fact, facts, holds, id, is_unwritten, sentence, source};
pub use skew::{EtcdRange, Misstep, SKEWS, Skew, etcd_range, misstep, program_skew};
pub use subnets::{WrongSize, node_range_flag, pod_range, service_range};
pub use support::{NEWEST, OLDEST, OLDEST_BUILD, Support, build_minors, support};
pub use system::{enforces_selinux, labels_containers};
