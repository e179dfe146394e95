//! Alternatives and fields that depend on others.

use crate::diag::{Label, Place, Problem};

use super::{either, listed};

/// Several alternatives where exactly one is allowed.
#[derive(Debug, Clone)]
pub(in crate::spec) struct SeveralChoices {
    pub(in crate::spec) field: String,
    pub(in crate::spec) found: Vec<(String, Place)>,
}

impl Problem for SeveralChoices {
    const CODE: &'static str = "several-choices";
    const MEANING: &'static str = "Several alternatives are given where exactly one can hold: one platform, one CNI, one runtime, one encryption provider, one \
         receiver of logs. Keep one of them.";

    fn message(&self) -> String {
        let names: Vec<&str> = self.found.iter().map(|(name, _)| name.as_str()).collect();
        format!("`{}` takes one alternative, and {} are given", self.field, listed(&names))
    }
    fn help(&self) -> String {
        "keep one of them and remove the others".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        self.found.iter().map(|(name, place)| Label::new(place.clone(), format!("`{name}` is given"))).collect()
    }
}

/// No alternative where exactly one has to be.
#[derive(Debug, Clone)]
pub(in crate::spec) struct MissingChoice {
    pub(in crate::spec) field: String,
    pub(in crate::spec) choices: Vec<String>,
    pub(in crate::spec) place: Place,
}

impl Problem for MissingChoice {
    const CODE: &'static str = "missing-choice";
    const MEANING: &'static str = "None of the alternatives of a field is given, and one has to be: which platform, which CNI, which encryption provider. Add one \
         of those that the message lists.";

    fn message(&self) -> String {
        format!("`{}` names none of its alternatives", self.field)
    }
    fn help(&self) -> String {
        // Ends of flows inside the cluster are names.
        if self.choices == ["cidr", "fqdn"] {
            return "write a tier, a peer or a word such as `dns` as plain text, without braces; for an end outside of the cluster add one of \
                    `cidr` and `fqdn`"
                .to_owned();
        }
        format!("add one of {}", listed(&self.choices))
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected {}", either(&self.choices)))]
    }
}

/// An empty list where at least one entry is needed.
#[derive(Debug, Clone)]
pub(in crate::spec) struct EmptyList {
    pub(in crate::spec) field: String,
    pub(in crate::spec) why: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for EmptyList {
    const CODE: &'static str = "empty-list";
    const MEANING: &'static str = "The list needs at least one entry: with none, the thing it belongs to would mean nothing, or everything. Add an entry, or \
         remove the thing.";

    fn message(&self) -> String {
        format!("`{}` is empty: {}", self.field, self.why)
    }
    fn help(&self) -> String {
        "add an entry".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "needs at least one entry")]
    }
}

/// A field that has no meaning beside another one.
#[derive(Debug, Clone)]
pub(in crate::spec) struct DoesNotBelong {
    pub(in crate::spec) what: String,
    pub(in crate::spec) why: String,
    pub(in crate::spec) help: String,
    pub(in crate::spec) place: Place,
    pub(in crate::spec) beside: Option<Place>,
}

impl Problem for DoesNotBelong {
    const CODE: &'static str = "does-not-belong";
    const MEANING: &'static str = "A field or word has no meaning together with what else is declared, such as a setting of EKS on a kubeadm cluster. It would be \
         ignored, and nothing is ignored in silence: remove it or what contradicts it.";

    fn message(&self) -> String {
        format!("`{}` does not belong here: {}", self.what, self.why)
    }
    fn help(&self) -> String {
        self.help.clone()
    }
    fn labels(&self) -> Vec<Label> {
        let mut labels = vec![Label::new(self.place.clone(), "has no meaning here")];
        labels.extend(self.beside.iter().map(|place| Label::new(place.clone(), "because of this")));
        labels
    }
}

/// A receiver of logs that the provider does not send to.
#[derive(Debug, Clone)]
pub(in crate::spec) struct RelayForm {
    pub(in crate::spec) why: String,
    pub(in crate::spec) help: String,
    pub(in crate::spec) place: Place,
}

impl Problem for RelayForm {
    const CODE: &'static str = "relay-form";
    const MEANING: &'static str = "EKS sends logs by a subscription filter of CloudWatch to four kinds of receivers, AKS by a diagnostic setting to an Event \
         Hub or a workspace. Another text is refused by the provider half way through an apply.";

    fn message(&self) -> String {
        self.why.clone()
    }
    fn help(&self) -> String {
        self.help.clone()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "the provider refuses this")]
    }
}

/// A control is switched off without a waiver.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnappliedWithoutWaiver {
    pub(in crate::spec) control: String,
    pub(in crate::spec) place: Place,
}

impl Problem for UnappliedWithoutWaiver {
    const CODE: &'static str = "unapplied-without-waiver";
    const MEANING: &'static str = "A control is only left out through a waiver, which says who answers for it, why, and until when. Add the waiver to `waivers` and \
         name it beside `apply: false`.";

    fn message(&self) -> String {
        format!("`{}` is not applied, and no waiver says so", self.control)
    }
    fn help(&self) -> String {
        "add `waiver: ID` beside it, and the waiver to `waivers`".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "needs a waiver")]
    }
}
