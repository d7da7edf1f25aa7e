//! An index of areas: which of many meet a given one, and which cover it. Per axis and class one row of bits over the
//! areas; a class that few areas name keeps a short list instead, so wide axes cost what is asked of them. An axis of many
//! classes that most areas take thousands of (bounds of numbers) has a row for each 64 classes instead, with the few areas
//! that begin or end among them.

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
    rows: Rows,
}

#[derive(Clone, Debug)]
enum Rows {
    /// By class the areas that restrict the axis and take it.
    Classes(Vec<Row>),
    /// The same by 64 classes.
    Blocks(Vec<Block>),
}

/// The areas that restrict an axis and take something of 64 classes.
#[derive(Clone, Debug)]
struct Block {
    /// Bits of the classes there are.
    full: u64,
    /// Those that take something.
    any: Bits,
    /// Those that take all.
    all: Bits,
    /// Those that take a part, with what they take.
    parts: Vec<(u32, u64)>,
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

/// From how many classes on an axis may have its rows by 64 of them.
const WIDE: usize = 192;

impl Block {
    /// Makes the blocks of an axis.
    fn all_of(width: usize, words: usize, axis: AxisId, areas: &[&Area]) -> Vec<Self> {
        let whole = ClassSet::all(width);
        let block = |at: usize| {
            let (any, all) = (vec![0; words].into(), vec![0; words].into());
            let mut block = Self { full: whole.word(at), any, all, parts: Vec::new() };
            for (classes, position) in areas.iter().map(|a| a.on(axis)).zip(0_u32..) {
                let taken = classes.map_or(0, |c| c.word(at));
                if taken != 0 {
                    set(&mut block.any, position);
                }
                if taken == block.full {
                    set(&mut block.all, position);
                } else if taken != 0 {
                    block.parts.push((position, taken));
                }
            }
            block
        };
        (0..width.div_ceil(64)).map(block).collect()
    }

    /// Adds the areas that take one of some classes.
    fn add_meeting(&self, asked: u64, bits: &mut [u64]) {
        if asked == 0 {
            return;
        }
        let sure = if asked == self.full { &self.any } else { &self.all };
        bits.iter_mut().zip(sure).for_each(|(b, s)| *b |= s);
        if asked != self.full {
            self.parts.iter().filter(|(_, taken)| taken & asked != 0).for_each(|(p, _)| set(bits, *p));
        }
    }

    /// Keeps the areas that take all of some classes.
    fn keep_taking(&self, asked: u64, bits: &mut [u64]) {
        if asked == self.full {
            bits.iter_mut().zip(&self.all).for_each(|(b, a)| *b &= a);
            return;
        }
        let mut taking = self.all[..bits.len()].to_vec();
        self.parts.iter().filter(|(_, taken)| asked & !taken == 0).for_each(|(p, _)| set(&mut taking, *p));
        bits.iter_mut().zip(&taking).for_each(|(b, t)| *b &= t);
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
            let mut free: Bits = vec![0; words].into();
            let mut named = 0;
            for (area, position) in areas.iter().zip(0_u32..) {
                match area.on(id) {
                    None => set(&mut free, position),
                    Some(classes) => named += classes.count(),
                }
            }
            let width = space.width(id);
            let rows = if width >= WIDE && named > width * words {
                Rows::Blocks(Block::all_of(width, words, id, areas))
            } else {
                let mut rows = vec![Row::Few(Vec::new()); width];
                for (classes, position) in areas.iter().map(|a| a.on(id)).zip(0_u32..) {
                    classes.into_iter().flat_map(ClassSet::iter).for_each(|class| rows[class].insert(position, words));
                }
                Rows::Classes(rows)
            };
            AxisRows { id, free, rows }
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
        match &own.rows {
            Rows::Classes(rows) => classes.iter().for_each(|class| rows[class].add_to(&mut met)),
            Rows::Blocks(blocks) => {
                for (at, block) in blocks.iter().enumerate() {
                    block.add_meeting(classes.word(at), &mut met);
                }
            }
        }
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
        let mut bits = self.free[..words].to_vec();
        let rows = match &self.rows {
            Rows::Classes(rows) => rows,
            Rows::Blocks(blocks) => {
                let mut all = vec![u64::MAX; words];
                let asked = blocks.iter().enumerate().filter(|(at, _)| classes.word(*at) != 0);
                asked.for_each(|(at, block)| block.keep_taking(classes.word(at), &mut all));
                bits.iter_mut().zip(&all).for_each(|(b, a)| *b |= a);
                return bits.into();
            }
        };
        let few = classes.iter().map(|class| &rows[class]).find_map(|row| if let Row::Few(few) = row { Some(few) } else { None });
        if let Some(few) = few {
            let takes = |p: &&u32| areas.get(**p as usize).and_then(|a| a.on(self.id)).is_some_and(|set| classes.within(set));
            few.iter().take_while(|p| (**p as usize) < words * 64).filter(takes).for_each(|p| set(&mut bits, *p));
        } else {
            let mut all = vec![u64::MAX; words];
            for class in classes.iter() {
                if let Row::Bits(row) = &rows[class] {
                    all.iter_mut().zip(row).for_each(|(a, r)| *a &= r);
                }
            }
            bits.iter_mut().zip(&all).for_each(|(b, a)| *b |= a);
        }
        bits.into()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::formula::Formulas;
    use super::super::{Aspect, AxisKey, Class, Kind};
    use super::*;
    use crate::model::Type;

    /// A space with one axis of that many classes.
    fn space(width: usize) -> Space {
        let mut space = Space::new(Formulas::default(), 1);
        let written: Arc<str> = "size".into();
        let key = AxisKey { path: vec![written.clone()], aspect: Aspect::Value(Kind::Number) };
        space.axes.push(super::super::Axis {
            key,
            written,
            ty: Type::Number,
            classes: vec![Class::Present; width],
            fact: None,
            spelling: Default::default(),
        });
        space
    }

    #[test]
    fn rows_by_class_and_by_64_classes_find_the_same() {
        for (width, wide) in [(100, false), (191, false), (192, true), (300, true), (1_000, true)] {
            let space = space(width);
            let axis = AxisId::from_index(0);
            let mut state = 7_u64;
            let mut below = |n: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from((state >> 33) % n as u64).unwrap_or(0)
            };
            let mut stretch = || {
                let (a, b) = (below(width), below(width));
                ClassSet::of(width, a.min(b)..=a.max(b))
            };
            let areas: Vec<Area> = (0..200).map(|i| Area::everything().with(axis, (i % 7 != 0).then(&mut stretch))).collect();
            let borrowed: Vec<&Area> = areas.iter().collect();
            let index = Index::new(&space, &borrowed);
            assert_eq!(matches!(index.axes[0].rows, Rows::Blocks(_)), wide, "{width}");
            for _ in 0..100 {
                let asked = Area::everything().with(axis, Some(stretch()));
                let naive = |test: &dyn Fn(&Area) -> bool| (0..areas.len()).filter(|i| test(&areas[*i])).collect::<Vec<_>>();
                assert_eq!(index.meeting(&asked), naive(&|a| a.meets(&asked)), "{width}");
                for count in [40_usize, 64, 150, 200] {
                    let words = count.div_ceil(64);
                    let taking = index.axes[0].taking_all(asked.on(axis), &areas, words);
                    let found: Vec<usize> = ClassSet::iter_words(&taking).filter(|p| *p < count).collect();
                    let expected: Vec<usize> = naive(&|a| asked.within(a)).into_iter().filter(|p| *p < count).collect();
                    assert_eq!(found, expected, "{width} {count}");
                }
            }
        }
    }
}
