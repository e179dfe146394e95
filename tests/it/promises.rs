//! The promises of the product, over every spec of the project and the plan matrices: completeness, version truth, provenance,
//! reproducibility, and that reading a tree back gives what was planned.

mod absent;
mod compile;
mod completeness;
mod directions;
mod mutations;
mod observed;
mod provenance;
mod reproducibility;
mod secrets;
mod versions;

use std::sync::OnceLock;

use rayon::prelude::*;

pub(crate) use compile::Case;
use compile::Inputs;

/// Every cluster of the project's specs, compiled once: golden trees, examples, fixtures, and the matrices of platform, minor, profile.
pub(crate) fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(|| {
        let inputs: Vec<Inputs> = compile::project().into_iter().chain(compile::matrices()).collect();
        let cases: Vec<Case> = inputs.par_iter().flat_map_iter(Inputs::build).collect();
        assert!(cases.len() > 130, "{} clusters", cases.len());
        cases
    })
}

/// Fails with everything that was found, in every case.
fn none_in(cases: &[Case], check: impl Fn(&Case) -> Vec<String> + Sync) {
    let wrong: Vec<String> = cases
        .par_iter()
        .flat_map_iter(|case| check(case).into_iter().map(move |what| format!("{}: {what}", case.name)))
        .collect();
    let shown: Vec<&String> = wrong.iter().take(40).collect();
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), shown.into_iter().cloned().collect::<Vec<_>>().join("\n"));
}
