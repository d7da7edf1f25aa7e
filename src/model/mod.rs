//! What the rules mean: the schema, values, conditions and every construct, with all names resolved.
//!
//! A [`Rulebook`] is made by `resolve` from syntax trees and the roster's keys, and never changes. Everything in it is
//! sorted by name, so file order cannot matter. No text is parsed here and nothing is decided here.

mod attributes;
mod book;
mod condition;
mod number;
mod period;
mod read;
pub mod resolve;
mod schema;
mod show;
mod spilled;
mod table;
mod value;
pub mod words;

pub use attributes::*;
pub use book::*;
pub use condition::*;
pub use period::*;
pub use read::*;
pub use schema::*;
pub use show::*;
pub use spilled::Spilled;
pub use table::*;
pub use value::*;
pub use words::period as period_in_words;
