//! Feature gates that a component of the exact version does not know, or does not let anybody change.

use crate::{
    base::go_bool,
    facts::{self, Feature},
    plan::{Plan, Program, SetGate},
};

use super::settings::{Clash, Rule, Side};

/// Why a gate is off.
pub(super) enum Off {
    /// Somebody sets it so.
    Set(Side),
    /// It is so in this version unless somebody sets it.
    Default(Feature),
}

/// Why a gate of a program is off in the plan; nothing where it is on, or where nothing is known of it.
pub(super) fn off(plan: &Plan, program: Program, name: &str) -> Option<Off> {
    if let Some(gate) = plan.gate(program, name) {
        return gate.is_off().then(|| Off::Set(side(&gate)));
    }
    let feature = facts::feature(name, plan.cluster.minor());
    matches!(feature, Feature::NeedsGate | Feature::Absent).then_some(Off::Default(feature))
}

fn side(gate: &SetGate) -> Side {
    Side::of(&gate.key, &gate.held)
}

pub(super) const UNKNOWN_GATE: Rule = Rule {
    id: "unknown-gate",
    about: "A feature gate is set that this exact version of a component does not know. The component does not start, whatever the value: \
        gates of finished features go, gates of new ones come.",
    check: unknown_gate,
};

fn unknown_gate(plan: &Plan) -> Vec<Clash> {
    let minor = plan.cluster.minor();
    let clash = |asked: SetGate| {
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
            a: side(&asked),
            b: Some(Side::version(plan)),
        })
    };
    plan.gates().into_iter().filter_map(clash).collect()
}

pub(super) const LOCKED_GATE: Rule = Rule {
    id: "locked-gate",
    about: "A feature gate is set to a value that this version no longer lets anybody choose. The component does not start.",
    check: locked_gate,
};

fn locked_gate(plan: &Plan) -> Vec<Clash> {
    let minor = plan.cluster.minor();
    let clash = |asked: SetGate| {
        let gate = facts::gate_of(asked.program, &asked.name, minor).known()?;
        let value = go_bool(&asked.held.value)?;
        if gate.accepts(value) {
            return None;
        }
        Some(Clash {
            message: format!("gate `{}` is locked to {} in Kubernetes {}", asked.name, gate.default, plan.cluster.version),
            help: format!("take `{}` out of the gates: {} is its only value", asked.name, gate.default),
            a: side(&asked),
            b: Some(Side::version(plan)),
        })
    };
    plan.gates().into_iter().filter_map(clash).collect()
}
