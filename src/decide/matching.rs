//! Matching: which account, or other record, a record belongs to.
//!
//! The first line that finds exactly one wins. Two or more are a tie: reported, not guessed, and the next line is tried.

use std::sync::Arc;

use super::compare;
use super::context::Context;
use super::find::find;
use super::{MatchTrial, Matching};
use crate::model::{Match, MatchLine, Record, Value};
use crate::plan::match_key;

/// How many keys of a tie are kept for the explanation.
const KEPT: usize = 10;

/// Looks for the record's match; none when the book matches no such records.
pub(super) fn matching(context: &Context<'_>) -> Option<Matching> {
    let wanted = context.plan.book.matches.get(&context.record.kind)?;
    if let Some(Value::Reference(key)) = context.record.value(wanted.field) {
        return Some(Matching { found: Some(key.clone()), given: true, lines: Vec::new() });
    }
    let mut lines = Vec::new();
    for line in &wanted.lines {
        let trial = try_line(line, wanted, context);
        let found = if trial.count == 1 { trial.found.first().cloned() } else { None };
        lines.push(trial);
        if found.is_some() {
            return Some(Matching { found, given: false, lines });
        }
    }
    Some(Matching { found: None, given: false, lines })
}

/// Writes what was found into the record's reference field.
pub(super) fn fill(record: &mut Record, wanted: Option<&Match>, matching: Option<&Matching>) {
    let (Some(wanted), Some(Matching { found: Some(key), given: false, .. })) = (wanted, matching) else { return };
    if let Some(slot) = record.values.get_mut(wanted.field.index()) {
        *slot = Some(Value::Reference(key.clone()));
    }
}

fn try_line(line: &MatchLine, wanted: &Match, context: &Context<'_>) -> MatchTrial {
    let plan = context.plan;
    let lefts: Vec<_> = line.pairs.iter().map(|(left, right)| (left, *right, find(left, context))).collect();
    let missing: Vec<Arc<str>> = lefts.iter().filter(|(_, _, f)| f.value().is_none()).map(|(left, _, _)| left.written.clone()).collect();
    if !missing.is_empty() {
        return MatchTrial { found: Vec::new(), count: 0, missing };
    }
    // The pair with the fewest records narrows best; every pair is compared afterwards.
    let lists = lefts.iter().map(|(_, right, found)| {
        let key = found.value().and_then(match_key)?;
        plan.match_index.get(&(wanted.to, *right, key))
    });
    let shortest: &[Arc<str>] = match lists.min_by_key(|l| l.map_or(0, Vec::len)) {
        Some(Some(keys)) => keys,
        _ => &[],
    };
    let mut found = Vec::new();
    let mut count = 0;
    for key in shortest {
        let Some(candidate) = plan.data.get(wanted.to, key) else { continue };
        let equal = lefts.iter().all(|(left, right, value)| {
            let ty = &plan.book.schema.field(wanted.to, *right).ty;
            match (value.value(), candidate.value(*right)) {
                (Some(a), Some(b)) => compare::same(a, &left.ty, b, ty, &plan.book.zone),
                _ => false,
            }
        });
        if equal {
            count += 1;
            if found.len() < KEPT {
                found.push(key.clone());
            }
        }
    }
    MatchTrial { found, count, missing }
}
