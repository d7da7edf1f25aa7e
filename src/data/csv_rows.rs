//! CSV to rows of text, with the line where each begins and a bound on its length.
//!
//! `csv-core` takes the cells apart (RFC 4180, read leniently); this file feeds it one row at a time, which is what
//! makes the line numbers exact across blank lines, CRLF and quoted newlines, and what keeps an unclosed quote from
//! eating the memory.

use std::io::BufRead;
use std::sync::Arc;

use csv_core::ReadRecordResult;

use super::rows::{Fields, Next, RawRow};
use super::{DataError, Input, LONGEST_ROW, SetAside};

/// Reads the rows of a CSV file.
pub(super) struct CsvRows {
    reader: Box<dyn BufRead>,
    file: Arc<str>,
    parser: csv_core::Reader,
    /// Names of the columns, trimmed.
    pub header: Vec<String>,
    /// Line of the header, from 1; 0 for an empty file.
    pub header_line: u64,
    /// Line of the next byte, from 1.
    line: u64,
    /// Bytes consumed so far.
    offset: u64,
    /// Whether the last byte consumed was a carriage return, whose line feed may still come.
    after_cr: bool,
    /// The row as it stands in the file.
    raw: Vec<u8>,
    /// The row's cells, one after the other, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// Where a row begins, and whether the file ended inside a quote.
struct Begun {
    line: u64,
    offset: u64,
    unclosed: bool,
}

impl CsvRows {
    /// Reads the header.
    pub fn open(input: Input, delimiter: u8) -> Result<Self, DataError> {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let mut rows = Self {
            reader: input.reader,
            file: input.file,
            parser,
            header: Vec::new(),
            header_line: 0,
            line: 1,
            offset: 0,
            after_cr: false,
            raw: Vec::new(),
            cells: Vec::new(),
            ends: Vec::new(),
        };
        let Some(begun) = rows.advance()? else { return Err(DataError::Empty { file: rows.file }) };
        match rows.text() {
            Ok(text) => rows.header = cells(text, &rows.ends).map(|c| crate::model::trim(c).to_owned()).collect(),
            Err((line, byte)) => {
                return Err(DataError::NotUtf8 { file: rows.file.clone(), line: begun.line + line, byte: begun.offset + byte });
            }
        }
        rows.header_line = begun.line;
        Ok(rows)
    }

    /// Reads the next row.
    pub fn next(&mut self) -> Result<Next<'_>, DataError> {
        let wanted = self.header.len();
        loop {
            let Some(begun) = self.advance()? else { return Ok(Next::End) };
            let line = begun.line;
            if begun.unclosed {
                return Ok(Next::SetAside(self.aside(line, "a quote is opened in this row and never closed, so the file was read as one cell from there to its end; put the closing quote in".to_owned())));
            }
            let blank_line = self.ends.len() <= 1 && self.cells.iter().all(u8::is_ascii_whitespace);
            if blank_line {
                continue;
            }
            if let Err((lines, byte)) = self.text() {
                return Ok(Next::SetAside(self.aside(
                    line,
                    format!("line {} is not UTF-8 at byte {} of the file; save the file again as UTF-8", line + lines, begun.offset + byte),
                )));
            }
            let found = self.ends.len();
            if found != wanted {
                return Ok(Next::SetAside(self.aside(line, wrong_count(found, wanted))));
            }
            let text = std::str::from_utf8(&self.cells).unwrap_or_default();
            return Ok(Next::Row(RawRow { line, fields: Fields::Cells { text, ends: &self.ends } }));
        }
    }

    fn aside(&self, line: u64, reason: String) -> SetAside {
        SetAside { file: self.file.clone(), line, column: None, value: None, reason }
    }

