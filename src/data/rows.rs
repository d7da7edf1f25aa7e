//! Rows as text, whatever they were written in: CSV, JSON lines, or a file that is no text.
//!
//! What comes out are cells that are not typed yet. Rows are lent, not owned, so that reading a large file allocates
//! nothing per row beyond what its values need.

use std::borrow::Cow;
use std::fmt;
use std::io::BufRead;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::csv_rows::CsvRows;
use super::grid::{Grid, GridCell};
use super::{DataError, FileKind, Input, LONGEST_ROW, SetAside};

/// What comes next.
pub(super) enum Next<'a> {
    /// A row.
    Row(RawRow<'a>),
    /// A row that cannot be read.
    SetAside(SetAside),
    /// The end.
    End,
}

/// A row as text.
pub(super) struct RawRow<'a> {
    /// Line where it begins, from 1.
    pub line: u64,
    /// What it holds.
    pub fields: Fields<'a>,
}

/// The cells of a row.
pub(super) enum Fields<'a> {
    /// By position: all cells one after the other, and where each ends.
    Cells { text: &'a str, ends: &'a [usize] },
    /// By position: where each cell begins and ends in a text.
    Ranges { text: &'a str, cells: &'a [(usize, usize)] },
    /// By position, one by one.
    Grid(&'a [GridCell]),
    /// By name, as JSON text.
    Members(Vec<(Cow<'a, str>, &'a RawValue)>),
}

/// One cell, not typed yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// Nothing there: no such member, or null.
    Missing,
    /// Text.
    Text(Cow<'a, str>),
    /// A list of texts.
    List(Vec<String>),
    /// Something that is no value of any field.
    Unfit,
}

/// Where a column is found in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Position(usize),
    Member(String),
}

impl RawRow<'_> {
    /// Returns a cell; and whether the row has such a cell at all.
    pub fn cell(&self, place: &Place) -> (Cell<'_>, bool) {
        match (&self.fields, place) {
            (Fields::Cells { text, ends }, Place::Position(at)) => {
                let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                let cell = ends.get(*at).and_then(|end| text.get(start..*end));
                (cell.map_or(Cell::Missing, |c| Cell::Text(c.into())), cell.is_some())
            }
            (Fields::Ranges { text, cells }, Place::Position(at)) => {
                let cell = cells.get(*at).and_then(|(start, end)| text.get(*start..*end));
                (cell.map_or(Cell::Missing, |c| Cell::Text(c.into())), cell.is_some())
            }
            (Fields::Grid(cells), Place::Position(at)) => {
                let cell = cells.get(*at);
                let shown = match cell {
                    None | Some(GridCell::Missing) => Cell::Missing,
                    Some(GridCell::Text(text)) => Cell::Text(text.as_str().into()),
                    Some(GridCell::List(all)) => Cell::List(all.clone()),
                    Some(GridCell::Unfit) => Cell::Unfit,
                };
                (shown, cell.is_some())
            }
            (Fields::Members(members), Place::Member(name)) => {
                let member = members.iter().find(|(n, _)| n == name);
                (member.map_or(Cell::Missing, |(_, raw)| json_cell(raw)), member.is_some())
            }
            _ => (Cell::Missing, false),
        }
    }
}

/// Turns a JSON value into a cell; numbers keep their digits.
fn json_cell(raw: &RawValue) -> Cell<'_> {
    let text = raw.get().trim();
    match text.bytes().next() {
        Some(b'n') => Cell::Missing,
        Some(b'"') => serde_json::from_str::<Text<'_>>(text).map_or(Cell::Unfit, |t| Cell::Text(t.0)),
        Some(b'[') => {
            let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(text) else { return Cell::Unfit };
            let mut all = Vec::with_capacity(elements.len());
            for element in elements {
                // A list within a list is no value; looking into it would go as deep as the line does.
                if element.get().trim_start().starts_with(['[', '{']) {
                    return Cell::Unfit;
                }
                if let Cell::Text(text) = json_cell(element) {
                    all.push(text.into_owned());
                }
            }
            Cell::List(all)
        }
        Some(b'{') | None => Cell::Unfit,
        Some(_) => Cell::Text(text.into()),
    }
}

/// A text that borrows from the line when it holds no escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The members of an object in the order written, repeats included.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one object per line")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Walk)
    }
}

/// Reads rows of any kind.
pub(super) enum Rows {
    Csv(Box<CsvRows>),
    Json(JsonRows),
    Grid(Grid),
}

