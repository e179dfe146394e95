//! Observers over files that harden did not write: other installers' pods, older documents, and text of any kind.

use harden::{
    facts::{ConfigKind, KubeadmKind, Program},
    plan::{SettingKey, Topic},
    targets::{Form, Observed, Seen, Sighting},
};

use crate::support::{files, root};

fn read(name: &str, text: &str) -> Observed {
    let mut observed = Observed::default();
    observed.read(name, text);
    observed
}

fn one(name: &str, text: &str, form: Form) -> Sighting {
    let observed = read(name, text);
    assert!(observed.problems.is_empty(), "{:?}", observed.problems);
    let found = observed.of(form).next();
    found.unwrap_or_else(|| panic!("no {form:?} in {:?}", observed.sightings)).clone()
}

fn flag(name: &str) -> SettingKey {
    SettingKey::Flag(Program::KubeApiserver, name.to_owned())
}

/// The values of a setting, or why there are none.
fn seen(sighting: &Sighting, key: &SettingKey) -> String {
    match sighting.seen(key) {
        Seen::Known(values, place) => format!("{} at {}:{}", values.join(" + "), place.position().line, place.position().column),
        Seen::Absent => "absent".to_owned(),
        Seen::Unknown => "unknown".to_owned(),
    }
}

const POD: &str = r#"
apiVersion: v1
kind: Pod
metadata: { name: kube-apiserver, namespace: kube-system }
spec:
  containers:
    - name: proxy
      image: registry.example.com/health:1
      command: [/health, --profiling=true]
    - name: kube-apiserver
      image: registry.k8s.io/kube-apiserver:v1.30.2
      command: ["kube-apiserver"]
      args:
        - --profiling=false
        - --secure-port
        - "6443"
        - --allow-privileged
        - --enable-admission-plugins=NodeRestriction
        - --enable-admission-plugins=PodSecurity
        - --advertise-address=$(HOST_IP)
        - --service-account-issuer=$(ISSUER)
        - '--audit_log_path="/var/log/audit.log"'
      env:
        - { name: HOST_IP, valueFrom: { fieldRef: { fieldPath: status.hostIP } } }
        - { name: ISSUER, value: "https://issuer.example.com" }
      volumeMounts:
        - { name: audit, mountPath: /var/log, readOnly: false }
        - { name: pki, mountPath: /etc/kubernetes/pki, readOnly: true }
        - { name: scratch, mountPath: /tmp }
  volumes:
    - { name: audit, hostPath: { path: /data/audit, type: DirectoryOrCreate } }
    - { name: pki, hostPath: { path: /etc/kubernetes/pki } }
    - { name: scratch, emptyDir: {} }
"#;

#[test]
fn a_pod_of_another_installer() {
    let pod = one("pod.yaml", POD, Form::Pod(Program::KubeApiserver));
    for (name, says) in [
        ("profiling", "false at 14:11"),
        ("secure-port", "6443 at 16:11"),
        ("allow-privileged", "true at 17:11"),
        ("enable-admission-plugins", "NodeRestriction + PodSecurity at 18:11"),
        ("advertise-address", "unknown"),
        ("service-account-issuer", "https://issuer.example.com at 21:11"),
        // No shell takes these quotes away.
        ("audit-log-path", "\"/var/log/audit.log\" at 22:11"),
        ("anonymous-auth", "absent"),
    ] {
        assert_eq!(seen(&pod, &flag(name)), says, "{name}");
    }
    let mount = |path: &str| seen(&pod, &SettingKey::Mount(Program::KubeApiserver, path.to_owned()));
    assert_eq!(mount("/var/log"), "/data/audit rw DirectoryOrCreate at 27:11");
    assert_eq!(mount("/etc/kubernetes/pki"), "/etc/kubernetes/pki ro  at 28:11");
    assert_eq!(mount("/etc/kubernetes/audit"), "absent");
    assert_eq!(seen(&pod, &SettingKey::Flag(Program::Etcd, "name".to_owned())), "unknown", "another program's flag");
    assert_eq!(pod.others["image"].text, "registry.k8s.io/kube-apiserver:v1.30.2");
}

#[test]
fn a_program_behind_a_shell_or_only_in_the_image() {
    let shell =
        POD.replace("command: [\"kube-apiserver\"]", "command: [/bin/sh, -c, 'exec kube-apiserver --anonymous-auth=false 2>&1']");
    let shell = shell.split("      args:").next().unwrap().to_owned();
    assert_eq!(seen(&one("pod.yaml", &shell, Form::Pod(Program::KubeApiserver)), &flag("anonymous-auth")), "false at 12:30");
    let image = POD.replace("      command: [\"kube-apiserver\"]\n", "");
    assert_eq!(seen(&one("pod.yaml", &image, Form::Pod(Program::KubeApiserver)), &flag("profiling")), "false at 13:11");
    let other = read("pod.yaml", "apiVersion: v1\nkind: Pod\nspec: { containers: [{ name: x, image: nginx }] }\n");
    assert_eq!((other.sightings.len(), other.unread.as_slice()), (0, &["pod.yaml".to_owned()][..]));
}

