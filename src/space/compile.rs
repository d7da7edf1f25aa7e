//! Formulas to regions: unions of areas, simplified as they grow.

use std::collections::HashMap;
use std::sync::Arc;

use super::axis::{Aspect, Axis, AxisId, AxisKey, Class};
use super::fact::{Fact, Question};
use super::formula::{ANY_CASE, Formulas, Node, NodeId};
use super::named::Closed;
use super::wish::AllSearched;
use super::{Area, ClassSet, Region, Space};
use crate::model::Type;

/// How many areas a region may have. What has more becomes a free fact, so nothing false can be proved from it.
const MOST_AREAS: usize = 512;

/// How many areas a region may have that is made from one that has as many already: all territories of a book together.
const MOST_OF_MANY: usize = 1 << 16;

/// How many areas a product may have before it is simplified, for each that it may have afterwards.
const MOST_BEFORE: usize = 4;

/// How many pairs of areas a product may try, for each area that it may have.
const MOST_PAIRS: usize = 32;

/// How many areas are simplified in all before conditions are expected to be small, so that no book takes for ever.
const MOST_WORK: usize = 1 << 20;

/// How many areas a region may have from then on.
const MOST_AREAS_LATE: usize = 32;

/// How many pairs of areas are compared to leave out those that lie in others.
const MOST_COMPARED: usize = 512;

impl Space {
    pub(super) fn new(formulas: Formulas, books: usize) -> Self {
        let nodes = formulas.nodes;
        let mut space = Self {
            axes: Vec::new(),
            atoms: Vec::new(),
            searches: Vec::new(),
            searched: Default::default(),
            nodes,
            named: formulas.named,
            books,
            closed: Vec::new(),
            regions: HashMap::new(),
            work: 0,
            possible: Default::default(),
        };
        for draft in formulas.axes {
            let facts: Vec<AxisId> = draft.searches.iter().map(|s| s.fact).collect();
            let asked = AllSearched::asked(&draft);
            let cut = super::cut::cut(draft);
            space.searched.add(AxisId::from_index(space.axes.len()), &cut.axis, asked);
            space.axes.push(cut.axis);
            space.atoms.push(cut.atoms);
            space.searches.push(cut.searches.into_iter().zip(facts).map(|((found, free), fact)| (found, free, fact)).collect());
        }
        space.searched.pair(&space.axes);
        space.tell_apart();
        space
    }

    /// Says of questions in the same words that in one book capitals do not matter.
    fn tell_apart(&mut self) {
        let facts = || self.axes.iter().filter(|axis| axis.fact.is_some());
        let twice = |axis: &Axis| facts().filter(|other| other.key.path == axis.key.path && other.written == axis.written).count() > 1;
        let any_case = |axis: &Axis| axis.fact.as_ref().is_some_and(|fact| fact.any_case());
        let both: Vec<usize> = if self.books < 2 {
            Vec::new()
        } else {
            (0..self.axes.len()).filter(|at| any_case(&self.axes[*at]) && twice(&self.axes[*at])).collect()
        };
        for at in both {
            self.axes[at].written = format!("{} {ANY_CASE}", self.axes[at].written).into();
        }
    }

    /// Returns where a formula holds.
    pub fn region(&mut self, id: NodeId) -> Arc<Region> {
        if let Some(known) = self.regions.get(&id) {
            return known.clone();
        }
        let mut largest = 0;
        let region = match self.nodes.get(id.0 as usize).cloned() {
            None | Some(Node::False) => Region::nothing(),
            Some(Node::True) => Region::everything(),
            Some(Node::Atom(axis, atom, holds)) => {
                let set = self.atoms[axis.index()].get(atom as usize).cloned();
                let set = set.unwrap_or_else(|| ClassSet::none(self.width(axis)));
                self.one_axis(axis, if holds { set } else { set.complement(self.width(axis)) })
            }
            Some(Node::Search { axis, search, found }) => self.search(axis, search as usize, found),
            Some(Node::Any(parts)) => {
                let mut areas = Vec::new();
                for part in parts.iter() {
                    areas.extend(self.region(*part).areas.iter().cloned());
                }
                self.work += areas.len();
                // A union holds no more than what is joined: a thousand territories are a thousand areas and no more.
                largest = areas.len();
                self.simplified(areas)
            }
            Some(Node::All(parts)) => match self.intersection(&parts) {
                Some(region) => {
                    largest = region.areas.len();
                    region
                }
                None => self.too_complex(id),
            },
        };
        let region = if region.areas.len() > self.most_areas_of(largest) { self.too_complex(id) } else { region };
        let region = Arc::new(region);
        self.regions.insert(id, region.clone());
        region
    }

