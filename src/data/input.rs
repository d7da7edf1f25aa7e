//! Opening what is to be read: a file by its ending, or standard input, and a first look at what it really is. Packed files
//! are unpacked on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;

use super::DataError;
use super::packed::{Packing, unpack};

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
    /// Tells the kind from the ending, `.gz` and `.zst` left out; everything but `.jsonl`, `.ndjson` and `.json` is taken
    /// for CSV.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let (_, path) = Packing::of(path);
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
    /// Opens a file; `shown` is its path as shown to people. The path `-` is standard input: JSON lines when it begins with
    /// a brace, and else CSV.
    ///
    /// # Errors
    /// When the file cannot be opened or is not text.
    pub fn open(path: &Path, shown: &str) -> Result<Self, DataError> {
        if path.as_os_str() == "-" {
            let mut input = Self::new(io::stdin(), "standard input", FileKind::Csv)?;
            let begins = input.reader.fill_buf().map_err(|e| DataError::reading("standard input", e))?;
            if begins.trim_ascii_start().starts_with(b"{") {
                input.kind = FileKind::JsonLines;
            }
            return Ok(input);
        }
        let file = File::open(path).map_err(|e| DataError::reading(shown, e))?;
        Self::new(file, shown, FileKind::of(shown))
    }

    /// Takes any reader; what is packed is unpacked.
    ///
    /// # Errors
    /// When nothing can be read or it is not text.
    pub fn new(reader: impl Read + 'static, shown: &str, kind: FileKind) -> Result<Self, DataError> {
        let (head, reader) = begin(Box::new(reader)).map_err(|e| DataError::reading(shown, e))?;
        let packing = Packing::of_head(&head);
        let (mut head, reader) = if packing == Packing::Plain {
            (head, reader)
        } else {
            begin(unpack(Box::new(Cursor::new(head).chain(reader)), packing)).map_err(|e| DataError::reading(shown, e))?
        };
        let found = match head.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, _] | [_, 0, _, 0] => Some("text in UTF-16"),
            [b'P', b'K', 3, 4] => Some("a spreadsheet or another packed file"),
            [0xd0, 0xcf, 0x11, 0xe0] => Some("an old spreadsheet"),
            [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd] => Some("a file packed twice"),
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

/// Reads the first four bytes.
fn begin(mut reader: Box<dyn Read>) -> io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut head = Vec::with_capacity(4);
    reader.by_ref().take(4).read_to_end(&mut head)?;
    Ok((head, reader))
}
