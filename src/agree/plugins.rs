//! Admission plugins: lists that exclude each other, a plugin that must not be lost, plugins that need a configuration of their
//! own.

use std::collections::BTreeSet;

use crate::{
    facts,
    plan::{Held, Plan, Program},
};

use super::settings::{Clash, Rule, Side, text, waived};

const SERVER: Program = Program::KubeApiserver;
const ENABLE: &str = "enable-admission-plugins";
const DISABLE: &str = "disable-admission-plugins";
const FILE: &str = "admission-control-config-file";

const NODE_RESTRICTION: &str = "NodeRestriction";
const NODE_RESTRICTION_CONTROL: &str = "admission/node-restriction";

pub(super) const NODE_RESTRICTION_LOST: Rule = Rule {
    id: "node-restriction-lost",
    about: "The list of admission plugins replaces kubeadm's own, and NodeRestriction is not in it, or is switched off. A kubelet could \
        then change other nodes and their pods. A waiver of `admission/node-restriction` says that this is meant.",
    check: node_restriction_lost,
};

fn node_restriction_lost(plan: &Plan) -> Vec<Clash> {
    const PLUGIN: &str = NODE_RESTRICTION;
    const CONTROL: &str = NODE_RESTRICTION_CONTROL;
    if waived(plan, CONTROL) {
        return Vec::new();
    }
    let server = plan.component(SERVER);
    let lost = Side::flag(plan, SERVER, ENABLE).filter(|_| !server.flag_has(ENABLE, PLUGIN));
    let off = Side::item(plan, SERVER, DISABLE, PLUGIN).filter(|_| server.flag_has(DISABLE, PLUGIN));
    let clash = |a: Side, how: &str, help: String, b: Option<Side>| Clash {
        message: format!("admission plugin `{PLUGIN}` is {how}: a kubelet could change other nodes"),
        help,
        a,
        b,
    };
    let select = format!("select `{CONTROL}`, which names it, or waive that control");
    let lost = lost.map(|a| clash(a, "not in the list of enabled plugins", select, Side::absent(plan, CONTROL)));
    let take_out = format!("take `{PLUGIN}` out of `{DISABLE}`, or waive `{CONTROL}`");
    let enabled = Side::item(plan, SERVER, ENABLE, PLUGIN).filter(|_| server.flag_has(ENABLE, PLUGIN));
    let off = off.map(|a| clash(a, "disabled", take_out, Side::absent(plan, CONTROL).or(enabled)));
    lost.into_iter().chain(off).collect()
}

pub(super) const PLUGIN_ENABLED_AND_DISABLED: Rule = Rule {
    id: "plugin-enabled-and-disabled",
    about: "One admission plugin is in both lists, `--enable-admission-plugins` and `--disable-admission-plugins`. The API server does \
        not start.",
    check: plugin_enabled_and_disabled,
};

fn plugin_enabled_and_disabled(plan: &Plan) -> Vec<Clash> {
    let server = plan.component(SERVER);
    let disabled = text(plan, SERVER, DISABLE).unwrap_or_default();
    let clash = |plugin: &str| {
        Some(Clash {
            message: format!("admission plugin `{plugin}` is both enabled and disabled"),
            help: format!("take `{plugin}` out of one of the two lists"),
            a: Side::item(plan, SERVER, DISABLE, plugin)?,
            b: Side::item(plan, SERVER, ENABLE, plugin),
        })
    };
    // That one is told by a rule of its own.
    let told = |plugin: &str| plugin == NODE_RESTRICTION && !waived(plan, NODE_RESTRICTION_CONTROL);
    let both = disabled.split(',').map(str::trim).filter(|plugin| server.flag_has(ENABLE, plugin) && !told(plugin));
    both.filter_map(clash).collect()
}

pub(super) const PLUGIN_WITHOUT_CONFIGURATION: Rule = Rule {
    id: "plugin-without-configuration",
    about: "An admission plugin is enabled that needs a configuration of its own (EventRateLimit, ImagePolicyWebhook), and the file that \
        the API server is given holds none: it does not start.",
    check: plugin_without_configuration,
};

/// A plugin for whose configuration there is a control.
struct Configured {
    plugin: &'static str,
    control: &'static str,
    /// Whether the file that is written here holds it.
    is_written: fn(&Plan) -> bool,
}

const CONFIGURED: [Configured; 1] = [Configured {
    plugin: "EventRateLimit",
    control: "admission/event-rate-limit",
    is_written: |plan| plan.event_limits.is_some(),
}];

fn configured(plugin: &str) -> Option<&'static Configured> {
    CONFIGURED.iter().find(|known| known.plugin == plugin)
}

fn plugin_without_configuration(plan: &Plan) -> Vec<Clash> {
    let file = plan.component(SERVER).flags.get(FILE);
    // What a file of the owner holds is not known here.
    if file.is_some_and(|flag| flag.held.reasons.iter().all(|reason| reason.control.is_none())) {
        return Vec::new();
    }
    let needing = facts::plugins(plan.cluster.minor()).filter(|plugin| plugin.configuration);
    let is_written = |plugin: &str| configured(plugin).is_some_and(|known| (known.is_written)(plan));
    let without = needing.filter(|plugin| plan.component(SERVER).flag_has(ENABLE, plugin.name) && !is_written(plugin.name));
    let clash = |plugin: facts::Plugin| {
        let control = configured(plugin.name).map(|known| known.control);
        let absent = control.and_then(|control| Side::absent(plan, control));
        Some(Clash {
            message: format!("admission plugin `{}` is enabled, and nothing gives it its configuration", plugin.name),
            help: match control {
                Some(control) => {
                    format!("select `{control}`, which brings plugin, file and mount together, or take the plugin out")
                }
                None => by_the_owner(file.map(|flag| &flag.held)),
            },
            a: Side::item(plan, SERVER, ENABLE, plugin.name)?,
            b: absent.or_else(|| Side::flag(plan, SERVER, FILE)),
        })
    };
    without.filter_map(clash).collect()
}

/// No control writes the configuration: a file of the owner must hold it, and stand alone.
fn by_the_owner<T>(written: Option<&Held<T>>) -> String {
    let reasons = written.into_iter().flat_map(|held| &held.reasons);
    let writers: BTreeSet<String> = reasons.filter_map(|reason| reason.control).map(|control| format!("`{control}`")).collect();
    let waive = if writers.is_empty() {
        String::new()
    } else {
        format!("waive {} and ", writers.into_iter().collect::<Vec<_>>().join(" and "))
    };
    format!("take the plugin out, or {waive}name a file of your own that configures it in `{FILE}`")
}
