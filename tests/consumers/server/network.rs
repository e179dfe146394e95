//! Network policies in every form: the server takes Kubernetes' own, Cilium's against the definitions of its module, Calico's against a schema
//! of ours.

use std::{fs, path::Path};

use crate::{node::run, programs};

use super::{Cluster, objects::kubectl};

/// Network policies in every form: the server takes Kubernetes' own, Cilium's against its CRDs, Calico's against a schema of ours.
pub(super) fn policies(cluster: &Cluster) {
    let (Some(program), Some(cilium)) = (programs::find("k136", "kubectl"), programs::find("cilium", "ciliumpolicy")) else {
        return;
    };
    let scratch = cluster.node.scratch();
    let crds = scratch.join("cilium-crds.yaml");
    fs::write(&crds, cilium.must::<&str>(&[])).expect("a file");
    let calico = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/crds/calico.yaml");
    for file in [&crds, &calico] {
        run(kubectl(cluster, &program).args(["apply", "--server-side", "-f"]).arg(file));
    }
    run(kubectl(cluster, &program).args(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]));
    for (case, namespaces) in [
        ("cilium-entities", &["shop"][..]),
        ("calico-tiers", &["shop"]),
        ("internet", &["edge"]),
        ("namespaces", &["shop", "monitoring"]),
    ] {
        let folder = scratch.join(format!("network-{case}"));
        fs::create_dir_all(&folder).expect("a folder");
        let files = crate::network::lay(&folder, case, true);
        for namespace in namespaces {
            let _ = kubectl(cluster, &program).args(["create", "namespace", namespace]).output();
        }
        let said = run(kubectl(cluster, &program).args(["apply", "--server-side", "--validate=strict", "-k"]).arg(&folder));
        eprintln!("{case}: the server takes {} policies in {} files", said.lines().count(), files.len());
        let text = fs::read_to_string(&files[files.len() - 1]).expect("a file");
        for (from, to) in [("policyTypes:", "policyType:"), ("protocol: TCP", "protocol: TPC")] {
            let spoilt = scratch.join("spoilt-network.yaml");
            fs::write(&spoilt, text.replacen(from, to, 1)).expect("a file");
            let output =
                kubectl(cluster, &program).args(["apply", "--server-side", "--validate=strict", "-f"]).arg(&spoilt).output();
            assert!(!output.expect("kubectl starts").status.success(), "{case}: `{to}` is taken");
        }
        run(kubectl(cluster, &program).args(["delete", "-k"]).arg(&folder));
    }
}
