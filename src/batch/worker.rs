//! One thread's part of the work: pieces of rows to decided rows.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use jiff::Timestamp;
use smallvec::SmallVec;

use super::asked::Asked;
use super::cell_cache::Outcome;
use super::clock_text::ClockText;
use super::column::{Column, Told};
use super::repeats;
use super::row_cells::row_cells;
use super::sieve::Sieve;
use super::stream::{How, Part, Stream, Wanted};
use super::trace::Trace;
use super::verdicts::Verdicts;
use crate::data::{Cells, OutCell, Piece, PieceRow, Splitter, push_csv_cell, push_csv_row};
use crate::decide::{Decision, Engine};
use crate::model::{Record, TerritoryId, Value};
use crate::report::{Row, Summary};
use crate::state::State;

/// Decides rows; one for each thread.
pub(super) struct Worker<'s, 'p> {
    stream: &'s Stream<'p>,
    engine: Engine<'p>,
    splitter: Option<Splitter>,
    state: State,
    columns: Vec<Column<'s>>,
    /// What fields let through that the file has no column for.
    always: Vec<Outcome>,
    /// Those fields, as bits.
    absent: u64,
    sieve: Sieve<'s>,
    asked: Asked<'s, 'p>,
    clock: ClockText,
    /// By the territories that claim.
    placed: HashMap<SmallVec<[u32; 8]>, Placed, FixedState>,
    verdicts: Verdicts,
    summary: Summary,
    /// How many rows of the piece at hand were decided by classes alone.
    quick: u64,
    /// By field: in how many of those it is missing.
    blank: Vec<u64>,
}

/// The number of a set of claims, and the territory that holds what they claim.
type Placed = (u32, Option<TerritoryId>);

impl<'s, 'p> Worker<'s, 'p> {
    pub(super) fn new(stream: &'s Stream<'p>) -> Self {
        let index = stream.engine.index();
        let mut sieve = Sieve::new(index, stream.fields.len());
        let mut always = Vec::new();
        let looked_at = |(position, field): &(usize, &super::stream::Field)| *position != stream.key || field.how != How::Blank;
        let looked_at: Vec<usize> = stream.fields.iter().enumerate().filter(looked_at).map(|(position, _)| position).collect();
        let columns = looked_at.into_iter().filter_map(|position| Column::new(stream, position, &mut sieve, &mut always)).collect();
        let absent = stream.fields.iter().take(64).enumerate().filter(|(_, f)| f.column.is_none()).fold(0, |bits, (at, _)| bits | 1 << at);
        Self {
            stream,
            engine: stream.engine.clone(),
            splitter: Some(Splitter::new(stream.format.clone())),
            state: State::default(),
            columns,
            always,
            absent,
            sieve,
            asked: Asked::new(stream),
            clock: ClockText::new(&stream.plan.book.zone),
            placed: HashMap::default(),
            verdicts: Verdicts::new(index.order.len()),
            summary: Summary::new(stream.plan, stream.record),
            quick: 0,
            blank: vec![0; stream.fields.len()],
        }
    }

    /// Decides the rows of a piece.
    pub(super) fn decide(&mut self, piece: &Piece) -> Part {
        let mut part = Part { report: self.stream.cells.report(), ..Part::default() };
        let Some(mut splitter) = self.splitter.take() else { return part };
        let never_fails: Result<(), std::convert::Infallible> = splitter.rows(piece, |row| {
            match row {
                PieceRow::SetAside(row) => {
                    part.report.count_set_aside(&row);
                    part.set_aside.push(row);
                }
                PieceRow::Cells(cells) => self.row(cells, &mut part),
            }
            Ok(())
        });
        let Ok(()) = never_fails;
        self.splitter = Some(splitter);
        part.report.rows += self.quick;
        for ((field, report), blank) in self.stream.fields.iter().zip(&mut part.report.fields).zip(&mut self.blank) {
            report.seen += if field.column.is_some() { self.quick } else { 0 };
            report.blank += std::mem::take(blank);
        }
        self.quick = 0;
        part
    }

    /// Returns the totals of all that was decided.
    pub(super) fn finish(mut self) -> Summary {
        // Sums come to the same in any order.
        self.verdicts.add_to(&mut self.summary, self.stream);
        self.summary
    }

    /// Decides a whole record.
    pub(super) fn whole(&mut self, record: Record) -> Decision {
        whole(self.stream, &mut self.engine, &self.state, record)
    }

    fn row(&mut self, cells: Cells<'_>, part: &mut Part) {
        let rows_wanted = if let Wanted::First(most) = self.stream.wanted { most.saturating_sub(part.rows.len()) } else { 0 };
        let quick = if self.stream.direct && rows_wanted == 0 { self.quick(cells, part) } else { None };
        self.asked.forget();
        if quick.is_some() {
            return;
        }
        let record = match self.stream.cells.record(cells, &mut part.report) {
            Ok(record) => record,
            Err(row) => {
                part.set_aside.push(row);
                return;
            }
        };
        let decision = self.whole(record);
        part.keys.push(repeats::hash(&decision.record.key));
        self.summary.add(self.stream.plan, &decision);
        if self.stream.traced.as_ref() == Some(&decision.record.key) {
            part.traces.push(Trace::of(&decision));
        }
        match self.stream.wanted {
            Wanted::Csv { guarded } => push_csv_row(&mut part.csv, &row_cells(&Row::new(self.stream.plan, &decision)), guarded),
            Wanted::First(_) if rows_wanted > 0 => part.rows.push(Row::new(self.stream.plan, &decision)),
            Wanted::First(_) => {}
        }
    }

