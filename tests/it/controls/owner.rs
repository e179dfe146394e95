//! Controls over what the owner of a cluster has set.

use harden::{
    controls::CATALOGUE,
    plan::{Outcome, OwnerField, Plan, Program},
};

use super::{api_server, outcome, plan_over, small};

pub(super) const OWNER: &str = "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
apiServer:
  extraArgs:
";

/// A plan of the baseline, or of more, over arguments of the owner: `name=value`.
fn over(arguments: &[&str], more: &str) -> Result<Plan, Vec<&'static str>> {
    let lines = arguments.iter().filter_map(|argument| argument.split_once('='));
    let lines: String = lines.map(|(name, value)| format!("  - {{ name: {name}, value: \"{value}\" }}\n")).collect();
    let text = small("baseline", more).replace("      podSubnets:", "      config: live.yaml\n      podSubnets:");
    plan_over(&text, None, &format!("{OWNER}{lines}"))
}

#[test]
fn what_the_owner_opened_is_closed() {
    let plan = over(
        &[
            "token-auth-file=/etc/kubernetes/tokens.csv",
            "authorization-mode=AlwaysAllow,Webhook",
            "authorization-webhook-config-file=/etc/kubernetes/pki/webhook.yaml",
            "disable-admission-plugins=ServiceAccount,NamespaceLifecycle,PodSecurity,DefaultStorageClass",
            "enable-admission-plugins=PodNodeSelector",
            "requestheader-allowed-names=",
            "profiling=true",
            "service-account-lookup=false",
        ],
        "",
    )
    .unwrap();
    for (flag, value) in [
        ("token-auth-file", None),
        ("authorization-mode", Some("Node,RBAC,Webhook")),
        ("disable-admission-plugins", Some("DefaultStorageClass")),
        ("enable-admission-plugins", Some("PodNodeSelector,NodeRestriction")),
        ("requestheader-allowed-names", Some("front-proxy-client")),
        ("profiling", Some("false")),
        ("service-account-lookup", Some("true")),
    ] {
        assert_eq!(api_server(&plan, flag).as_deref(), value, "{flag}");
    }
    let fate = |flag: &str| plan.owner.iter().find(|note| note.field.ends_with(flag)).unwrap().fate;
    assert_eq!(fate("/token-auth-file"), OwnerField::Refused);
    assert_eq!(fate("/authorization-mode"), OwnerField::Overridden);
}

