//! Nobody may go into pods that could take over their node: exec and attach.

use super::{
    Case, Check, Const, Exemption, Field, Over, Param, ParamKind, Piece, Policy, Rule, Subject, Test,
    ir::{item, pod},
};

/// What is told of a pod that cannot be looked up.
pub const UNKNOWN_POD: &str =
    "the pod is not known to the policy engine: it must sync Pods, and a new pod needs a moment; try again";

pub(super) static POLICY: Policy = Policy {
    name: "escalated-entry",
    title: "exec and attach into privileged pods and pods with the host's processes, memory or network",
    fix: "enter another pod, or let somebody of an exempt group do it",
    subject: Subject::EnteredPod,
    level: None,
    params: &[Param { name: "exemptGroups", kind: ParamKind::Texts, about: "groups of callers that may enter all the same" }],
    exemption: Exemption::Groups("exemptGroups"),
    rules: &[
        Rule {
            name: "privileged",
            over: Over::Containers,
            refused: yes(item(&["securityContext", "privileged"], Const::Bool(false))),
            at: &["securityContext", "privileged"],
            message: &[Piece::Text("nobody may enter the pod: "), Piece::Container, Piece::Text(" is privileged")],
        },
        Rule {
            name: "host-process",
            over: Over::Containers,
            refused: yes(item(HOST_PROCESS, Const::Bool(false))),
            at: HOST_PROCESS,
            message: &[
                Piece::Text("nobody may enter the pod: "),
                Piece::Container,
                Piece::Text(" is a process of its Windows node"),
            ],
        },
        Rule {
            name: "pod-host-process",
            over: Over::Pod,
            refused: yes(pod(HOST_PROCESS, Const::Bool(false))),
            at: HOST_PROCESS,
            message: &[Piece::Text("nobody may enter the pod: it runs processes of its Windows node")],
        },
        Rule {
            name: "host-pid",
            over: Over::Pod,
            refused: yes(pod(&["hostPID"], Const::Bool(false))),
            at: &["hostPID"],
            message: &[Piece::Text("nobody may enter the pod: it sees the processes of its node")],
        },
        Rule {
            name: "host-ipc",
            over: Over::Pod,
            refused: yes(pod(&["hostIPC"], Const::Bool(false))),
            at: &["hostIPC"],
            message: &[Piece::Text("nobody may enter the pod: it shares memory with processes of its node")],
        },
        Rule {
            name: "host-network",
            over: Over::Pod,
            refused: yes(pod(&["hostNetwork"], Const::Bool(false))),
            at: &["hostNetwork"],
            message: &[Piece::Text("nobody may enter the pod: it uses the network of its node")],
        },
    ],
    case_params: &["exemptGroups: [break-glass]"],
    cases: &[
        case!("inventory-plain"),
        case!("inventory-privileged"),
        case!("inventory-privileged-ephemeral"),
        case!("inventory-host-pid"),
        case!("inventory-host-ipc"),
        case!("inventory-host-network"),
        case!("inventory-windows"),
        case!("inventory-same-name"),
        case!("allowed-exec-plain"),
        case!("allowed-break-glass"),
        case!("denied-exec-privileged"),
        case!("denied-attach-privileged-ephemeral"),
        case!("denied-exec-host-pid"),
        case!("denied-exec-unknown"),
        case!("denied-exec-windows"),
        case!("denied-attach-host-ipc"),
        case!("denied-attach-host-network"),
    ],
};

const HOST_PROCESS: &[&str] = &["securityContext", "windowsOptions", "hostProcess"];

const fn yes(field: Field) -> Test {
    Test::Is(field, Check::Equals(Const::Bool(true)))
}
