//! What is selected, with which parameters, and what that needs a waiver for.

use crate::{
    diag::{Label, Place, Problem},
    facts,
};

/// A control is selected, and nobody gives one of its parameters.
#[derive(Debug)]
pub(in crate::controls) struct MissingParameter {
    pub(in crate::controls) control: String,
    pub(in crate::controls) name: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for MissingParameter {
    const CODE: &'static str = "missing-parameter";
    const MEANING: &'static str = "A control is selected and neither the profiles nor the spec give one of its parameters. The built-in \
        profiles give all of them: extend one, or set the parameter.";

    fn message(&self) -> String {
        format!("parameter `{}` of control `{}` has no value", self.name, self.control)
    }

    fn help(&self) -> String {
        format!("extend a built-in profile, or write `controls: {{ {}: {{ with: {{ {}: ... }} }} }}`", self.control, self.name)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "these profiles do not give it")).collect()
    }
}

/// Two profiles give a parameter values that cannot be compared.
#[derive(Debug)]
pub(in crate::controls) struct ParameterConflict {
    pub(in crate::controls) control: String,
    pub(in crate::controls) name: String,
    pub(in crate::controls) first: (String, Place),
    pub(in crate::controls) second: (String, Place),
}

impl Problem for ParameterConflict {
    const CODE: &'static str = "parameter-conflict";
    const MEANING: &'static str = "Two profiles of one cluster give different values for a parameter, and neither is stricter. Set the \
        parameter in the cluster, or keep one of the profiles.";

    fn message(&self) -> String {
        format!("profiles disagree about `{}` of `{}`: {} and {}", self.name, self.control, self.first.0, self.second.0)
    }

    fn help(&self) -> String {
        format!("set it in the cluster: `controls: {{ {}: {{ with: {{ {}: ... }} }} }}`", self.control, self.name)
    }

    fn labels(&self) -> Vec<Label> {
        vec![
            Label::new(self.first.1.clone(), format!("{} here", self.first.0)),
            Label::new(self.second.1.clone(), format!("{} here", self.second.0)),
        ]
    }
}

/// A parameter has a value of the wrong kind.
#[derive(Debug)]
pub(in crate::controls) struct ParameterValue {
    pub(in crate::controls) control: String,
    pub(in crate::controls) name: String,
    pub(in crate::controls) value: String,
    pub(in crate::controls) expected: String,
    pub(in crate::controls) at: Place,
}

impl Problem for ParameterValue {
    const CODE: &'static str = "parameter-value";
    const MEANING: &'static str = "A parameter of a control has a value that it does not take.";

    fn message(&self) -> String {
        format!("`{}` of control `{}` is {}, expected {}", self.name, self.control, self.value, self.expected)
    }

    fn help(&self) -> String {
        format!("write {}; `harden explain {}` shows its parameters", self.expected, self.control)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), format!("expected {}", self.expected))]
    }
}

/// A profile, a choice or a waiver names a control that does not exist.
#[derive(Debug)]
pub(in crate::controls) struct UnknownControl {
    pub(in crate::controls) id: String,
    pub(in crate::controls) nearest: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for UnknownControl {
    const CODE: &'static str = "unknown-control";
    const MEANING: &'static str = "A profile, a choice under `controls` or a waiver names a control that does not exist.";

    fn message(&self) -> String {
        format!("unknown control `{}`", self.id)
    }

    fn help(&self) -> String {
        format!("did you mean `{}`? `harden controls` lists every id", self.nearest)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "no control has this id")).collect()
    }
}

/// A profile selects by a benchmark that does not exist.
#[derive(Debug)]
pub(in crate::controls) struct UnknownBenchmark {
    pub(in crate::controls) name: String,
    pub(in crate::controls) at: Place,
}

impl Problem for UnknownBenchmark {
    const CODE: &'static str = "unknown-benchmark";
    const MEANING: &'static str = "A profile selects the controls of a benchmark that is not known, so it would select none.";

