//! The part of the state that a decision looked at: enough to decide the same again, and no more than about those asked.

use std::sync::Arc;

use super::team::counts_all_open;
use super::{Attempt, Candidate, Decider, Decision, PassedOver, Remembered, remembered_values};
use crate::model::{Owner, Pick, Target, TargetKind, Team, TeamId};
use crate::plan::Plan;
use crate::state::{Pending, State};

/// Returns the part of the state before a decision that the decision looked at.
///
/// Deciding the record again with this part alone gives the same decision.
#[must_use]
pub fn consulted(plan: &Plan, decision: &Decision, before: &State) -> State {
    consulted_with(plan, decision, before, remembered_values(plan, &decision.record, decision.at))
}

/// As [`consulted`], where the record's [`remembered_values`] are known.
#[must_use]
pub fn consulted_with(plan: &Plan, decision: &Decision, before: &State, values: Vec<Remembered>) -> State {
    let mut part = State::default();
    for remembered in values {
        let past = before.history.get(&remembered.of).and_then(|f| f.get(&remembered.by)).and_then(|v| v.get(&remembered.value));
        if let Some(past) = past {
            let values = part.history.entry(remembered.of).or_default().entry(remembered.by).or_default();
            values.insert(remembered.value, past.clone());
        }
    }
    let book = &plan.book;
    let of = book.schema.records.get(decision.record.kind.index()).map(|r| &r.name);
    if let Some((of, records)) = of.and_then(|of| Some((of, before.rejected.get(of)?)))
        && let Some(reps) = records.get(&decision.record.key)
    {
        part.rejected.entry(of.clone()).or_default().insert(decision.record.key.clone(), reps.clone());
    }
    let mut look = |targets: &[Target], attempts: &[Attempt]| {
        for attempt in attempts {
            let team = targets.get(attempt.target).and_then(|target| team_of(plan, target, decision));
            let team = team.and_then(|id| Some((id, book.teams.get(id.index())?)));
            for candidate in &attempt.candidates {
                match team {
                    Some(team) => member(plan, team, candidate, (before, decision.at), &mut part),
                    None => away(&candidate.rep, (before, decision.at), &mut part),
                }
            }
        }
    };
    for trial in &decision.trials {
        let targets = match trial.decider {
            Decider::Rule(id) => book.rules.get(id.index()).map(|r| r.route.as_slice()),
            Decider::Otherwise => book.otherwise.get(&decision.record.kind).map(|o| o.route.as_slice()),
        };
        look(targets.unwrap_or_default(), &trial.attempts);
    }
    for added in &decision.added {
        let adds = book.overlays.get(added.overlay.index()).map(|o| o.adds.as_slice()).unwrap_or_default();
        for add in adds.iter().filter(|add| add.role.text == added.role) {
            look(&add.targets, &added.attempts);
        }
    }
    part
}

/// The team that a target asks, written or by the owner of the territory.
fn team_of(plan: &Plan, target: &Target, decision: &Decision) -> Option<TeamId> {
    match &target.kind {
        TargetKind::Team(id) => Some(*id),
        TargetKind::TerritoryOwner => {
            let territory = decision.placement.territory()?;
            match plan.book.territories.get(territory.index())?.owner.as_ref()? {
                Owner::Team(id, _) => Some(*id),
                Owner::Rep(_) => None,
            }
        }
        _ => None,
    }
}

type Before<'a> = (&'a State, jiff::Timestamp);

/// Takes what a team's limits and `pick` looked at of one member: nothing more once somebody was ruled out.
fn member(plan: &Plan, (id, team): (TeamId, &Team), candidate: &Candidate, before: Before<'_>, part: &mut State) {
    let (name, rep) = (&team.name.text, &candidate.rep);
    let state = before.0;
    // Turns are raised to those of others, whoever they are.
    if plan.turning.contains(&id)
        && let Some(turn) = state.turns.get(name).and_then(|reps| reps.get(rep))
    {
        part.turns.entry(name.clone()).or_default().insert(rep.clone(), turn.clone());
    }
    if let Some(weight) = state.weight_of(name, rep) {
        part.weights.entry(name.clone()).or_default().insert(rep.clone(), weight);
    }
    let (here, counted) = match &candidate.passed_over {
        Some(PassedOver::NotInRoster | PassedOver::Inactive | PassedOver::Rejected | PassedOver::Condition { .. }) => (false, false),
        Some(PassedOver::Away { .. } | PassedOver::OffHours { .. } | PassedOver::NoCalendar) => (true, false),
        Some(PassedOver::Full { .. } | PassedOver::NoWeight | PassedOver::Behind { .. }) | None => (true, true),
    };
    if here {
        away(rep, before, part);
    }
    if !counted {
        return;
    }
    let picks = |wanted: fn(&Pick) -> bool| team.pick.iter().any(wanted);
    if picks(|p| matches!(p, Pick::LongestWait(_)))
        && let Some(at) = state.received.get(name).and_then(|reps| reps.get(rep))
    {
        part.received.entry(name.clone()).or_default().insert(rep.clone(), *at);
    }
    if (picks(|p| matches!(p, Pick::FewestOpen(_))) || team.limits.iter().any(counts_all_open))
        && let Some(open) = state.open.get(rep)
    {
        part.open.insert(rep.clone(), *open);
    }
    for (position, _) in team.limits.iter().enumerate().filter(|(_, limit)| !counts_all_open(limit)) {
        let limit = Pending::limit_key(name, position);
        if let Some(count) = state.counts.get(&limit).and_then(|reps| reps.get(rep)) {
            part.counts.entry(limit).or_default().insert(rep.clone(), count.clone());
        }
    }
}

/// Takes the absences told of a rep that are not over.
fn away(rep: &Arc<str>, (state, at): Before<'_>, part: &mut State) {
    let still: Vec<_> = state.away.get(rep).into_iter().flatten().filter(|a| a.until > at).cloned().collect();
    if !still.is_empty() {
        part.away.insert(rep.clone(), still);
    }
}
