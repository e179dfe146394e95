//! Who may do what.

use crate::diag::{Label, Place, Problem, Severity};

/// What a control takes away from the delivery identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::controls) enum CutOff {
    /// Its token.
    Token,
    /// Its way to the API server, from this namespace, by this control; whether a flow can name it.
    ApiServer { namespace: String, control: &'static str, port: u16, named: bool },
}

/// A control takes away what the delivery identity needs.
#[derive(Debug)]
pub(in crate::controls) struct DeliveryCutOff {
    pub(in crate::controls) account: String,
    pub(in crate::controls) what: CutOff,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) other: Option<Place>,
}

impl Problem for DeliveryCutOff {
    const CODE: &'static str = "delivery-cut-off";
    const MEANING: &'static str = "The identity that deploys into the cluster would lose what it needs: its token, because it runs as the service \
        account `default` of a governed namespace, or its way to the API server, because its namespace is isolated and no flow leads from \
        there to `kube-api`. It could not deliver any more, not even the change that takes this back.";

    fn message(&self) -> String {
        match &self.what {
            CutOff::Token => format!("the delivery identity `{}` would lose its token", self.account),
            CutOff::ApiServer { .. } => {
                format!("the delivery identity `{}` would not reach the API server any more", self.account)
            }
        }
    }

    fn help(&self) -> String {
        match &self.what {
            CutOff::Token => {
                "give the deployer a service account of its own, or waive `rbac/default-service-account` for the namespace"
                    .to_owned()
            }
            CutOff::ApiServer { namespace, control, port, named } => {
                let to = if *named { "kube-api".to_owned() } else { format!("{{ cidr: ADDRESS/32, port: {port} }}") };
                let shown = if *named { "" } else { " with the address that `kubectl get endpointslices -n default` shows" };
                let waive =
                    if *control == "network/default-deny" { "; or waive `network/default-deny` for the namespace" } else { "" };
                format!(
                    "declare the deployer and its way (`network: {{ peers: {{ deployer: {{ namespace: {namespace}, selector: {{}} }} }}, flows: \
                     [{{ name: delivery, from: deployer, to: {to} }}] }}`){shown}, and those to what it delivers from{waive}"
                )
            }
        }
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "deploys as this account")).collect();
        let why = match &self.what {
            CutOff::Token => "the token of `default` is not mounted here".to_owned(),
            CutOff::ApiServer { namespace, port, .. } => {
                format!("pods of `{namespace}` are isolated, and no flow leads from there to the API server (port {port})")
            }
        };
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), why.clone())));
        labels
    }
}

/// The delivery identity lies in a namespace that nobody declares.
#[derive(Debug)]
pub(in crate::controls) struct UnknownDelivery {
    pub(in crate::controls) account: String,
    pub(in crate::controls) namespace: String,
    pub(in crate::controls) nearest: Option<String>,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for UnknownDelivery {
    const CODE: &'static str = "unknown-delivery";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The identity that deploys into the cluster is a service account of a namespace that `namespaces` does not \
        declare and no known component has. Bindings are written for it all the same: whoever makes the namespace, and the account in it, \
        deploys into every declared namespace.";

    fn message(&self) -> String {
        format!("the delivery identity `{}` lies in a namespace that is not declared", self.account)
    }

    fn help(&self) -> String {
        match &self.nearest {
            Some(name) => {
                format!("did you mean the namespace `{name}`? else add `{{ name: {} }}` to `namespaces`", self.namespace)
            }
            None => format!("correct the name, or add `{{ name: {} }}` to `namespaces`", self.namespace),
        }
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "deploys as this account")).collect()
    }
}

/// The delivery identity is the account that every pod of its namespace has.
#[derive(Debug)]
pub(in crate::controls) struct DeliveryByDefault {
    pub(in crate::controls) namespace: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for DeliveryByDefault {
    const CODE: &'static str = "delivery-by-default";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The identity that deploys into the cluster is the service account `default` of its namespace: every pod there \
        that names no account runs under it, and may deploy too. In a declared namespace it gets no token unless a pod asks for one.";

