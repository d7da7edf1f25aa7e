//! An index of areas: which of many meet a given one, and which cover it. Per axis and class one row of bits over the
//! areas; a class that few areas name keeps a short list instead, so wide axes cost what is asked of them.

use super::{Area, AxisId, ClassSet, Space};

/// A set of areas by position, as bits.
pub(super) type Bits = Box<[u64]>;

/// Finds the areas of a list that meet another.
#[derive(Clone, Debug)]
pub struct Index {
    count: usize,
    /// The axes that some area restricts.
    axes: Vec<AxisRows>,
}

#[derive(Clone, Debug)]
struct AxisRows {
    id: AxisId,
    /// The areas that leave the axis alone.
    free: Bits,
    /// By class the areas that restrict the axis and take it.
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
enum Row {
    Few(Vec<u32>),
    Bits(Bits),
}

impl Row {
    fn insert(&mut self, position: u32, words: usize) {
        match self {
            Self::Few(few) if few.len() < words => few.push(position),
            Self::Few(few) => {
                let mut bits: Bits = vec![0; words].into();
                few.iter().for_each(|p| set(&mut bits, *p));
                set(&mut bits, position);
                *self = Self::Bits(bits);
            }
            Self::Bits(bits) => set(bits, position),
        }
    }

    fn add_to(&self, bits: &mut [u64]) {
        match self {
            Self::Few(few) => few.iter().for_each(|p| set(bits, *p)),
            Self::Bits(own) => bits.iter_mut().zip(own).for_each(|(b, o)| *b |= o),
        }
    }
}

/// Adds a position; those beyond the bits are of no interest.
fn set(bits: &mut [u64], position: u32) {
    if let Some(word) = bits.get_mut(position as usize / 64) {
        *word |= 1 << (position % 64);
    }
}

impl Index {
    /// Makes the index of a list of areas.
    #[must_use]
    pub fn new(space: &Space, areas: &[&Area]) -> Self {
        let words = areas.len().div_ceil(64);
        let mut restricted: Vec<AxisId> = areas.iter().flat_map(|a| a.restricts().map(|(axis, _)| axis)).collect();
        restricted.sort_unstable();
        restricted.dedup();
        let axis = |id: AxisId| {
            let mut rows = AxisRows { id, free: vec![0; words].into(), rows: vec![Row::Few(Vec::new()); space.width(id)] };
            for (area, position) in areas.iter().zip(0_u32..) {
                match area.on(id) {
                    None => set(&mut rows.free, position),
                    Some(classes) => classes.iter().for_each(|class| rows.rows[class].insert(position, words)),
                }
            }
            rows
        };
        Self { count: areas.len(), axes: restricted.into_iter().map(axis).collect() }
    }

    /// Lists the positions of the areas that meet one, in order.
    #[must_use]
    pub fn meeting(&self, area: &Area) -> Vec<usize> {
        let mut left = self.first(self.count);
        self.meet(area, &mut left);
        ClassSet::iter_words(&left).collect()
    }

    /// Returns the first areas of the list, that many.
    pub(super) fn first(&self, count: usize) -> Bits {
        let count = count.min(self.count);
        let mut bits: Bits = vec![u64::MAX; count.div_ceil(64)].into();
        if let (Some(last), used @ 1..) = (bits.last_mut(), count % 64) {
            *last &= (1 << used) - 1;
        }
        bits
    }

    /// Takes out of some bits what does not meet an area.
    pub(super) fn meet(&self, area: &Area, left: &mut [u64]) {
        for (axis, classes) in area.restricts() {
            self.meet_on(axis, classes, left);
        }
    }

    /// Takes out of some bits what leaves nothing of some classes of an axis.
    pub(super) fn meet_on(&self, axis: AxisId, classes: &ClassSet, left: &mut [u64]) {
        let Ok(at) = self.axes.binary_search_by_key(&axis, |a| a.id) else { return };
        let own = &self.axes[at];
        let mut met: Vec<u64> = own.free[..left.len()].to_vec();
        classes.iter().for_each(|class| own.rows[class].add_to(&mut met));
        left.iter_mut().zip(&met).for_each(|(l, m)| *l &= m);
    }

    /// Finds among some areas one that cuts an area on few axes: on how many (three stands for more), and which.
    pub(super) fn splitter(&self, area: &Area, areas: &[Area], among: &[u64]) -> Option<(usize, usize)> {
        // Counts to three for all areas at once: the bits of those that cut once, twice, three times or more.
        let mut cuts = [vec![0_u64; among.len()], vec![0_u64; among.len()], vec![0_u64; among.len()]];
        for axis in &self.axes {
            let takes = axis.taking_all(area.on(axis.id), areas, among.len());
            let [once, twice, thrice] = &mut cuts;
            for (word, takes) in takes.iter().enumerate() {
                let cut = !takes;
                thrice[word] |= twice[word] & cut;
                twice[word] |= once[word] & cut;
                once[word] |= cut;
            }
        }
        let first = |without: &[u64]| {
            let words = among.iter().zip(without).map(|(a, w)| a & !w);
            words.enumerate().find(|(_, w)| *w != 0).map(|(i, w)| i * 64 + w.trailing_zeros() as usize)
        };
        let none = vec![0; among.len()];
        [&cuts[0], &cuts[1], &cuts[2], &none].into_iter().enumerate().find_map(|(count, without)| Some((count, first(without)?)))
    }
}

impl AxisRows {
    /// The areas that take all of some classes, all of the axis when none are given.
    fn taking_all(&self, classes: Option<&ClassSet>, areas: &[Area], words: usize) -> std::borrow::Cow<'_, [u64]> {
        let Some(classes) = classes else { return self.free[..words].into() };
        let few = classes.iter().map(|class| &self.rows[class]).find_map(|row| if let Row::Few(few) = row { Some(few) } else { None });
        let mut bits = self.free[..words].to_vec();
        if let Some(few) = few {
            let takes = |p: &&u32| areas.get(**p as usize).and_then(|a| a.on(self.id)).is_some_and(|set| classes.within(set));
            few.iter().take_while(|p| (**p as usize) < words * 64).filter(takes).for_each(|p| set(&mut bits, *p));
        } else {
            let mut all = vec![u64::MAX; words];
            for class in classes.iter() {
                if let Row::Bits(row) = &self.rows[class] {
                    all.iter_mut().zip(row).for_each(|(a, r)| *a &= r);
                }
            }
            bits.iter_mut().zip(&all).for_each(|(b, a)| *b |= a);
        }
        bits.into()
    }
}
