//! `tests/can-i.csv`: what the spec lets somebody do and what it does not, as questions that an authorizer can be asked.

mod probes;

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    base::{Artifact, Cause, Lines, Mode, Origin, OutPath, Reason, SpecPath},
    kube::rbac::{Permission, Subject},
    plan::Plan,
    targets::origins,
};

use super::{Mark, Target};

/// The table of questions.
pub(super) const TARGET: Target = Target {
    name: "can-i",
    wanted: |plan| !plan.rbac.roles.is_empty() || !plan.rbac.accounts.is_empty(),
    emit,
    // A table has no place for a comment.
    marks: &[Mark { path: PATH, says: "" }],
};

/// Where the table is.
pub const PATH: &str = "tests/can-i.csv";

/// The first line of the table.
pub const HEAD: &str = "user,group,verb,apiGroup,resource,subresource,name,namespace,path,expected";

/// A question with the answer that is expected.
struct Row {
    subject: Subject,
    what: Permission,
    allowed: bool,
    path: SpecPath,
}

fn emit(plan: &Plan) -> Vec<Artifact> {
    let mut lines = Lines::default();
    lines.push(HEAD, &origins::form("can-i-table"));
    for row in rows(plan) {
        lines.push(&text(&row), &origin(&row));
    }
    vec![Artifact { path: OutPath::new(PATH).expect("internal error: the path is plain"), mode: Mode::Plain, lines }]
}

fn origin(row: &Row) -> Arc<Origin> {
    origins::of_reasons(None, BTreeSet::from([Reason { control: None, cause: Cause::Spec(row.path.clone()) }]))
}

fn rows(plan: &Plan) -> Vec<Row> {
    let mut rows = Vec::new();
    for grant in &plan.rbac.grants {
        for what in grant.permissions() {
            rows.push(Row { subject: grant.subject.clone(), what, allowed: true, path: grant.path.clone() });
        }
    }
    rows.extend(probes::rows(plan));
    rows.sort_by(|a, b| (&a.subject, !a.allowed, &a.what).cmp(&(&b.subject, !b.allowed, &b.what)));
    rows.dedup_by(|a, b| (&a.subject, &a.what, a.allowed) == (&b.subject, &b.what, b.allowed));
    rows
}

fn text(row: &Row) -> String {
    let (user, group) = row.subject.caller();
    let what = &row.what;
    // kubectl takes what stands behind a slash for the name of an object.
    let (resource, subresource) = what.resource.split_once('/').unwrap_or((&what.resource, ""));
    let cells = [
        user.as_str(),
        group.unwrap_or_default(),
        &what.verb,
        &what.api_group,
        resource,
        subresource,
        &what.name,
        &what.namespace,
        &what.path,
        if row.allowed { "allowed" } else { "denied" },
    ];
    cells.map(quoted).join(",")
}

/// A cell of a table of comma-separated values; agreement refuses what would end the line.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', ' ']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