    /// Decides a row by classes alone; none when it needs more, and then nothing was counted.
    fn quick(&mut self, cells: Cells<'_>, part: &mut Part) -> Option<()> {
        let stream = self.stream;
        let id = self.id(cells)?;
        let told = self.read(cells)?;
        let at = stream.at.or(told.at).unwrap_or(stream.now);
        if stream.engine.index().points.asks_day() {
            self.sieve.on_day(self.clock.day(at));
        }
        let (placing, territory) = self.place()?;
        self.sieve.placed_in(territory);
        if self.sieve.any_overlay() {
            return None;
        }
        let rule = self.choose(cells, at, territory)?;
        let name = match stream.name {
            Some((field, column)) => Some((field, crate::model::trim(cells.at(column)?))),
            None => None,
        };
        let name = name.filter(|(field, name)| !name.is_empty() && !stream.cells.means_missing(*field, name.as_bytes()));
        let (engine, state) = (&mut self.engine, &self.state);
        let middle = self.verdicts.count(stream, (rule, placing), &told, || {
            let record = stream.cells.record(cells, &mut stream.cells.report()).ok()?;
            Some(whole(stream, engine, state, record))
        })?;
        if let Wanted::Csv { guarded } = stream.wanted {
            let out = &mut part.csv;
            push_text(out, id, guarded, cells.bare);
            out.push(b',');
            if let Some((_, name)) = name {
                push_text(out, name, guarded, cells.bare);
            }
            out.extend_from_slice(middle);
            self.clock.push(out, at);
            out.push(b'\n');
        }
        if stream.traced.as_deref() == Some(id) {
            part.traces.push(Trace { line: cells.line, at, by: stream.decider(rule), territory, also: false });
        }
        part.keys.push(repeats::hash(id));
        self.quick += 1;
        let mut blank = told.blank;
        while blank != 0 {
            if let Some(count) = self.blank.get_mut(blank.trailing_zeros() as usize) {
                *count += 1;
            }
            blank &= blank - 1;
        }
        Some(())
    }

    /// Returns the key; none when it is odd.
    fn id<'a>(&self, cells: Cells<'a>) -> Option<&'a str> {
        let stream = self.stream;
        let cell = cells.at(stream.fields.get(stream.key)?.column?)?;
        // The text must live as long as the row, so a key that is cleaned is read the long way.
        let id = crate::model::trim(cell);
        (!id.is_empty() && !stream.cells.means_missing(stream.key, id.as_bytes())).then_some(id)
    }

    /// Reads what is needed of a row into the sieve; none when something about it is odd.
    fn read(&mut self, cells: Cells<'_>) -> Option<Told> {
        self.sieve.begin();
        self.always.iter().for_each(|outcome| self.sieve.take(outcome));
        let mut told = Told { blank: self.absent, ..Told::default() };
        for column in &mut self.columns {
            column.read(self.stream, cells, &mut told, &mut self.sieve)?;
        }
        Some(told)
    }

    /// Finds where a row is placed: the number of the case, and the territory; none when that takes more than classes.
    fn place(&mut self) -> Option<Placed> {
        if self.stream.engine.index().claims.is_empty() {
            return Some((0, None));
        }
        let mut claims: SmallVec<[u32; 8]> = SmallVec::new();
        for candidate in self.sieve.claims() {
            if !candidate.is_certain() {
                return None;
            }
            claims.push(u32::try_from(candidate.item).ok()?);
        }
        if claims.is_empty() {
            return Some((0, None));
        }
        if let Some(known) = self.placed.get(&claims) {
            return Some(*known);
        }
        let number = u32::try_from(self.placed.len() + 1).ok()?;
        let ids: Vec<TerritoryId> = claims.iter().map(|c| TerritoryId::from_index(*c as usize)).collect();
        let found = (number, self.asked.place(&self.engine, &ids));
        self.placed.insert(claims, found);
        Some(found)
    }

    /// Finds the only rule that applies first, none inside for the last resort; none outside when it takes more than classes.
    #[expect(clippy::option_option, reason = "no rule, and no answer, are two things")]
    fn choose(&mut self, cells: Cells<'_>, at: Timestamp, territory: Option<TerritoryId>) -> Option<Option<u32>> {
        let stream = self.stream;
        let mut found: Option<(usize, u32)> = None;
        for candidate in self.sieve.rules() {
            let rule = stream.rules.get(candidate.item)?;
            // Another rule of the same priority applies, or may: that is said with the decision.
            if found.is_some_and(|(_, first)| rule.rank != first) {
                break;
            }
            if !self.asked.applies(candidate, cells, at, territory)? {
                continue;
            }
            if found.is_some() || !rule.fixed {
                return None;
            }
            found = Some((candidate.item, rule.rank));
            if rule.alone {
                break;
            }
        }
        match found {
            Some((item, _)) => Some(Some(u32::try_from(item).ok()?)),
            None if stream.otherwise_fixed => Some(None),
            None => None,
        }
    }
}

/// Decides a whole record.
fn whole(stream: &Stream<'_>, engine: &mut Engine<'_>, state: &State, record: Record) -> Decision {
    let arrival = match stream.arrival.and_then(|field| record.values.get(field)) {
        Some(Some(Value::Time(at))) => Some(*at),
        _ => None,
    };
    engine.decide(record, state, stream.at.or(arrival).unwrap_or(stream.now))
}

#[inline]
fn push_text(out: &mut Vec<u8>, text: &str, guarded: bool, bare: bool) {
    if guarded && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        push_csv_row(out, &[OutCell::text(text)], guarded);
        out.pop();
    } else if bare {
        out.extend_from_slice(text.as_bytes());
    } else {
        push_csv_cell(out, text);
    }
}
