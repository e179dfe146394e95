//! Flags of one program that it refuses side by side, or one without another. What it says of a single value is data
//! (`facts/flag-limits.toml`) and told where the value is read.

use crate::{
    base::go_bool,
    facts,
    plan::{Plan, Program},
};

use super::settings::{Clash, Rule, Side, text};

/// A flag that stands alone.
struct Exclusive {
    program: Program,
    flag: &'static str,
    /// What to do.
    help: &'static str,
}

/// Those of the files of the API server have rules of their own.
const EXCLUSIVE: [Exclusive; 1] = [Exclusive {
    program: Program::KubeApiserver,
    flag: "admission-control",
    help: "take `admission-control` out and name its plugins in `enable-admission-plugins`, which kubeadm always writes",
}];

pub(super) const FLAGS_EXCLUDE_EACH_OTHER: Rule = Rule {
    id: "flags-exclude-each-other",
    about: "Two flags of a program stand side by side that it takes one of: it does not start. kubeadm writes some flags by itself, which \
        then counts as one of the two.",
    check: flags_exclude_each_other,
};

fn flags_exclude_each_other(plan: &Plan) -> Vec<Clash> {
    let mut clashes = Vec::new();
    for Exclusive { program, flag, help } in EXCLUSIVE {
        let (Some(a), Some(row)) = (Side::flag(plan, program, flag), facts::exclusive_flag(program, flag)) else { continue };
        let other = row.others.iter().find_map(|other| Some((other, Side::flag(plan, program, other)?)));
        let Some((other, b)) = other else { continue };
        clashes.push(Clash {
            message: format!("`--{flag}` and `--{other}` of {program} exclude each other"),
            help: help.to_owned(),
            a,
            b: Some(b),
        });
    }
    clashes
}

/// When a flag needs something.
#[derive(Clone, Copy)]
enum When {
    /// It is given.
    Given,
    /// It says true, in any of Go's spellings.
    True,
    /// It says false.
    False,
    /// It is zero.
    Zero,
    /// Its list holds this.
    Item(&'static str),
}

impl When {
    fn holds(self, plan: &Plan, program: Program, flag: &str) -> bool {
        let Some(value) = text(plan, program, flag) else { return false };
        match self {
            When::Given => true,
            When::True => go_bool(&value) == Some(true),
            When::False => go_bool(&value) == Some(false),
            When::Zero => value.parse() == Ok(0),
            When::Item(item) => value.split(',').any(|part| part.trim() == item),
        }
    }

    fn shown(self, flag: &str) -> String {
        match self {
            When::Item(item) => format!("`{item}` in `--{flag}`"),
            When::Given | When::True | When::False | When::Zero => format!("`--{flag}`"),
        }
    }
}

/// What is needed of the other flag.
#[derive(Clone, Copy)]
enum Wants {
    /// That it is given.
    Given,
    /// That its list holds this.
    Item(&'static str),
    /// That it is not zero; by default it is not.
    AboveZero,
    /// That it says false; by default it does not.
    False,
}

impl Wants {
    fn met(self, plan: &Plan, program: Program, flag: &str) -> bool {
        match self {
            Wants::Given => text(plan, program, flag).is_some(),
            Wants::Item(item) => plan.component(program).flag_has(flag, item),
            Wants::AboveZero => !When::Zero.holds(plan, program, flag),
            Wants::False => When::False.holds(plan, program, flag),
        }
    }

    fn shown(self, flag: &str) -> String {
        match self {
            Wants::Given => format!("without `--{flag}`"),
            Wants::Item(item) => format!("without `{item}` in `--{flag}`"),
            Wants::AboveZero => format!("with `--{flag}` of zero beside it"),
            Wants::False => format!("without `--{flag}=false`"),
        }
    }
}

/// A flag that needs another one.
struct Need {
    program: Program,
    flag: &'static str,
    when: When,
    other: &'static str,
    wants: Wants,
    /// Flags whose presence makes it another matter, with the value that does.
    unless: &'static [(&'static str, When)],
    help: &'static str,
}

/// Origin: `EtcdOptions.Validate`, `FeatureOptions.ApplyTo` (k8s.io/apiserver) and `BuiltInAuthorizationOptions.Validate` of
/// kube-apiserver, read 2026-11-27; each by starting the servers of 1.31.14, 1.36.3 and 1.37.2 without what is needed.
const NEEDS: [Need; 4] = [
    Need {
        program: Program::KubeApiserver,
        flag: "encryption-provider-config-automatic-reload",
        when: When::True,
        other: "encryption-provider-config",
        wants: Wants::Given,
        unless: &[],
        help: "take it out, or have the objects encrypted: `apiserver/encryption-at-rest` writes both",
    },
    Need {
        program: Program::KubeApiserver,
        flag: "authorization-webhook-config-file",
        when: When::Given,
        other: "authorization-mode",
        wants: Wants::Item("Webhook"),
        // With a file of authorizers it is told of by another rule.
        unless: &[("authorization-config", When::Given)],
        help: "take it out, or name `Webhook` in `authorization-mode`, behind `Node,RBAC`",
    },
    Need {
        program: Program::KubeApiserver,
        flag: "max-requests-inflight",
        when: When::Zero,
        other: "max-mutating-requests-inflight",
        wants: Wants::AboveZero,
        unless: &[("enable-priority-and-fairness", When::False)],
        help: "take one of the two out: together they are the seats that priority and fairness hands out",
    },
    Need {
        program: Program::KubeApiserver,
        flag: "runtime-config",
        when: When::Item("api/all=false"),
        other: "enable-priority-and-fairness",
        wants: Wants::False,
        unless: &[("runtime-config", When::Item("flowcontrol.apiserver.k8s.io/v1=true"))],
        help: "name the APIs that are not to be served one by one: priority and fairness needs its own",
    },
];

pub(super) const FLAG_NEEDS_ANOTHER: Rule = Rule {
    id: "flag-needs-another",
    about: "A flag of a program is given without another one that it needs, or with a value of that other one that takes the ground from it. \
        The program does not start.",
    check: flag_needs_another,
};

fn flag_needs_another(plan: &Plan) -> Vec<Clash> {
    let broken = |need: &&Need| {
        let excused = need.unless.iter().any(|(flag, when)| when.holds(plan, need.program, flag));
        need.when.holds(plan, need.program, need.flag) && !need.wants.met(plan, need.program, need.other) && !excused
    };
    let clash = |need: &Need| {
        Some(Clash {
            message: format!(
                "{} does not start with {} {}",
                need.program,
                need.when.shown(need.flag),
                need.wants.shown(need.other)
            ),
            help: need.help.to_owned(),
            a: Side::flag(plan, need.program, need.flag)?,
            b: Side::flag(plan, need.program, need.other),
        })
    };
    NEEDS.iter().filter(broken).filter_map(clash).collect()
}
