//! Teams: who may. Every candidate gets the first reason why not; `pick` chooses among those without one.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_rational::BigRational;
use rust_decimal::Decimal;

use super::context::Context;
use super::evaluate::answer;
use super::pick::{Measures, pick};
use super::{Candidate, PassedOver};
use super::{calendar, roster, turn};
use crate::model::{Answer, Condition, ConditionKind, Limit, LimitPer, Record, Team, TeamId, Value};
use crate::plan::Plan;
use crate::state::{Change, Pending, State, Turn};

/// Holds one candidate of a team while one is picked.
pub(super) struct Member<'a> {
    /// The rep's key.
    pub key: Arc<str>,
    /// The rep's record; none when not in the roster.
    pub rep: Option<&'a Record>,
    /// The first place in the `members` lines, from 0; none for the whole roster.
    pub place: Option<usize>,
    /// The weight in turns.
    pub weight: Decimal,
    /// The turn before this decision; none when new.
    pub turn: Option<Turn>,
    /// Why not, as soon as that is known.
    pub passed_over: Option<PassedOver>,
}

/// Holds what a team did with a record.
pub(super) struct Picked {
    /// Who takes it.
    pub taker: Option<Arc<str>>,
    /// Everybody considered, in key order.
    pub candidates: Vec<Candidate>,
    /// The turns changed, if somebody takes it.
    pub turns: Vec<Change>,
}

/// Asks a team for somebody; `wish` is the condition of the target.
pub(super) fn ask<'a>(id: TeamId, wish: Option<&Condition>, context: &Context<'a>, pending: &Pending<'a>) -> Picked {
    let Some(team) = context.plan.book.teams.get(id.index()) else {
        return Picked { taker: None, candidates: Vec::new(), turns: Vec::new() };
    };
    let in_turn = context.plan.turning.contains(&id);
    let limited = Limited::new(team, context);
    let mut members = gather(team, context, pending);
    for member in &mut members {
        member.passed_over = refusal(member, team, wish, &limited, context, pending);
        if in_turn && member.passed_over.is_none() && member.weight <= Decimal::ZERO {
            member.passed_over = Some(PassedOver::NoWeight);
        }
    }
    let turns: Vec<Option<BigRational>> = if in_turn { turn::raised(&members) } else { Vec::new() };
    // Who was eligible must be remembered before falling behind overwrites it.
    let reasons: Vec<Option<PassedOver>> = members.iter().map(|m| m.passed_over.clone()).collect();
    let taker = pick(&mut members, &Measures { context, pending, team, limited: &limited, turns: &turns });
    let taker = taker.and_then(|i| members.get(i)).map(|m| m.key.clone());
    let candidates = members
        .iter()
        .map(|m| Candidate {
            rep: m.key.clone(),
            passed_over: m.passed_over.clone(),
            pointer: m.turn.as_ref().filter(|_| in_turn).map(|t| t.pointer.clone()),
        })
        .collect();
    let changes = match &taker {
        Some(taker) if in_turn => {
            members.iter_mut().zip(reasons).for_each(|(m, reason)| m.passed_over = reason);
            turn::changes(&team.name.text, &members, &turns, taker)
        }
        _ => Vec::new(),
    };
    Picked { taker, candidates, turns: changes }
}

/// Collects everybody the `members` lines name, in key order.
fn gather<'a>(team: &Team, context: &Context<'a>, pending: &Pending<'_>) -> Vec<Member<'a>> {
    let plan = context.plan;
    let mut found: BTreeMap<Arc<str>, (Option<usize>, Option<Decimal>)> = BTreeMap::new();
    let mut place = 0;
    for members in &team.members {
        for (name, weight) in &members.listed {
            let entry = found.entry(name.text.clone()).or_default();
            *entry = (entry.0.or(Some(place)), entry.1.or(*weight));
            place += 1;
        }
        if members.listed.is_empty() {
            for rep in plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record)) {
                found.entry(rep.key.clone()).or_default();
            }
        }
    }
    found
        .into_iter()
        .map(|(key, (place, weight))| {
            let rep = roster::rep(plan, &key);
            Member {
                rep,
                place,
                weight: weighs(team, (&key, rep), weight, pending.state),
                turn: pending.turn(&team.name.text, &key).cloned(),
                passed_over: None,
                key,
            }
        })
        .collect()
}

/// What somebody weighs in a team's turns: as told from outside, as listed, as the roster says, or 1.
fn weighs(team: &Team, (key, rep): (&str, Option<&Record>), listed: Option<Decimal>, state: &State) -> Decimal {
    let of_field = || match team.weight.and_then(|f| rep?.value(f)) {
        Some(Value::Number(weight)) => Some(*weight),
        _ => None,
    };
    state.weight_of(&team.name.text, key).or(listed).or_else(of_field).unwrap_or(Decimal::ONE)
}

