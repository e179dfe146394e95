//! Which of two network policies lets pass more: ranges, ports and peers that one has and the other has not. Policies of
//! Kubernetes, Cilium and Calico are compared alike, by the names of their fields; what selects pods has to be the same.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::base::Cidr;

/// Lists that let pass more the longer they are; an empty one is compared with its like alone.
const GRANTS: [&str; 16] = [
    "dns",
    "egress",
    "from",
    "fromCIDR",
    "fromCIDRSet",
    "fromEndpoints",
    "fromEntities",
    "ingress",
    "nets",
    "ports",
    "to",
    "toCIDR",
    "toCIDRSet",
    "toEndpoints",
    "toFQDNs",
    "toPorts",
];
/// Lists of what is left out: they let pass less the longer they are.
const LEFT_OUT: [&str; 2] = ["except", "notNets"];
/// Fields without which everything passes that they would look at.
const NARROWS: [&str; 8] = ["except", "from", "notNets", "notSelector", "ports", "rules", "to", "toPorts"];

/// Compares two policies as the plan writes them; `Greater` where the first lets pass less.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b): (Value, Value) = (serde_json::from_str(a).ok()?, serde_json::from_str(b).ok()?);
    super::by_cover(covers("", &b, &a), covers("", &a, &b))
}

/// Whether everything passes by the outer value that passes by the inner one, in a field of this name.
fn covers(field: &str, outer: &Value, inner: &Value) -> bool {
    if outer == inner {
        return true;
    }
    match (outer, inner) {
        (Value::String(outer), Value::String(inner)) => range_covers(field, outer, inner),
        (Value::Array(outer), Value::Array(inner)) if LEFT_OUT.contains(&field) => {
            outer.iter().all(|out| inner.iter().any(|other| covers("cidr", other, out)))
        }
        (Value::Array(outer), Value::Array(inner)) if GRANTS.contains(&field) => list_covers(field, outer, inner),
        (Value::Object(outer), Value::Object(inner)) if field == "ports" => ports_cover(outer, inner),
        (Value::Object(outer), Value::Object(inner)) => object_covers(outer, inner),
        (_, _) => false,
    }
}

fn range_covers(field: &str, outer: &str, inner: &str) -> bool {
    let is_range = ["cidr", "fromCIDR", "nets", "toCIDR"].contains(&field);
    match (outer.parse::<Cidr>(), inner.parse::<Cidr>()) {
        (Ok(outer), Ok(inner)) => is_range && outer.covers(&inner),
        (_, _) => false,
    }
}

/// Where a rule refuses, the order counts, and lists are no sets.
fn list_covers(field: &str, outer: &[Value], inner: &[Value]) -> bool {
    let refuses = |item: &Value| item.get("action").is_some_and(|action| action != "Allow");
    !outer.is_empty()
        && !inner.is_empty()
        && !outer.iter().chain(inner).any(refuses)
        && inner.iter().all(|item| outer.iter().any(|other| covers(field, other, item)))
}

/// An empty rule means everything in one dialect and nothing in another.
fn object_covers(outer: &Map<String, Value>, inner: &Map<String, Value>) -> bool {
    let mut fields = outer.keys().chain(inner.keys());
    !outer.is_empty()
        && !inner.is_empty()
        && fields.all(|field| match (outer.get(field), inner.get(field)) {
            (Some(outer), Some(inner)) => covers(field, outer, inner),
            (None, Some(_)) => NARROWS.contains(&field.as_str()),
            (Some(_), None) | (None, None) => false,
        })
}

