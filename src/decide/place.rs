//! Placing: claims without staff fall away, then all but the deepest of each tree, then `overlap` settles the rest.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::claims::Claims;
use super::context::Context;
use super::evaluate::answer;
use super::roster;
use super::{Claim, Placement, SettleStep, Standing};
use crate::decide::compare::Size;
use crate::model::{Answer, FieldId, Overlap, OverlapCriterion, Owner, Record, TeamId, Territory, TerritoryId, Value, show};

/// Places a record that some territories claim.
pub(super) fn place(claims: &Claims, context: &Context<'_>) -> Placement {
    if claims.is_empty() {
        return Placement::default();
    }
    let mut standings: BTreeMap<TerritoryId, Standing> = BTreeMap::new();
    let mut staffed: Vec<TerritoryId> = Vec::new();
    for id in claims.keys() {
        if territory(context, *id).and_then(|t| t.owner.as_ref()).is_some_and(|o| !staff(o, context).is_empty()) {
            staffed.push(*id);
        } else {
            standings.insert(*id, Standing::Unstaffed);
        }
    }
    let left = deepest(&staffed, &mut standings, context);
    let mut placement = Placement::default();
    settle(left, &mut standings, &mut placement, context);
    let standing = |id: &TerritoryId| standings.get(id).cloned().unwrap_or(Standing::Tied);
    placement.claims = claims.iter().map(|(id, row)| Claim { territory: *id, row: *row, standing: standing(id) }).collect();
    placement
}

fn territory<'a>(context: &Context<'a>, id: TerritoryId) -> Option<&'a Territory> {
    context.plan.book.territories.get(id.index())
}

/// Returns the active people behind an owner, in key order, each once.
///
/// Of a team these are its listed members, and of the whole roster those whose member condition is not no.
pub(super) fn staff<'a>(owner: &Owner, context: &Context<'a>) -> Vec<&'a Record> {
    match owner {
        Owner::Rep(name) => roster::active_rep(context.plan, &name.text).into_iter().collect(),
        Owner::Team(team, _) => team_staff(*team, context),
    }
}

fn team_staff<'a>(team: TeamId, context: &Context<'a>) -> Vec<&'a Record> {
    let plan = context.plan;
    let mut found: BTreeMap<&str, &Record> = BTreeMap::new();
    for members in plan.book.teams.get(team.index()).into_iter().flat_map(|t| &t.members) {
        if members.listed.is_empty() {
            let condition = members.conditions.get(&context.record.kind);
            let fits = |rep: &'a Record| condition.is_some_and(|c| answer(c, &context.with_candidate(rep)) != Answer::No);
            let all = plan.book.rep.into_iter().flat_map(|r| plan.data.all(r.record));
            found.extend(all.filter(|r| roster::is_active(plan, r) && fits(r)).map(|r| (&*r.key, r)));
        } else {
            found.extend(members.listed.iter().filter_map(|(n, _)| roster::active_rep(plan, &n.text)).map(|r| (&*r.key, r)));
        }
    }
    found.into_values().collect()
}

/// Keeps the deepest claims of each tree.
fn deepest(staffed: &[TerritoryId], standings: &mut BTreeMap<TerritoryId, Standing>, context: &Context<'_>) -> Vec<TerritoryId> {
    // By root: the greatest depth, and the first territory by name that has it.
    let mut best: BTreeMap<TerritoryId, (u32, TerritoryId)> = BTreeMap::new();
    for id in staffed {
        let Some(t) = territory(context, *id) else { continue };
        let entry = best.entry(t.root).or_insert((t.depth, *id));
        if t.depth > entry.0 {
            *entry = (t.depth, *id);
        }
    }
    let mut left = Vec::new();
    for id in staffed {
        let Some(t) = territory(context, *id) else { continue };
        match best.get(&t.root) {
            Some((depth, winner)) if t.depth < *depth => {
                standings.insert(*id, Standing::Deeper(*winner));
            }
            _ => left.push(*id),
        }
    }
    left
}

/// Takes winners one by one; what lost one round competes again in the next.
fn settle(left: Vec<TerritoryId>, standings: &mut BTreeMap<TerritoryId, Standing>, placement: &mut Placement, context: &Context<'_>) {
    let overlap = context.plan.book.overlap.as_ref();
    let mut competing: BTreeSet<TerritoryId> = left.into_iter().collect();
    for rank in 1..=overlap.map_or(1, |o| o.winners) {
        let mut round: Vec<TerritoryId> = competing.iter().copied().collect();
        narrow(&mut round, overlap, standings, &mut placement.steps, context);
        match round.as_slice() {
            [] => return,
            [winner] => {
                standings.insert(*winner, Standing::Won(rank));
                placement.winners.push(*winner);
                competing.remove(winner);
            }
            tied => {
                tied.iter().for_each(|t| {
                    standings.insert(*t, Standing::Tied);
                });
                placement.tied = true;
                return;
            }
        }
    }
}

