//! Results as a spreadsheet: several sheets, each with a header that stays in view and filters on every column.

use std::io;

use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, XlsxError};

use super::{DataError, OutCell, Output};

/// How many rows a sheet holds (Excel, and every program that reads its files).
const ROWS: u32 = 1_048_576;

/// The longest text of a cell, in characters.
const LONGEST: usize = 32_767;

/// How wide a column is at first, in characters.
const WIDTH: f64 = 22.0;

/// A sheet while it is written.
struct Sheet {
    name: String,
    header: Vec<String>,
    /// Its position among all sheets: the last of its name.
    at: usize,
    /// How many of its name there are.
    parts: usize,
    /// The next row.
    next: u32,
}

/// Writes sheets row by row; rows wait in temporary files, so memory stays bounded.
pub struct Workbook {
    inner: rust_xlsxwriter::Workbook,
    output: Output,
    sheets: Vec<Sheet>,
    count: usize,
}

impl Workbook {
    /// Begins a workbook with sheets of these names and columns.
    ///
    /// # Errors
    /// When a temporary file cannot be made.
    pub fn new(output: Output, sheets: &[(&str, &[&str])]) -> Result<Self, DataError> {
        let mut book = Self { inner: rust_xlsxwriter::Workbook::new(), output, sheets: Vec::new(), count: 0 };
        // The same rows make the same bytes: the time of making stays out of the file.
        let made = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1).map_err(|e| book.wrong(&e))?;
        book.inner.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
        for (name, header) in sheets {
            let header = header.iter().map(|h| (*h).to_owned()).collect();
            book.sheets.push(Sheet { name: (*name).to_owned(), header, at: 0, parts: 0, next: ROWS });
        }
        for sheet in 0..book.sheets.len() {
            book.begin(sheet)?;
        }
        Ok(book)
    }

    fn wrong(&self, error: &XlsxError) -> DataError {
        let reason = match error {
            XlsxError::IoError(reason) => io::Error::new(reason.kind(), reason.to_string()),
            other => io::Error::other(other.to_string()),
        };
        self.output.error(reason)
    }

    /// Begins a sheet, or goes on with it on a further one when it is full.
    fn begin(&mut self, sheet: usize) -> Result<(), DataError> {
        let Some(own) = self.sheets.get_mut(sheet) else { return Ok(()) };
        own.parts += 1;
        own.at = self.count;
        own.next = 1;
        self.count += 1;
        let name = if own.parts == 1 { own.name.clone() } else { format!("{} {}", own.name, own.parts) };
        let header = own.header.clone();
        let bold = Format::new().set_bold();
        let last = u16::try_from(header.len().saturating_sub(1)).unwrap_or(0);
        let begun = self.inner.add_worksheet_with_constant_memory().and_then(|page| {
            page.set_name(name)?;
            page.set_freeze_panes(1, 0)?;
            page.set_column_range_width(0, last, WIDTH)?;
            page.autofilter(0, 0, ROWS - 1, last)?;
            for (column, text) in (0..).zip(&header) {
                page.write_string_with_format(0, column, text, &bold)?;
            }
            Ok(())
        });
        begun.map_err(|e| self.wrong(&e))
    }

    /// Adds a row to a sheet, by the sheet's position among those given.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub fn row(&mut self, sheet: usize, cells: &[OutCell<'_>]) -> Result<(), DataError> {
        if self.sheets.get(sheet).is_some_and(|s| s.next == ROWS) {
            self.begin(sheet)?;
        }
        let Some(own) = self.sheets.get_mut(sheet) else { return Ok(()) };
        let (at, row) = (own.at, own.next);
        own.next += 1;
        let written = self.inner.worksheet_from_index(at).and_then(|page| {
            for (column, cell) in (0..).zip(cells) {
                match cell {
                    OutCell::Missing => {}
                    OutCell::YesNo(yes) => {
                        page.write_boolean(row, column, *yes)?;
                    }
                    // A number of a spreadsheet has 15 digits; longer ones stay text.
                    OutCell::Number(number) if number.normalize().mantissa().unsigned_abs() < 1_000_000_000_000_000 => {
                        page.write_number(row, column, number.to_f64().unwrap_or(0.0))?;
                    }
                    OutCell::Text(_) | OutCell::List(_) | OutCell::Number(_) => {
                        page.write_string(row, column, short(&cell.plain()))?;
                    }
                }
            }
            Ok(())
        });
        written.map_err(|e| self.wrong(&e))
    }

    /// Ends the workbook and gives the file its final name.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn finish(mut self) -> Result<(), DataError> {
        let saved = self.inner.save_to_buffer();
        let bytes = saved.map_err(|e| self.wrong(&e))?;
        self.output.put(&bytes)?;
        self.output.finish()
    }
}

/// Cuts a text that no cell can hold, and says so.
fn short(text: &str) -> std::borrow::Cow<'_, str> {
    const CUT: &str = " ... (longer than a cell can be; see the CSV or JSON output)";
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text.into();
    }
    let mut room = LONGEST - CUT.len();
    let kept: String = text
        .chars()
        .take_while(|c| {
            let fits = room >= c.len_utf16();
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    (kept + CUT).into()
}
