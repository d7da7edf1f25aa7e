//! Source text and how to point into it: files, spans, lines and columns, and wording.
//!
//! The lowest floor. What comes in is text that somebody else has read from a file; what goes out are places
//! ([`Span`]) that stay valid from the first byte to the last sentence of an explanation.

mod short;
mod source;
mod span;
pub mod wording;
pub mod xml;

pub use short::{Short, ShortTable};
pub use source::{LineColumn, SourceFile, Sources};
pub use span::{FileId, Name, Span};
