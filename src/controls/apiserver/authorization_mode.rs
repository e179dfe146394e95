//! Decides requests by the Node authorizer and RBAC, never by a mode that allows everything.

use crate::{
    base::{Area, Level},
    controls::{Control, Param, ParamKind, Stricter, diagnostics::AuthorizerNotInFile},
    facts::{self, ConfigKind},
    plan::{AuthorizationPlan, Flag, FlagValue, Held, Lowering, Outcome, OwnerField, Program, Scope, host_paths},
    resolve::Resolved,
};

use super::{applies, strokes};

const ID: &str = "apiserver/authorization-mode";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authorization,
    title: "decide requests by the Node authorizer and RBAC, never allow all",
    level: Level::Baseline,
    doc: include_str!("authorization_mode.md"),
    params: &[Param {
        name: "form",
        kind: ParamKind::Choice(&["flag", "file"]),
        stricter: Stricter::Neither,
        about: "how the authorizers are given: the flag `--authorization-mode`, or an AuthorizationConfiguration",
    }],
    applies,
    lower,
};

const FLAG: &str = "authorization-mode";

/// The authorizers that must be there, in their order.
const WANTED: [&str; 2] = ["Node", "RBAC"];

/// Lets everybody do everything.
const ALLOW_ALL: &str = "AlwaysAllow";

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    let (form, cause) = cluster.text(ID, "form");
    let modes = modes(out);
    if form == "file" {
        out.because(cause);
        file(cluster, out, modes);
        out.because(asked);
    } else {
        flag(out, modes);
    }
}

/// The authorizers of the installer and the owner without the one that allows all, with those that must be there.
fn modes(out: &mut Lowering<'_>) -> Vec<Held<String>> {
    let present = out.plan().component(Program::KubeApiserver).flags.get(FLAG).map(|flag| flag.held.clone());
    let mut modes: Vec<Held<String>> = present.map_or_else(Vec::new, |held| {
        held.value
            .to_string()
            .split(',')
            .map(|mode| Held { value: mode.trim().to_owned(), reasons: held.reasons.clone() })
            .collect()
    });
    let before = modes.len();
    modes.retain(|mode| mode.value != ALLOW_ALL && !mode.value.is_empty());
    if modes.len() < before {
        strokes::note(
            out,
            Program::KubeApiserver,
            FLAG,
            OwnerField::Overridden,
            "AlwaysAllow is taken out: it lets everybody do everything",
        );
    }
    for (n, wanted) in WANTED.into_iter().enumerate() {
        match modes.iter_mut().find(|mode| mode.value == wanted) {
            Some(mode) => {
                mode.reasons.insert(out.reason());
            }
            None => modes.insert(n.min(modes.len()), out.held(wanted.to_owned())),
        }
    }
    modes
}

fn flag(out: &mut Lowering<'_>, modes: Vec<Held<String>>) {
    let reason = out.reason();
    let flags = &mut out.plan_mut().components.entry(Program::KubeApiserver).or_default().flags;
    let flag = flags.entry(FLAG.to_owned()).or_insert_with(|| Flag {
        held: Held::new(FlagValue::List(Vec::new()), reason.clone()),
        installer: None,
        also: Vec::new(),
    });
    flag.held.reasons.insert(reason);
    flag.held.value = FlagValue::List(modes);
}

/// The file and the flag exclude each other, and the settings of a webhook or an ABAC policy are not known here.
fn file(cluster: &Resolved, out: &mut Lowering<'_>, modes: Vec<Held<String>>) {
    if facts::config_api(ConfigKind::Authorization, cluster.minor()).is_none() {
        out.verdict(Scope::Cluster, Outcome::Impossible, facts::id::AUTHZ_CONFIG, "write `form: flag`");
        return flag(out, modes);
    }
    for mode in modes.iter().filter(|mode| !WANTED.contains(&mode.value.as_str())) {
        let at = mode.reasons.iter().find_map(|reason| out.place(&reason.cause));
        let form = out.place(&out.reason().cause);
        out.diagnostics().push(AuthorizerNotInFile { mode: mode.value.clone(), at, form });
    }
    out.drop_installer_flag(Program::KubeApiserver, FLAG);
    strokes::note(out, Program::KubeApiserver, FLAG, OwnerField::Overridden, "the authorization file takes its place");
    strokes::file_flag(out, "authorization-config", "authorization-config", host_paths::AUTHORIZATION);
    out.plan_mut().authorization = Some(AuthorizationPlan { authorizers: modes });
}