/// Returns by how much a turn moves somebody of a team that gives work in turn; none when the team does not, or nothing moves.
#[must_use]
pub fn turn_step(plan: &Plan, id: TeamId, key: &str, state: &State) -> Option<BigRational> {
    let team = plan.book.teams.get(id.index()).filter(|_| plan.turning.contains(&id))?;
    let all = team.members.iter().flat_map(|members| &members.listed);
    let listed = all.filter(|(name, _)| *name.text == *key).find_map(|(_, weight)| *weight);
    let weight = weighs(team, (key, roster::rep(plan, key)), listed, state);
    (weight > Decimal::ZERO).then(|| super::fraction::exact(weight).recip())
}

/// The first reason why somebody may not take the record.
fn refusal(
    member: &Member<'_>,
    team: &Team,
    wish: Option<&Condition>,
    limited: &Limited<'_>,
    context: &Context<'_>,
    pending: &Pending<'_>,
) -> Option<PassedOver> {
    let Some(rep) = member.rep else { return Some(PassedOver::NotInRoster) };
    if !roster::is_active(context.plan, rep) {
        return Some(PassedOver::Inactive);
    }
    roster::rejected(context, &rep.key)
        .or_else(|| fits(rep, team, wish, context))
        .or_else(|| roster::away(context, &rep.key))
        .or_else(|| if team.working_hours_only { roster::off_hours(context, rep) } else { None })
        .or_else(|| limited.full(rep, context, pending))
}

/// Tests the `members` lines that name a rep, then the target's own condition.
fn fits(rep: &Record, team: &Team, wish: Option<&Condition>, context: &Context<'_>) -> Option<PassedOver> {
    let about = context.with_candidate(rep);
    let mut nearest: Option<(usize, Answer)> = None;
    for (position, members) in team.members.iter().enumerate() {
        if !members.listed.is_empty() && !members.listed.iter().any(|(n, _)| n.text == rep.key) {
            continue;
        }
        let told = members.conditions.get(&context.record.kind).map_or(Answer::No, |c| answer(c, &about));
        if nearest.is_none_or(|(_, best)| told > best) {
            nearest = Some((position, told));
        }
    }
    match nearest {
        Some((_, Answer::Yes)) => {}
        Some((position, answer)) => return Some(PassedOver::Condition { members: Some(position), answer }),
        None => return Some(PassedOver::Condition { members: None, answer: Answer::No }),
    }
    let told = wish.map_or(Answer::Yes, |c| answer(c, &about));
    (!told.is_yes()).then_some(PassedOver::Condition { members: None, answer: told })
}

/// The limits of a team that apply to the record, with their positions.
pub(super) struct Limited<'a> {
    team: &'a Team,
    limits: Vec<(usize, &'a Limit)>,
}

impl<'a> Limited<'a> {
    fn new(team: &'a Team, context: &Context<'_>) -> Self {
        Self { team, limits: team.limits.iter().enumerate().filter(|(_, l)| applies(l, context)).collect() }
    }

    /// The first limit a rep is at.
    fn full(&self, rep: &Record, context: &Context<'_>, pending: &Pending<'_>) -> Option<PassedOver> {
        self.limits.iter().find_map(|(position, limit)| {
            let period = calendar::period_of(limit.per, roster::day_of(context.plan, rep, context.now));
            let counted = self.counted(*position, limit, &rep.key, period, pending);
            (counted >= limit.amount).then_some(PassedOver::Full { limit: *position, counted })
        })
    }

    /// What a member has open against each limit on open work, with the limit.
    pub(super) fn open<'b>(&'b self, member: &'b Member<'_>, pending: &'b Pending<'_>) -> impl Iterator<Item = (u64, u64)> + 'b {
        let open = self.limits.iter().filter(|(_, l)| l.per == LimitPer::Open);
        open.map(|(position, limit)| (self.counted(*position, limit, &member.key, None, pending), limit.amount))
    }

    fn counted(&self, position: usize, limit: &Limit, rep: &str, period: Option<jiff::civil::Date>, pending: &Pending<'_>) -> u64 {
        if counts_all_open(limit) {
            return pending.open_of(rep);
        }
        pending.counted(&Pending::limit_key(&self.team.name.text, position), rep, period)
    }
}

/// Whether a limit is on all open work of a rep, whatever it is: that is counted once and not for each limit.
pub(super) fn counts_all_open(limit: &Limit) -> bool {
    let always = |c: &Condition| matches!(&c.kind, ConditionKind::All(parts) if parts.is_empty());
    limit.per == LimitPer::Open && limit.conditions.values().all(always)
}

/// Whether a limit applies to the record: its condition must be yes.
pub(super) fn applies(limit: &Limit, context: &Context<'_>) -> bool {
    limit.conditions.get(&context.record.kind).is_some_and(|c| answer(c, context).is_yes())
}
