//! The catalogue of system components: one file a component, with its workloads and what the API server calls of it.

use std::{fs, path::Path};

use toml::Value;

use super::{
    Compiled, Error,
    read::{File, Row},
};

/// Capabilities that the level `baseline` lets a container add.
const BASELINE: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Compiles the folder into `components.rs`, sorted by name.
pub(super) fn compile(folder: &Path, out: &Path) -> Result<(), Error> {
    let failed = |error: std::io::Error| Error(format!("{}: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name();
        if let Some(name) = file.to_str().and_then(|name| name.strip_suffix(".toml")) {
            names.push(name.to_owned());
        }
    }
    names.sort();
    let mut rows = Vec::new();
    for name in &names {
        let file = format!("{name}.toml");
        let text = fs::read_to_string(folder.join(&file)).map_err(failed)?;
        rows.push(component(name, File::parse(&format!("components/{file}"), &text)?)?);
    }
    let code = format!("pub(super) static COMPONENTS: [Component; {}] = [\n{}\n];\n", rows.len(), rows.join("\n"));
    fs::write(out.join("components.rs"), code).map_err(|error| Error(format!("{}: {error}", out.display())))
}

fn component(name: &str, mut file: File) -> Compiled {
    let mut head = file.head(name);
    let (says, read) = (head.need_text("says")?, head.need_text("read")?);
    let (sources, unread) = (head.need_texts("sources")?, head.list("unread")?);
    if let Some(wrong) = sources.iter().find(|text| !is_source(text, &unread)) {
        return Err(
            head.error(&format!("source `{wrong}` is `OWNER/REPOSITORY PATH at VERSION`, or `not read: ...` beside `unread`"))
        );
    }
    let also = head.list("also")?;
    let outside = head.text("outside")?.unwrap_or_default();
    let when = head.list("when")?;
    let when = when.iter().map(|word| when_of(&head, word)).collect::<Result<Vec<_>, _>>()?;
    if when.is_empty() {
        return Err(head.error("`when` says nothing"));
    }
    head.done()?;
    let mut workloads = Vec::new();
    let mut names = Vec::new();
    for row in file.rows("workloads")? {
        names.push(row.name.clone());
        workloads.push(workload(row)?);
    }
    let mut webhooks = Vec::new();
    for row in file.rows_if_any("webhooks")? {
        webhooks.push(webhook(row, &names)?);
    }
    file.done()?;
    Ok(format!(
        "Component {{ name: {name:?}, also: &{also:?}, says: {says:?}, when: &[{}], workloads: &[\n{}\n], webhooks: &[{}], sources: &{sources:?}, \
         read: {read:?}, unread: &{unread:?}, outside: {outside:?} }},",
        when.join(", "),
        workloads.join("\n"),
        webhooks.join(" "),
    ))
}

/// Where a file was read: a repository, a path in it, and the commit or version.
fn is_source(text: &str, unread: &[String]) -> bool {
    if text.starts_with("not read: ") {
        return !unread.is_empty();
    }
    let Some((file, version)) = text.split_once(" at ") else { return false };
    let Some((repository, path)) = file.split_once(' ') else { return false };
    repository.split('/').count() == 2 && !path.is_empty() && !version.is_empty()
}

fn when_of(row: &Row, word: &str) -> Compiled {
    Ok(match word {
        "addon" => "When::Addon",
        "addon-trivy-operator" => "When::AddonNamed(\"trivy-operator\")",
        "approver" => "When::Approver",
        "azure-calico" => "When::AzureCalico",
        "azure-policy-engine" => "When::AzurePolicyEngine",
        "cluster-scanner" => "When::ClusterScanner",
        "cni" => "When::Cni",
        "kubeadm" => "When::Platform(Platform::Kubeadm)",
        "eks" => "When::Platform(Platform::Eks)",
        "gatekeeper-engine" => "When::GatekeeperEngine",
        "aks" => "When::Platform(Platform::Aks)",
        "kube-proxy" => "When::KubeProxy",
        "node-local-dns" => "When::NodeLocalDns",
        _ => return Err(row.error(&format!("`when` cannot be `{word}`"))),
    }
    .to_owned())
}

fn workload(mut row: Row) -> Compiled {
    let namespace = row.need_text("namespace")?;
    let name = row.text("name")?.unwrap_or_else(|| row.name.clone());
    let account = row.text("account")?.unwrap_or_else(|| name.clone());
    let account = if account.is_empty() { "None".to_owned() } else { format!("Some({account:?})") };
    let labels = row.pairs("labels")?;
    let images = row.list("images")?;
    if images.is_empty() || labels.is_empty() {
        return Err(row.error("`images` and `labels` must be there"));
    }
    let token = !row.switched_off("token")?;
    let mut is = |key: &str| row.mark(key);
    let (privileged, network, pid, ipc) = (is("privileged")?, is("host_network")?, is("host_pid")?, is("host_ipc")?);
    let (paths, capabilities) = (row.list("host_paths")?, row.list("capabilities")?);
    let ports = row.list("ports")?.iter().map(|port| port_of(&row, port, network)).collect::<Result<Vec<_>, _>>()?;
    let passes = row.need_text("passes")?;
    let beyond = capabilities.iter().any(|name| !BASELINE.contains(&name.as_str()));
    let must = privileged || network || pid || ipc || beyond || !paths.is_empty();
    let passes = match passes.as_str() {
        "privileged" => "Privileged",
        "baseline" | "restricted" if must => return Err(row.error("what it needs passes no level but `privileged`")),
        "baseline" => "Baseline",
        "restricted" => "Restricted",
        _ => return Err(row.error("`passes` is a level of Pod Security")),
    };
    let code = format!(
        "Workload {{ name: {name:?}, namespace: {namespace:?}, account: {account}, labels: &{labels:?}, images: &{images:?}, passes: \
         PodLevel::{passes}, token: {token}, privileged: {privileged}, host_network: {network}, host_pid: {pid}, host_ipc: {ipc}, \
         host_paths: &{paths:?}, capabilities: &{capabilities:?}, ports: &[{}] }},",
        ports.join(", "),
    );
    row.done()?;
    Ok(code)
}

/// `name 8443/tcp`, and `loopback` or `node` with who calls it where it listens on the node, `host` where a `hostPort` leads to it.
fn port_of(row: &Row, text: &str, host_network: bool) -> Compiled {
    let wrong = || {
        row.error(&format!(
            "port `{text}` is `NAME NUMBER/tcp|udp`, on the host's network then `loopback`, or `node` and who calls it: `metrics`, `nodes`, \
             `pods`, `kubelet`, `ruled`; elsewhere `host` for a `hostPort`"
        ))
    };
    let mut words = text.split(' ');
    let (name, number) = (words.next().ok_or_else(wrong)?, words.next().ok_or_else(wrong)?);
    let (number, protocol) = number.split_once('/').ok_or_else(wrong)?;
    let number = number.parse::<u16>().map_err(|_| wrong())?;
    let protocol = match protocol {
        "tcp" => "Tcp",
        "udp" => "Udp",
        _ => return Err(wrong()),
    };
    let on = match (words.next(), words.next(), host_network) {
        (None, None, false) => "Pod",
        (Some("host"), None, false) => "Host",
        (Some("loopback"), None, true) => "Loopback",
        (Some("node"), Some("metrics"), true) => "Node(Callers::Scrapers)",
        (Some("node"), Some("nodes"), true) => "Node(Callers::Nodes)",
        (Some("node"), Some("pods"), true) => "Node(Callers::Pods)",
        (Some("node"), Some("kubelet"), true) => "Node(Callers::Kubelet)",
        (Some("node"), Some("ruled"), true) => "Node(Callers::Ruled)",
        _ => return Err(wrong()),
    };
    Ok(format!("Port {{ name: {name:?}, port: {number}, protocol: Protocol::{protocol}, on: Listens::{on} }}"))
}

fn webhook(mut row: Row, workloads: &[String]) -> Compiled {
    let workload = row.need_text("workload")?;
    if !workloads.contains(&workload) {
        return Err(row.error(&format!("no workload `{workload}`")));
    }
    let port = row.port("port")?;
    let mut kinds = Vec::new();
    for kind in row.list("kinds")? {
        kinds.push(match kind.as_str() {
            "aggregated" => "Calls::Aggregated",
            "conversion" => "Calls::Conversion",
            "mutating" => "Calls::Mutating",
            "validating" => "Calls::Validating",
            _ => return Err(row.error(&format!("`kinds` cannot hold `{kind}`"))),
        });
    }
    let mut failure = Vec::new();
    for policy in row.list("failure")? {
        failure.push(match policy.as_str() {
            "fail" => "Failure::Fail",
            "ignore" => "Failure::Ignore",
            _ => return Err(row.error(&format!("`failure` cannot hold `{policy}`"))),
        });
    }
    let code = format!(
        "Webhook {{ service: {:?}, workload: {workload:?}, port: {port}, kinds: &[{}], failure: &[{}] }},",
        row.name,
        kinds.join(", "),
        failure.join(", "),
    );
    row.done()?;
    Ok(code)
}

impl Row {
    /// A list of texts that may be absent.
    fn list(&mut self, key: &str) -> Result<Vec<String>, Error> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let texts: Option<Vec<String>> =
            value.as_array().and_then(|list| list.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        texts.ok_or_else(|| self.error(&format!("`{key}` must be a list of texts")))
    }

    /// A table of texts.
    fn pairs(&mut self, key: &str) -> Result<Vec<(String, String)>, Error> {
        let Some(Value::Table(table)) = self.take(key) else { return Ok(Vec::new()) };
        let pair = |(name, value): (String, Value)| Some((name, value.as_str()?.to_owned()));
        let pairs: Option<Vec<(String, String)>> = table.into_iter().map(pair).collect();
        pairs.ok_or_else(|| self.error(&format!("`{key}` must be a table of texts")))
    }

    /// `false`, or absent; `true` is not written.
    fn switched_off(&mut self, key: &str) -> Result<bool, Error> {
        match self.take(key) {
            None => Ok(false),
            Some(Value::Boolean(false)) => Ok(true),
            Some(_) => Err(self.error(&format!("`{key}` is `false` or left out"))),
        }
    }

    /// A port.
    fn port(&mut self, key: &str) -> Result<u16, Error> {
        let port = self.take(key).and_then(|value| value.as_integer()).and_then(|number| u16::try_from(number).ok());
        port.ok_or_else(|| self.error(&format!("`{key}` must be a port")))
    }
}
