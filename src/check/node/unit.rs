//! The kubelet's command line as systemd makes it: unit, drop-ins, environment files.

use std::collections::BTreeMap;

use crate::{
    diag::{Place, Source, Span},
    plan::Program,
    targets::{Word, program_of},
};

use super::Node;

/// Where systemd looks for units, the first wins.
const FOLDERS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// The unit of the kubelet.
const UNIT: &str = "kubelet.service";

/// What a node says of how its kubelet is started.
pub(super) enum Started {
    /// No file of the node says anything about it.
    Nothing,
    /// By something that is no kubelet by its name, there.
    Other(String, Place),
    /// The kubelet, behind a shell or a wrapper or by itself.
    Kubelet(Start),
}

/// How the kubelet is started.
pub(super) struct Start {
    /// The words behind the name of the program.
    pub(super) words: Vec<Word>,
    /// Where the command stands; nothing where it is that of kubeadm's package, which is not among the files.
    pub(super) command: Option<Place>,
    /// Environment files that are named and are not there.
    pub(super) missing: Vec<(String, Place)>,
}

/// A value of an assignment and where it stands.
#[derive(Debug, Clone)]
struct Assigned {
    text: String,
    place: Place,
}

/// What the unit and its drop-ins say together.
#[derive(Default)]
struct Service {
    command: Option<Assigned>,
    environment: Vec<Assigned>,
    files: Vec<Assigned>,
}

/// How the kubelet is started.
pub(super) fn start(node: &Node<'_>) -> Started {
    let sources = sources(node);
    let mut service = Service::default();
    for source in &sources {
        read(source, &mut service);
    }
    let Some(command) = service.command.take() else {
        return by_kubeadm(node, &service).map_or(Started::Nothing, Started::Kubelet);
    };
    let mut variables: BTreeMap<String, Assigned> = BTreeMap::new();
    for one in &service.environment {
        for word in split(&one.text, &one.place) {
            assign(&word.text, &word.place, &mut variables);
        }
    }
    let mut missing = Vec::new();
    for file in &service.files {
        environment(node, file, &mut variables, &mut missing);
    }
    let words = arguments(&command, &variables);
    let first = words.first().map_or_else(|| command.text.trim().to_owned(), |word| word.text.clone());
    match program_of(&words) {
        Some((Program::Kubelet, words)) => {
            let words = words.into_iter().flat_map(|word| by_shell(word, &variables)).collect();
            Started::Kubelet(Start { words, command: Some(command.place), missing })
        }
        Some(_) | None => Started::Other(first, command.place),
    }
}

/// The words of a command as systemd gives them to the program: what stands before its path is no part of it; `@` has the next word be
/// the name that the program sees, and `:` leaves variables alone (systemd.service, "Command lines").
fn arguments(command: &Assigned, variables: &BTreeMap<String, Assigned>) -> Vec<Word> {
    const PREFIXES: [char; 6] = ['@', '-', ':', '+', '!', '|'];
    let mut words = split(&command.text, &command.place);
    let Some(first) = words.first_mut() else { return words };
    let path = first.text.trim_start_matches(PREFIXES).to_owned();
    let prefixes = std::mem::replace(&mut first.text, path);
    let has = |prefix: char| prefixes.chars().take_while(|c| PREFIXES.contains(c)).any(|c| c == prefix);
    if has('@') && words.len() > 1 {
        words.remove(1);
    }
    if has(':') { words } else { words.into_iter().flat_map(|word| expanded(word, variables)).collect() }
}

/// A word that a shell fills in from the variables of the unit; what it fills in from elsewhere stays as it is.
fn by_shell(word: Word, variables: &BTreeMap<String, Assigned>) -> Vec<Word> {
    let is_known = |rest: &str| {
        let rest = rest.trim_start_matches('{');
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        variables.contains_key(&rest[..end])
    };
    if word.exact || word.text.contains('`') || !word.text.split('$').skip(1).all(is_known) {
        return vec![word];
    }
    expanded(word, variables).into_iter().map(|word| Word { exact: !word.text.contains('$'), ..word }).collect()
}

