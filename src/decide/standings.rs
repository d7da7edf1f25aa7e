//! What the roster makes of the territories, whatever the record: who can win, and who goes before whom.

use std::collections::BTreeSet;

use super::context::Context;
use super::place::{Measure, measure};
use super::roster;
use super::unknown::{answer_about, blank};
use crate::model::{Answer, OverlapCriterion, Owner, RecordId, TeamId, TerritoryId};
use crate::plan::Plan;
use crate::space::Standings;
use crate::state::State;

/// Works out the standings of a book's territories for one type of record.
#[must_use]
pub fn standings(plan: &Plan, record: RecordId) -> Standings {
    let (unknown, state) = (blank(plan, record), State::default());
    let context = Context::new(plan, &unknown, &state, jiff::Timestamp::UNIX_EPOCH);
    let overlap = plan.book.overlap.as_ref();
    let criteria: Vec<OverlapCriterion> =
        overlap.map_or(&[][..], |o| o.criteria.as_slice()).iter().copied().take_while(|c| *c != OverlapCriterion::Name).collect();
    let named = overlap.is_some_and(|o| o.criteria.contains(&OverlapCriterion::Name));
    let mut certain = true;
    let mut ranked: Vec<(Vec<Measure>, TerritoryId)> = Vec::new();
    for (index, territory) in plan.book.territories.iter().enumerate() {
        let staffed = match &territory.owner {
            None => false,
            Some(Owner::Rep(name)) => roster::active_rep(plan, &name.text).is_some(),
            Some(Owner::Team(team, _)) => {
                let (staffed, sure) = team_staffed(plan, *team, record);
                certain &= sure;
                staffed
            }
        };
        if staffed {
            let id = TerritoryId::from_index(index);
            ranked.push((criteria.iter().map(|c| measure(*c, territory, &context).0).collect(), id));
        }
    }
    // Ids are in name order, so the name settles what is left.
    ranked.sort();
    let mut tied: Vec<Vec<TerritoryId>> = Vec::new();
    for group in ranked.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
        tied.push(group.iter().map(|(_, id)| *id).collect());
    }
    let or_nobody = overlap.is_some_and(|o| o.or_nobody) && !named;
    Standings { order: ranked.into_iter().map(|(_, id)| id).collect(), certain, tied, or_nobody }
}

/// Says by what the first of two territories goes before the second: `: priority named goes before priority geography`.
#[must_use]
pub fn settled_by(plan: &Plan, record: RecordId, one: TerritoryId, other: TerritoryId) -> String {
    let (unknown, state) = (blank(plan, record), State::default());
    let context = Context::new(plan, &unknown, &state, jiff::Timestamp::UNIX_EPOCH);
    let (Some(a), Some(b)) = (plan.book.territories.get(one.index()), plan.book.territories.get(other.index())) else {
        return String::new();
    };
    for criterion in plan.book.overlap.iter().flat_map(|o| &o.criteria) {
        let ((first, words), (second, others)) = (measure(*criterion, a, &context), measure(*criterion, b, &context));
        if first != second {
            return format!(": {words} goes before {others}");
        }
    }
    ": its name comes first".to_owned()
}

/// Whether somebody active may be behind a team, and whether that is so for every record and the same people.
fn team_staffed(plan: &Plan, team: TeamId, record: RecordId) -> (bool, bool) {
    let mut staffed = false;
    let mut sure = true;
    for members in plan.book.teams.get(team.index()).into_iter().flat_map(|t| &t.members) {
        let listed: BTreeSet<&str> = members.listed.iter().map(|(n, _)| n.as_str()).collect();
        if !listed.is_empty() {
            staffed |= listed.iter().any(|key| roster::active_rep(plan, key).is_some());
            continue;
        }
        let Some(condition) = members.conditions.get(&record) else { continue };
        for rep in plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record)).filter(|r| roster::is_active(plan, r)) {
            match answer_about(plan, record, condition, rep) {
                Answer::Yes => staffed = true,
                Answer::CannotTell => {
                    staffed = true;
                    sure = false;
                }
                Answer::No => {}
            }
        }
    }
    (staffed, sure)
}
