//! Rows of Parquet and Arrow files, with bounded memory: one batch at a time.

use std::io::{self, BufReader};
use std::sync::Arc;

use arrow_array::{Array, FixedSizeListArray, LargeListArray, ListArray, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::grid::{Grid, GridCell, GridRow};
use super::guarded::guarded;
use super::{DataError, FileKind, Input};

/// How many rows of a Parquet file are held at once.
const BATCH: usize = 4_096;

/// What is said of a file whose parts do not fit together.
const DAMAGED: &str = "its parts do not fit together";

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// Opens a Parquet or Arrow file.
///
/// # Errors
/// When it cannot be read or is not sound.
pub(super) fn open(input: Input) -> Result<Grid, DataError> {
    let file = input.file.clone();
    let kind = input.kind;
    let unsound = |reason: &dyn std::fmt::Display| {
        let what = if kind == FileKind::Parquet { "Parquet" } else { "Arrow" };
        DataError::reading(&file, io::Error::other(format!("it is no sound {what} file ({reason})")))
    };
    let opened = guarded(|| -> Result<(SchemaRef, Batches), DataError> {
        Ok(match kind {
            FileKind::ArrowStream => {
                let reader = StreamReader::try_new(BufReader::new(input.reader), None).map_err(|e| unsound(&e))?;
                (reader.schema(), Box::new(reader))
            }
            FileKind::Arrow => {
                let reader = FileReader::try_new_buffered(input.seekable()?, None).map_err(|e| unsound(&e))?;
                (reader.schema(), Box::new(reader))
            }
            _ => {
                let builder = ParquetRecordBatchReaderBuilder::try_new(input.seekable()?).map_err(|e| unsound(&e))?;
                let reader = builder.with_batch_size(BATCH).build().map_err(|e| unsound(&e))?;
                (arrow_array::RecordBatchReader::schema(&reader), Box::new(reader))
            }
        })
    });
    let (schema, batches) = opened.unwrap_or_else(|| Err(unsound(&DAMAGED)))?;
    let header = schema.fields().iter().map(|f| crate::model::trim(f.name()).to_owned()).collect();
    Ok(Grid::new(header, 0, Rows { batches, file, read: 0, waiting: Vec::new().into_iter(), failed: false }))
}

/// The rows of the batches.
struct Rows {
    batches: Batches,
    file: Arc<str>,
    /// Rows handed over so far.
    read: u64,
    waiting: std::vec::IntoIter<Vec<GridCell>>,
    failed: bool,
}

impl Iterator for Rows {
    type Item = Result<GridRow, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(cells) = self.waiting.next() {
                self.read += 1;
                return Some(Ok((self.read, cells)));
            }
            if self.failed {
                return None;
            }
            let next = guarded(|| self.batches.next().map(|batch| batch.and_then(|batch| rows(&batch))));
            match next.unwrap_or_else(|| Some(Err(ArrowError::ParseError(DAMAGED.to_owned()))))? {
                Ok(rows) => self.waiting = rows.into_iter(),
                Err(reason) => {
                    self.failed = true;
                    let reason = io::Error::other(format!("it is damaged after row {} ({reason})", self.read));
                    return Some(Err(DataError::reading(&self.file, reason)));
                }
            }
        }
    }
}

/// Writes the cells of a batch, row by row.
fn rows(batch: &RecordBatch) -> Result<Vec<Vec<GridCell>>, ArrowError> {
    let options = FormatOptions::new().with_display_error(false);
    let mut rows: Vec<Vec<GridCell>> = (0..batch.num_rows()).map(|_| Vec::with_capacity(batch.num_columns())).collect();
    for column in batch.columns() {
        if let Some(elements) = Elements::of(column.as_ref()) {
            for (at, row) in rows.iter_mut().enumerate() {
                row.push(elements.cell(at, &options)?);
            }
            continue;
        }
        let plain = !column.data_type().is_nested() && !matches!(column.data_type(), DataType::Binary | DataType::LargeBinary);
        let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
        for (at, row) in rows.iter_mut().enumerate() {
            row.push(match (column.is_null(at), plain) {
                (true, _) => GridCell::Missing,
                (false, true) => GridCell::Text(formatter.value(at).try_to_string()?),
                (false, false) => GridCell::Unfit,
            });
        }
    }
    Ok(rows)
}

/// A column of lists.
enum Elements<'a> {
    Short(&'a ListArray),
    Long(&'a LargeListArray),
    Fixed(&'a FixedSizeListArray),
}

impl<'a> Elements<'a> {
    fn of(column: &'a dyn Array) -> Option<Self> {
        let any = column.as_any();
        any.downcast_ref().map(Self::Short).or_else(|| any.downcast_ref().map(Self::Long)).or_else(|| any.downcast_ref().map(Self::Fixed))
    }

    fn cell(&self, at: usize, options: &FormatOptions<'_>) -> Result<GridCell, ArrowError> {
        let (null, all) = match self {
            Self::Short(lists) => (lists.is_null(at), lists.value(at)),
            Self::Long(lists) => (lists.is_null(at), lists.value(at)),
            Self::Fixed(lists) => (lists.is_null(at), lists.value(at)),
        };
        if null {
            return Ok(GridCell::Missing);
        }
        if all.data_type().is_nested() {
            return Ok(GridCell::Unfit);
        }
        let formatter = ArrayFormatter::try_new(all.as_ref(), options)?;
        let told = (0..all.len()).filter(|at| !all.is_null(*at));
        told.map(|at| formatter.value(at).try_to_string()).collect::<Result<_, _>>().map(GridCell::List)
    }
}