/// Ports of one protocol, from the first to the last; without a port every one is meant. Named ones only equal themselves.
fn ports_cover(outer: &Map<String, Value>, inner: &Map<String, Value>) -> bool {
    let span = |port: &Map<String, Value>| {
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        let first = match port.get("port") {
            Some(first) => number(first)?,
            None => return Some((0, u64::from(u16::MAX))),
        };
        Some((first, port.get("endPort").map_or(Some(first), number)?))
    };
    match (span(outer), span(inner)) {
        (Some(wide), Some(narrow)) => outer.get("protocol") == inner.get("protocol") && wide.0 <= narrow.0 && narrow.1 <= wide.1,
        (_, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kubernetes(peer: &str, ports: &str) -> String {
        format!(r#"{{"podSelector":{{}},"policyTypes":["Egress"],"egress":[{{"to":[{peer}]{ports}}}]}}"#)
    }

    #[test]
    fn ranges_ports_and_peers_are_sets() {
        let range = |cidr: &str| format!(r#"{{"ipBlock":{{"cidr":"{cidr}"}}}}"#);
        let except = |list: &str| format!(r#"{{"ipBlock":{{"cidr":"0.0.0.0/0","except":[{list}]}}}}"#);
        let port = |port: &str| format!(r#","ports":[{{"protocol":"TCP","port":{port}}}]"#);
        let (one, wide) = (range("10.77.0.7/32"), range("10.77.0.0/24"));
        let tcp = port("8080");
        let cilium = |ports: &str| format!(r#"{{"egress":[{{"toEntities":["world"],"toPorts":[{{"ports":[{ports}]}}]}}]}}"#);
        let calico = |nets: &str| format!(r#"{{"ingress":[{{"action":"Allow","source":{{"nets":[{nets}]}}}}]}}"#);
        let (https, both) =
            (r#"{"port":"443","protocol":"TCP"}"#, r#"{"port":"443","protocol":"TCP"},{"port":"80","protocol":"TCP"}"#);
        for (narrow, wide) in [
            (kubernetes(&one, &tcp), kubernetes(&wide, &tcp)),
            (kubernetes(&one, &tcp), kubernetes(&one, &port(r#"8080},{"protocol":"TCP","port":8443"#))),
            (kubernetes(&one, &tcp), kubernetes(&one, &port(r#"8000,"endPort":9000"#))),
            (kubernetes(&one, &tcp), kubernetes(&one, "")),
            (kubernetes(&one, &tcp), kubernetes(&format!("{one},{wide}"), &tcp)),
            (kubernetes(&except(r#""10.0.0.0/8""#), &tcp), kubernetes(&except(r#""10.1.0.0/16""#), &tcp)),
            (kubernetes(&except(r#""10.0.0.0/8""#), &tcp), kubernetes(&range("0.0.0.0/0"), &tcp)),
            (cilium(https), cilium(both)),
            (calico(r#""10.0.0.0/24""#), calico(r#""10.0.0.0/16","192.0.2.0/28""#)),
        ] {
            assert_eq!(compare(&narrow, &wide), Some(Ordering::Greater), "{narrow} / {wide}");
            assert_eq!(compare(&wide, &narrow), Some(Ordering::Less), "{wide} / {narrow}");
        }
    }

    #[test]
    fn what_selects_pods_or_refuses_cannot_be_compared() {
        let selects = |pods: &str| format!(r#"{{"podSelector":{pods},"policyTypes":["Ingress"]}}"#);
        let denies = |action: &str| format!(r#"{{"ingress":[{{"action":"{action}"}},{{"action":"Allow","protocol":"TCP"}}]}}"#);
        let empty = |rule: &str| format!(r#"{{"endpointSelector":{{}},"ingress":[{rule}]}}"#);
        let port = |port: &str| kubernetes("{}", &format!(r#","ports":[{{"protocol":"TCP","port":{port}}}]"#));
        for (one, other) in [
            (selects("{}"), selects(r#"{"matchLabels":{"app":"a"}}"#)),
            (denies("Deny"), r#"{"ingress":[{"action":"Allow","protocol":"TCP"}]}"#.to_owned()),
            (empty("{}"), empty(r#"{"toPorts":[]}"#)),
            (port("80"), port("81")),
            (port("80"), port("\"http\"")),
            ("10.0.0.0/8".to_owned(), "0.0.0.0/0".to_owned()),
        ] {
            assert_eq!(compare(&one, &other), None, "{one} / {other}");
            assert_eq!(compare(&other, &one), None, "{other} / {one}");
        }
    }
}
