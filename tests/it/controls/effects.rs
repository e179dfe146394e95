//! The golden of each control.

use std::{collections::BTreeSet, fmt::Write as _};

use harden::{
    base::ControlId,
    controls::{self, CATALOGUE},
    plan::{Ground, Impact, Plan},
};

use crate::support::{compare_file, none, root};

use super::{owner::OWNER, plan_over, spec_of};

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
