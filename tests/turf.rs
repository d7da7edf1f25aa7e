//! All tests that look at turf from outside, in one binary so that it links once.
#![expect(clippy::panic, clippy::unwrap_used, clippy::string_slice, reason = "a test stops at what it does not expect")]

mod checks;
mod cli;
mod conformance;
mod docs;
mod findings;
mod fmt;
mod formats;
mod gallery;
mod generated;
mod journal;
mod locks;
mod manual;
mod oracle;
mod questions;
mod readme;
mod salesforce;
mod small_books;
mod streams;
mod testing;
mod tidy;
mod words;
