//! Whole files at once: rows to decisions to rows, on every core, for books whose decisions do not depend on each other.
//!
//! Where nobody works in turn, under a limit or from memory, each record is decided by itself, so a file can be cut into
//! pieces that are decided in parallel and written in the order of the file, with the memory of a few pieces. Cells become
//! classes of the [index](crate::plan::index) without becoming values where that is enough; what comes to the same for all
//! records of a rule (the target is a person or a queue, and nothing else hangs on the record) is written from a template. All
//! others are decided one by one by the [`Engine`](crate::decide::Engine). Either way the rows are those of deciding one record after the other.

mod ascii;
mod asked;
mod cell_cache;
mod clock_text;
mod column;
mod finder;
mod fixed;
mod probe;
mod repeats;
mod row_cells;
mod sieve;
mod stream;
mod trace;
mod verdicts;
mod worker;

pub use finder::{Cell, Finder};
pub use fixed::is_independent;
pub use row_cells::row_cells;
pub use stream::{Done, Part, Stream, Wanted};
pub use trace::Trace;
