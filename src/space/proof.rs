//! What can be proved of a list of regions: which have points in common, which are hidden by those before them, and what
//! none of them claims.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::index::{Bits, Index};
use super::{Area, Budget, ClassSet, Region, Space, Verdict};

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

/// Some of the regions of a [`Ranked`].
#[derive(Clone, Debug)]
pub struct Among(Bits);

impl Among {
    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }
}

/// From how many later regions on it is asked first whether anything of one is free.
const MANY_OTHERS: usize = 64;

/// A later region that has something in common with one, which those before both do not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The later region, by position.
    pub other: usize,
    /// Whether a part that both claim is proved to be free; else the budget was spent.
    pub sure: bool,
    /// A part of the one that is free, or that was asked about. What the other claims of it is free too.
    free: Arc<Area>,
}

/// What a search for clashes has found so far.
struct Met {
    /// The regions that are still asked about.
    open: Among,
    found: BTreeMap<usize, Clash>,
}

/// Holds regions in an order, with an index of all their areas.
#[derive(Debug)]
pub struct Ranked<'s> {
    space: &'s Space,
    zone: &'s TimeZone,
    regions: Vec<Arc<Region>>,
    /// All areas with the position of their region, in the order of the regions.
    areas: Vec<Area>,
    owners: Vec<usize>,
    /// By region where its areas begin; one more at the end.
    starts: Vec<usize>,
    index: Index,
    /// Whether areas that meet may still have no record in common, by how dates lie to the present or by searches.
    contradicts: bool,
}

impl<'s> Ranked<'s> {
    /// Takes regions in the order in which they are considered.
    #[must_use]
    pub fn new(space: &'s Space, zone: &'s TimeZone, regions: Vec<Arc<Region>>) -> Self {
        // What no record can lie in covers nothing, and would only cut what others leave into pieces.
        let possible = |area: &&Area| space.can_be(area, zone);
        let owned = regions.iter().enumerate().flat_map(|(i, r)| r.areas.iter().filter(possible).map(move |a| (i, a.clone())));
        let (owners, areas): (Vec<usize>, Vec<Area>) = owned.unzip();
        let borrowed: Vec<&Area> = areas.iter().collect();
        let index = Index::new(space, &borrowed);
        let starts = (0..=regions.len()).map(|i| owners.partition_point(|o| *o < i)).collect();
        let contradicts = space.may_contradict();
        Self { space, zone, regions, areas, owners, starts, index, contradicts }
    }

    /// Returns none of the regions before a position, to add some.
    #[must_use]
    pub fn none(&self, before: usize) -> Among {
        let count = self.starts.get(before).copied().unwrap_or(self.areas.len());
        Among(vec![0; count.div_ceil(64)].into())
    }

    /// Returns all regions before a position.
    #[must_use]
    pub fn all_before(&self, position: usize) -> Among {
        Among(self.index.first(self.starts.get(position).copied().unwrap_or(self.areas.len())))
    }

    /// Returns those of some that come before a position.
    #[must_use]
    pub fn before(&self, some: &Among, position: usize) -> Among {
        let mut first = self.index.first(self.starts.get(position).copied().unwrap_or(self.areas.len()));
        let shared = first.iter_mut().enumerate();
        shared.for_each(|(at, word)| *word &= some.0.get(at).copied().unwrap_or(0));
        Among(first)
    }

