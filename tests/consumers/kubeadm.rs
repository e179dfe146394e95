//! kubeadm reads what was emitted for it, and the static pods that it writes from it are the emitted ones, byte for byte.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    node::{Set, harden, sets},
    programs::Built,
};

/// Specs of this test: what is judged; the owner's file lies beside each.
const CASES: [(&str, &str); 4] = [
    ("three nodes", "kubeadm-stacked.yaml"),
    ("external etcd", "kubeadm-external.yaml"),
    ("an older document", "kubeadm-v1beta3.yaml"),
    ("IPv6", "kubeadm-ipv6.yaml"),
];

/// The static pods, by program.
const PODS: [&str; 4] = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"];

/// Folders that kubeadm mounts where the machine has them.
const CA_FOLDERS: [&str; 5] = [
    "/etc/pki/ca-trust",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/local/share/ca-certificates",
];

/// A tree that was built for a set.
struct Tree {
    folder: tempfile::TempDir,
    root: PathBuf,
}

impl Tree {
    fn new(set: &Set, spec: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/consumers/specs");
        let text =
            fs::read_to_string(specs.join(spec)).expect("the spec").replace("VERSION", set.version).replace("SYSTEM", system());
        fs::write(folder.path().join("spec.yaml"), text).expect("a spec");
        for owner in ["owner-stacked.yaml", "owner-external.yaml", "owner-v1beta3.yaml"] {
            fs::copy(specs.join(owner), folder.path().join(owner)).expect("the owner's file");
        }
        harden(folder.path(), &["build", "spec.yaml", "--as-of", "2026-11-26", "--out", "out"]);
        let root = folder.path().join("out/judged");
        Tree { folder, root }
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Writes a document beside the tree, as it would lie on a node; gives its path.
    fn lay(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("a document");
        path.to_str().expect("a plain path").to_owned()
    }

    /// The document of the first node, with the folder of patches where it is in the tree.
    fn init(&self) -> String {
        let patches = self.root.join("kubeadm/patches");
        self.read("kubeadm/init.yaml").replace("/etc/kubernetes/patches", patches.to_str().expect("a plain path"))
    }

    /// The names of the control-plane nodes that have static pods.
    fn nodes(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join("control-plane")).expect("the control plane");
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| self.root.join("control-plane").join(name).join("manifests").is_dir());
        names.sort();
        names
    }
}

/// The system whose folders of certificates this machine has; a machine that has others is judged without them.
fn system() -> &'static str {
    let here: Vec<&str> = CA_FOLDERS.into_iter().filter(|folder| Path::new(folder).exists()).collect();
    match here.as_slice() {
        ["/etc/ca-certificates", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates"] => "debian-12",
        ["/etc/pki/ca-trust", "/etc/pki/tls/certs"] => "rhel-9",
        [] => "other",
        _ => panic!("certificates lie in {here:?}: no known system has just these folders, add it to src/facts/kubeadm.toml"),
    }
}

/// What kubeadm writes as static pods from a document, by program.
fn static_pods(kubeadm: &Built, tree: &Tree, document: &str, external: bool) -> Vec<(&'static str, String)> {
    let out = tempfile::tempdir().expect("a folder");
    let run = |phase: &[&str]| {
        let arguments = [&["init", "phase"], phase, &["--dry-run", "--config", document]].concat();
        let mut command = Command::new(kubeadm.path());
        command.args(&arguments).env("KUBEADM_INIT_DRYRUN_DIR", out.path());
        // kubeadm hands the proxies of its own environment to the pods.
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"] {
            command.env_remove(name);
        }
        let output = command.output().expect("kubeadm runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {arguments:?}: {text}", tree.root.display());
        assert!(!text.contains("unknown field"), "kubeadm leaves something out: {text}");
    };
    run(&["control-plane", "all"]);
    if !external {
        run(&["etcd", "local"]);
    }
    let pods = PODS.into_iter().filter(|pod| !external || *pod != "etcd");
    pods.map(|pod| (pod, fs::read_to_string(written(out.path(), pod)).expect("a static pod"))).collect()
}

/// Where kubeadm wrote a static pod: in the folder itself, or until 1.31 in one below it that it made for the rehearsal.
fn written(folder: &Path, pod: &str) -> PathBuf {
    let name = format!("{pod}.yaml");
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let found = files.map(walkdir::DirEntry::into_path).find(|path| path.file_name().is_some_and(|file| *file == *name));
    found.unwrap_or_else(|| panic!("kubeadm wrote no {name}"))
}

