//! Which records can get to somebody: the regions of a rep, a team or a queue, and the smallest change that would have
//! brought a record there.
//!
//! Everything is worked out in the space and shown by examples, or by changed records, that the evaluator decided.

mod change;
mod goals;
mod moving;
mod seeking;
mod unreached;
mod values;
mod who;

pub use change::{FieldChange, SmallestChange, Sought, smallest_change};
pub use goals::Wanted;
pub use who::{FORMAT, Way, Who, near_reps, who, who_json, who_text};