/// Where the owner's value is not the installer's, the change costs what it costs, although kubeadm alone would write the same.
#[test]
fn what_is_taken_from_the_owner_has_its_impact() {
    let sections = "apiServer: { extraArgs: [{ name: authorization-mode, value: AlwaysAllow }, { name: profiling, value: \"false\" }, \
         { name: enable-admission-plugins, value: PodNodeSelector }] }\n\
         controllerManager: { extraArgs: [{ name: use-service-account-credentials, value: \"false\" }, { name: bind-address, value: 0.0.0.0 }] }\n\
         scheduler: { extraArgs: [{ name: bind-address, value: 127.0.0.1 }] }\n\
         etcd: { local: { extraArgs: [{ name: client-cert-auth, value: \"false\" }, { name: peer-client-cert-auth, value: \"true\" }] } }\n";
    let kubelet = "authentication: { anonymous: { enabled: true } }\nauthorization: { mode: AlwaysAllow }\nrotateCertificates: false\ncgroupDriver: cgroupfs\n";
    let theirs = over_documents(&format!("{sections}{KUBELET}{kubelet}")).unwrap();
    let nobodys = over(&[], "").unwrap();
    let impact = |plan: &Plan, key: &str, control: &str| -> String {
        let control = CATALOGUE.iter().find(|known| known.id == control).unwrap().id();
        plan.impact(&key.parse().unwrap(), Some(control)).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    for (key, control, expected) in [
        ("apiserver/flag/authorization-mode", "apiserver/authorization-mode", "restarts kube-apiserver"),
        ("apiserver/flag/enable-admission-plugins", "admission/node-restriction", "refuses kubelets that write other nodes"),
        (
            "controller-manager/flag/use-service-account-credentials",
            "controller-manager/service-account-credentials",
            "restarts kube-controller-manager",
        ),
        ("controller-manager/flag/bind-address", "controller-manager/bind-address", "answers its own host alone"),
        ("etcd/flag/client-cert-auth", "etcd/client-tls", "restarts etcd"),
        ("kubelet/field/authentication.anonymous.enabled", "kubelet/anonymous", "answers 401"),
        ("kubelet/field/authorization.mode", "kubelet/authorization", "restarts kubelet"),
        ("kubelet/field/rotateCertificates", "kubelet/rotate-certificates", "restarts kubelet"),
        ("kubelet/field/cgroupDriver", "runtime/cgroup-driver", "restarts kubelet"),
    ] {
        assert!(impact(&theirs, key, control).starts_with(expected), "{key}: {}", impact(&theirs, key, control));
        assert_eq!(impact(&nobodys, key, control), "none", "{key}");
    }
    for (key, control) in [
        ("apiserver/flag/profiling", "apiserver/profiling"),
        ("etcd/flag/peer-client-cert-auth", "etcd/peer-tls"),
        ("scheduler/flag/bind-address", "scheduler/bind-address"),
    ] {
        assert_eq!(impact(&theirs, key, control), "none", "{key}: the owner has it already");
    }
}

/// The runtime gets the systemd driver, so the kubelets do, whatever the owner's file or flag says.
#[test]
fn runtime_and_kubelet_share_a_cgroup_driver() {
    let flag = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n\
         nodeRegistration: { kubeletExtraArgs: [{ name: cgroup-driver, value: cgroupfs }] }\n";
    for documents in [format!("{KUBELET}cgroupDriver: cgroupfs\n"), flag.to_owned()] {
        let plan = over_documents(&documents).unwrap();
        let kubelet = plan.component(Program::Kubelet);
        assert_eq!(kubelet.fields["cgroupDriver"].value, "systemd", "{documents}");
        assert_eq!(kubelet.flag_text("cgroup-driver"), None, "{documents}");
        let runtime = "runtime/containerd/runtime/containerd.runtimes.runc.options.SystemdCgroup";
        assert_eq!(plan.pools["workers"].file_rules[runtime].value, "true");
        let note = plan.owner.iter().find(|note| note.field.to_lowercase().replace('-', "").ends_with("/cgroupdriver")).unwrap();
        assert_ne!(note.fate, OwnerField::Refused, "{documents}");
    }
}

#[test]
fn what_the_owner_chose_and_is_sound_stays() {
    let mine = ["client-ca-file=/etc/kubernetes/pki/my-ca.crt", "request-timeout=5m", "tls-min-version=VersionTLS13"];
    let plan = over(&mine, "").unwrap();
    for argument in mine {
        let (flag, value) = argument.split_once('=').unwrap();
        assert_eq!(api_server(&plan, flag).as_deref(), Some(value), "{flag}");
    }
    assert_eq!(api_server(&plan, "tls-cipher-suites"), None, "suites beside TLS 1.3");
    assert_eq!(outcome(&plan, "apiserver/request-timeout"), Outcome::Weaker);
    let one = over(&["bind-address=192.0.2.1"], "").unwrap();
    assert_eq!(api_server(&one, "bind-address"), None, "the address of one node would stand in every node's manifest");
}

#[test]
fn the_only_plugin_that_is_switched_off_takes_the_flag_with_it() {
    let plan = over(&["disable-admission-plugins=ServiceAccount"], "").unwrap();
    assert_eq!(api_server(&plan, "disable-admission-plugins"), None);
}

/// Nothing that Gatekeeper says counts where the API server is told to ask nobody.
#[test]
fn what_asks_gatekeeper_stays_on() {
    let off = "disable-admission-plugins=ValidatingAdmissionWebhook,MutatingAdmissionWebhook,ValidatingAdmissionPolicy,\
        MutatingAdmissionPolicy,DefaultStorageClass";
    let more = "  controls: { policy/privileged: { apply: true } }\n  \
         policies: { engines: { gatekeeper: { version: \"3.20\", installed: values } }, failure: closed }\n";
    let left = api_server(&over(&[off], more).unwrap(), "disable-admission-plugins").unwrap();
    assert_eq!(left, "MutatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy,DefaultStorageClass");
    let nobody = api_server(&over(&[off], "").unwrap(), "disable-admission-plugins").unwrap();
    assert!(nobody.starts_with("ValidatingAdmissionWebhook,"), "no policy rests on it: {nobody}");
}

/// A plan over whole documents of the owner, after the type of the ClusterConfiguration.
fn over_documents(documents: &str) -> Result<Plan, Vec<&'static str>> {
    let text = small("baseline", "").replace("      podSubnets:", "      config: live.yaml\n      podSubnets:");
    plan_over(&text, None, &format!("{}{documents}", OWNER.split_once("apiServer").unwrap().0))
}

