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
    reader: Box<dyn BufRead + Send>,
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub line: u64,
    pub offset: u64,
    pub unclosed: bool,
}

/// A row as taken apart.
#[derive(Clone, Copy)]
pub(super) struct Taken<'a> {
    /// Its cells, one after the other, and where each ends.
    pub cells: &'a [u8],
    pub ends: &'a [usize],
    /// As it stands in the file.
    pub raw: &'a [u8],
}

/// What a row came to.
pub(super) enum Finished<'a> {
    /// A line of blanks.
    Blank,
    /// All its cells.
    Row(&'a str),
    /// It cannot be read.
    SetAside(SetAside),
}

impl<'a> Taken<'a> {
    /// Looks whether a row has the cells wanted, as text.
    pub fn finish(self, file: &Arc<str>, wanted: usize, begun: Begun) -> Finished<'a> {
        let line = begun.line;
        let aside = |reason: String| Finished::SetAside(SetAside { file: file.clone(), line, column: None, value: None, reason });
        if begun.unclosed {
            return aside("a quote is opened in this row and never closed, so the file was read as one cell from there to its end; put the closing quote in".to_owned());
        }
        if self.ends.len() <= 1 && self.cells.iter().all(u8::is_ascii_whitespace) {
            return Finished::Blank;
        }
        match self.text() {
            Err((lines, byte)) => {
                let (line, byte) = (line + lines, begun.offset + byte);
                aside(format!("line {line} is not UTF-8 at byte {byte} of the file; save the file again as UTF-8"))
            }
            Ok(_) if self.ends.len() != wanted => aside(wrong_count(self.ends.len(), wanted)),
            Ok(text) => Finished::Row(text),
        }
    }

    /// Returns the cells as text; or the lines before, and the position from 1 of, the first byte that is not UTF-8.
    fn text(self) -> Result<&'a str, (u64, u64)> {
        // A character must not be pieced together from the ends of two cells.
        let whole = std::str::from_utf8(self.cells).ok().filter(|text| self.ends.iter().all(|end| text.is_char_boundary(*end)));
        whole.ok_or_else(|| {
            let valid = std::str::from_utf8(self.raw).err().map_or(0, |e| e.valid_up_to());
            let lines = self.raw.iter().take(valid).filter(|b| **b == b'\n').count();
            (u64::try_from(lines).unwrap_or(0), u64::try_from(valid).unwrap_or(0) + 1)
        })
    }
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
        match rows.taken().text() {
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
            // Looked at twice, because what is lent cannot be kept for the next turn of the loop.
            match self.taken().finish(&self.file, wanted, begun) {
                Finished::Blank => {}
                Finished::SetAside(row) => return Ok(Next::SetAside(row)),
                Finished::Row(_) => {
                    let text = std::str::from_utf8(&self.cells).unwrap_or_default();
                    return Ok(Next::Row(RawRow { line: begun.line, fields: Fields::Cells { text, ends: &self.ends } }));
                }
            }
        }
    }

    fn taken(&self) -> Taken<'_> {
        Taken { cells: &self.cells, ends: &self.ends, raw: &self.raw }
    }

    /// Hands over what is left to read behind the header.
    pub fn into_rest(self) -> Rest {
        let Self { reader, file, header, header_line, line, offset, after_cr, .. } = self;
        Rest { reader, file, header, header_line, line, offset, after_cr }
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

/// What is left of a file behind its header.
pub(super) struct Rest {
    pub reader: Box<dyn BufRead + Send>,
    pub file: Arc<str>,
    pub header: Vec<String>,
    pub header_line: u64,
    pub line: u64,
    pub offset: u64,
    pub after_cr: bool,
}

/// Counts lines: a line feed, a carriage return, or both together end one.
pub(super) fn lines_after(mut line: u64, mut after_cr: bool, bytes: &[u8]) -> (u64, bool) {
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
