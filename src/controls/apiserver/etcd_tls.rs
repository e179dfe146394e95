//! Speaks with etcd over mutual TLS alone.

use crate::{
    base::{Area, Level},
    controls::Control,
    facts,
    plan::{ExternalEtcd, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::{applies, pki_files, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "apiserver/etcd-tls",
    area: Area::Authentication,
    title: "speak with etcd over mutual TLS alone",
    level: Level::Baseline,
    doc: include_str!("etcd_tls.md"),
    params: &[],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    match cluster.kubeadm.as_ref().and_then(|kubeadm| kubeadm.external_etcd.as_ref()) {
        Some(etcd) => external(out, etcd),
        None => pki_files(
            cluster,
            out,
            &[
                ("etcd-cafile", "etcd/ca.crt"),
                ("etcd-certfile", "apiserver-etcd-client.crt"),
                ("etcd-keyfile", "apiserver-etcd-client.key"),
            ],
        ),
    }
}

fn external(out: &mut Lowering<'_>, etcd: &ExternalEtcd) {
    let files = [("etcd-cafile", &etcd.ca_file), ("etcd-certfile", &etcd.cert_file), ("etcd-keyfile", &etcd.key_file)];
    for (flag, file) in files.iter().filter(|(_, file)| !file.is_empty()) {
        strokes::keep(out, Program::KubeApiserver, flag, (*file).clone());
    }
    let missing: Vec<&str> = files.iter().filter(|(_, file)| file.is_empty()).map(|(flag, _)| *flag).collect();
    let plain = etcd.endpoints.iter().any(|endpoint| !endpoint.starts_with("https://"));
    if !missing.is_empty() || plain {
        let detail =
            if plain { "an endpoint is no `https://` URL".to_owned() } else { format!("without {}", missing.join(", ")) };
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::EXTERNAL_ETCD_OPEN, detail);
    }
}
