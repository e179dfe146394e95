//! What a reader takes where a document says nothing.

use crate::{
    facts::{self, FieldKind},
    plan::{Plan, Program, SettingKey},
    targets::Form,
};

use super::super::subject::Reader;

/// What an empty minimum of TLS means to every component but etcd: `DefaultTLSVersion` of k8s.io/component-base (cli/flag), read in
/// public source 2026-11-26.
const LEAST_TLS: &str = "VersionTLS12";

/// The value that counts without a word; `None` where there is none, or it is not recorded. kubeadm completes what it is given.
pub(super) fn of(form: Form, reader: Reader, key: &SettingKey, plan: &Plan) -> Option<String> {
    match key {
        SettingKey::Flag(program, name) => {
            // What kubeadm is not told, it writes itself.
            let installer = || plan.component(*program).flags.get(name).and_then(|flag| flag.installer.clone());
            let own = super::is_kubeadm(form).then(installer).flatten();
            own.or_else(|| flag(*program, name, plan).map(str::to_owned))
        }
        SettingKey::Field(program, path) => {
            let written = || plan.component(*program).installer_fields.get(path);
            let by_kubeadm = (reader == Reader::Kubeadm).then(written).flatten();
            let own = by_kubeadm.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            own.or_else(|| field(*program, path, plan).map(str::to_owned))
        }
        SettingKey::Mount(..) | SettingKey::Part(..) | SettingKey::Node(_) => None,
    }
}

/// The default of a flag at the version of the plan.
fn flag(program: Program, name: &str, plan: &Plan) -> Option<&'static str> {
    match program {
        Program::Etcd => facts::etcd_flag(name, plan.cluster.etcd_version()?).known()?.default,
        Program::KubeApiserver
        | Program::KubeControllerManager
        | Program::KubeScheduler
        | Program::Kubelet
        | Program::KubeProxy => {
            let default = facts::flag(program, name, plan.cluster.minor()).known()?.default?;
            Some(if name == "tls-min-version" && default.is_empty() { LEAST_TLS } else { default })
        }
    }
}

/// The default of a field of a configuration file: that of its kind where none is recorded.
fn field(program: Program, path: &str, plan: &Plan) -> Option<&'static str> {
    let minor = plan.cluster.minor();
    let field = match program {
        Program::Kubelet => facts::kubelet_field(path, minor).known()?,
        Program::KubeProxy => facts::kube_proxy_field(path, minor).known()?,
        Program::KubeApiserver | Program::KubeControllerManager | Program::KubeScheduler | Program::Etcd => return None,
    };
    let of_kind = match field.kind {
        FieldKind::Bool => Some("false"),
        FieldKind::Int => Some("0"),
        FieldKind::Duration => Some("0s"),
        FieldKind::List | FieldKind::String => Some(""),
        FieldKind::Amounts
        | FieldKind::Float
        | FieldKind::Map
        | FieldKind::Numbers
        | FieldKind::Object
        | FieldKind::Objects
        | FieldKind::Open
        | FieldKind::Switches
        | FieldKind::Whole => None,
    };
    let default = field.default.or(of_kind)?;
    Some(if path == "tlsMinVersion" && default.is_empty() { LEAST_TLS } else { default })
}
