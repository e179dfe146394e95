//! What is wrong with waivers, their dates and graces.

use crate::{
    base::Date,
    diag::{Label, Place, Problem, Severity},
};

use super::did_you_mean;

/// The call builds for a day that is over, and something dated has happened since.
#[derive(Debug)]
pub(in crate::resolve) struct DateInThePast {
    pub(in crate::resolve) as_of: Date,
    /// Where the call says so.
    pub(in crate::resolve) asked: Place,
    /// What is due: the day, what it is, where it stands.
    pub(in crate::resolve) due: Vec<(Date, String, Option<Place>)>,
}

impl Problem for DateInThePast {
    const CODE: &'static str = "date-in-the-past";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`--as-of` names a day that is over, and something dated has happened since: a waiver that has ended \
        counts again, or a step of the rollout is undone. Build for today, and treat what has ended.";

    fn message(&self) -> String {
        let due: Vec<String> = self.due.iter().map(|(day, what, _)| format!("{what} ({day})")).collect();
        format!("building for {} as asked leaves out what has happened since: {}", self.as_of, due.join(", "))
    }

    fn help(&self) -> String {
        "build with `--as-of today`, and treat what has ended or begun since".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        let due = self.due.iter().filter_map(|(day, _, at)| Some(Label::new(at.clone()?, format!("counts from {day} on"))));
        std::iter::once(Label::new(self.asked.clone(), "this day is over")).chain(due).collect()
    }
}

/// The call builds for a day before the recorded one.
#[derive(Debug)]
pub(in crate::resolve) struct DateMovedBack {
    pub(in crate::resolve) as_of: Date,
    pub(in crate::resolve) recorded: Date,
    /// Where the call says so.
    pub(in crate::resolve) asked: Place,
}

impl Problem for DateMovedBack {
    const CODE: &'static str = "date-moved-back";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "`--as-of` names a day before the one that the tree was last built for. What became of dates between the \
        two, such as the end of a waiver, is undone, and the earlier day is recorded.";

    fn message(&self) -> String {
        format!("the date moves back from {}, which the tree was built for, to {}", self.recorded, self.as_of)
    }

    fn help(&self) -> String {
        "leave `--as-of` out to keep the recorded date, or move it forward with `--as-of today`".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.asked.clone(), "an earlier day")]
    }
}

/// A reprieve that lasts so long that it is a second waiver.
#[derive(Debug)]
pub(in crate::resolve) struct GraceTooFar {
    pub(in crate::resolve) id: String,
    pub(in crate::resolve) until: Date,
    pub(in crate::resolve) as_of: Date,
    /// Whether an earlier build recorded it, and this call does not name it.
    pub(in crate::resolve) recorded: bool,
    /// Where the call or the record says so.
    pub(in crate::resolve) asked: Place,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for GraceTooFar {
    const CODE: &'static str = "grace-too-far";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A reprieve of `--grace` lasts more than a year. It is meant for the days until the exception is fixed or \
        renewed; an exception that stays belongs into the waiver, where its owner and reason are read.";

    fn message(&self) -> String {
        format!("the reprieve of waiver `{}` lasts until {}, more than a year from {}", self.id, self.until, self.as_of)
    }

    fn help(&self) -> String {
        let later = "set a later `expires` in the waiver, where it is reviewed";
        match self.recorded {
            true => format!("{later}, and take the recorded reprieve back with `--grace {}=none`", self.id),
            false => format!("{later}, or take a nearer day for `--grace {}=DATE`", self.id),
        }
    }

    fn labels(&self) -> Vec<Label> {
        let waiver = self.at.iter().map(|at| Label::new(at.clone(), "the waiver ends here"));
        std::iter::once(Label::new(self.asked.clone(), "a far day")).chain(waiver).collect()
    }
}

/// A reprieve that ends before the waiver does.
#[derive(Debug)]
pub(in crate::resolve) struct GraceWithoutEffect {
    pub(in crate::resolve) id: String,
    pub(in crate::resolve) expires: Date,
    /// Whether an earlier build recorded it, and this call does not name it.
    pub(in crate::resolve) recorded: bool,
    /// Where the call or the record says so.
    pub(in crate::resolve) asked: Place,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for GraceWithoutEffect {
    const CODE: &'static str = "grace-without-effect";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A reprieve of `--grace` ends no later than the waiver itself, so it changes nothing. It would be recorded \
        and mislead whoever reads it.";

    fn message(&self) -> String {
        format!("the reprieve of waiver `{}` changes nothing: the waiver counts until {}", self.id, self.expires)
    }

    fn help(&self) -> String {
        match self.recorded {
            true => format!("take the recorded reprieve back with `--grace {}=none`", self.id),
            false => "leave the reprieve out, or name a day after the end of the waiver".to_owned(),
        }
    }

    fn labels(&self) -> Vec<Label> {
        let waiver = self.at.iter().map(|at| Label::new(at.clone(), "the waiver ends here"));
        std::iter::once(Label::new(self.asked.clone(), "no later than the waiver")).chain(waiver).collect()
    }
}

/// A waiver that nothing uses.
#[derive(Debug)]
pub(crate) struct UnusedWaiver {
    pub(crate) id: String,
    pub(crate) control: String,
    pub(in crate::resolve) why: NoEffect,
    pub(crate) at: Option<Place>,
}

/// Why a waiver has no effect.
#[derive(Debug)]
pub(in crate::resolve) enum NoEffect {
    /// It holds in the whole cluster, and nothing refers to it.
    Unnamed,
    /// The control holds nothing here: its verdict.
    NotApplied(&'static str),
    /// It is limited to a part of the cluster in which its control cannot be left out by itself.
    HeldAsOne,
    /// It is limited to a part of the cluster in which the control holds nothing.
    NothingThere(String),
}

impl Problem for UnusedWaiver {
    const CODE: &'static str = "unused-waiver";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "A waiver has no effect: no control, namespace or parameter refers to it, or what it waives does \
        not arise. An exception that nobody needs should not wait for a day on which it does harm.";