    /// Adds a region to some, or takes it out.
    pub fn set(&self, some: &mut Among, position: usize, present: bool) {
        for area in self.starts[position]..self.starts[position + 1] {
            if let Some(word) = some.0.get_mut(area / 64) {
                let bit = 1 << (area % 64);
                *word = if present { *word | bit } else { *word & !bit };
            }
        }
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

    /// Returns a part that both regions of a clash claim, one that asks few free questions if there is one.
    #[must_use]
    pub fn part(&self, one: usize, clash: &Clash) -> Area {
        let (one, other) = (&self.regions[one], &self.regions[clash.other]);
        let both = one.areas.iter().flat_map(|a| other.areas.iter().filter_map(|b| a.and(b)?.and(&clash.free)));
        both.filter(|area| self.space.can_be(area, self.zone))
            .map(|area| self.space.settled(area))
            .min_by_key(|area| (self.space.facts_in(area), area.restricts().len()))
            .unwrap_or_else(|| (*clash.free).clone())
    }

    /// Returns whether a region is hidden by those before it that a filter admits.
    pub fn hidden(&self, position: usize, budget: &mut Budget, admits: impl Fn(usize) -> bool) -> Hiding {
        let mut among = self.none(position);
        (0..position).filter(|other| admits(*other)).for_each(|other| self.set(&mut among, other, true));
        self.hidden_by(position, &among, budget)
    }

    /// Returns whether a region is hidden by some others.
    pub fn hidden_by(&self, position: usize, among: &Among, budget: &mut Budget) -> Hiding {
        let region = &self.regions[position];
        let possible = |area: &Area| self.space.can_be(area, self.zone);
        if !region.areas.iter().any(possible) {
            return Hiding::Empty;
        }
        let mut needed: BTreeSet<usize> = BTreeSet::new();
        for area in &region.areas {
            match self.space.hole_among(area, (&self.index, &self.areas, among.0.clone()), budget, possible) {
                Verdict::Hole(hole) => return Hiding::Seen(hole),
                Verdict::Undecided => return Hiding::Undecided,
                Verdict::Covered(used) => needed.extend(used.into_iter().map(|i| self.owners[i])),
            }
        }
        Hiding::Hidden(self.minimal(region, needed, budget))
    }

    /// Lists which of some later regions have a part in common with one that is free of some earlier ones, by position.
    ///
    /// A part found free for one of them is tried on all others at once, so most need no search of their own. When the budget
    /// is spent the rest of those that meet the one are listed as not sure.
    pub fn clashes(&self, one: usize, others: &[usize], earlier: &Among, budget: &mut Budget) -> Vec<Clash> {
        let mut met = Met { open: self.none(self.regions.len()), found: BTreeMap::new() };
        others.iter().for_each(|other| self.set(&mut met.open, *other, true));
        let possible = |area: &Area| self.space.can_be(area, self.zone);
        let mut whole: Vec<Area> = self.regions[one].areas.iter().filter(|area| possible(area)).cloned().collect();
        // What asks no free question is shown by an example more easily.
        whole.sort_by_cached_key(|area| (self.space.facts_in(area), area.restricts().len()));
        if earlier.is_empty() {
            whole.into_iter().for_each(|area| self.meet(area, true, &mut met));
            return met.found.into_values().collect();
        }
        // Before many are asked about, whether anything of the one is free.
        let mut nothing_free = others.len() > MANY_OTHERS;
        for area in whole.iter().take_while(|_| others.len() > MANY_OTHERS) {
            match self.free(area, earlier, budget) {
                Verdict::Hole(hole) => {
                    nothing_free = false;
                    self.meet(hole, true, &mut met);
                }
                Verdict::Undecided => nothing_free = false,
                Verdict::Covered(_) => {}
            }
        }
        for other in others.iter().filter(|_| !nothing_free) {
            if met.found.contains_key(other) {
                continue;
            }
            let pairs = whole.iter().flat_map(|a| self.regions[*other].areas.iter().filter_map(|b| a.and(b)));
            for area in pairs.filter(possible).collect::<Vec<Area>>() {
                if let Verdict::Hole(hole) = self.free(&area, earlier, budget) {
                    self.meet(hole, true, &mut met);
                    break;
                }
            }
            if budget.spent() {
                // What is left has something in common with the one; whether that is free is not known.
                whole.into_iter().for_each(|area| self.meet(area, false, &mut met));
                break;
            }
            self.set(&mut met.open, *other, false);
        }
        met.found.into_values().collect()
    }

    /// Looks for a part of an area that some regions leave free.
    fn free(&self, area: &Area, of: &Among, budget: &mut Budget) -> Verdict {
        let possible = |area: &Area| self.space.can_be(area, self.zone);
        self.space.hole_among(area, (&self.index, &self.areas, of.0.clone()), budget, possible)
    }

    /// Notes all that meet a part that is free, or may be.
    fn meet(&self, free: Area, sure: bool, met: &mut Met) {
        let mut meeting = met.open.0.clone();
        self.index.meet(&free, &mut meeting);
        let free = Arc::new(free);
        for at in ClassSet::iter_words(&meeting) {
            let other = self.owners[at];
            let fits = || !self.contradicts || free.and(&self.areas[at]).is_some_and(|area| self.space.can_be(&area, self.zone));
            if !met.found.contains_key(&other) && fits() {
                met.found.insert(other, Clash { other, sure, free: free.clone() });
                self.set(&mut met.open, other, false);
            }
        }
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

    /// Lists what some regions leave of some areas, as areas as large as they can be; whether the list is complete comes with it.
    pub fn left_by(&self, within: &[Area], some: &Among, most: usize, budget: &mut Budget) -> (Vec<Area>, bool) {
        let near = |area: &Area| {
            let mut met = some.0.clone();
            self.index.meet(area, &mut met);
            ClassSet::iter_words(&met).map(|i| &self.areas[i]).collect()
        };
        self.space.holes_near(within, near, most, budget, |area| self.space.can_be(area, self.zone))
    }

    /// Lists what no region claims of some areas, as areas as large as they can be; whether the list is complete comes with it.
    pub fn gaps(&self, within: &[Area], most: usize, budget: &mut Budget) -> (Vec<Area>, bool) {
        let cover: Vec<&Area> = self.areas.iter().collect();
        self.space.holes(within, (&cover, &self.index), most, budget, |area| self.space.can_be(area, self.zone))
    }
}
