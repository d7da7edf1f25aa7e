//! An index of areas: which of many meet a given one. Per axis and bucket of classes one row of bits over the areas.

use super::{Area, AxisId, ClassSet, Space};

/// How many rows an axis may have; classes beyond that share rows, and what the rows let through is compared.
const MOST_ROWS: usize = 256;

/// Finds the areas of a list that meet another.
#[derive(Clone, Debug)]
pub struct Index {
    words: usize,
    /// The axes that some area restricts, with their rows.
    axes: Vec<(AxisId, Vec<Vec<u64>>)>,
}

impl Index {
    /// Makes the index of a list of areas.
    #[must_use]
    pub fn new(space: &Space, areas: &[&Area]) -> Self {
        let words = areas.len().div_ceil(64);
        let mut restricted: Vec<AxisId> = areas.iter().flat_map(|a| a.restricts().map(|(axis, _)| axis)).collect();
        restricted.sort_unstable();
        restricted.dedup();
        let mut axes: Vec<(AxisId, Vec<Vec<u64>>)> = Vec::with_capacity(restricted.len());
        for axis in restricted {
            let rows = space.width(axis).min(MOST_ROWS);
            // First whoever does not restrict the axis: in every row.
            let mut base = vec![0_u64; words];
            for (position, area) in areas.iter().enumerate() {
                if area.on(axis).is_none() {
                    base[position / 64] |= 1 << (position % 64);
                }
            }
            let mut table = vec![base; rows];
            for (position, area) in areas.iter().enumerate() {
                if let Some(set) = area.on(axis) {
                    for class in set.iter() {
                        table[bucket(space, axis, class)][position / 64] |= 1 << (position % 64);
                    }
                }
            }
            axes.push((axis, table));
        }
        Self { words, axes }
    }

    /// Lists the positions of the areas that meet one, in order.
    #[must_use]
    pub fn meeting(&self, space: &Space, area: &Area, areas: &[&Area]) -> Vec<usize> {
        self.meeting_by(space, area, areas.len(), |i| areas.get(i).copied())
    }

    /// Lists the positions of the areas that meet one, in order; `at` gives the area of a position.
    pub(super) fn meeting_by<'a>(&self, space: &Space, area: &Area, count: usize, at: impl Fn(usize) -> Option<&'a Area>) -> Vec<usize> {
        let mut left = vec![u64::MAX; self.words];
        let mut exact = true;
        for (axis, table) in &self.axes {
            let Some(set) = area.on(*axis) else { continue };
            exact &= space.width(*axis) <= MOST_ROWS;
            let mut row = vec![0_u64; self.words];
            let mut last = usize::MAX;
            for class in set.iter() {
                let bucket = bucket(space, *axis, class);
                if bucket != last {
                    row.iter_mut().zip(&table[bucket]).for_each(|(r, t)| *r |= t);
                    last = bucket;
                }
            }
            left.iter_mut().zip(&row).for_each(|(l, r)| *l &= r);
        }
        let positions = ClassSet::iter_words(&left).take_while(|p| *p < count);
        if exact { positions.collect() } else { positions.filter(|p| at(*p).is_some_and(|a| a.meets(area))).collect() }
    }
}

/// Neighbouring classes share a row when an axis has many.
fn bucket(space: &Space, axis: AxisId, class: usize) -> usize {
    let width = space.width(axis);
    if width <= MOST_ROWS { class } else { class * MOST_ROWS / width }
}
