//! Native evaluation: the verdict, the offending container and field, and the message. What every lowering is compared with.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{
    AllowedPath, Check, Field, Image, ImageTest, List, Of, Over, Params, Piece, Policy, Request, Rule, Subject, Test,
    json::{Found, at, items, text},
};

/// One thing that is refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The policy.
    pub policy: &'static str,
    /// Its rule.
    pub rule: &'static str,
    /// The list that the container is in, where the offence is one of a container.
    pub list: Option<List>,
    /// The name of the container; empty where the offence is one of the pod.
    pub container: String,
    /// Where it stands: a JSON pointer into the object; the last part may be absent there.
    pub pointer: String,
    /// What the caller is told.
    pub message: String,
}

/// Kinds that hold the spec of a pod: group, kind, the way to it.
const HOLDERS: &[(&str, &str, &[&str])] = &[
    ("", "Pod", &["spec"]),
    ("", "PodTemplate", &["template", "spec"]),
    ("", "ReplicationController", &["spec", "template", "spec"]),
    ("apps", "DaemonSet", &["spec", "template", "spec"]),
    ("apps", "Deployment", &["spec", "template", "spec"]),
    ("apps", "ReplicaSet", &["spec", "template", "spec"]),
    ("apps", "StatefulSet", &["spec", "template", "spec"]),
    ("batch", "CronJob", &["spec", "jobTemplate", "spec", "template", "spec"]),
    ("batch", "Job", &["spec", "template", "spec"]),
];

impl Policy {
    /// Kinds whose objects it judges: group, kind, and the way to the spec of the pod.
    pub fn holders(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static [&'static str])> {
        let pods_alone = self.subject != Subject::Pods;
        HOLDERS.iter().copied().filter(move |(_, kind, _)| !pods_alone || *kind == "Pod")
    }
}

/// The way to the spec of the pod in objects of a kind; nothing for kinds that neither are pods nor make any.
#[must_use]
pub fn pod_spec_way(api_version: &str, kind: &str) -> Option<&'static [&'static str]> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    HOLDERS.iter().find(|(of, name, _)| *of == group && *name == kind).map(|(_, _, path)| *path)
}

/// The spec of the pod that an object is or makes, with the JSON pointer to it; nothing for other objects.
#[must_use]
pub fn pod_spec(object: &Json) -> Option<(&Json, String)> {
    let path = pod_spec_way(text(object, &["apiVersion"]), text(object, &["kind"]))?;
    let spec = at(object, path).filter(|spec| spec.is_object())?;
    Some((spec, path.iter().map(|key| format!("/{key}")).collect()))
}

/// Judges a request by a policy over objects: what its object violates and, on UPDATE, the old one did not.
#[must_use]
pub fn judge(policy: &Policy, params: &Params, request: &Request<'_>) -> Vec<Violation> {
    let judged = |object: &Json| {
        let holds = policy.holders().any(|(_, kind, _)| kind == text(object, &["kind"]));
        let changed = request.operation == "UPDATE";
        let found = |(spec, at): (&Json, String)| findings(policy, params, &Item::pod(spec, &at, changed));
        holds.then(|| pod_spec(object)).flatten().map(found).unwrap_or_default()
    };
    let Some(object) = request.object.filter(|_| !policy.exemption.covers(params, request)) else { return Vec::new() };
    let before: BTreeSet<Finding> = request.old.map(judged).unwrap_or_default().into_iter().map(Finding::without_place).collect();
    let new = judged(object).into_iter().filter(|finding| !before.contains(&finding.clone().without_place()));
    sorted(new.map(|finding| finding.violation))
}

/// Judges an exec or attach request by the pod that it goes into; one that is not known is refused.
#[must_use]
pub fn judge_entry(policy: &Policy, params: &Params, pod: Option<&Json>, request: &Request<'_>) -> Vec<Violation> {
    if policy.exemption.covers(params, request) {
        return Vec::new();
    }
    match pod.and_then(|pod| at(pod, &["spec"])).filter(|spec| spec.is_object()) {
        Some(spec) => {
            sorted(findings(policy, params, &Item::pod(spec, "/spec", false)).into_iter().map(|finding| finding.violation))
        }
        None => vec![Violation {
            policy: policy.name,
            rule: "unknown",
            list: None,
            container: String::new(),
            pointer: String::new(),
            message: super::entry::UNKNOWN_POD.to_owned(),
        }],
    }
}

fn sorted(violations: impl Iterator<Item = Violation>) -> Vec<Violation> {
    violations.collect::<BTreeSet<_>>().into_iter().collect()
}

/// A violation with what tells on UPDATE whether it was there before.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    violation: Violation,
    image: String,
}

impl Finding {
    /// The same without its place, which moves when others come and go.
    fn without_place(mut self) -> Self {
        self.violation.pointer.clear();
        self
    }
}

fn findings(policy: &Policy, params: &Params, pod: &Item<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in policy.rules {
        for item in looked_at(rule.over, pod) {
            if holds(&rule.refused, &item, params) {
                found.push(item.finding(policy, rule));
            }
        }
    }
    found
}

/// What a rule looks at.
#[derive(Debug, Clone)]
struct Item<'a> {
    value: &'a Json,
    pod: &'a Json,
    volume: &'a Json,
    pointer: String,
    list: Option<List>,
    container: &'a str,
    image: &'a str,
    /// Whether the object is changed, not made.
    changed: bool,
}