/// Without a unit among the files: the one of kubeadm's package, when its files are there.
fn by_kubeadm(node: &Node<'_>, drop_ins: &Service) -> Option<Start> {
    const CONFIG: &str = "/var/lib/kubelet/config.yaml";
    const FLAGS: &str = "/var/lib/kubelet/kubeadm-flags.env";
    let place = node.text(CONFIG).or_else(|| node.text(FLAGS))?.place(Span::default());
    let mut variables = BTreeMap::new();
    let config = Assigned { text: format!("--config={CONFIG}"), place: place.clone() };
    variables.insert("KUBELET_CONFIG_ARGS".to_owned(), config);
    for one in &drop_ins.environment {
        for word in split(&one.text, &one.place) {
            assign(&word.text, &word.place, &mut variables);
        }
    }
    for path in [FLAGS, "/etc/default/kubelet", "/etc/sysconfig/kubelet"] {
        let file = Assigned { text: format!("-{path}"), place: place.clone() };
        environment(node, &file, &mut variables, &mut Vec::new());
    }
    let fixed = ["--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf", "--kubeconfig=/etc/kubernetes/kubelet.conf"];
    let own = fixed.into_iter().map(|text| Word { text: text.to_owned(), place: place.clone(), exact: true });
    let more = ["$KUBELET_CONFIG_ARGS", "$KUBELET_KUBEADM_ARGS", "$KUBELET_EXTRA_ARGS"];
    let more = more.map(|text| Word { text: text.to_owned(), place: place.clone(), exact: true });
    let words = own.chain(more.into_iter().flat_map(|word| expanded(word, &variables))).collect();
    Some(Start { words, command: None, missing: Vec::new() })
}

/// The unit and its drop-ins in the order in which systemd reads them.
fn sources(node: &Node<'_>) -> Vec<Source> {
    let unit = FOLDERS.iter().find_map(|folder| node.text(&format!("{folder}/{UNIT}")));
    let mut drop_ins: BTreeMap<&str, &Source> = BTreeMap::new();
    let folders: Vec<String> = FOLDERS.iter().rev().map(|folder| format!("{folder}/{UNIT}.d/")).collect();
    for folder in &folders {
        for path in node.below(folder) {
            let name = &path[folder.len()..];
            if !name.contains('/')
                && name.ends_with(".conf")
                && let Some(source) = node.text(path)
            {
                drop_ins.insert(name, source);
            }
        }
    }
    unit.into_iter().chain(drop_ins.into_values()).cloned().collect()
}

/// Reads the assignments of the section `[Service]`; an empty one takes back what came before.
fn read(source: &Source, service: &mut Service) {
    let mut inside = false;
    for (text, place) in lines(source) {
        let line = text.trim_start();
        if line.starts_with(['#', ';']) || line.is_empty() {
            continue;
        }
        if line.starts_with('[') {
            inside = line.trim_end() == "[Service]";
            continue;
        }
        let Some((name, value)) = text.split_once('=').filter(|_| inside) else { continue };
        let start = place.span.start + name.len() + 1;
        let text = value.to_owned();
        let one = Assigned { text, place: source.place(Span::new(start, place.span.end)) };
        let empty = one.text.trim().is_empty();
        match name.trim() {
            "ExecStart" => service.command = (!empty).then_some(one),
            "Environment" if empty => service.environment.clear(),
            "Environment" => service.environment.push(one),
            "EnvironmentFile" if empty => service.files.clear(),
            "EnvironmentFile" => service.files.push(one),
            _ => {}
        }
    }
}

