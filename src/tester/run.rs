//! Runs a case: decides its records one after the other, and compares each with what must become of it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::case::Case;
use super::check;
use crate::decide::{Decision, decide};
use crate::explain::Looking;
use crate::model::{Absence, LimitPer, Record, Value};
use crate::plan::Plan;
use crate::state::{Change, LimitKey, State};
use crate::text::Sources;

/// What came of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands, `file:line`.
    pub place: String,
    /// Whether everything became as it must.
    pub passed: bool,
    /// Its records, in order.
    pub records: Vec<RecordResult>,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordResult {
    /// Its type.
    pub record: Arc<str>,
    /// Its key.
    pub id: Arc<str>,
    /// Where it stands, `file:line`.
    pub place: String,
    /// What became of it, in words.
    pub became: String,
    /// What must become of it, in order.
    pub expectations: Vec<Outcome>,
}

/// Whether one thing became as it must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// What must be, in the words of the test.
    pub expected: String,
    /// Where it says so, `file:line`.
    pub place: String,
    /// Whether it is so.
    pub passed: bool,
    /// What is, of the same kind; none when it is as it must.
    pub got: Option<String>,
    /// Why, line by line; empty when it is as it must.
    pub why: Vec<String>,
}

/// Runs a case and hands over every decision with the state before it.
#[must_use]
pub fn run(plan: &Plan, sources: &Sources, case: &Case, mut each: impl FnMut(&Decision, &State)) -> CaseResult {
    let mut records = Vec::new();
    decisions(plan, case, |at, decision, before| {
        let Some(written) = case.records.get(at) else { return };
        each(decision, before);
        let looking = Looking::new(plan, sources, decision, before);
        records.push(RecordResult {
            record: plan.book.schema.record(decision.record.kind).name.clone(),
            id: decision.record.key.clone(),
            place: format!("{}:{}", decision.record.origin.file, decision.record.origin.line),
            became: check::became(plan, decision),
            expectations: written.expects.iter().map(|expect| check::outcome(&looking, expect)).collect(),
        });
    });
    let passed = records.iter().flat_map(|r| &r.expectations).all(|o| o.passed);
    CaseResult { name: case.name.clone(), place: case.place.clone(), passed, records }
}

/// Returns whether a case passes in a book, without saying why not.
#[must_use]
pub fn passes(plan: &Plan, case: &Case) -> bool {
    let mut passed = true;
    decisions(plan, case, |at, decision, _| {
        let expects = case.records.get(at).map_or(&[][..], |r| &r.expects);
        passed &= expects.iter().all(|expect| check::holds(plan, decision, expect));
    });
    passed
}

/// Decides the records of a case one after the other, each at its moment.
pub(super) fn decisions(plan: &Plan, case: &Case, mut each: impl FnMut(usize, &Decision, &State)) {
    let mut state = begin(plan, case);
    for (at, written) in case.records.iter().enumerate() {
        let now = written.at.unwrap_or(case.on);
        let decision = decide(plan, arrived(plan, &written.record, now), &state, now);
        each(at, &decision, &state);
        decision.changes.iter().for_each(|change| state.apply(change));
    }
}

/// A record that does not say when it arrived arrives when it is decided, as every record of a file does.
fn arrived(plan: &Plan, record: &Record, now: Timestamp) -> Record {
    let mut record = record.clone();
    let arrival = plan.book.schema.record(record.kind).arrival;
    if let Some(place @ None) = arrival.and_then(|field| record.values.get_mut(field.index())) {
        *place = Some(Value::Time(now));
    }
    record
}

/// The state a case begins with: nothing but what it gives.
fn begin(plan: &Plan, case: &Case) -> State {
    let moments = || case.records.iter().filter_map(|r| r.at).chain([case.on]);
    let first = moments().min().unwrap_or(case.on);
    let last = moments().max().unwrap_or(case.on);
    let until = last.checked_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    let mut state = State::default();
    for given in &case.givens {
        let rep = given.rep.clone();
        let Some(open) = given.open else {
            state.apply(&Change::Away { rep, absence: Absence { from: first, until, reason: None } });
            continue;
        };
        state.apply(&Change::Open { rep: rep.clone(), open });
        // What is open counts under every limit that counts all open work; which records it is, the case does not say.
        for team in &plan.book.teams {
            for (position, limit) in team.limits.iter().enumerate() {
                if limit.per == LimitPer::Open && limit.conditions.values().all(|c| c.parts().is_empty()) {
                    let limit = LimitKey { team: team.name.text.clone(), position: u32::try_from(position).unwrap_or(u32::MAX) };
                    state.apply(&Change::Count { limit, rep: rep.clone(), count: open });
                }
            }
        }
    }
    state
}
