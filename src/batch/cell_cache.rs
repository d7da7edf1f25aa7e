//! What cells come to: most columns have few different cells, so what was worked out for one is kept for the next.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::sieve::Classes;
use crate::plan::index::Source;
use crate::text::Short;

/// How many cells of a column are kept.
const SLOTS: usize = 1 << 11;

/// After how many cells it is seen whether keeping them pays.
const TRIAL: u32 = 1 << 13;

/// What a cell comes to, when nothing about it is odd.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// The rules that it lets through.
    pub source: Source,
    /// What few cells have.
    pub more: Option<Box<More>>,
}

/// What few cells come to besides.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    /// Whether it means missing.
    pub blank: bool,
    /// Further rows of rules that it lets through.
    pub sources: Vec<Source>,
    /// The classes it gives, where those are asked for.
    pub classes: Classes,
    /// The amount, in the column of money that is summed.
    pub amount: Option<Decimal>,
    /// The moment, in the column of arrivals.
    pub at: Option<Timestamp>,
}

/// Keeps what cells of one column came to; a newer cell takes the place of an older one.
#[derive(Clone, Debug)]
pub(super) struct CellCache {
    /// The empty text stands for a free place.
    slots: Vec<(Short, Outcome)>,
    asked: u32,
    missed: u32,
    /// Takes what is not kept.
    spare: Outcome,
}

impl CellCache {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), asked: 0, missed: 0, spare: Outcome { source: Source::All, more: None } }
    }

    /// Returns what a cell came to, or works it out; none when it is odd. Cells that are not short are not kept.
    pub(super) fn get(&mut self, cell: Option<Short>, work_out: impl FnOnce() -> Option<Outcome>) -> Option<&Outcome> {
        // A column in which nearly every cell is another is not worth keeping.
        let pays = self.asked < TRIAL || self.missed < TRIAL / 2;
        let Some(cell) = cell.filter(|_| pays) else {
            self.spare = work_out()?;
            return Some(&self.spare);
        };
        if self.slots.is_empty() {
            self.slots = vec![(Short::default(), self.spare.clone()); SLOTS];
        }
        let slot = self.slots.get_mut(usize::try_from(cell.hash() % SLOTS as u64).unwrap_or(0))?;
        if self.asked < TRIAL {
            self.asked += 1;
            self.missed += u32::from(slot.0 != cell);
        }
        if slot.0 != cell {
            *slot = (cell, work_out()?);
        }
        Some(&slot.1)
    }
}
