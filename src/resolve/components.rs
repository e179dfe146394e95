//! The system components of a cluster: what the platform brings, and what the spec declares.

use crate::{
    base::{Cause, Platform, SpecPath},
    facts::{self, Component, Enforcer, When},
};

use super::answers::{KubeProxyAnswers, Resolved, ServingCertificates};

impl Resolved {
    /// Every system component with what makes it one, sorted by name. Addons without data are not among them.
    #[must_use]
    pub fn components(&self) -> Vec<(&'static Component, Cause)> {
        let found = |component: &'static Component| {
            let cause = component.when.iter().find_map(|when| self.has(component, *when));
            cause.map(|cause| (component, cause))
        };
        facts::components().filter_map(found).collect()
    }

    fn has(&self, component: &Component, when: When) -> Option<Cause> {
        let spec = |path: SpecPath| Some(Cause::Spec(path));
        let platform = SpecPath::new("/platform");
        let engines = SpecPath::new("/policies/engines");
        match when {
            When::Addon => spec(self.addons.iter().find(|addon| component.is_called(&addon.name))?.path.clone()),
            // Where the spec asks for it the values are ours, and leave that part out.
            When::AddonNamed(name) if self.vulnerabilities.cluster.is_some_and(|scanner| scanner.name() == name) => None,
            When::AddonNamed(name) => spec(self.addons.iter().find(|addon| addon.name == name)?.path.clone()),
            When::Approver if matches!(&self.serving_certificates, ServingCertificates::Approver(name) if component.is_called(name)) => {
                spec(platform.child("kubeadm").child("servingCertificates").child("approver"))
            }
            When::AzureCalico if self.network.view.semantics.enforcer == Enforcer::AzureCalico => {
                spec(platform.child("cni").child("azure-cni").child("networkPolicy"))
            }
            When::AzurePolicyEngine if self.engines.azure_policy => spec(engines.child("azurePolicy")),
            When::GatekeeperEngine if self.engines.gatekeeper.is_some() => spec(engines.child("gatekeeper")),
            When::ClusterScanner if self.vulnerabilities.cluster.is_some_and(|scanner| scanner.name() == component.name) => {
                spec(SpecPath::new("/vulnerabilities/scanning/cluster"))
            }
            When::Cni if component.name == self.cni.name => spec(platform.child("cni").child(component.name)),
            When::Platform(which) if which == self.platform => spec(platform.child(&which.to_string())),
            When::KubeProxy if self.runs_kube_proxy() => spec(platform.child(&self.platform.to_string())),
            When::NodeLocalDns if self.node_local_dns => spec(platform.child("nodeLocalDns")),
            When::Approver | When::AzureCalico | When::AzurePolicyEngine | When::GatekeeperEngine | When::ClusterScanner => None,
            When::Cni | When::Platform(_) | When::KubeProxy | When::NodeLocalDns => None,
        }
    }

    fn runs_kube_proxy(&self) -> bool {
        match self.platform {
            Platform::Kubeadm => self.kube_proxy != KubeProxyAnswers::Absent,
            Platform::Eks | Platform::Aks => true,
        }
    }
}
