//! Resolved things back to turf text: canonical, so that two things of equal text mean the same, even in two books.
//!
//! Comes from a [`super::Rulebook`]; goes to explanations, to `turf show` and to whoever compares two books. The text
//! names things and never holds an id, a place, a comment or a reason. A segment, class or list is written by its name:
//! whether that means the same in another book is a question about that definition.

mod condition;
mod definition;
mod predicate;
#[cfg(test)]
mod tests;
mod value;

pub use condition::{condition, fitting};
pub use definition::{action, chain, counts, credit, last_resort, ledger, limit, members, overlay, owner, pick, role, target, team};
pub use value::{dates, name, period};
