//! Why nothing gets to a rep who is named all the same: territories that never win, and rules that others go before.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::model::{Owner, Target, TargetKind, TerritoryId};
use crate::plan::Plan;
use crate::space::{Area, Budget, NodeId, Region, Space, Survey, Surveyed};
use crate::text::wording;

/// How many territories are looked at, and how many others that go before one.
const MOST: usize = 8;
const MOST_BEFORE: usize = 60;

/// A territory of the rep, with where it wins.
pub(super) struct Owned {
    id: TerritoryId,
    wins: NodeId,
}

/// Finds the territories that a rep owns.
pub(super) fn owned(plan: &Plan, rep: &str, survey: &mut Survey, of: &Surveyed) -> Vec<Owned> {
    let own = |owner: &Option<Owner>| matches!(owner, Some(Owner::Rep(name)) if *name.text == *rep);
    let all = plan.book.territories.iter().enumerate().filter(|(_, t)| own(&t.owner)).take(MOST);
    let ids: Vec<TerritoryId> = all.map(|(index, _)| TerritoryId::from_index(index)).collect();
    ids.into_iter().map(|id| Owned { id, wins: survey.held(of, |t| t == id) }).collect()
}

/// Says why territories lead nothing to their owner, one reason each.
pub(super) fn reasons(plan: &Plan, rep: &str, of: &Surveyed, space: &mut Space, (owned, work): (&[Owned], u64)) -> Vec<String> {
    let record = &plan.book.schema.record(of.record).name;
    let asks = |targets: &[Target]| targets.iter().any(|t| matches!(t.kind, TargetKind::TerritoryOwner));
    let rules = plan.rule_order.get(&of.record).into_iter().flatten().any(|id| asks(&plan.book.rules[id.index()].route));
    let asked = rules || plan.book.otherwise.get(&of.record).is_some_and(|last| asks(&last.route));
    let mut said = Vec::new();
    for Owned { id, wins } in owned {
        let name = &plan.book.territories[id.index()].name;
        if !asked {
            said.push(format!("{rep} owns the territory {name}, but no rule leads to the owner of a territory"));
            continue;
        }
        let region = space.region(*wins);
        if region.areas.iter().any(|area| space.can_be(area, &plan.book.zone)) {
            continue;
        }
        let claims = space.region(of.claims[id.index()]);
        if !claims.areas.iter().any(|area| space.can_be(area, &plan.book.zone)) {
            said.push(format!("the territory {name} would lead to {rep}, but no {record} can lie in it"));
            continue;
        }
        let by: Vec<String> =
            before(plan, *id, of, space, work).iter().map(|o| plan.book.territories[o.index()].name.to_string()).collect();
        said.push(match by.len() {
            0 => format!("the territory {name} would lead to {rep}, but it never wins"),
            1 => format!("the territory {name} would lead to {rep}, but {} always wins", by[0]),
            _ => format!("the territory {name} would lead to {rep}, but {} or another always wins", wording::some_of(&by, 4)),
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
