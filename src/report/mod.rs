//! Many decisions to rows and totals: what `turf route` writes and how it ends.

mod row;
mod summary;
mod text;

pub use row::{COLUMNS, Row};
pub use summary::{Share, Summary};
pub use text::{summary_text, table_text};
