//! No pod may mount folders of its node, but those that are allowed.

use crate::facts::PodLevel;

use super::{
    Case, Check, Const, Exemption, Field, Over, Param, ParamKind, Piece, Policy, Rule, Subject, Test,
    exempt::WORKLOADS,
    ir::{item, volume},
};

pub(super) static POLICY: Policy = Policy {
    name: "host-filesystem",
    title: "volumes of the node's file system, but for allowed folders",
    fix: "use a volume that is no path of the node",
    subject: Subject::Pods,
    level: Some(PodLevel::Baseline),
    params: &[
        Param {
            name: "paths",
            kind: ParamKind::Paths,
            about: "the folders that may be mounted, with what lies below them, and whether for reading alone",
        },
        WORKLOADS,
    ],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "path",
            over: Over::Volumes,
            refused: Test::All(&[
                Test::Is(item(&["hostPath"], Const::Nothing), Check::Present),
                Test::Not(&Test::Is(OF_ITEM, Check::PathUnder { param: "paths", writable: false })),
            ]),
            at: &["hostPath"],
            message: &[
                Piece::Text("volume `"),
                Piece::Value(item(&["name"], Const::Text(""))),
                Piece::Text("` is folder "),
                Piece::Value(OF_ITEM),
                Piece::Text(" of the node, which is not allowed"),
            ],
        },
        // A volume that stood there is no new offence, and who mounts it anew reaches the folder all the same.
        Rule {
            name: "mounted",
            over: Over::Mounts,
            refused: Test::All(&[
                Test::Changed,
                Test::Is(volume(&["hostPath"], Const::Nothing), Check::Present),
                Test::Not(&Test::Is(OF_VOLUME, Check::PathUnder { param: "paths", writable: false })),
            ]),
            at: &[],
            message: &[
                Piece::Container,
                Piece::Text(" mounts folder "),
                Piece::Value(OF_VOLUME),
                Piece::Text(" of the node, which is not allowed"),
            ],
        },
        Rule {
            name: "writable",
            over: Over::Mounts,
            refused: Test::All(&[
                Test::Is(OF_VOLUME, Check::PathUnder { param: "paths", writable: false }),
                Test::Not(&Test::Is(OF_VOLUME, Check::PathUnder { param: "paths", writable: true })),
                Test::Not(&Test::Is(item(&["readOnly"], Const::Bool(false)), Check::Equals(Const::Bool(true)))),
            ]),
            at: &["readOnly"],
            message: &[
                Piece::Container,
                Piece::Text(" mounts folder "),
                Piece::Value(OF_VOLUME),
                Piece::Text(" of the node for writing: set readOnly to true"),
            ],
        },
    ],
    case_params: &[include_str!("params.yaml")],
    cases: &[
        case!("allowed-no-volume"),
        case!("allowed-other-volumes"),
        case!("allowed-read-only"),
        case!("allowed-below"),
        case!("allowed-writable-beside"),
        case!("denied-root"),
        case!("denied-sibling"),
        case!("denied-dots"),
        case!("denied-relative"),
        case!("denied-writable"),
        case!("denied-writable-in-init"),
        case!("denied-writable-in-ephemeral"),
        case!("allowed-old-mounts"),
        case!("denied-old-path-in-ephemeral"),
        case!("denied-old-path-in-other-image"),
    ],
};

const OF_ITEM: Field = item(&["hostPath", "path"], Const::Text(""));
const OF_VOLUME: Field = volume(&["hostPath", "path"], Const::Text(""));
