//! Runs the findings that are proved over all possible records, for each type of record that rules are for.

use std::collections::BTreeSet;

use super::ground::Ground;
use super::{Settings, condition_value, hidden_rule, mergeable_rules, rules_conflict, territories, unclaimed};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::RecordId;
use crate::plan::Plan;
use crate::space::{Area, Closed, Space};
use crate::text::{Span, wording};

/// How many questions without an answer are reported each by itself.
const APART: usize = 5;

/// Collects what is found out.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    pub findings: Vec<Diagnostic>,
    /// Where the evaluator contradicts a proof; nothing of the analysis can then be trusted.
    pub mistakes: Vec<String>,
    undecided: Vec<(Span, String)>,
    /// The records that findings are about.
    pub regions: Vec<(RecordId, Vec<Area>)>,
    /// The spaces they lie in.
    pub spaces: Vec<(RecordId, Space)>,
}

impl Proofs {
    pub(super) fn mistake(&mut self, what: String) {
        self.mistakes.push(what);
    }

    /// Adds a finding about the records of some areas.
    pub(super) fn found(&mut self, finding: Diagnostic, record: RecordId, areas: Vec<Area>) {
        let region = Some(self.regions.len());
        self.regions.push((record, areas));
        self.findings.push(Diagnostic { region, ..finding });
    }

    /// Notes a question that the budget did not reach.
    pub(super) fn undecided(&mut self, at: Span, what: String) {
        self.undecided.push((at, what));
    }

    /// Says which conditions could not be looked into.
    fn closed(&mut self, space: &Space) {
        for Closed { what, span } in space.closed() {
            let Some(span) = span else { continue };
            let headline = format!("{what} has too many cases to look into, so nothing is proved of what hangs on it");
            let finding = Diagnostic::new(DiagnosticName::Undecided, headline).at(*span, "taken as one question, yes or no");
            self.findings.push(finding.help("Findings, `turf diff` and `turf who` name it instead of what it asks, and say `perhaps` where it matters; decisions are not touched. Many `or` joined by `and` make so many cases: make several rules of it with fewer of them each, or ask with one list, `in [...]` or `contains any of [...]`, in place of `or`."));
        }
    }

    fn finish(mut self) -> Self {
        let undecided = std::mem::take(&mut self.undecided);
        let help = "The conditions are too many or too entangled for the time allowed; simpler ones, or fewer of one priority, help. More is allowed by `budget` and `total_budget` under `[check]` in turf.toml.";
        if undecided.len() > APART
            && let Some((first, _)) = undecided.first()
        {
            let count = wording::grouped(undecided.len());
            let finding = Diagnostic::new(DiagnosticName::Undecided, format!("{count} questions were not answered in the time allowed"));
            let about = undecided.iter().map(|(_, what)| what.clone()).collect();
            self.findings.push(finding.at(*first, "about this and others").about(about).help(help));
            return self;
        }
        for (at, what) in undecided {
            let finding = Diagnostic::new(DiagnosticName::Undecided, format!("it was not found out {what}"));
            self.findings.push(finding.at(at, "").help(help));
        }
        self
    }
}

/// Proves what can be proved of a book.
pub(super) fn check(plan: &Plan, settings: &Settings) -> Proofs {
    let mut proofs = Proofs::default();
    let purse = settings.purse(plan);
    let lead = plan.book.schema.find("lead");
    let mut kinds: BTreeSet<RecordId> = plan.rule_order.keys().chain(plan.book.otherwise.keys()).copied().collect();
    if kinds.is_empty() && !plan.book.territories.is_empty() {
        kinds.extend(lead);
    }
    // Territories are the same for every record, so the first that rules are for shows them; leads if there are any.
    let placed = lead.filter(|l| kinds.contains(l)).or(kinds.iter().next().copied());
    for record in kinds {
        let mut ground = Ground::with_conditions(plan, record, settings, &purse);
        condition_value::check(&mut ground, &mut proofs);
        let ranked = ground.ranked();
        rules_conflict::check(&ground, &ranked, &mut proofs);
        hidden_rule::check(&ground, &ranked, &mut proofs);
        mergeable_rules::check(&ground, &mut proofs);
        unclaimed::check(&ground, &ranked, &mut proofs);
        drop(ranked);
        if placed == Some(record) {
            territories::check(&mut ground, &mut proofs);
        }
        proofs.closed(&ground.space);
        proofs.spaces.push((record, ground.space));
    }
    proofs.finish()
}
