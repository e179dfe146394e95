//! The admission configuration and the configurations of its plugins, in files of their own or inside it.

use crate::{
    diag::Diagnostics,
    plan::Topic,
    targets::observed::{Leaves, Sighting, Written},
    yaml::Node,
};

use super::key;

/// Which plugin has which file (`plugins/NAME`); a configuration that stands inside is read as a document of its own.
pub(super) fn observe(
    file: &str,
    mut sighting: Sighting,
    root: &Node,
    mut leaves: Leaves,
    diags: &mut Diagnostics,
) -> Vec<Sighting> {
    let mut inner = Vec::new();
    for (n, plugin) in root.get("plugins").and_then(Node::as_seq).unwrap_or(&[]).iter().enumerate() {
        let Some(name) = leaves.take(&format!("/plugins/{n}/name")) else { continue };
        if let Some(path) = leaves.take(&format!("/plugins/{n}/path")) {
            sighting.others.insert(format!("plugins/{}", name.text), path);
        }
        if let Some(found) = plugin.get("configuration").and_then(|inside| super::observe(file, inside, diags)) {
            leaves.take_below(&format!("/plugins/{n}/configuration"));
            sighting.others.insert(format!("plugins/{}", name.text), Written { text: "inside".to_owned(), ..name });
            inner.extend(found);
        }
    }
    sighting.keep(leaves);
    inner.insert(0, sighting);
    inner
}

/// The limits of the plugin EventRateLimit.
pub(super) fn event_rate_limit(mut sighting: Sighting, root: &Node, mut leaves: Leaves) -> Sighting {
    let limits = root.get("limits").and_then(Node::as_seq).unwrap_or(&[]);
    for n in 0..limits.len() {
        let mut take = |field: &str| leaves.take(&format!("/limits/{n}/{field}"));
        let (kind, qps, burst, cache) = (take("type"), take("qps"), take("burst"), take("cacheSize"));
        let (Some(kind), Some(qps), Some(burst)) = (kind, qps, burst) else { continue };
        if let Some(cache) = cache {
            sighting.others.insert(format!("limits/{}/cacheSize", kind.text), cache);
        }
        let text = format!("{} a second, {} at once", qps.text, burst.text);
        sighting.set(key(Topic::Admission, format!("event-rate-limit/{}", kind.text)), Written { text, ..kind });
    }
    sighting.keep(leaves);
    sighting
}

/// The levels and exemptions of the plugin PodSecurity.
pub(super) fn pod_security(mut sighting: Sighting, mut leaves: Leaves) -> Sighting {
    for mode in ["enforce", "audit", "warn"] {
        if let Some(level) = leaves.take(&format!("/defaults/{mode}")) {
            sighting.set(key(Topic::Admission, format!("pod-security/{mode}")), level);
        }
        if let Some(version) = leaves.take(&format!("/defaults/{mode}-version")) {
            sighting.set(key(Topic::Admission, "pod-security/version"), version);
        }
    }
    for leaf in leaves.take_below("/exemptions/namespaces") {
        sighting.set(key(Topic::Admission, format!("pod-security/exempt/{}", leaf.written.text)), leaf.written);
    }
    sighting.keep(leaves);
    sighting
}
