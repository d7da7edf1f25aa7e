//! The box search: is an area covered by others, and if not, where is a hole.
//!
//! Areas that do not meet the one in question are dropped; one that covers it closes the branch; else the area is split
//! along the other that leaves out least, and each piece is looked at in the same way. A budget bounds the work, so that
//! the answer may be "undecided" but is never late.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::index::{Bits, Index};
use super::local::{Local, numbers};
use super::{Area, AxisId, ClassSet, Space};

/// How much work all searches of one run may still do together, counted in areas looked at.
///
/// Each search has a [`Budget`] of its own, which also comes out of the purse: a book of ten thousand hard questions ends in
/// time, the later ones undecided.
#[derive(Clone, Debug)]
pub struct Purse(Arc<AtomicU64>);

impl Purse {
    /// Allows that many areas to be looked at in all.
    #[must_use]
    pub fn new(areas: u64) -> Self {
        Self(Arc::new(AtomicU64::new(areas)))
    }

    /// Returns a budget for one question.
    #[must_use]
    pub fn budget(&self, areas: u64) -> Budget {
        Budget { left: areas, purse: Some(self.clone()) }
    }

    fn left(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn take(&self, areas: u64) {
        self.0.store(self.left().saturating_sub(areas), Ordering::Relaxed);
    }
}

/// How much work a search may still do, counted in areas looked at.
#[derive(Clone, Debug)]
pub struct Budget {
    left: u64,
    purse: Option<Purse>,
}

impl Budget {
    /// Allows that many areas to be looked at.
    #[must_use]
    pub fn new(areas: u64) -> Self {
        Self { left: areas, purse: None }
    }

    /// Returns whether it is spent, or the purse it comes from.
    #[must_use]
    pub fn spent(&self) -> bool {
        self.left == 0 || self.purse.as_ref().is_some_and(|p| p.left() == 0)
    }

    /// Takes some; `false` when there is not so much left.
    pub fn take(&mut self, areas: usize) -> bool {
        let wanted = u64::try_from(areas).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(wanted);
        if let Some(purse) = &self.purse {
            purse.take(wanted);
        }
        !self.spent()
    }
}

/// What a hole costs in which searches of texts contradict each other, in areas looked at.
const REFUSED: usize = 4_000;

/// So few areas are compared one by one.
const FEW: usize = 6;

fn count(bits: &[u64]) -> usize {
    bits.iter().map(|w| w.count_ones() as usize).sum()
}

/// What a search found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every point is covered; names those areas of the cover that were needed, in order.
    Covered(Vec<usize>),
    /// No area of the cover meets this one.
    Hole(Area),
    /// The budget is spent.
    Undecided,
}

impl Space {
    /// Looks for a part of an area that no area of a cover meets.
    ///
    /// `possible` may refuse a hole that no record can lie in (dates that contradict each other); it then counts as covered.
    pub fn hole(&self, within: &Area, cover: &[&Area], budget: &mut Budget, mut possible: impl FnMut(&Area) -> bool) -> Verdict {
        let met: Vec<usize> = (0..cover.len()).filter(|i| cover[*i].meets(within)).collect();
        if !budget.take(cover.len().div_ceil(16)) {
            return Verdict::Undecided;
        }
        let near: Vec<&Area> = met.iter().map(|i| cover[*i]).collect();
        let local = Local::new(self, within, &near);
        let mut used = vec![false; near.len()];
        let mut waiting = vec![(local.whole(), numbers(near.len()))];
        while let Some((part, candidates)) = waiting.pop() {
            if !budget.take(1 + candidates.len() / 8) {
                return Verdict::Undecided;
            }
            let Some((left_out, splitter)) = local.splitter(&part, &candidates) else {
                let area = local.area(&part);
                if possible(&area) {
                    return Verdict::Hole(self.settled(area));
                }
                if !self.refused(budget) {
                    return Verdict::Undecided;
                }
                continue;
            };
            used[splitter as usize] = true;
            if left_out == 0 {
                continue;
            }
            let mut pieces = local.pieces(&part, splitter, &candidates);
            // The piece that the fewest meet is looked at first: if there is a hole, it is most likely there.
            pieces.sort_by_key(|(_, meeting)| std::cmp::Reverse(meeting.len()));
            waiting.append(&mut pieces);
        }
        Verdict::Covered(met.into_iter().zip(used).filter(|(_, used)| *used).map(|(i, _)| i).collect())
    }

    /// Counts a hole that no record can lie in; `false` when that is the last. Where texts are searched there may be very many
    /// of those, and none is found out by looking at areas alone.
    fn refused(&self, budget: &mut Budget) -> bool {
        !self.is_searched() || budget.take(REFUSED)
    }

