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

/// Holds the rows that are to be combined for the record at hand.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    shared: Vec<u32>,
    patched: Vec<Patched>,
    own: Vec<u32>,
    /// Rows that were combined beforehand.
    pool: Vec<Block>,
    /// What the machine can do.
    arch: pulp::Arch,
}

impl Scratch {
    /// Forgets the rows added.
    pub fn clear(&mut self) {
        self.shared.clear();
        self.patched.clear();
        self.own.clear();
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

    /// Combines rows for good.
    pub(super) fn keep(&mut self, sources: &[Source], blocks: usize, pool: &[Block], patches: &[u32]) -> Option<Source> {
        if (self.pool.len() + blocks) * size_of::<Block>() > MOST_KEPT {
            return None;
        }
        let row = u32::try_from(self.pool.len()).ok()?;
        let added = (std::mem::take(&mut self.shared), std::mem::take(&mut self.patched), std::mem::take(&mut self.own));
        sources.iter().for_each(|source| self.add(*source));
        for at in 0..blocks {
            let block = self.block(at, pool, patches);
            self.pool.push(block);
        }
        (self.shared, self.patched, self.own) = added;
        Some(Source::Own(row))
    }

    /// Combines the rows added from a block on, up to the first block in which a bit is left; returns it with its position.
    /// Blocks must be asked for in their order, none left out.
    pub(super) fn search(&mut self, from: usize, blocks: usize, pool: &[Block], patches: &[u32]) -> Option<(usize, Block)> {
        let arch = self.arch;
        arch.dispatch(Search { scratch: self, from, blocks, pool, patches })
    }

    /// Combines one block.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "only what is inlined is compiled for wider vectors")]
    fn block(&mut self, at: usize, pool: &[Block], patches: &[u32]) -> Block {
        let mut left = [u64::MAX; BLOCK];
        for row in &self.shared {
            if let Some(block) = pool.get(*row as usize + at) {
                and(&mut left, block);
            }
        }
        for row in &self.own {
            if let Some(block) = self.pool.get(*row as usize + at) {
                and(&mut left, block);
            }
        }
        let end = u32::try_from(at + 1).map_or(u32::MAX, |blocks| blocks.saturating_mul(BITS));
        for patched in &mut self.patched {
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
        left
    }
}

#[inline(always)]
#[expect(clippy::inline_always, reason = "only what is inlined is compiled for wider vectors")]
fn and(left: &mut Block, row: &Block) {
    for (own, other) in left.iter_mut().zip(row) {
        *own &= other;
    }
}

/// The search, compiled once more for machines with wider vectors.
struct Search<'s> {
    scratch: &'s mut Scratch,
    from: usize,
    blocks: usize,
    pool: &'s [Block],
    patches: &'s [u32],
}

impl pulp::NullaryFnOnce for Search<'_> {
    type Output = Option<(usize, Block)>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { scratch, from, blocks, pool, patches } = self;
        for at in from..blocks {
            let left = scratch.block(at, pool, patches);
            if left.iter().fold(0, |any, word| any | word) != 0 {
                return Some((at, left));
            }
        }
        None
    }
}
