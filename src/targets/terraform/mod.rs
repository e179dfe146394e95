//! Terraform beside the owner's own: values for the cluster resource, standalone resources, checks of the live cluster, and how to take them.

mod adopt;
mod aks;
mod eks;
mod settings;
mod verify;

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Artifact, ControlId, FactId, Mode, Origin, OutPath, Platform, Reason},
    hcl::{self, Block, Expr},
    plan::{
        CloudPlan, Held, Plan,
        cloud::{Owner, cloud_key},
    },
};

use super::{Mark, Target, head, origins};

/// The two modules and the page about them.
pub(super) const TARGET: Target = Target {
    name: "terraform",
    wanted: |plan| plan.cloud.is_some(),
    emit,
    marks: &[
        Mark { path: "terraform/ADOPT.md", says: "Taking the modules over" },
        Mark { path: "terraform/attach/kept.tf", says: "What an earlier tree" },
        Mark { path: "terraform/attach/main.tf", says: "Resources beside the cluster" },
        Mark { path: "terraform/attach/outputs.tf", says: "resources take from this module" },
        Mark { path: "terraform/attach/variables.tf", says: "What the caller of this module gives" },
        Mark { path: "terraform/attach/verify.tf", says: "Compares the live cluster with the spec" },
        Mark { path: "terraform/attach/versions.tf", says: "What this module needs" },
        Mark { path: "terraform/settings/outputs.tf", says: "Values for the cluster resource" },
        Mark { path: "terraform/settings/versions.tf", says: "What this module needs" },
    ],
};

/// The form that Terraform's language demands.
const FORM: FactId = FactId("terraform-block");

/// What both modules need: check blocks came with 1.5.
const TERRAFORM: &str = ">= 1.7";

fn emit(plan: &Plan) -> Vec<Artifact> {
    let Some(cloud) = &plan.cloud else { return Vec::new() };
    let mut files = settings::files(cloud);
    files.extend(attach(plan, cloud));
    let mut artifacts: Vec<Artifact> = files.into_iter().filter_map(File::artifact).collect();
    artifacts.extend(adopt::page(plan, cloud));
    artifacts
}

/// The module of standalone resources.
fn attach(plan: &Plan, cloud: &CloudPlan) -> Vec<File> {
    let (variables, resources, kept, outputs) = match plan.cluster.platform {
        Platform::Aks => (aks::variables(cloud), aks::resources(cloud), aks::kept(cloud), Vec::new()),
        Platform::Eks | Platform::Kubeadm => {
            (eks::variables(cloud), eks::resources(cloud), eks::kept(cloud), eks::outputs(cloud))
        }
    };
    let file = |name: &str, purpose: &[&str], blocks: Vec<Block>| File {
        name: format!("attach/{name}"),
        purpose: purpose.iter().map(|line| (*line).to_owned()).collect(),
        blocks,
    };
    vec![
        file(
            "versions.tf",
            &["What this module needs. Provider and backend are those of the caller."],
            vec![required(plan, cloud)],
        ),
        file("variables.tf", &["What the caller of this module gives."], variables),
        file(
            "main.tf",
            &[
                "Resources beside the cluster: none of them owns the cluster. What exists already is imported or moved into the state before the \
                 first apply (../ADOPT.md).",
            ],
            resources,
        ),
        file(
            "kept.tf",
            &[
                "What an earlier tree may have made and this one leaves to another owner: Terraform forgets what of it is in the state, and \
                 destroys nothing.",
            ],
            kept,
        ),
        file("outputs.tf", &["What the owner's own resources take from this module."], outputs),
        file(
            "verify.tf",
            &[
                "Compares the live cluster with the spec at every plan and apply. A difference is a warning: `terraform plan` goes on.",
            ],
            verify::checks(plan, cloud),
        ),
    ]
}

/// Terraform and the provider, within the bounds of the spec.
fn required(plan: &Plan, cloud: &CloudPlan) -> Block {
    let (name, source) = match plan.cluster.platform {
        Platform::Aks => ("azurerm", "hashicorp/azurerm"),
        Platform::Eks | Platform::Kubeadm => ("aws", "hashicorp/aws"),
    };
    let origin = origins::setting(&cloud_key("provider"), &cloud.provider);
    let provider =
        Expr::object([("source", Expr::text(source)), ("version", Expr::text(cloud.provider.value.clone()).with(&origin))]);
    let providers = described(Block::new("required_providers", &[]).set(name, provider));
    Block::new("terraform", &[]).set("required_version", Expr::text(TERRAFORM)).block(providers)
}

/// A file of a module.
struct File {
    /// Its path below `terraform/`.
    name: String,
    /// What it is for, a paragraph each.
    purpose: Vec<String>,
    /// Its blocks; without any it is not written.
    blocks: Vec<Block>,
}

impl File {
    fn artifact(self) -> Option<Artifact> {
        if self.blocks.is_empty() {
            return None;
        }
        let controls: BTreeSet<ControlId> = self
            .blocks
            .iter()
            .flat_map(Block::origins)
            .flat_map(|origin| origin.reasons.iter().filter_map(|r| r.control))
            .collect();
        let head = head::with_controls(&self.purpose, &controls);
        let lines = hcl::write(&head, &self.blocks, &Origin::shape(FORM));
        Some(Artifact { path: OutPath::new(&format!("terraform/{}", self.name)).ok()?, mode: Mode::Plain, lines })
    }
}

/// What is to be made by this module, of what may exist already.
fn made(owner: Option<&Held<Owner>>) -> Option<&Held<Owner>> {
    owner.filter(|owner| owner.value == Owner::Harden)
}

/// A resource that Terraform forgets and does not destroy.
fn forgotten(address: &'static str) -> Block {
    let lifecycle = Block::new("lifecycle", &[]).set("destroy", Expr::bool(false));
    Block::new("removed", &[]).set("from", Expr::code(address)).block(lifecycle)
}

/// The block with a comment above that names its controls and causes.
fn described(block: Block) -> Block {
    let reasons: BTreeSet<Reason> = block.origins().into_iter().flat_map(|origin| origin.reasons.iter().cloned()).collect();
    let mut controls: Vec<Option<ControlId>> = reasons.iter().map(|reason| reason.control).collect();
    controls.dedup();
    controls.into_iter().fold(block, |block, control| {
        let causes: Vec<String> =
            reasons.iter().filter(|reason| reason.control == control).map(|reason| reason.cause.to_string()).collect();
        let asked = control.map_or_else(String::new, |control| format!("{control}: "));
        block.say(format!("{asked}{}", causes.join(", ")))
    })
}

/// A variable of a module.
fn variable(name: &'static str, kind: &'static str, description: &'static str, origin: &Arc<Origin>) -> Block {
    Block::new("variable", &[name]).set("description", Expr::text(description)).set("type", Expr::code(kind)).with(origin)
}
