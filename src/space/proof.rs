//! What can be proved of a list of regions: which have points in common, which are hidden by those before them, and what
//! none of them claims.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::index::Index;
use super::{Area, Budget, Region, Space, Verdict};

/// Whether a region is hidden by others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hiding {
    /// Together these hide it, by position; without any one of them it would show.
    Hidden(Vec<usize>),
    /// This part of it is left.
    Seen(Area),
    /// Nothing to hide: it is empty.
    Empty,
    /// The budget is spent.
    Undecided,
}

/// How many regions that hide another together are tried without, one by one, to leave only those that are needed.
const MOST_MINIMISED: usize = 48;

/// Holds regions in an order, with an index of all their areas.
#[derive(Debug)]
pub struct Ranked<'s> {
    space: &'s Space,
    zone: &'s TimeZone,
    regions: Vec<Arc<Region>>,
    /// All areas with the position of their region, in the order of the regions.
    areas: Vec<Area>,
    owners: Vec<usize>,
    index: Index,
}

impl<'s> Ranked<'s> {
    /// Takes regions in the order in which they are considered.
    #[must_use]
    pub fn new(space: &'s Space, zone: &'s TimeZone, regions: Vec<Arc<Region>>) -> Self {
        let owned = regions.iter().enumerate().flat_map(|(i, r)| r.areas.iter().map(move |a| (i, a.clone())));
        let (owners, areas): (Vec<usize>, Vec<Area>) = owned.unzip();
        let borrowed: Vec<&Area> = areas.iter().collect();
        let index = Index::new(space, &borrowed);
        Self { space, zone, regions, areas, owners, index }
    }

    /// Returns the regions.
    #[must_use]
    pub fn regions(&self) -> &[Arc<Region>] {
        &self.regions
    }

    /// Lists the regions after one that have a point in common with it, by position.
    #[must_use]
    pub fn overlapping(&self, position: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for area in &self.regions[position].areas {
            let owners = self.index.meeting(area).into_iter().map(|i| self.owners[i]);
            found.extend(owners.filter(|o| *o > position));
        }
        if self.regions[position].areas.len() > 1 {
            found.sort_unstable();
        }
        found.dedup();
        found
    }

    /// Returns a part that two regions have in common and in which a record can lie.
    #[must_use]
    pub fn common(&self, one: usize, other: usize) -> Option<Area> {
        let (one, other) = (&self.regions[one], &self.regions[other]);
        let both = one.areas.iter().flat_map(|a| other.areas.iter().filter_map(|b| a.and(b)));
        both.filter(|area| self.space.can_be(area, self.zone))
            .map(|area| self.space.settled(area))
            .min_by_key(|area| area.restricts().len())
    }

    /// Returns whether a region is hidden by those before it that a filter admits.
    pub fn hidden(&self, position: usize, budget: &mut Budget, admits: impl Fn(usize) -> bool) -> Hiding {
        let region = &self.regions[position];
        let possible = |area: &Area| self.space.can_be(area, self.zone);
        if !region.areas.iter().any(possible) {
            return Hiding::Empty;
        }
        let mut needed: BTreeSet<usize> = BTreeSet::new();
        let mut among = self.index.first(self.owners.partition_point(|o| *o < position));
        for (word, bits) in among.iter_mut().enumerate() {
            let owners = self.owners[word * 64..].iter().take(64);
            let out = owners.enumerate().filter(|(_, o)| !admits(**o)).fold(0, |out, (bit, _)| out | 1 << bit);
            *bits &= !out;
        }
        for area in &region.areas {
            match self.space.hole_among(area, (&self.index, &self.areas, among.clone()), budget, possible) {
                Verdict::Hole(hole) => return Hiding::Seen(hole),
                Verdict::Undecided => return Hiding::Undecided,
                Verdict::Covered(used) => needed.extend(used.into_iter().map(|i| self.owners[i])),
            }
        }
        Hiding::Hidden(self.minimal(region, needed, budget))
    }

    /// Leaves out what is not needed to hide a region, the last considered first.
    fn minimal(&self, region: &Region, needed: BTreeSet<usize>, budget: &mut Budget) -> Vec<usize> {
        let mut needed: Vec<usize> = needed.into_iter().collect();
        if needed.len() > MOST_MINIMISED {
            return needed;
        }
        for candidate in needed.clone().into_iter().rev() {
            let rest: Vec<usize> = needed.iter().copied().filter(|n| *n != candidate).collect();
            let cover: Vec<&Area> = rest.iter().flat_map(|n| &self.regions[*n].areas).collect();
            let possible = |area: &Area| self.space.can_be(area, self.zone);
            let hides = |area: &Area, budget: &mut Budget| matches!(self.space.hole(area, &cover, budget, possible), Verdict::Covered(_));
            if region.areas.iter().all(|area| hides(area, budget)) {
                needed = rest;
            }
        }
        needed
    }

    /// Lists what no region claims of some areas, as areas as large as they can be; whether the list is complete comes with it.
    pub fn gaps(&self, within: &[Area], most: usize, budget: &mut Budget) -> (Vec<Area>, bool) {
        let cover: Vec<&Area> = self.areas.iter().collect();
        self.space.holes(within, (&cover, &self.index), most, budget, |area| self.space.can_be(area, self.zone))
    }
}
