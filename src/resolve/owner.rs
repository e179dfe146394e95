//! The owner's own kubeadm configuration: what is carried, what becomes settings, what is refused.

use std::collections::BTreeMap;

use crate::{
    base::Cidr,
    diag::{Diagnostics, Source},
    plan::{ExternalEtcd, OwnerDocument, OwnerNote, Plan},
    spec::model::Kubeadm,
    yaml::Node,
};

use super::Surroundings;

/// The owner's configuration, read.
#[derive(Debug, Clone, Default)]
pub struct Owner {}

/// Reads the file that `platform.kubeadm.config` names, where it names one.
pub(super) fn read(_spec: &Kubeadm, _tree: &Node, _around: &Surroundings<'_>, _diags: &mut Diagnostics) -> Owner {
    Owner::default()
}

impl Owner {
    pub(super) fn endpoint(&self) -> Option<String> {
        None
    }
    pub(super) fn pod_subnets(&self) -> Option<Vec<Cidr>> {
        None
    }
    pub(super) fn service_subnets(&self) -> Option<Vec<Cidr>> {
        None
    }
    pub(super) fn bind_port(&self) -> Option<u16> {
        None
    }
    pub(super) fn dns_domain(&self) -> Option<String> {
        None
    }
    pub(super) fn certificates_dir(&self) -> Option<String> {
        None
    }
    pub(super) fn cluster_name(&self) -> Option<String> {
        None
    }
    pub(super) fn image_repository(&self) -> Option<String> {
        None
    }
    pub(super) fn cri_socket(&self) -> Option<String> {
        None
    }
    pub(super) fn external_etcd(&self) -> Option<ExternalEtcd> {
        None
    }
    pub(super) fn documents(&self) -> BTreeMap<String, OwnerDocument> {
        BTreeMap::new()
    }
    pub(super) fn notes(&self) -> Vec<OwnerNote> {
        Vec::new()
    }
    /// The texts of the owner's files by the name that causes use, for places.
    pub(super) fn sources(&self) -> Vec<(String, Source, Node)> {
        Vec::new()
    }
    /// Puts the owner's flags, fields and mounts into the plan, before controls write.
    pub fn into_plan(&self, _plan: &mut Plan, _diags: &mut Diagnostics) {}
}
