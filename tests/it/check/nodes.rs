//! Copies of nodes: where static pods lie, and how the kubelet is started.

use serde_json::Value;

use super::evasions::{KUBELET, POD, by_spec, says};

const UNIT: &str = "node/usr/lib/systemd/system/kubelet.service";

/// What a build writes is not needed here: the fields that the smallest spec asks for.
fn config() -> String {
    format!(
        "{KUBELET}authentication: {{ anonymous: {{ enabled: false }}, webhook: {{ enabled: true }}, x509: {{ clientCAFile: /etc/kubernetes/pki/ca.crt }} }}\n\
         authorization: {{ mode: Webhook }}\nrotateCertificates: true\nreadOnlyPort: 0\ncgroupDriver: systemd\n"
    )
}

fn messages(found: &Value) -> String {
    let list = |name: &str| found[name].as_array().unwrap().iter().map(|one| one["message"].to_string()).collect::<Vec<_>>();
    format!("{:?}", [list("findings"), list("unknown")])
}

#[test]
fn static_pods_are_judged_wherever_the_kubelet_looks_for_them() {
    let by_file = format!("{}staticPodPath: /srv//pods/\n", config());
    let by_flag = "KUBELET_KUBEADM_ARGS=\"--pod-manifest-path=/srv/pods\"\n";
    let config = config();
    let plain = ("node/var/lib/kubelet/config.yaml", config.as_str());
    for told in [
        &[("apps/node/var/lib/kubelet/config.yaml", by_file.as_str())][..],
        &[("apps/node/var/lib/kubelet/config.yaml", config.as_str()), ("apps/node/var/lib/kubelet/kubeadm-flags.env", by_flag)],
    ] {
        let pods = [("apps/node/srv/pods/x.bak", POD), ("apps/node/etc/kubernetes/manifests/y.bak", POD)];
        let (code, found) = by_spec(&[told, &pods[..]].concat());
        assert!(says(&found["findings"], "apps/node/srv/pods/x.bak", "the kubelet starts it"), "{found}");
        assert!(
            says(&found["summary"]["skipped"], "apps/node/etc/kubernetes/manifests/y.bak", "no program of the node"),
            "{found}"
        );
        assert!(code == Some(1) && !messages(&found).contains("folder of static pods"), "{found}");
        // A folder that the copy lacks cannot be told.
        let (_, found) = by_spec(told);
        assert!(messages(&found).contains("`/srv/pods` is the folder of static pods, and no file of it"), "{found}");
    }
    let (code, found) = by_spec(&[(&format!("apps/{}", plain.0), plain.1), ("apps/node/srv/pods/x.bak", POD)]);
    assert!(code == Some(0) && !found.to_string().contains("srv/pods"), "{found}");
}

/// Whoever answers at an address of pods runs any pod on the node: no control asks, and it is a finding all the same.
#[test]
fn pods_from_an_address_are_a_finding() {
    let file = format!("{}staticPodURL: http://pods.example/x\n", config());
    let (code, found) = by_spec(&[("apps/kubelet.yaml", &file)]);
    assert!(code == Some(1) && says(&found["findings"], "apps/kubelet.yaml", "runs any pod on every node"), "{found}");
    let flag = "KUBELET_KUBEADM_ARGS=\"--manifest-url=http://pods.example/x\"\n";
    let node =
        [("apps/node/var/lib/kubelet/config.yaml", config()), ("apps/node/var/lib/kubelet/kubeadm-flags.env", flag.to_owned())];
    let node: Vec<(&str, &str)> = node.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let (code, found) = by_spec(&node);
    assert!(code == Some(1) && found["findings"].to_string().contains("runs any pod on every node"), "{found}");
}

/// Drop-ins are read in the folder that the kubelet is told, and may tell the folder of static pods.
#[test]
fn drop_ins_are_judged_wherever_the_kubelet_looks_for_them() {
    let config = config();
    let unit = "[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml --config-dir=/srv/kubelet.d\n";
    let node =
        [("apps/node/var/lib/kubelet/config.yaml", config.as_str()), ("apps/node/usr/lib/systemd/system/kubelet.service", unit)];
    let open = format!("{KUBELET}readOnlyPort: 10255\nstaticPodPath: /srv/pods\n");
    let here = [("apps/node/srv/kubelet.d/9.conf", open.as_str()), ("apps/node/srv/pods/x.bak", POD)];
    let (code, found) = by_spec(&[&node[..], &here[..]].concat());
    assert!(code == Some(1) && says(&found["findings"], "apps/node/srv/kubelet.d/9.conf", "10255"), "{found}");
    assert!(says(&found["findings"], "apps/node/srv/pods/x.bak", "the kubelet starts it"), "{found}");
    let (_, found) = by_spec(&node);
    assert!(messages(&found).contains("`/srv/kubelet.d` is the kubelet's folder of drop-ins, and no file of it"), "{found}");
}

/// The command line as systemd and a shell make it.
#[test]
fn a_kubelet_behind_a_shell_or_a_wrapper_is_judged() {
    let config = config();
    for start in [
        "/usr/bin/kubelet --anonymous-auth=true --config=/var/lib/kubelet/config.yaml",
        "-/usr/bin/kubelet --anonymous-auth=true --config=/var/lib/kubelet/config.yaml",
        "@/usr/bin/kubelet kubelet --anonymous-auth --config /var/lib/kubelet/config.yaml",
        "/bin/sh -c \"exec /usr/bin/kubelet --anonymous-auth=True --config=/var/lib/kubelet/config.yaml\"",
        "/bin/sh -c \"exec /usr/bin/kubelet $ARGS\"\nEnvironment=\"ARGS=--anonymous-auth=true --config=/var/lib/kubelet/config.yaml\"",
        "/usr/bin/env A=1 /usr/bin/kubelet --anonymous-auth=true --config=/var/lib/kubelet/config.yaml",
    ] {
        let unit = format!("[Service]\nExecStart={start}\n");
        let (_, found) = by_spec(&[(&format!("apps/{UNIT}"), &unit), ("apps/node/var/lib/kubelet/config.yaml", &config)]);
        assert!(messages(&found).contains("`authentication.anonymous.enabled` is `true`"), "{start}: {found}");
        assert!(!messages(&found).contains("clientCAFile"), "{start}: {found}");
        assert!(!says(&found["summary"]["skipped"], "apps/node/var/lib/kubelet/config.yaml", ""), "{start}: {found}");
    }
}

