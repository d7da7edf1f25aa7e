//! Room to combine rows of bits in, kept from record to record, so that looking a record up allocates and moves nothing.

use super::group::{BITS, BLOCK, Block, flip};

/// How many bytes of rows that were combined are kept.
const MOST_KEPT: usize = 1 << 22;

/// What a class of one axis lets through, or several classes together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Everything.
    All,
    /// A row of the group's pool, by its first block.
    Shared(u32),
    /// A row of the scratch, by its first block.
    Own(u32),
    /// A row of the group's pool but for some bits.
    Patched(Patched),
}

/// A row of a group's pool, by its first block, but for the bits at some positions among the patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Patched {
    pub(super) row: u32,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// What lets the items of a record through, one for each axis asked about.
#[derive(Clone, Debug, Default)]
pub struct Added {
    shared: Vec<u32>,
    own: Vec<u32>,
    patched: Vec<Patched>,
}

impl Added {
    /// Forgets everything.
    #[inline]
    pub fn clear(&mut self) {
        self.shared.clear();
        self.own.clear();
        self.patched.clear();
    }

    /// Adds what must let an item through.
    #[inline(always)]
    pub fn add(&mut self, source: Source) {
        match source {
            Source::All => {}
            Source::Shared(row) => self.shared.push(row),
            Source::Own(row) => self.own.push(row),
            Source::Patched(patched) => self.patched.push(patched),
        }
    }

    /// Adds what there is to be added.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "each place has its own kind of sources")]
    pub fn extend(&mut self, source: Option<Source>) {
        if let Some(source) = source {
            self.add(source);
        }
    }

    fn is_empty(&self) -> bool {
        self.shared.is_empty() && self.own.is_empty() && self.patched.is_empty()
    }
}

/// Holds the rows that are to be combined for the record at hand.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// What was added for that record.
    pub added: Added,
    /// Rows that were combined beforehand.
    pool: Vec<Block>,
    /// The bits left of the block that was combined last.
    pub(super) left: Block,
    /// What the machine can do.
    arch: pulp::Arch,
}

impl Default for Scratch {
    fn default() -> Self {
        Self { added: Added::default(), pool: Vec::new(), left: [0; BLOCK], arch: pulp::Arch::default() }
    }
}

/// The rows of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'g> {
    /// How many blocks a row has.
    pub blocks: usize,
    pub pool: &'g [Block],
    pub patches: &'g [u32],
    /// The row that lets every item through, and nothing behind the last.
    pub full: u32,
}

impl Scratch {
    /// Combines rows for good; at least one of them must let not everything through.
    pub(super) fn keep(&mut self, sources: &[Source], rows: Rows<'_>) -> Option<Source> {
        if (self.pool.len() + rows.blocks) * size_of::<Block>() > MOST_KEPT {
            return None;
        }
        let row = u32::try_from(self.pool.len()).ok()?;
        let added = std::mem::take(&mut self.added);
        sources.iter().for_each(|source| self.added.add(*source));
        for at in 0..rows.blocks {
            self.combine(at, rows);
            self.pool.push(self.left);
        }
        self.added = added;
        Some(Source::Own(row))
    }

    /// Makes ready to search: something has to cut off what lies behind the last item.
    pub(super) fn begin(&mut self, rows: Rows<'_>) {
        if self.added.is_empty() {
            self.added.shared.push(rows.full);
        }
    }

    /// Combines the rows added from a block on, up to the first block in which a bit is left; returns its position and that of
    /// its first word that is not empty. Blocks must be asked for in their order, none left out.
    pub(super) fn search(&mut self, from: usize, rows: Rows<'_>) -> Option<(usize, usize)> {
        let arch = self.arch;
        arch.dispatch(Search { scratch: self, from, rows })
    }

    /// Combines one block.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "only what is inlined is compiled for wider vectors")]
    fn combine(&mut self, at: usize, Rows { pool, patches, .. }: Rows<'_>) {
        let mut left = [u64::MAX; BLOCK];
        for row in &self.added.shared {
            if let Some(block) = pool.get(*row as usize + at) {
                and(&mut left, block);
            }
        }
        for row in &self.added.own {
            if let Some(block) = self.pool.get(*row as usize + at) {
                and(&mut left, block);
            }
        }
        let end = u32::try_from(at + 1).map_or(u32::MAX, |blocks| blocks.saturating_mul(BITS));
        for patched in &mut self.added.patched {
            let Some(block) = pool.get(patched.row as usize + at) else { continue };
            let waiting = patches.get(patched.from as usize..patched.to as usize).unwrap_or_default();
            if waiting.first().is_none_or(|bit| *bit >= end) {
                and(&mut left, block);
                continue;
            }
            let mut own = *block;
            for bit in waiting.iter().take_while(|bit| **bit < end) {
                flip(&mut own, *bit % BITS);
                patched.from += 1;
            }
            and(&mut left, &own);
        }
        self.left = left;
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "only what is inlined is compiled for wider vectors")]
fn and(left: &mut Block, row: &Block) {
    for (own, other) in left.iter_mut().zip(row) {
        *own &= other;
    }
}

/// The search, compiled more than once, for machines with wider vectors.
struct Search<'s, 'g> {
    scratch: &'s mut Scratch,
    from: usize,
    rows: Rows<'g>,
}

impl pulp::NullaryFnOnce for Search<'_, '_> {
    type Output = Option<(usize, usize)>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { scratch, from, rows } = self;
        for at in from..rows.blocks {
            scratch.combine(at, rows);
            let left = &scratch.left;
            if left.iter().fold(0, |any, word| any | word) != 0 {
                // Eight words at a time, and then one by one.
                let before =
                    left.as_chunks::<8>().0.iter().take_while(|words| words.iter().fold(0, |any, word| any | word) == 0).count() * 8;
                let within = left.get(before..).unwrap_or_default().iter().take_while(|word| **word == 0).count();
                return Some((at, before + within));
            }
        }
        None
    }
}
