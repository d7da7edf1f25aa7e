//! One thread's part of the work: pieces of rows to decided rows.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use jiff::Timestamp;
use rust_decimal::Decimal;
use smallvec::SmallVec;

use super::cell_cache::{CellCache, Outcome};
use super::clock_text::ClockText;
use super::repeats;
use super::row_cells::row_cells;
use super::stream::{How, Part, Stream, Wanted};
use crate::data::{Cells, FieldReport, OutCell, Piece, PieceRow, Splitter, push_csv_cell, push_csv_row};
use crate::decide::{Context, Decider, Decision, Engine, answer};
use crate::model::{Origin, Record, TerritoryId, Value};
use crate::plan::index::{Candidates, Certainty, Scratch};
use crate::report::{Row, Share, Summary};
use crate::state::State;

/// Decides rows; one for each thread.
pub(super) struct Worker<'s, 'p> {
    stream: &'s Stream<'p>,
    engine: Engine<'p>,
    splitter: Option<Splitter>,
    state: State,
    caches: Vec<CellCache>,
    clock: ClockText,
    point: Vec<u32>,
    scratch: Scratch,
    /// The values read so far of the row at hand; others are missing here.
    record: Record,
    /// Which values were read, as bits.
    filled: u64,
    /// By the territories that claim.
    placed: HashMap<SmallVec<[u32; 8]>, Placed, FixedState>,
    /// By rule (none for the last resort) and placing: what it always comes to; none when it does not.
    verdicts: HashMap<(Option<u32>, u32), Option<Verdict>, FixedState>,
    summary: Summary,
    /// Shows whether a cell was odd.
    odd: FieldReport,
}

/// The number of a set of claims, and the territory that holds what they claim.
type Placed = (u32, Option<TerritoryId>);

/// What a rule always comes to.
struct Verdict {
    /// One of the decisions.
    decision: Decision,
    /// What stands between the name and the moment of the decision.
    middle: Vec<u8>,
    /// How many there were.
    share: Share,
}

/// What is known of a row that was decided without becoming a record.
struct Quick<'a> {
    id: &'a str,
    at: Timestamp,
    amount: Decimal,
    /// Blank fields, as bits.
    blank: u64,
}

