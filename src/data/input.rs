//! Opening what is to be read: a file by its ending, or standard input, and a first look at what it really is. Packed files
//! are unpacked on the way.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::DataError;
use super::packed::{Packing, unpack};

/// The longest row or line that is read, in bytes: 16 MiB.
pub const LONGEST_ROW: usize = 16 * 1024 * 1024;

/// How many bytes tell what standard input is: blank lines may come before the first object.
const TELLING: u64 = 512;

/// Says how rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Cells with a delimiter, the first row naming the columns.
    Csv,
    /// One JSON object per line.
    JsonLines,
    /// Parquet.
    Parquet,
    /// Arrow IPC with a footer, also called Feather.
    Arrow,
    /// Arrow IPC as a stream.
    ArrowStream,
    /// The first sheet of a spreadsheet.
    Spreadsheet,
}

impl FileKind {
    /// Tells the kind from the ending, `.gz` and `.zst` left out; what has another is taken for CSV.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let ending = Path::new(Packing::of(path).1).extension().map(|e| e.to_ascii_lowercase());
        match ending.as_ref().and_then(|e| e.to_str()) {
            Some("jsonl" | "ndjson" | "json") => Self::JsonLines,
            Some("parquet") => Self::Parquet,
            Some("arrow" | "feather") => Self::Arrow,
            Some("arrows") => Self::ArrowStream,
            Some("xlsx" | "xlsm" | "xlsb" | "xls" | "ods") => Self::Spreadsheet,
            _ => Self::Csv,
        }
    }

    /// Whether it is read line by line.
    fn is_text(self) -> bool {
        matches!(self, Self::Csv | Self::JsonLines)
    }
}

/// Something to read rows from.
pub struct Input {
    pub(super) reader: Box<dyn BufRead + Send>,
    pub(super) file: Arc<str>,
    pub(super) kind: FileKind,
    packed: bool,
    /// The file itself, where it is one and not packed.
    path: Option<PathBuf>,
}

impl Input {
    /// Opens a file; `shown` is its path as shown to people. The path `-` is standard input, whose kind is told by how it
    /// begins; what tells nothing is CSV.
    ///
    /// # Errors
    /// When the file cannot be opened or is not text.
    pub fn open(path: &Path, shown: &str) -> Result<Self, DataError> {
        if path.as_os_str() == "-" {
            return Self::stdin();
        }
        let file = File::open(path).map_err(|e| DataError::reading(shown, e))?;
        let mut input = Self::new(file, shown, FileKind::of(shown))?;
        input.path = (!input.packed).then(|| path.to_owned());
        Ok(input)
    }

    fn stdin() -> Result<Self, DataError> {
        let shown = "standard input";
        let (reader, _) = begun(Box::new(io::stdin())).map_err(|e| DataError::reading(shown, e))?;
        let (begins, reader) = begin(reader, TELLING).map_err(|e| DataError::reading(shown, e))?;
        let kind = match begins.as_slice() {
            [b'P', b'A', b'R', b'1', ..] => FileKind::Parquet,
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => FileKind::Arrow,
            [0xff, 0xff, 0xff, 0xff, ..] => FileKind::ArrowStream,
            [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => FileKind::Spreadsheet,
            text if text.trim_ascii_start().starts_with(b"{") => FileKind::JsonLines,
            _ => FileKind::Csv,
        };
        Self::new(Cursor::new(begins).chain(reader), shown, kind)
    }

    /// Takes any reader; what is packed is unpacked.
    ///
    /// # Errors
    /// When nothing can be read or it is not text.
    pub fn new(reader: impl Read + Send + 'static, shown: &str, kind: FileKind) -> Result<Self, DataError> {
        let (reader, packing) = begun(Box::new(reader)).map_err(|e| DataError::reading(shown, e))?;
        let packed = packing != Packing::Plain;
        let (mut head, reader) = begin(reader, 4).map_err(|e| DataError::reading(shown, e))?;
        if !kind.is_text() {
            return Ok(Self {
                reader: Box::new(BufReader::new(Cursor::new(head).chain(reader))),
                file: shown.into(),
                kind,
                packed,
                path: None,
            });
        }
        let found = match head.as_slice() {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, _] | [_, 0, _, 0] => Some("text in UTF-16"),
            [b'P', b'K', 3, 4] => Some("a spreadsheet or another packed file"),
            b"PAR1" => Some("a Parquet file by another name"),
            b"ARRO" => Some("an Arrow file by another name"),
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
        let reader = Box::new(BufReader::with_capacity(1 << 16, Cursor::new(head).chain(reader)));
        Ok(Self { reader, file: shown.into(), kind, packed, path: None })
    }

    /// Returns a file that can be read from its end: this one, or a temporary copy of what is packed or flows in.
    ///
    /// # Errors
    /// When it cannot be read again, or the copy not be written.
    #[cfg(feature = "arrow")]
    pub(super) fn seekable(mut self) -> Result<File, DataError> {
        if let Some(path) = self.path {
            return File::open(path).map_err(|e| DataError::reading(&self.file, e));
        }
        let mut copy = tempfile::tempfile().map_err(|reason| DataError::Spill { reason })?;
        io::copy(&mut self.reader, &mut copy).map_err(|e| DataError::reading(&self.file, e))?;
        io::Seek::rewind(&mut copy).map_err(|reason| DataError::Spill { reason })?;
        Ok(copy)
    }
}

/// Unpacks what is packed.
fn begun(reader: Box<dyn Read + Send>) -> io::Result<(Box<dyn Read + Send>, Packing)> {
    let (head, reader) = begin(reader, 4)?;
    let packing = Packing::of_head(&head);
    Ok((unpack(Box::new(Cursor::new(head).chain(reader)), packing), packing))
}

/// Reads the first bytes, that many if there are.
fn begin(mut reader: Box<dyn Read + Send>, count: u64) -> io::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut head = Vec::new();
    reader.by_ref().take(count).read_to_end(&mut head)?;
    Ok((head, reader))
}
