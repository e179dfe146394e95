//! The authorization configuration: the authorizers in their order.

use crate::{
    base::{Artifact, Mode},
    facts::ConfigKind,
    plan::{Held, Plan, SettingKey, Topic, host_paths},
    targets::origins,
    yaml::Out,
};

use super::{artifact, document, path_of};

pub(super) fn emit(plan: &Plan) -> Option<Artifact> {
    let authorization = plan.authorization.as_ref()?;
    let mut out = document(plan, ConfigKind::Authorization)?;
    out.set("authorizers", Out::list(authorization.authorizers.iter().enumerate().map(authorizer)));
    let path = path_of(plan, "authorization-config", host_paths::AUTHORIZATION);
    let purpose = [
        "Who decides what an identity may do; the first authorizer with an opinion counts. A request that none allows is refused.",
        "Takes the place of --authorization-mode, which must not stand beside it.",
    ];
    artifact(&path, Mode::Plain, &purpose, out, "authorization-document")
}

fn authorizer((index, held): (usize, &Held<String>)) -> Out {
    let key = SettingKey::Part(Topic::Authorization, format!("authorizers/{}", index + 1));
    let name = held.value.to_lowercase();
    Out::map([("type", held.value.as_str()), ("name", name.as_str())]).with(&origins::setting(&key, held))
}
