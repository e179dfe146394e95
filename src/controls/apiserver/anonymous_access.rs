//! Lets anonymous requests reach the probes of the API server alone.

use crate::{
    base::{Area, Level},
    controls::{
        Applies, Control, Param, ParamKind, Stricter, by_platform,
        diagnostics::{AnonymousPath, ProbesShutOut},
    },
    facts::{self, Feature},
    plan::{AnonymousPlan, Held, Lowering, Outcome, Program, Scope},
    resolve::Resolved,
};

use super::authentication_file;

const ID: &str = "apiserver/anonymous-access";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authentication,
    title: "let anonymous requests reach the probes of the API server alone",
    level: Level::Baseline,
    doc: include_str!("anonymous_access.md"),
    params: &[
        Param {
            name: "paths",
            kind: ParamKind::List,
            stricter: Stricter::Fewer,
            about: "the exact URL paths that need no credentials; the probes of kubeadm's static pod ask for /livez and /readyz",
        },
        Param {
            name: "allow-token-join",
            kind: ParamKind::Bool,
            stricter: Stricter::Lower,
            about: "whether nodes may still find the cluster by a token: one more path, only while they join",
        },
    ],
    applies,
    lower,
};

/// What kubeadm's static pod asks for without credentials, in every minor that is built for.
const PROBES: [&str; 2] = ["/livez", "/readyz"];

/// What `kubeadm join` with a token reads without credentials.
const CLUSTER_INFO: &str = "/api/v1/namespaces/kube-public/configmaps/cluster-info";

fn applies(cluster: &Resolved) -> Applies {
    let on_eks = if facts::cloud::eks_limits_anonymous(cluster.minor()) { Outcome::Provider } else { Outcome::Impossible };
    by_platform(cluster, (on_eks, facts::id::EKS_ANONYMOUS), (Outcome::Provider, facts::id::AKS_ANONYMOUS))
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    match facts::feature("AnonymousAuthConfigurableEndpoints", cluster.minor()) {
        Feature::On | Feature::Always => limit(cluster, out),
        Feature::NeedsGate | Feature::Absent | Feature::Unknown => leave(out),
    }
}

/// Nothing sound can be said: the flag would shut the probes out, and the gate is alpha.
fn leave(out: &mut Lowering<'_>) {
    if out.plan().component(Program::KubeApiserver).flag_text("anonymous-auth").as_deref() == Some("false") {
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::ANON_PROBES, "the owner's own `--anonymous-auth=false` is kept");
        return;
    }
    out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::ANON_CONFIG, "anonymous requests stay on: RBAC alone limits them");
}

fn limit(cluster: &Resolved, out: &mut Lowering<'_>) {
    let paths = paths(cluster, out);
    check(out, &paths);
    let block = out.held(AnonymousPlan { paths });
    authentication_file::open(out).anonymous = Some(block);
}

fn paths(cluster: &Resolved, out: &mut Lowering<'_>) -> Vec<Held<String>> {
    let asked = out.reason().cause;
    let (paths, cause) = cluster.list(ID, "paths");
    out.because(cause);
    let mut held: Vec<Held<String>> = paths.into_iter().map(|path| out.held(path)).collect();
    let (joins, cause) = cluster.bool(ID, "allow-token-join");
    if joins {
        held.push(out.because(cause).held(CLUSTER_INFO.to_owned()));
    }
    out.because(asked);
    held
}

/// A path that the server would match never, and the lack of one that would keep it from ever becoming ready.
fn check(out: &mut Lowering<'_>, paths: &[Held<String>]) {
    for path in paths {
        if !path.value.starts_with('/') || path.value.contains(['?', '#', '*', ' ']) {
            let at = path.reasons.iter().find_map(|reason| out.place(&reason.cause));
            out.diagnostics().push(AnonymousPath { path: path.value.clone(), at });
        }
    }
    let missing: Vec<&str> = PROBES.into_iter().filter(|probe| !paths.iter().any(|path| path.value == *probe)).collect();
    if !missing.is_empty() {
        let at = paths.iter().flat_map(|path| &path.reasons).find_map(|reason| out.place(&reason.cause));
        out.diagnostics().push(ProbesShutOut { missing: missing.into_iter().map(str::to_owned).collect(), at });
    }
}
