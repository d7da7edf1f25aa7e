//! A CSV file in pieces of whole rows, so that several threads can take the rows apart.
//!
//! Rows are those of [`super::csv_rows`], to the last message: a piece ends where a row ends, whatever quotes there are.
//! Rows without a quote or a carriage return are split where the delimiter stands; the others go through `csv-core`, one by
//! one. A piece that is not UTF-8 goes that way as a whole.

use std::io::Read;
use std::sync::Arc;

use csv_core::ReadRecordResult;
use memchr::{memchr, memchr_iter, memrchr};

use super::csv_rows::{Begun, CsvRows, Finished, Rest, Taken, lines_after};
use super::marks::{self, Mark};
use super::{Cells, DataError, Input, LONGEST_ROW, SetAside};

/// About how many bytes a piece has.
const PIECE: usize = 1 << 18;

/// Some whole rows of a file.
#[derive(Clone, Debug)]
pub struct Piece {
    bytes: Vec<u8>,
    /// Line of the first byte, from 1.
    line: u64,
    /// How many bytes come before.
    offset: u64,
    /// Whether the byte before is a carriage return, whose line feed may be the first of these.
    after_cr: bool,
    /// Whether a quote is opened and never closed.
    unclosed: bool,
}

/// Cuts a CSV file into pieces.
pub struct Pieces {
    rest: Rest,
    delimiter: u8,
    /// Begun, but not yet whole rows.
    carried: Vec<u8>,
    ended: bool,
    /// About how many bytes a piece has.
    size: usize,
    one: OneRow,
}

impl Pieces {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// When it cannot be read or is not text.
    pub fn open(input: Input, delimiter: Option<u8>) -> Result<Self, DataError> {
        let delimiter = delimiter.unwrap_or(b',');
        let rest = CsvRows::open(input, delimiter)?.into_rest();
        Ok(Self { rest, delimiter, carried: Vec::new(), ended: false, size: PIECE, one: OneRow::new(delimiter) })
    }

    /// Returns the names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.rest.header
    }

    /// Returns the line of the header, from 1.
    #[must_use]
    pub fn header_line(&self) -> u64 {
        self.rest.header_line
    }

    /// Returns the path of the file as shown to people.
    #[must_use]
    pub fn file(&self) -> &Arc<str> {
        &self.rest.file
    }

    /// Returns how rows are split.
    #[must_use]
    pub fn format(&self) -> Format {
        Format { file: self.rest.file.clone(), delimiter: self.delimiter, columns: self.rest.header.len() }
    }

    /// Reads the next piece; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read, or a row is too long.
    pub fn read(&mut self) -> Result<Option<Piece>, DataError> {
        let mut wanted = self.size;
        loop {
            let mut unclosed = false;
            if !self.ended && self.carried.len() < wanted {
                let missing = u64::try_from(wanted - self.carried.len()).unwrap_or(0);
                self.carried.reserve(wanted);
                let read = self.rest.reader.by_ref().take(missing).read_to_end(&mut self.carried);
                let read = read.map_err(|e| DataError::reading(&self.rest.file, e))?;
                self.ended = u64::try_from(read).unwrap_or(0) < missing;
            }
            if self.carried.is_empty() {
                return Ok(None);
            }
            let mut end = self.whole_rows();
            if self.ended {
                unclosed = end < self.carried.len() && self.one.leaves_open(self.carried.get(end..).unwrap_or_default());
                end = self.carried.len();
            }
            if end == 0 {
                if self.carried.len() > LONGEST_ROW {
                    return Err(DataError::TooLong { file: self.rest.file.clone(), line: self.rest.line });
                }
                wanted *= 2;
                continue;
            }
            let after = self.carried.split_off(end);
            let bytes = std::mem::replace(&mut self.carried, after);
            let Rest { line, offset, after_cr, .. } = self.rest;
            (self.rest.line, self.rest.after_cr) = if after_cr || memchr(b'\r', &bytes).is_some() {
                lines_after(line, after_cr, &bytes)
            } else {
                (line + u64::try_from(memchr_iter(b'\n', &bytes).count()).unwrap_or(0), false)
            };
            self.rest.offset += u64::try_from(bytes.len()).unwrap_or(0);
            return Ok(Some(Piece { bytes, line, offset, after_cr, unclosed }));
        }
    }

    /// How many bytes of what is carried are whole rows.
    fn whole_rows(&mut self) -> usize {
        let bytes = self.carried.as_slice();
        let mut at = 0;
        let after_last_line = |to: usize| memrchr(b'\n', bytes.get(at_most(to, bytes)).unwrap_or_default()).map_or(0, |end| end + 1);
        while let Some(quote) = memchr(b'"', bytes.get(at..).unwrap_or_default()) {
            let start = after_last_line(at + quote).max(at);
            match self.one.row_end(bytes.get(start..).unwrap_or_default()) {
                Some(length) => at = start + length,
                None => return start,
            }
        }
        after_last_line(bytes.len()).max(at)
    }
}

fn at_most(to: usize, bytes: &[u8]) -> std::ops::Range<usize> {
    0..to.min(bytes.len())
}

