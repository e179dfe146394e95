//! Pods hold no token of a service account that nobody chose for them.

use super::{
    Case, Check, Const, Exemption, Field, Over, Param, ParamKind, Piece, Policy, Rule, Subject, Test,
    exempt::WORKLOADS,
    ir::{item, pod},
};

pub(super) static POLICY: Policy = Policy {
    name: "service-account-token",
    title: "pods that mount the token of the default service account, or of any where that is asked for",
    fix: "set `automountServiceAccountToken: false`, and use a service account of its own where the API is needed",
    subject: Subject::AdmittedPods,
    level: None,
    params: &[
        Param {
            name: "everyAccount",
            kind: ParamKind::Flag,
            about: "whether the tokens of named service accounts count too, not the default one's alone",
        },
        WORKLOADS,
    ],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "asked",
            over: Over::Pod,
            refused: Test::All(&[MEANT, Test::Is(AUTOMOUNT, Check::Equals(Const::Bool(true)))]),
            at: &["automountServiceAccountToken"],
            message: &[
                Piece::Text("the pod asks for the token of service account `"),
                Piece::Value(ACCOUNT),
                Piece::Text("`: set automountServiceAccountToken to false"),
            ],
        },
        // Where the pod says nothing, admission has looked at its service account and mounted the token, or not.
        Rule {
            name: "mounted",
            over: Over::InContainers(&["volumeMounts"]),
            refused: Test::All(&[
                MEANT,
                Test::Not(&Test::Is(AUTOMOUNT, Check::Present)),
                Test::Is(item(&["mountPath"], Const::Text("")), Check::Equals(Const::Text(PLACE))),
            ]),
            at: &["mountPath"],
            message: &[
                Piece::Container,
                Piece::Text(" holds the token of service account `"),
                Piece::Value(ACCOUNT),
                Piece::Text("`: set automountServiceAccountToken to false"),
            ],
        },
    ],
    case_params: &["everyAccount: false", "everyAccount: true"],
    cases: &[
        case!("allowed-false"),
        case!("allowed-named-account"),
        case!("allowed-not-mounted"),
        case!("allowed-own-projected-token"),
        case!("denied-asked"),
        case!("denied-mounted"),
        case!("denied-old-field"),
        case!("denied-every-named-account", 1),
    ],
};

/// Where the token is mounted, and where client libraries look for it.
const PLACE: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const AUTOMOUNT: Field = pod(&["automountServiceAccountToken"], Const::Nothing);
const ACCOUNT: Field = pod(&["serviceAccountName"], Const::Text("default"));
const OLD_ACCOUNT: Field = pod(&["serviceAccount"], Const::Text("default"));
const NO_NAME: Check = Check::OneOf(&["", "default"]);
const MEANT: Test =
    Test::Any(&[Test::Param("everyAccount"), Test::All(&[Test::Is(ACCOUNT, NO_NAME), Test::Is(OLD_ACCOUNT, NO_NAME)])]);
