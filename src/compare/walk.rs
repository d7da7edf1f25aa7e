//! Goes through the lists of two books at once and splits the space until both say one thing, but only where they differ.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::entry::Entry;
use super::outcome::{Kind, Outcome};
use super::settled::Settled;
use crate::space::{Area, Budget, Space};

/// What of a list still matters in an area: positions of entries and of the area of theirs, in order.
pub(super) type Left = Vec<(usize, usize)>;

/// Areas that differ, by what differs and what both books do.
pub(super) type Differences = BTreeMap<(Kind, Outcome, Outcome), Vec<Area>>;

struct Node {
    area: Area,
    /// Rules of the old and new book, territories of the old and new book; shared with the pieces beside it.
    left: Rc<[Left; 4]>,
}

/// By kind and outcomes the areas that differ; whether they are all comes with it. The lists are the rules of the old and
/// the new book, then the territories of both.
pub(super) fn differences(
    space: &Space,
    lists: [&[Entry]; 4],
    settled: &Settled<'_>,
    budget: &mut Budget,
    mut possible: impl FnMut(&Area) -> bool,
) -> (Differences, bool) {
    let all = |entries: &[Entry]| entries.iter().enumerate().flat_map(|(e, entry)| (0..entry.areas.len()).map(move |a| (e, a))).collect();
    let mut waiting = vec![Node { area: Area::everything(), left: Rc::new(lists.map(all)) }];
    let mut found = Differences::new();
    while let Some(node) = waiting.pop() {
        let looked: usize = node.left.iter().map(Vec::len).sum();
        if !budget.take(1 + looked / 4) {
            return (found, false);
        }
        let left: Vec<Left> = node.left.iter().zip(lists).map(|(left, entries)| meeting(&node.area, left, entries)).collect();
        let same = |a: usize, b: usize| ids(&left[a], lists[a]).eq(ids(&left[b], lists[b]));
        let (same_rules, same_places) = (same(0, 1), same(2, 3));
        if same_rules && same_places {
            continue;
        }
        // Where only one book asks who owns the territory, which one it is tells whether somebody else gets the record.
        let asks = |list: usize| left[list].iter().any(|(entry, _)| lists[list][*entry].asks_territory);
        let same_places = same_places && asks(0) == asks(1);
        // The first entry that does not settle its part of the area splits it; entries that differ go first.
        let splitter = splitter(&node.area, &left, lists, same_rules, same_places);
        let Some(cut) = splitter else {
            if possible(&node.area)
                && let Some(change) = settled.change(&left, lists, same_places)
            {
                found.entry(change).or_default().push(node.area);
            }
            continue;
        };
        let mut left = left.into_iter();
        let kept: Rc<[Left; 4]> = Rc::new(std::array::from_fn(|_| left.next().unwrap_or_default()));
        if let Some(inside) = node.area.and(&cut) {
            waiting.push(Node { area: inside, left: kept.clone() });
        }
        for piece in node.area.minus(&cut, |axis| space.width(axis)) {
            waiting.push(Node { area: piece, left: kept.clone() });
        }
    }
    (found, true)
}

fn covers(area: &Area, (entry, position): (usize, usize), entries: &[Entry]) -> bool {
    area.within(&entries[entry].areas[position])
}

/// Keeps what meets the area, up to the first that is sure to take all of it.
fn meeting(area: &Area, left: &Left, entries: &[Entry]) -> Left {
    let mut kept = Left::new();
    for at in left {
        let entry = &entries[at.0];
        if !entry.areas[at.1].meets(area) {
            continue;
        }
        // An entry that covers the area with one of its areas needs no other.
        if kept.last().is_some_and(|k| k.0 == at.0 && covers(area, *k, entries)) {
            continue;
        }
        let covering = covers(area, *at, entries);
        if covering {
            while kept.last().is_some_and(|k| k.0 == at.0) {
                kept.pop();
            }
        }
        kept.push(*at);
        if covering && entry.sure {
            break;
        }
    }
    kept
}

/// The entries by their ids and areas: equal for both books where nothing differs.
fn ids<'a>(left: &'a Left, entries: &'a [Entry]) -> impl Iterator<Item = (usize, usize)> + 'a {
    left.iter().map(|(entry, area)| (entries[*entry].id, *area))
}

fn splitter(area: &Area, left: &[Left], lists: [&[Entry]; 4], same_rules: bool, same_places: bool) -> Option<Area> {
    let open = |list: usize| left[list].iter().find(|at| !covers(area, **at, lists[list])).map(|at| lists[list][at.0].areas[at.1].clone());
    let differing = |a: usize, b: usize| {
        let length = left[a].len().max(left[b].len());
        (0..length).find_map(|i| {
            let (one, other) = (left[a].get(i), left[b].get(i));
            let id = |list: usize, at: Option<&(usize, usize)>| at.map(|(e, p)| (lists[list][*e].id, *p));
            if id(a, one) == id(b, other) {
                return None;
            }
            let open = |list: usize, at: Option<&(usize, usize)>| {
                at.filter(|at| !covers(area, **at, lists[list])).map(|(e, p)| lists[list][*e].areas[*p].clone())
            };
            open(a, one).or_else(|| open(b, other))
        })
    };
    let first = if same_rules { None } else { differing(0, 1) };
    let second = if same_places { None } else { differing(2, 3) };
    first.or(second).or_else(|| open(0)).or_else(|| open(1)).or_else(|| {
        // Where the territories agree, which one it is matters to nobody.
        if same_places { None } else { open(2).or_else(|| open(3)) }
    })
}
