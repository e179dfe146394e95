//! Where logs go: a row for each kind.

use std::fmt::Write as _;

use crate::plan::Plan;

use super::{
    cells::{cell, prose},
    line,
};

/// The table of the kinds of logs. Their sentences are our own, but for names of the user's, which hold no mark of Markdown's but in a code
/// span of ours.
pub(super) fn logs(out: &mut String, plan: &Plan) {
    if plan.logs.kinds.is_empty() {
        return;
    }
    line(out, "## Where logs go\n");
    line(out, "| Log | Written to | Shipped by | Kept there | Goes to | A day |\n| --- | --- | --- | --- | --- | --- |");
    for (kind, held) in &plan.logs.kinds {
        let row = &held.value;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            kind.name(),
            cell(&row.written),
            cell(&row.shipped),
            cell(&row.kept),
            prose(&row.goes),
            cell(&row.volume)
        );
    }
    line(out, "");
}
