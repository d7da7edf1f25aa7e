//! The journal: decisions that last, as data. What is written down, how entries are tied together, what follows from them.
//!
//! Pure: entries come in as values and go out as values; the floor `store` keeps them. The state of turns, counts and open
//! work is the sum of the changes of all entries, so it can always be worked out again.

pub mod document;
mod drift;
mod entry;
mod event;
mod held;
mod key;
mod ledger;
mod pieces;
mod replay;
mod report;
mod row;
mod rows;
mod verify;

pub use drift::{Fact, Move, Place, changed_facts, on_file, placed, recorded_place};
pub use entry::{Checkpoint, Entry, EntryKind, Head, Link};
pub use event::{EVENT_FORMAT, Event, EventDoc, Refused, Subject, Telling, Told, told};
pub use held::{Held, held};
pub use key::{Key, SECRET};
pub use ledger::{Broken, Ledger, Standing};
pub use pieces::pieces;
pub use replay::{Again, Difference, again, first_difference, restored};
pub use report::{Numbers, Overdue, SpanShares, Spans};
pub use row::recorded_row;
pub use rows::{Part, RowKey, StateRow, read_rows, rows};
pub use verify::{Fault, Follower};
