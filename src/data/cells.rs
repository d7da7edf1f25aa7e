//! Cells of rows that were taken apart by [`super::Pieces`], read as fields of one type of record.
//!
//! The same reading as [`super::RecordReader`] does, but a cell at a time: whoever decides may not need all of them.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::records::{key_text, key_type, wanted};
use super::rows::{Fields, Place, RawRow};
use super::typed_rows::{FieldPlan, plans, read_row};
use super::{DataError, DataFile, DataReport, FieldReport, Pieces, SetAside};
use crate::model::{Origin, Record, RecordId, Schema, Type, Unreadable, Value};
use crate::text::Short;

/// Reads cells as the fields of one type of record.
pub struct CellReader {
    plans: Vec<FieldPlan>,
    kind: RecordId,
    key: usize,
    key_type: Type,
    file: Arc<str>,
    zone: TimeZone,
}

/// A row of cells.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// The line where it begins.
    pub line: u64,
    /// A text that holds all cells.
    pub text: &'a str,
    /// Where each cell begins and ends in the text.
    pub cells: &'a [(usize, usize)],
    /// Whether it is known that no cell holds a comma, a quote or a line end.
    pub bare: bool,
}

impl<'a> Cells<'a> {
    /// Returns a cell; none when the row has no such column.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<&'a str> {
        let (start, end) = self.cells.get(position)?;
        self.text.get(*start..*end)
    }

    /// Returns the bytes of a cell; none when the row has no such column.
    #[must_use]
    #[inline]
    pub fn bytes(&self, position: usize) -> Option<&'a [u8]> {
        let (start, end) = self.cells.get(position)?;
        self.text.as_bytes().get(*start..*end)
    }

    /// Returns a cell that is short; none for others.
    #[must_use]
    #[inline(always)]
    pub fn short(&self, position: usize) -> Option<Short> {
        let (start, end) = self.cells.get(position)?;
        Short::within(self.text.as_bytes(), *start, *end)
    }
}

impl CellReader {
    /// Finds the columns of a file.
    ///
    /// # Errors
    /// When the file lacks a column.
    pub fn open(pieces: &Pieces, schema: &Schema, kind: RecordId, settings: &DataFile, zone: &TimeZone) -> Result<Self, DataError> {
        let file = pieces.file().clone();
        let ty = schema.record(kind);
        let section = format!("records.{}.columns", ty.name);
        let plans = plans(&file, Some((pieces.header(), pieces.header_line())), wanted(schema, kind, true), settings, &section)?;
        let key_type = key_type(schema, kind);
        Ok(Self { plans, kind, key: ty.key.index(), key_type, file, zone: zone.clone() })
    }

    /// Returns a report in which nothing is counted yet.
    #[must_use]
    pub fn report(&self) -> DataReport {
        DataReport { file: self.file.clone(), fields: self.plans.iter().map(FieldPlan::report).collect(), ..DataReport::default() }
    }

    /// Returns the column of a field; none when the file has none for it.
    #[must_use]
    pub fn column(&self, field: usize) -> Option<usize> {
        match self.plans.get(field)?.place {
            Some(Place::Position(at)) => Some(at),
            _ => None,
        }
    }

    /// Reads a cell of a field and counts what is odd about it.
    ///
    /// # Errors
    /// When the cell is not of the field's type.
    pub fn read(&self, field: usize, cell: &str, report: &mut FieldReport) -> Result<Option<Value>, Unreadable> {
        self.plans.get(field).map_or(Ok(None), |plan| plan.read_text(cell, report, &self.zone))
    }

    /// Returns the text of a cell that is taken as it is but for outer blanks: none when it is blank, or the field is not
    /// of that kind (the inner and the outer none).
    #[must_use]
    pub fn plain<'c>(&'c self, field: usize, cell: &'c str) -> Option<Option<&'c str>> {
        let plan = self.plans.get(field).filter(|p| p.is_plain())?;
        Some(plan.clean(cell, &mut FieldReport::default()))
    }

    /// Returns whether cells of a field are read by its type alone, once outer blanks are cut and what means missing is gone.
    #[must_use]
    pub fn is_bare(&self, field: usize) -> bool {
        self.plans.get(field).is_some_and(FieldPlan::is_bare)
    }

    /// Returns whether some words in cells of a field mean missing.
    #[must_use]
    pub fn has_words_for_missing(&self, field: usize) -> bool {
        self.plans.get(field).is_some_and(FieldPlan::has_words_for_missing)
    }

    /// Returns whether a cell without outer blanks means missing.
    #[must_use]
    pub fn means_missing(&self, field: usize, cell: &[u8]) -> bool {
        self.plans.get(field).is_some_and(|plan| plan.means_missing(cell))
    }

    /// Returns whether cells of a field are taken as they are, but for outer blanks.
    #[must_use]
    pub fn is_plain(&self, field: usize) -> bool {
        self.plans.get(field).is_some_and(FieldPlan::is_plain)
    }

    /// Reads a whole row.
    ///
    /// # Errors
    /// The row set aside, with the reason.
    pub fn record(&self, row: Cells<'_>, report: &mut DataReport) -> Result<Record, SetAside> {
        let raw = RawRow { line: row.line, fields: Fields::Ranges { text: row.text, cells: row.cells } };
        let read = read_row(&self.plans, &raw, report, &self.zone).and_then(|values| {
            let key = values.get(self.key).and_then(Option::as_ref).map(|v| key_text(v, &self.key_type));
            let key = key.ok_or_else(|| self.no_key(row.line))?;
            Ok(Record { kind: self.kind, key, values, origin: Origin { file: self.file.clone(), line: row.line } })
        });
        match &read {
            Ok(_) => report.rows += 1,
            Err(aside) => report.count_set_aside(aside),
        }
        read
    }

    fn no_key(&self, line: u64) -> SetAside {
        let plan = self.plans.get(self.key);
        let name = plan.map_or("", |p| &p.wanted.name);
        SetAside {
            file: self.file.clone(),
            line,
            column: plan.map(|p| p.column.clone()),
            value: None,
            reason: super::records::no_key(name),
        }
    }
}