impl Rows {
    pub fn open(input: Input, delimiter: Option<u8>) -> Result<Self, DataError> {
        match input.kind {
            FileKind::Csv => Ok(Self::Csv(Box::new(CsvRows::open(input, delimiter.unwrap_or(b','))?))),
            FileKind::JsonLines => Ok(Self::Json(JsonRows { reader: input.reader, file: input.file, line: 0, buffer: Vec::new() })),
            FileKind::Parquet | FileKind::Arrow | FileKind::ArrowStream | FileKind::Spreadsheet => Grid::open(input).map(Self::Grid),
        }
    }

    /// Returns the names of the columns and the line they stand on; none where each row names its own.
    pub fn header(&self) -> Option<(&[String], u64)> {
        match self {
            Self::Csv(rows) => Some((&rows.header, rows.header_line)),
            Self::Grid(grid) => Some((&grid.header, grid.header_line)),
            Self::Json(_) => None,
        }
    }

    pub fn next(&mut self) -> Result<Next<'_>, DataError> {
        match self {
            Self::Csv(rows) => rows.next(),
            Self::Json(rows) => rows.next(),
            Self::Grid(grid) => {
                let Some(next) = grid.rows.next() else { return Ok(Next::End) };
                let (line, cells) = next?;
                grid.row = cells;
                Ok(Next::Row(RawRow { line, fields: Fields::Grid(&grid.row) }))
            }
        }
    }
}

/// Reads JSON lines.
pub(super) struct JsonRows {
    reader: Box<dyn BufRead + Send>,
    file: Arc<str>,
    /// Lines read so far.
    line: u64,
    buffer: Vec<u8>,
}

impl JsonRows {
    fn next(&mut self) -> Result<Next<'_>, DataError> {
        let fits = loop {
            let Some(fits) = self.advance()? else { return Ok(Next::End) };
            if !fits || !self.buffer.iter().all(u8::is_ascii_whitespace) {
                break fits;
            }
        };
        let line = self.line;
        let aside = |reason: String| Next::SetAside(SetAside { file: self.file.clone(), line, column: None, value: None, reason });
        if !fits {
            return Ok(aside("the line is longer than 16 MiB; write one object per line".to_owned()));
        }
        let text = match std::str::from_utf8(&self.buffer) {
            Ok(text) => text,
            Err(e) => return Ok(aside(format!("the line is not UTF-8 at its byte {}; save the file again as UTF-8", e.valid_up_to() + 1))),
        };
        if text.trim_start().starts_with('[') {
            return Ok(aside("the line is a list; write one object per line, such as {\"id\": \"L1\"}".to_owned()));
        }
        Ok(match serde_json::from_str::<Members<'_>>(text) {
            Ok(Members(members)) => match repeated(&members) {
                Some(name) => aside(format!("`{name}` stands twice in the object; keep one of the two")),
                None => Next::Row(RawRow { line, fields: Fields::Members(members) }),
            },
            Err(e) => aside(format!(
                "the line is not well-formed JSON at column {}; write one object per line, such as {{\"id\": \"L1\"}}",
                e.column()
            )),
        })
    }

    /// Reads a line into the buffer; returns whether it was short enough, and none at the end.
    fn advance(&mut self) -> Result<Option<bool>, DataError> {
        self.buffer.clear();
        let (mut any, mut fits) = (false, true);
        loop {
            let bytes = self.reader.fill_buf().map_err(|e| DataError::reading(&self.file, e))?;
            if bytes.is_empty() {
                break;
            }
            any = true;
            let end = bytes.iter().position(|b| *b == b'\n');
            let read = end.map_or(bytes.len(), |at| at + 1);
            fits = fits && self.buffer.len() + read <= LONGEST_ROW;
            if fits {
                self.buffer.extend_from_slice(bytes.get(..read).unwrap_or_default());
            }
            self.reader.consume(read);
            if end.is_some() {
                break;
            }
        }
        self.line += u64::from(any);
        Ok(any.then_some(fits))
    }
}

/// Finds a name that two members share.
fn repeated<'a>(members: &'a [(Cow<'_, str>, &RawValue)]) -> Option<&'a str> {
    let mut names: Vec<&str> = members.iter().map(|(n, _)| &**n).collect();
    names.sort_unstable();
    names.windows(2).find(|pair| matches!(pair, [a, b] if a == b)).and_then(|pair| pair.first().copied())
}
