//! Has every image pulled with the pod's own credentials, where the owner answers for the registry.

use crate::{
    base::{Area, Level, SpecPath},
    controls::{
        Applies, Control,
        policy::{self, Asked},
    },
    facts,
    plan::{Ground, Lowering, Outcome, Scope},
    policy::ALWAYS_PULL,
    resolve::Resolved,
    spec::words::May,
};

use super::{enable, not_provided, strokes};

pub(in crate::controls) const CONTROL: Control = Control {
    id: "admission/always-pull-images",
    area: Area::Admission,
    title: "pull images with the pod's own credentials at every start",
    level: Level::Restricted,
    doc: include_str!("always_pull_images.md"),
    params: &[],
    applies,
    lower,
};

/// What the plugin leaves open in every minor.
const GAP: &str =
    "ephemeral containers keep their own pull policy: grant `pods/ephemeralcontainers` to nobody who may not see every image";

const GENTLER: &str = "with a mirror in the runtime of every node say `images.alwaysPull: true`; the gentler form is `kubelet/image-credential-verification`";

/// Whether a mirror is up and holds every image only its owner knows.
const MIRROR: &str = "`mirrors` are declared: when every node has them (`runtime/registry-hosts`) and they hold every image, say \
    `images.alwaysPull: true`";

/// Where the provider does not run the plugin, a policy engine can take its place.
fn applies(cluster: &Resolved) -> Applies {
    match cluster.engines.gatekeeper {
        Some(_) => Applies::Yes,
        None if cluster.kubeadm.is_none() && policy::is_in_tree(cluster, ALWAYS_PULL) => Applies::Yes,
        None if cluster.kubeadm.is_none() && cluster.engines.admission_policy => {
            Applies::No(Outcome::Impossible, facts::id::IN_TREE_ALWAYS_PULL)
        }
        None => not_provided(cluster),
    }
}

/// What the mutation leaves open.
const RUNNING: &str = "pods that run already keep their policy until they are next created";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let place = SpecPath::new("/images/alwaysPull");
    if cluster.images.always_pull == Some(true) && cluster.kubeadm.is_none() {
        let mutation = match cluster.engines.gatekeeper {
            Some(_) if cluster.engines.has_our_values() => facts::id::GATEKEEPER_MUTATION,
            Some(_) => facts::id::GATEKEEPER_MUTATION_STANDS,
            None => facts::id::IN_TREE_MUTATION,
        };
        let asked =
            Asked { policy: ALWAYS_PULL, params: Vec::new(), places: vec![place], but: Some((mutation, RUNNING)), unseen: "" };
        return policy::write(cluster, out, CONTROL.id, &asked);
    }
    if cluster.images.always_pull == Some(true) {
        enable(out, "AlwaysPullImages");
        strokes::enforced(out, "");
        let gap = gap(cluster);
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::ALWAYSPULL, gap.clone());
        strokes::intents(cluster, out, &place, Outcome::Weaker, &Ground::Fact(facts::id::ALWAYSPULL), &gap);
        return;
    }
    let ground = Ground::Fact(facts::id::ALWAYS_PULL_NEEDS_MIRROR);
    let detail = match cluster.images.always_pull {
        Some(_) => "the spec says `images.alwaysPull: false`",
        None if cluster.images.mirrors.is_empty() => GENTLER,
        None => MIRROR,
    };
    out.verdict_on(Scope::Cluster, Outcome::Weaker, ground.clone(), detail);
    strokes::intents(cluster, out, &place, Outcome::NotApplicable, &ground, detail);
}

/// The gap, and whom the spec itself lets through it.
fn gap(cluster: &Resolved) -> String {
    let identity = &cluster.identity;
    let duties = identity.duties.iter().map(|duty| (&duty.name, &duty.may));
    let by_way_of = identity.impersonation.iter().map(|grant| (&grant.name, &grant.may));
    let let_through: Vec<String> =
        duties.chain(by_way_of).filter(|(_, may)| may.contains(&May::ExecDebug)).map(|(name, _)| format!("`{name}`")).collect();
    match let_through.as_slice() {
        [] => GAP.to_owned(),
        names => format!("{GAP}; here `exec-debug` grants it to {}", names.join(", ")),
    }
}
