//! The reader behind the conversion: turns texts into values at a path, and keeps what is wrong with them.

use std::{net::IpAddr, str::FromStr};

use crate::{
    base::{Cidr, Date, KubeVersion, SpecPath},
    diag::{Diagnostic, Diagnostics, Place, Severity},
    facts,
    spec::{
        Doubts,
        diagnostics::{
            BadName, DuplicateName, EmptyList, MissingChoice, MissingField, NotADate, NotARange, NotAVersion, NotAnAddress,
            SeveralChoices, UnreadableText,
        },
        model::ProgramVersion,
        model::values::{is_label, is_subdomain},
        schema,
        tree::{dotted, node_at, spot},
        v1alpha1::List,
    },
    yaml::Node,
};

/// Which texts can be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Lower-case letters, digits, hyphens; at most 63.
    Label,
    /// Labels with dots between them; at most 253.
    Subdomain,
    /// Letters, digits, `.`, `_`, `-`; at most 63.
    Id,
}

impl Form {
    fn holds(self, text: &str) -> bool {
        match self {
            Form::Label => is_label(text),
            Form::Subdomain => is_subdomain(text),
            Form::Id => {
                let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
                text.len() <= 63 && text.bytes().all(plain) && text.as_bytes().first().is_some_and(u8::is_ascii_alphanumeric)
            }
        }
    }

    fn text(self) -> &'static str {
        match self {
            Form::Label => "lower-case letters, digits and hyphens, at most 63",
            Form::Subdomain => "lower-case letters, digits, hyphens and dots, at most 253",
            Form::Id => "letters, digits, `.`, `_` and `-`, at most 63",
        }
    }
}

/// Reads values at paths of one tree.
pub(in crate::spec) struct Reader<'a> {
    root: &'a Node,
    found: Vec<Diagnostic>,
    doubts: Doubts,
    unversioned: bool,
}

impl<'a> Reader<'a> {
    pub(in crate::spec) fn new(root: &'a Node) -> Self {
        Reader { root, found: Vec::new(), doubts: Doubts::default(), unversioned: false }
    }

    pub(in crate::spec) fn push(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.found.push(diagnostic.into());
    }

    pub(in crate::spec) fn extend(&mut self, diagnostics: Vec<Diagnostic>) {
        self.found.extend(diagnostics);
    }

    /// The same reader, with what may stand in the tree although it could not be read.
    pub(super) fn doubting(self, doubts: Doubts) -> Self {
        Reader { doubts, ..self }
    }

    /// What may stand in the tree although it could not be read.
    pub(super) fn doubts(&self) -> &Doubts {
        &self.doubts
    }

    /// The version of Kubernetes cannot be read: the newest stands in for it.
    pub(super) fn stand_in_version(&mut self) -> KubeVersion {
        self.unversioned = true;
        KubeVersion { minor: facts::NEWEST, patch: Some(0) }
    }

    /// Whether the version of Kubernetes could be read.
    pub(super) fn is_versioned(&self) -> bool {
        !self.unversioned
    }

    /// Hands over what was found, in the order of the text; whether nothing of it is an error.
    pub(in crate::spec) fn finish(mut self, diagnostics: &mut Diagnostics) -> bool {
        let sound = self.found.iter().all(|d| d.severity != Severity::Error);
        let own = self.root.place.source.clone();
        let at = |d: &Diagnostic| d.labels.first().map(|label| (label.place.source != own, label.place.span.start));
        self.found.sort_by_key(|d| (d.tells > 1, at(d)));
        self.found.into_iter().for_each(|d| diagnostics.push(d));
        sound
    }

    /// Where the value of a path stands.
    pub(super) fn value_place(&self, at: &SpecPath) -> Place {
        spot(self.root, at).map_or_else(|| self.root.place.clone(), |spot| spot.value)
    }

    /// Where the key of a path stands, or what is nearest to it.
    pub(super) fn field_place(&self, at: &SpecPath) -> Place {
        spot(self.root, at).map_or_else(|| self.root.place.clone(), |spot| spot.field)
    }

    /// Whether something is written at a path, right or wrong.
    pub(super) fn has(&self, at: &SpecPath) -> bool {
        node_at(self.root, at).is_some()
    }