    /// Returns the row's cells as text; or the lines before, and the position from 1 of, the first byte that is not UTF-8.
    fn text(&self) -> Result<&str, (u64, u64)> {
        // A character must not be pieced together from the ends of two cells.
        let whole = std::str::from_utf8(&self.cells).ok().filter(|text| self.ends.iter().all(|end| text.is_char_boundary(*end)));
        whole.ok_or_else(|| {
            let valid = std::str::from_utf8(&self.raw).err().map_or(0, |e| e.valid_up_to());
            let lines = self.raw.iter().take(valid).filter(|b| **b == b'\n').count();
            (u64::try_from(lines).unwrap_or(0), u64::try_from(valid).unwrap_or(0) + 1)
        })
    }

    /// Reads one row into `cells` and `ends`; none at the end of the file. Empty lines before it are passed over.
    fn advance(&mut self) -> Result<Option<Begun>, DataError> {
        if !self.skip_empty_lines()? {
            return Ok(None);
        }
        let mut begun = Begun { line: self.line, offset: self.offset, unclosed: false };
        self.raw.clear();
        let (mut filled, mut ended) = (0, 0);
        self.cells.resize(self.cells.capacity().clamp(1024, 1 << 16), 0);
        self.ends.resize(self.ends.capacity().max(64), 0);
        loop {
            let buffer = self.reader.fill_buf().map_err(|e| DataError::reading(&self.file, e))?;
            let at_end = buffer.is_empty();
            // A last line without its end gets one; only inside a quote does that not end the row.
            let buffer = if at_end && !begun.unclosed { b"\n" } else { buffer };
            let output = self.cells.get_mut(filled..).unwrap_or_default();
            let places = self.ends.get_mut(ended..).unwrap_or_default();
            let (result, read, written, closed) = self.parser.read_record(buffer, output, places);
            if !at_end {
                let consumed = buffer.get(..read).unwrap_or_default();
                self.raw.extend_from_slice(consumed);
                (self.line, self.after_cr) = lines_after(self.line, self.after_cr, consumed);
                self.reader.consume(read);
                self.offset += u64::try_from(read).unwrap_or(0);
            }
            filled += written;
            ended += closed;
            if self.raw.len() > LONGEST_ROW {
                return Err(DataError::TooLong { file: self.file.clone(), line: begun.line });
            }
            match result {
                ReadRecordResult::InputEmpty => begun.unclosed |= at_end,
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        self.cells.truncate(filled);
        self.ends.truncate(ended);
        Ok(Some(begun))
    }

    /// Passes over line ends; returns whether anything follows.
    fn skip_empty_lines(&mut self) -> Result<bool, DataError> {
        loop {
            let buffer = self.reader.fill_buf().map_err(|e| DataError::reading(&self.file, e))?;
            let read = buffer.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            let more = read < buffer.len();
            if read == 0 {
                return Ok(more);
            }
            (self.line, self.after_cr) = lines_after(self.line, self.after_cr, buffer.get(..read).unwrap_or_default());
            self.reader.consume(read);
            self.offset += u64::try_from(read).unwrap_or(0);
            if more {
                return Ok(true);
            }
        }
    }
}

/// Counts lines: a line feed, a carriage return, or both together end one.
fn lines_after(mut line: u64, mut after_cr: bool, bytes: &[u8]) -> (u64, bool) {
    for byte in bytes {
        line += u64::from(*byte == b'\r' || (*byte == b'\n' && !after_cr));
        after_cr = *byte == b'\r';
    }
    (line, after_cr)
}

/// Takes the cells apart.
pub(super) fn cells<'a>(text: &'a str, ends: &'a [usize]) -> impl Iterator<Item = &'a str> {
    ends.iter().scan(0, move |start, end| {
        let cell = text.get(*start..*end);
        *start = *end;
        cell
    })
}

fn wrong_count(found: usize, wanted: usize) -> String {
    let cells = crate::text::wording::count(found, "cell", "cells");
    let columns = crate::text::wording::count(wanted, "column", "columns");
    let hint =
        if found > wanted { "put a cell that holds the delimiter in double quotes" } else { "every row needs a cell for each column" };
    format!("this row has {cells} and the header names {columns}; {hint}")
}
