//! What each control does to a plan: one golden for each, over versions and platforms. A `lower` that does nothing turns its golden red.

mod effects;
mod encryption;
mod owner;
mod pools;
mod waivers;

use std::fs;

use harden::{
    base::{Cidr, SpecPath},
    build,
    controls::CATALOGUE,
    diag::Diagnostics,
    plan::{EncryptionRecord, Ground, Held, Outcome, Plan, Program},
};

use encryption::encrypted;

use crate::support::{root, with_cluster};

/// A plan of a spec, or the codes of what is wrong with it.
pub(crate) fn plan(text: &str, last_stage: Option<&str>) -> Result<Plan, Vec<&'static str>> {
    plan_over(text, last_stage.map(at_stage), "")
}

/// The record of an older build, which names the stage alone.
fn at_stage(stage: &str) -> EncryptionRecord {
    EncryptionRecord { stage: stage.to_owned(), ..EncryptionRecord::none() }
}

/// The same over the owner's own configuration, where the spec names it.
pub(crate) fn plan_over(text: &str, last_encryption: Option<EncryptionRecord>, owner: &str) -> Result<Plan, Vec<&'static str>> {
    let mut diags = Diagnostics::default();
    let planned = with_cluster(text, owner, last_encryption, &mut diags, build::plan);
    // Ends of support and pairings of versions come with the calendar, not with what is tested; they have a case of their own.
    let codes = diags
        .list()
        .iter()
        .map(|diagnostic| diagnostic.code)
        .filter(|code| !["runtime-unlisted", "support-ended", "version-skew"].contains(code));
    planned.map(|planned| planned.plan).ok_or_else(|| codes.collect())
}

/// The spec of a platform in which every control is selected, for a version.
pub(crate) fn spec_of(platform: &str, version: &str) -> String {
    let choices: String = CATALOGUE.iter().map(|control| format!("    {}: {{ apply: true }}\n", control.id)).collect();
    let text = fs::read_to_string(root().join(format!("golden/controls/{platform}.yaml"))).unwrap();
    text.replace("VERSION", version).replace("CONTROLS", &format!("  controls:\n{choices}"))
}

/// The smallest cluster of the plan goldens, with more lines in its spec.
fn small(profile: &str, more: &str) -> String {
    let text = fs::read_to_string(root().join("tests/it/small.yaml")).unwrap();
    format!("{}{more}", text.replace("VERSION", "1.36.3").replace("PROFILE", profile))
}

fn outcome(plan: &Plan, id: &str) -> Outcome {
    plan.verdicts.iter().find(|control| control.id.0 == id).unwrap().outcome()
}

fn api_server(plan: &Plan, flag: &str) -> Option<String> {
    plan.component(Program::KubeApiserver).flag_text(flag)
}

/// What the spec asks for and no control of the platform writes has the control's own reason; what steers nothing says so.
#[test]
fn what_is_asked_for_in_vain_says_why() {
    let spec = fs::read_to_string(root().join("golden/plan/eks.yaml")).unwrap();
    let (before, _) = spec.split_once("  images:").unwrap();
    let asked = "  images: { alwaysPull: true }\n  policies: { engines: { admissionPolicy: {} }, failure: closed }\n";
    let text = format!("{before}{asked}").replace("PROFILE", "restricted");
    for version in ["1.35", "1.36"] {
        let plan = plan(&text.replace("VERSION", version), None).unwrap();
        let said = |place: &str| {
            let intent = plan.intents.iter().find(|intent| intent.path.as_str() == place).unwrap();
            let facts = intent.verdicts.iter().filter_map(|verdict| match &verdict.ground {
                Ground::Fact(fact) => Some((verdict.outcome, fact.0)),
                Ground::Waiver(_) | Ground::Settings(_) => None,
            });
            facts.collect::<Vec<_>>()
        };
        // The in-tree form needs MutatingAdmissionPolicy, which is on by default from 1.36.
        let (pulls, engine) = match version {
            "1.35" => ((Outcome::Impossible, "in-tree-always-pull"), (Outcome::Impossible, "in-tree-policies")),
            _ => ((Outcome::Weaker, "in-tree-mutation"), (Outcome::Weaker, "in-tree-policies")),
        };
        assert_eq!(said("/images/alwaysPull"), [pulls], "{version}");
        assert_eq!(said("/policies/engines/admissionPolicy"), [engine], "{version}");
        let failure = plan.intents.iter().find(|intent| intent.path.as_str() == "/policies/failure").unwrap();
        let expected = if version == "1.35" { Outcome::NotApplicable } else { Outcome::Enforced };
        assert_eq!(failure.outcome(), expected, "{version}");
    }
}

