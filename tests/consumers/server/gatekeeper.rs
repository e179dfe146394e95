//! What Gatekeeper brings before its objects can be applied: its own definitions, and the one that it makes of each template.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    gatekeeper::{files, kinds_of},
    node::run,
    programs::{self, Built},
};

use super::{
    Cluster,
    objects::{apply, kubectl},
};

/// Gatekeeper's own definitions, as its chart of the judged version installs them.
pub(super) fn definitions(cluster: &Cluster, program: &Built) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/go/gator");
    let list = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}} {{.Version}}", "github.com/open-policy-agent/gatekeeper/v3"];
    let output = run(Command::new("go").current_dir(folder).args(list));
    let (module, version) = output.trim().rsplit_once(' ').expect("a folder and a version");
    let mut command = kubectl(cluster, program);
    command.args(["apply", "--server-side", "-f"]).arg(Path::new(module).join("charts/gatekeeper/crds"));
    eprintln!("Gatekeeper {version}: {} definitions", run(&mut command).lines().count());
    established(cluster, program);
}

/// The kinds that Gatekeeper makes of the templates of a tree, made by its own library.
pub(super) fn kinds(cluster: &Cluster, program: &Built, tree: &Path) {
    let Some(judge) = programs::find("gator", "constraintkinds") else { return };
    let file = cluster.node.scratch().join("kinds.json");
    fs::write(&file, kinds_of(&judge, &files(&tree.join("k8s/policy-templates"))).expect("templates")).expect("a file");
    run(kubectl(cluster, program).args(["apply", "--server-side", "-f"]).arg(&file));
    established(cluster, program);
}

fn established(cluster: &Cluster, program: &Built) {
    run(kubectl(cluster, program).args(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]));
}

/// A file of a stage, what is done to it, and what the server must say.
const MUTANTS: &[(&str, &str, &str, &str)] = &[
    ("policies/allowed-ports.yaml", "first: 8443", "first: \"8443\"", ".spec.parameters.ports[0].first"),
    (
        "policies/allowed-images.yaml",
        "requireDigest:",
        "requireDigests:",
        ".spec.parameters.requireDigests: field not declared in schema",
    ),
    (
        "policies/privileged.yaml",
        "enforcementAction:",
        "enforcementActions:",
        ".spec.enforcementActions: field not declared in schema",
    ),
    ("policies/privileged.yaml", "- kube-system", "- kube_system", "spec.match.excludedNamespaces"),
    ("policies/privileged.yaml", "kind: HardenPrivileged", "kind: HardenPrivilege", "no matches for kind \"HardenPrivilege\""),
    ("policies/sync.yaml", "kind: Pod", "kinds: Pod", ".spec.gvks[0].kinds: field not declared in schema"),
    ("policy-templates/privileged.yaml", "targets:", "target:", ".spec.target: field not declared in schema"),
];

/// Spoilt objects are refused by the server, each for the reason that it is spoilt for.
pub(super) fn spoilt_are_refused(cluster: &Cluster, program: &Built) {
    let copy = cluster.node.scratch().join("spoilt");
    for (path, from, to, says) in MUTANTS {
        let text = fs::read_to_string(cluster.node.tree.join("k8s").join(path)).expect("a file");
        assert!(text.contains(from), "{path} does not hold {from}");
        fs::create_dir_all(&copy).expect("a folder");
        fs::write(copy.join("object.yaml"), text.replacen(from, to, 1)).expect("a file");
        let list = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [object.yaml]\n";
        fs::write(copy.join("kustomization.yaml"), list).expect("a file");
        let output = apply(cluster, program, &copy).output().expect("kubectl starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(says), "{path} with `{to}`: {text}");
    }
    eprintln!("{} spoilt objects of Gatekeeper are refused", MUTANTS.len());
}
