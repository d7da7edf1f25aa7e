//! Findings about a whole book that resolves: one file each.
//!
//! They come after deciding in the order of floors, because some ask the evaluator itself.

mod empty_team;
mod rep_in_no_team;

pub(crate) use empty_team::{blank, whatever_the_record};

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// Runs every check on a book without errors.
#[must_use]
pub fn run(plan: &Plan) -> Vec<Diagnostic> {
    let mut findings = empty_team::check(plan);
    findings.extend(rep_in_no_team::check(plan));
    findings
}
