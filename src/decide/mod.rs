//! Match, place, choose, allot, overlay, credit, clock: `decide(plan, record, state, now) -> Decision`.
//!
//! The straightforward evaluator: rule after rule, in the one order in which things happen. Pure: state comes in by
//! reference, changes go out as values.

mod decision;

pub use decision::*;