/// Applies the criteria until one claim is left; at the end the name decides unless that is left to a person.
fn narrow(
    round: &mut Vec<TerritoryId>,
    overlap: Option<&Overlap>,
    standings: &mut BTreeMap<TerritoryId, Standing>,
    steps: &mut Vec<SettleStep>,
    context: &Context<'_>,
) {
    let criteria = overlap.map_or(&[][..], |o| o.criteria.as_slice());
    let closing = if overlap.is_some_and(|o| o.or_nobody) { None } else { Some((None, OverlapCriterion::Name)) };
    for (position, criterion) in criteria.iter().enumerate().map(|(i, c)| (Some(i), *c)).chain(closing) {
        if round.len() < 2 {
            return;
        }
        let measured: Vec<(TerritoryId, Measure, String)> = round
            .iter()
            .filter_map(|id| {
                let (measure, words) = measure(criterion, territory(context, *id)?, context);
                Some((*id, measure, words))
            })
            .collect();
        let Some(best) = measured.iter().map(|(_, m, _)| m).min().cloned() else { return };
        let kept: Vec<TerritoryId> = measured.iter().filter(|(_, m, _)| *m == best).map(|(id, _, _)| *id).collect();
        for (id, _, _) in measured.iter().filter(|(_, m, _)| *m != best) {
            standings.insert(*id, Standing::Lost(steps.len()));
        }
        let compared = measured.into_iter().map(|(id, _, words)| (id, words)).collect();
        steps.push(SettleStep { criterion: position, compared, left: kept.clone() });
        *round = kept;
    }
}

/// What a criterion compares; the least is best, and what is missing comes last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Rank(u32),
    Most(std::cmp::Reverse<u32>),
    Least(Size),
    Highest(std::cmp::Reverse<Size>),
    Name(std::sync::Arc<str>),
    Missing,
}

/// Measures a territory by a criterion, with the words for it.
pub(super) fn measure(criterion: OverlapCriterion, territory: &Territory, context: &Context<'_>) -> (Measure, String) {
    match criterion {
        OverlapCriterion::LowestPriority => match &territory.priority {
            Some(p) => (Measure::Rank(p.rank), format!("priority {}", p.name)),
            None => (Measure::Missing, "no priority".to_owned()),
        },
        OverlapCriterion::MostSpecific => {
            let n = territory.attributes;
            (Measure::Most(std::cmp::Reverse(n)), crate::text::wording::count(n as usize, "attribute", "attributes"))
        }
        OverlapCriterion::LongestTenure => {
            let since = context.plan.book.rep.and_then(|r| r.since);
            match since.and_then(|f| owners_best(territory, f, Ordering::Less, context)) {
                Some((size, words)) => (Measure::Least(size), format!("since {words}")),
                None => (Measure::Missing, "since is missing".to_owned()),
            }
        }
        OverlapCriterion::Highest(field) => match owners_best(territory, field, Ordering::Greater, context) {
            Some((size, words)) => (Measure::Highest(std::cmp::Reverse(size)), format!("{} {words}", field_name(field, context))),
            None => (Measure::Missing, format!("{} is missing", field_name(field, context))),
        },
        OverlapCriterion::Lowest(field) => match owners_best(territory, field, Ordering::Less, context) {
            Some((size, words)) => (Measure::Least(size), format!("{} {words}", field_name(field, context))),
            None => (Measure::Missing, format!("{} is missing", field_name(field, context))),
        },
        OverlapCriterion::Name => (Measure::Name(territory.name.text.clone()), territory.name.to_string()),
    }
}

/// The best value of a field among the active people behind a territory, with the words for it.
fn owners_best(territory: &Territory, field: FieldId, wanted: Ordering, context: &Context<'_>) -> Option<(Size, String)> {
    let owner = territory.owner.as_ref()?;
    let values: Vec<&Value> = staff(owner, context).into_iter().filter_map(|rep| rep.value(field)).collect();
    let mut best: Option<(Size, &Value)> = None;
    for value in values {
        let Some(size) = Size::of(value) else { continue };
        if best.is_none_or(|(b, _)| size.cmp(&b) == wanted) {
            best = Some((size, value));
        }
    }
    let record = context.plan.book.rep?.record;
    best.map(|(size, value)| (size, show(value, &context.plan.book.schema.field(record, field).ty, &context.plan.book.zone)))
}

/// The name of a field of the roster, as the rules write it.
pub(super) fn field_name(field: FieldId, context: &Context<'_>) -> String {
    let record = context.plan.book.rep.and_then(|r| context.plan.book.schema.records.get(r.record.index()));
    record.and_then(|r| r.fields.get(field.index())).map_or_else(String::new, |f| format!("rep.{}", f.name))
}
