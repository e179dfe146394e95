//! Refuses images of registries that are not declared, and names that do not say what runs.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control},
    facts,
    plan::{Lowering, Outcome},
    policy::{self, ParamValue},
    resolve::Resolved,
};

use super::{Asked, write};

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Policies,
    title: "take images from declared registries alone, by a name that says what runs",
    level: Level::Restricted,
    doc: include_str!("allowed_images.md"),
    params: &[],
    applies,
    lower,
};

const ID: &str = "policy/allowed-images";

/// Without registries there is nothing to compare with.
fn applies(cluster: &Resolved) -> Applies {
    match cluster.engines.registries {
        Some(_) => Applies::Yes,
        None => Applies::No(Outcome::Impossible, facts::id::NO_REGISTRIES),
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let at = |field: &str| SpecPath::new("/images").child(field);
    let asked = out.reason().cause;
    let registries = cluster.engines.registries.clone().unwrap_or_default();
    let digest = cluster.engines.require_digest;
    // CRI-O may look short names up in other registries than the one that is meant.
    let crio = cluster.runtime.name == "crio";
    let runtime = Cause::Spec(SpecPath::new("/platform/runtime").child("crio"));
    let params = vec![
        ("registries", ParamValue::Texts(registries), Cause::Spec(at("allowedRegistries"))),
        ("requireDigest", ParamValue::Flag(digest), if digest { Cause::Spec(at("requireDigest")) } else { asked.clone() }),
        ("requireRegistry", ParamValue::Flag(crio), if crio { runtime } else { asked }),
    ];
    let places = vec![at("allowedRegistries"), at("requireDigest")];
    write(cluster, out, ID, &Asked { policy: policy::ALLOWED_IMAGES, params, places, but: None, unseen: "" });
}
