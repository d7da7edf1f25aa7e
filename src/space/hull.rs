//! Formulas to a few areas that hold them: what an index is made from.
//!
//! An index may let through too much, never too little: what it lets through is then asked of the condition itself. So
//! where a formula has more areas than are worth a row each, or asks what classes cannot answer, it is held by less exact
//! areas, and that is said.

use std::collections::HashMap;
use std::sync::Arc;

use super::axis::{Aspect, AxisId};
use super::formula::{Node, NodeId};
use super::{Area, ClassSet, Space};

/// Holds areas in which all of a formula lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hull {
    /// The areas, which may have points in common.
    pub areas: Vec<Area>,
    /// Whether the formula holds in all of them: nothing need be asked again.
    pub exact: bool,
}

/// Makes hulls of a space's formulas, each with at most so many areas; equal parts are looked at once.
#[derive(Debug)]
pub struct Hulls<'s> {
    space: &'s Space,
    most: usize,
    known: HashMap<NodeId, Arc<Hull>>,
}

impl<'s> Hulls<'s> {
    /// Begins with the most areas that a hull may have.
    #[must_use]
    pub fn new(space: &'s Space, most: usize) -> Self {
        Self { space, most: most.max(1), known: HashMap::new() }
    }

    /// Returns areas that hold a formula.
    pub fn of(&mut self, id: NodeId) -> Arc<Hull> {
        if let Some(known) = self.known.get(&id) {
            return known.clone();
        }
        let hull = match self.space.nodes.get(id.0 as usize) {
            None | Some(Node::False) => Hull { areas: Vec::new(), exact: true },
            Some(Node::True) => everything(true),
            Some(Node::Atom(axis, atom, holds)) => self.atom(*axis, *atom as usize, *holds),
            Some(Node::Search { axis, search, found }) => self.search(*axis, *search as usize, *found),
            Some(Node::Any(parts)) => self.union(&parts.clone()),
            Some(Node::All(parts)) => self.product(&parts.clone()),
        };
        let hull = Arc::new(hull);
        self.known.insert(id, hull.clone());
        hull
    }

    fn atom(&self, axis: AxisId, atom: usize, holds: bool) -> Hull {
        // How old something is changes from day to day, and facts are not known before they are asked.
        if matches!(self.space.axis(axis).key.aspect, Aspect::Fact(_) | Aspect::Age) {
            return everything(false);
        }
        let width = self.space.width(axis);
        let set = self.space.atoms[axis.index()].get(atom).cloned().unwrap_or_else(|| ClassSet::none(width));
        self.one_axis(axis, if holds { set } else { set.complement(width) }, true)
    }

    fn search(&self, axis: AxisId, search: usize, found: bool) -> Hull {
        let Some((told, free, _)) = self.space.searches[axis.index()].get(search) else {
            return Hull { areas: Vec::new(), exact: true };
        };
        let width = self.space.width(axis);
        let maybe = if found { told.or(free) } else { told.minus(free).complement(width) };
        self.one_axis(axis, maybe, free.is_empty())
    }

    fn one_axis(&self, axis: AxisId, set: ClassSet, exact: bool) -> Hull {
        let areas = if set.is_empty() {
            Vec::new()
        } else if set.count() == self.space.width(axis) {
            vec![Area::everything()]
        } else {
            vec![Area::everything().with(axis, Some(set))]
        };
        Hull { areas, exact }
    }

    fn union(&mut self, parts: &[NodeId]) -> Hull {
        let mut areas = Vec::new();
        let mut exact = true;
        for part in parts {
            let hull = self.of(*part);
            exact &= hull.exact;
            areas.extend(hull.areas.iter().cloned());
        }
        let areas = self.space.simplified(areas).areas;
        if areas.len() <= self.most { Hull { areas, exact } } else { Hull { areas: vec![self.around(&areas)], exact: false } }
    }

    fn product(&mut self, parts: &[NodeId]) -> Hull {
        let (areas, open) = self.together(parts);
        Hull { areas, exact: open.is_empty() }
    }

    /// Returns areas in which all of some formulas hold, and the positions of those that need not hold in all of them.
    pub fn together(&mut self, parts: &[NodeId]) -> (Vec<Area>, Vec<usize>) {
        let mut hulls: Vec<(usize, Arc<Hull>)> = parts.iter().map(|p| self.of(*p)).enumerate().collect();
        // The fewest areas first: when there are too many, what is left out is what tells least.
        hulls.sort_by_key(|(_, h)| h.areas.len());
        let mut areas = vec![Area::everything()];
        let mut open = Vec::new();
        for (position, hull) in hulls {
            let too_many = areas.len() * hull.areas.len() > self.most;
            if too_many || !hull.exact {
                open.push(position);
            }
            if too_many {
                let wide = self.around(&hull.areas);
                areas = areas.iter().filter_map(|a| a.and(&wide)).collect();
            } else {
                areas = areas.iter().flat_map(|a| hull.areas.iter().filter_map(|b| a.and(b))).collect();
                if areas.len() > 1 {
                    areas = self.space.simplified(areas).areas;
                }
            }
            if areas.is_empty() {
                return (areas, Vec::new());
            }
        }
        open.sort_unstable();
        (areas, open)
    }

    /// The smallest area that holds all of some.
    fn around(&self, areas: &[Area]) -> Area {
        let Some((first, rest)) = areas.split_first() else { return Area::everything() };
        let mut whole = Area::everything();
        for (axis, set) in first.restricts() {
            let joined = rest.iter().try_fold(set.clone(), |joined, other| Some(joined.or(other.on(axis)?)));
            if let Some(joined) = joined.filter(|j| j.count() < self.space.width(axis)) {
                whole = whole.with(axis, Some(joined));
            }
        }
        whole
    }
}

fn everything(exact: bool) -> Hull {
    Hull { areas: vec![Area::everything()], exact }
}