#[test]
fn what_starts_no_kubelet_by_its_name_cannot_be_told() {
    let config = config();
    for (start, word) in [
        ("/usr/local/bin/k3s agent", "the unit of the kubelet starts `/usr/local/bin/k3s`"),
        ("/bin/sh -c \"cd / && exec kubelet\"", "the unit of the kubelet starts `/bin/sh`"),
        ("/bin/sh -c \"exec kubelet $UNKNOWN\"", "`$UNKNOWN` on the command line"),
    ] {
        let unit = format!("[Service]\nExecStart={start}\n");
        let (code, found) = by_spec(&[(&format!("apps/{UNIT}"), &unit), ("apps/node/var/lib/kubelet/config.yaml", &config)]);
        assert!(code == Some(0) && messages(&found).contains(word), "{start}: {found}");
        let skipped = &found["summary"]["skipped"];
        assert!(
            says(skipped, "apps/node/var/lib/kubelet/config.yaml", "what the kubelet of the node reads is not known"),
            "{found}"
        );
    }
}

#[test]
fn the_open_defaults_count_without_any_flag() {
    for start in ["/usr/bin/kubelet", "/usr/bin/kubelet --kubeconfig=/etc/kubernetes/kubelet.conf"] {
        let unit = format!("[Service]\nExecStart={start}\n");
        let (_, found) = by_spec(&[(&format!("apps/{UNIT}"), &unit)]);
        for word in
            ["`authorization.mode` is `AlwaysAllow`", "`authentication.anonymous.enabled` is `true`", "`readOnlyPort` is `10255`"]
        {
            assert!(messages(&found).contains(word), "{start}: {found}");
        }
    }
}

/// A flag comes before the file, whoever passes it on.
#[test]
fn flags_of_the_kubelet_are_held_against_its_fields() {
    let kubeadm = |version: &str, kind: &str, arguments: &str| {
        format!("apiVersion: kubeadm.k8s.io/{version}\nkind: {kind}\nnodeRegistration: {{ kubeletExtraArgs: {arguments} }}\n")
    };
    let list =
        "[{ name: anonymous-auth, value: \"true\" }, { name: read-only-port, value: \"10255\" }, { name: v, value: \"2\" }]";
    let map = "{ anonymous-auth: \"True\", read-only-port: \"10255\" }";
    let flags = "--anonymous-auth=true\n--read-only-port=10255\n";
    for (name, text) in [
        ("apps/join.yaml", kubeadm("v1beta4", "JoinConfiguration", list)),
        ("apps/init.yaml", kubeadm("v1beta4", "InitConfiguration", list)),
        ("apps/old.yaml", kubeadm("v1beta3", "JoinConfiguration", map)),
        ("apps/kubelet.flags", flags.to_owned()),
    ] {
        let (code, found) = by_spec(&[(name, &text)]);
        assert!(code == Some(1) && says(&found["findings"], name, "kubelet/anonymous"), "{text}{found}");
        assert!(messages(&found).contains("`--read-only-port` is `10255`, planned is `0`"), "{text}{found}");
    }
    let strict =
        "[{ name: anonymous-auth, value: F }, { name: authorization-mode, value: Webhook }, { name: max-pods, value: \"50\" }]";
    let (code, found) = by_spec(&[("apps/join.yaml", &kubeadm("v1beta4", "JoinConfiguration", strict))]);
    assert!(code == Some(0), "{found}");
    let other = "[{ name: config, value: /etc/other.yaml }]";
    let (_, found) = by_spec(&[("apps/join.yaml", &kubeadm("v1beta4", "JoinConfiguration", other))]);
    assert!(messages(&found).contains("has the kubelet read `/etc/other.yaml`"), "{found}");
}

/// kubeadm lays patches of three kinds over the kubelet's file and over static pods.
#[test]
fn patches_are_judged_by_what_they_say() {
    let pod = "spec: { containers: [{ name: kube-apiserver, command: [kube-apiserver, --profiling=true] }] }\n";
    let json = "[{ op: replace, path: /readOnlyPort, value: 10255 }]\n";
    for (name, text, word) in [
        ("apps/kubeletconfiguration0+merge.yaml", "readOnlyPort: 10255\n", "`readOnlyPort` is `10255`"),
        ("apps/kubeletconfiguration0+strategic.yaml", &format!("{KUBELET}readOnlyPort: 10255\n"), "`readOnlyPort` is `10255`"),
        ("apps/kubeletconfiguration1+json.yaml", json, "`readOnlyPort` is `10255`"),
        ("apps/kube-apiserver0+strategic.yaml", pod, "`--profiling` is `true`"),
    ] {
        let (code, found) = by_spec(&[(name, text)]);
        assert!(code == Some(1) && messages(&found).contains(word), "{name}: {found}");
        assert_eq!(found["findings"].as_array().unwrap().len(), 1, "{name}: {found}");
    }
    let (_, found) = by_spec(&[("apps/etcd.yaml", "replicas: 3\n")]);
    assert!(says(&found["summary"]["skipped"], "apps/etcd.yaml", "no Kubernetes object"), "{found}");
}
