//! kubeconfig files of a node: no lasting tokens, no file of the super administrator; modes and owners a copy does not keep.

use crate::{
    diag::{Severity, Span},
    plan::PoolRole,
    yaml::{self, Node as Yaml},
};

use super::{
    super::{Against, Findings, subject::Subject},
    Node,
};

/// What lets anybody in who has read it once.
const SECRETS: [&str; 3] = ["token", "tokenFile", "password"];

pub(super) fn judge(node: &Node<'_>, against: &Against<'_>, found: &mut Findings) {
    let asks = |rule: &str| against.plan.pools.values().any(|pool| pool.file_rules.contains_key(rule));
    let folder = "/etc/kubernetes/";
    let configs: Vec<&str> =
        node.below(folder).filter(|path| path.ends_with(".conf") && !path[folder.len()..].contains('/')).collect();
    for path in &configs {
        let Some(source) = node.text(path) else { continue };
        let Some(root) = yaml::read(source).into_iter().find_map(|document| document.root) else { continue };
        if root.get("kind").and_then(Yaml::as_str) != Some("Config") {
            continue;
        }
        node.mark(path);
        found.objects(source.name(), 1);
        let subject = Subject::of(1, &root, String::new());
        if *path == "/etc/kubernetes/super-admin.conf" && asks("presence/etc/kubernetes/super-admin.conf") {
            let message = "super-admin.conf lies on the node: it passes by every authorizer".to_owned();
            let fix = "move it to where it is kept for emergencies".to_owned();
            let place = source.place(Span::default());
            found.findings.push(subject.finding(against.plan, Some("kubeconfig/super-admin"), place, message, fix));
        }
        if asks("content/etc/kubernetes/*.conf") {
            tokens(&root, &subject, against, found);
        }
    }
    let control_plane = node.below("/etc/kubernetes/manifests/").next().is_some();
    let rules: usize = against
        .plan
        .pools
        .values()
        .filter(|pool| control_plane == (pool.role == PoolRole::ControlPlane))
        .map(|pool| pool.file_rules.keys().filter(|rule| rule.starts_with("mode/")).count())
        .max()
        .unwrap_or(0);
    if let (Some(source), true) = (node.at.keys().find_map(|path| node.text(path)), rules > 0) {
        let place = source.place(Span::default());
        let message = format!("modes and owners of files ({rules} rules) cannot be told from a copy of a node");
        let fix = "look at them on the node itself".to_owned();
        let subject = Subject::text(place.clone());
        found.unknown.push(subject.finding(against.plan, Some("kubeconfig/file-modes"), place, message, fix));
    }
}

fn tokens(root: &Yaml, subject: &Subject<'_>, against: &Against<'_>, found: &mut Findings) {
    for user in root.get("users").and_then(Yaml::as_seq).unwrap_or(&[]) {
        let Some(user) = user.get("user") else { continue };
        for word in SECRETS {
            if let Some(entry) = user.entry(word) {
                let message = format!("a kubeconfig file holds a `{word}`, which counts until somebody takes it back");
                let fix = "let the user log in with a client certificate or an issuer".to_owned();
                let mut finding =
                    subject.finding(against.plan, Some("kubeconfig/no-tokens"), entry.key_place.clone(), message, fix);
                finding.severity = Severity::Error;
                found.findings.push(finding);
            }
        }
    }
}
