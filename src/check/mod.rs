//! Findings about a whole book that resolves: one file each.
//!
//! They come after deciding in the order of floors, because some ask the evaluator itself.

mod allow;
mod condition_value;
mod credit_incomplete;
mod empty_team;
mod every_condition;
mod examples;
mod ground;
mod hidden_rule;
mod joined;
mod mergeable_rules;
mod no_whole_number;
mod proofs;
mod rep_in_no_team;
mod rules_conflict;
#[cfg(test)]
pub(crate) mod sample;
mod territories;
mod too_many_attributes;
mod unclaimed;
mod unused_definition;
mod unused_field;
mod uses;

pub use allow::settle;
pub use examples::{DecidedExample, Examples, is_off_hours, plain_value};

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, DiagnosticName, Place, Severity};
use crate::model::RecordId;
use crate::plan::Plan;
use crate::space::{Area, Ordinary, Purse, Space};
use ground::Ground;

/// Says from how much on a check speaks up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most different fields that the conditions of a territory may use, inherited ones included.
    pub most_attributes: u32,
    /// How much work one question of a proof may cost, in areas looked at; beyond it the answer is "undecided".
    pub budget: u64,
    /// How much all questions of one run may cost together; without it as much as books of that many rules need.
    pub total_budget: Option<u64>,
    /// Other severities than those of the names; none leaves the finding out.
    pub levels: BTreeMap<DiagnosticName, Option<Severity>>,
    /// What is ordinary in the sample data, for examples.
    pub ordinary: BTreeMap<RecordId, Ordinary>,
}

/// Holds what was proved.
#[derive(Clone, Debug, Default)]
pub struct Proved {
    /// The findings.
    pub findings: Vec<Diagnostic>,
    /// Where the evaluator contradicts a proof: mistakes of turf, after which nothing of the analysis can be trusted.
    pub mistakes: Vec<String>,
    /// The records that findings are about, by [`Diagnostic::region`].
    pub regions: Vec<(RecordId, Vec<Area>)>,
    /// The spaces those regions lie in.
    pub spaces: Vec<(RecordId, Space)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most_attributes: 5, budget: 5_000_000, total_budget: None, levels: BTreeMap::new(), ordinary: BTreeMap::new() }
    }
}

impl Settings {
    /// What a book has when nothing is set.
    const TOTAL: u64 = 20_000_000;
    /// What each of its rules and written territories adds.
    const TOTAL_PER_RULE: u64 = 5_000;

    /// Returns what all questions about a book may cost together.
    fn purse(&self, plan: &Plan) -> Purse {
        let territories = plan.book.territories.iter().filter(|t| t.row.is_none()).count();
        let rules = u64::try_from(plan.book.rules.len() + territories).unwrap_or(u64::MAX);
        Purse::new(self.total_budget.unwrap_or_else(|| Self::TOTAL.saturating_add(rules.saturating_mul(Self::TOTAL_PER_RULE))))
    }
}

/// Runs the checks that need no proof on a book without errors.
#[must_use]
pub fn run(plan: &Plan, settings: &Settings) -> Vec<Diagnostic> {
    let mut findings = empty_team::check(plan);
    findings.extend(rep_in_no_team::check(plan));
    findings.extend(too_many_attributes::check(&plan.book, settings.most_attributes));
    findings.extend(no_whole_number::check(&plan.book));
    let uses = uses::reached(&plan.book);
    findings.extend(unused_definition::check(plan, &uses));
    findings.extend(unused_field::check(&plan.book, &uses));
    findings.extend(credit_incomplete::check(plan, settings));
    findings
}

/// Returns whether the rules for the records that a finding of a missing `otherwise` is about are proved to take all of them.
#[must_use]
pub fn needs_no_otherwise(plan: &Plan, settings: &Settings, finding: &Diagnostic) -> bool {
    let rule = finding.labels.first().and_then(|label| plan.book.rules.iter().find(|r| label.place == Place::Source(r.name.span)));
    rule.is_some_and(|rule| unclaimed::sure_cover(&Ground::new(plan, rule.record, settings, &settings.purse(plan))))
}

/// Proves what can be proved over all possible records: conflicts, what is hidden, what is left over.
///
/// Apart from [`run`], because deciding a record does not need it.
#[must_use]
pub fn prove(plan: &Plan, settings: &Settings) -> Proved {
    let proofs = proofs::check(plan, settings);
    Proved { findings: proofs.findings, mistakes: proofs.mistakes, regions: proofs.regions, spaces: proofs.spaces }
}