    fn message(&self) -> String {
        format!("waiver `{}` for `{}` has no effect", self.id, self.control)
    }

    fn help(&self) -> String {
        let control = &self.control;
        let refer = format!("refer to it (`controls: {{ {control}: {{ apply: false, waiver: {} }} }}`)", self.id);
        match &self.why {
            NoEffect::Unnamed => format!("take it out, or {refer}"),
            NoEffect::NotApplied(outcome) => {
                format!("take it out: the verdict of `{control}` is `{outcome}` here with or without it")
            }
            NoEffect::HeldAsOne => {
                format!("take it out, or take `scope` out of it and {refer}: `{control}` has no parts of this kind")
            }
            NoEffect::NothingThere(narrow) => {
                format!("take it out, or mend its `scope`: `{control}` asks for nothing in {narrow}")
            }
        }
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "nothing uses it")).collect()
    }
}

/// A waiver is for a namespace that the spec names nowhere else.
#[derive(Debug)]
pub(in crate::resolve) struct WaiverForUnknownNamespace {
    pub(in crate::resolve) waiver: String,
    pub(in crate::resolve) namespace: String,
    pub(in crate::resolve) known: Vec<String>,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for WaiverForUnknownNamespace {
    const CODE: &'static str = "waiver-for-unknown-namespace";
    const SEVERITY: Severity = Severity::Warning;
    const MEANING: &'static str = "The scope of a waiver names a namespace that `namespaces` does not declare and that is none of the system's. The exception holds \
         for whatever has that name, today or later; often the name is misspelt and what was meant is still refused.";

    fn message(&self) -> String {
        format!("waiver `{}` is for the namespace `{}`, which is not declared", self.waiver, self.namespace)
    }
    fn help(&self) -> String {
        let declare = format!("add `{{ name: {} }}` to `namespaces` if it is there, else take the waiver out", self.namespace);
        did_you_mean(&self.namespace, &self.known, &declare)
    }
    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "not in `namespaces`")).collect()
    }
}

/// A waiver has ended.
#[derive(Debug)]
pub(in crate::resolve) struct WaiverExpired {
    pub(in crate::resolve) id: String,
    pub(in crate::resolve) expires: Date,
    pub(in crate::resolve) as_of: Date,
    /// The last day of its reprieve, where it had one.
    pub(in crate::resolve) reprieve: Option<Date>,
    pub(in crate::resolve) at: Option<Place>,
}

impl Problem for WaiverExpired {
    const CODE: &'static str = "waiver-expired";
    const MEANING: &'static str = "A waiver has ended. Fix what it excused and take it out, extend it knowingly, or record a reprieve \
        with `--grace ID=DATE`.";

    fn message(&self) -> String {
        let reprieve = self.reprieve.map_or_else(String::new, |until| format!(", its reprieve on {until}"));
        format!("waiver `{}` expired on {}{reprieve} (building for {})", self.id, self.expires, self.as_of)
    }

    fn help(&self) -> String {
        let day = match self.reprieve {
            Some(_) => format!(" for a day from {} on", self.as_of),
            None => String::new(),
        };
        format!("fix what it excused and take it out, set a later date, or build with `--grace {}=DATE`{day}", self.id)
    }

    fn labels(&self) -> Vec<Label> {
        self.at.iter().map(|at| Label::new(at.clone(), "this waiver has ended")).collect()
    }
}
