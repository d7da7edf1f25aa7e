//! Results out: CSV, JSON or JSON lines, whole under their final name or not at all.
//!
//! A file is written beside its final name and renamed at the end, so a full disk or an interrupted run leaves what was
//! there before. Cells of text that a spreadsheet would run as a formula get a leading apostrophe.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::DataError;
use super::OutCell;
use super::early_sync::EarlySync;
use super::packed::{Packer, Packing};

/// A place to write to. Nothing appears under the final name of a file before [`Output::finish`].
pub struct Output {
    sink: Sink,
    shown: Arc<str>,
}

enum Sink {
    Stream(BufWriter<Box<dyn Write + Send>>),
    File { writer: Box<Packer<BufWriter<EarlySync>>>, path: PathBuf },
}

impl Output {
    /// Writes to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self::stream(io::stdout(), "standard output")
    }

    /// Writes to any stream.
    #[must_use]
    pub fn stream(writer: impl Write + Send + 'static, shown: &str) -> Self {
        Self { sink: Sink::Stream(BufWriter::with_capacity(1 << 16, Box::new(writer))), shown: shown.into() }
    }

    /// Writes to a file that appears whole at the end, packed when its name ends in `.gz` or `.zst`; `-` is standard output.
    /// Devices and pipes are written directly.
    ///
    /// # Errors
    /// When the folder is not there or may not be written to, or the file is read-only.
    pub fn file(path: &Path) -> Result<Self, DataError> {
        if path.as_os_str() == "-" {
            return Ok(Self::stdout());
        }
        let shown = path.display().to_string();
        Self::create(path, &shown).map_err(|e| match DataError::writing(&shown, e) {
            // Here a pipe that broke is just a file that cannot be opened.
            DataError::BrokenPipe => DataError::Unwritable { file: shown.as_str().into(), reason: io::ErrorKind::BrokenPipe.into() },
            other => other,
        })
    }

    fn create(path: &Path, shown: &str) -> io::Result<Self> {
        // A link stays a link: what it points at is replaced.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let existing = fs::metadata(&path).ok();
        if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if existing.as_ref().is_some_and(|m| !m.is_file()) {
            return Ok(Self::stream(File::options().write(true).open(&path)?, shown));
        }
        if existing.as_ref().is_some_and(|m| m.permissions().readonly()) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".turf-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let temporary = builder.tempfile_in(folder)?;
        if let Some(existing) = existing {
            temporary.as_file().set_permissions(existing.permissions())?;
        }
        let writer = Box::new(Packer::new(BufWriter::with_capacity(1 << 16, EarlySync::new(temporary)), Packing::of(shown).0));
        Ok(Self { sink: Sink::File { writer, path }, shown: shown.into() })
    }

    /// Returns the name as shown to people.
    #[must_use]
    pub fn shown(&self) -> Arc<str> {
        self.shown.clone()
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// When they cannot be written; the error names this output.
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), DataError> {
        self.write_all(bytes).map_err(|e| self.error(e))
    }

    /// Turns a failed write into an error that names this output.
    #[must_use]
    pub fn error(&self, reason: io::Error) -> DataError {
        DataError::writing(&self.shown, reason)
    }

    /// Writes out what is left and gives the file its final name.
    ///
    /// # Errors
    /// When the disk is full, or the reader of a pipe has gone; nothing is left under the final name then.
    pub fn finish(self) -> Result<(), DataError> {
        let Self { sink, shown } = self;
        let finished = match sink {
            Sink::Stream(mut writer) => writer.flush(),
            Sink::File { writer, path } => writer
                .finish()
                .and_then(|writer| writer.into_inner().map_err(io::IntoInnerError::into_error))
                .and_then(EarlySync::finish)
                .and_then(|temporary| temporary.persist(path).map(drop).map_err(|e| e.error)),
        };
        finished.map_err(|e| DataError::writing(&shown, e))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stream(writer) => writer.write(bytes),
            Sink::File { writer, .. } => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stream(writer) => writer.flush(),
            Sink::File { writer, .. } => writer.flush(),
        }
    }
}

/// Says how results are written for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// Cells with commas, the first row naming the columns (RFC 4180, line feeds).
    Csv,
    /// One JSON array, one element per line.
    Json,
    /// One JSON object per line.
    JsonLines,
    /// Parquet, packed with Snappy.
    Parquet,
    /// Arrow IPC with a footer.
    Arrow,
}

/// Writes rows of cells in any format.
pub struct TableWriter {
    header: Vec<String>,
    rows: TableRows,
}

enum TableRows {
    Csv {
        writer: Box<csv::Writer<Output>>,
        guarded: bool,
    },
    Json(JsonWriter),
    #[cfg(feature = "arrow")]
    Arrow(Box<super::arrow_write::ArrowTable>),
}

