//! Images are pulled, with the pod's own credentials, at every start.

use super::{Case, Check, Const, Exemption, Field, Over, Piece, Policy, Rule, Subject, Test, exempt::WORKLOADS, ir::item};

pub(super) static POLICY: Policy = Policy {
    name: "always-pull",
    title: "containers that may start from an image that the node holds already",
    fix: "set `imagePullPolicy: Always`",
    subject: Subject::AdmittedPods,
    level: None,
    params: &[WORKLOADS],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "container",
            over: Over::Containers,
            refused: Test::Not(&Test::Is(POLICY_OF, Check::Equals(Const::Text("Always")))),
            at: &["imagePullPolicy"],
            message: &[Piece::Container, Piece::Text(" does not pull its image at every start: set imagePullPolicy to Always")],
        },
        Rule {
            name: "volume",
            over: Over::Volumes,
            refused: Test::All(&[
                Test::Is(item(&["image"], Const::Nothing), Check::Present),
                Test::Not(&Test::Is(item(&["image", "pullPolicy"], Const::Text("")), Check::Equals(Const::Text("Always")))),
            ]),
            at: &["image", "pullPolicy"],
            message: &[
                Piece::Text("volume `"),
                Piece::Value(item(&["name"], Const::Text(""))),
                Piece::Text("` does not pull its image at every start: set image.pullPolicy to Always"),
            ],
        },
    ],
    case_params: &["{}"],
    cases: &[
        case!("allowed-always"),
        case!("allowed-deployment"),
        case!("denied-absent"),
        case!("denied-if-not-present"),
        case!("denied-ephemeral-added"),
        case!("denied-image-volume"),
    ],
};

const POLICY_OF: Field = item(&["imagePullPolicy"], Const::Text(""));
