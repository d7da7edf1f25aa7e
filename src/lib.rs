//! turf: territories and routing rules as text, parsed, checked, evaluated and explained exactly.
//!
//! # The floors
//!
//! Data travels one way, through one type per phase: `SourceText → SyntaxTree → Rulebook → Plan → Decision → Explanation`.
//! Each floor uses only those above it in this list (`tests/tidy.rs` fails otherwise):
//!
//! | floor | in | out |
//! | --- | --- | --- |
//! | [`text`] | file contents | sources, spans, wording |
//! | [`diagnostic`] | what anybody finds | findings as data, and their renderers |
//! | [`syntax`] | a source | a syntax tree *and* findings, always both |
//! | [`model`] | trees, tables, the roster | the rulebook: every name resolved, every literal typed |
//! | [`space`] | a rulebook, or two | the space of all possible records, cut into the classes the rules can tell apart |
//! | [`plan`] | a rulebook and reference data | the compiled book |
//! | [`state`] | changes | turns, counts, open work, past assignments, as plain values |
//! | [`decide`] | plan, record, state, moment | a decision with its trace, and changes |
//! | [`check`] | a plan | findings about the whole book |
//! | [`compare`] | two plans | every difference between two books |
//! | [`reach`] | a plan and a name | which records can get there, and what would have brought one there |
//! | [`explain`] | a decision, or a name of the book | why, and why not; what is really meant |
//! | [`report`] | many decisions | rows and totals |
//! | [`tester`] | a plan and cases | results, what they reach, and what no case would notice |
//! | [`workspace`] | sources and what was read beside them | a snapshot of a book: the pure facade |
//! | [`journal`] | decisions and what is told from outside | entries tied together, documents, what follows from them |
//! | [`data`] | files of records | typed records, in order; results, written whole or not at all |
//! | [`batch`] | files of records, of books whose decisions do not depend on each other | rows and totals, on every core |
//! | [`rim`] | a folder, the clock | an opened book |
//! | [`store`] | entries | a journal in a database, advanced one batch at a time |
//! | [`cli`] | arguments | an exit code |
//!
//! # What always holds
//!
//! - Everything down to `workspace` is pure: no file, clock, thread, chance or log. Time and state come in as arguments.
//! - The order of files, items and rows of reference data never shows; maps are ordered, numbers are exact.
//! - No input makes turf panic; what is wrong becomes a finding with a place and a remedy.
//!
//! # Absent on purpose
//!
//! No arithmetic, loops or functions in the language (conditions must stay indexable, provable and explainable); no
//! randomness; no logging in the pure floors; no half-written files.

pub mod batch;
pub mod check;
pub mod cli;
pub mod compare;
pub mod data;
pub mod decide;
pub mod diagnostic;
pub mod explain;
pub mod journal;
pub mod model;
pub mod plan;
pub mod reach;
pub mod report;
pub mod rim;
pub mod space;
pub mod state;
pub mod store;
pub mod syntax;
pub mod tester;
pub mod text;
pub mod workspace;
