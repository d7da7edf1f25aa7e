//! What the segments named in conditions stand for, each once.

use std::collections::BTreeSet;

use super::{Asking, SegmentUsed};
use crate::model::{Condition, ConditionKind, RecordId, SegmentId, words};

/// Lists the segments that conditions use, in the order met, those that a segment uses right after it. A segment that
/// reads the same for several records is listed once.
///
/// Works with a stack of its own: a chain of segments may be as long as the book.
pub(super) fn used<'c>(asking: &Asking<'c>, conditions: impl Iterator<Item = &'c Condition>) -> Vec<SegmentUsed> {
    let book = asking.book();
    let mut open: Vec<(SegmentId, RecordId, usize)> = conditions.flat_map(named).map(|(s, r)| (s, r, 0)).collect();
    open.reverse();
    let mut seen = BTreeSet::new();
    let mut found: Vec<SegmentUsed> = Vec::new();
    while let Some((id, record, depth)) = open.pop() {
        let Some(segment) = book.segments.get(id.index()).filter(|_| seen.insert((id, record))) else { continue };
        let Some(condition) = segment.conditions.get(&record) else { continue };
        let (name, text) = (segment.name.as_str(), words::condition(book, condition));
        let of = book.schema.record(record).name.to_string();
        match found.iter_mut().find(|s| s.name == name && s.condition == text) {
            Some(same) => same.records.push(of),
            None => {
                let place = asking.place(segment.name.span);
                found.push(SegmentUsed { name: name.to_owned(), records: vec![of], condition: text, place, depth });
            }
        }
        open.extend(named(condition).into_iter().rev().map(|(s, r)| (s, r, depth + 1)));
    }
    found
}

/// The segments named in a condition, in the order written, with the record each is asked of.
fn named(condition: &Condition) -> Vec<(SegmentId, RecordId)> {
    match &condition.kind {
        ConditionKind::All(parts) | ConditionKind::Any(parts) => parts.iter().flat_map(named).collect(),
        ConditionKind::Not(part) => named(part),
        ConditionKind::Segment { segment, at } => vec![(*segment, at.record)],
        ConditionKind::Test(_) | ConditionKind::Placed(_) | ConditionKind::SeenBefore { .. } => Vec::new(),
    }
}
