//! No pod may run as if it were a process of its node.

use crate::facts::PodLevel;

use super::{
    Case, Check, Const, Exemption, Field, Over, Piece, Policy, Rule, Subject, Test,
    exempt::WORKLOADS,
    ir::{item, pod},
};

pub(super) static POLICY: Policy = Policy {
    name: "privileged",
    title: "privileged containers, host namespaces, host processes, unmasked /proc",
    fix: "take it out, and add the single capabilities that are needed",
    subject: Subject::Pods,
    level: Some(PodLevel::Baseline),
    params: &[WORKLOADS],
    exemption: Exemption::Workloads(WORKLOADS.name),
    rules: &[
        Rule {
            name: "privileged",
            over: Over::Containers,
            refused: yes(item(PRIVILEGED, Const::Bool(false))),
            at: PRIVILEGED,
            message: &[Piece::Container, Piece::Text(" is privileged: take securityContext.privileged away")],
        },
        Rule {
            name: "host-process",
            over: Over::Containers,
            refused: yes(item(HOST_PROCESS, Const::Bool(false))),
            at: HOST_PROCESS,
            message: &[Piece::Container, Piece::Text(" is a process of its Windows node: take hostProcess away")],
        },
        Rule {
            name: "proc-mount",
            over: Over::Containers,
            refused: Test::Not(&Test::Is(item(PROC_MOUNT, Const::Text("Default")), Check::Equals(Const::Text("Default")))),
            at: PROC_MOUNT,
            message: &[Piece::Container, Piece::Text(" sees /proc unmasked: take securityContext.procMount away")],
        },
        Rule {
            name: "pod-host-process",
            over: Over::Pod,
            refused: yes(pod(HOST_PROCESS, Const::Bool(false))),
            at: HOST_PROCESS,
            message: &[Piece::Text("the pod runs processes of its Windows node: take hostProcess away")],
        },
        Rule {
            name: "host-pid",
            over: Over::Pod,
            refused: yes(pod(&["hostPID"], Const::Bool(false))),
            at: &["hostPID"],
            message: &[Piece::Text("the pod sees the processes of its node: take hostPID away")],
        },
        Rule {
            name: "host-ipc",
            over: Over::Pod,
            refused: yes(pod(&["hostIPC"], Const::Bool(false))),
            at: &["hostIPC"],
            message: &[Piece::Text("the pod shares memory with processes of its node: take hostIPC away")],
        },
        Rule {
            name: "host-network",
            over: Over::Pod,
            refused: yes(pod(&["hostNetwork"], Const::Bool(false))),
            at: &["hostNetwork"],
            message: &[Piece::Text("the pod uses the network of its node: take hostNetwork away")],
        },
        // A pod that stood there is no new offence, and a container that joins it is as near to the node as its others.
        Rule {
            name: "joined",
            over: Over::Containers,
            refused: Test::All(&[
                Test::Changed,
                Test::Any(&[
                    yes(pod(HOST_PROCESS, Const::Bool(false))),
                    yes(pod(&["hostPID"], Const::Bool(false))),
                    yes(pod(&["hostIPC"], Const::Bool(false))),
                    yes(pod(&["hostNetwork"], Const::Bool(false))),
                ]),
            ]),
            at: &[],
            message: &[
                Piece::Container,
                Piece::Text(" joins a pod with the processes, the memory or the network of its node: make another pod for it"),
            ],
        },
    ],
    case_params: &["{}", EXEMPT],
    cases: &[
        case!("allowed-plain"),
        case!("allowed-false"),
        case!("allowed-finalizer-removed"),
        case!("allowed-delete"),
        case!("denied-privileged"),
        case!("denied-privileged-init"),
        case!("denied-ephemeral-added"),
        case!("denied-host-pid"),
        case!("denied-host-ipc"),
        case!("denied-host-network"),
        case!("denied-host-process"),
        case!("denied-pod-host-process"),
        case!("denied-proc-mount"),
        case!("denied-cron-job"),
        case!("denied-job"),
        case!("denied-pod-template"),
        case!("denied-replica-set"),
        case!("denied-replication-controller"),
        case!("denied-stateful-set"),
        case!("denied-template-changed"),
        case!("denied-other-container-changed"),
        case!("allowed-host-pid-label-changed"),
        case!("denied-ephemeral-joins-host-network"),
        case!("denied-ephemeral-joins-host-pid"),
        case!("denied-image-changed-in-host-ipc"),
        case!("allowed-exempt-by-controller", 1),
        case!("allowed-exempt-daemon-set", 1),
        case!("allowed-exempt-pod", 1),
        case!("denied-exempt-ephemeral-added", 1),
        case!("denied-exempt-forged-owner", 1),
        case!("denied-exempt-not-the-controller", 1),
        case!("denied-exempt-other-controller", 1),
        case!("denied-exempt-other-kind", 1),
        case!("denied-exempt-other-namespace", 1),
        case!("denied-exempt-other-owner", 1),
        case!("denied-exempt-other-pod", 1),
    ],
};

/// A workload whose pods its controller makes, a pod by its name, and a workload whose pods nobody can tell apart.
const EXEMPT: &str = "exemptWorkloads: [{ namespace: shop, kind: DaemonSet, name: agent }, { kind: Pod, name: probe }, { kind: CronJob, name: agent }]";
const PRIVILEGED: &[&str] = &["securityContext", "privileged"];
const HOST_PROCESS: &[&str] = &["securityContext", "windowsOptions", "hostProcess"];
const PROC_MOUNT: &[&str] = &["securityContext", "procMount"];

const fn yes(field: Field) -> Test {
    Test::Is(field, Check::Equals(Const::Bool(true)))
}
