//! Areas (boxes: one set of classes for each axis) and regions (unions of areas).
//!
//! An area names only the axes it restricts, so books with many fields cost what their conditions ask for.

use super::{AxisId, ClassSet};

/// Holds a box of the space: a point lies inside when its class is in the set of every axis named.
///
/// Axes come in order and only once; no set is empty, and none is the whole axis.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Area {
    sets: Vec<(AxisId, ClassSet)>,
}

impl Area {
    /// Returns the whole space.
    #[must_use]
    pub fn everything() -> Self {
        Self::default()
    }

    /// Yields the axes it restricts, in order, with the classes left.
    pub fn restricts(&self) -> impl ExactSizeIterator<Item = (AxisId, &ClassSet)> {
        self.sets.iter().map(|(axis, set)| (*axis, set))
    }

    /// Returns the classes left of an axis; none means all.
    #[must_use]
    pub fn on(&self, axis: AxisId) -> Option<&ClassSet> {
        // Areas restrict few axes, and a walk is then faster than a search.
        self.sets.iter().find(|(a, _)| *a == axis).map(|(_, set)| set)
    }

    /// Returns the area cut down to some classes of an axis; none when nothing is left.
    #[must_use]
    pub fn cut(&self, axis: AxisId, set: &ClassSet) -> Option<Self> {
        let mut sets = self.sets.clone();
        match sets.binary_search_by_key(&axis, |(a, _)| *a) {
            Ok(at) => {
                let left = sets[at].1.and(set);
                if left.is_empty() {
                    return None;
                }
                sets[at].1 = left;
            }
            Err(at) => {
                if set.is_empty() {
                    return None;
                }
                sets.insert(at, (axis, set.clone()));
            }
        }
        Some(Self { sets })
    }

    /// Returns the area with the set of an axis replaced; none in place of a set lifts the restriction.
    #[must_use]
    pub fn with(&self, axis: AxisId, set: Option<ClassSet>) -> Self {
        let mut sets = self.sets.clone();
        match (sets.binary_search_by_key(&axis, |(a, _)| *a), set) {
            (Ok(at), Some(set)) => sets[at].1 = set,
            (Ok(at), None) => drop(sets.remove(at)),
            (Err(at), Some(set)) => sets.insert(at, (axis, set)),
            (Err(_), None) => {}
        }
        Self { sets }
    }

    /// Returns the area with the restrictions of some axes alone.
    #[must_use]
    pub fn only(&self, axes: impl Fn(AxisId) -> bool) -> Self {
        Self { sets: self.sets.iter().filter(|(axis, _)| axes(*axis)).cloned().collect() }
    }

    /// Returns whether two areas have a point in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let (mut a, mut b) = (self.sets.iter().peekable(), other.sets.iter().peekable());
        while let (Some((left, ls)), Some((right, rs))) = (a.peek(), b.peek()) {
            match left.cmp(right) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    if !ls.meets(rs) {
                        return false;
                    }
                    a.next();
                    b.next();
                }
            }
        }
        true
    }

    /// Returns whether two areas have a point in common when one axis is left out of account.
    #[must_use]
    pub fn meets_but(&self, other: &Self, but: AxisId) -> bool {
        other.sets.iter().all(|(axis, set)| *axis == but || self.on(*axis).is_none_or(|own| own.meets(set)))
    }

    /// Returns what two areas have in common; none when that is nothing.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        if self.sets.is_empty() {
            return Some(other.clone());
        }
        let mut sets = Vec::with_capacity(self.sets.len() + other.sets.len());
        let (mut a, mut b) = (self.sets.iter().peekable(), other.sets.iter().peekable());
        loop {
            match (a.peek(), b.peek()) {
                (Some((left, ls)), Some((right, rs))) if left == right => {
                    let both = ls.and(rs);
                    if both.is_empty() {
                        return None;
                    }
                    sets.push((*left, both));
                    a.next();
                    b.next();
                }
                (Some(left), Some(right)) if left.0 < right.0 => sets.extend(a.next().cloned()),
                (Some(_), None) => sets.extend(a.next().cloned()),
                (_, Some(_)) => sets.extend(b.next().cloned()),
                (None, None) => return Some(Self { sets }),
            }
        }
    }

    /// Returns whether every point of this one lies in the other.
    #[must_use]
    pub fn within(&self, other: &Self) -> bool {
        other.sets.iter().all(|(axis, set)| self.on(*axis).is_some_and(|own| own.within(set)))
    }

    /// Lists the axes on which the other leaves out something of this one; none are left out when it covers this one.
    #[must_use]
    pub fn cut_by(&self, other: &Self) -> usize {
        other.sets.iter().filter(|(axis, set)| !self.on(*axis).is_some_and(|own| own.within(set))).count()
    }

    /// Splits what the other leaves over of this one into areas without common points; `width` tells how many classes an
    /// axis has.
    pub fn minus(&self, other: &Self, width: impl Fn(AxisId) -> usize) -> Vec<Self> {
        let mut pieces = Vec::new();
        let mut rest = self.clone();
        for (axis, set) in &other.sets {
            let own = rest.on(*axis).cloned().unwrap_or_else(|| ClassSet::all(width(*axis)));
            let outside = own.minus(set);
            if outside.is_empty() {
                continue;
            }
            let inside = own.and(set);
            pieces.push(rest.with(*axis, Some(outside)));
            if inside.is_empty() {
                return pieces;
            }
            rest = rest.with(*axis, Some(inside));
        }
        pieces
    }

    /// Returns the only axis on which two areas differ, when there is exactly one.
    #[must_use]
    pub fn differs_on_one(&self, other: &Self) -> Option<AxisId> {
        let mut differing = None;
        let (mut a, mut b) = (self.sets.iter().peekable(), other.sets.iter().peekable());
        loop {
            let axis = match (a.peek(), b.peek()) {
                (Some((left, ls)), Some((right, rs))) if left == right => {
                    let same = ls == rs;
                    let axis = *left;
                    a.next();
                    b.next();
                    if same {
                        continue;
                    }
                    axis
                }
                (Some((left, _)), right) if right.is_none_or(|r| *left < r.0) => {
                    let axis = *left;
                    a.next();
                    axis
                }
                (_, Some((right, _))) => {
                    let axis = *right;
                    b.next();
                    axis
                }
                (None, None) => return differing,
                (Some(_), None) => return None,
            };
            if differing.replace(axis).is_some() {
                return None;
            }
        }
    }
}

/// Holds a union of areas, which may have points in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// The areas; none means the region is empty.
    pub areas: Vec<Area>,
}

impl Region {
    /// Returns the empty region.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Returns the whole space.
    #[must_use]
    pub fn everything() -> Self {
        Self { areas: vec![Area::everything()] }
    }

    /// Returns whether no point lies in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.areas.is_empty()
    }

    /// Returns whether two regions have a point in common.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        self.areas.iter().any(|a| other.areas.iter().any(|b| a.meets(b)))
    }
}