    /// A field that must be there. What is written but wrong was reported before.
    pub(super) fn need<T>(&mut self, parent: &SpecPath, field: &str, value: Option<T>) -> Option<T> {
        let at = parent.child(field);
        if value.is_none() && !self.has(&at) && !self.doubts.hide(&at) {
            let hint = schema::hint(&at);
            let place = self.field_place(parent);
            self.push(MissingField { field: field.to_owned(), parent: dotted(parent), hint, place });
        }
        value
    }

    /// A text that must be there and not be empty.
    pub(super) fn need_text(&mut self, parent: &SpecPath, field: &str, value: Option<String>) -> Option<String> {
        let text = self.need(parent, field, value)?;
        self.check(&parent.child(field), text, "a text that is not empty", |text| !text.trim().is_empty())
    }

    /// A list that must be there and hold something.
    pub(super) fn need_list<T>(
        &mut self,
        parent: &SpecPath,
        field: &str,
        value: Option<List<T>>,
        why: &'static str,
    ) -> Option<List<T>> {
        let list = self.need(parent, field, value)?;
        self.given_list(parent, field, Some(list), why)
    }

    /// A list that holds something where it is written.
    pub(super) fn given_list<T>(
        &mut self,
        parent: &SpecPath,
        field: &str,
        value: Option<List<T>>,
        why: &'static str,
    ) -> Option<List<T>> {
        let list = value?;
        if list.is_empty() {
            let place = self.value_place(&parent.child(field));
            self.push(EmptyList { field: field.to_owned(), why, place });
            return None;
        }
        Some(list)
    }

