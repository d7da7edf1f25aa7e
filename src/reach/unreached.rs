//! Why nothing gets to a rep who is named all the same: territories that never win, and rules that others go before.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::decide::Leading;
use crate::model::{Owner, Target, TargetKind, TeamId, TerritoryId};
use crate::plan::Plan;
use crate::space::{Area, Budget, NodeId, Region, Space, Surveyed};
use crate::text::wording;

/// How many territories are looked at, and how many others that go before one.
const MOST: usize = 8;
const MOST_BEFORE: usize = 60;

/// A territory of the rep, or of a team that the rep may be picked from.
pub(super) struct Owned {
    id: TerritoryId,
    /// Where it wins.
    wins: NodeId,
    /// The team.
    team: Option<String>,
    /// Where it wins and the rep is a member.
    leads: NodeId,
}

/// Finds the territories that lead to a rep.
pub(super) fn owned(leading: &mut Leading<'_>) -> Vec<Owned> {
    let mut found = Vec::new();
    for (index, territory) in leading.plan.book.territories.iter().enumerate() {
        let (team, member) = match &territory.owner {
            Some(Owner::Rep(name)) if *name.text == *leading.rep.key => (None, leading.survey.all([])),
            Some(Owner::Team(team, _)) => match leading.team(*team) {
                Some((member, team)) => (team, member),
                None => continue,
            },
            _ => continue,
        };
        let id = TerritoryId::from_index(index);
        let wins = leading.survey.held(leading.of, |t| t == id);
        let leads = leading.survey.all([wins, member]);
        found.push(Owned { id, wins, team, leads });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// Names the teams that the rep may be picked from and that nothing leads to.
pub(super) fn idle_teams(leading: &mut Leading<'_>) -> Vec<String> {
    let book = &leading.plan.book;
    let asks = |targets: &[Target], team: TeamId| targets.iter().any(|t| matches!(t.kind, TargetKind::Team(id) if id == team));
    let used = |team: TeamId| {
        book.rules.iter().any(|rule| asks(&rule.route, team))
            || book.otherwise.values().any(|last| asks(&last.route, team))
            || book.overlays.iter().flat_map(|overlay| &overlay.adds).any(|add| asks(&add.targets, team))
            || book.territories.iter().any(|t| matches!(&t.owner, Some(Owner::Team(id, _)) if *id == team))
    };
    let idle = (0..book.teams.len()).map(TeamId::from_index).filter(|team| !used(*team));
    idle.filter_map(|team| leading.team(team)?.1).take(MOST).collect()
}

/// Says why territories lead nothing to their owner, one reason each.
pub(super) fn reasons(plan: &Plan, rep: &str, of: &Surveyed, space: &mut Space, (owned, work): (&[Owned], u64)) -> Vec<String> {
    let record = &plan.book.schema.record(of.record).name;
    let asks = |targets: &[Target]| targets.iter().any(|t| matches!(t.kind, TargetKind::TerritoryOwner));
    let rules = plan.rule_order.get(&of.record).into_iter().flatten().any(|id| asks(&plan.book.rules[id.index()].route));
    let asked = rules || plan.book.otherwise.get(&of.record).is_some_and(|last| asks(&last.route));
    let some = |space: &mut Space, node: NodeId| {
        let region = space.region(node);
        region.areas.iter().any(|area| space.can_be(area, &plan.book.zone))
    };
    let mut said = Vec::new();
    for Owned { id, wins, team, leads } in owned {
        let name = &plan.book.territories[id.index()].name;
        let whom = team.as_ref().map_or_else(|| rep.to_owned(), |team| format!("{rep} as one of team {team}"));
        if !asked {
            let owner = team.as_ref().map_or_else(|| rep.to_owned(), |team| format!("team {team}, of which {rep} can be one,"));
            said.push(format!("{owner} owns the territory {name}, but no rule leads to the owner of a territory"));
            continue;
        }
        if some(space, *wins) {
            if !some(space, *leads) {
                said.push(format!("the territory {name} would lead to {whom}, but no {record} in it makes {rep} a member of that team"));
            }
            continue;
        }
        if !some(space, of.claims[id.index()]) {
            said.push(format!("the territory {name} would lead to {whom}, but no {record} can lie in it"));
            continue;
        }
        let by: Vec<String> =
            before(plan, *id, of, space, work).iter().map(|o| plan.book.territories[o.index()].name.to_string()).collect();
        said.push(match by.len() {
            0 => format!("the territory {name} would lead to {whom}, but it never wins"),
            1 => format!("the territory {name} would lead to {whom}, but {} always wins", by[0]),
            _ => format!("the territory {name} would lead to {whom}, but {} or another always wins", wording::some_of(&by, 4)),
        });
    }
    said
}

/// The territories that go before one wherever it claims something, as few as were found to do.
fn before(plan: &Plan, id: TerritoryId, of: &Surveyed, space: &mut Space, work: u64) -> Vec<TerritoryId> {
    let own = &plan.book.territories[id.index()];
    let claims = space.region(of.claims[id.index()]);
    let place = of.order.iter().position(|(o, _)| *o == id).unwrap_or(of.order.len());
    let mut found = Vec::new();
    for (position, (other, _)) in of.order.iter().enumerate() {
        let there = &plan.book.territories[other.index()];
        // Within a tree the deeper one wins, whatever the order.
        let by_depth = if there.root == own.root { there.depth.cmp(&own.depth) } else { Ordering::Equal };
        if *other == id || !by_depth.then(place.cmp(&position)).is_gt() {
            continue;
        }
        let region = space.region(of.claims[other.index()]);
        if region.meets(&claims) {
            found.push((*other, region));
        }
        if found.len() == MOST_BEFORE {
            return Vec::new();
        }
    }
    let zone = &plan.book.zone;
    let covers = |some: &[(TerritoryId, Arc<Region>)]| {
        let cover: Vec<&Area> = some.iter().flat_map(|(_, region)| &region.areas).collect();
        let (holes, complete) = space.holes_of(&claims.areas, &cover, 1, &mut Budget::new(work), |area| space.can_be(area, zone));
        holes.is_empty() && complete
    };
    if !covers(&found) {
        return Vec::new();
    }
    for at in (0..found.len()).rev() {
        let fewer: Vec<_> = found.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, f)| f.clone()).collect();
        if covers(&fewer) {
            found = fewer;
        }
    }
    found.into_iter().map(|(id, _)| id).collect()
}
