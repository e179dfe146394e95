//! Reads mirrors and certificates of registries from a folder, and writes the declared mirrors.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::Control,
    facts,
    plan::{Ground, Lowering, Outcome, SettingKey},
    resolve::Resolved,
};

use crate::controls::node::pools;

pub(in crate::controls) const CONTROL: Control = Control {
    id: "runtime/registry-hosts",
    area: Area::Node,
    title: "read mirrors and certificates of registries from a folder",
    level: Level::Baseline,
    doc: include_str!("registry_hosts.md"),
    params: &[],
    applies: super::applies,
    lower,
};

/// Where the spec declares mirrors.
const MIRRORS: &str = "/platform/mirrors";
/// What Docker calls Docker Hub; it knows no mirror of another registry.
const HUB: &str = "docker.io";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let runtime = cluster.runtime.name.as_str();
    super::containerd_rules(cluster, out, &[("runtime/containerd/images/registry.config_path", "\"/etc/containerd/certs.d\"")]);
    for (registry, mirror) in &cluster.images.mirrors {
        let place = SpecPath::new(MIRRORS).child(registry);
        out.because(Cause::Spec(place.clone()));
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
        let rule = match runtime {
            "containerd" | "crio" if registry.chars().all(plain) => Some((format!("mirror/{registry}"), mirror.clone())),
            "docker" if registry == HUB && !mirror.contains('/') => {
                Some(("runtime/docker/registry-mirrors".to_owned(), format!("[\"https://{mirror}\"]")))
            }
            _ => None,
        };
        match rule {
            Some((name, value)) => written(out, &place, &name, &value),
            None if runtime == "docker" => {
                out.intent(place, Outcome::Impossible, Ground::Fact(facts::id::DOCKER_MIRRORS), "");
            }
            None => out.intent(place, Outcome::Impossible, Ground::Fact(facts::id::NOT_BUILT_YET), ""),
        }
    }
}

/// A mirror on every pool that a script is made for; the others are said.
fn written(out: &mut Lowering<'_>, place: &SpecPath, name: &str, value: &str) {
    let pools = pools::members(out);
    let mut keys: Vec<SettingKey> = Vec::new();
    for (pool, _) in pools {
        let key = out.host_rule(&pool.name, name, value);
        keys.extend((!out.spares(&pool.name)).then_some(key));
    }
    if !keys.is_empty() {
        out.intent_by(place.clone(), &keys);
    }
    let others: Vec<String> =
        out.plan().pools.values().filter(|pool| pool.host_os().is_none()).map(|pool| pool.name.clone()).collect();
    if !others.is_empty() || keys.is_empty() {
        let detail =
            format!("configure it by hand on {}", if others.is_empty() { "every node".to_owned() } else { others.join(", ") });
        out.intent(place.clone(), Outcome::Weaker, Ground::Fact(facts::id::OS_NOT_HARDENED), detail);
    }
}