impl TableWriter {
    /// Begins a table; `lists` are the columns that hold several texts, which Arrow and Parquet must know in advance. With
    /// `guarded`, CSV cells of text that look like formulas get a leading apostrophe.
    ///
    /// # Errors
    /// When the output cannot be written, or this build does not write the format.
    pub fn new(output: Output, format: OutputFormat, (header, lists): (&[&str], &[&str]), guarded: bool) -> Result<Self, DataError> {
        let names = header.iter().map(|h| (*h).to_owned()).collect();
        match format {
            OutputFormat::Csv => {}
            OutputFormat::Json | OutputFormat::JsonLines => {
                return Ok(Self { header: names, rows: TableRows::Json(JsonWriter::new(output, format)) });
            }
            #[cfg(feature = "arrow")]
            OutputFormat::Parquet | OutputFormat::Arrow => {
                let table = super::arrow_write::ArrowTable::new(output, format, header, lists)?;
                return Ok(Self { header: names, rows: TableRows::Arrow(Box::new(table)) });
            }
            #[cfg(not(feature = "arrow"))]
            OutputFormat::Parquet | OutputFormat::Arrow => {
                let _ = lists;
                let kind = if format == OutputFormat::Arrow { super::FileKind::Arrow } else { super::FileKind::Parquet };
                return Err(DataError::not_built(output.shown, kind));
            }
        }
        let writer = Box::new(csv::Writer::from_writer(output));
        let mut table = Self { header: names, rows: TableRows::Csv { writer, guarded } };
        let cells: Vec<OutCell<'_>> = header.iter().map(|h| OutCell::text(*h)).collect();
        table.row(&cells)?;
        Ok(table)
    }

    /// Writes a row: one cell per column; what lacks is missing, what is too much is left out.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn row(&mut self, cells: &[OutCell<'_>]) -> Result<(), DataError> {
        let cells = self.header.iter().zip(cells.iter().chain(std::iter::repeat(&OutCell::Missing)));
        match &mut self.rows {
            TableRows::Json(writer) => writer.item(&Object(cells.collect())),
            #[cfg(feature = "arrow")]
            TableRows::Arrow(table) => table.row(cells.map(|(_, cell)| cell)),
            TableRows::Csv { writer, guarded } => {
                let written = writer.write_record(cells.map(|(_, cell)| cell.csv(*guarded).into_owned().into_bytes()));
                written.map_err(|e| {
                    let reason = match e.into_kind() {
                        csv::ErrorKind::Io(reason) => reason,
                        other => io::Error::other(format!("{other:?}")),
                    };
                    writer.get_ref().error(reason)
                })
            }
        }
    }

    /// Ends the table and gives the file its final name.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn finish(self) -> Result<(), DataError> {
        match self.rows {
            TableRows::Json(writer) => writer.finish(),
            #[cfg(feature = "arrow")]
            TableRows::Arrow(table) => table.finish(),
            TableRows::Csv { mut writer, .. } => {
                writer.flush().map_err(|e| writer.get_ref().error(e))?;
                let shown = writer.get_ref().shown.clone();
                let output = writer.into_inner().map_err(|e| DataError::writing(&shown, io::Error::other(e.to_string())))?;
                output.finish()
            }
        }
    }
}

/// A row as a JSON object, its members in the order of the columns.
struct Object<'a>(Vec<(&'a String, &'a OutCell<'a>)>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, cell) in &self.0 {
            map.serialize_entry(name, cell)?;
        }
        map.end()
    }
}

/// Writes anything serialisable as JSON, one item per line.
pub struct JsonWriter {
    output: Output,
    lines: bool,
    any: bool,
}

impl JsonWriter {
    /// Begins; every format but JSON lines makes one array.
    #[must_use]
    pub fn new(output: Output, format: OutputFormat) -> Self {
        Self { output, lines: format == OutputFormat::JsonLines, any: false }
    }

