//! No container may gain more privileges than it starts with.

use crate::facts::PodLevel;

use super::{
    Case, Check, Const, Exemption, Over, Piece, Policy, Rule, Subject, Test,
    exempt::WORKLOADS,
    ir::{item, pod},
};

pub(super) static POLICY: Policy = Policy {
    name: "privilege-escalation",
    title: "containers that can gain privileges: `allowPrivilegeEscalation` that is not false, capability SYS_ADMIN",
    fix: "set `securityContext.allowPrivilegeEscalation: false`, and add no SYS_ADMIN",
    subject: Subject::Pods,
    level: Some(PodLevel::Restricted),
    params: &[WORKLOADS],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "escalation",
            over: Over::Containers,
            refused: Test::All(&[
                // The field means nothing to Windows, whose API refuses it.
                Test::Not(&Test::Is(pod(&["os", "name"], Const::Text("")), Check::Equals(Const::Text("windows")))),
                Test::Not(&Test::Is(item(ESCALATION, Const::Nothing), Check::Equals(Const::Bool(false)))),
            ]),
            at: ESCALATION,
            message: &[
                Piece::Container,
                Piece::Text(" may gain privileges: set securityContext.allowPrivilegeEscalation to false"),
            ],
        },
        Rule {
            name: "capability",
            over: Over::InContainers(&["securityContext", "capabilities", "add"]),
            // Runtimes take capabilities in any case, and some of them with the prefix.
            refused: Test::Is(item(&[], Const::Text("")), Check::WordOf(&["SYS_ADMIN", "CAP_SYS_ADMIN", "ALL", "CAP_ALL"])),
            at: &[],
            message: &[
                Piece::Container,
                Piece::Text(" adds capability "),
                Piece::Value(item(&[], Const::Text(""))),
                Piece::Text(", with which it can take over its node"),
            ],
        },
    ],
    case_params: &["{}"],
    cases: &[
        case!("allowed-plain"),
        case!("allowed-windows"),
        case!("allowed-update-of-an-old-offender"),
        case!("allowed-empty-lists"),
        case!("allowed-net-bind-service"),
        case!("denied-absent"),
        case!("denied-pod-level-only"),
        case!("denied-init"),
        case!("denied-ephemeral-added"),
        case!("denied-image-changed"),
        case!("denied-sys-admin"),
        case!("denied-cap-sys-admin"),
        case!("denied-all-capabilities"),
        case!("denied-cap-all"),
        case!("denied-template"),
    ],
};

const ESCALATION: &[&str] = &["securityContext", "allowPrivilegeEscalation"];
