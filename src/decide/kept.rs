//! Whether a record stays with somebody because the rules keep it there, and who could have it where it lies.

use std::sync::Arc;

use super::context::Context;
use super::{AttemptResult, Decider, Decision, place};
use crate::model::TargetKind;
use crate::plan::Plan;
use crate::state::State;

/// Returns the active people behind the territory that holds a decided record, in key order: its owner, or a team's members.
#[must_use]
pub fn owners(plan: &Plan, decision: &Decision) -> Vec<Arc<str>> {
    let territory = decision.placement.territory();
    let owner = territory.and_then(|id| plan.book.territories.get(id.index())).and_then(|t| t.owner.as_ref());
    let nothing = State::default();
    let context = Context::new(plan, &decision.record, &nothing, decision.at).placed_in(territory);
    owner.map(|owner| place::staff(owner, &context).into_iter().map(|rep| rep.key.clone()).collect()).unwrap_or_default()
}

/// Returns whether the target that took the record leaves it with whoever has it.
#[must_use]
pub fn is_kept(plan: &Plan, decision: &Decision) -> bool {
    let Some(trial) = decision.trials.last() else { return false };
    let Decider::Rule(id) = trial.decider else { return false };
    let taken = trial.attempts.last().filter(|a| matches!(a.result, AttemptResult::Taken(..)));
    let target = taken.and_then(|a| plan.book.rules.get(id.index())?.route.get(a.target));
    target.is_some_and(|t| matches!(t.kind, TargetKind::LeaveAsIs(_) | TargetKind::Keep(_)))
}
