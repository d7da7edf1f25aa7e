//! What came of one row on the way that whole files take, in a few words, to be held against a decision made whole.

use jiff::Timestamp;

use crate::decide::{Decider, Decision};
use crate::model::TerritoryId;

/// Holds what came of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its line in the file.
    pub line: u64,
    /// The moment it was decided for.
    pub at: Timestamp,
    /// Who decided.
    pub by: Option<Decider>,
    /// The territory that holds it.
    pub territory: Option<TerritoryId>,
    /// Whether another rule of the same priority applies as well.
    pub also: bool,
}

impl Trace {
    /// Puts a whole decision into a few words.
    #[must_use]
    pub fn of(decision: &Decision) -> Self {
        Self {
            line: decision.record.origin.line,
            at: decision.at,
            by: decision.outcome.by,
            territory: decision.placement.territory(),
            also: !decision.also.is_empty(),
        }
    }
}
