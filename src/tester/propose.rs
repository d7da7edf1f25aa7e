//! Proposes tests for what no test shows: a record for each gap, decided by the evaluator and written as a test block.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::block::{Block, block};
use super::blocks::blocks;
use super::case::{Case, CaseRecord};
use super::coverage::{Coverage, Gap};
use super::coverage_show::{gap_in_words, gap_span};
use super::leads::{Lead, Leads};
use super::run::{decisions, passes};
use crate::decide::Decision;
use crate::model::RecordId;
use crate::plan::Plan;
use crate::syntax::{format, parse};
use crate::text::{FileId, SourceFile, Sources};

/// How many records are tried for one gap.
const TRIES: usize = 300;

/// What is proposed.
#[derive(Clone, Debug, Default)]
pub struct Proposed {
    /// Test blocks in the style, each under a comment that says what it shows; empty when there are none.
    pub text: String,
    /// How many.
    pub tests: usize,
    /// What no record was found for.
    pub left: Vec<Gap>,
}

/// Proposes tests for the gaps of a coverage, and closes in it those that the tests proposed show.
#[must_use]
pub fn propose(plan: &Plan, sources: &Sources, cases: &[Case], coverage: &mut Coverage) -> Proposed {
    let mut bases: Vec<Lead> =
        cases.iter().flat_map(|c| c.records.iter().map(|r| (r.record.clone(), r.at.unwrap_or(c.on)))).take(20).collect();
    let kinds: BTreeSet<RecordId> = plan.rule_order.keys().copied().chain(plan.book.schema.find("lead")).collect();
    let mut leads: BTreeMap<RecordId, Leads<'_>> = kinds.into_iter().map(|kind| (kind, Leads::new(plan, kind))).collect();
    let mut names: BTreeSet<Arc<str>> = cases.iter().map(|c| c.name.clone()).collect();
    let mut proposed = Proposed::default();
    let mut gaps: Vec<_> = coverage.gaps().into_iter().map(|gap| (gap_span(coverage, gap), gap)).collect();
    gaps.sort();
    for (_, gap) in gaps {
        if !coverage.lacks(gap) {
            continue;
        }
        let tried = leads.values_mut().flat_map(|leads| leads.for_gap(gap, &bases)).take(TRIES).collect::<Vec<_>>();
        let made = tried.into_iter().find_map(|lead| {
            let words = gap_in_words(coverage, gap);
            let name = name(&words, &names);
            let (text, after) = shown(plan, &lead, &name, gap, coverage)?;
            Some((words, name, text, after, lead))
        });
        match made {
            Some((words, name, text, after, lead)) => {
                let place = gap_span(coverage, gap).map(|span| sources.place(span)).unwrap_or_default();
                proposed.text += &format!("# {place}: {words}\n{text}\n");
                proposed.tests += 1;
                names.insert(name.into());
                bases.push(lead);
                *coverage = after;
            }
            None => proposed.left.push(gap),
        }
    }
    // One later may have closed what was left open.
    proposed.left.retain(|gap| coverage.lacks(*gap));
    proposed.text = in_style(&proposed.text);
    proposed
}

/// Writes a record as a test if it closes a gap as written: parsed, decided and passed.
fn shown(plan: &Plan, (record, at): &Lead, name: &str, gap: Gap, coverage: &Coverage) -> Option<(String, Coverage)> {
    let case = Case {
        name: name.into(),
        place: String::new(),
        on: *at,
        givens: Vec::new(),
        records: vec![CaseRecord { record: record.clone(), at: None, expects: Vec::new() }],
    };
    let mut decided: Option<Decision> = None;
    let mut after = coverage.clone();
    decisions(plan, &case, |_, decision, before| {
        after.observe(plan, decision, before);
        decided = Some(decision.clone());
    });
    if after.lacks(gap) {
        return None;
    }
    let text = block(plan, &Block { name, record, at: *at, givens: &[], decision: &decided?, private: true });
    let written = read(plan, &text)?;
    let mut after = coverage.clone();
    decisions(plan, &written, |_, decision, before| after.observe(plan, decision, before));
    (passes(plan, &written) && !after.lacks(gap)).then_some((text, after))
}

/// Reads a test block as the book would.
fn read(plan: &Plan, text: &str) -> Option<Case> {
    let source = SourceFile::new("proposed.turf", text);
    let parsed = parse(FileId(0), &source);
    if !parsed.findings.is_empty() {
        return None;
    }
    blocks(&[parsed.tree], &Sources::new(vec![source]), &plan.book.schema, &plan.book.zone).pop()
}

/// Returns whether the test in a text passes in a book; none when the book does not have all that it names.
#[must_use]
pub fn passes_text(plan: &Plan, text: &str) -> Option<bool> {
    let case = read(plan, text)?;
    Some(passes(plan, &case))
}

/// Formats test blocks.
#[must_use]
pub fn in_style(text: &str) -> String {
    format::format(&SourceFile::new("proposed.turf", text), format::WIDTH).map_or_else(|_| text.to_owned(), |made| made.text)
}

/// Names a test after what it is to show.
fn name(words: &str, names: &BTreeSet<Arc<str>>) -> String {
    let shown = words.replace(" was never asked ", " asked ").replace(" was never ", " is ").replace(" never decided", " decides");
    let shown = shown.replace(" never added anybody", " adds somebody").replace('`', "").replace('"', "'");
    let mut name = shown.clone();
    let mut number = 2;
    while names.contains(name.as_str()) {
        name = format!("{shown} ({number})");
        number += 1;
    }
    name
}