#[test]
fn what_the_spec_declares_is_selected_by_any_profile() {
    let plan = plan(&small("baseline", "  images: { alwaysPull: true }\n"), None).unwrap();
    assert!(plan.component(Program::KubeApiserver).flag_has("enable-admission-plugins", "AlwaysPullImages"));
    let intent = plan.intents.iter().find(|intent| intent.path.as_str() == "/images/alwaysPull").unwrap();
    assert_eq!(intent.outcome(), Outcome::Weaker, "ephemeral containers are not pulled anew");
}

#[test]
fn anonymous_paths_follow_the_parameters() {
    let with = |with: &str| {
        let waiver =
            "  waivers: [{ id: W-1, control: apiserver/anonymous-access, owner: sre, reason: r, expires: 2027-03-01 }]\n";
        let more = format!("  controls: {{ apiserver/anonymous-access: {{ waiver: W-1, with: {with} }} }}\n{waiver}");
        plan(&small("baseline", &more), None).map(|plan| {
            let block = plan.authentication.unwrap().anonymous.unwrap();
            block.value.paths.into_iter().map(|path| path.value).collect::<Vec<_>>().join(" ")
        })
    };
    assert_eq!(
        with("{ allow-token-join: true }").as_deref(),
        Ok("/livez /readyz /healthz /api/v1/namespaces/kube-public/configmaps/cluster-info")
    );
    assert_eq!(with("{ paths: [/livez] }"), Err(vec!["probes-shut-out"]));
    assert_eq!(with("{ paths: [/livez, /readyz, 'healthz*'] }"), Err(vec!["anonymous-path"]));
}

#[test]
fn tls_13_needs_no_suites() {
    let more = "  controls: { apiserver/tls-minimum: { with: { version: VersionTLS13 } } }\n";
    let plan = plan(&small("baseline", more), None).unwrap();
    assert_eq!(api_server(&plan, "tls-min-version").as_deref(), Some("VersionTLS13"));
    assert_eq!(api_server(&plan, "tls-cipher-suites"), None);
    assert_eq!(outcome(&plan, "apiserver/tls-ciphers"), Outcome::Elsewhere);
}

#[test]
fn authorizers_as_a_file_drop_the_flag() {
    let more = "  controls: { apiserver/authorization-mode: { with: { form: file } } }\n";
    let plan = plan(&small("baseline", more), None).unwrap();
    assert_eq!(api_server(&plan, "authorization-mode"), None);
    assert!(api_server(&plan, "authorization-config").is_some());
    let modes: Vec<String> = plan.authorization.unwrap().authorizers.into_iter().map(|mode| mode.value).collect();
    assert_eq!(modes, ["Node", "RBAC"]);
}

