//! `harden init`: a commented spec that builds.

use std::path::{Path, PathBuf};

use crate::{
    base::KubeVersion,
    diag::Diagnostics,
    host::files::{self, FileError, Root, SPEC_LIMIT},
    yaml::{self, Node},
};

use super::{
    Done, Exit, Failed, Screen,
    load::{real, root_of},
    schema::without_json,
};

/// Arguments of `harden init`.
#[derive(Debug, clap::Args)]
#[command(after_help = "  harden init > cluster.yaml && harden build cluster.yaml")]
pub(super) struct Args {
    /// Who runs the control plane
    #[arg(long, value_enum, default_value = "kubeadm")]
    platform: Platform,
    /// A live kubeadm configuration in this workspace: name, version, endpoint, subnets and runtime are taken from it, and the spec names it
    #[arg(long, value_name = "KUBEADM-CONFIG")]
    from: Option<PathBuf>,
    /// The name of the cluster (default: that of the live configuration, else `my-cluster`)
    #[arg(long)]
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Platform {
    Kubeadm,
    Eks,
    Aks,
}

const KUBEADM: &str = include_str!("kubeadm.yaml");
const EKS: &str = include_str!("eks.yaml");
const AKS: &str = include_str!("aks.yaml");

pub(super) fn run(args: &Args, screen: &Screen) -> Done {
    if screen.json() {
        return Err(without_json("init"));
    }
    let text = match args.platform {
        Platform::Kubeadm => KUBEADM,
        Platform::Eks => EKS,
        Platform::Aks => AKS,
    };
    let live = match &args.from {
        Some(_) if args.platform != Platform::Kubeadm => {
            return Err(Failed::usage("--from reads a kubeadm configuration", "leave --platform out"));
        }
        Some(path) => Some(Live::read(path)?),
        None => None,
    };
    if let Some(name) = args.name.as_ref().filter(|name| !is_name(name)) {
        return Err(Failed::usage(format!("`{name}` cannot name a cluster"), "use lower-case letters, digits and hyphens"));
    }
    // kubeadm's own name of a cluster that got none says nothing.
    let called = live.as_ref().and_then(|live| live.field("/clusterName")).filter(|name| is_name(name) && name != "kubernetes");
    let name = args.name.clone().or(called).unwrap_or_else(|| "my-cluster".to_owned());
    let named = text.replace("name: my-cluster", &format!("name: {name}"));
    let text = named.replace("out/my-cluster/", &format!("out/{name}/"));
    screen.result(&live.map_or_else(|| text.clone(), |live| live.fill_in(&text)))?;
    Ok(Exit::Success)
}

/// Whether a text can name a cluster.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// The path by which a spec that lies here names a file, and what the file holds: looked up as a build will.
fn named(path: &Path) -> Result<(String, Vec<u8>), Failed> {
    let outside = || {
        Failed::usage(
            format!("`{}` is no file of this workspace, and the spec is to name it", path.display()),
            "copy it here, for example to `live/kubeadm.yaml`, and give that to --from: no path of a spec leaves the folder of `harden.yaml`, \
             or of the spec where there is none",
        )
    };
    let root = Root::open(&root_of(Path::new("."))?)?;
    let real = real(path);
    let Some(named) = root.inside(&real).and_then(Path::to_str).filter(|named| !named.is_empty()) else {
        // What is not there at all is told as that.
        files::read(path, SPEC_LIMIT)?;
        return Err(outside());
    };
    match root.read(named, SPEC_LIMIT) {
        Ok(bytes) => Ok((named.to_owned(), bytes)),
        Err(FileError::Outside { .. }) => Err(outside()),
        Err(error) => Err(error.into()),
    }
}

/// A live kubeadm configuration.
struct Live {
    /// The path by which a spec names it.
    named: String,
    documents: Vec<yaml::Document>,
    cluster: Node,
}

impl Live {
    fn read(path: &Path) -> Result<Self, Failed> {
        let (named, bytes) = named(path)?;
        let source = yaml::decode(&path.display().to_string(), &bytes).map_err(|diagnostic| {
            let mut diags = Diagnostics::default();
            diags.push(diagnostic);
            Failed::Mistakes(diags)
        })?;
        let documents = yaml::read(&source);
        let cluster = of_kind(&documents, "ClusterConfiguration").cloned().ok_or_else(|| {
            Failed::usage(format!("`{}` holds no ClusterConfiguration", path.display()), "name a kubeadm configuration file")
        })?;
        Ok(Live { named, documents, cluster })
    }

