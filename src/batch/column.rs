//! One column of the rows: how a cell becomes what it lets through.
//!
//! Plain cells of text, numbers and moments go straight to their classes; what a cell of any other kind came to is kept for
//! the next one alike; the rest becomes a value first.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::ascii;
use super::cell_cache::{CellCache, Outcome};
use super::sieve::Sieve;
use super::stream::{How, Stream};
use crate::data::{Cells, FieldReport};
use crate::model::{Type, Value};
use crate::plan::index::PlainAxis;

/// A column whose cells are looked at.
pub(super) struct Column<'s> {
    /// The position of its field.
    field: usize,
    /// Its position in the file.
    at: usize,
    /// Whether some words in it mean missing.
    words: bool,
    way: Way<'s>,
    cache: CellCache,
    /// What an empty cell lets through; none when even that is odd, because something else is put in its place.
    missing: Option<Outcome>,
}

/// What is done with cells that have no blanks around them.
enum Way<'s> {
    /// Nothing: they are there.
    Nothing,
    /// They are texts of which none is told from another: the classes that all have.
    There(Vec<(PlainAxis<'s>, usize)>),
    /// Their text is looked up.
    Text(Vec<PlainAxis<'s>>),
    /// They are read as whole numbers.
    Whole(Vec<PlainAxis<'s>>),
    /// They are read as moments.
    Seconds(Vec<PlainAxis<'s>>),
    /// What one came to is kept.
    Kept,
}

/// What the cells of a row told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Missing fields, as bits.
    pub blank: u64,
    /// When it arrived.
    pub at: Option<Timestamp>,
    /// The amount, as whole number and the rest.
    pub whole: i64,
    /// The amount where it is no plain whole number.
    pub amount: Option<Decimal>,
}

impl<'s> Column<'s> {
    /// Makes the column of a field; none when the file has none for it, and then what that lets through goes into `always`.
    pub(super) fn new(stream: &'s Stream<'_>, position: usize, sieve: &mut Sieve<'s>, always: &mut Vec<Outcome>) -> Option<Self> {
        let field = stream.fields.get(position)?;
        let Some(at) = field.column else {
            always.push(sieve.outcome(field.id, &Default::default()));
            return None;
        };
        let missing = work_out(stream, position, "", sieve);
        let plain = || stream.engine.index().plain(field.id).filter(|_| stream.cells.is_bare(position));
        let way = match &stream.plan.book.schema.record(stream.record).fields.get(position)?.ty {
            _ if field.how == How::Blank => Some(Way::Nothing),
            Type::Text { .. } | Type::Postal => plain().map(|axes| {
                let there = |axis: &PlainAxis<'s>| Some((*axis, axis.plain.class_of_any_text()?));
                axes.iter().map(there).collect::<Option<_>>().map_or(Way::Text(axes), Way::There)
            }),
            Type::Number | Type::Percent | Type::Money(_) => plain().map(Way::Whole),
            Type::Time => plain().map(Way::Seconds),
            _ => None,
        };
        let (way, words) = (way.unwrap_or(Way::Kept), stream.cells.has_words_for_missing(position));
        Some(Self { field: position, at, words, way, cache: CellCache::new(), missing })
    }

    /// Reads the cell of a row; none when something about it is odd.
    #[inline]
    pub(super) fn read(&mut self, stream: &Stream<'_>, cells: Cells<'_>, told: &mut Told, sieve: &mut Sieve<'_>) -> Option<()> {
        let cell = cells.bytes(self.at)?;
        let ([first, ..], [.., last]) = (cell, cell) else {
            return self.miss(told, sieve);
        };
        // What has nothing to cut shows by its first and last byte.
        if !first.is_ascii_graphic() || !last.is_ascii_graphic() || (self.words && stream.cells.means_missing(self.field, cell)) {
            return self.read_any(stream, cells, told, sieve);
        }
        match &self.way {
            Way::Nothing => return Some(()),
            Way::There(axes) => {
                axes.iter().for_each(|(axis, class)| sieve.put_on(axis, *class));
                return Some(());
            }
            Way::Text(axes) => {
                if sieve.put_text(axes, cell, cells.short(self.at).as_ref()).is_some() {
                    return Some(());
                }
            }
            Way::Whole(axes) => {
                if let Some(number) = ascii::whole(cell) {
                    sieve.put_whole(axes, number);
                    if Some(self.field) == stream.money {
                        told.whole = number;
                    }
                    return Some(());
                }
            }
            Way::Seconds(axes) => {
                if let Some((number, at)) = ascii::seconds(cell).and_then(|n| Some((n, Timestamp::from_second(n).ok()?))) {
                    sieve.put_whole(axes, number);
                    if Some(self.field) == stream.arrival {
                        told.at = Some(at);
                    }
                    return Some(());
                }
            }
            Way::Kept => {
                if let Some(cell) = cells.short(self.at)
                    && let Some(Outcome { source, more: None }) = self.cache.known(&cell)
                {
                    sieve.add(*source);
                    return Some(());
                }
            }
        }
        self.read_kept(stream, cells, told, sieve)
    }

    /// Reads a cell that may have blanks around it or mean missing.
    fn read_any(&mut self, stream: &Stream<'_>, cells: Cells<'_>, told: &mut Told, sieve: &mut Sieve<'_>) -> Option<()> {
        let text = crate::model::trim(cells.at(self.at)?);
        // What is put in the place of others is put there first.
        if stream.cells.is_bare(self.field) {
            if text.is_empty() || stream.cells.means_missing(self.field, text.as_bytes()) {
                return self.miss(told, sieve);
            }
            if matches!(self.way, Way::Nothing) {
                return Some(());
            }
        }
        self.read_kept(stream, cells, told, sieve)
    }

    /// Looks up what a cell came to before, or works it out.
    #[inline(never)]
    fn read_kept(&mut self, stream: &Stream<'_>, cells: Cells<'_>, told: &mut Told, sieve: &mut Sieve<'_>) -> Option<()> {
        let field = self.field;
        let short = cells.short(self.at);
        let outcome = match short.filter(|cell| self.cache.knows(cell)) {
            Some(cell) => self.cache.known(&cell)?,
            None => self.cache.learn(short, || work_out(stream, field, cells.at(self.at)?, sieve))?,
        };
        sieve.take(outcome);
        if let Some(more) = &outcome.more {
            told.blank |= u64::from(more.blank) << field;
            told.at = more.at.or(told.at);
            told.amount = more.amount.or(told.amount);
        }
        Some(())
    }

    #[inline(always)]
    fn miss(&self, told: &mut Told, sieve: &mut Sieve<'_>) -> Option<()> {
        told.blank |= 1 << self.field;
        sieve.take(self.missing.as_ref()?);
        Some(())
    }
}

/// Reads a cell; none when it cannot be read, was replaced, or has a value that is not declared: those are counted one by one.
fn work_out(stream: &Stream<'_>, position: usize, cell: &str, sieve: &mut Sieve<'_>) -> Option<Outcome> {
    let field = stream.fields.get(position)?;
    let mut odd = FieldReport::default();
    let value = stream.cells.read(position, cell, &mut odd).ok()?;
    if odd.replaced > 0 || odd.unlisted_others > 0 || !odd.unlisted.is_empty() {
        return None;
    }
    let classes = match &value {
        Some(value) => stream.engine.index().points.classes_of(field.id, value, &stream.plan.data),
        None => Default::default(),
    };
    let mut outcome = sieve.outcome(field.id, &classes);
    let (at, amount) = match &value {
        Some(Value::Time(at)) if Some(position) == stream.arrival => (Some(*at), None),
        Some(Value::Number(amount)) if Some(position) == stream.money => (None, Some(*amount)),
        _ => (None, None),
    };
    if value.is_none() || at.is_some() || amount.is_some() {
        let more = outcome.more.get_or_insert_default();
        (more.blank, more.at, more.amount) = (value.is_none(), at, amount);
    }
    Some(outcome)
}