    fn message(&self) -> String {
        format!("unknown benchmark `{}`", self.name)
    }

    fn help(&self) -> String {
        let known = facts::benchmarks::SELECTABLE;
        let likeness = |known: &str| strsim::jaro_winkler(known, &self.name);
        let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
        let list = format!("the benchmarks are {}", known.join(", "));
        match nearest.filter(|nearest| likeness(nearest) > 0.8) {
            Some(nearest) => format!("did you mean `{nearest}`? {list}"),
            None => list,
        }
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no benchmark has this name")]
    }
}

/// A parameter that the control does not have.
#[derive(Debug)]
pub(in crate::controls) struct UnknownParameter {
    pub(in crate::controls) control: String,
    pub(in crate::controls) name: String,
    pub(in crate::controls) known: Vec<String>,
    pub(in crate::controls) at: Place,
}

impl Problem for UnknownParameter {
    const CODE: &'static str = "unknown-parameter";
    const MEANING: &'static str = "A control is given a parameter that it does not have.";

    fn message(&self) -> String {
        format!("control `{}` has no parameter `{}`", self.control, self.name)
    }

    fn help(&self) -> String {
        if self.known.is_empty() {
            "take it out: this control has no parameters".to_owned()
        } else {
            format!("did you mean one of its parameters: {}?", self.known.join(", "))
        }
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no such parameter")]
    }
}

/// Something is weakened, and no waiver that counts says so.
#[derive(Debug)]
pub(in crate::controls) struct WaiverNeeded {
    pub(in crate::controls) control: String,
    pub(in crate::controls) what: String,
    pub(in crate::controls) at: Option<Place>,
}

impl Problem for WaiverNeeded {
    const CODE: &'static str = "waiver-needed";
    const MEANING: &'static str = "A control is switched off or given a weaker value than its profile's. That is possible only through a \
        waiver with an owner, a reason and an end.";

    fn message(&self) -> String {
        format!("{} of control `{}` needs a waiver", self.what, self.control)
    }

    fn help(&self) -> String {
        format!(
            "add a waiver with `control: {}`, an owner, a reason and `expires`; below `controls` and `namespaces` name its id here as `waiver:`",
            self.control
        )
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "weakened here")).collect()
    }
}

/// Something is weakened in the whole cluster, and the waiver that it names holds in a part of it.
#[derive(Debug)]
pub(in crate::controls) struct WaiverTooNarrow {
    pub(in crate::controls) waiver: String,
    pub(in crate::controls) control: String,
    pub(in crate::controls) what: String,
    /// What the waiver is limited to.
    pub(in crate::controls) narrow: String,
    /// Whether the control can be left out in such a part by itself.
    pub(in crate::controls) by_itself: bool,
    pub(in crate::controls) at: Option<Place>,
    pub(in crate::controls) scope: Option<Place>,
}

impl Problem for WaiverTooNarrow {
    const CODE: &'static str = "waiver-too-narrow";
    const MEANING: &'static str = "A choice below `controls` holds in the whole cluster, and the waiver that it names is limited by its `scope`. \
        A waiver with a scope holds there by itself, without such a choice, where its control is held part by part.";

    fn message(&self) -> String {
        format!(
            "{} of control `{}` holds in the whole cluster, and waiver `{}` for {} alone",
            self.what.trim_end_matches(','),
            self.control,
            self.waiver,
            self.narrow
        )
    }

    fn help(&self) -> String {
        let whole = "take `scope` out of the waiver to weaken the whole cluster";
        if self.by_itself {
            return format!("take the choice out: there the waiver holds by itself; or {whole}");
        }
        format!("{whole}, or take both out: `{}` has no parts of this kind", self.control)
    }

    fn labels(&self) -> Vec<Label> {
        let scope = self.scope.iter().map(|at| Label::new(at.clone(), "the waiver is limited here"));
        self.at.iter().map(|at| Label::new(at.clone(), "weakened here")).chain(scope).collect()
    }
}
