//! What classes leave open about the row at hand, asked of the few values that it takes.

use jiff::Timestamp;

use super::probe::Probe;
use super::stream::Stream;
use crate::data::{Cells, FieldReport};
use crate::decide::{Context, Engine, Offsets, answer};
use crate::model::{Origin, Record, TerritoryId};
use crate::plan::index::{Candidate, Certainty};
use crate::state::State;

/// Answers what classes leave open; one for each thread.
pub(super) struct Asked<'s, 'p> {
    stream: &'s Stream<'p>,
    /// The values read so far of the row at hand; others are missing here.
    record: Record,
    /// Which values were read, as bits.
    filled: u64,
    state: State,
    days: Offsets,
}

impl<'s, 'p> Asked<'s, 'p> {
    pub(super) fn new(stream: &'s Stream<'p>) -> Self {
        let values = vec![None; stream.fields.len()];
        Self {
            stream,
            record: Record { kind: stream.record, key: "".into(), values, origin: Origin::default() },
            filled: 0,
            state: State::default(),
            days: Offsets::new(&stream.plan.book.zone),
        }
    }

    /// Returns whether a rule applies; none when that takes more than some values of the row.
    pub(super) fn applies(&mut self, rule: Candidate, cells: Cells<'_>, at: Timestamp, territory: Option<TerritoryId>) -> Option<bool> {
        let stream = self.stream;
        let whole = match rule.certainty {
            Certainty::Certain => return Some(true),
            Certainty::Open => false,
            Certainty::Unsure => true,
        };
        if !whole
            && let Some(Some(probes)) = stream.probes.get(rule.item)
            && let Some(passes) = self.search(probes, cells)
        {
            return Some(passes);
        }
        let asked = if whole { &stream.asked_whole } else { &stream.asked };
        self.fill((*asked.get(rule.item)?)?, cells)?;
        let today = self.days.day(at);
        let context = Context::on_day(stream.plan, &self.record, &self.state, (at, today)).placed_in(territory);
        let index = stream.engine.index();
        if whole {
            let rule = stream.plan.book.rules.get(index.order.get(rule.item)?.index())?;
            return Some(rule.dates.contains(today) && answer(&rule.condition, &context).is_yes());
        }
        Some(index.open.get(rule.item)?.iter().all(|part| answer(part, &context).is_yes()))
    }

    /// Returns whether a row passes searches in its texts; none when one of them is not taken as it stands.
    fn search(&self, probes: &[Probe], cells: Cells<'_>) -> Option<bool> {
        for probe in probes {
            let text = match self.stream.cells.column(probe.field).and_then(|column| cells.at(column)) {
                Some(cell) => self.stream.cells.plain(probe.field, cell)?,
                None => None,
            };
            // What is missing cannot be told.
            if !text.is_some_and(|text| probe.passes(text)) {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Finds the territory that holds a row that some claim.
    pub(super) fn place(&self, engine: &Engine<'_>, claims: &[TerritoryId]) -> Option<TerritoryId> {
        let context = Context::new(self.stream.plan, &self.record, &self.state, self.stream.now);
        engine.place_claims(claims, &context).territory()
    }

    /// Forgets the values of the row at hand.
    pub(super) fn forget(&mut self) {
        while self.filled != 0 {
            if let Some(value) = self.record.values.get_mut(self.filled.trailing_zeros() as usize) {
                *value = None;
            }
            self.filled &= self.filled - 1;
        }
    }

    /// Reads values of the row at hand, by the bits of their fields; none when one of them cannot be read.
    fn fill(&mut self, fields: u64, cells: Cells<'_>) -> Option<()> {
        let mut wanted = fields & !self.filled;
        while wanted != 0 {
            let position = wanted.trailing_zeros() as usize;
            wanted &= wanted - 1;
            let cell = self.stream.cells.column(position).and_then(|c| cells.at(c));
            let value = match cell {
                Some(cell) => self.stream.cells.read(position, cell, &mut FieldReport::default()).ok()?,
                None => None,
            };
            *self.record.values.get_mut(position)? = value;
            self.filled |= 1 << position;
        }
        Some(())
    }
}
