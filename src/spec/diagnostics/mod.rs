//! What can be wrong with a spec.

mod choices;
mod conflicts;
mod names;
mod shape;
mod values;

use crate::diag::{Entry, Problem};

pub(super) use choices::{DoesNotBelong, EmptyList, MissingChoice, RelayForm, SeveralChoices, UnappliedWithoutWaiver};
pub(super) use conflicts::{
    AddressOutsidePool, DuplicateAddress, FlowDirection, ForeignPartition, OverlappingPools, OverlappingResources, RolloutOrder,
};
pub(crate) use conflicts::{OverlappingRanges, SubnetFamilies, UnusableAddress, UnusableRange, never_routed};
pub(super) use names::{
    BadName, DuplicateName, ReservedName, UndeclaredNamespace, UnknownFlowEnd, UnknownGroup, UnknownPool, UnknownWaiver,
};
pub(super) use shape::{
    ForeignDocument, MissingField, NotASpec, OutOfRange, UnknownApiVersion, UnknownField, UnknownKind, UnknownWord,
    UnquotedVersion, WrongType,
};
pub(super) use values::{
    ControlCharacter, NotADate, NotARange, NotARegistry, NotAVersion, NotAnAddress, UnreadableText, VersionWithPatch,
    VersionWithoutPatch,
};

/// Every kind of diagnostic of reading specs.
pub const ALL: &[Entry] = &[
    Entry::of::<NotASpec>(),
    Entry::of::<UnknownKind>(),
    Entry::of::<UnknownApiVersion>(),
    Entry::of::<ForeignDocument>(),
    Entry::of::<UnknownField>(),
    Entry::of::<UnknownWord>(),
    Entry::of::<WrongType>(),
    Entry::of::<UnquotedVersion>(),
    Entry::of::<OutOfRange>(),
    Entry::of::<MissingField>(),
    Entry::of::<SeveralChoices>(),
    Entry::of::<MissingChoice>(),
    Entry::of::<EmptyList>(),
    Entry::of::<DoesNotBelong>(),
    Entry::of::<RelayForm>(),
    Entry::of::<UnappliedWithoutWaiver>(),
    Entry::of::<NotARange>(),
    Entry::of::<NotAnAddress>(),
    Entry::of::<NotADate>(),
    Entry::of::<NotARegistry>(),
    Entry::of::<NotAVersion>(),
    Entry::of::<VersionWithoutPatch>(),
    Entry::of::<VersionWithPatch>(),
    Entry::of::<UnreadableText>(),
    Entry::of::<ControlCharacter>(),
    Entry::of::<BadName>(),
    Entry::of::<DuplicateName>(),
    Entry::of::<ReservedName>(),
    Entry::of::<UnknownFlowEnd>(),
    Entry::of::<UnknownGroup>(),
    Entry::of::<UnknownWaiver>(),
    Entry::of::<UnknownPool>(),
    Entry::of::<UndeclaredNamespace>(),
    Entry::of::<FlowDirection>(),
    Entry::of::<OverlappingRanges>(),
    Entry::of::<OverlappingResources>(),
    Entry::of::<SubnetFamilies>(),
    Entry::of::<UnusableAddress>(),
    Entry::of::<UnusableRange>(),
    Entry::of::<OverlappingPools>(),
    Entry::of::<AddressOutsidePool>(),
    Entry::of::<DuplicateAddress>(),
    Entry::of::<RolloutOrder>(),
    Entry::of::<ForeignPartition>(),
];

/// What is wrong with a field or a text by itself, whatever the rest of the spec says.
const BY_ITSELF: &[&str] = &[
    UnknownField::CODE,
    UnknownWord::CODE,
    WrongType::CODE,
    UnquotedVersion::CODE,
    OutOfRange::CODE,
    SeveralChoices::CODE,
    NotARange::CODE,
    NotAnAddress::CODE,
    NotADate::CODE,
    NotARegistry::CODE,
    NotAVersion::CODE,
    VersionWithoutPatch::CODE,
    VersionWithPatch::CODE,
    UnreadableText::CODE,
    BadName::CODE,
    ReservedName::CODE,
];

/// Whether a diagnostic of reading specs holds also where a part of the spec is not known.
#[must_use]
pub fn holds_by_itself(code: &str) -> bool {
    BY_ITSELF.contains(&code)
}

/// The word of a list that was probably meant, if one is near.
pub(super) fn nearest<'a>(word: &str, of: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    of.into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count().max(lower.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ``did you mean `NEAREST`?`` where one is near, else what can stand there.
fn suggestion(word: &str, of: &[String], instead: &str) -> String {
    match nearest(word, of.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if of.is_empty() => instead.to_owned(),
        None => format!("use one of {}", listed(of)),
    }
}

/// `` `a`, `b` and `c` ``.
pub(super) fn listed<T: AsRef<str>>(words: &[T]) -> String {
    joined(words, "and")
}

/// `` `a`, `b` or `c` ``.
fn either<T: AsRef<str>>(words: &[T]) -> String {
    joined(words, "or")
}

fn joined<T: AsRef<str>>(words: &[T], last_word: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} {last_word} {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near() {
        let words = ["control-plane", "worker", "etcd"];
        assert_eq!(nearest("wroker", words), Some("worker"));
        assert_eq!(nearest("controlplane", words), Some("control-plane"));
        assert_eq!(nearest("Worker", words), Some("worker"));
        assert_eq!(nearest("database", words), None);
        assert_eq!(nearest("x", ["os", "y"]), Some("y"));
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
