//! The journal: decisions that last, as data. What is written down, how entries are tied together, what follows from them.
//!
//! Pure: entries come in as values and go out as values; the floor `store` keeps them. The state of turns, counts and open
//! work is the sum of the changes of all entries, so it can always be worked out again.

pub mod document;
mod entry;
mod event;
mod held;
mod key;
mod pieces;
mod replay;
mod row;
mod rows;
mod verify;

pub use entry::{Checkpoint, Entry, EntryKind, Head, Link};
pub use event::{EVENT_FORMAT, Event, EventDoc, Refused, Subject, Telling, Told, told};
pub use held::{Held, held};
pub use key::{Key, SECRET};
pub use pieces::pieces;
pub use replay::{Again, Difference, again, first_difference, restored};
pub use row::recorded_row;
pub use rows::{RowKey, StateRow, read_rows, rows};
pub use verify::{Fault, Follower};
