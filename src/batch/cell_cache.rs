//! What cells come to: most columns have few different cells, so what was worked out for one is kept for the next.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::sieve::Classes;
use crate::plan::index::Source;
use crate::text::Short;

/// How many cells of a column are kept.
const SLOTS: usize = 1 << 11;

/// After how many cells that were not there it is seen whether keeping them pays.
const TRIAL: u32 = 1 << 12;

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
    /// How many cells were looked up, and how many of them were not there.
    met: u32,
    missed: u32,
    /// Takes what is not kept.
    spare: Outcome,
}

impl CellCache {
    pub(super) fn new() -> Self {
        Self { slots: Vec::new(), met: 0, missed: 0, spare: Outcome { source: Source::All, more: None } }
    }

    /// Returns what a cell came to that is not empty, if that is kept.
    #[inline(always)]
    pub(super) fn known(&mut self, cell: &Short) -> Option<&Outcome> {
        self.met = self.met.saturating_add(1);
        let (own, outcome) = self.slots.get(place(cell))?;
        (own == cell).then_some(outcome)
    }

    /// Returns whether it is kept what a cell came to.
    pub(super) fn knows(&self, cell: &Short) -> bool {
        self.slots.get(place(cell)).is_some_and(|(own, _)| own == cell)
    }

    /// Works out what a cell comes to and keeps it; none when it is odd. Cells that are not short are not kept.
    pub(super) fn learn(&mut self, cell: Option<Short>, work_out: impl FnOnce() -> Option<Outcome>) -> Option<&Outcome> {
        // A column in which nearly every cell is another is not worth keeping.
        self.missed = self.missed.saturating_add(1);
        let pays = self.missed < TRIAL || self.missed < self.met / 2;
        let Some(cell) = cell.filter(|cell| pays && cell.len() > 0) else {
            self.spare = work_out()?;
            return Some(&self.spare);
        };
        let outcome = work_out()?;
        if self.slots.is_empty() {
            self.slots = vec![(Short::default(), self.spare.clone()); SLOTS];
        }
        let slot = self.slots.get_mut(place(&cell))?;
        *slot = (cell, outcome);
        Some(&slot.1)
    }
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "a hash is cut")]
fn place(cell: &Short) -> usize {
    cell.hash() as usize % SLOTS
}
