//! Rows whose cells come one by one, from files that are no text: Parquet, Arrow, spreadsheets.

use std::sync::Arc;

use super::{DataError, FileKind, Input};

/// A cell of such a row.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "arrow", feature = "xlsx")), expect(dead_code, reason = "nothing makes one in a build that reads text only"))]
pub(super) enum GridCell {
    /// Nothing there.
    Missing,
    /// Text, or anything written as text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// Something that is no value of any field.
    Unfit,
}

/// A row: its number as the file counts, and its cells.
pub(super) type GridRow = (u64, Vec<GridCell>);

/// Reads such rows, one after the other.
pub(super) struct Grid {
    pub header: Vec<String>,
    /// The row that names the columns; zero where the file names them apart.
    pub header_line: u64,
    pub rows: Box<dyn Iterator<Item = Result<GridRow, DataError>> + Send>,
    /// The row that is lent.
    pub row: Vec<GridCell>,
}

impl Grid {
    /// Opens a file that is no text.
    ///
    /// # Errors
    /// When it cannot be read, or this build does not read its kind.
    pub fn open(input: Input) -> Result<Self, DataError> {
        match input.kind {
            #[cfg(feature = "arrow")]
            FileKind::Parquet | FileKind::Arrow | FileKind::ArrowStream => super::arrow_rows::open(input),
            #[cfg(feature = "xlsx")]
            FileKind::Spreadsheet => super::sheet_rows::open(input),
            kind => Err(DataError::not_built(input.file, kind)),
        }
    }

    /// Takes rows of a file.
    #[cfg(any(feature = "arrow", feature = "xlsx"))]
    pub fn new(header: Vec<String>, header_line: u64, rows: impl Iterator<Item = Result<GridRow, DataError>> + Send + 'static) -> Self {
        Self { header, header_line, rows: Box::new(rows), row: Vec::new() }
    }
}

impl DataError {
    /// Makes the error of a kind of file that this build does not know.
    #[must_use]
    pub fn not_built(file: Arc<str>, kind: FileKind) -> Self {
        let (found, feature) = match kind {
            FileKind::Parquet => ("a Parquet file", "arrow"),
            FileKind::Arrow | FileKind::ArrowStream => ("an Arrow file", "arrow"),
            FileKind::Spreadsheet => ("a spreadsheet", "xlsx"),
            FileKind::Csv | FileKind::JsonLines => ("text", "none"),
        };
        Self::NotBuilt { file, found, feature }
    }
}