#[test]
fn every_declared_source_is_planned() {
    let plan = plan(&spec_of("kubeadm", "1.36.3"), None).unwrap();
    let texts = |ranges: &[Held<Cidr>]| ranges.iter().map(|range| range.value.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(texts(&plan.access.admins), "203.0.113.0/24");
    assert_eq!(texts(&plan.access.load_balancer), "192.0.2.10/32");
    assert_eq!(texts(&plan.access.egress), "198.51.100.4/32");
    assert_eq!(plan.access.preserves_client_ip, Some(false));
}

#[test]
fn pod_security_follows_the_days_of_the_rollout() {
    let levels = |rollout: &str| {
        let more = if rollout.is_empty() { String::new() } else { format!("  policies: {{ rollout: {rollout} }}\n") };
        let plan = plan(&small("restricted", &more), None).unwrap();
        let outcome = outcome(&plan, "admission/pod-security");
        let levels = plan.pod_security.unwrap();
        (format!("{} {} {}", levels.enforce.value, levels.audit.value, levels.warn.value), outcome)
    };
    let (none, shown, all) =
        ("privileged privileged privileged", "privileged restricted restricted", "baseline restricted restricted");
    assert_eq!(levels(""), (all.to_owned(), Outcome::Enforced));
    assert_eq!(levels("{ warn: 2026-11-01, deny: 2026-11-26 }"), (all.to_owned(), Outcome::Enforced));
    assert_eq!(levels("{ warn: 2026-11-26, deny: 2026-11-27 }"), (shown.to_owned(), Outcome::Weaker));
    assert_eq!(levels("{ warn: 2026-11-27, deny: 2026-12-27 }"), (none.to_owned(), Outcome::Weaker));
    assert_eq!(levels("{ warn: 2026-11-01 }"), (shown.to_owned(), Outcome::Weaker));
}

#[test]
fn a_namespace_has_the_labels_of_its_level() {
    let label = |plan: &Plan, mode: &str| {
        let labels = &plan.namespaces["shop"].labels;
        labels.get(&format!("pod-security.kubernetes.io/{mode}")).map(|held| held.value.clone())
    };
    let with = |profile: &str, level: &str, more: &str| {
        plan(&small(profile, &format!("  namespaces: [{{ name: shop{level} }}]\n{more}")), None)
            .map(|plan| ["enforce", "audit", "warn"].map(|mode| label(&plan, mode).unwrap_or_default()))
    };
    let levels = |enforce: &str, shown: &str| Ok([enforce, shown, shown].map(str::to_owned));
    assert_eq!(with("restricted", "", ""), levels("baseline", "restricted"));
    assert_eq!(with("restricted", ", podSecurity: restricted", ""), levels("restricted", "restricted"));
    assert_eq!(
        with("restricted", ", podSecurity: baseline", ""),
        levels("baseline", "restricted"),
        "no mode gets weaker by itself"
    );
    assert_eq!(with("restricted", ", podSecurity: privileged", ""), Err(vec!["waiver-needed"]));
    let waived = "  waivers: [{ id: W-1, control: admission/pod-security, scope: { namespace: shop }, owner: sre, reason: tools, expires: 2027-03-01 }]\n";
    assert_eq!(with("restricted", ", podSecurity: privileged, waiver: W-1", waived), levels("privileged", "privileged"));
    let waits = "  policies: { rollout: { warn: 2026-11-01, deny: 2027-01-15 } }\n";
    assert_eq!(
        with("restricted", ", podSecurity: restricted", waits),
        levels("privileged", "restricted"),
        "nothing is refused before its day"
    );
    assert_eq!(with("baseline", ", podSecurity: restricted", ""), levels("restricted", "restricted"));
}

/// A level that the owner writes for a namespace of the system is taken, told of where it refuses what runs there, and not undone by an
/// exemption.
#[test]
fn a_level_for_a_namespace_of_the_system_is_taken_or_refused() {
    let with = |namespace: &str| {
        let text = small("restricted", &format!("  namespaces: [{namespace}]\n"));
        let mut diags = Diagnostics::default();
        let planned = with_cluster(
            &text.replace("    nodePools:", "    addons: [metallb, argocd]\n    nodePools:"),
            "",
            None,
            &mut diags,
            build::plan,
        );
        let codes: Vec<&str> = diags.list().iter().map(|one| one.code).filter(|code| *code != "runtime-unlisted").collect();
        let held = planned.map(|planned| {
            let (name, namespace) = planned.plan.namespaces.iter().next().unwrap();
            let levels = planned.plan.pod_security.as_ref().unwrap();
            let exempt = levels.exempt_namespaces.iter().any(|one| one.value == *name);
            (namespace.labels["pod-security.kubernetes.io/enforce"].value.clone(), exempt)
        });
        (held, codes)
    };
    let held = |level: &str, exempt: bool| Some((level.to_owned(), exempt));
    assert_eq!(with("{ name: kube-system }"), (held("privileged", true), vec![]));
    assert_eq!(with("{ name: kube-system, podSecurity: privileged }"), (held("privileged", true), vec![]));
    assert_eq!(with("{ name: kube-system, podSecurity: baseline }"), (None, vec!["kube-system-level"]));
    assert_eq!(with("{ name: metallb-system }"), (held("privileged", true), vec![]));
    assert_eq!(with("{ name: metallb-system, podSecurity: baseline }"), (held("baseline", false), vec!["component-below-level"]));
    assert_eq!(with("{ name: argocd }"), (held("baseline", false), vec![]));
    assert_eq!(with("{ name: argocd, podSecurity: privileged }"), (None, vec!["waiver-needed"]));
    assert_eq!(with("{ name: kube-public, podSecurity: privileged }"), (None, vec!["waiver-needed"]));
}

#[test]
fn what_patching_asks_for_is_never_silent() {
    let with = |text: &str| plan(&small("baseline", &format!("  vulnerabilities: {{ {text} }}\n")), None).unwrap();
    let intent = |plan: &Plan, path: &str| {
        let path = SpecPath::new(&format!("/vulnerabilities/{path}"));
        plan.intents.iter().find(|intent| intent.path == path).unwrap_or_else(|| panic!("no {path}")).outcome()
    };
    let nobody = with("patching: { window: \"Sun 02:00\", deadlines: { critical: 7d } }, scanning: { registry: false }");
    assert_eq!(intent(&nobody, "patching/window"), Outcome::Weaker);
    assert_eq!(intent(&nobody, "patching/deadlines/critical"), Outcome::Weaker);
    assert_eq!(intent(&nobody, "scanning/registry"), Outcome::NotApplicable);
    let kured = with("patching: { window: \"Sat 23:30\", reboot: kured }");
    assert_eq!((outcome(&kured, "patching/reboots"), intent(&kured, "patching/window")), (Outcome::Weaker, Outcome::Weaker));
    let window = &kured.patching.reboots.as_ref().unwrap().value;
    assert_eq!((window.day.as_str(), window.start.as_str(), window.end.as_str()), ("sa", "23:30", "23:59"));
    let provider = with("patching: { reboot: provider }");
    assert_eq!(intent(&provider, "patching/reboot"), Outcome::Impossible, "kubeadm has no provider");
    assert_eq!(intent(&with("scanning: { pipeline: gitlab }"), "scanning/pipeline"), Outcome::Weaker);
}

#[test]
fn issuers_cannot_take_names_of_others() {
    let with = |issuers: &str| plan(&small("baseline", &format!("  identity: {{ issuers: [{issuers}] }}\n")), None).map(|_| ());
    let issuer = |name: &str, url: &str, prefix: &str| {
        format!("{{ name: {name}, url: \"{url}\", audiences: [k], username: {{ claim: sub, prefix: \"{prefix}\" }} }}")
    };
    assert_eq!(with(&issuer("a", "https://a.example", "a:")), Ok(()));
    for prefix in ["", "s", "sy", "system", "system:", "system:node:"] {
        assert_eq!(with(&issuer("a", "https://a.example", prefix)), Err(vec!["issuer-prefix-reserved"]), "{prefix}");
    }
    let missing = issuer("a", "https://a.example", "a:").replace(", prefix: \"a:\"", "");
    assert_eq!(with(&missing), Err(vec!["missing-field"]));
    for own in ["https://kubernetes.default.svc.cluster.local", "https://Kubernetes.default.svc.cluster.local/"] {
        assert_eq!(with(&issuer("a", own, "a:")), Err(vec!["issuer-is-cluster-own"]));
    }
    let twice = [issuer("a", "https://a.example", "a:"), issuer("b", "https://a.example", "b:")].join(", ");
    assert_eq!(with(&twice), Err(vec!["issuer-twice"]));
}

/// The API server stops at each of these.
#[test]
fn what_stops_the_api_server_is_refused() {
    let issuer = |url: &str, audiences: &str| {
        let issuer = format!("{{ name: a, url: \"{url}\", audiences: {audiences}, username: {{ claim: sub, prefix: \"a:\" }} }}");
        plan(&small("baseline", &format!("  identity: {{ issuers: [{issuer}] }}\n")), None).map(|_| ())
    };
    for url in ["https://a.example", "https://A.example:8443/realms/a%20b/", "https://[2001:db8::1]:8443/a"] {
        assert_eq!(issuer(url, "[k, l]"), Ok(()), "{url}");
    }
    for url in [
        "https://a.example/?x=1",
        "https://a.example#f",
        "https://a.example<script>",
        "https://u@a.example",
        "http://a.example",
        "https://a.example/%zz",
        "https://a.example:x",
        "https://",
    ] {
        assert_eq!(issuer(url, "[k]"), Err(vec!["unreadable-text"]), "{url}");
    }
    assert_eq!(issuer("https://a.example", "[k, \"\"]"), Err(vec!["unreadable-text"]));
    assert_eq!(issuer("https://a.example", "[k, k]"), Err(vec!["duplicate-name"]));
    let encrypted = |resources: &str, name: &str| {
        let text = encrypted("prepare", "unix:///run/kms/v.sock").replace("[secrets]", resources).replace("name: vault", name);
        plan(&text, None).map(|_| ())
    };
    for sound in ["[secrets, configmaps, widgets.example.com]", "['*.']", "['*.*']", "['*.apps', secrets]"] {
        assert_eq!(encrypted(sound, "name: vault"), Ok(()), "{sound}");
    }
    for twice in
        ["[secrets, secrets]", "['*.', secrets]", "[secrets, '*.*']", "['*.*', '*.apps']", "['*.apps', deployments.apps]"]
    {
        assert_eq!(encrypted(twice, "name: vault"), Err(vec!["overlapping-resources"]), "{twice}");
    }
    for bad in ["['*']", "['apps.*']", "[secrets.]", "[a/b]", "[\"\"]"] {
        assert_eq!(encrypted(bad, "name: vault"), Err(vec!["unreadable-text"]), "{bad}");
    }
    assert_eq!(encrypted("[secrets]", "name: \"a:b\""), Err(vec!["unreadable-text"]));
}

/// What the authentication file says of an issuer beyond the mapping of its claims reaches the file.
#[test]
fn rules_of_tokens_are_written() {
    let more = "  identity:\n    issuers:\n      - { name: a, url: \"https://a.example\", audiences: [k], username: { claim: email, prefix: \"\" } }\n  waivers: [{ id: W-1, control: apiserver/structured-authentication, owner: sre, reason: r, expires: 2027-03-01 }]\n";
    let plan = plan(&small("restricted", more), None).unwrap();
    assert_eq!(outcome(&plan, "apiserver/structured-authentication"), Outcome::Weaker);
    let files = harden::targets::emit(&plan);
    let file = files.iter().find(|file| file.path.as_str().ends_with("/authentication.yaml")).unwrap().text();
    for line in ["claims.?email_verified.orValue(false) == true", "!user.username.startsWith('system:')"] {
        assert!(file.contains(line), "{line} is not in\n{file}");
    }
}
