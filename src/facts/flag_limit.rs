//! What programs want of the value of a flag beyond its type, by minor.

use super::{
    Program,
    row::{Period, Row, value_at},
    tables,
};
use crate::base::{Minor, go_nanoseconds};

/// What a program wants of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagLimit {
    /// One of these words.
    Words(&'static [&'static str]),
    /// None of these texts.
    Never(&'static [&'static str]),
    /// A number or a duration within these, or the one that is free.
    Between {
        /// The least.
        least: Option<&'static str>,
        /// The greatest.
        most: Option<&'static str>,
        /// The one that is free.
        unless: Option<&'static str>,
    },
    /// A minor version that the program can emulate, with the name of a component before it or without: the oldest, by the
    /// program's minor.
    Emulation(&'static [(Minor, Minor)]),
    /// A URL of scheme `https`.
    Https,
    /// A path from the root on, in its shortest form.
    Path,
    /// The same, or `-`.
    PathOrDash,
    /// Two such paths with a comma between them, and names behind a colon.
    PathPair,
    /// `A-B`: ports, the first not above the last.
    Ports,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct FlagLimitRow {
    /// `kube-apiserver/client-ca-file`.
    pub(super) name: &'static str,
    pub(super) since: Minor,
    pub(super) until: Option<Minor>,
    pub(super) limit: FlagLimit,
}

impl Row for FlagLimitRow {
    fn name(&self) -> &'static str {
        self.name
    }
    fn life(&self) -> Period {
        Period { from: self.since, until: self.until }
    }
}

/// What a program of a minor wants of the value of a flag; nothing where it takes whatever the type holds, or that was not read.
#[must_use]
pub fn flag_limit(program: Program, name: &str, minor: Minor) -> Option<&'static FlagLimit> {
    let table = &tables::FLAG_LIMITS;
    let row = table.row(&format!("{program}/{name}")).filter(|row| table.covers(minor) && row.life().holds(minor));
    row.map(|row| &row.limit)
}

impl FlagLimit {
    /// What was expected, where a program of this minor does not start with the text; an empty one is no value.
    #[must_use]
    pub fn expected(&self, text: &str, minor: Minor) -> Option<String> {
        const PATH: &str = "a path from `/` on, without `.`, `..` and doubled slashes";
        let (fits, expected) = match *self {
            _ if text.is_empty() => return None,
            FlagLimit::Words(words) => (words.contains(&text), format!("one of {}", listed(words))),
            FlagLimit::Never(texts) => (!texts.contains(&text), format!("more than {} alone", listed(texts))),
            FlagLimit::Between { least, most, unless } => (lies_between(text, least, most, unless), range(least, most)),
            FlagLimit::Emulation(oldest) => {
                let oldest = value_at(oldest, minor).unwrap_or(minor);
                let own = |version: Minor| (oldest..=minor).contains(&version);
                let fits = text.split(',').all(|version| emulated(version).is_none_or(own));
                (fits, format!("a version from {oldest} to {minor}"))
            }
            FlagLimit::Https => (text.starts_with("https://"), "a URL that begins with `https://`".to_owned()),
            FlagLimit::Path => (is_clean(text), PATH.to_owned()),
            FlagLimit::PathOrDash => (text == "-" || is_clean(text), format!("`-`, or {PATH}")),
            FlagLimit::PathPair => (is_pair(text), format!("two of: {PATH}")),
            FlagLimit::Ports => (are_ports(text), "ports such as 30000-32767, the first not above the last".to_owned()),
        };
        (!fits).then_some(expected)
    }
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn range(least: Option<&str>, most: Option<&str>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("{least} to {most}"),
        (Some(least), None) => format!("at least {least}"),
        (None, most) => format!("at most {}", most.unwrap_or_default()),
    }
}

/// What cannot be read as an amount is told as such, by its type.
fn lies_between(text: &str, least: Option<&str>, most: Option<&str>, unless: Option<&str>) -> bool {
    let Some(found) = amount(text) else { return true };
    let limit = |text: Option<&str>| text.and_then(amount);
    let within = limit(least).is_none_or(|least| found >= least) && limit(most).is_none_or(|most| found <= most);
    within || limit(unless) == Some(found)
}

/// A number, or a duration in nanoseconds.
fn amount(text: &str) -> Option<f64> {
    text.parse().ok().or_else(|| go_nanoseconds(text).map(|whole| whole as f64))
}

