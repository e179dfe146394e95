//! `harden init`: a commented spec that builds.

use std::path::{Path, PathBuf};

use crate::{
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
    /// A live kubeadm configuration in this workspace: version, endpoint and subnets are taken from it, and the spec names it
    #[arg(long, value_name = "KUBEADM-CONFIG")]
    from: Option<PathBuf>,
    /// The name of the cluster
    #[arg(long, default_value = "my-cluster")]
    name: String,
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
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if args.name.is_empty() || !args.name.chars().all(plain) {
        return Err(Failed::usage(
            format!("`{}` cannot name a cluster", args.name),
            "use lower-case letters, digits and hyphens",
        ));
    }
    let name = &args.name;
    let named = text.replace("name: my-cluster", &format!("name: {name}"));
    let mut text = named.replace("out/my-cluster/", &format!("out/{name}/"));
    if let Some(path) = &args.from {
        if args.platform != Platform::Kubeadm {
            return Err(Failed::usage("--from reads a kubeadm configuration", "leave --platform out"));
        }
        text = from_live(&text, path)?;
    }
    screen.result(&text)?;
    Ok(Exit::Success)
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

/// Puts the values of a live ClusterConfiguration into the example.
fn from_live(text: &str, path: &Path) -> Result<String, Failed> {
    let (named, bytes) = named(path)?;
    let source = yaml::decode(&path.display().to_string(), &bytes).map_err(|diagnostic| {
        let mut diags = Diagnostics::default();
        diags.push(diagnostic);
        Failed::Mistakes(diags)
    })?;
    let documents = yaml::read(&source);
    let of_kind = |kind: &str| {
        let mut roots = documents.iter().filter_map(|document| document.root.as_ref());
        roots.find(|root| root.get("kind").and_then(Node::as_str) == Some(kind))
    };
    let cluster = of_kind("ClusterConfiguration").ok_or_else(|| {
        Failed::usage(format!("`{}` holds no ClusterConfiguration", path.display()), "name a kubeadm configuration file")
    })?;
    let field = |pointer: &str| {
        let text = cluster.at_pointer(pointer).and_then(Node::as_str).filter(|text| !text.is_empty());
        text.map(str::to_owned)
    };
    let mut out = String::new();
    for line in text.lines() {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        let value = match key {
            "kubernetesVersion" => field("/kubernetesVersion").map(|v| quoted(v.trim_start_matches('v'))),
            "controlPlaneEndpoint" => field("/controlPlaneEndpoint").map(|v| quoted(&bracketed(v))),
            "podSubnets" => field("/networking/podSubnet").map(|v| list(&v)),
            "serviceSubnets" => field("/networking/serviceSubnet").map(|v| list(&v)),
            "dnsDomain" | "# dnsDomain" => field("/networking/dnsDomain").map(|v| quoted(&v)),
            "# config" => Some(quoted(&named)),
            _ => None,
        };
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        match (value, undecided(key)) {
            (Some(value), _) => out.push_str(&format!("{indent}{}: {value}\n", key.trim_start_matches("# "))),
            (None, Some(why)) => out.push_str(&format!("{indent}# {key}: ...  # your configuration names none: {why}\n")),
            (None, None) => out.push_str(&format!("{line}\n")),
        }
        if key == "# config" {
            if cluster.at_pointer("/proxy/disabled").and_then(Node::as_bool) == Some(true) {
                out.push_str(&format!("{indent}kubeProxy: {{ mode: none }}\n"));
            }
            if asks_for_certificates(&documents) {
                let why = "your kubelets ask for certificates: name who approves them";
                out.push_str(&format!("{indent}servingCertificates: {{ approver: kubelet-csr-approver }}  # {why}\n"));
            }
        }
    }
    Ok(out)
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
