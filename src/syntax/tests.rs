//! The parser seen from outside: the language reference parses, and so on for every construct and every slip.

mod errors;
mod quick;
mod reference;
mod robust;
mod tree;

use super::{Parsed, parse};
use crate::text::{FileId, SourceFile};

/// Parses a text as the only file of a book.
fn parsed(text: &str) -> Parsed {
    parse(FileId(0), &SourceFile::new("book.turf", text))
}

/// Parses a text that must have no finding.
fn clean(text: &str) -> Parsed {
    let parsed = parsed(text);
    assert!(parsed.findings.is_empty(), "{text}\n{:#?}", parsed.findings);
    parsed
}
