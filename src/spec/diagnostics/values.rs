//! Texts that are not what their field takes.

use crate::{
    base::CidrError,
    diag::{Label, Place, Problem},
};

/// A text that is no address range.
#[derive(Debug, Clone)]
pub(in crate::spec) struct NotARange {
    pub(in crate::spec) field: String,
    pub(in crate::spec) text: String,
    pub(in crate::spec) error: CidrError,
    pub(in crate::spec) place: Place,
}

impl Problem for NotARange {
    const CODE: &'static str = "not-a-range";
    const MEANING: &'static str = "The field takes an address range such as 192.0.2.0/24, read strictly: a prefix, no leading zeros, no bits behind the prefix. \
         Programs disagree on ranges written otherwise, and a firewall must not.";

    fn message(&self) -> String {
        format!("`{}` is no address range for `{}`", self.text, self.field)
    }
    fn help(&self) -> String {
        match self.error {
            CidrError::HostBits(meant) => format!("write `{meant}` for the range, or `{}` for the single address", self.single()),
            CidrError::Shape if self.text.parse::<std::net::IpAddr>().is_ok() => {
                format!("write `{}` for the single address", self.single())
            }
            CidrError::Shape => "write a range such as 192.0.2.0/24 or 2001:db8::/32".to_owned(),
            CidrError::Prefix => "write a prefix of at most 32 bits (IPv4) or 128 bits (IPv6)".to_owned(),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), self.error.to_string())]
    }
}

impl NotARange {
    fn single(&self) -> String {
        let address = self.text.split('/').next().unwrap_or_default();
        format!("{address}/{}", if address.contains(':') { 128 } else { 32 })
    }
}

/// A text that is no address.
#[derive(Debug, Clone)]
pub(in crate::spec) struct NotAnAddress {
    pub(in crate::spec) field: String,
    pub(in crate::spec) text: String,
    pub(in crate::spec) place: Place,
}

impl Problem for NotAnAddress {
    const CODE: &'static str = "not-an-address";
    const MEANING: &'static str =
        "The field takes a single address such as 192.0.2.10 or 2001:db8::10: no name, no range, no port, no leading zeros.";

    fn message(&self) -> String {
        format!("`{}` is no address for `{}`", self.text, self.field)
    }
    fn help(&self) -> String {
        match self.text.split_once('/') {
            Some((address, _)) if address.parse::<std::net::IpAddr>().is_ok() => format!("write `{address}`, without a prefix"),
            _ => "write an address such as 192.0.2.10".to_owned(),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "expected an address")]
    }
}

/// A registry that names of images take for a folder.
#[derive(Debug, Clone)]
pub(in crate::spec) struct NotARegistry {
    pub(in crate::spec) text: String,
    pub(in crate::spec) place: Place,
}

impl Problem for NotARegistry {
    const CODE: &'static str = "not-a-registry";
    const MEANING: &'static str = "Runtimes take the first segment of an image's name for a registry only where it has a dot or a port, or is `localhost`; \
         any other is a folder of docker.io. An allowed registry without either allows no image: every pod would be refused.";

    fn message(&self) -> String {
        format!("no image comes from a registry `{}`", self.first())
    }
    fn help(&self) -> String {
        match self.first() {
            first @ ("docker" | "gcr" | "ghcr" | "quay") => {
                format!("did you mean `{}`?", self.text.replacen(first, &format!("{first}.io"), 1))
            }
            _ => format!("did you mean `docker.io/{}`? (official images such as `nginx` lie in `docker.io/library`)", self.text),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "no registry: it has no dot and no port")]
    }
}

impl NotARegistry {
    fn first(&self) -> &str {
        self.text.split('/').next().unwrap_or_default()
    }
}

/// A text that is no day.
#[derive(Debug, Clone)]
pub(in crate::spec) struct NotADate {
    pub(in crate::spec) field: String,
    pub(in crate::spec) text: String,
    pub(in crate::spec) place: Place,
}

impl Problem for NotADate {
    const CODE: &'static str = "not-a-date";
    const MEANING: &'static str =
        "The field takes a day of the calendar, written YEAR-MONTH-DAY with four, two and two digits, such as 2027-01-15.";

