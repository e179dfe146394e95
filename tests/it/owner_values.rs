//! What the owner's kubeadm file says is judged as the spec's own words are: ranges, files of an external etcd, names, the runtime.

use harden::{
    build::{self, Built},
    diag::Diagnostics,
};

use crate::support::with_cluster;

const SPEC: &str = r#"
apiVersion: harden.dev/v1alpha1
kind: Cluster
metadata: { name: c }
spec:
  profiles: [restricted]
  platform:
    kubeadm:
      kubernetesVersion: "1.36.1"
      controlPlaneEndpoint: api.example.internal:6443
      config: kubeadm.yaml
    cni: { calico: { version: "3.31" } }
    runtime: { containerd: "2.3" }
    nodePools:
      - name: cp
        role: control-plane
        os: debian-12
        cidrs: [10.30.0.0/28]
        nodes: [{ name: c1, address: 10.30.0.1 }]
      - { name: workers, role: worker, os: debian-12, cidrs: [10.30.1.0/24] }
  api: { sources: { admins: [203.0.113.0/24] } }
"#;

/// Builds the cluster over an owner's ClusterConfiguration and other documents.
fn over(spec: &str, owner: &str) -> (Option<Built>, Diagnostics) {
    let mut diags = Diagnostics::default();
    let built = with_cluster(spec, owner, None, &mut diags, build::build);
    (built, diags)
}

fn cluster(fields: &str) -> String {
    format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n{fields}\n")
}

fn networking(pods: &str, services: &str) -> String {
    cluster(&format!("networking: {{ podSubnet: \"{pods}\", serviceSubnet: \"{services}\" }}"))
}

fn text_of(diags: &Diagnostics) -> String {
    diags.list().iter().map(|one| format!("{}: {}\n", one.code, one.message)).collect()
}

/// The code and the text under each label of the first error with a text in its message.
fn labels(diags: &Diagnostics, part: &str) -> (&'static str, Vec<(String, String)>) {
    let found = diags.list().iter().find(|one| one.message.contains(part));
    let found = found.unwrap_or_else(|| panic!("`{part}` is not said: {}", text_of(diags)));
    let label = |place: &harden::diag::Place| (place.source.name().to_owned(), place.source.slice(place.span).to_owned());
    (found.code, found.labels.iter().map(|one| label(&one.place)).collect())
}

#[test]
fn ranges_of_the_owner_are_held_against_each_other_and_the_nodes() {
    let (built, diags) = over(SPEC, &networking("10.244.0.0/16", "10.96.0.0/16"));
    assert!(built.is_some(), "{}", text_of(&diags));
    for (pods, services, code, part, under) in [
        ("10.30.0.0/16", "10.96.0.0/16", "overlapping-ranges", "the range of pool `workers`", "10.30.0.0/16"),
        ("10.244.0.0/16", "10.30.0.0/20", "overlapping-ranges", "the range of pool `cp`", "10.30.0.0/20"),
        ("10.244.0.0/16", "10.244.16.0/20", "overlapping-ranges", "the range of pods and", "10.244.16.0/20"),
        ("10.244.0.0/16,10.245.0.0/16", "10.96.0.0/16", "subnet-families", "pods have two ranges", "10.245.0.0/16"),
        ("10.244.0.0/16, fd00::/56", "10.96.0.0/16", "subnet-families", "pods have a range of IPv6", "fd00::/56"),
        ("10.244.0.0/16", "10.96.0.0/16,fd01::/112", "subnet-families", "Services have a range of IPv6", "fd01::/112"),
        ("fd00::/56,10.244.0.0/16", "fd01::/112,10.96.0.0/16", "unusable-address", "would advertise it", "10.30.0.1"),
        ("10.30.0.0/16", "10.96.0.0/16", "unusable-address", "lies in the range of pods", "10.30.0.1"),
    ] {
        let (built, diags) = over(SPEC, &networking(pods, services));
        assert!(built.is_none(), "{pods} {services}");
        let (found, labels) = labels(&diags, part);
        assert_eq!(found, code, "{pods} {services}");
        assert!(labels.iter().any(|(_, text)| text == under), "{labels:?}");
        assert!(labels.iter().any(|(file, _)| file == "kubeadm.yaml"), "{labels:?}");
    }
}

