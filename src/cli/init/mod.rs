//! `harden init`: a commented spec that builds.

use std::path::PathBuf;

use crate::{
    diag::Diagnostics,
    host::files::{self, SPEC_LIMIT},
    yaml::{self, Node},
};

use super::{Done, Exit, Failed, Screen};

/// Arguments of `harden init`.
#[derive(Debug, clap::Args)]
#[command(after_help = "  harden init > cluster.yaml && harden build cluster.yaml")]
pub(super) struct Args {
    /// Who runs the control plane
    #[arg(long, value_enum, default_value = "kubeadm")]
    platform: Platform,
    /// A live kubeadm configuration: version, endpoint and subnets are taken from it
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
    let mut text = text.replace("name: my-cluster", &format!("name: {}", args.name));
    if let Some(path) = &args.from {
        if args.platform != Platform::Kubeadm {
            return Err(Failed::usage("--from reads a kubeadm configuration", "leave --platform out"));
        }
        text = from_live(&text, path)?;
    }
    screen.result(&text)?;
    Ok(Exit::Success)
}

/// Puts the values of a live ClusterConfiguration into the example.
fn from_live(text: &str, path: &std::path::Path) -> Result<String, Failed> {
    let bytes = files::read(path, SPEC_LIMIT)?;
    let source = yaml::decode(&path.display().to_string(), &bytes).map_err(|diagnostic| {
        let mut diags = Diagnostics::default();
        diags.push(diagnostic);
        Failed::Mistakes(diags)
    })?;
    let documents = yaml::read(&source);
    let cluster = documents
        .iter()
        .filter_map(|document| document.root.as_ref())
        .find(|root| root.get("kind").and_then(Node::as_str) == Some("ClusterConfiguration"))
        .ok_or_else(|| {
            Failed::usage(format!("`{}` holds no ClusterConfiguration", path.display()), "name a kubeadm configuration file")
        })?;
    let field = |pointer: &str| cluster.at_pointer(pointer).and_then(Node::as_str).map(str::to_owned);
    let mut out = String::new();
    for line in text.lines() {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        let value = match key {
            "kubernetesVersion" => field("/kubernetesVersion").map(|v| quoted(v.trim_start_matches('v'))),
            "controlPlaneEndpoint" => field("/controlPlaneEndpoint").map(|v| quoted(&v)),
            "podSubnets" => field("/networking/podSubnet").map(|v| list(&v)),
            "serviceSubnets" => field("/networking/serviceSubnet").map(|v| list(&v)),
            "dnsDomain" | "# dnsDomain" => field("/networking/dnsDomain").map(|v| quoted(&v)),
            "# config" => Some(quoted(&path.display().to_string())),
            _ => None,
        };
        match value {
            Some(value) => {
                let indent: String = line.chars().take_while(|c| *c == ' ').collect();
                out.push_str(&format!("{indent}{}: {value}\n", key.trim_start_matches("# ")));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    Ok(out)
}

/// A value as a YAML text in double quotes; JSON texts are YAML texts.
fn quoted(value: &str) -> String {
    serde_json::Value::String(value.to_owned()).to_string()
}

fn list(value: &str) -> String {
    format!("[{}]", value.split(',').map(|item| quoted(item.trim())).collect::<Vec<_>>().join(", "))
}
