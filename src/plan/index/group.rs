//! One group of items as bit rows: which of them may hold at a point is the AND of one row for each axis.
//!
//! An item has one bit for each area of its hull; bits come in the order in which items are considered. For each class of
//! an axis there is the set of bits that the class lets through. Most classes differ from the usual one (no item names the
//! value) in a few bits only, so they keep the bits that differ; the others keep a row of words, shared by classes that are
//! alike. This is the bit-vector scheme of packet classification (Lakshman and Stiliadis 1998), without summaries: streaming
//! over whole rows is faster than looking for the words that are not empty.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::scratch::{Patched, Rows, Scratch, Source};
use crate::space::{Area, AxisId, Class, ClassSet, Space};

/// How many words are taken together.
pub(super) const BLOCK: usize = 32;

/// How many bits those have.
pub(super) const BITS: u32 = 2048;

/// Words that are taken together.
pub(super) type Block = [u64; BLOCK];

/// How many classes of numbers, days or instants are told apart on one axis; with more, neighbours share a row and what
/// they let through is asked again.
const MOST_STRETCHES: usize = 384;

/// How many bits a class may differ in before it gets a row of its own: turning one takes as long as a few words of a row.
const MOST_PATCHED: usize = 12;

/// Likewise, once the rows take that many bytes.
const MOST_PATCHED_OF_MANY: usize = 256;

/// How many bytes rows may take before they are spared.
const MANY: usize = 1 << 22;

/// Holds the bit rows of a group of items.
#[derive(Clone, Debug)]
pub struct Group {
    /// By bit: the item, and whether something need be asked of it again.
    bits: Vec<(u32, Certainty)>,
    /// How many blocks a row has.
    blocks: usize,
    axes: Vec<AxisRows>,
    /// By the position of an axis in points: its position among the axes here.
    by_point: Vec<Option<u32>>,
    /// All rows, one after the other.
    pool: Vec<Block>,
    /// The bits in which patched classes differ.
    patches: Vec<u32>,
    /// The row of all bits.
    full: u32,
}

#[derive(Clone, Debug)]
struct AxisRows {
    /// The position of the axis in points.
    at: usize,
    /// By class.
    rows: Vec<Source>,
}

/// Holds an item that may hold at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its position among the items.
    pub item: usize,
    /// Whether it holds for certain.
    pub certainty: Certainty,
}

/// What is known of an item by classes alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// It holds.
    Certain,
    /// It holds but for the parts that classes leave open.
    Open,
    /// It has to be asked as a whole.
    Unsure,
}

impl Candidate {
    /// Returns whether the item holds for certain.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.certainty == Certainty::Certain
    }
}

impl Group {
    /// Makes the rows of items in the order in which they are considered, given by areas that hold them and whether they
    /// hold in all of those.
    #[must_use]
    pub fn new(space: &Space, items: &[(Vec<Area>, bool)]) -> Self {
        let mut bits = Vec::new();
        let mut areas: Vec<&Area> = Vec::new();
        for ((own, exact), item) in items.iter().zip(0_u32..) {
            for area in own {
                bits.push((item, if *exact { Certainty::Certain } else { Certainty::Open }));
                areas.push(area);
            }
        }
        let blocks = bits.len().div_ceil(BITS as usize);
        let mut ids: Vec<AxisId> = areas.iter().flat_map(|a| a.restricts().map(|(axis, _)| axis)).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut group = Self { bits, blocks, axes: Vec::new(), by_point: Vec::new(), pool: Vec::new(), patches: Vec::new(), full: 0 };
        let mut shared: HashMap<Box<[u64]>, u32, FixedState> = HashMap::default();
        for id in ids {
            group.add_axis(space, id, &areas, &mut shared);
        }
        group.full = group.share(&group.full(), &mut shared);
        group
    }