    /// Looks for a part of an area that some of the areas of an index do not meet, as [`Space::hole`] does; what covers is
    /// named by position in the index.
    pub(super) fn hole_among(
        &self,
        within: &Area,
        (index, areas, mut among): (&Index, &[Area], Bits),
        budget: &mut Budget,
        mut possible: impl FnMut(&Area) -> bool,
    ) -> Verdict {
        let mut used: BTreeSet<usize> = BTreeSet::new();
        index.meet(within, &mut among);
        let mut waiting = vec![(within.clone(), among)];
        while let Some((part, among)) = waiting.pop() {
            let left = count(&among);
            if !budget.take(1 + left / 8) {
                return Verdict::Undecided;
            }
            if left <= FEW {
                let near: Vec<usize> = ClassSet::iter_words(&among).collect();
                let cover: Vec<&Area> = near.iter().map(|i| &areas[*i]).collect();
                match self.hole(&part, &cover, budget, &mut possible) {
                    Verdict::Covered(by) => used.extend(by.into_iter().map(|i| near[i])),
                    other => return other,
                }
                continue;
            }
            let Some((left_out, splitter)) = index.splitter(&part, areas, &among) else { continue };
            used.insert(splitter);
            if left_out == 0 {
                continue;
            }
            let mut rest = among;
            let mut pieces: Vec<(usize, Area, Bits)> = Vec::new();
            let mut inner = part.clone();
            for (axis, set) in areas[splitter].restricts() {
                let own = inner.on(axis).cloned().unwrap_or_else(|| ClassSet::all(self.width(axis)));
                let (outside, inside) = (own.minus(set), own.and(set));
                if outside.is_empty() {
                    continue;
                }
                let mut meeting = rest.clone();
                index.meet_on(axis, &outside, &mut meeting);
                pieces.push((count(&meeting), inner.with(axis, Some(outside)), meeting));
                index.meet_on(axis, &inside, &mut rest);
                inner = inner.with(axis, Some(inside));
            }
            pieces.sort_by_key(|(meeting, ..)| std::cmp::Reverse(*meeting));
            waiting.extend(pieces.into_iter().map(|(_, piece, meeting)| (piece, meeting)));
        }
        Verdict::Covered(used.into_iter().collect())
    }

    /// Makes a hole as large as it can be: on each axis all classes are taken in that keep it free of the cover.
    #[must_use]
    pub fn widened(&self, hole: &Area, within: &Area, cover: &[&Area]) -> Area {
        let mut area = hole.clone();
        let mut axes: Vec<AxisId> = hole.restricts().map(|(axis, _)| axis).collect();
        // Facts and days last: a hole is easiest to read without them, so they get what is left of the freedom first.
        axes.sort_by_key(|a| (std::cmp::Reverse(self.weight(*a)), *a));
        for axis in axes {
            let mut taken = ClassSet::none(self.width(axis));
            for other in cover.iter().filter(|c| area.meets_but(c, axis)) {
                // One that leaves the axis alone would meet the hole itself.
                if let Some(set) = other.on(axis) {
                    taken = taken.or(set);
                }
            }
            let mut free = taken.complement(self.width(axis));
            if let Some(own) = within.on(axis) {
                free = free.and(own);
            }
            area = area.with(axis, (free.count() < self.width(axis)).then_some(free));
        }
        area
    }

    /// How gladly an axis is given up in a description: facts first, then the day, then details of sets and dates.
    fn weight(&self, axis: AxisId) -> u8 {
        use super::Aspect;
        match self.axis(axis).key.aspect {
            Aspect::Fact(_) => 3,
            Aspect::Today => 2,
            Aspect::Age | Aspect::Element(_) => 1,
            Aspect::Value(_) | Aspect::Domain | Aspect::Territory | Aspect::Derived => 0,
        }
    }

    /// Lists what a cover leaves free, as [`Space::holes`] does, with an index made for the purpose.
    pub fn holes_of(
        &self,
        within: &[Area],
        cover: &[&Area],
        most: usize,
        budget: &mut Budget,
        possible: impl FnMut(&Area) -> bool,
    ) -> (Vec<Area>, bool) {
        self.holes(within, (cover, &Index::new(self, cover)), most, budget, possible)
    }

    /// Lists what a cover leaves free of a region as areas as large as they can be, at most that many; whether the list
    /// is complete comes with it.
    pub fn holes(
        &self,
        within: &[Area],
        (cover, index): (&[&Area], &Index),
        most: usize,
        budget: &mut Budget,
        possible: impl FnMut(&Area) -> bool,
    ) -> (Vec<Area>, bool) {
        self.holes_near(within, |area| index.meeting(area).into_iter().map(|i| cover[i]).collect(), most, budget, possible)
    }

    /// Lists what a cover leaves free, as [`Space::holes`] does; `near` finds the areas of the cover that meet one.
    pub(super) fn holes_near<'c>(
        &self,
        within: &[Area],
        near: impl Fn(&Area) -> Vec<&'c Area>,
        most: usize,
        budget: &mut Budget,
        mut possible: impl FnMut(&Area) -> bool,
    ) -> (Vec<Area>, bool) {
        let mut found: Vec<Area> = Vec::new();
        for area in within {
            let mut near: Vec<&Area> = near(area);
            let own = numbers(near.len());
            near.extend(found.iter().filter(|f| f.meets(area)));
            if !budget.take(near.len()) {
                return (found, false);
            }
            let mut local = Local::new(self, area, &near);
            // What was found covers like the rest, so that nothing is listed twice.
            let mut waiting = vec![(local.whole(), numbers(near.len()), 0)];
            let mut fresh: Vec<u32> = Vec::new();
            while let Some((part, mut candidates, known)) = waiting.pop() {
                candidates.extend(fresh[known..].iter().copied().filter(|f| local.meets(&part, *f)));
                if !budget.take(1 + candidates.len() / 8) {
                    return (found, false);
                }
                let Some((left_out, splitter)) = local.splitter(&part, &candidates) else {
                    let hole = local.area(&part);
                    if possible(&hole) {
                        if !budget.take(own.len() / 4) {
                            return (found, false);
                        }
                        let wide = local.widened(&part, &own, |axis| (std::cmp::Reverse(self.weight(axis)), axis));
                        found.push(self.settled(local.area(&wide)));
                        fresh.push(local.cover_with(&wide));
                        if found.len() >= most {
                            return (found, false);
                        }
                    } else if !self.refused(budget) {
                        return (found, false);
                    }
                    continue;
                };
                if left_out > 0 {
                    let pieces = local.pieces(&part, splitter, &candidates).into_iter();
                    waiting.extend(pieces.map(|(piece, meeting)| (piece, meeting, fresh.len())));
                }
            }
        }
        (found, true)
    }
}
