//! From a decision to sentences: why, and why not.
//!
//! A decision records what depends on state; what depends only on the record, the book and the clock is worked out
//! again here, with the very functions that decided. Out comes an [`Explanation`], a plain value: `text` writes it for
//! a person, serde as JSON. Private fields never leave this room.

mod build;
mod explanation;
mod show;
mod text;
mod tree;
mod why_not;
mod words;

pub use build::{Looking, explain};
pub use explanation::*;
pub use show::*;
pub use text::{explanation_text, why_not_text};
pub use why_not::{Unknown, why_not};
