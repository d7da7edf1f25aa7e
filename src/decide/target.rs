//! One target of a chain: who it leads to, and whether somebody there takes the record.

use std::sync::Arc;

use super::context::Context;
use super::evaluate::{answer, past};
use super::find::{Found, find};
use super::{Assignee, Attempt, AttemptResult, Candidate, PassedOver, Placement, Standing};
use super::{calendar, keep, roster, team};
use crate::model::{FieldPath, Keep, Owner, Period, Target, TargetKind, TeamId, Value};
use crate::state::{Change, Pending};
use crate::text::wording;

/// Holds what became of a target.
pub(super) struct Tried {
    /// For the trace.
    pub attempt: Attempt,
    /// Who took the record, if anybody.
    pub taken: Option<Taken>,
}

/// Holds who took a record and how.
pub(super) struct Taken {
    /// Who.
    pub assignee: Assignee,
    /// The team it was picked from.
    pub team: Option<TeamId>,
    /// The turns changed by the pick.
    pub turns: Vec<Change>,
    /// Whether the record only stays where it was, so that no work is new.
    pub as_is: bool,
}

/// Tries the targets of a chain in order; the last attempt took the record if any did.
pub(super) fn chain(
    targets: &[Target],
    placement: &Placement,
    context: &Context<'_>,
    pending: &Pending<'_>,
) -> (Vec<Attempt>, Option<Taken>) {
    let mut attempts = Vec::new();
    for (position, target) in targets.iter().enumerate() {
        let tried = attempt(target, position, placement, context, pending);
        attempts.push(tried.attempt);
        if tried.taken.is_some() {
            return (attempts, tried.taken);
        }
    }
    (attempts, None)
}

fn attempt(target: &Target, position: usize, placement: &Placement, context: &Context<'_>, pending: &Pending<'_>) -> Tried {
    match &target.kind {
        TargetKind::Rep(name) => person(&name.text, target, position, context),
        TargetKind::Team(id) => of_team(*id, target, position, context, pending),
        TargetKind::Queue(name) => queue(name, target, position, context),
        TargetKind::TerritoryOwner => {
            let owner = context.placed.and_then(|t| context.plan.book.territories.get(t.index())).and_then(|t| t.owner.as_ref());
            match owner {
                Some(Owner::Rep(name)) => person(&name.text, target, position, context),
                Some(Owner::Team(id, _)) => of_team(*id, target, position, context, pending),
                None => nowhere(position, unplaced(placement)),
            }
        }
        TargetKind::Path(path) | TargetKind::LeaveAsIs(path) => led(path, None, target, (position, context)),
        TargetKind::Keep(keep) => led(&keep.who, Some(keep), target, (position, context)),
        TargetKind::PreviousRep { by, within } => previous(by, *within, target, position, context),
    }
}

/// Asks the rep a path leads to, as long as the rep is kept where the target says how long.
fn led(path: &FieldPath, keep: Option<&Keep>, target: &Target, (position, context): (usize, &Context<'_>)) -> Tried {
    match find(path, context) {
        Found::Value(value) => match &*value {
            Value::Reference(key) => match keep.and_then(|keep| keep::over(keep, key, context)) {
                Some(why) => nowhere(position, why),
                None => person(key, target, position, context),
            },
            _ => nowhere(position, format!("{} is not a rep", path.written)),
        },
        Found::Missing(missing) => nowhere(position, missing.in_words(&context.plan.book.schema)),
    }
}

fn nowhere(position: usize, why: String) -> Tried {
    Tried { attempt: Attempt { target: position, result: AttemptResult::LedNowhere(why), candidates: Vec::new() }, taken: None }
}

/// Why there is no territory owner.
fn unplaced(placement: &Placement) -> String {
    let unstaffed = |standing: &Standing| *standing == Standing::Unstaffed;
    if placement.tied {
        "several territories claim it and the tie is left to a person".to_owned()
    } else if placement.claims.iter().any(|c| unstaffed(&c.standing)) {
        "nobody active owns a territory that claims it".to_owned()
    } else {
        "no territory claimed it".to_owned()
    }
}

fn previous(by: &FieldPath, within: Period, target: &Target, position: usize, context: &Context<'_>) -> Tried {
    let value = match find(by, context) {
        Found::Value(value) => value,
        Found::Missing(missing) => return nowhere(position, missing.in_words(&context.plan.book.schema)),
    };
    if let Some(past) = past(by, &value, within, context) {
        return person(&past.rep, target, position, context);
    }
    let record = context.plan.book.schema.records.get(context.record.kind.index()).map_or("record", |r| &*r.name);
    let article = wording::article(record);
    let (field, period) = (&by.written, calendar::period_in_words(within));
    nowhere(position, format!("nobody had {article} {record} with this {field} in the last {period}"))
}

fn queue(name: &Arc<str>, target: &Target, position: usize, context: &Context<'_>) -> Tried {
    let assignee = Assignee::Queue(name.clone());
    let accepts = target.condition.as_ref().is_none_or(|c| answer(c, context).is_yes());
    let result = if accepts { AttemptResult::Taken(assignee.clone(), None) } else { AttemptResult::NobodyEligible };
    let taken = accepts.then_some(Taken { assignee, team: None, turns: Vec::new(), as_is: false });
    Tried { attempt: Attempt { target: position, result, candidates: Vec::new() }, taken }
}

fn person(key: &Arc<str>, target: &Target, position: usize, context: &Context<'_>) -> Tried {
    let passed_over = refusal(key, target, context);
    let assignee = Assignee::Rep(key.clone());
    let takes = passed_over.is_none();
    let result = if takes { AttemptResult::Taken(assignee.clone(), None) } else { AttemptResult::NobodyEligible };
    let as_is = target.kind.stays();
    Tried {
        attempt: Attempt { target: position, result, candidates: vec![Candidate { rep: key.clone(), passed_over, pointer: None }] },
        taken: takes.then_some(Taken { assignee, team: None, turns: Vec::new(), as_is }),
    }
}

/// The first reason why a person named by a target may not take the record.
fn refusal(key: &str, target: &Target, context: &Context<'_>) -> Option<PassedOver> {
    let Some(rep) = roster::rep(context.plan, key) else { return Some(PassedOver::NotInRoster) };
    if !roster::is_active(context.plan, rep) {
        return Some(PassedOver::Inactive);
    }
    if let Some(rejected) = roster::rejected(context, key) {
        return Some(rejected);
    }
    let told = target.condition.as_ref().map(|c| answer(c, &context.with_candidate(rep)));
    if let Some(answer) = told.filter(|a| !a.is_yes()) {
        return Some(PassedOver::Condition { members: None, answer });
    }
    let away = if target.if_available || target.if_at_work { roster::away(context, key) } else { None };
    away.or_else(|| if target.if_at_work { roster::off_hours(context, rep) } else { None })
}

fn of_team(id: TeamId, target: &Target, position: usize, context: &Context<'_>, pending: &Pending<'_>) -> Tried {
    let picked = team::ask(id, target.condition.as_ref(), context, pending);
    let assignee = picked.taker.map(Assignee::Rep);
    let result = match &assignee {
        Some(assignee) => AttemptResult::Taken(assignee.clone(), Some(id)),
        None => AttemptResult::NobodyEligible,
    };
    let turns = picked.turns;
    Tried {
        attempt: Attempt { target: position, result, candidates: picked.candidates },
        taken: assignee.map(|assignee| Taken { assignee, team: Some(id), turns, as_is: false }),
    }
}
