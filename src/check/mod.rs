//! Findings about a whole book that resolves: one file each.
//!
//! They come after deciding in the order of floors, because some ask the evaluator itself.

mod empty_team;
mod every_condition;
mod no_whole_number;
mod rep_in_no_team;
#[cfg(test)]
pub(crate) mod sample;
mod too_many_attributes;
mod unused_definition;
mod unused_field;
mod uses;

use crate::diagnostic::Diagnostic;
use crate::plan::Plan;

/// Says from how much on a check speaks up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The most different fields that the conditions of a territory may use, inherited ones included.
    pub most_attributes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most_attributes: 5 }
    }
}

/// Runs every check on a book without errors.
#[must_use]
pub fn run(plan: &Plan, settings: Settings) -> Vec<Diagnostic> {
    let mut findings = empty_team::check(plan);
    findings.extend(rep_in_no_team::check(plan));
    findings.extend(too_many_attributes::check(&plan.book, settings.most_attributes));
    findings.extend(no_whole_number::check(&plan.book));
    let uses = uses::reached(&plan.book);
    findings.extend(unused_definition::check(plan, &uses));
    findings.extend(unused_field::check(&plan.book, &uses));
    findings
}