    fn message(&self) -> String {
        format!("every pod of `{}` that names no account deploys as the delivery identity", self.namespace)
    }

    fn help(&self) -> String {
        format!("make an account of its own for what delivers, such as `{}/delivery`, and name it here", self.namespace)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "the account of every pod without one")).collect()
    }
}

/// Rights are asked for or for acting as a name that Kubernetes keeps for itself.
#[derive(Debug)]
pub(in crate::controls) struct ReservedIdentity {
    pub(in crate::controls) what: &'static str,
    pub(in crate::controls) name: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for ReservedIdentity {
    const CODE: &'static str = "reserved-identity";
    const MEANING: &'static str = "A duty, the group for emergencies or an impersonation names a user or group that begins with `system:`. \
        Kubernetes keeps these for itself: `system:authenticated` is everybody, `system:masters` may do everything past RBAC.";

    fn message(&self) -> String {
        format!("{} `{}` belongs to Kubernetes", self.what, self.name)
    }

    fn help(&self) -> String {
        format!("name a {} of your own; its name comes from a certificate or a token", self.what)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "a name that begins with `system:`")).collect()
    }
}

/// A group may act as one that may do everything.
#[derive(Debug)]
pub(in crate::controls) struct HandsOutClusterAdmin {
    pub(in crate::controls) impersonation: String,
    pub(in crate::controls) group: String,
    /// Whose group it is.
    pub(in crate::controls) whose: &'static str,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) other: Option<Place>,
}

impl Problem for HandsOutClusterAdmin {
    const CODE: &'static str = "hands-out-cluster-admin";
    const MEANING: &'static str = "An impersonation names a group that is bound to `cluster-admin`: that of `identity.breakGlass`, or the one \
        that kubeadm binds since 1.29 for `admin.conf`. Up to Kubernetes 1.35 whoever may act as a group is it for everything, in every \
        namespace; the group for emergencies is also spared by the policies.";

    fn message(&self) -> String {
        format!("impersonation `{}` lets its group act as `{}`, {}", self.impersonation, self.group, self.whose)
    }

    fn help(&self) -> String {
        "name groups that may do no more than is meant; for emergencies let people into the group itself, where the provider of identities \
         records it"
            .to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let mut labels: Vec<Label> = self.at.iter().map(|at| Label::new(at.clone(), "this group is named here")).collect();
        labels.extend(self.other.iter().map(|at| Label::new(at.clone(), "bound to `cluster-admin`")));
        labels
    }
}

/// Somebody may run pods, or commands in pods, among those that hold the rights of the cluster.
#[derive(Debug)]
pub(in crate::controls) struct RunsInKubeSystem {
    pub(in crate::controls) who: String,
    /// Whether in every namespace; else in `kube-system` by its name.
    pub(in crate::controls) everywhere: bool,
    /// What may be done there, as a verb and its object.
    pub(in crate::controls) what: &'static str,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for RunsInKubeSystem {
    const CODE: &'static str = "runs-in-kube-system";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A duty or the delivery identity may make workloads, or run commands in pods, in `kube-system`, by its name or \
        because it has no `namespaces`. A pod there runs under any account of that namespace that it names, those of the cluster's own \
        controllers among them, of which some may change every role, and Pod Security spares it: whoever has this is an administrator of \
        the cluster in fact.";

    fn message(&self) -> String {
        let how = if self.everywhere { ": it may do so in every namespace" } else { "" };
        format!("{} may {} in `kube-system`{how}", self.who, self.what)
    }

    fn help(&self) -> String {
        match self.everywhere {
            true => "name the namespaces that are meant (`namespaces: [...]`), without `kube-system`".to_owned(),
            false => "leave `kube-system` out, and let the group for emergencies (`identity.breakGlass`) work there".to_owned(),
        }
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "as strong as the accounts of `kube-system`")).collect()
    }
}