const KUBELET: &str = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

#[test]
fn what_undoes_a_control_is_left_behind() {
    let sections = "apiServer:\n  extraArgs:\n  - { name: authorization-mode, value: \"ABAC,Node,RBAC\" }\n  \
         - { name: authorization-policy-file, value: /etc/kubernetes/pki/abac.json }\n  \
         - { name: requestheader-username-headers, value: X-Evil }\n  \
         extraVolumes:\n  - { name: a, hostPath: /, mountPath: /host }\n  - { name: b, hostPath: /srv, mountPath: /etc/kubernetes/audit }\n  \
         - { name: k8s-certs, hostPath: /srv, mountPath: /etc/kubernetes/pki }\n  - { name: c, hostPath: //var/run/docker.sock, mountPath: /d }\n  \
         - { name: d, hostPath: /var/lib/etcd/member, mountPath: /e }\n  - { name: e, hostPath: /srv, mountPath: /usr/local/bin }\n  \
         extraEnvs: [{ name: TOKEN, value: hunter2 }, { name: NO_PROXY, value: 192.0.2.0/24 }, { name: HTTPS_PROXY, value: \"http://u:hunter2@p\" }]\n\
         scheduler: { extraArgs: [{ name: authorization-always-allow-paths, value: \"/healthz,/*\" }] }\n\
         controllerManager: { extraArgs: [{ name: authorization-always-allow-paths, value: /metrics }, { name: cluster-cidr, value: \"Bearer hunter2\" }] }\n\
         etcd: { local: { extraArgs: [{ name: force-new-cluster, value: \"true\" }, { name: listen-metrics-urls, value: \"http://0.0.0.0:2381\" }, \
         { name: config-file, value: /x }], extraEnvs: [{ name: ETCD_CLIENT_CERT_AUTH, value: \"false\" }] } }\n";
    let kubelet = "staticPodURL: http://192.0.2.9/\nstaticPodURLHeader: { Authorization: [hunter2] }\nstaticPodPath: /srv\nallowedUnsafeSysctls: [\"*\"]\n";
    let others = "---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: userspace\n---\n\
         apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\npatches: { directory: /srv }\nnodeRegistration: { kubeletExtraArgs: [{ name: manifest-url, value: http://x/ }] }\n";
    let plan = over_documents(&format!("{sections}{KUBELET}{kubelet}{others}")).unwrap();
    let refused: Vec<&str> = plan.owner.iter().filter(|n| n.fate == OwnerField::Refused).map(|n| n.field.as_str()).collect();
    for field in [
        "apiServer/extraArgs/authorization-mode",
        "apiServer/extraArgs/authorization-policy-file",
        "apiServer/extraArgs/requestheader-username-headers",
        "apiServer/extraVolumes/a",
        "apiServer/extraVolumes/b",
        "apiServer/extraVolumes/k8s-certs",
        "apiServer/extraVolumes/c",
        "apiServer/extraVolumes/d",
        "apiServer/extraVolumes/e",
        "apiServer/extraEnvs/TOKEN",
        "apiServer/extraEnvs/HTTPS_PROXY",
        "scheduler/extraArgs/authorization-always-allow-paths",
        "controllerManager/extraArgs/authorization-always-allow-paths",
        "controllerManager/extraArgs/cluster-cidr",
        "etcd/local/extraArgs/force-new-cluster",
        "etcd/local/extraArgs/listen-metrics-urls",
        "etcd/local/extraArgs/config-file",
        "etcd/local/extraEnvs/ETCD_CLIENT_CERT_AUTH",
        "KubeletConfiguration/staticPodURL",
        "KubeletConfiguration/staticPodURLHeader",
        "KubeletConfiguration/staticPodPath",
        "KubeletConfiguration/allowedUnsafeSysctls",
        "KubeProxyConfiguration/mode",
        "InitConfiguration/patches",
        "InitConfiguration/nodeRegistration/kubeletExtraArgs/manifest-url",
    ] {
        assert!(refused.iter().any(|refused| refused.ends_with(field)), "{field} is not among {refused:#?}");
    }
    assert_eq!(api_server(&plan, "authorization-mode").as_deref(), Some("Node,RBAC"));
    let tree: String = harden::targets::emit(&plan).iter().map(|artifact| artifact.text()).collect();
    for gone in ["hunter2", "X-Evil", "ETCD_CLIENT_CERT_AUTH", "/srv", "docker.sock", "force-new-cluster", "userspace"] {
        assert!(!tree.contains(gone), "{gone} stands in the tree");
    }
    assert!(tree.contains("NO_PROXY") && plan.owner.iter().all(|note| !note.value.contains("hunter2")));
}