/// A spec that names one of the two ranges is judged once.
#[test]
fn a_range_of_the_spec_is_held_against_one_of_the_owner() {
    let spec = SPEC.replace("config:", "podSubnets: [10.244.0.0/16]\n      config:");
    let (built, diags) = over(&spec, &cluster("networking: { serviceSubnet: 10.244.16.0/20 }"));
    assert!(built.is_none());
    assert_eq!(diags.list().iter().filter(|one| one.code == "overlapping-ranges").count(), 1, "{}", text_of(&diags));
    let (built, diags) = over(&spec, &cluster("networking: { serviceSubnet: 10.96.0.0/16 }"));
    assert!(built.is_some(), "{}", text_of(&diags));
}

/// As `kubeadm config validate` of 1.36 judges them.
#[test]
fn an_external_etcd_that_kubeadm_refuses_is_refused() {
    let external = |fields: &str| {
        let ranges = "networking: { podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16 }";
        cluster(&format!("{ranges}\netcd: {{ external: {{ {fields} }} }}"))
    };
    const AT: &str = "endpoints: [\"https://192.0.2.9:2379\"]";
    for fields in [
        AT.to_owned(),
        format!("{AT}, caFile: /etc/etcd/ca.crt"),
        format!("{AT}, caFile: /etc/etcd/ca.crt, certFile: /etc/etcd/c.crt, keyFile: /etc/etcd/c.key"),
    ] {
        let (built, diags) = over(SPEC, &external(&fields));
        assert!(built.is_some(), "{fields}: {}", text_of(&diags));
    }
    for (fields, code, under) in [
        (format!("{AT}, certFile: /etc/etcd/c.crt, keyFile: /etc/etcd/c.key"), "owner-unusable", "/etc/etcd/c.crt"),
        (format!("{AT}, caFile: /etc/etcd/ca.crt, keyFile: /etc/etcd/c.key"), "owner-unusable", "/etc/etcd/c.key"),
        (format!("{AT}, certFile: /etc/etcd/c.crt"), "owner-unusable", "/etc/etcd/c.crt"),
        (format!("{AT}, caFile: pki/ca.crt"), "owner-value", "pki/ca.crt"),
        ("endpoints: [], caFile: /etc/etcd/ca.crt".to_owned(), "owner-unusable", "{ endpoints: [], caFile: /etc/etcd/ca.crt }"),
    ] {
        let (built, diags) = over(SPEC, &external(&fields));
        assert!(built.is_none(), "{fields}");
        let (found, labels) = labels(&diags, "ClusterConfiguration");
        assert_eq!((found, labels[0].1.as_str()), (code, under), "{fields}: {}", text_of(&diags));
    }
}

#[test]
fn a_domain_that_kubeadm_refuses_is_refused() {
    let ranges = "podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16";
    for domain in ["x$(id) y", "cluster.local.", "Cluster.local"] {
        let (built, diags) = over(SPEC, &cluster(&format!("networking: {{ {ranges}, dnsDomain: \"{domain}\" }}")));
        assert!(built.is_none(), "{domain}");
        assert_eq!(labels(&diags, "networking.dnsDomain").0, "owner-value", "{domain}");
    }
}

