//! `terraform/ADOPT.md`: the exact lines with which an owner's cluster resource, or a module around it, takes the values, in the applies
//! that lock nobody out and destroy nothing.

mod aks;
mod eks;

use std::sync::Arc;

use crate::{
    base::{Artifact, Lines, Mode, Origin, OutPath, Platform},
    hcl::{self, Block, Expr},
    plan::{
        CloudPlan, Plan,
        cloud::{CloudValue, Stage, cloud_setting},
    },
    targets::{k8s, origins},
};

use super::FORM;

/// How one value is taken: its name and reference, the block and argument of the raw resource, those of the module; an empty block means
/// the resource or module itself.
struct Taken {
    name: &'static str,
    reference: &'static str,
    raw: Option<(&'static str, &'static str)>,
    module: Option<(&'static str, &'static str)>,
    /// What the module takes, where it is not the value as it is.
    module_value: Option<&'static str>,
}

impl Taken {
    /// The same where the module takes another expression.
    const fn module_takes(mut self, value: &'static str) -> Self {
        self.module_value = Some(value);
        self
    }
}

/// A row: name, place in the raw resource, place in the module.
macro_rules! taken {
    ($name:literal, $raw:expr, $module:expr) => {
        Taken {
            name: $name,
            reference: concat!("module.harden_settings.", $name),
            raw: $raw,
            module: $module,
            module_value: None,
        }
    };
}
use taken;

/// Tried on 1.11.4: data sources inside a check are planned anew every time.
const QUIET: &str = "`terraform plan` says `0 to add, 0 to change, 0 to destroy`, and `attach/verify.tf` warns of nothing but what the steps below \
     change. The reads of its checks are listed in every plan (`config will be reloaded to verify a check block`), so `-detailed-exitcode` is 2 \
     for ever: a pipeline that looks for drift counts the changes in `terraform show -json` instead.";

/// An argument of the owner: the block or object that it stands in, its name, its value.
type Line = (&'static str, &'static str, Expr);

pub(super) fn page(plan: &Plan, cloud: &CloudPlan) -> Option<Artifact> {
    let auto_mode = plan.network.view.auto_mode;
    let mut page =
        Page { lines: Lines::default(), form: Origin::shape(FORM), cloud, auto_mode, stages: k8s::stages_of(plan), step: 0 };
    page.say("# Taking the modules over");
    page.say(
        "`settings` holds values that only the owner of the cluster resource can set; `attach` makes what stands beside the cluster. Neither \
         has a provider or a backend of its own. Paths below are relative to the folder that holds `terraform/`; words in capitals are yours.",
    );
    page.say(
        "A running cluster goes step by step, each apply by itself: A opens the way that stays, B is checks by people, C closes the other \
         ways. A new cluster takes the lines of all steps at once. Merge each block into yours: a block, list or map of yours keeps what it \
         holds beside these lines. Where two steps name one argument, the line of the later step takes the place of the earlier one.",
    );
    page.say(
        "Before every apply read `terraform plan`: it must change the cluster in place and destroy nothing (`0 to destroy`, no `must be \
         replaced`). A plan that says otherwise is not to be applied.",
    );
    match plan.cluster.platform {
        Platform::Aks => page.aks(),
        Platform::Eks | Platform::Kubeadm => page.eks(),
    }
    Some(Artifact { path: OutPath::new("terraform/ADOPT.md").ok()?, mode: Mode::Plain, lines: page.lines })
}

struct Page<'a> {
    lines: Lines,
    form: Arc<Origin>,
    cloud: &'a CloudPlan,
    /// Whether nodes may be those of EKS Auto Mode.
    auto_mode: bool,
    /// The stages of objects that the tree has.
    stages: Vec<&'static str>,
    /// How many steps have been written.
    step: usize,
}

/// Which of the two ways to own a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Raw,
    Module,
}

