//! Cases of the evaluator, each construct with a small book.

mod conditions;
mod stage;