#[test]
fn the_socket_is_that_of_the_declared_runtime() {
    let file = |init: &str, kubelet: &str| {
        let cluster = networking("10.244.0.0/16", "10.96.0.0/16");
        let init =
            format!("apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\nnodeRegistration: {{ criSocket: \"{init}\" }}");
        let kubelet = format!(
            "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\ncontainerRuntimeEndpoint: \"{kubelet}\""
        );
        format!("{cluster}---\n{init}\n---\n{kubelet}\n")
    };
    const OWN: &str = "unix:///run/containerd/containerd.sock";
    for (init, kubelet) in [(OWN, OWN), ("", ""), ("/var/run/containerd/containerd.sock", OWN), ("", OWN)] {
        let (built, diags) = over(SPEC, &file(init, kubelet));
        assert!(built.is_some(), "{}", text_of(&diags));
        assert!(!text_of(&diags).contains("Configuration/"), "{init} {kubelet}: {}", text_of(&diags));
    }
    // The order of the words counts for nothing, and a word that is none contradicts nobody.
    let docker = SPEC.replace("containerd: \"2.3\"", "criDockerd: \"0.3.21\", docker: \"28.5\"");
    for spec in [docker, SPEC.replace("containerd: \"2.3\"", "dockr: \"28.5\"")] {
        let (_, diags) = over(&spec, &file("unix:///run/cri-dockerd.sock", ""));
        assert!(!text_of(&diags).contains("the container runtime is"), "{}", text_of(&diags));
    }
    for (init, kubelet) in [("unix:///var/run/crio/crio.sock", ""), ("", "unix:///run/cri-dockerd.sock")] {
        let (built, diags) = over(SPEC, &file(init, kubelet));
        assert!(built.is_none());
        let (code, labels) = labels(&diags, "the container runtime is `containerd`");
        assert_eq!((code, labels[1].1.trim_matches('"')), ("owner-contradiction", format!("{init}{kubelet}").as_str()));
    }
    let (built, diags) = over(SPEC, &file("unix:///run/k3s/containerd/containerd.sock", OWN));
    let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
    assert!(
        text_of(&diags)
            .contains("`InitConfiguration/nodeRegistration/criSocket` is carried and needs your eyes: it is not where")
    );
    assert!(
        text_of(&diags).contains("`KubeletConfiguration/containerRuntimeEndpoint` is carried and needs your eyes: kubeadm and")
    );
    let socket: Vec<_> = built.settings.iter().filter(|(key, _)| key.text() == "runtime/socket").collect();
    assert_eq!(socket.len(), 1, "a change of it shows in a comparison of builds");
    assert_eq!(socket[0].1.value, "/run/k3s/containerd/containerd.sock");
    assert_eq!(socket[0].0.impact().into_iter().map(|impact| impact.name()).collect::<Vec<_>>(), ["rolls"]);
}

#[test]
fn volumes_are_mounted_each_at_a_path_of_its_own() {
    let volumes = |section: &str, list: &[(&str, &str, &str)]| {
        let item = |(name, host, mount): &(&str, &str, &str)| {
            format!("{{ name: {name}, hostPath: {host}, mountPath: {mount}, readOnly: true, pathType: Directory }}")
        };
        let list: Vec<String> = list.iter().map(item).collect();
        let owner = networking("10.244.0.0/16", "10.96.0.0/16");
        over(SPEC, &format!("{owner}{section}: {{ extraVolumes: [{}] }}\n", list.join(", ")))
    };
    for (section, list, part) in [
        ("apiServer", &[("a", "/srv/x", "/srv/x"), ("b", "/srv/y", "/srv/x")][..], "volume `a` is mounted at `/srv/x` too"),
        ("apiServer", &[("a", "/srv/x", "/srv/x"), ("b", "/srv/y", "/srv//x/")], "volume `a` is mounted at `/srv/x` too"),
        ("apiServer", &[("certs", "/etc/ssl/certs", "/etc/ssl/certs")], "kubeadm mounts `/etc/ssl/certs` itself"),
        ("apiServer", &[("pki", "/etc/kubernetes/pki", "/etc/kubernetes/pki")], "kubeadm mounts `/etc/kubernetes/pki` itself"),
        (
            "controllerManager",
            &[("more", "/usr/share/ca-certificates", "/usr/share/ca-certificates")],
            "kubeadm mounts `/usr/share/ca-certificates` itself",
        ),
    ] {
        let (built, diags) = volumes(section, list);
        assert!(built.is_none(), "{part}");
        assert_eq!(labels(&diags, part).0, "owner-unusable");
        assert!(!labels(&diags, part).1.is_empty(), "{part}");
    }
    // Under the name that kubeadm gives it a volume stands in the place of kubeadm's, and another folder is nobody's.
    for (section, list) in [
        ("apiServer", &[("ca-certs", "/etc/ssl/certs", "/etc/ssl/certs")][..]),
        ("apiServer", &[("more", "/etc/ssl/certs", "/etc/ssl/certs"), ("ca-certs", "/srv/certs", "/srv/certs")]),
        ("apiServer", &[("pki", "/etc/pki/tls/certs", "/etc/pki/tls/certs")]),
        ("scheduler", &[("certs", "/etc/ssl/certs", "/etc/ssl/certs")]),
    ] {
        let (built, diags) = volumes(section, list);
        assert!(built.is_some(), "{list:?}: {}", text_of(&diags));
    }
}

