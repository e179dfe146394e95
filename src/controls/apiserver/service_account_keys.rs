//! Signs and checks service-account tokens with a key pair of their own, under a named issuer.

use crate::{
    base::{Area, Cause, Level},
    controls::{Control, Param, ParamKind, Stricter, diagnostics::RetiredIssuerInUse},
    facts,
    plan::{Held, Lowering, Program},
    resolve::Resolved,
};

use super::{applies, pki_files, strokes};

const ID: &str = "apiserver/service-account-keys";

const ISSUER: &str = "service-account-issuer";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authentication,
    title: "sign service-account tokens with a key pair of their own, under a named issuer",
    level: Level::Baseline,
    doc: include_str!("service_account_keys.md"),
    params: &[Param {
        name: "retired-issuers",
        kind: ParamKind::List,
        stricter: Stricter::Neither,
        about: "issuers of earlier builds whose tokens no longer count; every other one stays behind the issuer that signs",
    }],
    applies,
    lower,
};

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let domain = cluster.kubeadm.as_ref().map_or("cluster.local", |kubeadm| kubeadm.dns_domain.as_str());
    strokes::keep(out, Program::KubeApiserver, ISSUER, format!("https://kubernetes.default.svc.{domain}"));
    keep_old(cluster, out);
    // A signer outside of the server has the keys, and the server refuses both forms together.
    let endpoint = "service-account-signing-endpoint";
    if let Some(socket) = out.plan().component(Program::KubeApiserver).flag_text(endpoint) {
        strokes::keep(out, Program::KubeApiserver, endpoint, socket);
        return;
    }
    pki_files(cluster, out, &[("service-account-key-file", "sa.pub"), ("service-account-signing-key-file", "sa.key")]);
}

/// Puts the issuers of the last build behind the one that signs, so that their tokens stay good until the spec retires them.
fn keep_old(cluster: &Resolved, out: &mut Lowering<'_>) {
    let (retired, cause) = cluster.list(ID, "retired-issuers");
    let Some(flag) = out.plan().component(Program::KubeApiserver).flags.get(ISSUER) else { return };
    let signs = flag.held.value.to_string();
    let present: Vec<String> = std::iter::once(signs.clone()).chain(flag.also.iter().map(|also| also.value.clone())).collect();
    for issuer in retired.iter().filter(|issuer| present.contains(issuer)) {
        let at = out.place(&cause);
        out.diagnostics().push(RetiredIssuerInUse { issuer: issuer.clone(), at });
    }
    let stays = |issuer: &&String| !present.contains(issuer) && !retired.contains(issuer);
    let old: Vec<String> = cluster.last_issuers.iter().filter(stays).cloned().collect();
    if old.is_empty() {
        return;
    }
    let shown = old.iter().map(|issuer| format!("`{issuer}`")).collect::<Vec<_>>().join(", ");
    let asked = out.reason().cause;
    out.because(Cause::Shape(facts::id::OLD_ISSUER));
    let held: Vec<Held<String>> = old.into_iter().map(|issuer| out.held(issuer)).collect();
    out.because(asked);
    let components = &mut out.plan_mut().components;
    if let Some(flag) = components.get_mut(&Program::KubeApiserver).and_then(|component| component.flags.get_mut(ISSUER)) {
        flag.also.extend(held);
    }
    strokes::enforced(out, format!("`{signs}` signs, and tokens of {shown} stay good until `retired-issuers` names it"));
}
