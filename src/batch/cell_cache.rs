//! What cells come to: most columns have few different cells, so what was worked out for one is kept for the next.

use smallvec::SmallVec;

use crate::model::Value;

/// How many cells of a column are kept.
const SLOTS: usize = 1 << 12;

/// The longest cell that is kept, in bytes.
const LONGEST: usize = 24;

/// After how many cells it is seen whether keeping them pays.
const TRIAL: u32 = 1 << 13;

/// The classes that a cell gives, by the position of the axis.
pub(super) type Classes = SmallVec<[(u32, u32); 2]>;

/// What a cell comes to, when nothing about it is odd.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    /// Its value; none when it is blank.
    pub value: Option<Value>,
    /// The classes it gives.
    pub classes: Classes,
}

/// Keeps what cells of one column came to; a newer cell takes the place of an older one.
#[derive(Clone, Debug)]
pub(super) struct CellCache {
    slots: Vec<Option<Slot>>,
    asked: u32,
    missed: u32,
    /// Takes what is not kept.
    spare: Outcome,
}

#[derive(Clone, Debug)]
struct Slot {
    length: usize,
    bytes: [u8; LONGEST],
    outcome: Outcome,
}

impl CellCache {
    pub(super) fn new() -> Self {
        Self { slots: vec![None; SLOTS], asked: 0, missed: 0, spare: Outcome::default() }
    }

    /// Returns what a cell came to, or works it out; none when it is odd.
    pub(super) fn get(&mut self, cell: &str, work_out: impl FnOnce() -> Option<Outcome>) -> Option<&Outcome> {
        // A column in which nearly every cell is another is not worth keeping.
        let pays = self.asked < TRIAL || self.missed < TRIAL / 2;
        let Some(padded) = padded(cell).filter(|_| pays) else {
            self.spare = work_out()?;
            return Some(&self.spare);
        };
        if self.asked < TRIAL {
            self.asked += 1;
        }
        let slot = self.slots.get_mut(place(&padded, cell.len()))?;
        if slot.as_ref().is_none_or(|s| s.length != cell.len() || s.bytes != padded) {
            if self.asked < TRIAL {
                self.missed += 1;
            }
            *slot = Some(Slot { length: cell.len(), bytes: padded, outcome: work_out()? });
        }
        slot.as_ref().map(|s| &s.outcome)
    }
}

fn padded(cell: &str) -> Option<[u8; LONGEST]> {
    let mut bytes = [0; LONGEST];
    bytes.get_mut(..cell.len())?.copy_from_slice(cell.as_bytes());
    Some(bytes)
}

/// A place by the bytes: three words mixed (the multiplier is that of SplitMix64).
fn place(bytes: &[u8; LONGEST], length: usize) -> usize {
    let mut mixed = length as u64;
    for word in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        mixed = (mixed ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^= mixed >> 29;
    }
    usize::try_from(mixed % SLOTS as u64).unwrap_or(0)
}