#[test]
fn what_programs_refuse_of_flags_is_refused() {
    let given = |section: &str, name: &str, value: &str| {
        let owner = networking("10.244.0.0/16", "10.96.0.0/16");
        let argument = format!("extraArgs: [{{ name: {name}, value: \"{value}\" }}]");
        let section = match section {
            "etcd" => format!("etcd: {{ local: {{ {argument} }} }}\n"),
            section => format!("{section}: {{ {argument} }}\n"),
        };
        over(SPEC, &format!("{owner}{section}"))
    };
    for (section, name, value) in [
        ("apiServer", "client-ca-file", "pki/ca.crt"),
        ("apiServer", "egress-selector-config-file", "/etc/kubernetes/pki/../../foo/e.yaml"),
        ("apiServer", "requestheader-client-ca-file", "/etc/kubernetes/pki/../pki/ca.crt"),
        ("apiServer", "requestheader-client-ca-file", "/etc/kubernetes//pki/ca.crt"),
        ("controllerManager", "root-ca-file", "ca.crt"),
        ("scheduler", "kubeconfig", "./scheduler.conf"),
        ("etcd", "trusted-ca-file", "ca.crt"),
        ("apiServer", "audit-log-format", "xml"),
        ("apiServer", "emulated-version", "1.20"),
        ("apiServer", "service-account-max-token-expiration", "10m"),
    ] {
        let (built, diags) = given(section, name, value);
        assert!(built.is_none(), "{name}={value}");
        let (code, labels) = labels(&diags, name);
        assert_eq!((code, labels[0].1.trim_matches('"')), ("owner-value", value), "{}", text_of(&diags));
    }
    // The probes of the pod ask the port that kubeadm knows.
    for (value, taken) in [("443", false), ("6443", true)] {
        let (built, diags) = given("apiServer", "secure-port", value);
        assert_eq!(built.is_some(), taken, "{value}: {}", text_of(&diags));
        assert_eq!(text_of(&diags).contains("owner-unusable"), !taken);
    }
}

/// A port of 0 is kubeadm's own choice, for everybody who asks for it.
#[test]
fn a_bind_port_of_nothing_is_kubeadms() {
    let init = |port: u16| {
        let documents = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n";
        format!("{}{documents}localAPIEndpoint: {{ bindPort: {port} }}\n", networking("10.244.0.0/16", "10.96.0.0/16"))
    };
    for (port, opened) in [(0, "6443"), (7443, "7443")] {
        let (built, diags) = over(SPEC, &init(port));
        let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
        let rules = built.artifacts.iter().find(|file| file.path.as_str() == "nodes/cp/files/etc/harden/node.nft");
        let text = rules.expect("rules").text();
        let opens = |number: &str| text.contains(&format!("tcp dport {number} accept"));
        assert!(opens(opened) && !opens("0"), "{port}: {text}");
    }
}

/// kubeadm names files below the folder by their shortest path; the tree names the folder so too.
#[test]
fn the_folder_of_certificates_is_named_by_its_shortest_path() {
    let owner = networking("10.244.0.0/16", "10.96.0.0/16");
    let (built, diags) = over(SPEC, &format!("{owner}certificatesDir: /etc/kubernetes/pki/.././ssl/\n"));
    let built = built.unwrap_or_else(|| panic!("{}", text_of(&diags)));
    let lines = || built.artifacts.iter().flat_map(|artifact| artifact.lines.iter().map(|(text, _)| text));
    assert!(lines().any(|line| line.trim() == "certificatesDir: /etc/kubernetes/ssl"));
    assert!(lines().any(|line| line.contains("--client-ca-file=/etc/kubernetes/ssl/ca.crt")));
    assert!(!lines().any(|line| line.contains("=/etc/kubernetes/pki/")));
}