/// The lines of a file; one that ends in a backslash goes on, and keeps its length so that places stay right.
fn lines(source: &Source) -> Vec<(String, Place)> {
    let mut out: Vec<(String, Place)> = Vec::new();
    let mut at = 0;
    let mut goes_on = false;
    for line in source.text().split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let place = source.place(Span::new(at, at + content.len()));
        let next = content.ends_with('\\');
        let text = if next { format!("{} ", &content[..content.len() - 1]) } else { content.to_owned() };
        match out.last_mut().filter(|_| goes_on) {
            Some((before, first)) => {
                // What stands between the lines counts as blanks.
                before.push_str(&" ".repeat(at.saturating_sub(first.span.start + before.len())));
                before.push_str(&text);
                first.span.end = place.span.end;
            }
            None => out.push((text, place)),
        }
        goes_on = next;
        at += line.len();
    }
    out
}

/// The words of a value as systemd splits it: blanks, quotes, backslashes.
fn split(text: &str, place: &Place) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut quote = None;
    let mut chars = text.char_indices();
    let finish = |word: &mut Option<(usize, String)>, end: usize, words: &mut Vec<Word>| {
        if let Some((start, text)) = word.take() {
            let span = Span::new(place.span.start + start, place.span.start + end);
            words.push(Word { text, place: place.source.place(span), exact: true });
        }
    };
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                word.get_or_insert((at, String::new()));
                quote = Some(c);
            }
            (None, c) if c.is_whitespace() => finish(&mut word, at, &mut words),
            (_, c) => {
                let c = if c == '\\' { chars.next().map_or('\\', |(_, next)| next) } else { c };
                word.get_or_insert((at, String::new())).1.push(c);
            }
        }
    }
    finish(&mut word, text.len(), &mut words);
    words
}

/// Takes `NAME=VALUE`.
fn assign(text: &str, place: &Place, variables: &mut BTreeMap<String, Assigned>) {
    if let Some((name, value)) = text.split_once('=') {
        variables.insert(name.trim().to_owned(), Assigned { text: value.to_owned(), place: place.clone() });
    }
}

/// Reads an environment file; one whose name begins with `-` may be missing.
fn environment(node: &Node<'_>, file: &Assigned, variables: &mut BTreeMap<String, Assigned>, missing: &mut Vec<(String, Place)>) {
    let named = file.text.trim();
    let path = named.trim_start_matches('-');
    let Some(source) = node.text(path) else {
        if !named.starts_with('-') {
            missing.push((path.to_owned(), file.place.clone()));
        }
        return;
    };
    for (text, place) in lines(source) {
        if text.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let Some((name, value)) = text.split_once('=') else { continue };
        let lead = name.len() + 1 + (value.len() - value.trim_start().len());
        let value = value.trim();
        let quoted =
            ['"', '\''].into_iter().find(|quote| value.len() > 1 && value.starts_with(*quote) && value.ends_with(*quote));
        let (inner, lead) = if quoted.is_some() { (&value[1..value.len() - 1], lead + 1) } else { (value, lead) };
        let start = place.span.start + lead;
        let place = source.place(Span::new(start, start + inner.len()));
        variables.insert(name.trim().to_owned(), Assigned { text: inner.to_owned(), place });
    }
}

/// What a word becomes: `$NAME` alone is split at blanks, `${NAME}` is put in as it is; a variable that is not set is nothing.
fn expanded(word: Word, variables: &BTreeMap<String, Assigned>) -> Vec<Word> {
    let name =
        word.text.strip_prefix('$').filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_'));
    if let Some(name) = name {
        return variables.get(name).map_or_else(Vec::new, |value| split(&value.text, &value.place));
    }
    let mut text = String::new();
    let mut rest = word.text.as_str();
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}') else { break };
        text.push_str(&rest[..at]);
        text.push_str(variables.get(&rest[at + 2..at + end]).map_or("", |value| value.text.as_str()));
        rest = &rest[at + end + 1..];
    }
    text.push_str(rest);
    vec![Word { text, ..word }]
}
