//! The list of controls, sorted by id.

use super::{Control, apiserver};

/// Every control, sorted by id.
pub const CATALOGUE: &[Control] = &[apiserver::PROFILING];

/// The control of an id.
#[must_use]
pub fn control(id: &str) -> Option<&'static Control> {
    CATALOGUE.binary_search_by(|control| control.id.cmp(id)).ok().and_then(|at| CATALOGUE.get(at))
}

/// The id that resembles a text most.
#[must_use]
pub fn nearest(text: &str) -> &'static str {
    CATALOGUE
        .iter()
        .map(|control| control.id)
        .max_by(|a, b| strsim::jaro_winkler(a, text).total_cmp(&strsim::jaro_winkler(b, text)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_sorted_and_unique() {
        for pair in CATALOGUE.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} stands before {}", pair[0].id, pair[1].id);
        }
    }
}
