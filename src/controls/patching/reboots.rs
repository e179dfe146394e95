//! Reboots nodes in a window when their patches need it.

use crate::{
    base::{Area, Cause, Level, SpecPath},
    controls::{Applies, Control, Param, ParamKind, Stricter, strokes},
    facts,
    plan::{Ground, Lowering, NodePlan, Outcome, RebootWindow, Scope, patching_key},
    resolve::Resolved,
    spec::words::Reboot,
};

const ID: &str = "patching/reboots";

pub(in crate::controls) const CONTROL: Control = Control {
    id: ID,
    area: Area::Vulnerabilities,
    title: "reboot nodes in a window when their patches need it",
    level: Level::Baseline,
    doc: include_str!("reboots.md"),
    params: &[Param {
        name: "hours",
        kind: ParamKind::Int { min: 1, max: 23 },
        stricter: Stricter::Neither,
        about: "how many hours after its start the window closes, at most until midnight",
    }],
    applies,
    lower,
};

fn applies(cluster: &Resolved) -> Applies {
    match cluster.vulnerabilities.reboot {
        None => Applies::No(Outcome::NotApplicable, facts::id::NOT_DECLARED),
        Some(Reboot::Kured | Reboot::Provider | Reboot::Owner) => Applies::Yes,
    }
}

fn lower(cluster: &Resolved, out: &mut Lowering<'_>) {
    let place = SpecPath::new("/vulnerabilities/patching");
    let (outcome, fact) = match cluster.vulnerabilities.reboot {
        Some(Reboot::Kured) => return kured(cluster, out, &place),
        Some(Reboot::Provider) if cluster.kubeadm.is_some() => (Outcome::Impossible, facts::id::NO_PROVIDER),
        Some(Reboot::Provider) => (Outcome::Provider, facts::id::PROVIDER_REPLACES_NODES),
        Some(Reboot::Owner) | None => (Outcome::Elsewhere, facts::id::OWNER_REBOOTS),
    };
    out.verdict(Scope::Cluster, outcome, fact, "");
    for field in ["reboot", "window"] {
        strokes::intents(cluster, out, &place.child(field), outcome, &Ground::Fact(fact), "");
    }
}

/// The systems whose packages write the file that kured waits for.
const TELL: [&str; 5] = ["debian-12", "debian-13", "ubuntu-22.04", "ubuntu-24.04", "azure-linux-3"];

fn kured(cluster: &Resolved, out: &mut Lowering<'_>, place: &SpecPath) {
    let key = patching_key("reboots");
    let Some(window) = cluster.vulnerabilities.window else {
        let detail = "the spec gives no `vulnerabilities.patching.window`";
        out.verdict(Scope::Cluster, Outcome::Weaker, facts::id::REBOOT_ANY_TIME, detail);
        let ground = Ground::Fact(facts::id::REBOOT_ANY_TIME);
        strokes::intents(cluster, out, &place.child("reboot"), Outcome::Weaker, &ground, detail);
        return;
    };
    let (hours, _) = cluster.int(ID, "hours");
    let minutes = (i64::from(window.hour) + hours) * 60 + i64::from(window.minute);
    let last = minutes.min(23 * 60 + 59);
    let planned = RebootWindow {
        day: window.day.to_string().to_lowercase().chars().take(2).collect(),
        start: format!("{:02}:{:02}", window.hour, window.minute),
        end: format!("{:02}:{:02}", last / 60, last % 60),
    };
    out.because(Cause::Spec(place.child("window")));
    let held = out.held(planned);
    out.plan_mut().patching.reboots = Some(held);
    let (windows, others): (Vec<&NodePlan>, Vec<&NodePlan>) =
        cluster.pools.iter().partition(|pool| pool.os.starts_with("windows"));
    let silent: Vec<&NodePlan> = others.iter().filter(|pool| !TELL.contains(&pool.os.as_str())).copied().collect();
    let (outcome, ground) = if cluster.addons.iter().all(|addon| addon.name != "kured") {
        (Outcome::Weaker, Ground::Fact(facts::id::KURED_NEEDED))
    } else if silent.len() == others.len() {
        (Outcome::Weaker, Ground::Fact(facts::id::NO_REBOOT_SENTINEL))
    } else {
        (Outcome::Enforced, Ground::Settings(vec![key]))
    };
    for pool in windows {
        out.verdict(Scope::Pool(pool.name.clone()), Outcome::Impossible, facts::id::KURED_LINUX, format!("`{}`", pool.os));
    }
    for pool in silent {
        out.verdict(Scope::Pool(pool.name.clone()), Outcome::Weaker, facts::id::NO_REBOOT_SENTINEL, format!("`{}`", pool.os));
    }
    let detail = if minutes > last { "the window closes at midnight" } else { "" };
    let midnight = if minutes > last { ", where it closes" } else { "" };
    let window =
        format!("{} {:02}:{:02} to {:02}:{:02}{midnight}, UTC", window.day, window.hour, window.minute, last / 60, last % 60);
    strokes::intents(cluster, out, &place.child("reboot"), outcome, &ground, detail);
    strokes::intents(cluster, out, &place.child("window"), outcome, &ground, &window);
    out.verdict_on(Scope::Cluster, outcome, ground, detail);
}
