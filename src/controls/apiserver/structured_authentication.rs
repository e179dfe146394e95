//! Trusts the declared token issuers, through the AuthenticationConfiguration.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{
        Applies, Control, Param, ParamKind, Stricter, by_platform,
        diagnostics::{IssuerIsClusterOwn, IssuerPrefixReserved, IssuerTwice, IssuersShareNames},
    },
    facts,
    plan::{Ground, Held, IssuerPlan, Lowering, Outcome, PrefixedClaim, Program, Scope, TokenRule},
    resolve::Resolved,
};

use super::{authentication_file, strokes};

const ID: &str = "apiserver/structured-authentication";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Authentication,
    title: "trust the declared token issuers, each under a prefix of its own",
    level: Level::Baseline,
    doc: include_str!("structured_authentication.md"),
    params: &[Param {
        name: "require-verified-email",
        kind: ParamKind::Bool,
        stricter: Stricter::Higher,
        about: "whether a token that names its user by `email` must also say that the address is verified",
    }],
    applies,
    lower,
};

/// What names of the cluster's own begin with.
const RESERVED: &str = "system:";

const VERIFIED: TokenRule = TokenRule {
    expression: "claims.?email_verified.orValue(false) == true",
    message: "the issuer must say that the email address is verified",
};

const NO_RESERVED_USER: TokenRule =
    TokenRule { expression: "!user.username.startsWith('system:')", message: "names of users must not begin with system:" };

const NO_RESERVED_GROUP: TokenRule = TokenRule {
    expression: "user.groups.all(group, !group.startsWith('system:'))",
    message: "names of groups must not begin with system:",
};

fn applies(cluster: &Resolved) -> Applies {
    if cluster.issuers.is_empty() {
        return Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED);
    }
    by_platform(cluster, (Outcome::Impossible, facts::id::EKS_ISSUERS), (Outcome::Impossible, facts::id::AKS_ISSUERS))
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let asked = out.reason().cause;
    for (n, issuer) in cluster.issuers.iter().enumerate() {
        let place = place(issuer);
        out.because(Cause::Spec(place.clone()));
        check_url(cluster, out, n);
        check_names(cluster, out, n);
        let (held, user_rules) = (out.held(issuer.clone()), user_rules(out, issuer));
        let file = authentication_file::open(out);
        file.issuers.push(held);
        if !user_rules.is_empty() {
            file.user_rules.insert(issuer.name.clone(), user_rules);
        }
        require_verified(cluster, out, issuer);
        let keys = [authentication_file::key(&format!("issuers/{}", issuer.name)), strokes::flag_key(authentication_file::FLAG)];
        strokes::intents_by(cluster, out, &place, &keys);
    }
    out.because(asked);
    verdict(cluster, out);
}

fn place(issuer: &IssuerPlan) -> SpecPath {
    SpecPath::new("/identity/issuers").child(&issuer.name)
}

/// By itself the server refuses a token whose `email_verified` is false, and takes one that does not say.
fn require_verified(cluster: &Resolved, out: &mut Lowering<'_>, issuer: &IssuerPlan) {
    let (required, cause) = cluster.bool(ID, "require-verified-email");
    if required && issuer.username.claim == "email" {
        let rule = out.because(cause).held(VERIFIED);
        out.plan_mut().authentication.get_or_insert_default().claim_rules.insert(issuer.name.clone(), vec![rule]);
    }
}

fn detail(cluster: &Resolved) -> String {
    let by_email: Vec<&str> =
        cluster.issuers.iter().filter(|issuer| issuer.username.claim == "email").map(|issuer| issuer.name.as_str()).collect();
    if by_email.is_empty() || cluster.bool(ID, "require-verified-email").0 {
        return String::new();
    }
    format!("tokens of {} are taken without `email_verified`, and refused only when it is false", by_email.join(", "))
}