#[test]
fn older_documents_of_kubeadm() {
    let text = "
apiVersion: kubeadm.k8s.io/v1beta3
kind: ClusterConfiguration
apiServer:
  extraArgs:
    profiling: \"false\"
    audit-log-maxage: \"30\"
  extraVolumes:
  - { name: audit, hostPath: /a, mountPath: /b, readOnly: true, pathType: File }
  certSANs: [x.example.com]
";
    let document = one("kubeadm.yaml", text, Form::Kubeadm(KubeadmKind::Cluster));
    assert_eq!(seen(&document, &flag("profiling")), "false at 6:16");
    assert_eq!(seen(&document, &SettingKey::Mount(Program::KubeApiserver, "/b".to_owned())), "/a ro File at 9:45");
    // kubeadm decides what it is not told.
    assert_eq!(seen(&document, &flag("anonymous-auth")), "unknown");
    assert_eq!(document.others["/apiServer/certSANs/0"].text, "x.example.com");
    assert_eq!(document.others["/apiVersion"].text, "kubeadm.k8s.io/v1beta3");
}

#[test]
fn a_configuration_inside_another() {
    let text = "
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: { enforce: privileged, enforce-version: latest }
    exemptions: { usernames: [system:serviceaccount:x:y], namespaces: [kube-system] }
- { name: ImagePolicyWebhook, path: webhook.yaml }
";
    let observed = read("admission.yaml", text);
    let inner = observed.of(Form::Configuration(ConfigKind::PodSecurity)).next().unwrap();
    let part = |part: &str| SettingKey::Part(Topic::Admission, part.to_owned());
    assert_eq!(seen(inner, &part("pod-security/enforce")), "privileged at 9:26");
    assert_eq!(seen(inner, &part("pod-security/warn")), "absent");
    assert_eq!(seen(inner, &part("pod-security/exempt/kube-system")), "kube-system at 10:72");
    assert_eq!(inner.others["/exemptions/usernames/0"].text, "system:serviceaccount:x:y");
    let outer = observed.of(Form::Configuration(ConfigKind::Admission)).next().unwrap();
    assert_eq!(outer.others["plugins/ImagePolicyWebhook"].text, "webhook.yaml");
}

/// A key that stands in a file is seen, and never shown.
#[test]
fn keys_are_hidden() {
    let text = "
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aescbc: { keys: [{ name: one, secret: c2VjcmV0IGlzIHNlY3JldA== }] }
  - identity: {}
";
    let observed = read("encryption.yaml", text);
    assert!(!format!("{observed:?}").contains("c2VjcmV0"), "{observed:?}");
    let file = observed.of(Form::Configuration(ConfigKind::Encryption)).next().unwrap();
    assert_eq!(seen(file, &SettingKey::Part(Topic::Encryption, "stage".to_owned())), "write at 7:5");
}

/// Whatever a file holds, observers end without a panic.
#[test]
fn spoiled_text_ends_in_an_answer() {
    let mut texts: Vec<(String, String)> = files(&root().join("golden/build"))
        .into_iter()
        .filter(|(name, _)| name.contains("three-nodes") && (name.ends_with(".yaml") || name.ends_with(".flags")))
        .map(|(name, bytes)| (name, String::from_utf8(bytes).unwrap()))
        .collect();
    texts.push(("pod.yaml".to_owned(), POD.to_owned()));
    assert!(texts.len() > 20, "{}", texts.len());
    let mut state: u64 = 7;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below.max(1)
    };
    let scraps =
        ["- ", ": ", "[", "]", "{", "}", "\"", "'", "\n", "  ", "null", "--", "=", "$(", "0x1", "&a", "*a", "|", "é", "#"];
    for (name, text) in &texts {
        for _ in 0..40 {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            for _ in 0..1 + random(3) {
                let at = random(lines.len());
                let line = &mut lines[at];
                let cut = line.char_indices().map(|(n, _)| n).nth(random(line.chars().count())).unwrap_or(0);
                match random(4) {
                    0 => line.truncate(cut),
                    1 => line.insert_str(cut, scraps[random(scraps.len())]),
                    2 => *line = scraps[random(scraps.len())].to_owned(),
                    _ => _ = lines.remove(at),
                }
            }
            let observed = read(name, &lines.join("\n"));
            for sighting in &observed.sightings {
                for (key, values) in &sighting.settings {
                    assert!(!values.is_empty(), "{key}");
                }
            }
        }
    }
}
