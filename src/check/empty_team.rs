//! A team drawn from the roster by a condition that nobody there can meet.

use crate::decide::unknown;
use crate::diagnostic::{Diagnostic, DiagnosticName};
use crate::model::{Answer, Members, Record, Value};
use crate::plan::Plan;
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
    let fits = |record: &&Record| matches!(record.value(rep.active), Some(Value::YesNo(true))) && possible(plan, members, record);
    if members.listed.is_empty() {
        return plan.data.all(rep.record).filter(fits).collect();
    }
    members.listed.iter().filter_map(|(name, _)| plan.data.get(rep.record, &name.text)).filter(fits).collect()
}

fn possible(plan: &Plan, members: &Members, candidate: &Record) -> bool {
    members.conditions.iter().any(|(record, condition)| unknown::answer_about(plan, *record, condition, candidate) != Answer::No)
}
