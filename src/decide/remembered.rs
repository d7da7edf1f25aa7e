//! Which past assignments a decision may look at: those of the record's own values, and of records it leads to.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::compare::memory_key;
use super::context::Context;
use super::find::find;
use super::matching;
use crate::model::{Record, RecordId, Value};
use crate::plan::Plan;
use crate::state::State;

/// How many records are followed from one: chains of parents end long before.
const MOST: usize = 1_000;

/// Names a past assignment that may be looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Remembered {
    /// The record type.
    pub of: Arc<str>,
    /// The field, as rules write it.
    pub by: Arc<str>,
    /// The value, as it is looked up.
    pub value: Arc<str>,
}

/// Lists the past assignments that the decision about a record at a moment may look up, in order, each once.
///
/// Whoever keeps the past elsewhere fetches these and no others. The assignment remembers its own values among them.
#[must_use]
pub fn remembered_values(plan: &Plan, record: &Record, now: Timestamp) -> Vec<Remembered> {
    if plan.remembered.is_empty() {
        return Vec::new();
    }
    let nothing = State::default();
    let found = matching::matching(&Context::new(plan, record, &nothing, now));
    let mut filled = record.clone();
    matching::fill(&mut filled, plan.book.matches.get(&record.kind), found.as_ref());
    let mut all = BTreeSet::new();
    of_record(plan, &filled, (&nothing, now), &mut all);
    let of_others = plan.remembered.keys().any(|kind| *kind != record.kind);
    if of_others {
        for other in led_to(plan, &filled) {
            of_record(plan, other, (&nothing, now), &mut all);
        }
    }
    all.into_iter().collect()
}

fn of_record(plan: &Plan, record: &Record, (state, now): (&State, Timestamp), all: &mut BTreeSet<Remembered>) {
    let Some(paths) = plan.remembered.get(&record.kind) else { return };
    let Some(of) = plan.book.schema.records.get(record.kind.index()).map(|r| r.name.clone()) else { return };
    let context = Context::new(plan, record, state, now);
    for path in paths {
        if let Some(value) = find(path, &context).value().and_then(|v| memory_key(v, &path.ty)) {
            all.insert(Remembered { of: of.clone(), by: path.written.clone(), value });
        }
    }
}

/// Lists the records that references lead to, and the whole roster where rules ask for the past of reps.
fn led_to<'a>(plan: &'a Plan, record: &'a Record) -> Vec<&'a Record> {
    let mut seen: BTreeSet<(RecordId, Arc<str>)> = BTreeSet::new();
    let mut open: Vec<&Record> = vec![record];
    let mut found = Vec::new();
    while let Some(next) = open.pop() {
        let Some(ty) = plan.book.schema.records.get(next.kind.index()) else { continue };
        for (value, field) in next.values.iter().zip(&ty.fields) {
            let (Some(Value::Reference(key)), crate::model::Type::Reference(kind)) = (value, &field.ty) else { continue };
            let Some(other) = plan.data.get(*kind, key) else { continue };
            if seen.len() < MOST && seen.insert((*kind, key.clone())) {
                found.push(other);
                open.push(other);
            }
        }
    }
    let rep = plan.book.rep.map(|r| r.record).filter(|rep| plan.remembered.contains_key(rep));
    found.extend(rep.into_iter().flat_map(|rep| plan.data.all(rep)));
    found
}