/// Says how rows are split.
#[derive(Clone, Debug)]
pub struct Format {
    file: Arc<str>,
    delimiter: u8,
    columns: usize,
}

/// One row taken apart by `csv-core`.
struct OneRow {
    parser: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    filled: usize,
    ended: usize,
    /// Whether the text ended inside a quote.
    unclosed: bool,
}

impl OneRow {
    fn new(delimiter: u8) -> Self {
        let parser = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        Self { parser, cells: vec![0; 1024], ends: vec![0; 64], filled: 0, ended: 0, unclosed: false }
    }

    /// Takes the first row apart; returns how many bytes it has. A last row without its end gets one.
    fn read(&mut self, bytes: &[u8]) -> usize {
        (self.filled, self.ended, self.unclosed) = (0, 0, false);
        self.parser.reset();
        let mut at = 0;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let at_end = rest.is_empty();
            let input = if at_end && !self.unclosed { b"\n" } else { rest };
            let output = self.cells.get_mut(self.filled..).unwrap_or_default();
            let places = self.ends.get_mut(self.ended..).unwrap_or_default();
            let (result, read, written, closed) = self.parser.read_record(input, output, places);
            if !at_end {
                at += read;
            }
            self.filled += written;
            self.ended += closed;
            match result {
                ReadRecordResult::InputEmpty => self.unclosed |= at_end,
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return at,
            }
        }
    }

    /// How many bytes the first row has, its end included; none when it does not end here.
    fn row_end(&mut self, bytes: &[u8]) -> Option<usize> {
        let read = self.read(bytes);
        (!self.unclosed && bytes.get(read.checked_sub(1)?).is_some_and(|b| matches!(b, b'\n' | b'\r'))).then_some(read)
    }

    /// Whether a quote is opened in the rows and never closed.
    fn leaves_open(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while !rest.is_empty() {
            let read = self.read(rest);
            if self.unclosed {
                return true;
            }
            rest = rest.get(read.max(1)..).unwrap_or_default();
        }
        false
    }

    fn taken<'a>(&'a self, raw: &'a [u8]) -> Taken<'a> {
        let cells = self.cells.get(..self.filled).unwrap_or_default();
        Taken { cells, ends: self.ends.get(..self.ended).unwrap_or_default(), raw }
    }
}

/// Takes the rows of pieces apart; one for each thread.
pub struct Splitter {
    format: Format,
    one: OneRow,
    cells: Vec<(usize, usize)>,
    marks: Vec<Mark>,
}

/// A row of a piece.
pub enum PieceRow<'a> {
    /// Its cells.
    Cells(Cells<'a>),
    /// It cannot be read.
    SetAside(SetAside),
}

