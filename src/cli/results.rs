//! Where the assignments of a run go: nowhere, into a table for machines, or into a spreadsheet of several sheets.

use std::path::Path;

use crate::batch::row_cells;
#[cfg(not(feature = "xlsx"))]
use crate::data::FileKind;
use crate::data::{DataError, Output, OutputFormat, SetAside, TableWriter};
#[cfg(feature = "xlsx")]
use crate::data::{OutCell, Workbook};
#[cfg(feature = "xlsx")]
use crate::report::summary_lines;
use crate::report::{COLUMNS, LISTS, Row, Summary};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As a table for machines.
    Table(OutputFormat),
    /// As a spreadsheet.
    Spreadsheet,
}

/// The results while they are written.
pub enum Results {
    /// Nobody wants them.
    Nowhere,
    /// One row after the other.
    Table(TableWriter),
    /// Sheets: the assignments, why, the totals, the rows set aside.
    #[cfg(feature = "xlsx")]
    Sheets(Box<Workbook>),
}

/// The columns of the rows set aside.
pub const ASIDE: &[&str] = &["file", "line", "column", "value", "reason"];

#[cfg(feature = "xlsx")]
const SHEETS: &[(&str, &[&str])] = &[
    ("Assignments", COLUMNS),
    ("Why", &["id", "assignee", "why"]),
    ("Summary", &["section", "name", "count", "amount"]),
    ("Rows set aside", ASIDE),
];

impl Results {
    /// Opens what is to be written, into a file or to standard output.
    ///
    /// # Errors
    /// When it cannot be written, or this build does not write the format.
    pub fn open(written: Option<Written>, out: Option<&Path>, guarded: bool) -> Result<Self, DataError> {
        let Some(written) = written else { return Ok(Self::Nowhere) };
        let output = out.map_or_else(|| Ok(Output::stdout()), Output::file)?;
        match written {
            Written::Table(format) => TableWriter::new(output, format, (COLUMNS, LISTS), guarded).map(Self::Table),
            #[cfg(feature = "xlsx")]
            Written::Spreadsheet => Workbook::new(output, SHEETS).map(|book| Self::Sheets(Box::new(book))),
            #[cfg(not(feature = "xlsx"))]
            Written::Spreadsheet => Err(DataError::not_built(output.shown(), FileKind::Spreadsheet)),
        }
    }

    /// Whether each row comes with the explanation of its decision.
    pub fn want_why(&self) -> bool {
        match self {
            Self::Nowhere | Self::Table(_) => false,
            #[cfg(feature = "xlsx")]
            Self::Sheets(_) => true,
        }
    }

    /// Whether rows are written and not shown.
    pub fn are_written(&self) -> bool {
        !matches!(self, Self::Nowhere)
    }

    /// Adds a row, with the explanation if it is wanted.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn row(&mut self, row: &Row, why: Option<&str>) -> Result<(), DataError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Table(table) => {
                let _ = why;
                table.row(&row_cells(row))
            }
            #[cfg(feature = "xlsx")]
            Self::Sheets(book) => {
                book.row(0, &row_cells(row))?;
                let assignee = row.assignee.as_ref().map_or(OutCell::Missing, |a| OutCell::text(&**a));
                book.row(1, &[OutCell::text(&*row.id), assignee, why.map_or(OutCell::Missing, OutCell::text)])
            }
        }
    }

    /// Adds a row that could not be read.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn aside(&mut self, row: &SetAside) -> Result<(), DataError> {
        match self {
            Self::Nowhere | Self::Table(_) => {
                let _ = row;
                Ok(())
            }
            #[cfg(feature = "xlsx")]
            Self::Sheets(book) => book.row(3, &row.cells()),
        }
    }

    /// Adds the totals and ends.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn finish(self, summary: &Summary) -> Result<(), DataError> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Table(table) => {
                let _ = summary;
                table.finish()
            }
            #[cfg(feature = "xlsx")]
            Self::Sheets(mut book) => {
                for (section, name, count, amount) in summary_lines(summary) {
                    let number = |n: Option<rust_decimal::Decimal>| n.map_or(OutCell::Missing, OutCell::Number);
                    book.row(2, &[OutCell::text(section), OutCell::text(name), number(count.map(Into::into)), number(amount)])?;
                }
                book.finish()
            }
        }
    }
}