    fn message(&self) -> String {
        format!("`{}` is no day for `{}`", self.text, self.field)
    }
    fn help(&self) -> String {
        "write a day such as 2027-01-15".to_owned()
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "expected YEAR-MONTH-DAY")]
    }
}

/// A text that is no version.
#[derive(Debug, Clone)]
pub(in crate::spec) struct NotAVersion {
    pub(in crate::spec) field: String,
    pub(in crate::spec) text: String,
    pub(in crate::spec) example: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for NotAVersion {
    const CODE: &'static str = "not-a-version";
    const MEANING: &'static str =
        "The field takes a released version as numbers with dots, such as 1.36.3 or 2.3: no range, no `latest`, no pre-release.";

    fn message(&self) -> String {
        format!("`{}` is no version for `{}`", self.text, self.field)
    }
    fn help(&self) -> String {
        format!("write a version such as \"{}\"", self.example)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "expected numbers with dots")]
    }
}

/// A kubeadm cluster needs the patch of its version.
#[derive(Debug, Clone)]
pub(in crate::spec) struct VersionWithoutPatch {
    pub(in crate::spec) version: String,
    pub(in crate::spec) place: Place,
}

impl Problem for VersionWithoutPatch {
    const CODE: &'static str = "version-without-patch";
    const MEANING: &'static str = "A kubeadm cluster names the exact release, patch included: kubeadm needs it, and flags appear and change in patches. Write the \
         patch that the nodes run.";

    fn message(&self) -> String {
        format!("`{}` lacks the patch, which kubeadm needs", self.version)
    }
    fn help(&self) -> String {
        format!("write the exact release, such as \"{}.0\"", self.version)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "a minor alone")]
    }
}

/// A provider chooses the patch itself.
#[derive(Debug, Clone)]
pub(in crate::spec) struct VersionWithPatch {
    pub(in crate::spec) version: String,
    pub(in crate::spec) minor: String,
    pub(in crate::spec) provider: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for VersionWithPatch {
    const CODE: &'static str = "version-with-patch";
    const MEANING: &'static str = "EKS and AKS choose the patch themselves; the spec names the minor alone.";

    fn message(&self) -> String {
        format!("`{}` names a patch, and {} chooses it itself", self.version, self.provider)
    }
    fn help(&self) -> String {
        format!("write \"{}\"", self.minor)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "expected a minor")]
    }
}

/// A text whose form is not what its field takes.
#[derive(Debug, Clone)]
pub(in crate::spec) struct UnreadableText {
    pub(in crate::spec) field: String,
    pub(in crate::spec) text: String,
    /// What is expected (`a number of days such as 7d`).
    pub(in crate::spec) expected: &'static str,
    pub(in crate::spec) place: Place,
}

impl Problem for UnreadableText {
    const CODE: &'static str = "unreadable-text";
    const MEANING: &'static str = "The field takes a text of a certain form: a number of days such as 7d, a host with its port, an https address, a file path. \
         The message says which.";

    fn message(&self) -> String {
        format!("`{}` cannot be read for `{}`", self.text, self.field)
    }
    fn help(&self) -> String {
        format!("write {}", self.expected)
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), format!("expected {}", self.expected))]
    }
}

/// A character that nobody sees.
#[derive(Debug, Clone)]
pub(in crate::spec) struct ControlCharacter {
    pub(in crate::spec) character: char,
    pub(in crate::spec) place: Place,
}

impl Problem for ControlCharacter {
    const CODE: &'static str = "control-character";
    const MEANING: &'static str = "A text holds a control character, an end of line, a mark that turns the direction of writing, or a character \
         without width. In a list of flags or a script the rest would be read as something else. Only `reason` and `description` may have \
         several lines.";

    fn message(&self) -> String {
        format!("this text holds the character U+{:04X}, which nobody sees", u32::from(self.character))
    }
    fn help(&self) -> String {
        match self.character {
            '\n' => "write it in one line (a block that begins with `|` or `>` ends its last line too: `|-` does not)".to_owned(),
            _ => "take the character out".to_owned(),
        }
    }
    fn labels(&self) -> Vec<Label> {
        vec![Label::new(self.place.clone(), "in this text")]
    }
}
