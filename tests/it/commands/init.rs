//! `harden init --from`: the spec that it prints builds where it lies.

use std::{fs, os::unix::fs::symlink, path::Path};

use crate::support::{DAY, harden};

use super::{mistake, said};

const LIVE: &str = "apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.1
controlPlaneEndpoint: api.live.example:6443
networking: { podSubnet: 10.1.0.0/16, serviceSubnet: 10.2.0.0/16, dnsDomain: live.local }
";

fn put(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Prints a spec in a folder, builds it there, and gives the line that names the configuration.
fn built(folder: &Path, from: &str) -> String {
    let (code, spec, stderr) = said(&harden(folder, &["init", "--from", from]));
    assert_eq!((code, stderr.as_str()), (0, ""), "{from}");
    fs::write(folder.join("cluster.yaml"), &spec).unwrap();
    let (code, _, stderr) = said(&harden(folder, &["build", "cluster.yaml", "--as-of", DAY]));
    assert_eq!(code, 0, "{from}: {stderr}\n{spec}");
    let init = fs::read_to_string(folder.join("out/my-cluster/kubeadm/init.yaml")).unwrap();
    assert!(init.contains("live.local"), "{init}");
    spec.lines().find(|line| line.trim().starts_with("config: ")).unwrap().trim().to_owned()
}

#[test]
fn the_spec_names_the_file_from_its_own_root() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    put(&top.join("live/kubeadm.yaml"), LIVE);
    symlink("live/kubeadm.yaml", top.join("linked.yaml")).unwrap();
    let absolute = top.join("live/kubeadm.yaml").display().to_string();
    for from in ["live/kubeadm.yaml", "./live/../live/kubeadm.yaml", &absolute] {
        assert_eq!(built(top, from), "config: \"live/kubeadm.yaml\"");
    }
    assert_eq!(built(top, "linked.yaml"), "config: \"linked.yaml\"");
    // Within a workspace, paths are those from its root.
    put(
        &top.join("harden.yaml"),
        "apiVersion: harden.dev/v1alpha1\nkind: Workspace\nmetadata: { name: w }\nspec: { clusters: [\"clusters/*.yaml\"] }\n",
    );
    fs::create_dir(top.join("clusters")).unwrap();
    assert_eq!(built(&top.join("clusters"), "../live/kubeadm.yaml"), "config: \"live/kubeadm.yaml\"");
}

/// A cluster that was made without kube-proxy stays one, also where the spec has no word of it.
#[test]
fn a_cluster_without_kube_proxy() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("kubeadm.yaml"), &format!("{LIVE}proxy: {{ disabled: true }}\n"));
    let (_, spec, _) = said(&harden(folder.path(), &["init", "--from", "kubeadm.yaml", "--name", "live"]));
    assert!(spec.contains("writes out/live/") && !spec.contains("my-cluster"), "{spec}");
    let silent: String = spec.lines().filter(|line| !line.contains("kubeProxy")).map(|line| format!("{line}\n")).collect();
    let with = |mode: &str| silent.replace("    kubeadm:\n", &format!("    kubeadm:\n      kubeProxy: {{ mode: {mode} }}\n"));
    for text in [silent.clone(), with("none")] {
        fs::write(folder.path().join("cluster.yaml"), &text).unwrap();
        let (code, _, stderr) = said(&harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]));
        assert_eq!(code, 0, "{stderr}\n{text}");
        let init = fs::read_to_string(folder.path().join("out/live/kubeadm/init.yaml")).unwrap();
        assert!(init.contains("disabled: true") && !init.contains("KubeProxyConfiguration"), "{init}");
    }
    fs::write(folder.path().join("cluster.yaml"), with("iptables")).unwrap();
    let (code, _, stderr) = said(&harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]));
    assert!(code == 2 && stderr.contains("owner-contradiction"), "{stderr}");
}

#[test]
fn a_file_that_the_spec_could_not_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    put(&top.join("outside/kubeadm.yaml"), LIVE);
    put(&top.join("inside/cluster/.keep"), "");
    let inside = top.join("inside/cluster");
    symlink("../../outside/kubeadm.yaml", inside.join("linked.yaml")).unwrap();
    symlink("../../outside", inside.join("folder")).unwrap();
    let absolute = top.join("outside/kubeadm.yaml").display().to_string();
    for from in ["../../outside/kubeadm.yaml", "linked.yaml", "folder/kubeadm.yaml", &absolute] {
        mistake(&harden(&inside, &["init", "--from", from]), &format!("`{from}` is no file of this workspace"));
    }
    for from in ["../nothing.yaml", "nothing.yaml", "no/folder.yaml"] {
        mistake(&harden(&inside, &["init", "--from", from]), "no file at `");
    }
    mistake(&harden(&inside, &["init", "--from", "."]), "");
}

/// What the configuration says of its cluster is taken, and what it cannot say is called an example.
#[test]
fn a_live_cluster_keeps_its_own_answers() {
    let folder = tempfile::tempdir().unwrap();
    let init = |socket: &str| {
        format!(
            "clusterName: old-dc\n---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration: {{ criSocket: \"unix:///var/run/{socket}\" }}\nskipPhases: [addon/kube-proxy]\n"
        )
    };
    for (socket, runtime) in [
        ("cri-dockerd.sock", "runtime: { docker: \"28.5\", criDockerd: \"0.4\" }"),
        ("crio/crio.sock", "runtime: { crio: \"1.36\" }"),
        ("containerd/containerd.sock", "runtime: { containerd: \"2.3\" }"),
    ] {
        put(&folder.path().join("kubeadm.yaml"), &format!("{LIVE}{}", init(socket)));
        let (_, spec, _) = said(&harden(folder.path(), &["init", "--from", "kubeadm.yaml"]));
        for text in ["metadata: { name: old-dc }", "kubeProxy: { mode: none }", runtime] {
            assert!(spec.contains(text), "no `{text}` in\n{spec}");
        }
        assert_eq!(spec.matches("this is an example").count(), 4, "{spec}");
        fs::write(folder.path().join("cluster.yaml"), &spec).unwrap();
        let (code, _, stderr) = said(&harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]));
        assert_eq!(code, 0, "{stderr}\n{spec}");
    }
    put(&folder.path().join("kubeadm.yaml"), &format!("{LIVE}clusterName: kubernetes\n"));
    let (_, spec, _) = said(&harden(folder.path(), &["init", "--from", "kubeadm.yaml"]));
    assert!(spec.contains("metadata: { name: my-cluster }") && !spec.contains("kubeProxy"), "{spec}");
}

/// A help never names an empty place.
#[test]
fn what_belongs_to_the_spec_is_moved_there() {
    let folder = tempfile::tempdir().unwrap();
    let text = super::small("t").replace("  api: {", "    api: {");
    fs::write(folder.path().join("cluster.yaml"), text).unwrap();
    let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY]);
    mistake(&output, "help: move it into `spec`");
}
