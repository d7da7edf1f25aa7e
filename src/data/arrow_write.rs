//! Rows out as Parquet or Arrow IPC: text columns, and lists of text; batch by batch, so memory stays bounded.

use std::io;
use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use super::{DataError, OutCell, Output, OutputFormat};

/// How many rows make a batch.
const BATCH: usize = 8_192;

/// Writes rows of results.
pub(super) struct ArrowTable {
    schema: SchemaRef,
    columns: Vec<Builder>,
    waiting: usize,
    shown: Arc<str>,
    target: Target,
}

enum Target {
    Parquet(Box<ArrowWriter<Output>>),
    Arrow(Box<FileWriter<Output>>),
}

enum Builder {
    Text(StringBuilder),
    List(ListBuilder<StringBuilder>),
}

impl ArrowTable {
    /// Begins a table; `lists` are the columns that hold several texts.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn new(output: Output, format: OutputFormat, header: &[&str], lists: &[&str]) -> Result<Self, DataError> {
        let item = Field::new_list_field(DataType::Utf8, true);
        let field = |name: &&str| {
            let ty = if lists.contains(name) { DataType::List(Arc::new(item.clone())) } else { DataType::Utf8 };
            Field::new(*name, ty, true)
        };
        let schema = Arc::new(Schema::new(header.iter().map(field).collect::<Vec<_>>()));
        let column = |name: &&str| {
            if lists.contains(name) { Builder::List(ListBuilder::new(StringBuilder::new())) } else { Builder::Text(StringBuilder::new()) }
        };
        let columns = header.iter().map(column).collect();
        let shown = output.shown();
        let wrong = |e: &dyn std::fmt::Display| DataError::writing(&shown, io::Error::other(e.to_string()));
        let target = if format == OutputFormat::Parquet {
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            Target::Parquet(Box::new(ArrowWriter::try_new(output, schema.clone(), Some(properties)).map_err(|e| wrong(&e))?))
        } else {
            Target::Arrow(Box::new(FileWriter::try_new(output, &schema).map_err(|e| wrong(&e))?))
        };
        Ok(Self { schema, columns, waiting: 0, shown, target })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn row<'c>(&mut self, cells: impl Iterator<Item = &'c OutCell<'c>>) -> Result<(), DataError> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Builder::Text(texts), OutCell::Missing) => texts.append_null(),
                (Builder::Text(texts), cell) => texts.append_value(cell.plain()),
                (Builder::List(lists), OutCell::Missing) => lists.append(true),
                (Builder::List(lists), OutCell::List(all)) => {
                    all.iter().for_each(|one| lists.values().append_value(one));
                    lists.append(true);
                }
                (Builder::List(lists), cell) => {
                    lists.values().append_value(cell.plain());
                    lists.append(true);
                }
            }
        }
        self.waiting += 1;
        if self.waiting == BATCH { self.write() } else { Ok(()) }
    }

    fn wrong(&self, reason: &dyn std::error::Error) -> DataError {
        // What the output says lies inside what the library says.
        let mut source = reason.source();
        while let Some(inner) = source {
            if let Some(io) = inner.downcast_ref::<io::Error>() {
                return DataError::writing(&self.shown, io::Error::new(io.kind(), io.to_string()));
            }
            source = inner.source();
        }
        DataError::writing(&self.shown, io::Error::other(reason.to_string()))
    }

    fn write(&mut self) -> Result<(), DataError> {
        if std::mem::take(&mut self.waiting) == 0 {
            return Ok(());
        }
        let arrays = self.columns.iter_mut().map(|column| -> ArrayRef {
            match column {
                Builder::Text(texts) => Arc::new(texts.finish()),
                Builder::List(lists) => Arc::new(lists.finish()),
            }
        });
        let batch = RecordBatch::try_new(self.schema.clone(), arrays.collect()).map_err(|e| self.wrong(&e))?;
        match &mut self.target {
            Target::Parquet(writer) => writer.write(&batch).map_err(|e| self.wrong(&e)),
            Target::Arrow(writer) => writer.write(&batch).map_err(|e| self.wrong(&e)),
        }
    }

    /// Ends the table and gives the file its final name.
    ///
    /// # Errors
    /// As [`Output::finish`].
    pub fn finish(mut self) -> Result<(), DataError> {
        self.write()?;
        let shown = self.shown.clone();
        let wrong = |e: &dyn std::fmt::Display| DataError::writing(&shown, io::Error::other(e.to_string()));
        let output = match self.target {
            Target::Parquet(writer) => writer.into_inner().map_err(|e| wrong(&e))?,
            Target::Arrow(mut writer) => {
                writer.finish().map_err(|e| wrong(&e))?;
                writer.into_inner().map_err(|e| wrong(&e))?
            }
        };
        output.finish()
    }
}
