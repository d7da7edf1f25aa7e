//! What a decision changes once somebody takes the record, and what the state is before the first decision.

use std::sync::Arc;

use jiff::Timestamp;

use super::Assignee;
use super::compare::memory_key;
use super::context::Context;
use super::find::find;
use super::target::Taken;
use super::{calendar, roster, team};
use crate::model::{LimitPer, Record, TeamId};
use crate::plan::Plan;
use crate::state::{Change, Count, LimitKey, Past, Pending, State};

/// Returns the state before the first decision: open work as the data say, counted under every limit that applies to it.
///
/// `now` is the moment the run begins; a limit's condition may look at the clock.
#[must_use]
pub fn begin(plan: &Plan, now: Timestamp) -> State {
    let mut state = State::default();
    let nothing = State::default();
    for (rep, loads) in &plan.data.loads {
        for work in loads {
            let open = state.open.entry(rep.clone()).or_default();
            *open = open.saturating_add(work.count);
            let context = Context::new(plan, &work.record, &nothing, now);
            for (key, _) in open_limits(&context) {
                let count: &mut Count = state.counts.entry(key).or_default().entry(rep.clone()).or_default();
                count.count = count.count.saturating_add(work.count);
            }
        }
    }
    state
}

/// The limits on some open work, of all teams, that apply to a record; what counts towards all open work is counted by rep.
fn open_limits<'a>(context: &Context<'a>) -> impl Iterator<Item = (LimitKey, &'a crate::model::Limit)> {
    let context = *context;
    context.plan.book.teams.iter().flat_map(move |t| {
        let limits = t.limits.iter().enumerate();
        let open = limits.filter(move |(_, l)| l.per == LimitPer::Open && !team::counts_all_open(l) && team::applies(l, &context));
        open.map(|(position, l)| (Pending::limit_key(&t.name.text, position), l))
    })
}

/// Returns the limits on some open work, of all teams, that a record counts under once somebody has it.
#[must_use]
pub fn open_limits_of(plan: &Plan, record: &Record, now: Timestamp) -> Vec<LimitKey> {
    let nothing = State::default();
    open_limits(&Context::new(plan, record, &nothing, now)).map(|(limit, _)| limit).collect()
}

/// Notes what it changes that somebody has the record now.
pub(super) fn assigned(taken: &Taken, context: &Context<'_>, pending: &mut Pending<'_>) {
    pending.changes.extend(taken.turns.iter().cloned());
    let Assignee::Rep(rep) = &taken.assignee else { return };
    if taken.as_is {
        return;
    }
    given_by_team(taken.team, rep, context, pending);
    pending.changes.extend(open_limits(context).map(|(limit, _)| Change::Counted { limit, rep: rep.clone(), period: None }));
    pending.changes.push(Change::Opened { rep: rep.clone() });
    let Some(of) = context.plan.book.schema.records.get(context.record.kind.index()).map(|r| r.name.clone()) else { return };
    for path in context.plan.remembered.get(&context.record.kind).into_iter().flatten() {
        if let Some(value) = find(path, context).value().and_then(|v| memory_key(v, &path.ty)) {
            let past = Past { rep: rep.clone(), at: context.now, record: context.record.key.clone() };
            pending.changes.push(Change::Remembered { of: of.clone(), by: path.written.clone(), value, past });
        }
    }
}

/// Notes what it changes that an overlay has added somebody: the team's turns and counts, but no open work.
pub(super) fn added(taken: &Taken, context: &Context<'_>, pending: &mut Pending<'_>) {
    pending.changes.extend(taken.turns.iter().cloned());
    if let (Assignee::Rep(rep), false) = (&taken.assignee, taken.as_is) {
        given_by_team(taken.team, rep, context, pending);
    }
}

/// Counts under the team's limits per day, week and month, and notes when the team gave it.
fn given_by_team(id: Option<TeamId>, rep: &Arc<str>, context: &Context<'_>, pending: &mut Pending<'_>) {
    let Some(team) = id.and_then(|id| context.plan.book.teams.get(id.index())) else { return };
    let day = roster::rep(context.plan, rep).map_or(context.today, |r| roster::day_of(context.plan, r, context.now));
    for (position, limit) in team.limits.iter().enumerate() {
        if limit.per != LimitPer::Open && team::applies(limit, context) {
            let period = calendar::period_of(limit.per, day);
            pending.changes.push(Change::Counted { limit: Pending::limit_key(&team.name.text, position), rep: rep.clone(), period });
        }
    }
    pending.changes.push(Change::Received { team: team.name.text.clone(), rep: rep.clone(), at: context.now });
}
