//! How data come in and go out: configuration, tables, records, reference data, order, output.
//!
//! The floor between the pure rooms and the file system. Files come in as typed [`crate::model::Record`]s with every
//! trouble named by file, line and column; results go out whole or not at all. What is wrong with the book's data is a
//! finding; what is wrong with the world (no such file, no room on the disk) is a [`DataError`].

mod absences;
mod arrivals;
#[cfg(feature = "arrow")]
mod arrow_rows;
#[cfg(feature = "arrow")]
mod arrow_write;
mod beside;
mod cells;
mod config;
mod csv_rows;
mod early_sync;
mod error;
mod folder;
mod grid;
#[cfg(any(feature = "arrow", feature = "xlsx"))]
mod guarded;
mod input;
mod marks;
mod order;
mod out_cell;
mod packed;
mod pieces;
mod records;
mod reference;
mod report;
mod rows;
#[cfg(test)]
mod sample;
#[cfg(feature = "xlsx")]
mod sheet_rows;
mod table;
mod typed_rows;
#[cfg(feature = "xlsx")]
mod workbook;
mod write;

pub use absences::load_absences;
pub use arrivals::{ArrivalSorter, Arrivals};
pub use beside::Beside;
pub use cells::{CellReader, Cells};
pub use config::{CONFIG_FILE, Column, Config, DataFile, StoreSettings, without_password};
pub use error::{DataError, SetAside};
pub use folder::Folder;
pub use input::{FileKind, Input, LONGEST_ROW};
pub use order::{SortLimit, Sorted, SpillSorter};
pub use out_cell::{OutCell, push_csv_cell, push_csv_row};
pub use packed::Packing;
pub use pieces::{Format, Piece, PieceRow, Pieces, Splitter};
pub use records::{RecordReader, Row};
pub use reference::{Loaded, load};
pub use report::{DataReport, FieldReport};
#[cfg(test)]
pub(crate) use sample::cases as sample_cases;
pub use table::{Table, TableRow};
#[cfg(feature = "xlsx")]
pub use workbook::Workbook;
pub use write::{JsonWriter, Output, OutputFormat, TableWriter};