/// The server does not start with an issuer twice, nor with its own issuer among them.
fn check_url(cluster: &Resolved, out: &mut Lowering<'_>, n: usize) {
    let issuer = &cluster.issuers[n];
    let at = out.place(&Cause::Spec(place(issuer).child("url")));
    if let Some(first) = cluster.issuers[..n].iter().find(|earlier| same_url(&earlier.url, &issuer.url)) {
        let first_at = out.place(&Cause::Spec(place(first).child("url")));
        out.diagnostics().push(IssuerTwice { url: issuer.url.clone(), first: first_at, second: at });
        return;
    }
    let Some(flag) = out.plan().component(Program::KubeApiserver).flags.get("service-account-issuer") else { return };
    let held = Held { value: flag.held.value.to_string(), reasons: flag.held.reasons.clone() };
    let own = std::iter::once(&held).chain(&flag.also).find(|own| same_url(&own.value, &issuer.url));
    if let Some(own) = own {
        let owners = own.reasons.iter().filter(|reason| matches!(reason.cause, Cause::Owner(_)));
        let own_at = owners.map(|reason| &reason.cause).find_map(|cause| out.place(cause));
        out.diagnostics().push(IssuerIsClusterOwn { name: issuer.name.clone(), url: issuer.url.clone(), at, own: own_at });
    }
}

/// Two spellings of one issuer: tokens and people confuse them, whatever a server does.
fn same_url(a: &str, b: &str) -> bool {
    a.trim_end_matches('/').eq_ignore_ascii_case(b.trim_end_matches('/'))
}

/// The waiver that lets an issuer have a prefix which does not keep its names apart.
fn waiver(cluster: &Resolved) -> Option<String> {
    cluster.waivers_for(ID).find(|waiver| waiver.narrow.is_none()).map(|waiver| waiver.id.clone())
}

/// What holds: where a waiver stands for a prefix, only the rules in the file keep the names of the cluster's own away.
fn verdict(cluster: &Resolved, out: &mut Lowering<'_>) {
    let open = |issuer: &&IssuerPlan| can_forge(&issuer.username) || issuer.groups.as_ref().is_some_and(can_forge);
    let open: Vec<&str> = cluster.issuers.iter().filter(open).map(|issuer| issuer.name.as_str()).collect();
    let detail = detail(cluster);
    match waiver(cluster) {
        Some(waiver) if !open.is_empty() => {
            let names = open.join(", ");
            let own = format!("names of {names} have no prefix of their own; rules refuse those that begin `system:`");
            let text = if detail.is_empty() { own } else { format!("{own}; {detail}") };
            out.verdict_on(Scope::Cluster, Outcome::Weaker, Ground::Waiver(waiver), text);
        }
        Some(_) | None => strokes::enforced(out, detail),
    }
}

/// An issuer that can mint names of the cluster's own, or of another issuer.
fn check_names(cluster: &Resolved, out: &mut Lowering<'_>, n: usize) {
    let issuer = &cluster.issuers[n];
    for (field, prefix) in prefixes(issuer) {
        let at = out.place(&Cause::Spec(place(issuer).child(field).child("prefix")));
        if prefix.starts_with(RESERVED) || (RESERVED.starts_with(prefix) && waiver(cluster).is_none()) {
            out.diagnostics().push(IssuerPrefixReserved { name: issuer.name.clone(), prefix: prefix.to_owned(), at });
            continue;
        }
        for earlier in &cluster.issuers[..n] {
            let other = prefixes(earlier).find(|(other_field, _)| *other_field == field);
            let Some((_, other)) = other.filter(|(_, other)| other.starts_with(prefix) || prefix.starts_with(other)) else {
                continue;
            };
            let problem = IssuersShareNames {
                field,
                first: (earlier.name.clone(), other.to_owned(), out.place(&Cause::Spec(place(earlier)))),
                second: (issuer.name.clone(), prefix.to_owned(), at.clone()),
            };
            out.diagnostics().push(problem);
        }
    }
}

fn prefixes(issuer: &IssuerPlan) -> impl Iterator<Item = (&'static str, &str)> {
    let groups = issuer.groups.as_ref().map(|groups| ("groups", groups.prefix.as_str()));
    std::iter::once(("username", issuer.username.prefix.as_str())).chain(groups)
}

/// Whether a claim behind this prefix can become a name of the cluster's own: an empty prefix, or one that begins `system:` itself.
fn can_forge(claim: &PrefixedClaim) -> bool {
    RESERVED.starts_with(claim.prefix.as_str())
}

fn user_rules(out: &Lowering<'_>, issuer: &IssuerPlan) -> Vec<Held<TokenRule>> {
    let user = can_forge(&issuer.username).then(|| out.held(NO_RESERVED_USER));
    let group = issuer.groups.as_ref().is_some_and(can_forge).then(|| out.held(NO_RESERVED_GROUP));
    user.into_iter().chain(group).collect()
}
