//! Opening what is to be read: a file by its ending, or standard input, and a first look at what it really is.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use super::DataError;

/// The longest row or line that is read, in bytes: 16 MiB.
pub const LONGEST_ROW: usize = 16 * 1024 * 1024;

/// Says how rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Cells with a delimiter, the first row naming the columns.
    Csv,
    /// One JSON object per line.
    JsonLines,
}

impl FileKind {
    /// Tells the kind from the ending; everything but `.jsonl`, `.ndjson` and `.json` is taken for CSV.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let json = Path::new(path).extension().is_some_and(|e| ["jsonl", "ndjson", "json"].iter().any(|k| e.eq_ignore_ascii_case(k)));
        if json { Self::JsonLines } else { Self::Csv }
    }
}

/// Something to read rows from.
pub struct Input {
    pub(super) reader: Box<dyn BufRead>,
    pub(super) file: Arc<str>,
    pub(super) kind: FileKind,
}

impl Input {
    /// Opens a file; `shown` is its path as shown to people. The path `-` is standard input, taken for CSV.
    ///
    /// # Errors
    /// When the file cannot be opened or is not text.
    pub fn open(path: &Path, shown: &str) -> Result<Self, DataError> {
        if path.as_os_str() == "-" {
            return Self::new(io::stdin(), "standard input", FileKind::Csv);
        }
        let file = File::open(path).map_err(|e| DataError::reading(shown, e))?;
        Self::new(file, shown, FileKind::of(shown))
    }

    /// Takes any reader.
    ///
    /// # Errors
    /// When nothing can be read or it is not text.
    pub fn new(mut reader: impl Read + 'static, shown: &str, kind: FileKind) -> Result<Self, DataError> {
        let mut head = Vec::with_capacity(4);
        reader.by_ref().take(4).read_to_end(&mut head).map_err(|e| DataError::reading(shown, e))?;
        let found = match head.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, _] | [_, 0, _, 0] => Some("text in UTF-16"),
            [b'P', b'K', 3, 4] => Some("a spreadsheet or another packed file"),
            [0xd0, 0xcf, 0x11, 0xe0] => Some("an old spreadsheet"),
            [0x1f, 0x8b, ..] => Some("a packed file (gzip)"),
            _ => None,
        };
        if let Some(found) = found {
            return Err(DataError::NotText { file: shown.into(), found });
        }
        if head.starts_with(&[0xef, 0xbb, 0xbf]) {
            head.drain(..3);
        }
        Ok(Self { reader: Box::new(BufReader::with_capacity(1 << 16, Cursor::new(head).chain(reader))), file: shown.into(), kind })
    }
}
