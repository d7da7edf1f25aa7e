//! Whether a record stays with somebody because the rules keep it there.

use super::{AttemptResult, Decider, Decision};
use crate::model::TargetKind;
use crate::plan::Plan;

/// Returns whether the target that took the record leaves it with whoever has it.
#[must_use]
pub fn is_kept(plan: &Plan, decision: &Decision) -> bool {
    let Some(trial) = decision.trials.last() else { return false };
    let Decider::Rule(id) = trial.decider else { return false };
    let taken = trial.attempts.last().filter(|a| matches!(a.result, AttemptResult::Taken(..)));
    let target = taken.and_then(|a| plan.book.rules.get(id.index())?.route.get(a.target));
    target.is_some_and(|t| matches!(t.kind, TargetKind::LeaveAsIs(_) | TargetKind::Keep(_)))
}
