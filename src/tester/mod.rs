//! Tests of a book: cases in, results out; what they reach of the book, what no test would notice, and new cases.
//!
//! A case is a `test` block of a rule file or a row of a table; both become the same value. It is decided by the evaluator
//! that decides everything else, at a moment of its own and on a state in which nothing has happened yet but what the case
//! gives: nothing here looks at a clock or at open work on file.

mod block;
mod blocks;
mod case;
mod check;
mod coverage;
mod coverage_show;
mod leads;
mod mutate;
mod propose;
mod run;
mod show;
mod table;

pub use block::{Block, block, givens_of};
pub use blocks::blocks;
pub use case::{Case, CaseRecord, Expectation, Expected, Given, NOT_SAID, ShareWanted};
pub use coverage::{Asked, Boundary, Coverage, Gap, Reached, SIDES};
pub use coverage_show::{coverage_json, coverage_text, gap_in_words, gap_span, html, lcov};
pub use mutate::{Mutation, mutate, mutation_text};
pub use propose::{Proposed, in_style, passes_text, propose};
pub use run::{CaseResult, Outcome, RecordResult, passes, run};
pub use show::{json, junit, text};
pub use table::{TableTrouble, of_table};