#[test]
fn what_the_cluster_may_rest_on_is_not_left_out() {
    for wrong in [
        "apiServer: { extraArgs: [{ name: etcd-servers, value: \"http://127.0.0.1:2379\" }] }\n",
        "apiServer: { extraArgs: [{ name: etcd-servers, value: \"https://192.0.2.99:2379\" }] }\n",
        "apiServer: { extraArgs: [{ name: etcd-servers-overrides, value: \"/events#http://192.0.2.9:2379\" }] }\n",
        "apiServer: { extraVolumes: [{ name: A, hostPath: /srv, mountPath: /srv }] }\n",
        "apiServer: { extraVolumes: [{ name: a, hostPath: ../.., mountPath: rel }] }\n",
        "etcd: { external: { endpoints: [\"http://192.0.2.9:2379\"], caFile: /etc/e/ca, certFile: /etc/e/c, keyFile: /etc/e/k } }\n",
        "etcd: { external: { endpoints: [\"https://192.0.2.9:2379\"], caFile: /ca, certFile: /etc/e/c, keyFile: /etc/e/k } }\n",
    ] {
        assert_eq!(over_documents(wrong).map(|_| ()), Err(vec!["owner-unusable"]), "{wrong}");
    }
    let same = "apiServer: { extraArgs: [{ name: etcd-servers, value: \"https://127.0.0.1:2379\" }] }\n";
    assert!(over_documents(same).is_ok());
}

#[test]
fn a_character_that_nobody_sees_stops_the_build() {
    for wrong in [
        "apiServer: { extraArgs: [{ name: event-ttl, value: \"1h\\n--token-auth-file=/x\" }] }\n",
        "clusterName: \"a\\0\"\n",
        "imageRepository: \"a\\u202Eb\"\n",
        "apiServer: { certSANs: [\"a\\u2028b\"] }\n",
        "apiServer: { extraVolumes: [{ name: a, hostPath: \"/a\\x9b\", mountPath: /a }] }\n",
        "apiServer: { extraEnvs: [{ name: \"NO_PROXY\\n\", value: a }] }\n",
    ] {
        assert_eq!(over_documents(wrong).map(|_| ()).map_err(|codes| codes[0]), Err("owner-control-character"), "{wrong}");
    }
}