    /// Which of the alternatives of a map is written. Reports none and several.
    pub(super) fn choice(&mut self, at: &SpecPath, alternatives: &[&'static str]) -> Option<&'static str> {
        let given: Vec<&'static str> = alternatives.iter().copied().filter(|name| self.has(&at.child(name))).collect();
        match given.as_slice() {
            [only] => Some(only),
            [] if alternatives.iter().any(|name| self.doubts.hide(&at.child(name))) => None,
            [] => {
                let choices = alternatives.iter().map(|name| (*name).to_owned()).collect();
                let place = self.field_place(at);
                self.push(MissingChoice { field: dotted(at), choices, place });
                None
            }
            several => {
                let mut found: Vec<(String, Place)> =
                    several.iter().map(|name| ((*name).to_owned(), self.field_place(&at.child(name)))).collect();
                found.sort_by_key(|(_, place)| place.span.start);
                self.push(SeveralChoices { field: dotted(at), found });
                None
            }
        }
    }

    /// A text of a certain form.
    pub(super) fn check(
        &mut self,
        at: &SpecPath,
        text: String,
        expected: &'static str,
        holds: impl Fn(&str) -> bool,
    ) -> Option<String> {
        if holds(&text) {
            return Some(text);
        }
        self.unreadable(at, text, expected);
        None
    }

    /// A text that is read as a value.
    pub(super) fn read<T: FromStr>(&mut self, at: &SpecPath, text: Option<String>, expected: &'static str) -> Option<T> {
        let text = text?;
        let value = text.parse().ok();
        if value.is_none() {
            self.unreadable(at, text, expected);
        }
        value
    }

    fn unreadable(&mut self, at: &SpecPath, text: String, expected: &'static str) {
        let place = self.value_place(at);
        self.push(UnreadableText { field: field_of(at), text, expected, place });
    }

    /// An `https://` address.
    pub(super) fn url(&mut self, parent: &SpecPath, field: &str, value: Option<String>) -> Option<String> {
        let text = self.need(parent, field, value)?;
        self.check(&parent.child(field), text, "an address that begins with https://", is_url)
    }

    /// A file on a node.
    pub(super) fn file(&mut self, at: &SpecPath, value: Option<String>) -> Option<String> {
        self.check(at, value?, "an absolute path such as /etc/kubernetes/pki/ca.crt", is_absolute)
    }

    /// An address range.
    pub(super) fn range(&mut self, at: &SpecPath, text: String) -> Option<Cidr> {
        match text.parse() {
            Ok(range) => Some(range),
            Err(error) => {
                let place = self.value_place(at);
                self.push(NotARange { field: field_of(at), text, error, place });
                None
            }
        }
    }

    /// A list of address ranges.
    pub(super) fn ranges(&mut self, at: &SpecPath, list: Option<List<String>>) -> Option<Vec<Cidr>> {
        let list = list?;
        Some(list.entries().filter_map(|(index, text)| self.range(&at.index(index), text.clone())).collect())
    }

    /// An address.
    pub(super) fn address(&mut self, at: &SpecPath, text: String) -> Option<IpAddr> {
        let address = text.parse().ok();
        if address.is_none() {
            let place = self.value_place(at);
            self.push(NotAnAddress { field: field_of(at), text, place });
        }
        address
    }

    /// A day.
    pub(super) fn date(&mut self, at: &SpecPath, text: Option<String>) -> Option<Date> {
        let text = text?;
        let date = text.parse().ok();
        if date.is_none() {
            let place = self.value_place(at);
            self.push(NotADate { field: field_of(at), text, place });
        }
        date
    }

    /// The version of a program.
    pub(super) fn version(&mut self, at: &SpecPath, text: Option<String>) -> Option<ProgramVersion> {
        let text = text?;
        let version = text.parse().ok();
        if version.is_none() {
            let place = self.value_place(at);
            self.push(NotAVersion { field: field_of(at), text, example: "2.3", place });
        }
        version
    }

    /// A name of a certain form.
    pub(super) fn name(&mut self, at: &SpecPath, what: &'static str, form: Form, name: &str) {
        if !form.holds(name) {
            let place = self.value_place(at);
            self.push(BadName { name: name.to_owned(), what, form: form.text(), place });
        }
    }

    /// A list of labels.
    pub(super) fn labels(&mut self, at: &SpecPath, what: &'static str, list: Option<List<String>>) -> Option<Vec<String>> {
        let list = list?;
        for (index, name) in list.entries() {
            self.name(&at.index(index), what, Form::Label, name);
        }
        Some(list.into_iter().collect())
    }

    /// The entries of a list with the path of each: by name where it is the first of its name. Reports bad and repeated names.
    pub(super) fn named<T>(
        &mut self,
        at: &SpecPath,
        what: &'static str,
        form: Form,
        list: List<T>,
        name: Name<T>,
    ) -> Vec<(SpecPath, T)> {
        let mut seen: Vec<(String, SpecPath)> = Vec::new();
        let mut items = Vec::new();
        for (index, item) in list.indexed() {
            let by_index = at.index(index);
            let Some(own) = (name.of)(&item).map(str::to_owned) else {
                items.push((by_index, item));
                continue;
            };
            self.name(&by_index.child(name.key), what, form, &own);
            match seen.iter().find(|(before, _)| *before == own) {
                Some((_, first)) => {
                    let (first, second) = (self.value_place(first), self.value_place(&by_index.child(name.key)));
                    self.push(DuplicateName { name: own, what, first, second });
                    items.push((by_index, item));
                }
                None => {
                    seen.push((own.clone(), by_index.child(name.key)));
                    items.push((at.child(&own), item));
                }
            }
        }
        items
    }
}

/// How the entries of a list are named.
pub(super) struct Name<T> {
    /// The key: `name` or `id`.
    pub(super) key: &'static str,
    /// The name of an entry.
    pub(super) of: fn(&T) -> Option<&str>,
}

/// The field of a path, for messages; of a list entry that of the list.
fn field_of(at: &SpecPath) -> String {
    let segments: Vec<String> = at.segments().collect();
    segments.into_iter().rev().find(|segment| segment.parse::<usize>().is_err()).unwrap_or_default()
}

/// Whether a text is an `https://` address with a host and no spaces.
pub(super) fn is_url(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        !rest.is_empty()
            && !rest.starts_with(['/', ':'])
            && rest.bytes().all(|b| b.is_ascii_graphic())
            && !rest.contains(['"', '\\', '`', '@'])
    })
}

/// Whether a text is an absolute path without `.`, `..` or empty segments.
pub(super) fn is_absolute(text: &str) -> bool {
    let plain = |segment: &str| {
        !matches!(segment, "" | "." | "..") && segment.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'"')
    };
    text == "/" || text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(plain))
}
