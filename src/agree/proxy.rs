//! kube-proxy: values that its exact version refuses.

use std::collections::BTreeSet;

use crate::{
    base::Cidr,
    facts,
    plan::{Plan, Program, SettingKey},
};

use super::settings::{Clash, Rule, Side};

const FIELD: &str = "nodePortAddresses";

pub(super) const NODE_PORT_ADDRESS_REFUSED: Rule = Rule {
    id: "node-port-address-refused",
    about: "kube-proxy does not start with this list of addresses for NodePorts. Up to 1.36 it takes ranges, or `primary` alone; from 1.37 \
        ranges and the words `primary`, `localhost` and `all`, each once.",
    check: node_port_address_refused,
};

fn node_port_address_refused(plan: &Plan) -> Vec<Clash> {
    let Some(held) = plan.component(Program::KubeProxy).fields.get(FIELD) else { return Vec::new() };
    let items: Vec<&str> = held.value.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    let mixes = facts::holds(facts::id::NODE_PORT_WORDS, plan.cluster.version);
    let Some(why) = refused(&items, mixes) else { return Vec::new() };
    let help = if mixes {
        "write ranges and the words `primary`, `localhost` and `all`, each once"
    } else {
        "write ranges alone, or `primary` alone"
    };
    vec![Clash {
        message: format!("kube-proxy of Kubernetes {} does not start: {why}", plan.cluster.version),
        help: help.to_owned(),
        a: Side::of(&SettingKey::Field(Program::KubeProxy, FIELD.to_owned()), held),
        b: Some(Side::version(plan)),
    }]
}

/// Why a list is refused, if it is; `mixes` where the version takes several words beside ranges.
fn refused(items: &[&str], mixes: bool) -> Option<String> {
    let known: &[&str] = if mixes { &["primary", "localhost", "all"] } else { &["primary"] };
    let words: Vec<&str> = items.iter().copied().filter(|item| item.parse::<Cidr>().is_err()).collect();
    if let Some(word) = words.iter().find(|word| !known.contains(word)) {
        return Some(format!("`{word}` is neither a range nor a word that it knows in `{FIELD}`"));
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = items.iter().find(|item| !seen.insert(**item)) {
        return Some(format!("`{twice}` stands twice in `{FIELD}`"));
    }
    (!mixes && !words.is_empty() && items.len() > 1)
        .then(|| format!("`{}` does not go with other entries of `{FIELD}`", words[0]))
}