    /// Writes an item.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn item<T: Serialize>(&mut self, item: &T) -> Result<(), DataError> {
        let before: &[u8] = match (self.lines, self.any) {
            (true, false) => b"",
            (true, true) => b"\n",
            (false, false) => b"[\n",
            (false, true) => b",\n",
        };
        self.any = true;
        let written = self.output.write_all(before).and_then(|()| serde_json::to_writer(&mut self.output, item).map_err(io::Error::from));
        written.map_err(|e| self.output.error(e))
    }

    /// Ends and gives the file its final name.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn finish(mut self) -> Result<(), DataError> {
        let after: &[u8] = match (self.lines, self.any) {
            (true, false) => b"",
            (true, true) => b"\n",
            (false, false) => b"[]\n",
            (false, true) => b"\n]\n",
        };
        self.output.write_all(after).map_err(|e| self.output.error(e))?;
        self.output.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Table;
    use proptest::prelude::*;

    fn number(text: &str) -> OutCell<'static> {
        OutCell::Number(text.parse().expect("a number"))
    }

    fn written(format: OutputFormat, guarded: bool, rows: &[Vec<OutCell<'_>>]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out");
        let mut table = TableWriter::new(Output::file(&path).expect("opens"), format, (&["id", "note"], &[]), guarded).expect("begins");
        for row in rows {
            table.row(row).expect("a row");
        }
        assert!(!path.exists());
        table.finish().expect("finishes");
        fs::read_to_string(&path).expect("a file")
    }

    #[test]
    fn every_format() {
        let rows = [
            vec![OutCell::text("a\"b"), number("-5.50")],
            vec![OutCell::text("=1+1"), OutCell::List(vec!["x".into(), "y".into()])],
            vec![OutCell::YesNo(true)],
        ];
        assert_eq!(written(OutputFormat::Csv, true, &rows), "id,note\n\"a\"\"b\",-5.5\n'=1+1,x;y\nyes,\n");
        assert_eq!(written(OutputFormat::Csv, false, &rows), "id,note\n\"a\"\"b\",-5.5\n=1+1,x;y\nyes,\n");
        let lines = "{\"id\":\"a\\\"b\",\"note\":-5.5}\n{\"id\":\"=1+1\",\"note\":[\"x\",\"y\"]}\n{\"id\":true,\"note\":null}";
        assert_eq!(written(OutputFormat::JsonLines, true, &rows), format!("{lines}\n"));
        assert_eq!(written(OutputFormat::Json, true, &rows), format!("[\n{}\n]\n", lines.replace("}\n", "},\n")));
        assert_eq!(written(OutputFormat::Json, true, &[]), "[]\n");
        for dangerous in ["+1", "-1", "@a", "\ta", "\ra"] {
            assert!(OutCell::text(dangerous).csv(true).starts_with('\''));
        }
    }

    #[test]
    fn nothing_is_left_when_it_fails() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.csv");
        fs::write(&path, "before").expect("a file");
        let mut output = Output::file(&path).expect("opens");
        output.write_all(b"half").expect("written");
        drop(output);
        assert_eq!(fs::read_to_string(&path).expect("still there"), "before");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);

        let missing = Output::file(&folder.path().join("no/out.csv")).err().expect("no folder");
        assert!(matches!(missing, DataError::Unwritable { .. }), "{missing:?}");
        assert!(Output::file(folder.path()).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error() {
        let output = Output::file(Path::new("/dev/full")).expect("opens");
        let mut table = TableWriter::new(output, OutputFormat::Csv, (&["id"], &[]), true).expect("buffered");
        table.row(&[OutCell::text("x")]).expect("buffered");
        let error = table.finish().expect_err("no room");
        assert!(error.to_string().starts_with("`/dev/full` cannot be written"), "{error}");
    }

    #[test]
    fn a_broken_pipe_is_an_error_of_its_own() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        for format in [OutputFormat::Csv, OutputFormat::Json] {
            let mut table = TableWriter::new(Output::stream(Gone, "pipe"), format, (&["id"], &[]), true).expect("buffered");
            let long = "x".repeat(1 << 17);
            let row = table.row(&[OutCell::text(long)]);
            let error = row.and_then(|()| table.finish()).expect_err("broken");
            assert!(matches!(error, DataError::BrokenPipe), "{error:?}");
        }
    }

    proptest! {
        #![proptest_config(crate::data::sample::cases())]

        #[test]
        fn what_is_written_is_read_back(rows in proptest::collection::vec(("[!-~é\n,\"]{1,9}", "\\PC{0,9}"), 0..9)) {
            let cells: Vec<Vec<OutCell<'_>>> = rows.iter().map(|(a, b)| vec![OutCell::text(a.as_str()), OutCell::text(b.as_str())]).collect();
            let text = written(OutputFormat::Csv, false, &cells);
            let input = crate::data::Input::new(io::Cursor::new(text), "t", crate::data::FileKind::Csv).expect("opens");
            let table = Table::read_from(input, None).expect("a table");
            let got: Vec<Vec<String>> = table.rows.iter().map(|r| r.cells.iter().map(ToString::to_string).collect()).collect();
            let wanted: Vec<Vec<String>> =
                rows.iter().map(|(a, b)| vec![crate::model::trim(a).to_owned(), crate::model::trim(b).to_owned()]).collect();
            prop_assert_eq!(got, wanted);
        }
    }
}
