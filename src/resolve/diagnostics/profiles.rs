//! What is wrong with profiles.

use crate::diag::{Label, Place, Problem};

use super::did_you_mean;

/// Two profiles of the workspace have one name.
#[derive(Debug)]
pub(in crate::resolve) struct DuplicateProfile {
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) at: Place,
    pub(in crate::resolve) other: Place,
}

impl Problem for DuplicateProfile {
    const CODE: &'static str = "duplicate-profile";
    const MEANING: &'static str = "Two profiles of the workspace have the same name, so it is not clear which one a cluster means. \
        Rename one.";

    fn message(&self) -> String {
        format!("two profiles are called `{}`", self.name)
    }

    fn help(&self) -> String {
        "rename one of them".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "here"), Label::new(self.other.clone(), "and here")]
    }
}

/// Two profiles of one cluster say different things, and neither is stricter.
#[derive(Debug)]
pub(in crate::resolve) struct ProfileConflict {
    pub(in crate::resolve) what: String,
    pub(in crate::resolve) first: String,
    pub(in crate::resolve) second: String,
    pub(in crate::resolve) at: Place,
    pub(in crate::resolve) other: Place,
}

impl Problem for ProfileConflict {
    const CODE: &'static str = "profile-conflict";
    const MEANING: &'static str = "Two profiles of one cluster give different values that cannot be compared, so the stricter one \
        cannot be taken. Set the value in the cluster, or keep one of the profiles.";

    fn message(&self) -> String {
        format!("profiles disagree about `{}`: `{}` and `{}`", self.what, self.first, self.second)
    }

    fn help(&self) -> String {
        format!("set `{}` in the cluster itself, or take one of the profiles out", self.what)
    }

    fn labels(&self) -> Vec<Label> {
        vec![
            Label::new(self.at.clone(), format!("`{}`", self.first)),
            Label::new(self.other.clone(), format!("`{}`", self.second)),
        ]
    }
}

/// A profile extends itself.
#[derive(Debug)]
pub(in crate::resolve) struct ProfileCycle {
    pub(in crate::resolve) chain: String,
    pub(in crate::resolve) at: Place,
}

impl Problem for ProfileCycle {
    const CODE: &'static str = "profile-cycle";
    const MEANING: &'static str = "A profile extends itself, directly or through others. Take one `extends` out of the circle.";

    fn message(&self) -> String {
        format!("profiles extend each other in a circle: {}", self.chain)
    }

    fn help(&self) -> String {
        "take one of these `extends` out".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "closes the circle")]
    }
}

/// A profile of the workspace takes the name of a built-in one.
#[derive(Debug)]
pub(in crate::resolve) struct ProfileIsBuiltIn {
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) at: Place,
}

impl Problem for ProfileIsBuiltIn {
    const CODE: &'static str = "profile-is-built-in";
    const MEANING: &'static str = "A profile of the workspace has the name of a built-in one. The built-in names always mean the \
        same thing; choose another name and extend the built-in profile.";

    fn message(&self) -> String {
        format!("`{}` is a built-in profile", self.name)
    }

    fn help(&self) -> String {
        format!("choose another name and write `extends: [{}]`", self.name)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "this name is taken")]
    }
}

/// No profile has this name.
#[derive(Debug)]
pub(in crate::resolve) struct UnknownProfile {
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) names: Vec<String>,
    pub(in crate::resolve) at: Place,
}

impl Problem for UnknownProfile {
    const CODE: &'static str = "unknown-profile";
    const MEANING: &'static str = "A cluster or a profile names a profile that is neither built in nor in the workspace.";

    fn message(&self) -> String {
        format!("unknown profile `{}`", self.name)
    }

    fn help(&self) -> String {
        let list = format!("the profiles are {}", self.names.join(", "));
        did_you_mean(&self.name, &self.names, &list)
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "no profile has this name")]
    }
}

/// What a profile extends doubles from level to level.
#[derive(Debug)]
pub(in crate::resolve) struct TooManyParents {
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) most: usize,
    pub(in crate::resolve) at: Place,
}

impl Problem for TooManyParents {
    const CODE: &'static str = "too-many-parents";
    const MEANING: &'static str = "A profile extends others along more ways than harden follows: a profile that two others extend counts \
        twice, and so does all that it extends itself. Name a profile once, in the one of them that needs it.";

    fn message(&self) -> String {
        format!("`{}` extends more than {} profiles, each counted once for every way to it", self.name, self.most)
    }

    fn help(&self) -> String {
        "leave out what another of its profiles extends already".to_owned()
    }

    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.at.clone(), "the first that is too many")]
    }
}