impl<'s, 'p> Worker<'s, 'p> {
    pub(super) fn new(stream: &'s Stream<'p>) -> Self {
        let kind = stream.record;
        let values = vec![None; stream.fields.len()];
        Self {
            stream,
            engine: stream.engine.clone(),
            splitter: Some(Splitter::new(stream.format.clone())),
            state: State::default(),
            caches: stream.fields.iter().map(|_| CellCache::new()).collect(),
            clock: ClockText::new(&stream.plan.book.zone),
            point: Vec::new(),
            scratch: Scratch::default(),
            record: Record { kind, key: "".into(), values, origin: Origin::default() },
            filled: 0,
            placed: HashMap::default(),
            verdicts: HashMap::default(),
            summary: Summary::new(stream.plan, kind),
            odd: FieldReport::default(),
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
        part
    }

    /// Returns the totals of all that was decided.
    pub(super) fn finish(mut self) -> Summary {
        // Sums come to the same in any order.
        for verdict in self.verdicts.values().flatten() {
            self.summary.add_share(self.stream.plan, &verdict.decision, verdict.share);
        }
        self.summary
    }

    /// Decides a whole record.
    pub(super) fn whole(&mut self, record: Record) -> Decision {
        let at = self.stream.at.or_else(|| self.arrival(&record)).unwrap_or(self.stream.now);
        self.engine.decide(record, &self.state, at)
    }

    fn arrival(&self, record: &Record) -> Option<Timestamp> {
        match record.values.get(self.stream.arrival?)? {
            Some(Value::Time(at)) => Some(*at),
            _ => None,
        }
    }

    fn row(&mut self, cells: Cells<'_>, part: &mut Part) {
        let rows_wanted = if let Wanted::First(most) = self.stream.wanted { most.saturating_sub(part.rows.len()) } else { 0 };
        let quick = if self.stream.direct && rows_wanted == 0 { self.quick(cells, part) } else { None };
        self.forget();
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
        match self.stream.wanted {
            Wanted::Csv { guarded } => push_csv_row(&mut part.csv, &row_cells(&Row::new(self.stream.plan, &decision)), guarded),
            Wanted::First(_) if rows_wanted > 0 => part.rows.push(Row::new(self.stream.plan, &decision)),
            Wanted::First(_) => {}
        }
    }

    /// Forgets the values of the row at hand.
    fn forget(&mut self) {
        let mut left = self.filled;
        while left != 0 {
            if let Some(value) = self.record.values.get_mut(left.trailing_zeros() as usize) {
                *value = None;
            }
            left &= left - 1;
        }
        self.filled = 0;
    }

    /// Decides a row by classes alone; none when it needs more, and then nothing was counted.
    fn quick(&mut self, cells: Cells<'_>, part: &mut Part) -> Option<()> {
        let stream = self.stream;
        let quick = self.read(cells)?;
        let index = stream.engine.index();
        if index.points.asks_day() {
            let today = self.clock.day(quick.at);
            index.points.set_day(today, &mut self.point);
        }
        let (placing, territory) = self.place()?;
        index.points.set_territory(territory, &mut self.point);
        if index.overlays.at(&self.point, &mut self.scratch).next().is_some() {
            return None;
        }
        let rule = self.choose(cells, quick.at, territory)?;
        let verdict = self.verdict(rule, placing, cells)?;
        verdict.share.count += 1;
        verdict.share.amount = verdict.share.amount.saturating_add(quick.amount);
        if let Wanted::Csv { guarded } = stream.wanted {
            let out = &mut part.csv;
            push_text(out, quick.id, guarded);
            out.push(b',');
            let name = stream.name.and_then(|n| Some((n, cells.at(stream.cells.column(n)?)?)));
            if let Some(name) = name.and_then(|(n, cell)| stream.cells.plain(n, cell).flatten()) {
                push_text(out, name, guarded);
            }
            out.extend_from_slice(&verdict.middle);
            self.clock.push(out, quick.at);
            out.push(b'\n');
        }
        part.keys.push(repeats::hash(quick.id));
        part.report.rows += 1;
        for (position, (field, report)) in stream.fields.iter().zip(&mut part.report.fields).enumerate() {
            report.seen += u64::from(field.column.is_some());
            report.blank += quick.blank >> position & 1;
        }
        Some(())
    }

    /// Reads what is needed of a row into the point; none when something about it is odd.
    fn read<'a>(&mut self, cells: Cells<'a>) -> Option<Quick<'a>> {
        let stream = self.stream;
        self.point.clear();
        self.point.resize(stream.engine.index().points.axes(), 0);
        let (mut blank, mut at, mut amount) = (0_u64, None, Decimal::ZERO);
        let mut id = None;
        for (position, (field, cache)) in stream.fields.iter().zip(&mut self.caches).enumerate() {
            let cell = match field.column {
                Some(column) => cells.at(column)?,
                None => "",
            };
            if position == stream.key {
                // The text must live as long as the row, so a key that is cleaned is read the long way.
                id = Some(crate::model::trim(cell)).filter(|own| !own.is_empty() && stream.cells.plain(position, cell) == Some(Some(*own)));
                id?;
                if field.how == How::Blank {
                    continue;
                }
            }
            if field.how == How::Blank {
                let empty = cell.is_empty() || stream.cells.plain(position, cell)?.is_none();
                blank |= u64::from(empty) << position;
                continue;
            }
            let outcome = cache.get(cell, || work_out(stream, position, cell, &mut self.odd))?;
            blank |= u64::from(outcome.value.is_none()) << position;
            for (axis, class) in &outcome.classes {
                if let Some(own) = self.point.get_mut(*axis as usize) {
                    *own = *class;
                }
            }
            match &outcome.value {
                Some(Value::Time(time)) if Some(position) == stream.arrival => at = Some(*time),
                Some(Value::Number(number)) if Some(position) == stream.money => amount = *number,
                _ => {}
            }
        }
        Some(Quick { id: id?, at: stream.at.or(at).unwrap_or(stream.now), amount, blank })
    }

    /// Finds where a row is placed: the number of the case, and the territory; none when that takes more than classes.
    fn place(&mut self) -> Option<Placed> {
        let stream = self.stream;
        let mut claims: SmallVec<[u32; 8]> = SmallVec::new();
        for candidate in stream.engine.index().claims.at(&self.point, &mut self.scratch) {
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
        let context = Context::new(stream.plan, &self.record, &self.state, stream.now);
        let placement = self.engine.place_claims(&ids, &context);
        let found = (number, placement.territory());
        self.placed.insert(claims, found);
        Some(found)
    }

    /// Finds the only rule that applies first, none inside for the last resort; none outside when it takes more than classes.
    #[expect(clippy::option_option, reason = "no rule, and no answer, are two things")]
    fn choose(&mut self, cells: Cells<'_>, at: Timestamp, territory: Option<TerritoryId>) -> Option<Option<u32>> {
        let stream = self.stream;
        let index = stream.engine.index();
        let mut scratch = std::mem::take(&mut self.scratch);
        let found = self.choose_among(index.rules.at(&self.point, &mut scratch), cells, at, territory);
        self.scratch = scratch;
        found
    }

    /// Likewise, among the rules that classes let through.
    #[expect(clippy::option_option, reason = "no rule, and no answer, are two things")]
    fn choose_among(
        &mut self,
        candidates: Candidates<'_>,
        cells: Cells<'_>,
        at: Timestamp,
        territory: Option<TerritoryId>,
    ) -> Option<Option<u32>> {
        let stream = self.stream;
        let index = stream.engine.index();
        let mut found: Option<(usize, u32)> = None;
        let rank = |item: usize| {
            let rule = stream.plan.book.rules.get(index.order.get(item)?.index())?;
            Some(rule.priority.rank)
        };
        for candidate in candidates {
            if let Some((_, first)) = found {
                // Another rule of the same priority applies, or may: that is said with the decision.
                if rank(candidate.item)? != first {
                    break;
                }
            }
            let holds = match candidate.certainty {
                Certainty::Certain => true,
                Certainty::Unsure => {
                    self.fill((*stream.asked_whole.get(candidate.item)?)?, cells)?;
                    let rule = stream.plan.book.rules.get(index.order.get(candidate.item)?.index())?;
                    let context = Context::new(stream.plan, &self.record, &self.state, at).placed_in(territory);
                    rule.dates.contains(context.today) && answer(&rule.condition, &context).is_yes()
                }
                Certainty::Open => {
                    self.fill((*stream.asked.get(candidate.item)?)?, cells)?;
                    let context = Context::new(stream.plan, &self.record, &self.state, at).placed_in(territory);
                    index.open.get(candidate.item)?.iter().all(|part| answer(part, &context).is_yes())
                }
            };
            if holds {
                if found.is_some() {
                    return None;
                }
                if !*stream.fixed.get(candidate.item)? {
                    return None;
                }
                found = Some((candidate.item, rank(candidate.item)?));
            }
        }
        match found {
            Some((item, _)) => Some(Some(u32::try_from(item).ok()?)),
            None if stream.otherwise_fixed => Some(None),
            None => None,
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

    /// Finds what a rule always comes to in a placing, from the first row that it takes.
    fn verdict(&mut self, rule: Option<u32>, placing: u32, cells: Cells<'_>) -> Option<&mut Verdict> {
        if !self.verdicts.contains_key(&(rule, placing)) {
            let record = self.stream.cells.record(cells, &mut self.stream.cells.report()).ok()?;
            let decision = self.whole(record);
            let made = self.template(rule, decision);
            self.verdicts.insert((rule, placing), made);
        }
        self.verdicts.get_mut(&(rule, placing))?.as_mut()
    }

    /// Makes a template of a decision, if it is of the rule expected and nothing in it hangs on the record.
    fn template(&self, rule: Option<u32>, decision: Decision) -> Option<Verdict> {
        let expected = match rule {
            Some(item) => Some(Decider::Rule(*self.stream.engine.index().order.get(item as usize)?)),
            None => self.stream.plan.book.otherwise.get(&self.stream.record).map(|_| Decider::Otherwise),
        };
        let plain = decision.outcome.by == expected && decision.also.is_empty() && decision.added.is_empty() && decision.credits.is_empty();
        if !plain || decision.due.is_some() || decision.trials.len() > 1 || decision.matching.is_some() {
            return None;
        }
        let guarded = matches!(self.stream.wanted, Wanted::Csv { guarded: true });
        let row = Row::new(self.stream.plan, &decision);
        let cells = row_cells(&row);
        let mut middle = vec![b','];
        for cell in cells.get(2..cells.len() - 1).unwrap_or_default() {
            push_csv_row(&mut middle, std::slice::from_ref(cell), guarded);
            middle.pop();
            middle.push(b',');
        }
        Some(Verdict { decision, middle, share: Share::default() })
    }
}

fn push_text(out: &mut Vec<u8>, text: &str, guarded: bool) {
    if guarded && text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        push_csv_row(out, &[OutCell::text(text)], guarded);
        out.pop();
    } else {
        push_csv_cell(out, text);
    }
}

/// Reads a cell; none when it cannot be read, was replaced, or has a value that is not declared: those are counted one by one.
fn work_out(stream: &Stream<'_>, position: usize, cell: &str, odd: &mut FieldReport) -> Option<Outcome> {
    let field = stream.fields.get(position)?;
    let value = match field.column {
        Some(_) => stream.cells.read(position, cell, odd).ok()?,
        None => None,
    };
    if odd.replaced > 0 || odd.unlisted_others > 0 || !odd.unlisted.is_empty() {
        *odd = FieldReport::default();
        return None;
    }
    let classes = match &value {
        Some(value) => stream.engine.index().points.classes_of(field.id, value, &stream.plan.data),
        None => Default::default(),
    };
    Some(Outcome { value, classes })
}
