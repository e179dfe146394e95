//! What each control does to a plan: one golden for each, over versions and platforms. A `lower` that does nothing turns its golden red.

use std::{collections::BTreeSet, fmt::Write as _, fs};

use harden::{
    base::{Cidr, ControlId, SpecPath},
    build,
    controls::{self, CATALOGUE},
    diag::Diagnostics,
    plan::{EncryptionRecord, Ground, Held, Impact, Outcome, OwnerField, Plan, Program},
};

use crate::support::{DAY, compare_file, harden, none, root, with_cluster};

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

/// The columns of the goldens: the oldest minor, the one whose files are stable, the newest, and the two clouds.
const COLUMNS: [(&str, &str); 5] =
    [("kubeadm", "1.31.14"), ("kubeadm", "1.34.4"), ("kubeadm", "1.37.2"), ("eks", "1.36"), ("aks", "1.36")];

/// What the columns do not have, on the second of them: a name, and what is put for what in its spec.
const VARIANTS: [(&str, &str, &str); 4] = [
    ("owner's file", "      podSubnets: [10.244.0.0/16]\n", "      podSubnets: [10.244.0.0/16]\n      config: live.yaml\n"),
    ("docker", "containerd: \"2.3\"", "docker: \"28.5\", criDockerd: \"0.3.21\""),
    ("crio", "containerd: \"2.3\"", "crio: \"1.34\""),
    ("form: file", "authorization-mode: { apply: true }", "authorization-mode: { apply: true, with: { form: file } }"),
];
const VARIED: usize = 1;

#[test]
fn effects() {
    let planned = |name: String, spec: &str| {
        let opened = "  - { name: token-auth-file, value: /etc/kubernetes/tokens.csv }\n  \
             - { name: disable-admission-plugins, value: \"DefaultStorageClass,NamespaceLifecycle,ServiceAccount\" }\n";
        let plan = plan_over(spec, None, &format!("{OWNER}{opened}")).unwrap_or_else(|codes| panic!("{name}: {codes:?}"));
        (name, plan)
    };
    let mut plans: Vec<(String, Plan)> =
        COLUMNS.iter().map(|(platform, version)| planned(format!("{platform} {version}"), &spec_of(platform, version))).collect();
    let (platform, version) = COLUMNS[VARIED];
    for (name, from, to) in VARIANTS {
        let spec = spec_of(platform, version);
        assert!(spec.contains(from), "{name}");
        plans.push(planned(format!("{platform} {version} {name}"), &spec.replace(from, to)));
    }
    let mut wrong = Vec::new();
    for control in CATALOGUE {
        let path = root().join(format!("golden/controls/{}.txt", control.id));
        let text = columns(control.id(), &plans);
        // What the emptied `lower` of a control leaves behind.
        assert!(!text.contains("enforced by 0 settings"), "{} says it is enforced, and by nothing:\n{text}", control.id);
        wrong.extend(compare_file(&path, &text));
    }
    wrong.extend(compare_file(&root().join("src/controls/impacts.txt"), &impacts(&plans)));
    none(&wrong);
}

/// The impacts of what each control writes, a line each: `harden explain CONTROL` reads them.
fn impacts(plans: &[(String, Plan)]) -> String {
    let mut lines = BTreeSet::new();
    for (_, plan) in plans {
        for control in CATALOGUE {
            lines.extend(plan.impact_of_taking(control.id()).map(|impact| format!("{}\t{impact}\n", control.id)));
        }
        for (key, held) in plan.settings() {
            for control in held.reasons.iter().filter_map(|reason| reason.control) {
                let told = plan.impact_where_new(&key, Some(control)).into_iter().filter(|impact| *impact != Impact::None);
                lines.extend(told.map(|impact| format!("{}\t{impact}\n", control.0)));
            }
        }
    }
    lines.into_iter().collect()
}