impl Splitter {
    /// Makes a splitter.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { one: OneRow::new(format.delimiter), format, cells: Vec::new(), marks: Vec::new() }
    }

    /// Hands over the rows of a piece one after the other.
    ///
    /// # Errors
    /// What taking one fails with.
    pub fn rows<E>(&mut self, piece: &Piece, mut take: impl FnMut(PieceRow<'_>) -> Result<(), E>) -> Result<(), E> {
        let bytes = piece.bytes.as_slice();
        let text = std::str::from_utf8(bytes).ok();
        // Where no carriage return stands, only line feeds end lines.
        let returns = piece.after_cr || memchr(b'\r', bytes).is_some();
        let bare = self.format.delimiter == b',';
        marks::look(bytes, self.format.delimiter, &mut self.marks);
        let (mut line, mut after_cr, mut at) = (piece.line, piece.after_cr, 0);
        while at < bytes.len() {
            if let Some(b'\n' | b'\r') = bytes.get(at) {
                let rest = bytes.get(at..).unwrap_or_default();
                let empty = rest.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
                (line, after_cr) = lines_after(line, after_cr, rest.get(..empty).unwrap_or_default());
                at += empty;
                continue;
            }
            match text.zip(self.split(bytes, at)) {
                Some((text, end)) => {
                    let own = bytes.get(at..end).unwrap_or_default();
                    let row = bytes.get(at..bytes.len().min(end + 1)).unwrap_or_default();
                    let blank = self.cells.len() == 1 && own.iter().all(u8::is_ascii_whitespace);
                    if self.cells.len() == self.format.columns && !blank {
                        take(PieceRow::Cells(Cells { line, text, cells: &self.cells, bare }))?;
                    } else if !blank {
                        let ends: Vec<usize> = self.cells.iter().map(|(_, end)| end - at).collect();
                        let taken = Taken { cells: own, ends: &ends, raw: row };
                        let begun = Begun { line, offset: 0, unclosed: false };
                        if let Finished::SetAside(row) = taken.finish(&self.format.file, self.format.columns, begun) {
                            take(PieceRow::SetAside(row))?;
                        }
                    }
                    at += row.len();
                    if returns {
                        (line, after_cr) = lines_after(line, after_cr, row);
                    } else {
                        line += 1;
                    }
                }
                None => {
                    let rest = bytes.get(at..).unwrap_or_default();
                    let read = self.one.read(rest).max(1);
                    let raw = rest.get(..read).unwrap_or_default();
                    let offset = piece.offset + u64::try_from(at).unwrap_or(0);
                    let unclosed = piece.unclosed && at + read >= bytes.len() && self.one.unclosed;
                    match self.one.taken(raw).finish(&self.format.file, self.format.columns, Begun { line, offset, unclosed }) {
                        Finished::Blank => {}
                        Finished::SetAside(row) => take(PieceRow::SetAside(row))?,
                        Finished::Row(text) => {
                            self.cells.clear();
                            let mut start = 0;
                            for end in self.one.ends.iter().take(self.one.ended) {
                                self.cells.push((start, *end));
                                start = *end;
                            }
                            take(PieceRow::Cells(Cells { line, text, cells: &self.cells, bare: false }))?;
                        }
                    }
                    if returns {
                        (line, after_cr) = lines_after(line, after_cr, raw);
                    } else {
                        line += u64::try_from(memchr_iter(b'\n', raw).count()).unwrap_or(0);
                    }
                    at += read;
                }
            }
        }
        Ok(())
    }

    /// Splits the row that begins at a position; returns where it ends, none when it holds a quote or a carriage return.
    fn split(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        self.cells.clear();
        let mut start = at;
        let mut block = at / marks::BLOCK;
        // Bits before the position are another row's.
        let mut own = u64::MAX << (at % marks::BLOCK);
        while let Some(Mark { cuts, stops }) = self.marks.get(block) {
            let base = block * marks::BLOCK;
            let stop = stops & own;
            // The bits before the stop, if there is one.
            let before = (stop & stop.wrapping_neg()).wrapping_sub(1);
            let mut cuts = cuts & own & before;
            while cuts != 0 {
                let end = base + cuts.trailing_zeros() as usize;
                self.cells.push((start, end));
                start = end + 1;
                cuts &= cuts - 1;
            }
            if stop != 0 {
                let end = base + stop.trailing_zeros() as usize;
                self.cells.push((start, end));
                return bytes.get(end).filter(|byte| **byte == b'\n').map(|_| end);
            }
            own = u64::MAX;
            block += 1;
        }
        self.cells.push((start, bytes.len()));
        Some(bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::FileKind;
    use super::super::rows::{Next, Rows};
    use super::*;

    fn input(bytes: &[u8]) -> Input {
        Input::new(std::io::Cursor::new(bytes.to_vec()), "leads", FileKind::Csv).expect("opens")
    }

    /// One line per row: its line and its cells, or why it was set aside.
    fn streamed(bytes: &[u8]) -> Option<Vec<String>> {
        let mut rows = Rows::open(input(bytes), None).ok()?;
        let mut found = Vec::new();
        loop {
            match rows.next().expect("in memory") {
                Next::End => return Some(found),
                Next::SetAside(row) => found.push(row.to_string()),
                Next::Row(row) => {
                    let super::super::rows::Fields::Cells { text, ends } = row.fields else { continue };
                    let cells: Vec<&str> = super::super::csv_rows::cells(text, ends).collect();
                    found.push(format!("{} {cells:?}", row.line));
                }
            }
        }
    }

    fn in_pieces(bytes: &[u8], size: usize) -> Option<(Vec<String>, usize)> {
        let mut pieces = Pieces { size, ..Pieces::open(input(bytes), None).ok()? };
        let mut splitter = Splitter::new(pieces.format());
        let (mut found, mut count) = (Vec::new(), 0);
        while let Some(piece) = pieces.read().expect("in memory") {
            count += 1;
            let taken: Result<(), ()> = splitter.rows(&piece, |row| {
                found.push(match row {
                    PieceRow::SetAside(row) => row.to_string(),
                    PieceRow::Cells(cells) => {
                        let all: Vec<&str> = (0..cells.cells.len()).filter_map(|i| cells.at(i)).collect();
                        format!("{} {all:?}", cells.line)
                    }
                });
                Ok(())
            });
            taken.expect("nothing fails");
        }
        Some((found, count))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 16 * super::super::sample::cases().cases, ..super::super::sample::cases() })]

        #[test]
        fn pieces_hold_the_rows_of_the_file(
            text in "(a,b,c\n|a\r\n|a,b\r)([a-c,\"\n\r é]{0,3}|\"[a,\n\r]{0,4}\",|x,y,z\n|x,y\r\n|,\n){0,25}",
            broken in proptest::option::of(0..200_usize),
            size in 1..40_usize,
        ) {
            let mut bytes = text.into_bytes();
            if let Some(slot) = broken.and_then(|at| bytes.get_mut(at)) {
                *slot = 0xff;
            }
            let whole = streamed(&bytes);
            let parts = in_pieces(&bytes, size);
            prop_assert_eq!(parts.map(|(rows, _)| rows), whole);
        }
    }

    #[test]
    fn a_large_file_is_cut_at_rows() {
        let row = "1,\"two\nlines\",3\n";
        let bytes = format!("a,b,c\n{}", row.repeat(100)).into_bytes();
        let (rows, pieces) = in_pieces(&bytes, 64).expect("opens");
        assert_eq!(rows.len(), 100);
        assert!(pieces > 20, "{pieces}");
    }
}
