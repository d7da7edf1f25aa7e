//! Cases of the evaluator, each construct with a small book.

mod conditions;
mod credits;
mod keep;
mod matching;
mod placing;
mod rules;
mod stage;
mod teams;
mod turns;
