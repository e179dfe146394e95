//! What the docs show is true: every example builds, and so does the spec of the README.

use std::{collections::BTreeSet, fs, path::Path};

use harden::{diag::Source, yaml};
use serde_json::Value;

use crate::support::{DAY, cases, files, harden, none, root};

#[test]
fn every_example_builds() {
    let mut wrong = Vec::new();
    let (mut built, mut names) = (0, BTreeSet::new());
    for entry in fs::read_dir(root().join("examples")).unwrap() {
        let folder = entry.unwrap().path();
        let out = tempfile::tempdir().unwrap();
        let output = harden(&folder, &["build", "--as-of", DAY, "--out", out.path().to_str().unwrap()]);
        // Whoever builds one after the other into the same folder replaces none of them.
        for tree in fs::read_dir(out.path()).unwrap() {
            let name = tree.unwrap().file_name();
            built += 1;
            if !names.insert(name.clone()) {
                wrong.push(format!("{}: another example has a cluster of the name {}", folder.display(), name.display()));
            }
        }
        if !output.status.success() || !output.stderr.is_empty() {
            wrong.push(format!("{}:\n{}", folder.display(), String::from_utf8_lossy(&output.stderr)));
        }
    }
    none(&wrong);
    assert!(built >= 6, "{built} clusters");
}

#[test]
fn the_spec_of_the_readme_builds() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let spec = text.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a spec in README.md");
    assert!(spec.lines().count() <= 20, "the smallest spec has at most 20 lines");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cluster.yaml"), spec).unwrap();
    let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("out/my-cluster/kubeadm/init.yaml").exists());
}

