//! The box search: is an area covered by others, and if not, where is a hole.
//!
//! Areas that do not meet the one in question are dropped; one that covers it closes the branch; else the area is split
//! along the other that leaves out least, and each piece is looked at in the same way. A budget bounds the work, so that
//! the answer may be "undecided" but is never late.

use super::index::Index;
use super::{Area, AxisId, ClassSet, Space};

/// How much work a search may still do, counted in areas looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    left: u64,
}

impl Budget {
    /// Allows that many areas to be looked at.
    #[must_use]
    pub fn new(areas: u64) -> Self {
        Self { left: areas }
    }

    /// Returns whether it is spent.
    #[must_use]
    pub fn spent(&self) -> bool {
        self.left == 0
    }

    /// Takes some; `false` when there is not so much left.
    pub fn take(&mut self, areas: usize) -> bool {
        let wanted = u64::try_from(areas).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(wanted);
        self.left > 0
    }
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
        let mut used = vec![false; cover.len()];
        let first: Vec<usize> = (0..cover.len()).filter(|i| cover[*i].meets(within)).collect();
        if !budget.take(cover.len().div_ceil(16)) {
            return Verdict::Undecided;
        }
        let mut waiting = vec![(within.clone(), first)];
        while let Some((area, candidates)) = waiting.pop() {
            if !budget.take(1 + candidates.len() / 8) {
                return Verdict::Undecided;
            }
            let mut best: Option<(usize, usize)> = None;
            for candidate in &candidates {
                let left_out = area.cut_by(cover[*candidate]);
                if best.is_none_or(|(least, _)| left_out < least) {
                    best = Some((left_out, *candidate));
                    if left_out == 0 {
                        break;
                    }
                }
            }
            let Some((left_out, splitter)) = best else {
                if possible(&area) {
                    return Verdict::Hole(self.settled(area));
                }
                continue;
            };
            used[splitter] = true;
            if left_out == 0 {
                continue;
            }
            let mut pieces: Vec<(Area, Vec<usize>)> = area
                .minus(cover[splitter], |axis| self.width(axis))
                .into_iter()
                .map(|piece| {
                    let meeting = candidates.iter().copied().filter(|c| cover[*c].meets(&piece)).collect();
                    (piece, meeting)
                })
                .collect();
            // The piece that the fewest meet is looked at first: if there is a hole, it is most likely there.
            pieces.sort_by_key(|(_, meeting)| std::cmp::Reverse(meeting.len()));
            waiting.append(&mut pieces);
        }
        Verdict::Covered((0..cover.len()).filter(|i| used[*i]).collect())
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
            let mut blocked = false;
            for other in cover.iter().filter(|c| area.meets_but(c, axis)) {
                match other.on(axis) {
                    Some(set) => taken = taken.or(set),
                    None => blocked = true,
                }
            }
            if blocked {
                continue;
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
            Aspect::Value(_) | Aspect::Domain => 0,
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
        mut possible: impl FnMut(&Area) -> bool,
    ) -> (Vec<Area>, bool) {
        let mut found: Vec<Area> = Vec::new();
        for area in within {
            let near: Vec<&Area> = index.meeting(self, area, cover).into_iter().map(|i| cover[i]).collect();
            let mut waiting: Vec<(Area, Vec<u32>)> = vec![(area.clone(), (0..near.len()).filter_map(|i| u32::try_from(i).ok()).collect())];
            while let Some((piece, candidates)) = waiting.pop() {
                if !budget.take(1 + (candidates.len() + found.len()) / 8) {
                    return (found, false);
                }
                // What was found covers like the rest, so that nothing is listed twice.
                let known = found.iter().filter(|f| f.meets(&piece));
                let best = candidates.iter().map(|c| near[*c as usize]).chain(known).min_by_key(|c| piece.cut_by(c));
                let Some(splitter) = best.cloned() else {
                    if possible(&piece) {
                        found.push(self.settled(self.widened(&piece, area, &near)));
                        if found.len() >= most {
                            return (found, false);
                        }
                    }
                    continue;
                };
                for part in piece.minus(&splitter, |axis| self.width(axis)) {
                    let meeting = candidates.iter().copied().filter(|c| near[*c as usize].meets(&part)).collect();
                    waiting.push((part, meeting));
                }
            }
        }
        (found, true)
    }
}
