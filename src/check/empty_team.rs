//! A team drawn from the roster by a condition that nobody there can meet.

use crate::decide::{Context, answer};
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Answer, Condition, ConditionKind, Members, Record, RecordId, Root, Test};
use crate::plan::Plan;
use crate::state::State;
use crate::text::wording;

/// Finds teams whose members are all ruled out by what the roster says of them, whatever the record.
pub(super) fn check(plan: &Plan) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for team in &plan.book.teams {
        let from_roster = team.members.iter().any(|m| m.listed.is_empty());
        if !from_roster || team.members.iter().any(|m| !possible_members(plan, m).is_empty()) {
            continue;
        }
        let span = team.members.first().map_or(team.span, |m| m.span);
        let reps = plan.book.rep.map_or(0, |r| plan.data.all(r.record).count());
        findings.push(
            Diagnostic::new(DiagnosticName::EmptyTeam, format!("nobody in the roster can be in the team `{}`", team.name))
                .at(span, format!("no active rep of {} meets this", wording::count(reps, "rep", "reps")))
                .help("Loosen the condition, or mend the columns of the roster that it asks about."),
        );
    }
    findings
}

/// Returns the active reps for whom a `members` line is not ruled out by a record of which nothing is known.
pub(super) fn possible_members<'p>(plan: &'p Plan, members: &Members) -> Vec<&'p Record> {
    let Some(rep) = plan.book.rep else { return Vec::new() };
    let listed = |record: &Record| members.listed.is_empty() || members.listed.iter().any(|(name, _)| name.text == record.key);
    let active = |record: &Record| matches!(record.value(rep.active), Some(crate::model::Value::YesNo(true)));
    plan.data.all(rep.record).filter(|r| active(r) && listed(r) && possible(plan, members, r)).collect()
}

fn possible(plan: &Plan, members: &Members, candidate: &Record) -> bool {
    members.conditions.iter().any(|(record, condition)| {
        let (unknown, state) = (blank(plan, *record), State::default());
        let context = Context::new(plan, &unknown, &state, jiff::Timestamp::UNIX_EPOCH).with_candidate(candidate);
        whatever_the_record(condition, &context) != Answer::No
    })
}

/// Answers a condition about a candidate when nothing is known of the record: whatever asks about it cannot be told.
pub(crate) fn whatever_the_record(condition: &Condition, context: &Context<'_>) -> Answer {
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

fn of_candidate_alone(test: &Test) -> bool {
    test.subject.place.root == Root::Candidate && test.predicate.fields().iter().all(|path| path.place.root == Root::Candidate)
}

/// Makes a record of which nothing is known.
pub(crate) fn blank(plan: &Plan, kind: RecordId) -> Record {
    let fields = plan.book.schema.record(kind).fields.len();
    Record { kind, key: "".into(), values: vec![None; fields], origin: Default::default() }
}
