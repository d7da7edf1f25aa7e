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
use crate::space::Plain;
use crate::text::Short;

/// A column whose cells are looked at.
pub(super) struct Column<'s> {
    /// The position of its field.
    field: usize,
    /// Its position in the file.
    at: usize,
    plain: Option<(Spelling, Vec<(usize, &'s Plain)>)>,
    how: How,
    cache: CellCache,
    /// What a cell that is missing lets through.
    missing: Outcome,
}

/// Which plain spelling cells have.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Text,
    Whole,
    Seconds,
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
        let missing = sieve.outcome(field.id, &Default::default());
        let Some(at) = field.column else {
            always.push(missing);
            return None;
        };
        let spelling = match &stream.plan.book.schema.record(stream.record).fields.get(position)?.ty {
            Type::Text { .. } | Type::Postal => Some(Spelling::Text),
            Type::Number | Type::Percent | Type::Money(_) => Some(Spelling::Whole),
            Type::Time => Some(Spelling::Seconds),
            _ => None,
        };
        let spelling = spelling.filter(|_| stream.cells.is_bare(position));
        let plain = spelling.and_then(|spelling| Some((spelling, stream.engine.index().points.plain(field.id)?)));
        Some(Self { field: position, at, plain, how: field.how, cache: CellCache::new(), missing })
    }

    /// Reads the cell of a row; none when something about it is odd.
    pub(super) fn read(&mut self, stream: &Stream<'_>, cells: Cells<'_>, told: &mut Told, sieve: &mut Sieve<'_>) -> Option<()> {
        let cell = cells.bytes(self.at)?;
        if cell.is_empty() {
            self.miss(told, sieve);
            return Some(());
        }
        if trimmed(cell) {
            if stream.cells.means_missing(self.field, cell) {
                self.miss(told, sieve);
                return Some(());
            }
            if self.how == How::Blank || self.plainly(stream, cells, cell, told, sieve).is_some() {
                return Some(());
            }
        }
        let (field, how) = (self.field, self.how);
        let short = cells.short(self.at);
        let text = cells.at(self.at)?;
        if how == How::Blank {
            if stream.cells.plain(field, text)?.is_none() {
                self.miss(told, sieve);
            }
            return Some(());
        }
        let outcome = self.cache.get(short, || work_out(stream, field, text, sieve))?;
        sieve.take(outcome);
        if let Some(more) = &outcome.more {
            told.blank |= u64::from(more.blank) << field;
            told.at = more.at.or(told.at);
            told.amount = more.amount.or(told.amount);
        }
        Some(())
    }

    fn miss(&self, told: &mut Told, sieve: &mut Sieve<'_>) {
        told.blank |= 1 << self.field;
        sieve.take(&self.missing);
    }

    /// Reads a plain cell; none when it is not plain.
    fn plainly(&self, stream: &Stream<'_>, cells: Cells<'_>, cell: &[u8], told: &mut Told, sieve: &mut Sieve<'_>) -> Option<()> {
        let (spelling, axes) = self.plain.as_ref()?;
        let number = match spelling {
            Spelling::Text => {
                let short: Option<Short> = cells.short(self.at);
                for (axis, plain) in axes {
                    sieve.put(*axis, plain.class_of_text(cell, short.as_ref())?.unwrap_or(0));
                }
                return Some(());
            }
            Spelling::Whole => ascii::whole(cell)?,
            Spelling::Seconds => ascii::seconds(cell)?,
        };
        for (axis, plain) in axes {
            sieve.put(*axis, plain.class_of_whole(number)?);
        }
        if Some(self.field) == stream.arrival {
            told.at = Some(Timestamp::from_second(number).ok()?);
        }
        if Some(self.field) == stream.money {
            told.whole = number;
        }
        Some(())
    }
}

/// Whether a cell has nothing to cut, which its first and last byte tell.
fn trimmed(cell: &[u8]) -> bool {
    cell.first().is_some_and(u8::is_ascii_graphic) && cell.last().is_some_and(u8::is_ascii_graphic)
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
