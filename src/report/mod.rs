//! Many decisions to rows and totals: what `turf route` writes and how it ends.

mod row;
mod summary;
mod text;

pub use row::{COLUMNS, LISTS, Row};
pub use summary::{Share, Summary};
pub use text::{SummaryLine, summary_lines, summary_text, table_text};
