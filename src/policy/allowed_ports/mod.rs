//! No pod may take ports of its node, but those that are allowed.

use crate::facts::PodLevel;

use super::{
    Case, Check, Const, Exemption, Field, Over, Param, ParamKind, Piece, Policy, Rule, Subject, Test,
    exempt::WORKLOADS,
    ir::{item, pod},
};

pub(super) static POLICY: Policy = Policy {
    name: "allowed-ports",
    title: "ports of the node, but for allowed ones",
    fix: "take the port of the node out: a Service reaches the pod without it",
    subject: Subject::Pods,
    level: Some(PodLevel::Baseline),
    params: &[
        Param { name: "ports", kind: ParamKind::Ports, about: "the ports of a node that pods may take, as ranges" },
        WORKLOADS,
    ],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "host-port",
            over: Over::InContainers(&["ports"]),
            refused: Test::All(&[Test::Not(&UNSET), Test::Not(&Test::Is(HOST_PORT, Check::PortIn("ports")))]),
            at: &["hostPort"],
            message: &[
                Piece::Container,
                Piece::Text(" takes port "),
                Piece::Value(HOST_PORT),
                Piece::Text(" of the node, which is not allowed"),
            ],
        },
        // The API server fills hostPort in where the network is the node's; templates are not filled in.
        Rule {
            name: "host-network-port",
            over: Over::InContainers(&["ports"]),
            refused: Test::All(&[
                Test::Is(pod(&["hostNetwork"], Const::Bool(false)), Check::Equals(Const::Bool(true))),
                UNSET,
                Test::Not(&Test::Is(CONTAINER_PORT, Check::PortIn("ports"))),
            ]),
            at: &["containerPort"],
            message: &[
                Piece::Container,
                Piece::Text(" takes port "),
                Piece::Value(CONTAINER_PORT),
                Piece::Text(" of the node through hostNetwork, which is not allowed"),
            ],
        },
    ],
    case_params: &[include_str!("params.yaml")],
    cases: &[
        case!("allowed-container-ports"),
        case!("allowed-in-range"),
        case!("allowed-zero"),
        case!("denied-one-of-two"),
        case!("denied-above-range"),
        case!("denied-init"),
        case!("denied-host-network"),
        case!("denied-stateful-set"),
    ],
};

const HOST_PORT: Field = item(&["hostPort"], Const::Int(0));
const CONTAINER_PORT: Field = item(&["containerPort"], Const::Int(0));
const UNSET: Test = Test::Is(HOST_PORT, Check::Equals(Const::Int(0)));
