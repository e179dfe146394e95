//! Feature gates that a component of the exact version does not know, or does not let anybody change.

use crate::{
    facts::{self, Feature},
    plan::{Plan, Program, SettingKey},
};

use super::settings::{Clash, Rule, Side};

/// A gate that somebody sets.
struct Asked {
    program: Program,
    name: String,
    value: String,
    side: Side,
}

/// Every gate that the plan sets. etcd has gates of its own, which no table covers.
fn asked(plan: &Plan) -> Vec<Asked> {
    let mut out = Vec::new();
    for (program, component) in plan.components.iter().filter(|(program, _)| **program != Program::Etcd) {
        if let Some(flag) = component.flags.get("feature-gates") {
            let key = SettingKey::Flag(*program, "feature-gates".to_owned());
            let first = flag.held.value.to_string();
            let values = std::iter::once(first.as_str()).chain(flag.also.iter().map(|held| held.value.as_str()));
            for (name, value) in values.flat_map(|text| text.split(',')).filter_map(|pair| pair.split_once('=')) {
                // A gate may stand with the component that it belongs to.
                let (name, value) = (name.trim().trim_start_matches("kube:").to_owned(), value.trim().to_owned());
                out.push(Asked { program: *program, name, value, side: Side::of(&key, &flag.held) });
            }
        }
        for (path, held) in &component.fields {
            let side = || Side::of(&SettingKey::Field(*program, path.clone()), held);
            if let Some(name) = path.strip_prefix("featureGates.") {
                out.push(Asked { program: *program, name: name.to_owned(), value: held.value.to_string(), side: side() });
            } else if let (true, Some(gates)) = (path == "featureGates", held.value.as_object()) {
                let gate = |(name, value): (&String, &serde_json::Value)| Asked {
                    program: *program,
                    name: name.clone(),
                    value: value.to_string(),
                    side: side(),
                };
                out.extend(gates.iter().map(gate));
            }
        }
    }
    out
}

/// Why a gate is off.
pub(super) enum Off {
    /// Somebody sets it so.
    Set(Side),
    /// It is so in this version unless somebody sets it.
    Default(Feature),
}

/// Why a gate of a program is off in the plan; nothing where it is on, or where nothing is known of it.
pub(super) fn off(plan: &Plan, program: Program, name: &str) -> Option<Off> {
    // Flags stand before fields here, and win over them.
    if let Some(asked) = asked(plan).into_iter().find(|asked| asked.program == program && asked.name == name) {
        return (asked.value.parse() == Ok(false)).then_some(Off::Set(asked.side));
    }
    let feature = facts::feature(name, plan.cluster.minor());
    matches!(feature, Feature::NeedsGate | Feature::Absent).then_some(Off::Default(feature))
}

pub(super) const UNKNOWN_GATE: Rule = Rule {
    id: "unknown-gate",
    about: "A feature gate is set that this exact version of a component does not know. The component does not start, whatever the value: \
        gates of finished features go, gates of new ones come.",
    check: unknown_gate,
};

fn unknown_gate(plan: &Plan) -> Vec<Clash> {
    let minor = plan.cluster.minor();
    let clash = |asked: Asked| {
        let found = facts::gate_of(asked.program, &asked.name, minor);
        let refusal = found.refusal()?;
        let out = format!("take `{}` out of the gates", asked.name);
        // What is recorded for those who emit is told to those who wrote it.
        let advice = match found.advice().as_deref().map(|advice| (advice, advice.strip_prefix("emit nothing: "))) {
            None => out,
            Some((_, Some(why))) => format!("{out}: {why}"),
            Some((advice, None)) => advice.to_owned(),
        };
        Some(Clash {
            message: format!(
                "{} {} does not start with gate `{}`: it {refusal}",
                asked.program, plan.cluster.version, asked.name
            ),
            help: advice,
            a: asked.side,
            b: Some(Side::version(plan)),
        })
    };
    asked(plan).into_iter().filter_map(clash).collect()
}

pub(super) const LOCKED_GATE: Rule = Rule {
    id: "locked-gate",
    about: "A feature gate is set to a value that this version no longer lets anybody choose. The component does not start.",
    check: locked_gate,
};

fn locked_gate(plan: &Plan) -> Vec<Clash> {
    let minor = plan.cluster.minor();
    let clash = |asked: Asked| {
        let gate = facts::gate_of(asked.program, &asked.name, minor).known()?;
        let value = asked.value.parse().ok()?;
        if gate.accepts(value) {
            return None;
        }
        Some(Clash {
            message: format!("gate `{}` is locked to {} in Kubernetes {}", asked.name, gate.default, plan.cluster.version),
            help: format!("take `{}` out of the gates: {} is its only value", asked.name, gate.default),
            a: asked.side,
            b: Some(Side::version(plan)),
        })
    };
    asked(plan).into_iter().filter_map(clash).collect()
}