/// The minor that `--emulated-version` asks for, of `kube=1.35` or `1.35`; nothing where it speaks of another component.
#[must_use]
pub fn emulated(text: &str) -> Option<Minor> {
    let version = match text.trim().split_once('=') {
        Some(("kube", version)) => version,
        Some(_) => return None,
        None => text.trim(),
    };
    let minor = version.trim_start_matches('v').strip_prefix("1.")?;
    minor.split('.').next()?.parse().ok().map(Minor)
}

fn is_clean(path: &str) -> bool {
    let inner = path.strip_prefix('/');
    inner.is_some_and(|inner| {
        inner.is_empty() || inner.trim_end_matches('/').split('/').all(|part| !matches!(part, "" | "." | ".."))
    })
}

fn is_pair(text: &str) -> bool {
    let paths = text.split(':').next().unwrap_or_default();
    paths.split(',').all(is_clean)
}

/// As `ParsePortRange` of Kubernetes reads them; `A+B` and a single port are taken too.
fn are_ports(text: &str) -> bool {
    let port = |text: &str| text.trim().parse::<u16>().ok();
    match (text.split_once('-'), text.split_once('+')) {
        (Some((first, last)), _) => port(first).zip(port(last)).is_some_and(|(first, last)| first <= last),
        (None, Some((first, more))) => port(first).zip(port(more)).is_some_and(|(first, more)| first.checked_add(more).is_some()),
        (None, None) => port(text).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn judge(program: Program, flag: &str, good: &[&str], bad: &[&str]) {
        let limit = flag_limit(program, flag, Minor(36)).unwrap();
        for text in good.iter().chain([&""]) {
            assert_eq!(limit.expected(text, Minor(36)), None, "--{flag}={text}");
        }
        for text in bad {
            assert!(limit.expected(text, Minor(36)).is_some(), "--{flag}={text}");
        }
    }

    /// As the real programs of 1.36.3 and 1.37.2 answer.
    #[test]
    fn values_as_programs_take_them() {
        let api = Program::KubeApiserver;
        judge(api, "audit-log-format", &["json", "legacy"], &["xml", "JSON"]);
        judge(
            api,
            "service-account-max-token-expiration",
            &["0", "0s", "1h", "60m", "8760h"],
            &["10m", "59m59s", "-1h", "2000000h"],
        );
        judge(api, "goaway-chance", &["0", "0.02", "0.001"], &["0.5", "-0.1", "1"]);
        judge(api, "min-request-timeout", &["0", "1800"], &["-1"]);
        judge(api, "service-node-port-range", &["30000-32767", "30000+100", "30000"], &["30000-300", "a-b", "1-70000"]);
        judge(api, "service-account-jwks-uri", &["https://id.example/keys"], &["http://id.example/keys", "id.example"]);
        judge(api, "storage-media-type", &["application/json"], &["text/x"]);
        judge(api, "runtime-config", &["api/all=true"], &["api/all=false"]);
        judge(api, "emulated-version", &["1.36", "kube=1.35", "wardle=1.2"], &["1.20", "kube=1.37"]);
    }

    #[test]
    fn files_are_named_by_clean_paths() {
        let bad = ["pki/ca.crt", "./ca.crt", "/etc/../foo/e.yaml", "/etc//ca.crt", "/etc/./ca.crt", "//etc/ca.crt"];
        judge(Program::KubeApiserver, "client-ca-file", &["/etc/kubernetes/pki/ca.crt"], &bad);
        judge(Program::KubeControllerManager, "kubeconfig", &["/etc/a.conf"], &["a.conf"]);
        judge(Program::KubeScheduler, "config", &["/etc/a.yaml"], &["a.yaml", "-"]);
        judge(Program::Etcd, "trusted-ca-file", &["/a"], &["a"]);
        judge(Program::KubeApiserver, "audit-log-path", &["-", "/var/log/a.log"], &["a.log", "/var/log/../a.log"]);
        judge(
            Program::KubeApiserver,
            "tls-sni-cert-key",
            &["/a.crt,/a.key:*.example.com", "/a.crt,/a.key"],
            &["a.crt,/a.key", "/a.crt,a.key:x"],
        );
        assert_eq!(flag_limit(Program::KubeApiserver, "etcd-prefix", Minor(36)), None);
    }
}