impl Page<'_> {
    /// An empty line between parts.
    fn part(&mut self) {
        if self.lines.count() > 0 {
            self.lines.push("", &self.form);
        }
    }

    fn say(&mut self, text: &str) {
        self.part();
        self.lines.push(text, &self.form);
    }

    /// The heading of the next step.
    fn step(&mut self, title: &str) {
        self.step += 1;
        let heading = format!("## {}. {title}", self.step);
        self.say(&heading);
    }

    /// A list of sentences.
    fn points(&mut self, points: &[&str]) {
        self.part();
        for point in points {
            self.lines.push(&format!("- {point}"), &self.form);
        }
    }

    fn code(&mut self, blocks: &[Block]) {
        self.part();
        self.lines.push("```hcl", &self.form);
        self.lines.extend(hcl::write(&[], blocks, &self.form));
        self.lines.push("```", &self.form);
    }

    fn shell(&mut self, commands: &[&str]) {
        self.part();
        self.lines.push("```sh", &self.form);
        for command in commands {
            self.lines.push(command, &self.form);
        }
        self.lines.push("```", &self.form);
    }

    /// The lines of one step for both ways, where it has any.
    fn ways(&mut self, raw: Option<Block>, module: Option<Block>, titles: [&str; 2]) {
        for (block, title) in [raw, module].into_iter().zip(titles) {
            if let Some(block) = block {
                self.say(&format!("### {title}"));
                self.code(&[block]);
            }
        }
    }

    /// What people need in the cluster before they come in by another way than today.
    fn people_first(&mut self) {
        let folders: Vec<String> =
            k8s::FOR_PEOPLE.iter().filter(|stage| self.stages.contains(stage)).map(|stage| format!("`k8s/{stage}`")).collect();
        if !folders.is_empty() {
            self.say(&format!(
                "Before this apply, as whoever comes in today: {} (`kubectl apply --server-side -k FOLDER`). Roles of a group that nobody is in yet \
                 give nothing, and whoever is let in by this apply finds them there.",
                folders.join(" and ")
            ));
        }
    }

    /// The first points of step B: nothing is left to do, and the other objects are in the cluster.
    fn first_points(&self) -> Vec<&'static str> {
        let mut points = vec![QUIET];
        if self.stages.iter().any(|stage| !k8s::FOR_PEOPLE.contains(stage) && *stage != k8s::NETWORK_ENGINE) {
            points.push("The other objects of the cluster are applied (`k8s/`, in the order of REPORT.md).");
        }
        points
    }

    /// What an engine does that begins to act.
    fn wakes(&mut self, how: &str) {
        let ours = if self.stages.contains(&"network") { ", and `k8s/network` is applied" } else { "" };
        self.say(&format!(
            "Every NetworkPolicy that lies in the cluster {how}, those of others too: `kubectl get networkpolicy -A` first{ours}."
        ));
    }

    /// What the checks of `attach` show, and what they cannot show.
    fn end(&mut self, unseen: &str) {
        self.step("What the checks see");
        let unseen = match unseen {
            "" => String::new(),
            names => format!(" The provider's data sources do not show {names}: read those in the plan."),
        };
        self.say(&format!(
            "`attach/verify.tf` compares at every plan and warns; until step C it warns of everything that is still open.{unseen}"
        ));
    }

    /// How something is given back: what is no longer asked for is forgotten, and never destroyed.
    fn back(&mut self, lost: Vec<&str>, more: &str) {
        self.step("Giving something back");
        let mut text = "When `owns` goes from `harden` to another owner, the next tree has a `removed` block in `attach/kept.tf`: Terraform forgets the \
                        thing, and leaves it as it is. Import it where it is owned from then on."
            .to_owned();
        if lost.is_empty() {
            return self.say(&text);
        }
        text.push_str(&format!(
            " To take `attach` out as a whole, put this in the place of its call, since without it these would be deleted: {}.{more}",
            lost.join(", ")
        ));
        self.say(&text);
        self.code(&[super::forgotten("module.harden_attach")]);
    }

    /// Arguments of the cluster resource, in their blocks, which a step takes.
    fn raw(&self, block: Block, table: &[Taken], stage: Stage, more: Vec<Line>) -> Option<Block> {
        let mut lines = more;
        for (taken, origin) in self.values(table, stage) {
            if let Some((place, argument)) = taken.raw {
                lines.push((place, argument, Expr::code(taken.reference).with(&origin)));
            }
        }
        lines.sort_by_key(|(place, ..)| *place);
        placed(block, lines, |block, place, entries| block.block(with(Block::new(place, &[]), entries)))
    }

    /// Arguments of the module, in their objects, which a step takes.
    fn module(&self, block: Block, table: &[Taken], stage: Stage, more: Vec<Line>) -> Option<Block> {
        let mut lines = more;
        for (taken, origin) in self.values(table, stage) {
            if let Some((place, argument)) = taken.module {
                lines.push((place, argument, Expr::code(taken.module_value.unwrap_or(taken.reference)).with(&origin)));
            }
        }
        placed(block, lines, |block, place, entries| block.set(place, Expr::object(entries)))
    }

    /// The planned values that a step takes, each with the origin of its setting.
    fn values<'t>(&self, table: &'t [Taken], stage: Stage) -> Vec<(&'t Taken, Arc<Origin>)> {
        let of = |taken: &'t Taken| {
            let held = self.cloud.settings.get(taken.name)?;
            (CloudPlan::stage(taken.name, &held.value) == stage)
                .then(|| (taken, origins::setting(&cloud_setting(taken.name), held)))
        };
        table.iter().filter_map(of).collect()
    }

    /// Whether a value is planned, and says this.
    fn asks(&self, name: &str, value: &CloudValue) -> bool {
        self.cloud.settings.get(name).is_some_and(|held| held.value == *value)
    }
}

/// What keeps a resource from being made anew.
fn kept() -> Block {
    Block::new("lifecycle", &[])
        .set("prevent_destroy", Expr::bool(true))
        .say("Stops every plan that would make the cluster anew.")
}

/// Puts lines into a block: those without a place as arguments of its own, the others together by their place, in the way of `put`. Nothing
/// where there are none.
fn placed(
    block: Block,
    lines: Vec<Line>,
    put: impl Fn(Block, &'static str, Vec<(&'static str, Expr)>) -> Block,
) -> Option<Block> {
    let mut places: Vec<(&'static str, Vec<(&'static str, Expr)>)> = Vec::new();
    for (place, argument, value) in lines {
        match places.iter_mut().find(|(name, _)| *name == place) {
            Some((_, entries)) => entries.push((argument, value)),
            None => places.push((place, vec![(argument, value)])),
        }
    }
    let into = |block, (place, entries): (&'static str, Vec<_>)| {
        if place.is_empty() { with(block, entries) } else { put(block, place, entries) }
    };
    (!places.is_empty()).then(|| places.into_iter().fold(block, into))
}

fn with(block: Block, arguments: Vec<(&'static str, Expr)>) -> Block {
    arguments.into_iter().fold(block, |block, (name, value)| block.set(name, value))
}