    fn add_axis(&mut self, space: &Space, id: AxisId, areas: &[&Area], shared: &mut HashMap<Box<[u64]>, u32, FixedState>) {
        let width = space.width(id);
        let stretches = stretches(space, id);
        let classes = stretches.as_ref().map_or(width, |s| s.last().map_or(0, |last| last + 1));
        let mut usual = vec![0_u64; self.words()];
        let mut differing: Vec<Vec<u32>> = vec![Vec::new(); classes];
        for (bit, area) in (0_u32..).zip(areas) {
            let Some(own) = area.on(id) else {
                set(&mut usual, bit);
                continue;
            };
            let wide = stretches.as_ref().map(|s| ClassSet::of(classes, own.iter().map(|c| s[c])));
            if let (Some(wide), Some(stretches)) = (&wide, &stretches) {
                // What neighbours share with a class outside is let through and has to be asked.
                if (0..width).any(|c| !own.contains(c) && wide.contains(stretches[c])) {
                    self.bits[bit as usize].1 = Certainty::Unsure;
                }
            }
            let own = wide.as_ref().unwrap_or(own);
            if own.count() * 2 > classes {
                set(&mut usual, bit);
                own.complement(classes).iter().for_each(|c| differing[c].push(bit));
            } else {
                own.iter().for_each(|c| differing[c].push(bit));
            }
        }
        let full = self.full();
        let base = self.share(&usual, shared);
        let rows: Vec<Source> = differing
            .into_iter()
            .map(|differing| {
                let many = self.pool.len() * size_of::<Block>() > MANY;
                let most = if many { MOST_PATCHED_OF_MANY.min(self.words()) } else { MOST_PATCHED };
                if !differing.is_empty() && differing.len() <= most {
                    let from = position(self.patches.len());
                    self.patches.extend(&differing);
                    return Source::Patched(Patched { row: base, from, to: position(self.patches.len()) });
                }
                let mut own = usual.clone();
                differing.iter().for_each(|bit| flip(&mut own, *bit));
                if own == full { Source::All } else { Source::Shared(self.share(&own, shared)) }
            })
            .collect();
        let rows = match stretches {
            Some(stretches) => stretches.into_iter().map(|s| rows[s]).collect(),
            None => rows,
        };
        if self.by_point.len() <= id.index() {
            self.by_point.resize(id.index() + 1, None);
        }
        self.by_point[id.index()] = u32::try_from(self.axes.len()).ok();
        self.axes.push(AxisRows { at: id.index(), rows });
    }

    fn words(&self) -> usize {
        self.blocks * BLOCK
    }

    fn full(&self) -> Vec<u64> {
        let mut all = vec![0_u64; self.words()];
        (0_u32..).zip(&self.bits).for_each(|(bit, _)| set(&mut all, bit));
        all
    }

    /// Puts a row into the pool, once.
    fn share(&mut self, row: &[u64], shared: &mut HashMap<Box<[u64]>, u32, FixedState>) -> u32 {
        if let Some(known) = shared.get(row) {
            return *known;
        }
        let at = position(self.pool.len());
        self.pool.extend(row.as_chunks::<BLOCK>().0);
        shared.insert(row.into(), at);
        at
    }