/// A page that speaks of a restart names it among the impacts.
#[test]
fn pages_that_restart_say_so_at_their_end() {
    for control in CATALOGUE.iter().filter(|control| control.doc.contains("Restarts ")) {
        let told = controls::impacts(control.id).any(|impact| impact.starts_with("restarts ") || impact.contains("reboot"));
        assert!(told, "{}: {}", control.id, controls::impact_text(control.id));
    }
}

/// What a control does in each column; equal columns share their text. A variant stands there where it differs from what it varies.
fn columns(id: ControlId, plans: &[(String, Plan)]) -> String {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    let varied = effect(id, &plans[VARIED].1);
    for (index, (name, plan)) in plans.iter().enumerate() {
        let effect = effect(id, plan);
        if index >= COLUMNS.len() && effect == varied {
            continue;
        }
        match groups.iter_mut().find(|(_, present)| *present == effect) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], effect)),
        }
    }
    groups.into_iter().map(|(names, effect)| format!("{}\n{effect}", names.join(", "))).collect::<Vec<_>>().join("\n")
}

/// Verdicts, and every setting that carries the id of the control, with the cause it gives.
fn effect(id: ControlId, plan: &Plan) -> String {
    let mut text = String::new();
    let verdicts = plan.verdicts.iter().filter(|control| control.id == id).flat_map(|control| &control.verdicts);
    for verdict in verdicts {
        let ground = match &verdict.ground {
            Ground::Fact(fact) => format!("fact {}", fact.0),
            Ground::Waiver(waiver) => format!("waiver {waiver}"),
            Ground::Settings(keys) => format!("{} settings", keys.len()),
        };
        let _ = write!(text, "  {} {} by {ground}", verdict.scope, verdict.outcome);
        let _ = writeln!(text, "{}", if verdict.detail.is_empty() { String::new() } else { format!(": {}", verdict.detail) });
    }
    for (key, held) in plan.settings() {
        let causes: Vec<String> =
            held.reasons.iter().filter(|reason| reason.control == Some(id)).map(|reason| reason.cause.to_string()).collect();
        if !causes.is_empty() {
            let _ = writeln!(text, "    {key} = {} ({})", held.value, causes.join("; "));
        }
    }
    text
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

const KMS: &str = "  api:\n    sources: { admins: [203.0.113.0/24] }\n    encryptionAtRest: { kms: { name: vault, socket: SOCKET }, resources: [secrets], stage: STAGE }\n";

fn encrypted(stage: &str, socket: &str) -> String {
    let text = small("baseline", "");
    let (before, _) = text.split_once("  api:").unwrap();
    format!("{before}{}", KMS.replace("STAGE", stage).replace("SOCKET", socket))
}

#[test]
fn encryption_goes_one_stage_at_a_time() {
    let with = |last: Option<&str>, stage: &str| plan(&encrypted(stage, "unix:///run/kms/v.sock"), last).map(|_| ());
    let skipped = Err(vec!["encryption-stage-skipped"]);
    for (last, stage) in [
        (None, "enforce"),
        (Some("none"), "prepare"),
        (Some("prepare"), "write"),
        (Some("write"), "enforce"),
        (Some("enforce"), "write"),
    ] {
        assert_eq!(with(last, stage), Ok(()), "{last:?} to {stage}");
    }
    for (last, stage) in [("none", "write"), ("none", "enforce"), ("prepare", "enforce"), ("enforce", "prepare")] {
        assert_eq!(with(Some(last), stage), skipped, "{last} to {stage}");
    }
}

#[test]
fn what_was_encrypted_stays_readable() {
    let record = |stage: &str, provider: &str, name: Option<&str>, resources: &[&str]| EncryptionRecord {
        stage: stage.to_owned(),
        provider: Some(provider.to_owned()),
        name: name.map(str::to_owned),
        resources: Some(resources.iter().map(|resource| (*resource).to_owned()).collect()),
    };
    let with =
        |stage: &str, last: EncryptionRecord| plan_over(&encrypted(stage, "unix:///run/kms/v.sock"), Some(last), "").map(|_| ());
    let changed = Err(vec!["encryption-changed"]);
    for stage in ["prepare", "write", "enforce"] {
        assert_eq!(with(stage, record(stage, "kms", Some("vault"), &["secrets"])), Ok(()), "{stage}");
        assert_eq!(with(stage, record(stage, "secretbox", None, &["secrets"])), changed, "{stage}: provider");
        assert_eq!(with(stage, record(stage, "kms", Some("hsm"), &["secrets"])), changed, "{stage}: name");
        assert_eq!(with(stage, record(stage, "kms", Some("vault"), &["secrets", "configmaps"])), changed, "{stage}: removed");
        assert_eq!(with(stage, at_stage(stage)), Ok(()), "{stage}: an older manifest");
    }
    assert_eq!(with("prepare", record("write", "kms", Some("vault"), &["*."])), changed);
    let fewer = record("prepare", "kms", Some("vault"), &[]);
    assert_eq!(with("prepare", fewer.clone()), Ok(()));
    assert_eq!(with("write", fewer), changed);
}

#[test]
fn encryption_is_not_dropped_in_any_way() {
    let waived = format!(
        "{}  controls: {{ apiserver/encryption-at-rest: {{ apply: false, waiver: W-1 }} }}\n  waivers:\n    - {{ id: W-1, control: apiserver/encryption-at-rest, owner: sre, reason: r, expires: 2027-03-01 }}\n",
        encrypted("enforce", "unix:///run/kms/v.sock")
    );
    for text in [small("baseline", ""), small("restricted", ""), waived] {
        assert_eq!(plan(&text, Some("enforce")).map(|_| ()), Err(vec!["encryption-dropped"]));
        assert!(plan(&text, Some("none")).is_ok());
    }
}

#[test]
fn a_kms_socket_is_mounted_without_those_of_others() {
    let mounts = |socket: &str| {
        let plan = plan(&encrypted("prepare", socket), None).unwrap();
        let mounts = &plan.component(Program::KubeApiserver).mounts;
        mounts.values().filter(|mount| mount.value.name == "kms-socket").map(|mount| mount.value.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(mounts("unix:///run/kms/v.sock"), ["/run/kms ro Directory"]);
    assert_eq!(mounts("unix:///run/v.sock"), ["/run/v.sock ro Socket"]);
}

/// A path of the spec stays one code span in the steps, whatever stands in it.
#[test]
fn a_path_of_the_spec_cannot_write_into_the_steps() {
    let path = "/etc/ssl/certs/siem'`x`.crt";
    let siem = format!(
        "  logging: {{ siem: {{ syslog: {{ host: siem.example.internal, port: 6514, tls: true, caFile: \"{path}\" }} }} }}\n"
    );
    let mut diags = Diagnostics::default();
    let built = with_cluster(&small("restricted", &siem), "", None, &mut diags, build::build).unwrap();
    let report = built.artifacts.iter().find(|artifact| artifact.path.as_str() == "REPORT.md").unwrap().text();
    let step = report.lines().find(|line| line.contains("These files must be there")).unwrap();
    assert!(step.contains(&format!("`` {path} ``")), "{step}");
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
fn a_shorter_retention_needs_a_waiver() {
    let audit = "  logging: { audit: { retentionDays: 7 } }\n";
    assert_eq!(plan(&small("baseline", audit), None).map(|_| ()), Err(vec!["waiver-needed"]));
    let waiver = "  waivers: [{ id: W-1, control: apiserver/audit-log, owner: dpo, reason: law, expires: 2027-03-01 }]\n";
    let plan = plan(&small("baseline", &format!("{audit}{waiver}")), None).unwrap();
    assert_eq!(api_server(&plan, "audit-log-maxage").as_deref(), Some("7"));
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

const OWNER: &str = "\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
apiServer:
  extraArgs:
";

/// A plan of the baseline, or of more, over arguments of the owner: `name=value`.
fn over(arguments: &[&str], more: &str) -> Result<Plan, Vec<&'static str>> {
    let lines = arguments.iter().filter_map(|argument| argument.split_once('='));
    let lines: String = lines.map(|(name, value)| format!("  - {{ name: {name}, value: \"{value}\" }}\n")).collect();
    let text = small("baseline", more).replace("      podSubnets:", "      config: live.yaml\n      podSubnets:");
    plan_over(&text, None, &format!("{OWNER}{lines}"))
}

#[test]
fn what_the_owner_opened_is_closed() {
    let plan = over(
        &[
            "token-auth-file=/etc/kubernetes/tokens.csv",
            "authorization-mode=AlwaysAllow,Webhook",
            "authorization-webhook-config-file=/etc/kubernetes/pki/webhook.yaml",
            "disable-admission-plugins=ServiceAccount,NamespaceLifecycle,PodSecurity,DefaultStorageClass",
            "enable-admission-plugins=PodNodeSelector",
            "requestheader-allowed-names=",
            "profiling=true",
            "service-account-lookup=false",
        ],
        "",
    )
    .unwrap();
    for (flag, value) in [
        ("token-auth-file", None),
        ("authorization-mode", Some("Node,RBAC,Webhook")),
        ("disable-admission-plugins", Some("DefaultStorageClass")),
        ("enable-admission-plugins", Some("PodNodeSelector,NodeRestriction")),
        ("requestheader-allowed-names", Some("front-proxy-client")),
        ("profiling", Some("false")),
        ("service-account-lookup", Some("true")),
    ] {
        assert_eq!(api_server(&plan, flag).as_deref(), value, "{flag}");
    }
    let fate = |flag: &str| plan.owner.iter().find(|note| note.field.ends_with(flag)).unwrap().fate;
    assert_eq!(fate("/token-auth-file"), OwnerField::Refused);
    assert_eq!(fate("/authorization-mode"), OwnerField::Overridden);
}

/// Where the owner's value is not the installer's, the change costs what it costs, although kubeadm alone would write the same.
#[test]
fn what_is_taken_from_the_owner_has_its_impact() {
    let sections = "apiServer: { extraArgs: [{ name: authorization-mode, value: AlwaysAllow }, { name: profiling, value: \"false\" }, \
         { name: enable-admission-plugins, value: PodNodeSelector }] }\n\
         controllerManager: { extraArgs: [{ name: use-service-account-credentials, value: \"false\" }] }\n\
         etcd: { local: { extraArgs: [{ name: client-cert-auth, value: \"false\" }, { name: peer-client-cert-auth, value: \"true\" }] } }\n";
    let kubelet =
        "authentication: { anonymous: { enabled: true } }\nauthorization: { mode: AlwaysAllow }\nrotateCertificates: false\n";
    let theirs = over_documents(&format!("{sections}{KUBELET}{kubelet}")).unwrap();
    let nobodys = over(&[], "").unwrap();
    let impact = |plan: &Plan, key: &str, control: &str| -> String {
        let control = CATALOGUE.iter().find(|known| known.id == control).unwrap().id();
        plan.impact(&key.parse().unwrap(), Some(control)).iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    for (key, control, expected) in [
        ("apiserver/flag/authorization-mode", "apiserver/authorization-mode", "restarts kube-apiserver"),
        ("apiserver/flag/enable-admission-plugins", "admission/node-restriction", "refuses kubelets that write other nodes"),
        (
            "controller-manager/flag/use-service-account-credentials",
            "controller-manager/service-account-credentials",
            "restarts kube-controller-manager",
        ),
        ("etcd/flag/client-cert-auth", "etcd/client-tls", "restarts etcd"),
        ("kubelet/field/authentication.anonymous.enabled", "kubelet/anonymous", "answers 401"),
        ("kubelet/field/authorization.mode", "kubelet/authorization", "restarts kubelet"),
        ("kubelet/field/rotateCertificates", "kubelet/rotate-certificates", "restarts kubelet"),
    ] {
        assert!(impact(&theirs, key, control).starts_with(expected), "{key}: {}", impact(&theirs, key, control));
        assert_eq!(impact(&nobodys, key, control), "none", "{key}");
    }
    for (key, control) in
        [("apiserver/flag/profiling", "apiserver/profiling"), ("etcd/flag/peer-client-cert-auth", "etcd/peer-tls")]
    {
        assert_eq!(impact(&theirs, key, control), "none", "{key}: the owner has it already");
    }
}

#[test]
fn what_the_owner_chose_and_is_sound_stays() {
    let mine = ["client-ca-file=/etc/kubernetes/pki/my-ca.crt", "request-timeout=5m", "tls-min-version=VersionTLS13"];
    let plan = over(&mine, "").unwrap();
    for argument in mine {
        let (flag, value) = argument.split_once('=').unwrap();
        assert_eq!(api_server(&plan, flag).as_deref(), Some(value), "{flag}");
    }
    assert_eq!(api_server(&plan, "tls-cipher-suites"), None, "suites beside TLS 1.3");
    assert_eq!(outcome(&plan, "apiserver/request-timeout"), Outcome::Weaker);
    let one = over(&["bind-address=192.0.2.1"], "").unwrap();
    assert_eq!(api_server(&one, "bind-address"), None, "the address of one node would stand in every node's manifest");
}

#[test]
fn the_only_plugin_that_is_switched_off_takes_the_flag_with_it() {
    let plan = over(&["disable-admission-plugins=ServiceAccount"], "").unwrap();
    assert_eq!(api_server(&plan, "disable-admission-plugins"), None);
}

/// Nothing that Gatekeeper says counts where the API server is told to ask nobody.
#[test]
fn what_asks_gatekeeper_stays_on() {
    let off = "disable-admission-plugins=ValidatingAdmissionWebhook,MutatingAdmissionWebhook,ValidatingAdmissionPolicy,\
        MutatingAdmissionPolicy,DefaultStorageClass";
    let more = "  controls: { policy/privileged: { apply: true } }\n  \
         policies: { engines: { gatekeeper: { version: \"3.20\", installed: values } }, failure: closed }\n";
    let left = api_server(&over(&[off], more).unwrap(), "disable-admission-plugins").unwrap();
    assert_eq!(left, "MutatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy,DefaultStorageClass");
    let nobody = api_server(&over(&[off], "").unwrap(), "disable-admission-plugins").unwrap();
    assert!(nobody.starts_with("ValidatingAdmissionWebhook,"), "no policy rests on it: {nobody}");
}

/// A plan over whole documents of the owner, after the type of the ClusterConfiguration.
fn over_documents(documents: &str) -> Result<Plan, Vec<&'static str>> {
    let text = small("baseline", "").replace("      podSubnets:", "      config: live.yaml\n      podSubnets:");
    plan_over(&text, None, &format!("{}{documents}", OWNER.split_once("apiServer").unwrap().0))
}

const KUBELET: &str = "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

#[test]
fn what_undoes_a_control_is_left_behind() {
    let sections = "apiServer:\n  extraArgs:\n  - { name: authorization-mode, value: \"ABAC,Node,RBAC\" }\n  \
         - { name: authorization-policy-file, value: /etc/kubernetes/pki/abac.json }\n  \
         - { name: requestheader-username-headers, value: X-Evil }\n  \
         extraVolumes:\n  - { name: a, hostPath: /, mountPath: /host }\n  - { name: b, hostPath: /srv, mountPath: /etc/kubernetes/audit }\n  \
         - { name: k8s-certs, hostPath: /srv, mountPath: /etc/kubernetes/pki }\n  - { name: c, hostPath: //var/run/docker.sock, mountPath: /d }\n  \
         - { name: d, hostPath: /var/lib/etcd/member, mountPath: /e }\n  - { name: e, hostPath: /srv, mountPath: /usr/local/bin }\n  \
         extraEnvs: [{ name: TOKEN, value: hunter2 }, { name: NO_PROXY, value: 192.0.2.0/24 }, { name: HTTPS_PROXY, value: \"http://u:hunter2@p\" }]\n\
         scheduler: { extraArgs: [{ name: authorization-always-allow-paths, value: \"/healthz,/*\" }] }\n\
         controllerManager: { extraArgs: [{ name: authorization-always-allow-paths, value: /metrics }, { name: cluster-cidr, value: \"Bearer hunter2\" }] }\n\
         etcd: { local: { extraArgs: [{ name: force-new-cluster, value: \"true\" }, { name: listen-metrics-urls, value: \"http://0.0.0.0:2381\" }, \
         { name: config-file, value: /x }], extraEnvs: [{ name: ETCD_CLIENT_CERT_AUTH, value: \"false\" }] } }\n";
    let kubelet = "staticPodURL: http://192.0.2.9/\nstaticPodURLHeader: { Authorization: [hunter2] }\nstaticPodPath: /srv\nallowedUnsafeSysctls: [\"*\"]\n";
    let others = "---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: userspace\n---\n\
         apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\npatches: { directory: /srv }\nnodeRegistration: { kubeletExtraArgs: [{ name: manifest-url, value: http://x/ }] }\n";
    let plan = over_documents(&format!("{sections}{KUBELET}{kubelet}{others}")).unwrap();
    let refused: Vec<&str> = plan.owner.iter().filter(|n| n.fate == OwnerField::Refused).map(|n| n.field.as_str()).collect();
    for field in [
        "apiServer/extraArgs/authorization-mode",
        "apiServer/extraArgs/authorization-policy-file",
        "apiServer/extraArgs/requestheader-username-headers",
        "apiServer/extraVolumes/a",
        "apiServer/extraVolumes/b",
        "apiServer/extraVolumes/k8s-certs",
        "apiServer/extraVolumes/c",
        "apiServer/extraVolumes/d",
        "apiServer/extraVolumes/e",
        "apiServer/extraEnvs/TOKEN",
        "apiServer/extraEnvs/HTTPS_PROXY",
        "scheduler/extraArgs/authorization-always-allow-paths",
        "controllerManager/extraArgs/authorization-always-allow-paths",
        "controllerManager/extraArgs/cluster-cidr",
        "etcd/local/extraArgs/force-new-cluster",
        "etcd/local/extraArgs/listen-metrics-urls",
        "etcd/local/extraArgs/config-file",
        "etcd/local/extraEnvs/ETCD_CLIENT_CERT_AUTH",
        "KubeletConfiguration/staticPodURL",
        "KubeletConfiguration/staticPodURLHeader",
        "KubeletConfiguration/staticPodPath",
        "KubeletConfiguration/allowedUnsafeSysctls",
        "KubeProxyConfiguration/mode",
        "InitConfiguration/patches",
        "InitConfiguration/nodeRegistration/kubeletExtraArgs/manifest-url",
    ] {
        assert!(refused.iter().any(|refused| refused.ends_with(field)), "{field} is not among {refused:#?}");
    }
    assert_eq!(api_server(&plan, "authorization-mode").as_deref(), Some("Node,RBAC"));
    let tree: String = harden::targets::emit(&plan).iter().map(|artifact| artifact.text()).collect();
    for gone in ["hunter2", "X-Evil", "ETCD_CLIENT_CERT_AUTH", "/srv", "docker.sock", "force-new-cluster", "userspace"] {
        assert!(!tree.contains(gone), "{gone} stands in the tree");
    }
    assert!(tree.contains("NO_PROXY") && plan.owner.iter().all(|note| !note.value.contains("hunter2")));
}

#[test]
fn what_the_cluster_may_rest_on_is_not_left_out() {
    for wrong in [
        "apiServer: { extraArgs: [{ name: etcd-servers, value: \"http://127.0.0.1:2379\" }] }\n",
        "apiServer: { extraArgs: [{ name: etcd-servers, value: \"https://192.0.2.99:2379\" }] }\n",
        "apiServer: { extraArgs: [{ name: etcd-servers-overrides, value: \"/events#http://192.0.2.9:2379\" }] }\n",
        "apiServer: { extraVolumes: [{ name: A, hostPath: /srv, mountPath: /srv }] }\n",
        "apiServer: { extraVolumes: [{ name: a, hostPath: ../.., mountPath: rel }] }\n",
        "etcd: { external: { endpoints: [\"http://192.0.2.9:2379\"], caFile: /etc/e/ca, certFile: /etc/e/c, keyFile: /etc/e/k } }\n",
        "etcd: { external: { endpoints: [\"https://192.0.2.9:2379\"], caFile: /ca, certFile: /etc/e/c, keyFile: /etc/e/k } }\n",
    ] {
        assert_eq!(over_documents(wrong).map(|_| ()), Err(vec!["owner-unusable"]), "{wrong}");
    }
    let same = "apiServer: { extraArgs: [{ name: etcd-servers, value: \"https://127.0.0.1:2379\" }] }\n";
    assert!(over_documents(same).is_ok());
}

#[test]
fn a_character_that_nobody_sees_stops_the_build() {
    for wrong in [
        "apiServer: { extraArgs: [{ name: event-ttl, value: \"1h\\n--token-auth-file=/x\" }] }\n",
        "clusterName: \"a\\0\"\n",
        "imageRepository: \"a\\u202Eb\"\n",
        "apiServer: { certSANs: [\"a\\u2028b\"] }\n",
        "apiServer: { extraVolumes: [{ name: a, hostPath: \"/a\\x9b\", mountPath: /a }] }\n",
        "apiServer: { extraEnvs: [{ name: \"NO_PROXY\\n\", value: a }] }\n",
    ] {
        assert_eq!(over_documents(wrong).map(|_| ()).map_err(|codes| codes[0]), Err("owner-control-character"), "{wrong}");
    }
}

#[test]
fn a_waiver_reaches_as_far_as_it_says() {
    let with = |scope: &str| {
        let more = format!(
            "  namespaces: [{{ name: shop }}]\n  controls: {{ apiserver/profiling: {{ apply: false, waiver: W-1 }} }}\n  waivers: [{{ id: W-1, control: apiserver/profiling{scope}, owner: sre, reason: r, expires: 2027-03-01 }}]\n"
        );
        plan(&small("baseline", &more), None)
    };
    assert_eq!(outcome(&with("").unwrap(), "apiserver/profiling"), Outcome::Waived);
    for scope in ["{ namespace: shop }", "{ workload: Deployment/web }", "{ cluster: elsewhere-* }"] {
        assert_eq!(with(&format!(", scope: {scope}")).map(|_| ()), Err(vec!["waiver-needed"]), "{scope}");
    }
}

/// A waiver for other clusters is no intent of this one.
#[test]
fn a_waiver_of_another_cluster_is_not_reported() {
    let more = "  waivers: [{ id: W-1, control: apiserver/profiling, scope: { cluster: elsewhere }, owner: sre, reason: r, expires: 2027-03-01 }]\n";
    let plan = plan(&small("baseline", more), None).unwrap();
    assert!(plan.intents.iter().all(|intent| !intent.path.as_str().starts_with("/waivers/")));
}

#[test]
fn a_reprieve_names_a_waiver() {
    let folder = tempfile::tempdir().unwrap();
    let more = "  waivers: [{ id: W-1, control: apiserver/profiling, owner: sre, reason: r, expires: 2026-11-01 }]\n";
    fs::write(folder.path().join("cluster.yaml"), small("baseline", more)).unwrap();
    let build = |grace: &str| {
        let output = harden(folder.path(), &["build", "cluster.yaml", "--as-of", DAY, "--grace", grace]);
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, text) = build("W-2=2027-01-01");
    assert!(code == Some(2) && text.contains("no waiver has this id"), "{code:?} {text}");
    let (code, text) = build("W-1=2027-01-01");
    assert_eq!(code, Some(0), "{text}");
}