    fn one_axis(&self, axis: AxisId, set: ClassSet) -> Region {
        if set.is_empty() {
            Region::nothing()
        } else if set.count() == self.width(axis) {
            Region::everything()
        } else {
            Region { areas: vec![Area::everything().with(axis, Some(set))] }
        }
    }

    /// Where a search finds something; the opposite holds everywhere else, blank included.
    fn search(&self, axis: AxisId, search: usize, found: bool) -> Region {
        let Some((told, free, fact)) = self.searches[axis.index()].get(search) else { return Region::nothing() };
        let width = self.width(axis);
        let yes = ClassSet::of(self.width(*fact), self.axes[fact.index()].position(&Class::Yes));
        let answer = if found { yes.clone() } else { yes.complement(self.width(*fact)) };
        let told = told.minus(free);
        let told = if found { told } else { told.or(free).complement(width) };
        let mut areas = self.one_axis(axis, told).areas;
        if !free.is_empty() {
            areas.push(Area::everything().with(axis, Some(free.clone())).with(*fact, Some(answer)));
        }
        Region { areas }
    }

    fn intersection(&mut self, parts: &[NodeId]) -> Option<Region> {
        let mut regions: Vec<Arc<Region>> = parts.iter().map(|p| self.region(*p)).collect();
        // The fewest areas first, so that what is empty is found early.
        regions.sort_by_key(|r| r.areas.len());
        let largest = regions.last().map_or(0, |r| r.areas.len());
        let mut areas = vec![Area::everything()];
        for region in regions {
            // Narrowing what has many areas leaves as many.
            let most = self.most_areas_of(largest);
            if areas.len().saturating_mul(region.areas.len()) > most * MOST_PAIRS {
                return None;
            }
            let mut next = Vec::new();
            for one in &areas {
                // Searches of one text may contradict each other, and then no record lies there.
                next.extend(region.areas.iter().filter_map(|other| one.and(other)).filter(|area| self.texts_can_be(area)));
                if next.len() > most * MOST_BEFORE {
                    return None;
                }
            }
            self.work += next.len();
            areas = self.simplified(next).areas;
            if areas.is_empty() {
                break;
            }
            if areas.len() > most {
                return None;
            }
        }
        Some(Region { areas })
    }

    /// How many areas a region may have that is made from one of that many.
    fn most_areas_of(&self, largest: usize) -> usize {
        if self.work > MOST_WORK { MOST_AREAS_LATE } else { MOST_AREAS.max(largest.min(MOST_OF_MANY)) }
    }

    fn too_complex(&mut self, id: NodeId) -> Region {
        let axis = AxisId::from_index(self.axes.len());
        let (words, closed) = self.named.words(id, self.closed.len() + 1, self.books);
        self.closed.push(closed);
        let words: Arc<str> = words.into();
        let fact = Fact { words: words.clone(), question: Question::Formula(id) };
        let classes = vec![Class::No, Class::Yes];
        let set = ClassSet::of(classes.len(), [1]);
        let key = AxisKey { path: Vec::new(), aspect: Aspect::Fact(words.clone()) };
        self.axes.push(Axis { key, written: words, ty: Type::YesNo, classes, fact: Some(Arc::new(fact)), spelling: Default::default() });
        self.atoms.push(Vec::new());
        self.searches.push(Vec::new());
        self.one_axis(axis, set)
    }

