//! Conditions about a candidate when nothing is known of the record: what the roster alone settles.

use super::context::Context;
use super::evaluate::answer;
use crate::model::{Answer, Condition, ConditionKind, Record, RecordId, Root, Test};
use crate::plan::Plan;
use crate::state::State;

/// Answers a condition about a candidate whatever the record is; cannot tell where it depends on the record.
#[must_use]
pub fn answer_about(plan: &Plan, record: RecordId, condition: &Condition, candidate: &Record) -> Answer {
    let (unknown, state) = (blank(plan, record), State::default());
    let context = Context::new(plan, &unknown, &state, jiff::Timestamp::UNIX_EPOCH).with_candidate(candidate);
    whatever_the_record(condition, &context)
}

/// Answers a condition about a candidate when nothing is known of the record: whatever asks about it cannot be told.
#[must_use]
pub fn whatever_the_record(condition: &Condition, context: &Context<'_>) -> Answer {
    match &condition.kind {
        ConditionKind::All(parts) => parts.iter().map(|p| whatever_the_record(p, context)).min().unwrap_or(Answer::Yes),
        ConditionKind::Any(parts) => parts.iter().map(|p| whatever_the_record(p, context)).max().unwrap_or(Answer::No),
        ConditionKind::Not(part) => whatever_the_record(part, context).negate(),
        ConditionKind::Test(test) if of_candidate_alone(test) => answer(condition, context),
        ConditionKind::Segment { at, .. } if at.root == Root::Candidate => answer(condition, context),
        ConditionKind::Test(_) | ConditionKind::Segment { .. } | ConditionKind::Placed(_) | ConditionKind::SeenBefore { .. } => {
            Answer::CannotTell
        }
    }
}

/// Returns whether a test asks about nothing but the candidate.
#[must_use]
pub fn of_candidate_alone(test: &Test) -> bool {
    test.subject.place.root == Root::Candidate && test.predicate.fields().iter().all(|path| path.place.root == Root::Candidate)
}

/// Makes a record of which nothing is known.
#[must_use]
pub fn blank(plan: &Plan, kind: RecordId) -> Record {
    let fields = plan.book.schema.record(kind).fields.len();
    Record { kind, key: "".into(), values: vec![None; fields], origin: Default::default() }
}