/// A text without the comments at its head.
fn without_head(text: &str) -> String {
    text.lines().skip_while(|line| line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

/// The document of the first node as another node would have it.
fn as_node(init: &str, join: &str) -> String {
    let line = |text: &str, begin: &str| {
        text.lines().find(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no line `{begin}`")).to_owned()
    };
    let address = |text: &str| line(text, &format!("{}advertiseAddress: ", if text == init { "  " } else { "    " }));
    init.replacen(address(init).trim(), address(join).trim(), 1).replacen(&line(init, "  name: "), &line(join, "  name: "), 1)
}

/// The variables of a container in the order of their names.
fn with_sorted_variables(text: &str) -> String {
    let Some((before, rest)) = text.split_once("    env:\n") else { return text.to_owned() };
    let end = rest.find("    image: ").expect("the image follows");
    let (variables, after) = rest.split_at(end);
    let mut variables: Vec<&str> = variables.split_inclusive("\n").collect();
    let mut pairs: Vec<String> = variables.chunks_mut(2).map(|pair| pair.concat()).collect();
    pairs.sort();
    format!("{before}    env:\n{}{after}", pairs.concat())
}

/// Lines whose value stands in quotes, without them: kubeadm takes single ones where harden takes double ones, or none.
fn unquoted(text: &str) -> String {
    let line = |line: &str| match line.split_once(": ") {
        Some((key, value)) if value != "\"\"" => format!("{key}: {}\n", value.trim_matches(['"', '\''])),
        Some(_) | None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn documents_are_valid() {
    for set in sets() {
        let Some(kubeadm) = set.kube("kubeadm") else { continue };
        for (case, spec) in CASES {
            let tree = Tree::new(set, spec);
            kubeadm.must(&["config", "validate", "--config", tree.root.join("kubeadm/init.yaml").to_str().unwrap()]);
            // kubeadm looks for the file by which a node finds the cluster.
            let found = tree.lay("discovery.conf", "");
            let mut joins = vec!["kubeadm/join-worker.yaml".to_owned(), "kubeadm/join-control-plane.yaml".to_owned()];
            joins.extend(tree.nodes().iter().skip(1).map(|node| format!("kubeadm/nodes/{node}/join-control-plane.yaml")));
            for join in joins {
                let text = tree.read(&join);
                assert!(!text.contains("token:") && !text.contains("certificateKey:"), "{case}: {join} holds a secret");
                let document = tree.lay("join.yaml", &text.replace("/etc/kubernetes/discovery.conf", &found));
                kubeadm.must(&["config", "validate", "--config", &document]);
            }
        }
    }
}

#[test]
fn static_pods_are_kubeadms_own() {
    for set in sets() {
        let Some(kubeadm) = set.kube("kubeadm") else { continue };
        for (case, spec) in CASES {
            let tree = Tree::new(set, spec);
            let external = spec.contains("external");
            let init = tree.init();
            for (n, node) in tree.nodes().iter().enumerate() {
                let join = format!("kubeadm/nodes/{node}/join-control-plane.yaml");
                let text = if n == 0 { init.clone() } else { as_node(&init, &tree.read(&join)) };
                let document = tree.lay("init.yaml", &text);
                for (pod, written) in static_pods(&kubeadm, &tree, &document, external) {
                    let emitted = without_head(&tree.read(&format!("control-plane/{node}/manifests/{pod}.yaml")));
                    let emitted = if pod == "etcd" && n > 0 { as_first_member(&emitted, node) } else { emitted };
                    let (emitted, written) = match (case, set.version.starts_with("1.31.")) {
                        ("IPv6", _) => (unquoted(&emitted), unquoted(&written)),
                        // 1.31 leaves the order of variables to chance.
                        ("three nodes", true) => (with_sorted_variables(&emitted), with_sorted_variables(&written)),
                        _ => (emitted, written),
                    };
                    let difference = similar::TextDiff::from_lines(emitted.as_str(), written.as_str());
                    let shown = difference.unified_diff().context_radius(2).header("emitted", "written by kubeadm").to_string();
                    assert!(shown.is_empty(), "{case}, {}, {node}: {pod}\n{shown}", set.version);
                }
            }
        }
    }
}

/// etcd of a joining node as if it were alone: without a cluster kubeadm does not know the other members.
fn as_first_member(emitted: &str, node: &str) -> String {
    let members =
        emitted.lines().find_map(|line| line.trim().strip_prefix("- --initial-cluster=")).expect("the members").to_owned();
    let own = members.split(',').find(|member| member.starts_with(&format!("{node}="))).expect("the node is a member");
    assert!(members.starts_with("cp-1=") && members.ends_with(own), "members join one after the other: {members}");
    emitted.replace(&members, own).replace("    - --initial-cluster-state=existing\n", "")
}

/// A judge that takes anything is none.
#[test]
fn spoilt_documents_are_refused() {
    for set in sets() {
        let Some(kubeadm) = set.kube("kubeadm") else { continue };
        let tree = Tree::new(set, CASES[0].1);
        let init = tree.init();
        let spoilt = [
            ("an unknown field", init.replacen("clusterName:", "clusterNames:", 1)),
            ("a bare boolean", init.replacen("value: \"false\"", "value: false", 1)),
            ("an older version", init.replacen("kubeadm.k8s.io/v1beta4", "kubeadm.k8s.io/v1beta2", 1)),
        ];
        for (what, text) in spoilt {
            assert_ne!(text, init, "{what}: nothing was spoilt");
            let document = tree.lay("spoilt.yaml", &text);
            let run =
                Command::new(kubeadm.path()).args(["config", "validate", "--config", &document]).output().expect("kubeadm runs");
            assert!(!run.status.success(), "{what} was taken by {}", set.version);
        }
        let fewer = tree.lay("fewer.yaml", &init.replacen("value: VersionTLS12", "value: VersionTLS13", 1));
        let pods = static_pods(&kubeadm, &tree, &fewer, false);
        let same =
            |(pod, text): &(&str, String)| *text == without_head(&tree.read(&format!("control-plane/cp-1/manifests/{pod}.yaml")));
        assert!(!pods.iter().all(same), "a changed argument was not noticed");
    }
}