    /// A text of the ClusterConfiguration.
    fn field(&self, pointer: &str) -> Option<String> {
        let text = self.cluster.at_pointer(pointer).and_then(Node::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    }

    /// The value of a field of the spec, where the configuration says it.
    fn value(&self, key: &str) -> Option<String> {
        match key {
            "kubernetesVersion" => self.field("/kubernetesVersion").map(|v| quoted(v.trim_start_matches('v'))),
            "controlPlaneEndpoint" => self.field("/controlPlaneEndpoint").map(|v| quoted(&bracketed(v))),
            "podSubnets" => self.field("/networking/podSubnet").map(|v| list(&v)),
            "serviceSubnets" => self.field("/networking/serviceSubnet").map(|v| list(&v)),
            "dnsDomain" | "# dnsDomain" => self.field("/networking/dnsDomain").map(|v| quoted(&v)),
            "# config" => Some(quoted(&self.named)),
            "runtime" => self.runtime(),
            _ => None,
        }
    }

    /// Puts its values into the example. What it does not say and the build asks for is a comment; of the rest it is said that it is an example.
    fn fill_in(&self, text: &str) -> String {
        let mut out = String::new();
        for line in text.lines() {
            let indent: String = line.chars().take_while(|c| *c == ' ').collect();
            let key = line.trim_start().split(':').next().unwrap_or_default();
            if let Some(what) = example(key) {
                out.push_str(&format!(
                    "{indent}# Your configuration does not say it, this is an example: put {what} in its place.\n"
                ));
            }
            match (self.value(key), undecided(key)) {
                (Some(value), _) => out.push_str(&format!("{indent}{}: {value}\n", key.trim_start_matches("# "))),
                (None, Some(why)) => out.push_str(&format!("{indent}# {key}: ...  # your configuration names none: {why}\n")),
                (None, None) => out.push_str(&format!("{line}\n")),
            }
            if key == "# config" {
                self.beside_config(&indent, &mut out);
            }
        }
        out
    }

    /// What the spec has to say along with the file.
    fn beside_config(&self, indent: &str, out: &mut String) {
        let disabled = self.cluster.at_pointer("/proxy/disabled").and_then(Node::as_bool) == Some(true);
        let mut skipped =
            self.documents.iter().filter_map(|document| document.root.as_ref()?.get("skipPhases")?.as_seq()).flatten();
        if disabled || skipped.any(|phase| phase.as_str() == Some("addon/kube-proxy")) {
            out.push_str(&format!("{indent}kubeProxy: {{ mode: none }}\n"));
        }
        if asks_for_certificates(&self.documents) {
            let why = "your kubelets ask for certificates: name who approves them";
            out.push_str(&format!("{indent}servingCertificates: {{ approver: kubelet-csr-approver }}  # {why}\n"));
        }
    }

    /// The runtime behind the socket that the kubelets are given; no configuration says its version.
    fn runtime(&self) -> Option<String> {
        let sockets = ["InitConfiguration", "JoinConfiguration"].into_iter().filter_map(|kind| of_kind(&self.documents, kind));
        let socket = sockets.filter_map(|root| root.at_pointer("/nodeRegistration/criSocket")?.as_str()).next()?;
        if socket.contains("dockerd") {
            return Some("{ docker: \"28.5\", criDockerd: \"0.4\" }".to_owned());
        }
        let minor = self.field("/kubernetesVersion").and_then(|text| text.trim_start_matches('v').parse::<KubeVersion>().ok());
        minor.filter(|_| socket.contains("crio")).map(|version| format!("{{ crio: \"{}\" }}", version.minor))
    }
}

/// What somebody must decide where the configuration has no word on it: an example would be taken for the cluster's own.
fn undecided(key: &str) -> Option<&'static str> {
    match key {
        "kubernetesVersion" => Some("write the version of the cluster with its patch, in quotes"),
        "controlPlaneEndpoint" => Some("write the name or address under which every node and kubeconfig finds the API servers"),
        "podSubnets" => Some("write the ranges of the pods"),
        "serviceSubnets" => Some("write the ranges of the Services; kubeadm's own is [10.96.0.0/12]"),
        _ => None,
    }
}

/// What stands in the spec as an example, since no configuration of kubeadm says it.
fn example(key: &str) -> Option<&'static str> {
    match key {
        "cni" => Some("the network plug-in that runs"),
        "runtime" => Some("the version of the runtime that runs"),
        "nodePools" => Some("your nodes"),
        "api" => Some("the ranges from which people come"),
        _ => None,
    }
}

fn of_kind<'a>(documents: &'a [yaml::Document], kind: &str) -> Option<&'a Node> {
    let mut roots = documents.iter().filter_map(|document| document.root.as_ref());
    roots.find(|root| root.get("kind").and_then(Node::as_str) == Some(kind))
}

/// An address of IPv6 alone, as a spec writes it.
fn bracketed(endpoint: String) -> String {
    if endpoint.parse::<std::net::Ipv6Addr>().is_ok() { format!("[{endpoint}]") } else { endpoint }
}

/// Whether kubelets ask the cluster for their serving certificates, by their file or by a flag.
fn asks_for_certificates(documents: &[yaml::Document]) -> bool {
    documents.iter().filter_map(|document| document.root.as_ref()).any(|root| {
        let arguments = root.at_pointer("/nodeRegistration/kubeletExtraArgs");
        let listed = arguments.and_then(Node::as_seq).unwrap_or(&[]).iter();
        let named = listed.filter(|item| item.get("name").and_then(Node::as_str) == Some("rotate-server-certificates"));
        let mapped = arguments.and_then(|arguments| arguments.get("rotate-server-certificates"));
        let mut flags = named.filter_map(|item| item.get("value")).chain(mapped);
        root.get("serverTLSBootstrap").and_then(Node::as_bool) == Some(true) || flags.any(|value| value.as_str() == Some("true"))
    })
}

/// A value as a YAML text in double quotes; JSON texts are YAML texts.
fn quoted(value: &str) -> String {
    serde_json::Value::String(value.to_owned()).to_string()
}

fn list(value: &str) -> String {
    format!("[{}]", value.split(',').map(|item| quoted(item.trim())).collect::<Vec<_>>().join(", "))
}