    /// Yields the axes that some item asks about, by their position in points.
    pub fn axes(&self) -> impl Iterator<Item = usize> + '_ {
        self.axes.iter().map(|a| a.at)
    }

    /// Returns how many bytes the rows take.
    #[must_use]
    pub fn size(&self) -> usize {
        let rows: usize = self.axes.iter().map(|a| a.rows.len() * size_of::<Source>()).sum();
        self.pool.len() * size_of::<Block>() + self.patches.len() * 4 + self.bits.len() * 8 + rows
    }

    /// Returns whether there are no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    /// Returns what a class lets through, by the position of its axis in points.
    #[must_use]
    pub fn source(&self, axis: usize, class: usize) -> Source {
        self.sources(axis).get(class).copied().unwrap_or(Source::All)
    }

    /// Lists what the classes of an axis let through, by its position in points; nothing when no item asks.
    #[must_use]
    pub fn sources(&self, axis: usize) -> &[Source] {
        let axis = self.by_point.get(axis).copied().flatten().and_then(|at| self.axes.get(at as usize));
        axis.map_or(&[], |a| &a.rows)
    }

    /// Combines what several classes let through into one, which the scratch keeps; none when it would keep too much then.
    #[must_use]
    pub fn combine(&self, sources: &[Source], scratch: &mut Scratch) -> Option<Source> {
        let mut asked = sources.iter().copied().filter(|source| *source != Source::All);
        match (asked.next(), asked.next()) {
            (None, _) => return Some(Source::All),
            (Some(only), None) => return Some(only),
            _ => {}
        }
        scratch.keep(sources, self.rows())
    }

    /// Yields the items that may hold at a point, in the order in which they are considered.
    #[must_use]
    pub fn at<'s>(&'s self, point: &[u32], scratch: &'s mut Scratch) -> Candidates<'s> {
        scratch.added.clear();
        for axis in &self.axes {
            let class = point.get(axis.at).map_or(0, |c| *c as usize);
            scratch.added.add(axis.rows.get(class).copied().unwrap_or(Source::All));
        }
        self.candidates(scratch)
    }

    /// Yields the items that everything added to a scratch lets through, in the order in which they are considered.
    #[must_use]
    pub fn candidates<'s>(&'s self, scratch: &'s mut Scratch) -> Candidates<'s> {
        scratch.begin(self.rows());
        Candidates { group: self, scratch, next: 0, word: BLOCK, last: None }
    }

    fn rows(&self) -> Rows<'_> {
        Rows { blocks: self.blocks, pool: &self.pool, patches: &self.patches, full: self.full }
    }
}

/// Yields the items of a group that may hold at a point.
#[derive(Debug)]
pub struct Candidates<'s> {
    group: &'s Group,
    scratch: &'s mut Scratch,
    /// The next block.
    next: usize,
    /// The word of the block that is looked at.
    word: usize,
    last: Option<u32>,
}

impl Iterator for Candidates<'_> {
    type Item = Candidate;

    #[inline]
    fn next(&mut self) -> Option<Candidate> {
        loop {
            while let Some(word) = self.scratch.left.get_mut(self.word) {
                if *word == 0 {
                    self.word += 1;
                    continue;
                }
                let bit = ((self.next - 1) * BLOCK + self.word) * 64 + word.trailing_zeros() as usize;
                *word &= *word - 1;
                let (item, certainty) = *self.group.bits.get(bit)?;
                // Bits of one item are neighbours; one of them is enough.
                if self.last.replace(item) != Some(item) {
                    return Some(Candidate { item: item as usize, certainty });
                }
            }
            let found = self.scratch.search(self.next, self.group.rows());
            let (at, word) = found.unwrap_or((self.group.blocks, BLOCK));
            (self.next, self.word) = (at + 1, word);
            found?;
        }
    }
}

/// A position in the pool or among the patches.
fn position(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

fn set(words: &mut [u64], bit: u32) {
    if let Some(word) = words.get_mut(bit as usize / 64) {
        *word |= 1 << (bit % 64);
    }
}

#[inline]
pub(super) fn flip(words: &mut [u64], bit: u32) {
    if let Some(word) = words.get_mut(bit as usize / 64) {
        *word ^= 1 << (bit % 64);
    }
}

/// By class the stretch it is told apart as, for ordered axes with too many classes; what is missing stays alone.
fn stretches(space: &Space, id: AxisId) -> Option<Vec<usize>> {
    let classes = &space.axis(id).classes;
    let ordered = classes.iter().all(|c| matches!(c, Class::Missing | Class::Numbers(_) | Class::Ticks(_)));
    if !ordered || classes.len() <= MOST_STRETCHES {
        return None;
    }
    let of = |class: usize| if class == 0 { 0 } else { 1 + (class - 1) * (MOST_STRETCHES - 1) / (classes.len() - 1) };
    Some((0..classes.len()).map(of).collect())
}