    /// Lists the conditions that have too many cases to be looked into: each is a free question.
    #[must_use]
    pub fn closed(&self) -> &[Closed] {
        &self.closed
    }

    /// Returns the union of some areas, simplified and [settled](Space::settled).
    #[must_use]
    pub fn joined(&self, areas: Vec<Area>) -> Region {
        self.simplified(areas.into_iter().map(|area| self.settled(area)).collect())
    }

    /// Returns what two unions of areas have in common, simplified; none when that is more areas than are worth listing.
    #[must_use]
    pub fn both(&self, one: &[Area], other: &[Area]) -> Option<Vec<Area>> {
        match (one, other) {
            ([a], [b]) => return Some(a.and(b).into_iter().collect()),
            _ if one.len().saturating_mul(other.len()) > MOST_AREAS * MOST_PAIRS => return None,
            _ => {}
        }
        let all: Vec<Area> = one.iter().flat_map(|a| other.iter().filter_map(|b| a.and(b))).collect();
        if all.len() > MOST_AREAS * MOST_BEFORE {
            return None;
        }
        Some(self.simplified(all).areas).filter(|areas| areas.len() <= MOST_AREAS)
    }

    /// Joins areas that differ on one axis only, and leaves out those that lie in others.
    pub(super) fn simplified(&self, mut areas: Vec<Area>) -> Region {
        if areas.iter().any(|a| a.restricts().len() == 0) {
            return Region::everything();
        }
        areas.sort_unstable();
        areas.dedup();
        for _ in 0..3 {
            let before = areas.len();
            if before < 2 {
                break;
            }
            let mut axes: Vec<AxisId> = areas.iter().flat_map(|a| a.restricts().map(|(axis, _)| axis)).collect();
            axes.sort_unstable();
            axes.dedup();
            for axis in axes {
                self.joined_along(&mut areas, axis);
            }
            if areas.len() == before {
                break;
            }
        }
        if areas.len() <= MOST_COMPARED {
            let mut kept: Vec<Area> = Vec::with_capacity(areas.len());
            // Those that restrict little come first and take in the others.
            areas.sort_by_key(|a| a.restricts().len());
            for area in areas {
                if !kept.iter().any(|k| area.within(k)) {
                    kept.push(area);
                }
            }
            areas = kept;
        }
        areas.sort_unstable();
        areas.dedup();
        Region { areas }
    }

    /// Joins the areas that agree on every other axis; those that leave the axis alone stay as they are.
    fn joined_along(&self, areas: &mut Vec<Area>, axis: AxisId) {
        fn others(area: &Area, axis: AxisId) -> impl Iterator<Item = (AxisId, &ClassSet)> {
            area.restricts().filter(move |(a, _)| *a != axis)
        }
        let mut touching: Vec<usize> = (0..areas.len()).filter(|i| areas[*i].on(axis).is_some()).collect();
        touching.sort_by(|a, b| others(&areas[*a], axis).cmp(others(&areas[*b], axis)).then(a.cmp(b)));
        let (mut grown, mut gone) = (Vec::new(), Vec::new());
        for group in touching.chunk_by(|a, b| others(&areas[*a], axis).eq(others(&areas[*b], axis))) {
            let [first, rest @ ..] = group else { continue };
            let sets = group.iter().filter_map(|i| areas[*i].on(axis));
            if let (false, Some(joined)) = (rest.is_empty(), sets.cloned().reduce(|a, b| a.or(&b))) {
                let whole = joined.count() == self.width(axis);
                grown.push((*first, areas[*first].with(axis, (!whole).then_some(joined))));
                gone.extend(rest);
            }
        }
        for (at, area) in grown {
            areas[at] = area;
        }
        gone.sort_unstable();
        let mut position = 0;
        areas.retain(|_| {
            position += 1;
            gone.binary_search(&(position - 1)).is_err()
        });
    }
}