/// What `harden init` prints builds without a word.
#[test]
fn what_init_writes_builds() {
    for platform in ["kubeadm", "eks", "aks"] {
        let folder = tempfile::tempdir().unwrap();
        let spec = harden(folder.path(), &["init", "--platform", platform, "--name", "first"]);
        fs::write(folder.path().join("cluster.yaml"), &spec.stdout).unwrap();
        let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
        assert!(output.status.success() && output.stderr.is_empty(), "{platform}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// `--from` takes version, endpoint and subnets of a live cluster.
#[test]
fn init_starts_from_a_live_cluster() {
    let folder = tempfile::tempdir().unwrap();
    let live = root().join("examples/kubeadm/live/kubeadm.yaml");
    fs::copy(&live, folder.path().join("kubeadm.yaml")).unwrap();
    let spec = harden(folder.path(), &["init", "--from", "kubeadm.yaml"]);
    let text = String::from_utf8_lossy(&spec.stdout).into_owned();
    assert!(
        text.contains(r#"controlPlaneEndpoint: "api.shop.example:6443""#) && text.contains(r#"config: "kubeadm.yaml""#),
        "{text}"
    );
    fs::write(folder.path().join("cluster.yaml"), &text).unwrap();
    let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What `--from` writes builds over the file it was made from; what the file has no word on is asked for and never made up.
#[test]
fn init_makes_nothing_up_of_a_live_cluster() {
    let cluster = |rest: &str| {
        format!(
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.36.3\n\
             networking: {{ podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/12 }}\n{rest}"
        )
    };
    let whole = "controlPlaneEndpoint: api.shop.example:6443\n";
    let kubelet = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nserverTLSBootstrap: true\n";
    let init = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration:\n  kubeletExtraArgs: \
        [{ name: rotate-server-certificates, value: \"true\" }]\n";
    let file = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    for (live, asked) in [
        (cluster(whole), None),
        (cluster(""), Some("controlPlaneEndpoint")),
        (cluster(whole).replace("podSubnet: 10.244.0.0/16, ", ""), Some("podSubnets")),
        (cluster(whole).replace(", serviceSubnet: 10.96.0.0/12", ""), Some("serviceSubnets")),
        (cluster(whole).replace("kubernetesVersion: v1.36.3\n", ""), Some("kubernetesVersion")),
        (cluster("controlPlaneEndpoint: \"2001:db8::1\"\n"), None),
        (cluster("controlPlaneEndpoint: \"[2001:db8::1]:6443\"\n"), None),
        (cluster(&format!("{whole}proxy: {{ disabled: true }}\n")), None),
        (cluster(&format!("{whole}{kubelet}")), None),
        (cluster(&format!("{whole}{init}")), None),
        (file("tests/it/fixtures/owner.yaml"), None),
        (file("examples/kubeadm/live/kubeadm.yaml"), None),
        (file("golden/build/three-nodes-1.36/live.yaml"), None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kubeadm.yaml"), &live).unwrap();
        let spec = harden(folder.path(), &["init", "--from", "kubeadm.yaml"]);
        fs::write(folder.path().join("cluster.yaml"), &spec.stdout).unwrap();
        let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = String::from_utf8_lossy(&spec.stdout).into_owned();
        assert_eq!(output.status.success(), asked.is_none(), "{text}\n{told}");
        assert!(asked.is_none_or(|field| told.contains(field) && told.contains("1 error")), "{asked:?}\n{told}");
        assert!(!text.contains("api.example.internal") || live.contains("api.example.internal"), "{text}");
    }
}

/// The documents of a file.
fn documents(path: &Path) -> Vec<Value> {
    let read = yaml::read(&Source::new("file.yaml", fs::read_to_string(path).unwrap()));
    assert!(read.iter().all(|document| !document.has_errors()), "{}", path.display());
    read.into_iter().filter_map(|document| Some(document.root?.to_json())).collect()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// Argo CD gets every stage of the tree, in the order of the report, a wave each.
#[test]
fn the_waves_of_argo_cd_are_the_stages() {
    let (folder, out) = (root().join("examples/argocd"), tempfile::tempdir().unwrap());
    let output = harden(&folder, &["build", "cluster.yaml", "--as-of", DAY, "--out", out.path().to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report = fs::read_to_string(out.path().join("shop-argocd/REPORT.md")).unwrap();
    let step = report.lines().find(|line| line.contains("kubectl apply --server-side -k")).expect("a step");
    let stages: Vec<&str> = step.split('`').filter_map(|word| word.strip_prefix("k8s/")).collect();
    assert_eq!(stages.len(), fs::read_dir(out.path().join("shop-argocd/k8s")).unwrap().count());
    let list = documents(&folder.join("stages/kustomization.yaml")).remove(0);
    assert_eq!(texts(&list["resources"]), stages);
    for (wave, stage) in stages.iter().enumerate() {
        let overlay = documents(&folder.join("stages").join(stage).join("kustomization.yaml")).remove(0);
        assert_eq!(texts(&overlay["resources"]), [format!("../../out/shop-argocd/k8s/{stage}")]);
        let annotations = &overlay["commonAnnotations"];
        assert_eq!(annotations["argocd.argoproj.io/sync-wave"], wave.to_string(), "{stage}");
        let options = match *stage {
            "namespaces" => Value::from("Prune=false,Delete=false"),
            "policies" => Value::from("SkipDryRunOnMissingResource=true"),
            _ => Value::Null,
        };
        assert_eq!(annotations["argocd.argoproj.io/sync-options"], options, "{stage}");
    }
    let application = documents(&folder.join("argocd/application.yaml")).remove(0);
    let options = texts(&application["spec"]["syncPolicy"]["syncOptions"]);
    for option in ["ServerSideApply=true", "CreateNamespace=false", "PruneLast=true"] {
        assert!(options.contains(&option), "{options:?}");
    }
    assert!(application["metadata"].get("finalizers").is_none(), "deleting it would take the objects along");
}

/// The project lets through the kinds that trees hold, and no other.
#[test]
fn the_project_of_argo_cd_names_the_kinds() {
    let project = documents(&root().join("examples/argocd/argocd/project.yaml")).remove(0);
    let listed = |field: &str| -> BTreeSet<(String, String)> {
        let rows = project["spec"][field].as_array().expect("a list").iter();
        rows.map(|row| (row["group"].as_str().unwrap().to_owned(), row["kind"].as_str().unwrap().to_owned())).collect()
    };
    let (cluster_wide, namespaced) = (listed("clusterResourceWhitelist"), listed("namespaceResourceWhitelist"));
    let (mut used, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, bytes) in cases("build").iter().flat_map(|case| files(&case.join("out"))) {
        if !name.contains("/k8s/") || name.ends_with("kustomization.yaml") {
            continue;
        }
        for document in yaml::read(&Source::new("file.yaml", String::from_utf8(bytes).unwrap())) {
            let object = document.root.expect("an object").to_json();
            let group = object["apiVersion"].as_str().unwrap().rsplit_once('/').map_or("", |(group, _)| group).to_owned();
            let kind = object["kind"].as_str().unwrap();
            let of_template = group == "constraints.gatekeeper.sh" && kind.starts_with("Harden");
            let row = (group, if of_template { "Harden*" } else { kind }.to_owned());
            let list = if object["metadata"].get("namespace").is_some() { &namespaced } else { &cluster_wide };
            if !list.contains(&row) {
                wrong.push(format!("{name}: {row:?} is not let through"));
            }
            used.insert(row);
        }
    }
    none(&wrong);
    let unused: Vec<_> = cluster_wide.union(&namespaced).filter(|row| !used.contains(row)).collect();
    assert!(unused.is_empty(), "no tree holds {unused:?}");
}