impl<'a> Item<'a> {
    /// The spec of a pod.
    fn pod(spec: &'a Json, pointer: &str, changed: bool) -> Self {
        let pointer = pointer.to_owned();
        Item { value: spec, pod: spec, volume: &Json::Null, pointer, list: None, container: "", image: "", changed }
    }

    fn below(&self, value: &'a Json, pointer: String) -> Self {
        Item { value, pointer: format!("{}{pointer}", self.pointer), ..self.clone() }
    }

    fn get(&self, field: &Field) -> Found<'a> {
        let of = match field.of {
            Of::Item => self.value,
            Of::Pod => self.pod,
            Of::Volume => self.volume,
        };
        at(of, field.path).map_or(Found::Absent(field.absent), Found::Value)
    }

    fn finding(&self, policy: &Policy, rule: &Rule) -> Finding {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => (*text).to_owned(),
            Piece::Container => format!("{} `{}`", self.list.map_or("", List::noun), self.container),
            Piece::Value(field) => self.get(field).shown(),
        };
        let way: String = rule.at.iter().map(|key| format!("/{key}")).collect();
        Finding {
            violation: Violation {
                policy: policy.name,
                rule: rule.name,
                list: self.list,
                container: self.container.to_owned(),
                pointer: format!("{}{way}", self.pointer),
                message: rule.message.iter().map(piece).collect(),
            },
            image: self.image.to_owned(),
        }
    }
}

fn looked_at<'a>(over: Over, pod: &Item<'a>) -> Vec<Item<'a>> {
    match over {
        Over::Pod => vec![pod.clone()],
        Over::Volumes => each(pod, &["volumes"]).filter(|volume| volume.value.is_object()).collect(),
        Over::Containers => containers(pod),
        Over::InContainers(path) => {
            containers(pod).iter().flat_map(|container| each(container, path).collect::<Vec<_>>()).collect()
        }
        Over::Mounts => containers(pod).iter().flat_map(mounts).collect(),
    }
}

/// The items of a list below another item.
fn each<'a>(of: &Item<'a>, path: &[&str]) -> impl Iterator<Item = Item<'a>> {
    let way: String = path.iter().map(|key| format!("/{key}")).collect();
    items(of.value, path).iter().enumerate().map(move |(n, value)| of.below(value, format!("{way}/{n}")))
}

fn containers<'a>(pod: &Item<'a>) -> Vec<Item<'a>> {
    let of_list = |list: List| {
        let named = move |item: Item<'a>| Item {
            list: Some(list),
            container: text(item.value, &["name"]),
            image: text(item.value, &["image"]),
            ..item
        };
        each(pod, &[list.field()]).filter(|item| item.value.is_object()).map(named).collect::<Vec<_>>()
    };
    List::ALL.into_iter().flat_map(of_list).collect()
}

/// The mounts of a container, each with every volume of its name.
fn mounts<'a>(container: &Item<'a>) -> Vec<Item<'a>> {
    let volumes = items(container.pod, &["volumes"]);
    let with_volume = |mount: Item<'a>| {
        let name = text(mount.value, &["name"]);
        let named = volumes.iter().filter(move |volume| volume.is_object() && text(volume, &["name"]) == name);
        named.map(move |volume| Item { volume, ..mount.clone() })
    };
    each(container, &["volumeMounts"]).filter(|mount| mount.value.is_object()).flat_map(with_volume).collect()
}

fn holds(test: &Test, item: &Item<'_>, params: &Params) -> bool {
    match test {
        Test::All(tests) => tests.iter().all(|test| holds(test, item, params)),
        Test::Any(tests) => tests.iter().any(|test| holds(test, item, params)),
        Test::Not(test) => !holds(test, item, params),
        Test::Is(field, check) => passes(*check, item.get(field), params),
        Test::Param(name) => params.flag(name),
        Test::Changed => item.changed,
    }
}

fn passes(check: Check, found: Found<'_>, params: &Params) -> bool {
    match check {
        Check::Equals(constant) => found.is(constant),
        Check::OneOf(texts) => found.as_str().is_some_and(|text| texts.contains(&text)),
        Check::WordOf(words) => found.as_str().is_some_and(|text| words.contains(&text.to_uppercase().as_str())),
        Check::Present => matches!(found, Found::Value(_)),
        Check::PortIn(param) => found.as_number().is_some_and(|port| {
            params.ports(param).iter().any(|span| f64::from(span.first) <= port && port <= f64::from(span.last))
        }),
        Check::PathUnder { param, writable } => found.as_str().is_some_and(|path| {
            params.paths(param).iter().any(|allowed| is_under(path, allowed) && !(writable && allowed.read_only))
        }),
        Check::Image(test) => found.as_str().is_some_and(|text| image(test, &Image::parse(text), params)),
    }
}

fn image(test: ImageTest, image: &Image<'_>, params: &Params) -> bool {
    match test {
        ImageTest::From(param) => params.texts(param).iter().any(|allowed| image.is_from(allowed)),
        ImageTest::Qualified => image.qualified,
        ImageTest::Digest => image.is_pinned(),
        ImageTest::Latest => image.is_latest(),
    }
}

/// Whether a path lies at or below an allowed one, segment by segment.
fn is_under(path: &str, allowed: &AllowedPath) -> bool {
    let segments = |path: &str| -> Vec<String> {
        path.split('/').filter(|segment| !matches!(*segment, "" | ".")).map(str::to_owned).collect()
    };
    let own = segments(path);
    path.starts_with('/') && !own.iter().any(|segment| segment == "..") && own.starts_with(&segments(&allowed.path))
}
