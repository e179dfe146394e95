//! Network policies in every form: the server takes Kubernetes' own, Cilium's against the definitions of its module, and Calico's against the
//! schema under which Calico stores them, put under the group that users write.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    node::run,
    programs::{self, Built},
};

use super::{
    Cluster,
    objects::{define, kubectl},
};

/// The case of `golden/semantics` and its namespaces.
const CASES: [(&str, &[&str]); 4] = [
    ("cilium-entities", &["shop"]),
    ("calico-tiers", &["shop"]),
    ("internet", &["edge"]),
    ("namespaces", &["shop", "monitoring"]),
];

/// What is spoilt in the object of a kind, and what of it the server names.
const MUTANTS: &[(&str, &str, &str, &str)] = &[
    ("kind: NetworkPolicy", "policyTypes:", "policyType:", "policyType"),
    ("kind: NetworkPolicy", "protocol: TCP", "protocol: TPC", "TPC"),
    ("kind: CiliumNetworkPolicy", "fromEntities:", "fromEntity:", "fromEntity"),
    ("kind: CiliumNetworkPolicy", "- kube-apiserver", "- kube-apiservers", "kube-apiservers"),
    ("kind: CiliumClusterwideNetworkPolicy", "operator: NotIn", "operator: Without", "Without"),
    ("kind: CiliumClusterwideNetworkPolicy", "endpointSelector:", "podSelector:", "podSelector"),
    ("kind: GlobalNetworkPolicy", "order: 2000", "order: last", "order"),
    ("kind: GlobalNetworkPolicy", "namespaceSelector:", "namespaceSelectors:", "namespaceSelectors"),
    ("kind: GlobalNetworkPolicy", "action: Allow", "verdict: Allow", "verdict"),
];

pub(super) fn policies(cluster: &Cluster) {
    let Some(program) = programs::find("k136", "kubectl") else { return };
    if !definitions(cluster, &program) {
        return;
    }
    let scratch = cluster.node.scratch();
    let mut spoilt = vec![0; MUTANTS.len()];
    for (case, namespaces) in CASES {
        let folder = scratch.join(format!("network-{case}"));
        fs::create_dir_all(&folder).expect("a folder");
        let files = crate::network::lay(&folder, case, true);
        for namespace in namespaces {
            let _ = kubectl(cluster, &program).args(["create", "namespace", namespace]).output();
        }
        let said = run(kubectl(cluster, &program).args(["apply", "--server-side", "--validate=strict", "-k"]).arg(&folder));
        eprintln!("{case}: the server takes {} policies in {} files", said.lines().count(), files.len());
        let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).expect("a file")).collect();
        for (n, (kind, from, to, named)) in MUTANTS.iter().enumerate() {
            let documents = texts.iter().flat_map(|text| text.split("---\n"));
            let of_kind = |document: &&str| document.lines().any(|line| line == *kind) && document.contains(from);
            let Some(document) = documents.into_iter().find(of_kind) else { continue };
            let file = scratch.join("spoilt-network.yaml");
            fs::write(&file, document.replacen(from, to, 1)).expect("a file");
            let mut command = kubectl(cluster, &program);
            let output = command.args(["apply", "--server-side", "--validate=strict", "-f"]).arg(&file).output();
            let output = output.expect("kubectl starts");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains(named), "{case}: `{to}` is taken: {said}");
            spoilt[n] += 1;
        }
        run(kubectl(cluster, &program).args(["delete", "-k"]).arg(&folder));
    }
    assert!(spoilt.iter().all(|count| *count > 0), "a mutant found nothing to spoil: {spoilt:?}");
    eprintln!("the server refused {} spoilt policies in the forms of Kubernetes, Cilium and Calico", spoilt.iter().sum::<i32>());
}

/// The definitions of Cilium and Calico from their modules; whether all of them are there.
pub(super) fn definitions(cluster: &Cluster, program: &Built) -> bool {
    let cilium = programs::find("cilium", "ciliumpolicy").map(|cilium| cilium.must::<&str>(&[]));
    let all = cilium.is_some();
    for (n, text) in cilium.into_iter().chain([calico()]).enumerate() {
        let file = cluster.node.scratch().join(format!("network-definitions-{n}.yaml"));
        fs::write(&file, text).expect("a file");
        define(cluster, program, &file);
    }
    all
}

/// Calico's definition from its module. The module of its public form is not served, so that of its storage takes its place: the same fields.
fn calico() -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/go/calico");
    let list = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", "github.com/projectcalico/calico"];
    let module = run(Command::new("go").current_dir(folder).args(list));
    let file = Path::new(module.trim()).join("libcalico-go/config/crd/crd.projectcalico.org_globalnetworkpolicies.yaml");
    let text = fs::read_to_string(file).expect("Calico's definition");
    eprintln!("Calico's objects are judged by the schema of its storage, under the group projectcalico.org/v3");
    text.replace("crd.projectcalico.org", "projectcalico.org").replace("- name: v1\n", "- name: v3\n")
}
